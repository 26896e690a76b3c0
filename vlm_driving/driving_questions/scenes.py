"""The pictures of a bag of which the ground truth is known."""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.replay.bag import Bag, BagMessage, open_bag
from vlm_driving.replay.topics import choose_camera_topic
from vlm_driving.runtime.images import MalformedImage
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.facts_read import facts_from_json
from vlm_driving.simulator_recording import TRUTH_TOPIC

_TRUTH_TYPE = "std_msgs/msg/String"
_NEAR_NS = 2_000_000
"""`t_s` is rounded to a millisecond; no camera has two pictures as close as this."""
_HEADER_BYTES, _LENGTH_BYTES = 4, 4


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture and what it shows.

    Attributes:
        camera: topic.
        stamp_ns: of the picture.
        facts: what can be told from the picture.
        ego_speed_kmh: None where it is not known.
        description: in Japanese, what the ground truth says of the picture.
        told: the message's whole object.
    """

    camera: str
    stamp_ns: int
    facts: Facts
    ego_speed_kmh: float | None
    description: str
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Truth:
    """A message of the ground-truth topic."""

    log_time_ns: int
    t_ns: int
    facts: Facts
    ego_speed_kmh: float | None
    description: str
    told: Mapping[str, Any]


def read_scenes(path: Path, camera: str | None = None) -> tuple[Seen, ...]:
    """Pictures with ground truth, in the order of their stamps.

    Args:
        path: a bag of `vlm-driving simulate`, or a recording of the simulator's ROS 2 node.
        camera: topic; None: the only one.

    Raises:
        UserError: no bag, no camera, no ground truth, or none that belongs to the pictures.
    """
    with open_bag(path) as bag:
        if not any(t.name == TRUTH_TOPIC and t.msgtype == _TRUTH_TYPE for t in bag.topics):
            raise UserError(
                f"{path} has no ground truth ({TRUTH_TOPIC}, {_TRUTH_TYPE}); name a bag of "
                "`vlm-driving simulate`, or write the questions by hand "
                "(docs/driving_questions.md)."
            )
        topic = choose_camera_topic(bag, camera).name
        truths = [_truth(message, path) for message in bag.messages([TRUTH_TOPIC])]
        stamps = _stamps(bag, topic)
    scenes = _joined(topic, stamps, truths)
    if not scenes:
        raise UserError(
            f"No ground truth of {path} belongs to a picture of {topic}; name a bag that has "
            "both from one drive."
        )
    return scenes


def _truth(message: BagMessage, path: Path) -> _Truth:
    try:
        data = json.loads(_string(bytes(message.raw)))
        speed = data["ego_speed_kmh"]
        return _Truth(
            message.log_time_ns,
            round(float(data["t_s"]) * 1e9),
            facts_from_json(data["facts"]),
            None if speed is None else float(speed),
            f"{data['description_ja']}{data['advice_ja']}",
            data,
        )
    except (ValueError, KeyError, TypeError, struct.error) as fault:
        reason = str(fault).rstrip(".")
        raise UserError(
            f"A message of {TRUTH_TOPIC} in {path} is no ground truth of this version ({reason}); "
            "record the drive again."
        ) from None


def _string(raw: bytes) -> str:
    """The text of a std_msgs/String in CDR."""
    order = "<" if raw[1] & 1 else ">"
    (length,) = struct.unpack_from(f"{order}I", raw, _HEADER_BYTES)
    begin = _HEADER_BYTES + _LENGTH_BYTES
    return raw[begin : begin + length].rstrip(b"\0").decode("utf-8")


def _stamps(bag: Bag, topic: str) -> list[tuple[int, int]]:
    """Log time and stamp of every picture that can be read."""
    found = []
    for message in bag.messages([topic]):
        try:
            found.append((message.log_time_ns, bag.image(message).stamp_ns))
        except MalformedImage:
            continue
    return found


def _joined(topic: str, stamps: list[tuple[int, int]], truths: list[_Truth]) -> tuple[Seen, ...]:
    """Truths with their pictures.

    A std_msgs/String has no stamp, and a recorder notes when a message came, not when it was
    made. But its `t_s` and the pictures' stamps run on one clock: the difference that most of
    them share tells which belong together.
    """
    if not stamps or not truths:
        return ()
    differences: Counter[int] = Counter()
    place = 0
    for truth in truths:
        while place + 1 < len(stamps) and abs(stamps[place + 1][0] - truth.log_time_ns) <= abs(
            stamps[place][0] - truth.log_time_ns
        ):
            place += 1
        differences[round((stamps[place][1] - truth.t_ns) / 1e6)] += 1
    base_ns = differences.most_common(1)[0][0] * 1_000_000
    by_ms = {round((stamp_ns - base_ns) / 1e6): stamp_ns for _, stamp_ns in stamps}
    scenes = {}
    for truth in truths:
        at = round(truth.t_ns / 1e6)
        stamp = next((by_ms[ms] for ms in (at, at - 1, at + 1) if ms in by_ms), None)
        if stamp is not None and abs(stamp - base_ns - truth.t_ns) <= _NEAR_NS:
            scenes[stamp] = Seen(
                topic, stamp, truth.facts, truth.ego_speed_kmh, truth.description, truth.told
            )
    return tuple(scenes[stamp] for stamp in sorted(scenes))
