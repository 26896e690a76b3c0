"""The node's parameters under rclpy: declared from the table, checked by it, changed live."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    ParameterType,
    SetParametersResult,
)
from rclpy.parameter import Parameter as RclpyParameter

from vlm_driving.core import UserError
from vlm_driving.ros.node import NodeState, VlmNode
from vlm_driving.ros.parameters import (
    Kind,
    NodeSettings,
    Parameter,
    Value,
    parameter,
    parameters_of,
    read,
    unlisted_cameras,
)
from vlm_driving.ros.port import Log

_TYPES = {
    Kind.BOOL: ParameterType.PARAMETER_BOOL,
    Kind.INTEGER: ParameterType.PARAMETER_INTEGER,
    Kind.DOUBLE: ParameterType.PARAMETER_DOUBLE,
    Kind.STRING: ParameterType.PARAMETER_STRING,
    Kind.STRING_ARRAY: ParameterType.PARAMETER_STRING_ARRAY,
}
BUSY = "The node is in a transition: set it again when that is over."
SetAll = Callable[[list[Any]], Any]


class NodeParameters:
    """What was given on the command line, in files and since then.

    Only what was given is kept, as it was given; the settings are read of that, so that the
    sentences are the same as without ROS. rclpy gets the value that counts: the default, where the
    given one cannot be taken.
    """

    def __init__(self, node: Any, log: Log) -> None:
        """Declare all, and log what cannot be taken; nothing is raised."""
        self._node = node
        self._log = log
        # rclpy has no other way to tell which parameters were given that nobody declared.
        overrides = getattr(node, "_parameter_overrides", {})
        self._given: dict[str, object] = {
            name: one.value for name, one in overrides.items() if not self._is_of_ros(name)
        }
        cameras = self._declare(parameter("cameras", ()))
        assert isinstance(cameras, tuple)
        self._declare_all(cameras)
        for name in self._given:
            with suppress(UserError):  # unknown: said below
                self._declare(parameter(name, cameras))
        try:
            self.settings()
        except UserError as error:
            self._log.error(f"{error} The node cannot be configured as it is.")

    @property
    def autostart(self) -> bool:
        """Whether the node is to configure and activate itself."""
        return bool(self._node.get_parameter("autostart").value)

    def settings(self) -> NodeSettings:
        """What was given, and the defaults of the rest.

        Raises:
            UserError: one sentence about the first thing that is wrong.
        """
        given = dict(self._given)
        found = read(given)
        for name in unlisted_cameras(given):
            text = f"camera.{name}.* is set, but cameras does not list {name}: it is not used."
            self._log.warn(text, throttle_s=60.0)
        return found

    def set_all(
        self,
        wanted: Sequence[Any],
        vlm: VlmNode,
        transitions: threading.Lock,
        set_all: SetAll,
    ) -> Any:
        """Set these parameters, all or none, and let the node go on with them.

        Args:
            wanted: `rclpy.parameter.Parameter`s; a whole number is taken for a double.
            vlm: who takes them while it is configured.
            transitions: held by others while the node is in a transition.
            set_all: rclpy's own way, of a list with the right types.

        Returns:
            A SetParametersResult. What is refused is also logged, with its reason.
        """
        if not transitions.acquire(blocking=False):
            return self._refused(BUSY)
        try:
            return self._set_all(wanted, vlm, set_all)
        except UserError as error:
            return self._refused(str(error))
        finally:
            transitions.release()

    def _set_all(self, wanted: Sequence[Any], vlm: VlmNode, set_all: SetAll) -> Any:
        mine = [one for one in wanted if not self._is_of_ros(one.name)]
        # A parameter without a value is one that somebody wants to delete: rclpy refuses that.
        taken = {one.name: one.value for one in mine if one.value is not None}
        checked = self._checked(taken, vlm)
        rows = [self._row(name, checked) for name in checked]
        for row in rows:
            self._declare(row)
        converted = {name: _rclpy_value(value) for name, value in checked.items()}
        result = set_all(
            [
                RclpyParameter(one.name, value=converted[one.name])
                if one.name in converted
                else one
                for one in wanted
            ]
        )
        if not result.successful:
            return self._refused(result.reason)
        self._given.update(taken)
        if "cameras" in checked:
            self._declare_all(checked["cameras"])
        if vlm.state in (NodeState.INACTIVE, NodeState.ACTIVE):
            vlm.apply(taken)
        return result

    def _checked(self, taken: Mapping[str, object], vlm: VlmNode) -> dict[str, Value]:
        """Each as its type. Raises UserError.

        While nothing is configured, each is only looked at alone: two that go together are often
        set one after the other, and `configure` looks at the whole.
        """
        checked = {name: self._row(name, taken).checked(value) for name, value in taken.items()}
        if vlm.state in (NodeState.INACTIVE, NodeState.ACTIVE):
            reason = vlm.check(taken)
            if reason is not None:
                raise UserError(reason)
        return checked

    def _row(self, name: str, wanted: Mapping[str, object]) -> Parameter:
        cameras = wanted.get("cameras", self._node.get_parameter("cameras").value)
        return parameter(name, map(str, cameras) if isinstance(cameras, (list, tuple)) else ())

    def _declare_all(self, cameras: Value | None) -> None:
        assert isinstance(cameras, tuple)
        for row in parameters_of(cameras):
            self._declare(row)

    def _declare(self, row: Parameter) -> Value | None:
        """Declare it with the value that counts, which is returned; None if there is none."""
        value = row.default
        if row.name in self._given:
            with suppress(UserError):  # said once for all, and again by `configure`
                value = row.checked(self._given[row.name])
        if self._node.has_parameter(row.name):
            if row.name == "use_sim_time":
                self._node.set_descriptor(row.name, _descriptor(row))
        elif value is None and row.name.startswith("qos_overrides."):
            self._declare_empty(row)
        else:
            self._node.declare_parameter(
                row.name, _rclpy_value(value), _descriptor(row), ignore_override=True
            )
        return value

    def _declare_empty(self, row: Parameter) -> None:
        """One without a default: it has a type, and no value until somebody sets one."""
        kind = RclpyParameter.Type(_TYPES[row.kind])
        self._node.declare_parameter(row.name, kind, _descriptor(row), ignore_override=True)

    def _is_of_ros(self, name: str) -> bool:
        """Whether rclpy declared it for itself, and the table knows nothing of it."""
        try:
            parameter(name, ())
        except UserError:
            return bool(self._node.has_parameter(name))
        return False

    def _refused(self, reason: str) -> Any:
        self._log.warn(f"A parameter was not set: {reason}")
        return SetParametersResult(successful=False, reason=reason)


def _rclpy_value(value: Value | None) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _descriptor(row: Parameter) -> Any:
    """What `ros2 param describe` and its like show."""
    live = "" if row.live else " Changes need the node to be unconfigured."
    descriptor = ParameterDescriptor(
        type=_TYPES[row.kind],
        description=row.en + live,
        additional_constraints=f"Takes {row.takes}.",
    )
    if row.least is not None and row.most is not None:
        if row.kind is Kind.INTEGER:
            descriptor.integer_range = [
                IntegerRange(from_value=int(row.least), to_value=int(row.most), step=0)
            ]
        elif row.kind is Kind.DOUBLE:
            descriptor.floating_point_range = [
                FloatingPointRange(from_value=row.least, to_value=row.most, step=0.0)
            ]
    return descriptor
