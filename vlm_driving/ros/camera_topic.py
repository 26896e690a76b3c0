"""What is known about one camera's topic at one moment: facts alone, no judgement.

Instants are monotonic nanoseconds unless a name says ROS or wall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vlm_driving.ros.port import SENSOR, Qos

IMAGE = "sensor_msgs/msg/Image"
COMPRESSED = "sensor_msgs/msg/CompressedImage"
IMAGE_TYPES = (IMAGE, COMPRESSED)


@dataclass(frozen=True, slots=True)
class Publisher:
    """One publisher on the camera's topic.

    Attributes:
        node: full name of its node; may be empty where the middleware does not tell.
        type_name: such as `sensor_msgs/msg/Image`.
        qos: that it offers; None where that is not known.
    """

    node: str
    type_name: str = IMAGE
    qos: Qos | None = None


@dataclass(frozen=True, slots=True)
class ImageTopic:
    """A topic of the graph that carries images and has a publisher."""

    name: str
    type_name: str = IMAGE


@dataclass(frozen=True, slots=True)
class FrameHead:
    """A message without its pixels.

    Attributes:
        stamp_ns: of its header, ROS time; 0 where nobody filled it in.
        received_ros_ns: ROS time of its arrival.
        encoding: of an Image, or the format of a CompressedImage.
        width: pixels; 0 for a CompressedImage.
        height: pixels; 0 for a CompressedImage.
        step: bytes from one row to the next; 0 for a CompressedImage.
        size: bytes of `data`.
        compressed: whether it is a CompressedImage.
    """

    stamp_ns: int
    received_ros_ns: int
    encoding: str = ""
    width: int = 0
    height: int = 0
    step: int = 0
    size: int = 0
    compressed: bool = False

    @property
    def age_ms(self) -> float:
        """ROS time from stamp to arrival; negative for a stamp from the future."""
        return (self.received_ros_ns - self.stamp_ns) / 1e6


@dataclass(frozen=True, slots=True)
class SimClock:
    """Which time the node lives in.

    Attributes:
        use_sim_time: whether ROS time is what `/clock` says.
        publishers: of `/clock`.
        ticked_ns: when it last ticked; None for never.
        wall_ns: the machine's own time of day, nanoseconds since 1970.
        running_ns: since when it has ticked without standing still; None for never.
    """

    use_sim_time: bool = False
    publishers: int = 0
    ticked_ns: int | None = None
    wall_ns: int | None = None
    running_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Middleware:
    """How the node talks to the others.

    Attributes:
        domain_id: ROS_DOMAIN_ID.
        name: of the rmw implementation, or `cyclonedds` for bare DDS; empty where not known.
        fastdds_transports: FASTDDS_BUILTIN_TRANSPORTS; empty where it is not set.
        receive_buffer_bytes: the most that a socket may have (net.core.rmem_max on Linux, or
            less where the middleware asks for less); None where it is not known.
        other_topics: topics of others that are seen, of any type.
    """

    domain_id: int = 0
    name: str = ""
    fastdds_transports: str = ""
    receive_buffer_bytes: int | None = None
    other_topics: int = 0


@dataclass(frozen=True, slots=True)
class CameraTopic:
    """One camera's topic.

    Attributes:
        camera: its name.
        topic: full name as subscribed.
        configured: as written in the parameters; empty means as `topic`.
        type_name: that is subscribed to.
        requested: QoS of the subscription.
        subscribed_ns: since when it listens.
        now_ns: now.
        publishers: on this topic, of any type.
        frames: received so far.
        last_frame_ns: when the newest came; None for never.
        heads: of the newest few messages, oldest first.
        lost: frames that never arrived, of the newest ones: see `lost_on_the_way`.
        undecodable: reports of the last seconds that say `malformed`.
        undecodable_why: the reason of most of them, one English clause or sentence.
        incompatible: policies that the middleware named in its incompatible-QoS notices.
        image_topics: all topics of the graph with image publishers.
        clock: which time the node lives in.
        middleware: how it talks to the others.
    """

    camera: str
    topic: str
    now_ns: int
    configured: str = ""
    type_name: str = IMAGE
    requested: Qos = SENSOR
    subscribed_ns: int = 0
    publishers: tuple[Publisher, ...] = ()
    frames: int = 0
    last_frame_ns: int | None = None
    heads: tuple[FrameHead, ...] = ()
    lost: int = 0
    undecodable: int = 0
    undecodable_why: str = ""
    incompatible: tuple[str, ...] = ()
    image_topics: tuple[ImageTopic, ...] = ()
    clock: SimClock = field(default_factory=SimClock)
    middleware: Middleware = field(default_factory=Middleware)

    @property
    def silent_ns(self) -> int:
        """How long nothing has come: since the last frame, or since it listens.

        A simulation that goes on after a pause has as much time for its next frame as one that
        begins.
        """
        since_ns = max(self.subscribed_ns, self.clock.running_ns or self.subscribed_ns)
        return self.now_ns - max(since_ns, self.last_frame_ns or since_ns)


LEAST_STAMPS = 5
"""Below this a period is a guess."""
LONGEST_GAP = 20
"""Periods; a camera that is silent for longer has stopped, and its frames were never taken."""


def regular_period_ns(stamps_ns: Sequence[int]) -> float | None:
    """The time between two frames of a regular camera, some of whose frames did not come.

    Args:
        stamps_ns: of consecutive messages in order of arrival, ROS time.

    Returns:
        Nanoseconds; None where there are too few stamps, or none that tell a period.
    """
    steps = [after - before for before, after in zip(stamps_ns, stamps_ns[1:], strict=False)]
    forward = sorted(step for step in steps if step > 0)
    if len(stamps_ns) < LEAST_STAMPS or not forward:
        return None
    # The lower quartile: with every other frame lost the median would be a gap already. And those
    # near it: a step that is short by jitter is followed by one that is long by as much.
    least = forward[len(forward) // 4]
    near = [step for step in forward if step <= 1.6 * least]
    return sum(near) / len(near)


def lost_between(before_ns: int, after_ns: int, period_ns: float) -> int:
    """Frames of that period that were taken between two stamps; 0 where the camera had stopped."""
    periods = round((after_ns - before_ns) / period_ns)
    return periods - 1 if 1 < periods <= LONGEST_GAP else 0


def lost_on_the_way(stamps_ns: Sequence[int]) -> int:
    """Frames that a regular camera took and that did not come, told from the gaps in its stamps.

    Args:
        stamps_ns: of consecutive messages in order of arrival, ROS time.

    Returns:
        How many are missing; 0 where no period can be told.
    """
    period_ns = regular_period_ns(stamps_ns)
    if period_ns is None:
        return 0
    pairs = zip(stamps_ns, stamps_ns[1:], strict=False)
    return sum(lost_between(before, after, period_ns) for before, after in pairs)
