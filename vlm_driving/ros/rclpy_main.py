"""`ros2 run vlm_driving vlm_driving_node`: the node in a process of its own."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from vlm_driving import process
from vlm_driving.ros.rclpy_log import one_line
from vlm_driving.ros.socket_buffers import make_room

NO_RCLPY = (
    "rclpy is not there: source a ROS 2 workspace first (source /opt/ros/jazzy/setup.bash), with "
    "the Python that it was built for, or run `vlm-driving node`, which needs none."
)


class Ending:
    """What the main thread waits for.

    A signal may be caught by any thread, and Python runs its handler in the main thread once that
    runs Python again: one that waits for a lock does not. So the signal writes to a pipe, which
    the main thread reads.
    """

    def __init__(self) -> None:
        self._came = False
        self._out, self._in = os.pipe()
        os.set_blocking(self._in, False)

    def listen(self) -> None:
        """End on SIGINT and SIGTERM from now on; for the main thread."""
        signal.set_wakeup_fd(self._in, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.set())

    def set(self) -> None:
        """End; for any thread."""
        self._came = True
        with suppress(BlockingIOError):  # full: somebody has written already
            os.write(self._in, b"\0")

    def wait(self) -> None:
        """Until the end."""
        while not self._came:
            os.read(self._out, 512)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM.

    Args:
        arguments: the command line with the program's name; that of the process without.

    Returns:
        The exit code: 0 after a signal, 2 if the node could not be made.
    """
    try:
        import rclpy
        from rclpy.signals import SignalHandlerOptions
    except ImportError as error:
        return _refuse(f"{NO_RCLPY} ({error})")
    process.claim()
    make_room(os.environ)
    process.give_way_soon()
    # rclpy's own handlers would shut the context down at once: the last diagnostics, the last
    # transition and its log line could not be sent any more. These only end the waiting below.
    ending = Ending()
    ending.listen()
    try:
        rclpy.init(
            args=None if arguments is None else list(arguments),
            signal_handler_options=SignalHandlerOptions.NO,
        )
    except Exception as error:  # an unknown option, a parameter file that cannot be read
        return _refuse(f"ROS arguments were refused: {one_line(error)}")
    try:
        return _run(ending)
    finally:
        rclpy.try_shutdown()
        # A launch signals twice, once through the terminal and once by itself. All is done; what
        # comes while Python takes itself apart must not make a death of it.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)


def _run(ending: Ending) -> int:
    try:
        from vlm_driving.ros.rclpy_executor import KeepingExecutor
        from vlm_driving.ros.rclpy_node import VlmDrivingNode
    except ModuleNotFoundError as error:  # most often a venv that was not activated
        return _refuse(missing_module(error))
    try:
        node = VlmDrivingNode()
    except Exception as error:
        return _refuse(f"The node could not be made: {one_line(error)}")
    executor = KeepingExecutor()
    executor.add_node(node)
    thread = threading.Thread(target=spin, args=(executor, node, ending.set), name="executor")
    thread.start()
    try:
        node.begin()
        ending.wait()
    finally:
        if not node.end():
            # A thread is still at it, and would crash on what is let go of below. Workers end
            # with this process.
            os._exit(1)
        executor.shutdown_from_outside(thread)
        node.destroy_node()
    return 0


def spin(executor: Any, node: Any, at_end: Callable[[], None]) -> None:
    """Spin until the executor or the context is shut down; what a callback raises is logged."""
    from rclpy.executors import ExternalShutdownException

    log = node.get_logger()
    while executor.context.ok() and not executor.is_shut_down:
        try:
            executor.spin_once()
        except ExternalShutdownException:
            break
        except Exception as error:
            log.error(
                f"A callback failed, {type(error).__name__}: {error}", throttle_duration_sec=5.0
            )
    at_end()


def missing_module(error: ModuleNotFoundError) -> str:
    """What to do about a module that is not there beside ROS."""
    return (
        f"{sys.executable} has no {error.name}: activate the virtual environment that has it, or "
        "make one with `pip install -r requirements-ros.txt` (launch/README.md)."
    )


def _refuse(sentence: str) -> int:
    print(f"vlm_driving_node: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
