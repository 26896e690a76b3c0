"""An executor for one thread that keeps its wait set.

rclpy's own executors make a new wait set for every callback, twice, of every entity of the node,
and each callback through a coroutine and a task. For a node of this size (40 topics, 12 services,
their events) under a /clock of 200 Hz that is half a core, and the interpreter lock with it, for
nothing. This one keeps the wait set until an entity comes or goes, and calls plain callbacks of
subscriptions and timers itself. All else (services, clients, events, tasks) is left to rclpy's own
code, which is called when something of that is ready.
"""

from __future__ import annotations

import threading
from typing import Any

from rclpy.executors import (
    ExternalShutdownException,
    ShutdownException,
    SingleThreadedExecutor,
    TimeoutException,
)
from rclpy.logging import get_logger

from vlm_driving.ros.rclpy_wait_set import KeptWaitSet


class KeepingExecutor(SingleThreadedExecutor):  # type: ignore[misc]
    """Runs callbacks in the thread that calls `spin`; callback groups do not matter to it."""

    def __init__(self, *, context: Any = None) -> None:
        self._is_stale = True
        self._kept: KeptWaitSet | None = None
        self._has_new_task = False
        self._is_stock = False
        super().__init__(context=context)

    def wake(self) -> None:
        """A node calls this when an entity has come or gone."""
        self._is_stale = True
        super().wake()

    def create_task(self, callback: Any, *args: Any, **kwargs: Any) -> Any:
        """Call this on the thread that spins; any thread may ask for it."""
        task = super().create_task(callback, *args, **kwargs)
        # That has woken the executor, but a round of rclpy's own that has already looked for tasks
        # takes the wake-up for itself. So it is told, and then woken once more.
        self._has_new_task = True
        if self._guard is not None:
            self._guard.trigger()
        return task

    def add_node(self, node: Any) -> bool:
        """Spin this node too."""
        self._is_stale = True
        return bool(super().add_node(node))

    def remove_node(self, node: Any) -> None:
        """Spin this node no more."""
        self._is_stale = True
        super().remove_node(node)

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Wait once, and call what is ready; waits without end if no timeout is given.

        Raises:
            ExternalShutdownException: the context was shut down.
        """
        if self._is_shutdown:
            return
        if self._is_stock or not self._renew():
            super().spin_once(timeout_sec)
            return
        assert self._kept is not None
        ready = self._kept.wait(0.0 if self._has_new_task else timeout_sec)
        if not self._context.ok():
            raise ExternalShutdownException()
        if self._is_shutdown:
            return
        try:
            for call in ready.calls:
                call()
        finally:  # even if one raises: what has woken us may not do it a second time
            if ready.others or self._has_new_task:
                self._run_others()

    @property
    def is_shut_down(self) -> bool:
        """Whether it calls nothing more."""
        return bool(self._is_shutdown)

    def shutdown_from_outside(self, spinner: threading.Thread) -> None:
        """Call nothing more, and wait until the thread that spins has ended.

        The stock `shutdown` alone destroys what that thread is waiting on.
        """
        self._is_shutdown = True
        self.wake()
        spinner.join()
        self.shutdown()
        self._let_go()

    def _renew(self) -> bool:
        """See to it that the wait set is of the entities that there are; False if it cannot be."""
        if self._is_stale or self._kept is None:
            self._is_stale = False  # before it looks: what comes meanwhile counts
            self._let_go()
            try:
                self._kept = KeptWaitSet(self)
            except (AttributeError, TypeError) as error:  # a version that has other names
                self._is_stock = True
                get_logger("vlm_driving").warning(
                    f"This rclpy is not known ({error}): its own executor is used, which needs "
                    "more of the CPU."
                )
                return False
        return True

    def _let_go(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _run_others(self) -> None:
        """Rounds of rclpy's own executor, without waiting, until no new task has come."""
        self._has_new_task = True
        while self._has_new_task and not self._is_shutdown:
            self._has_new_task = False
            self._run_round()

    def _run_round(self) -> None:
        while True:
            try:
                handler, _, _ = self.wait_for_ready_callbacks(timeout_sec=0)
            except (TimeoutException, ShutdownException):
                return
            handler()
            fault = handler.exception()
            if fault is not None:
                raise fault
