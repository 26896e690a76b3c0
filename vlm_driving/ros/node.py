"""The node: its states, its parameters, and who looks after it. Knows the port, no middleware.

Its states are those of a ROS 2 lifecycle node. Loading and warming up happen in `configure`, so
that `activate` is instant.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Mapping
from enum import Enum

from vlm_driving.core import UserError
from vlm_driving.ros.active import Active
from vlm_driving.ros.configured import Configured
from vlm_driving.ros.parameters import NodeSettings, Refused, changed
from vlm_driving.ros.port import Port, Timer
from vlm_driving.ros.watchman import Watchman

RETRY_S = 1.0
TICK_S = 0.1
"""How soon a topic that came up late is found, and advice that is no longer fresh is taken back."""


class NodeState(Enum):
    """As in ROS 2's managed nodes."""

    UNCONFIGURED = "unconfigured"
    INACTIVE = "inactive"
    ACTIVE = "active"
    FINALIZED = "finalized"


class VlmNode:
    """One node over a port. Transitions are for one thread at a time; the rest for any."""

    def __init__(self, port: Port, name: str = "vlm_driving") -> None:
        """Send diagnostics, and wait to be configured.

        Args:
            port: the node's connection; it stays the caller's, who shuts it down afterwards.
            name: of the node, for its diagnostics.
        """
        self._port = port
        self._lock = threading.RLock()
        self._settings = NodeSettings()
        self._configured: Configured | None = None
        self._active: Active | None = None
        self._retry_s: float | None = None
        self._enabled = True
        self._failure: str | None = None
        self._finalized = False
        self._watchman = Watchman(port, name)
        self._timer: Timer = port.timer(TICK_S, self._tick)

    @property
    def state(self) -> NodeState:
        """Now."""
        if self._finalized:
            return NodeState.FINALIZED
        if self._active is not None or self._retry_s is not None:
            return NodeState.ACTIVE
        return NodeState.UNCONFIGURED if self._configured is None else NodeState.INACTIVE

    @property
    def settings(self) -> NodeSettings:
        """The parameters that count."""
        return self._settings

    def configure(self, settings: NodeSettings) -> None:
        """Load the bundle and warm every backend up.

        Raises:
            UserError: it cannot be done; the node is unconfigured as before.
        """
        with self._lock:
            self._expect(NodeState.UNCONFIGURED)
            self._settings = settings
            self._configured = Configured(settings, self._port)
            self._warn_of_prompt(settings)
            self._failure = None

    def activate(self) -> None:
        """Listen and answer from now on.

        Raises:
            UserError: a topic cannot be subscribed to; the node is inactive as before.
        """
        with self._lock:
            self._expect(NodeState.INACTIVE)
            self._begin()
            self._failure = None

    def deactivate(self) -> None:
        """Listen no more, answer the frame in work, then say nothing more."""
        with self._lock:
            self._expect(NodeState.ACTIVE)
            self._end()
            self._retry_s = None

    def cleanup(self) -> None:
        """Let go of workers, memory and topics; nothing happens to a node that holds none."""
        with self._lock:
            try:
                self._end()
            finally:  # even after a fault of the pipeline
                self._retry_s = None
                configured, self._configured = self._configured, None
                if configured is not None:
                    for name in configured.close():
                        self._port.log.warn(f"The worker of {name} did not end in time.")
                    del configured
                    gc.collect()

    def shutdown(self) -> None:
        """Let go of everything, from any state; a second call does nothing."""
        with self._lock:
            if self._finalized:
                return
            self._timer.cancel()
            try:
                self.cleanup()
            finally:
                self._finalized = True
                self._watchman.close()

    def failed(self, what: str, error: BaseException) -> None:
        """Say why a transition failed: in the log, and in the diagnostics until the next one.

        Args:
            what: the transition, such as `configure`.
            error: that ended it.
        """
        why = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
        self._failure = f"cannot {what}: {' '.join(why.split())}"
        self._port.log.error(f"The node {self._failure}")

    def set_enabled(self, enabled: bool) -> tuple[bool, str]:
        """Take frames, or take none until told otherwise; kept over a new activation.

        Returns:
            Whether it was done, and a sentence about it.
        """
        with self._lock:
            self._enabled = enabled
            word = "enabled" if enabled else "disabled"
            if self._active is None:
                return True, f"The node will be {word} when it is active; it is {self.state.value}."
            if self._active.enabled == enabled:
                return True, f"The node is {word} already."
            try:
                self._active.enable(enabled)
            except UserError as error:
                return False, str(error)
            self._watchman.forget()
            self._port.log.info(f"The node is {word}.")
            return True, f"The node is {word}."

    def check(self, changes: Mapping[str, object]) -> str | None:
        """Why these parameters may not change now, in a sentence; None if they may."""
        wanted = self._wanted(changes)
        return wanted.reason if isinstance(wanted, Refused) else None

    def apply(self, changes: Mapping[str, object]) -> None:
        """Go on with changed parameters.

        Raises:
            UserError: `check` refuses them.
        """
        with self._lock:
            wanted = self._wanted(changes)
            if isinstance(wanted, Refused):
                raise UserError(wanted.reason)
            before, self._settings = self._settings, wanted
            if self._configured is not None and before.annotated != wanted.annotated:
                self._configured.speakers.annotate(wanted.annotated)
            if before.task_prompt != wanted.task_prompt:
                self._warn_of_prompt(wanted)
            if self._active is not None:
                self._active.retune(wanted)

    def _wanted(self, changes: Mapping[str, object]) -> NodeSettings | Refused:
        """The settings with all of `changes`, or why none of them is taken."""
        configured = self._configured
        wanted = changed(self._settings, changes, configured is not None)
        if isinstance(wanted, Refused) or configured is None:
            return wanted
        if wanted.task_prompt == self._settings.task_prompt:
            return wanted
        fault = configured.opened.task_prompt_fault(wanted.task_prompt)
        return wanted if fault is None else Refused(fault)

    def _warn_of_prompt(self, settings: NodeSettings) -> None:
        if settings.task_prompt:
            self._port.log.warn(
                "task_prompt is set: figures that were measured with the bundle's own words do not "
                "hold, and a model that was trained on those alone may answer worse."
            )

    def _begin(self) -> None:
        assert self._configured is not None
        active = Active(self._configured, self._settings, self._port)
        try:
            active.start(self._enabled)
        except BaseException:
            active.close()
            raise
        self._watchman.forget()
        self._active = active

    def _end(self) -> None:
        active, self._active = self._active, None
        if active is None:
            return
        if not active.close():
            self._port.log.warn("A backend did not come to an end with its last frame.")

    def _tick(self) -> None:
        if not self._lock.acquire(blocking=False):
            return  # in a transition, which says itself how it ends
        try:
            if self._finalized:
                return
            if self._active is not None and self._active.fault is not None:
                self._give_up(self._active.fault)
            if self._retry_s is not None and time.monotonic() >= self._retry_s:
                self._begin_anew()
            if self._active is not None:
                try:
                    self._active.look()
                except UserError as error:
                    self._port.log.error(str(error), throttle_s=60.0)
                self._active.say_vehicle_advice()
            self._watchman.turn(self._settings, self._active, self.state.value, self._failure)
        finally:
            self._lock.release()

    def _give_up(self, fault: BaseException) -> None:
        """After a fault of ours: the pipeline ends, and another one begins."""
        self.failed("go on and begins anew", fault)
        self._retry_s = time.monotonic()
        try:
            self._end()
        except Exception as error:  # the same fault, as a rule
            self._port.log.debug(f"The pipeline ended with {type(error).__name__}: {error}")

    def _begin_anew(self) -> None:
        """Frames that come must not stay without an answer for longer than they have to."""
        try:
            self._begin()
        except Exception as error:
            self.failed("begin anew", error)
            self._retry_s = time.monotonic() + RETRY_S
        else:
            self._retry_s = None
            self._failure = None

    def _expect(self, state: NodeState) -> None:
        if self.state is not state:
            raise UserError(f"The node is {self.state.value}; for this it has to be {state.value}.")
