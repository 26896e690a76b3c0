"""Whether two bags say the same about the same frames: a replay's, and one recorded from the node.

    python -m vlm_driving.replay.compare_outputs OFFLINE NODE [--camera front]
        [--offline-camera front] [--node /vlm_driving]

Frames are matched by their stamps. A replay in every-frame pace answers each frame in full, so it
is the measure; the node may have been faster or slower, which is counted and is no difference:
frames that it did not take or had no answer to, and texts that it cut at a sentence's end.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.core.report import Outcome, SceneReport
from vlm_driving.replay.bag import Bag, open_bag
from vlm_driving.replay.bag_out_said import NODE, OutputTopics
from vlm_driving.ros.codecs import decode
from vlm_driving.ros.messages import ClassificationMessage, Kind, TextMessage
from vlm_driving.ros.outputs import Results, advice_results

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the two bags do not say alike.

    Attributes:
        stamp_ns: of the frame.
        what: topic or key.
        offline: what the replay says.
        node: what the node says.
    """

    stamp_ns: int
    what: str
    offline: object
    node: object

    def __str__(self) -> str:
        return f"{self.stamp_ns} {self.what}: offline {self.offline!r}, node {self.node!r}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two bags compare.

    Attributes:
        compared: frames that both answered, with the same ego speed.
        vehicle_compared: frames for which both gave the vehicle's advice.
        truncated: compared frames whose text the node cut.
        unanswered: frames that the node reports without an answer.
        missing: frames of the replay that the node has no report of.
        unknown: frames of the node that the replay has no answer to.
        other_speed: frames that both answered, knowing different ego speeds.
        differences: in what was compared, and where a bag does not agree with itself.
    """

    compared: int
    vehicle_compared: int
    truncated: int
    unanswered: int
    missing: int
    unknown: int
    other_speed: int
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether something was compared, and there was no difference."""
        return self.compared > 0 and not self.differences

    def to_json(self) -> dict[str, Any]:
        """The figures; differences as a count."""
        keys = ("compared", "vehicle_compared", "truncated", "unanswered", "missing", "unknown")
        figures = {key: getattr(self, key) for key in (*keys, "other_speed")}
        return {**figures, "differences": len(self.differences), "same": self.same}


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a bag holds of one camera, by stamp.

    Attributes:
        reports: of its frames.
        advice: class_id and score of the camera's advice.
        vehicle: of the vehicle's, where there was one.
        descriptions: in the order of publishing.
    """

    reports: dict[int, SceneReport]
    advice: dict[int, Results]
    vehicle: dict[int, Results]
    descriptions: list[str]


def compare(offline: Outputs, node: Outputs) -> Comparison:
    """Compare what a replay says with what the node says."""
    differences = [*_within("offline", offline), *_within("node", node)]
    compared: list[int] = []
    truncated = unanswered = unknown = other_speed = 0
    for stamp_ns, ours in sorted(node.reports.items()):
        full = offline.reports.get(stamp_ns)
        if not ours.outcome.answered:
            unanswered += 1
        elif full is None or not full.outcome.answered:
            unknown += 1
        elif full.ego_speed_kmh != ours.ego_speed_kmh:
            other_speed += 1
        else:
            compared.append(stamp_ns)
            truncated += ours.outcome is Outcome.TRUNCATED
            differences += _between(full, ours)
    vehicle = [stamp for stamp in compared if stamp in offline.vehicle and stamp in node.vehicle]
    differences += [
        Difference(stamp, "~/advice", offline.vehicle[stamp], node.vehicle[stamp])
        for stamp in vehicle
        if _printed(offline.vehicle[stamp]) != _printed(node.vehicle[stamp])
    ]
    return Comparison(
        compared=len(compared),
        vehicle_compared=len(vehicle),
        truncated=truncated,
        unanswered=unanswered,
        missing=len(offline.reports.keys() - node.reports.keys()),
        unknown=unknown,
        other_speed=other_speed,
        differences=tuple(differences),
    )


def read_outputs(path: Path, camera: str = "front", node: str = NODE) -> Outputs:
    """What the bag at `path` holds.

    Args:
        path: of any bag that a replay reads.
        camera: its name in the topics.
        node: full name of the node that published.

    Raises:
        UserError: there is no such bag, or no report of the camera in it.
    """
    with open_bag(path) as bag:
        topics = OutputTopics(camera)
        found = Outputs({}, {}, {}, [])
        for text in _messages(bag, _under(node, topics.report), Kind.TEXT):
            assert isinstance(text, TextMessage)
            report = SceneReport.from_json(json.loads(text.data))
            found.reports[report.stamp_ns] = report
        for text in _messages(bag, _under(node, topics.description), Kind.TEXT):
            assert isinstance(text, TextMessage)
            found.descriptions.append(text.data)
        for topic, into in (
            (topics.advice, found.advice),
            (topics.vehicle_advice, found.vehicle),
        ):
            for one in _messages(bag, _under(node, topic), Kind.CLASSIFICATION):
                assert isinstance(one, ClassificationMessage)
                if one.results or into is found.advice:
                    into[one.header.stamp_ns] = one.results
    if not found.reports:
        raise UserError(
            f"{path} has no reports on {_under(node, topics.report)}; name another --camera, "
            "--offline-camera or --node."
        )
    return found


def _messages(bag: Bag, topic: str, kind: Kind) -> list[Any]:
    return [decode(kind, one.raw) for one in bag.messages([topic])]


def _under(node: str, topic: str) -> str:
    return node.rstrip("/") + topic.removeprefix(NODE)


def _within(name: str, outputs: Outputs) -> list[Difference]:
    """Where the other topics of a bag do not say what its reports say."""
    differences = []
    for stamp_ns, report in outputs.reports.items():
        due = () if report.advice is None else advice_results(report.advice)
        said = outputs.advice.get(stamp_ns)
        if said is None or _printed(said) != _printed(due):
            differences.append(Difference(stamp_ns, f"{name}: ~/<camera>/advice", due, said))
    due_texts = [report.description_ja for report in outputs.reports.values()]
    if outputs.descriptions != due_texts:
        counts = (len(due_texts), len(outputs.descriptions))
        differences.append(Difference(0, f"{name}: ~/<camera>/description", *counts))
    return differences


def _printed(results: Results) -> Results:
    """As reports print them: rounded."""
    return tuple((label, round(score, 4)) for label, score in results)


def _between(offline: SceneReport, node: SceneReport) -> list[Difference]:
    """Where the answers to one frame differ."""
    stamp_ns = offline.stamp_ns
    differences = []
    if offline.advice != node.advice:
        differences.append(Difference(stamp_ns, "advice", offline.advice, node.advice))
    for key in ("advice_ja", "description_ja"):
        ours, theirs = getattr(offline, key), getattr(node, key)
        node_cut = node.outcome is Outcome.TRUNCATED and ours.startswith(theirs)
        offline_cut = offline.outcome is Outcome.TRUNCATED and theirs.startswith(ours)
        if ours != theirs and not node_cut and not offline_cut:
            differences.append(Difference(stamp_ns, key, ours, theirs))
    return differences


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as one JSON object, and the first differences before; 1 if there are."""
    parser = argparse.ArgumentParser(prog="python -m vlm_driving.replay.compare_outputs")
    parser.add_argument("offline", type=Path, help="a bag of `vlm-driving replay --bag-out`")
    parser.add_argument("recorded", type=Path, help="a bag that was recorded from the node")
    parser.add_argument("--camera", default="front", help="name of the camera (default front)")
    parser.add_argument(
        "--offline-camera", help="its name in the replay, after its topic (default: as --camera)"
    )
    parser.add_argument("--node", default=NODE, help=f"full name of the node (default {NODE})")
    args = parser.parse_args(arguments)
    try:
        offline = read_outputs(args.offline, args.offline_camera or args.camera)
        result = compare(offline, read_outputs(args.recorded, args.camera, args.node))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    for difference in result.differences[:SHOWN]:
        print(difference, file=sys.stderr)
    print(json.dumps(result.to_json()))
    return 0 if result.same else 1


if __name__ == "__main__":
    sys.exit(main())
