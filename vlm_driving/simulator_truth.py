"""The truth of a simulated bag: its ground-truth topic, as reports are judged by it."""

from __future__ import annotations

from pathlib import Path

from vlm_driving.core import (
    Hazard,
    PathAdvice,
    SpeedAdvice,
    UserError,
)
from vlm_driving.driving_questions.scenes import Seen, read_scenes
from vlm_driving.evaluation.keyfact import parse_rubric
from vlm_driving.evaluation.truth.truth import Course, Truth, TruthSet, checked
from vlm_driving.replay.bag import open_bag
from vlm_driving.simulator.description_facts import description_rubric
from vlm_driving.simulator_recording import TRUTH_TOPIC

_NO_THINGS = (
    "The bag's ground truth has no list of things; descriptions that name what does not show are "
    "not all found out."
)


def has_truth(bag: Path) -> bool:
    """Whether a bag has the ground-truth topic. Raises UserError when it cannot be read."""
    with open_bag(bag) as opened:
        return any(topic.name == TRUTH_TOPIC for topic in opened.topics)


def bag_truth(bag: Path, camera_topic: str | None = None) -> TruthSet:
    """What is right for each picture of a simulated bag.

    Args:
        bag: of `vlm-driving simulate`, or a recording of the simulator's node.
        camera_topic: of the pictures; None: the bag's only camera.

    Raises:
        UserError: no bag, no ground truth, or one of another version.
    """
    scenes = read_scenes(bag, camera_topic)
    old = any("things" not in scene.told for scene in scenes)
    return checked(str(bag), (_truth(scene, bag) for scene in scenes), (_NO_THINGS,) if old else ())


def _truth(scene: Seen, bag: Path) -> Truth:
    told = scene.told
    try:
        things = told.get("things")
        shown = None if things is None else {one["kind"] for one in things if one["pixels"]}
        advice = told["advice"]
        return Truth(
            camera=scene.camera,
            stamp_ns=scene.stamp_ns,
            course=None
            if advice is None
            else Course(SpeedAdvice(advice["speed"]), PathAdvice(advice["path"])),
            advised=True,
            hazards=tuple(map(Hazard.from_json, told["hazards"])),
            reference=str(told["description_ja"]),
            facts=parse_rubric(description_rubric(scene.facts, shown)),
            ego_speed_kmh=scene.ego_speed_kmh,
        )
    except (ValueError, KeyError, TypeError) as fault:
        raise UserError(
            f"A message of {TRUTH_TOPIC} in {bag} is no ground truth of this version ({fault!r}); "
            "record the drive again."
        ) from None
