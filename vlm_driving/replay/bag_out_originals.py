"""The messages of a recording that go into a new bag as they are.

Kept are the camera, the ego speed, and what a viewer needs to place the pictures: the camera's
`CameraInfo` and the transforms. A bag is read a second time for them, beside the replay, so that
nothing has to be held until its turn comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.typesys.store import Typestore

from vlm_driving.replay.bag import Bag
from vlm_driving.replay.bag_parts import CDR, PROTOBUF, BagMessage, Channel
from vlm_driving.replay.bag_types import (
    Definition,
    definition_in,
    known_definition,
    recorded_definition,
    types_for_ros1,
)
from vlm_driving.replay.options import ReplayOptions
from vlm_driving.replay.recorded import RecordedMessage, with_usable_times
from vlm_driving.ros import messages
from vlm_driving.ros.codecs import encode
from vlm_driving.ros.messages import Header, Kind
from vlm_driving.runtime.images import MalformedImage

CAMERA_INFO = "sensor_msgs/msg/CameraInfo"
TRANSFORMS = "tf2_msgs/msg/TFMessage"
STATIC_TRANSFORMS = "/tf_static"

_FOREVER = QosTime(9223372036, 854775807)
LATCHED = Qos(
    QosHistory.KEEP_ALL,
    0,
    QosReliability.RELIABLE,
    QosDurability.TRANSIENT_LOCAL,
    _FOREVER,
    _FOREVER,
    QosLiveliness.AUTOMATIC,
    _FOREVER,
    False,
)
"""As transforms that never change are published: who comes late gets them, too."""


@dataclass(frozen=True, slots=True)
class KeptTopic:
    """A topic of the recording as it stands in the new bag.

    Attributes:
        recorded: its name in the recording.
        name: in the new bag: with a slash in front, which names of ROS 1 lack.
        msgtype: of ROS 2.
        definition: of that type.
        qos: to play it with; empty for the default.
    """

    recorded: str
    name: str
    msgtype: str
    definition: Definition
    qos: tuple[Qos, ...] = ()


class Originals:
    """Reads them in recorded order.

    Attributes:
        topics: all that are kept.
        problems: sentences about what is left out.
    """

    def __init__(self, bag: Bag, options: ReplayOptions, camera: str, speed: str | None) -> None:
        """Choose the topics.

        Args:
            bag: opened for this alone.
            options: of the replay.
            camera: topic of the images.
            speed: topic of the ego speed.
        """
        self.problems: list[str] = []
        self.topics: list[KeptTopic] = []
        self._of_ros1: dict[str, Typestore] = {}
        self._bag = bag
        self._options = options
        self._camera = camera
        for channel in bag.channels:
            if _wanted(channel, camera, speed) and not self._is_kept(channel.topic):
                self._keep(channel)

    def messages(self) -> Iterator[RecordedMessage]:
        """All messages of the part that is replayed; times never go back."""
        last_ns = 0
        for one in with_usable_times(self._recorded(), lambda sentence: None):
            last_ns = max(last_ns, one.log_time_ns)
            yield one if one.log_time_ns == last_ns else replace(one, log_time_ns=last_ns)

    def cdr(self, message: BagMessage) -> bytes | memoryview | None:
        """The message for the new bag; None for one that cannot be converted."""
        if message.encoding == CDR:
            return message.raw
        try:
            if message.encoding == PROTOBUF:
                image = self._bag.image(message)
                header = Header(image.stamp_ns, image.frame_id)
                compressed = messages.CompressedImageMessage(header, image.format, image.data.data)
                return encode(Kind.COMPRESSED_IMAGE, compressed)
            store = self._of_ros1[message.msgtype]
            return store.ros1_to_cdr(memoryview(message.raw), message.msgtype)
        except Exception:  # damaged bytes lead rosbags to errors of any kind
            self._note(f"Damaged messages of {message.topic} are not in the new bag.")
            return None

    def close(self) -> None:
        """Close the recording."""
        self._bag.close()

    def _recorded(self) -> Iterator[RecordedMessage]:
        options = self._options
        begin_ns = self._bag.start_ns + round(options.start_s * 1e9)
        if options.start_s > 0 and self._is_kept(STATIC_TRANSFORMS):
            # What was latched before still holds.
            for message in self._bag.messages([STATIC_TRANSFORMS], 0.0, options.start_s):
                yield RecordedMessage(begin_ns, None, message)
        names = [topic.recorded for topic in self.topics]
        for message in self._bag.messages(names, options.start_s, options.duration_s):
            frame = message.topic == self._camera
            stamp_ns = self._stamp_ns(message) if frame else None
            yield RecordedMessage(message.log_time_ns, stamp_ns, message)

    def _stamp_ns(self, message: BagMessage) -> int:
        try:
            return self._bag.image(message).stamp_ns
        except MalformedImage:
            return 0

    def _keep(self, channel: Channel) -> None:
        msgtype = channel.msgtype
        if channel.encoding == PROTOBUF:
            msgtype = Kind.COMPRESSED_IMAGE.value
            definition = known_definition(msgtype)
        elif channel.encoding == CDR:
            text, text_format = channel.definition, channel.definition_format
            definition = recorded_definition(msgtype, text, text_format)
            definition = definition or known_definition(msgtype)
        else:
            store = types_for_ros1(msgtype, channel.definition)
            if store is None:
                self._note(f"{channel.topic} ({msgtype}) does not become ROS 2 and is left out.")
                return
            self._of_ros1[msgtype] = store
            definition = definition_in(store, msgtype)
        name = "/" + channel.topic.lstrip("/")
        qos = (LATCHED,) if name == STATIC_TRANSFORMS else ()
        self.topics.append(
            KeptTopic(channel.topic, name, msgtype, definition or Definition(""), qos)
        )

    def _is_kept(self, topic: str) -> bool:
        return any(kept.recorded == topic for kept in self.topics)

    def _note(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)


def _wanted(channel: Channel, camera: str, speed: str | None) -> bool:
    if channel.topic in (camera, speed):
        return True
    if channel.msgtype == TRANSFORMS:
        return channel.topic.strip("/") in ("tf", "tf_static")
    return channel.msgtype == CAMERA_INFO and _parent(channel.topic) == _parent(_base(camera))


def _base(topic: str) -> str:
    """The topic that a transport is named below: /front/image_raw of .../compressed."""
    return topic.removesuffix("/compressed").removesuffix("/compressedDepth")


def _parent(topic: str) -> str:
    return topic.strip("/").rpartition("/")[0]
