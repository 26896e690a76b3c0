"""The node under rclpy: a lifecycle node with real states, parameters and services."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

import rclpy.task
from lifecycle_msgs.srv import ChangeState
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode, TransitionCallbackReturn
from std_srvs.srv import SetBool

from vlm_driving.core import UserError
from vlm_driving.ros.node import NodeState, VlmNode
from vlm_driving.ros.rclpy_log import one_line
from vlm_driving.ros.rclpy_parameters import NodeParameters
from vlm_driving.ros.rclpy_port import RclpyPort
from vlm_driving.ros.rclpy_turns import Turns

NAME = "vlm_driving"
LAST_TRANSITION_S = 8.0
"""How long the end waits for a transition that is under way: launch kills after 10 s."""


class VlmDrivingNode(LifecycleNode):  # type: ignore[misc]
    """Owns a port and a `VlmNode`, and lets ROS drive it.

    To be spun by one thread. Transitions are made on a thread of their own: configuring takes
    seconds, and meanwhile /clock, `ros2 lifecycle get` and diagnostics have to go on.

    Attributes:
        vlm: the node's logic.
    """

    def __init__(self, name: str = NAME, **options: Any) -> None:
        """Make the node, unconfigured; parameters that cannot be taken are in the log.

        Args:
            name: of the node, where nobody remaps it.
            options: for `rclpy.node.Node`.
        """
        super().__init__(name, **options)
        # Apart from rclpy's own attributes, which have plain names such as `_parameters`.
        self._vlm_port = RclpyPort(self)
        self._vlm_turns = Turns(self._vlm_port.log)
        self._vlm_parameters = NodeParameters(self, self._vlm_port.log)
        self.vlm = VlmNode(self._vlm_port, self.get_name())
        for service in self.services:
            if service.srv_type is ChangeState:
                self._take_turns(service)
        self._take_turns(self.create_service(SetBool, "~/enable", self._on_enable))

    def begin(self) -> None:
        """Configure and activate, if the parameter `autostart` says so; returns at once."""
        if self._vlm_parameters.autostart:
            self._vlm_turns.do(self._start)
        else:
            self._vlm_port.log.info(
                "The node is unconfigured and waits for a lifecycle manager: "
                f"`ros2 lifecycle set {self.get_fully_qualified_name()} configure`, then "
                "`activate`; with the parameter autostart it does both by itself."
            )

    def end(self) -> bool:
        """Finalize and let go of everything but the node itself, from any state.

        Returns:
            Whether the transition that was under way, if any, ended in time.
        """
        in_time = self._vlm_turns.do(self._finalize).wait(LAST_TRANSITION_S)
        if in_time:
            self._vlm_turns.close(1.0)
        else:
            self._vlm_port.log.error("A transition did not end in time; the node goes without it.")
        self._vlm_port.shutdown()
        return in_time

    def on_configure(self, state: Any) -> Any:
        """Load the bundle and warm every backend up."""
        return self._try("configure", lambda: self.vlm.configure(self._vlm_parameters.settings()))

    def on_activate(self, state: Any) -> Any:
        """Subscribe and answer."""
        return self._try("activate", self.vlm.activate)

    def on_deactivate(self, state: Any) -> Any:
        """Listen no more; what is still here is answered."""
        return self._try("deactivate", self.vlm.deactivate)

    def on_cleanup(self, state: Any) -> Any:
        """Let go of workers and memory."""
        return self._try("clean up", self.vlm.cleanup)

    def on_shutdown(self, state: Any) -> Any:
        """Let go of everything; the node answers questions about its state, no more."""
        return self._try("shut down", self.vlm.shutdown)

    def on_error(self, state: Any) -> Any:
        """After a transition that failed: let go of what there is; the node is unconfigured."""
        try:
            self.vlm.cleanup()
        except Exception as error:  # what could be let go of has been
            self._vlm_port.log.error(f"After the failure, {type(error).__name__}: {error}")
        return TransitionCallbackReturn.SUCCESS

    def set_parameters_atomically(self, parameter_list: list[Any]) -> Any:
        """Set parameters, all or none; the parameter services come here too.

        Done here, not in callbacks: they are called after rclpy's own check of the type, which
        refuses `200` for a double, and Humble has none for after the change.
        """
        return self._vlm_parameters.set_all(
            parameter_list, self.vlm, self._vlm_turns.lock, super().set_parameters_atomically
        )

    def set_parameters(self, parameter_list: list[Any]) -> list[Any]:
        """Set parameters one by one."""
        return [self.set_parameters_atomically([one]) for one in parameter_list]

    def _try(self, what: str, action: Callable[[], None]) -> Any:
        """What a transition raises is dropped by rclpy, so it is told here."""
        try:
            action()
        except Exception as error:
            self.vlm.failed(what, error)
            if not isinstance(error, UserError):
                self._vlm_port.log.debug(traceback.format_exc())
            return TransitionCallbackReturn.ERROR
        return TransitionCallbackReturn.SUCCESS

    def _start(self) -> None:
        try:
            if self.trigger_configure() == TransitionCallbackReturn.SUCCESS:
                self.trigger_activate()
        except Exception as error:  # somebody else was faster with a transition
            self._vlm_port.log.warn(f"autostart was given up: {one_line(error)}")

    def _finalize(self) -> None:
        if self.vlm.state is NodeState.FINALIZED:
            return
        try:
            self.trigger_shutdown()
        except Exception as error:
            self._vlm_port.log.debug(f"No transition to the end: {error}")
        self.vlm.shutdown()

    def _on_enable(self, request: Any, response: Any) -> Any:
        response.success, response.message = self.vlm.set_enabled(bool(request.data))
        return response

    def _take_turns(self, service: Any) -> None:
        """Let the callback of `service` be called on the thread of the transitions.

        The executor goes on meanwhile: it comes back to the coroutine when that is done. In a
        group of its own, since one that excludes others would keep all of them waiting.
        """
        group = ReentrantCallbackGroup()
        group.add_entity(service)
        service.callback_group = group
        service.callback = partial(self._in_turn, service.callback)

    async def _in_turn(
        self, callback: Callable[[Any, Any], Any], request: Any, response: Any
    ) -> Any:
        done = rclpy.task.Future()
        executor = self.executor

        def job() -> None:
            try:
                callback(request, response)
            except Exception as error:
                # Such as a transition that this state does not have. The response says no: its
                # `success` is false until somebody sets it.
                self._vlm_port.log.warn(f"A request was refused: {one_line(error)}")
            finally:
                if executor is not None:
                    executor.create_task(done.set_result, None)

        self._vlm_turns.do(job)
        await done
        return response
