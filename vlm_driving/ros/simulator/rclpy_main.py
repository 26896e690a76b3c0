"""The simulator under rclpy: `ros2 run vlm_driving vlm_driving_simulator`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from vlm_driving import process
from vlm_driving.core import UserError
from vlm_driving.ros.rclpy_main import NO_RCLPY, missing_module, spin
from vlm_driving.signals import stopped_by_signal

if TYPE_CHECKING:
    from vlm_driving.ros.simulator.parameters import SimulatorSettings

EXIT_USER_ERROR, EXIT_INTERRUPTED = 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Drive until the end or a signal; the exit code.

    0 after the last drive, and after SIGINT or SIGTERM, which is how a launch ends its nodes: any
    other code it tells as a death. 2 with a line in the log for what the user can mend.
    """
    try:
        import rclpy
        from rclpy.node import Node
        from rclpy.signals import SignalHandlerOptions
    except ImportError as error:
        return _refuse(f"{NO_RCLPY.replace('driving node', 'driving sim-node')} ({error})")
    try:
        from vlm_driving.ros.rclpy_executor import KeepingExecutor
        from vlm_driving.ros.rclpy_port import RclpyPort
        from vlm_driving.ros.simulator.node import NODE, SimulatorNode
    except ModuleNotFoundError as error:
        return _refuse(missing_module(error))
    process.claim()
    process.give_way_soon()  # the clock shares the interpreter with the pictures
    with suppress(KeyboardInterrupt), stopped_by_signal() as stopped:
        rclpy.init(args=argv, signal_handler_options=SignalHandlerOptions.NO)
        node = Node(NODE)
        port = RclpyPort(node)
        executor = KeepingExecutor()
        executor.add_node(node)
        spinner = threading.Thread(
            target=spin, args=(executor, node, stopped.event.set), name="spin", daemon=True
        )
        spinner.start()
        stopped.tidily = True
        try:
            SimulatorNode(port, declared(node)).run(stopped.event)
        except UserError as error:
            port.log.error(str(error))
            return EXIT_USER_ERROR
        finally:
            port.shutdown()
            executor.shutdown_from_outside(spinner)
            node.destroy_node()
            rclpy.try_shutdown()
        return 0
    return EXIT_INTERRUPTED  # before there was anything to end


def _refuse(sentence: str) -> int:
    print(f"vlm_driving_simulator: {sentence}", file=sys.stderr)
    return EXIT_USER_ERROR


def declared(node: Any) -> SimulatorSettings:
    """Declare the parameters, and give their values.

    Raises:
        UserError: one is out of its type or range.
    """
    from rcl_interfaces.msg import ParameterDescriptor

    from vlm_driving.ros.simulator.parameters import PARAMETERS, read

    values = {}
    for one in PARAMETERS:
        # Typed as it comes: rclpy would end the program where a whole number is no double.
        descriptor = ParameterDescriptor(
            description=one.en,
            additional_constraints=f"Takes {one.takes}.",
            read_only=True,
            dynamic_typing=True,
        )
        values[one.name] = node.declare_parameter(one.name, one.default, descriptor).value
    return read(values)
