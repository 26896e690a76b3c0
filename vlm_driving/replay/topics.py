"""Which topic is the camera, and which one tells the ego speed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vlm_driving.core import UserError
from vlm_driving.replay.bag import Bag, TopicInfo
from vlm_driving.replay.bag_messages import COMPRESSED_IMAGE_TYPES, IMAGE_TYPES
from vlm_driving.replay.foxglove_protobuf import PROTOBUF_VIDEO
from vlm_driving.runtime.images import DEPTH_ENCODINGS, MalformedImage, video_codec

VIDEO_TYPES = (
    "foxglove_msgs/msg/CompressedVideo",
    "ffmpeg_image_transport_msgs/msg/FFMPEGPacket",
    "theora_image_transport/msg/Packet",
    PROTOBUF_VIDEO,
)

# Measured speeds, the likeliest to be the vehicle's own first.
_SPEED_RANKS = (
    (
        "autoware_vehicle_msgs/msg/VelocityReport",
        "autoware_auto_vehicle_msgs/msg/VelocityReport",
        "carla_msgs/msg/CarlaEgoVehicleStatus",
    ),
    ("nav_msgs/msg/Odometry",),
    ("geometry_msgs/msg/TwistStamped", "geometry_msgs/msg/TwistWithCovarianceStamped"),
)
# These may as well be commands or anything in m/s: they are taken only by name.
_SPEED_BY_NAME = ("geometry_msgs/msg/Twist", "std_msgs/msg/Float32", "std_msgs/msg/Float64")
SPEED_TYPES = (*(kind for rank in _SPEED_RANKS for kind in rank), *_SPEED_BY_NAME)
"""Types whose messages `MessageReader.speed_mps` reads."""

NO_SPEED = "none"
"""In place of a topic: take no speed."""

_CONVERT = (
    "record sensor_msgs/msg/Image or CompressedImage instead, or convert the bag with "
    "image_transport's republish"
)


def choose_camera_topic(bag: Bag, wanted: str | None = None) -> TopicInfo:
    """The topic named by `wanted`, or else the only camera of the bag.

    Video and depth are known by type, and by the first message's format.

    Raises:
        UserError: no such topic, no camera, several cameras, or video.
    """
    kinds = {topic: _no_picture(bag, topic) for topic in bag.topics if _is_visual(topic)}
    cameras = [topic for topic, reason in kinds.items() if reason is None]
    if wanted is not None:
        return _named_camera(bag, wanted, cameras, kinds)
    filled = [topic for topic in cameras if topic.count != 0] or cameras
    if len(filled) == 1:
        if filled[0].count == 0:
            why = "".join(f" ({problem.rstrip('.')})" for problem in bag.problems[:1])
            raise UserError(
                f"The camera topic {filled[0].name} of {bag.path} has no messages{why}; name "
                "another bag."
            )
        return filled[0]
    if filled:
        raise UserError(
            f"{bag.path} has {len(filled)} camera topics: {_names(filled)}; name one with "
            f"--camera-topic, such as --camera-topic {filled[0].name}."
        )
    if kinds:
        refused = "; ".join(f"{topic.name} is {reason}" for topic, reason in kinds.items())
        raise UserError(f"{bag.path} has no camera topic that can be read: {refused}; {_CONVERT}.")
    raise UserError(
        f"{bag.path} has no camera topic (sensor_msgs/msg/Image or CompressedImage); it has "
        f"{_described(bag.topics)}; name a bag with a camera."
    )


def choose_speed_topic(bag: Bag, wanted: str | None = None) -> TopicInfo | None:
    """The topic named by `wanted`, or else the one that is likeliest the vehicle's own speed.

    Raises:
        UserError: no such topic, no speed in it, or several that are equally likely.
    """
    if wanted == NO_SPEED:
        return None
    readable = [topic for topic in bag.topics if topic.msgtype in SPEED_TYPES]
    if wanted is not None:
        found = _find(bag.topics, wanted)
        if found is not None and found in readable:
            return found
        fault = "has no topic" if found is None else f"has no speed in {found.msgtype}"
        raise UserError(
            f"{bag.path} {fault} {wanted}; its speed topics are: {_names(readable) or 'none'}; "
            f"name one with --speed-topic, or --speed-topic {NO_SPEED}."
        )
    for rank in _SPEED_RANKS:
        likely = [topic for topic in readable if topic.msgtype in rank and topic.count != 0]
        if len(likely) > 1:
            raise UserError(
                f"{bag.path} has {len(likely)} speed topics: {_names(likely)}; name one with "
                f"--speed-topic, such as --speed-topic {likely[0].name}, or --speed-topic "
                f"{NO_SPEED}."
            )
        if likely:
            return likely[0]
    return None


def _named_camera(
    bag: Bag,
    wanted: str,
    cameras: Sequence[TopicInfo],
    kinds: dict[TopicInfo, str | None],
) -> TopicInfo:
    known = f"its camera topics are: {_names(cameras) or 'none'}"
    topic = _find(cameras, wanted) or _find(bag.topics, wanted)
    if topic is None:
        raise UserError(f"{bag.path} has no topic {wanted}; {known}.")
    if topic in cameras:
        return topic
    reason = kinds.get(topic)
    if reason is not None:
        raise UserError(f"Topic {topic.name} of {bag.path} is {reason}; {_CONVERT}; {known}.")
    raise UserError(f"Topic {topic.name} of {bag.path} is a {topic.msgtype}, no camera; {known}.")


def _is_visual(topic: TopicInfo) -> bool:
    return topic.msgtype in IMAGE_TYPES or topic.msgtype in VIDEO_TYPES


def _no_picture(bag: Bag, topic: TopicInfo) -> str | None:
    """What a visual topic is instead of pictures, or None."""
    if topic.msgtype in VIDEO_TYPES:
        return f"video ({topic.msgtype}), which needs a video decoder"
    first = next(bag.messages([topic.name]), None)
    if first is None:
        return None
    try:
        format = bag.image(first).format
    except MalformedImage:
        # Later messages may be sound, and each that is not gets its own report.
        return None
    if topic.msgtype in COMPRESSED_IMAGE_TYPES:
        if (codec := video_codec(format)) is not None:
            return f"{codec} video ({topic.msgtype}), which needs a video decoder"
        return "a depth image" if "compresseddepth" in format.lower() else None
    return f"a depth image ({format})" if format.lower() in DEPTH_ENCODINGS else None


def _find(topics: Iterable[TopicInfo], name: str) -> TopicInfo | None:
    """By name; a slash in front more or less, as in ROS 1, makes no difference."""
    return next((topic for topic in topics if topic.name.strip("/") == name.strip("/")), None)


def _names(topics: Iterable[TopicInfo]) -> str:
    return ", ".join(topic.name for topic in topics)


def _described(topics: Sequence[TopicInfo], limit: int = 8) -> str:
    if not topics:
        return "no topics at all"
    shown = ", ".join(f"{topic.name} ({topic.msgtype})" for topic in topics[:limit])
    return shown + (f" and {len(topics) - limit} more" if len(topics) > limit else "")
