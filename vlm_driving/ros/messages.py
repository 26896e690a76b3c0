"""The messages that cross the port: plain data, the same under rclpy and under bare DDS.

They keep what this package reads and writes of the ROS messages, and nothing of a middleware.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum


class Kind(Enum):
    """What a topic carries; the value is the ROS name of the message type."""

    IMAGE = "sensor_msgs/msg/Image"
    COMPRESSED_IMAGE = "sensor_msgs/msg/CompressedImage"
    TEXT = "std_msgs/msg/String"
    BOOL = "std_msgs/msg/Bool"
    FLOAT = "std_msgs/msg/Float64"
    CLOCK = "rosgraph_msgs/msg/Clock"
    ODOMETRY = "nav_msgs/msg/Odometry"
    TWIST = "geometry_msgs/msg/TwistStamped"
    VELOCITY_REPORT = "autoware_vehicle_msgs/msg/VelocityReport"
    CLASSIFICATION = "vision_msgs/msg/Classification"
    DIAGNOSTICS = "diagnostic_msgs/msg/DiagnosticArray"


@dataclass(frozen=True, slots=True)
class Header:
    """When and where: `stamp_ns` is ROS time in nanoseconds, `frame_id` a coordinate frame."""

    stamp_ns: int = 0
    frame_id: str = ""


@dataclass(frozen=True, slots=True)
class ImageMessage:
    """A raw image as it came: `data` holds `height` rows of `step` bytes, if the sender is right.

    Nothing is checked or copied here: `data` may be a view of the received bytes.
    """

    header: Header
    height: int
    width: int
    encoding: str
    is_bigendian: bool
    step: int
    data: bytes | memoryview


@dataclass(frozen=True, slots=True)
class CompressedImageMessage:
    """An encoded image; `format` as the sender wrote it, such as `bgr8; jpeg compressed bgr8`."""

    header: Header
    format: str
    data: bytes | memoryview


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text."""

    data: str


@dataclass(frozen=True, slots=True)
class BoolMessage:
    """A switch."""

    data: bool


@dataclass(frozen=True, slots=True)
class FloatMessage:
    """A number of double precision."""

    data: float


@dataclass(frozen=True, slots=True)
class ClockMessage:
    """The simulated ROS time, ns."""

    now_ns: int


@dataclass(frozen=True, slots=True)
class SpeedMessage:
    """What is left of Odometry, TwistStamped and VelocityReport: speed over ground, km/h.

    Never negative; a broken sensor may say nan or inf.
    """

    stamp_ns: int
    speed_kmh: float


@dataclass(frozen=True, slots=True)
class ClassificationMessage:
    """Labels of an image, with its header: `results` are pairs of class_id and score."""

    header: Header
    results: tuple[tuple[str, float], ...] = ()


class DiagnosticLevel(IntEnum):
    """As in diagnostic_msgs/DiagnosticStatus."""

    OK = 0
    WARN = 1
    ERROR = 2
    STALE = 3


@dataclass(frozen=True, slots=True)
class DiagnosticStatus:
    """The state of one part; `values` are pairs of key and text.

    `level` is a plain number where another sender's level has no name.
    """

    level: DiagnosticLevel | int
    name: str
    message: str
    hardware_id: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DiagnosticsMessage:
    """The state of several parts at `stamp_ns`."""

    stamp_ns: int
    statuses: tuple[DiagnosticStatus, ...] = ()


Message = (
    ImageMessage
    | CompressedImageMessage
    | TextMessage
    | BoolMessage
    | FloatMessage
    | ClockMessage
    | SpeedMessage
    | ClassificationMessage
    | DiagnosticsMessage
)
