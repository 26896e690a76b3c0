"""Ground truth finds its pictures, whoever recorded it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vlm_driving.core import UserError
from vlm_driving.driving_questions.scenes import read_scenes
from vlm_driving.replay.bag_writer import BagWriter
from vlm_driving.simulator.drive import Drive
from vlm_driving.simulator.scenario import Sight
from vlm_driving.simulator_recording import IMAGE_TOPIC, TRUTH_TOPIC, truth_text

SECOND_NS = 1_000_000_000
PICTURE = np.zeros((36, 64, 3), np.uint8)


def test_every_picture_of_a_simulated_bag_has_its_facts(town_bag: Path) -> None:
    scenes = read_scenes(town_bag)
    expected = [(t_s, Sight(scene)) for t_s, scene in Drive(1, 30.0, 2.0)]
    assert len(scenes) == len(expected) == 60
    for seen, (t_s, sight) in zip(scenes, expected, strict=True):
        assert seen.camera == IMAGE_TOPIC
        assert seen.stamp_ns == scenes[0].stamp_ns + round(t_s * SECOND_NS)
        assert len(seen.facts.pedestrians) == len(sight.facts.pedestrians)
        assert seen.facts.light is sight.facts.light
        assert seen.description.endswith("。")


def test_a_recorder_that_notes_arrivals_mixes_nothing_up(tmp_path: Path) -> None:
    """The topic has no stamps, and truth comes up to 90 ms after its picture."""
    start, moments = 500 * SECOND_NS, [(t_s, Sight(scene)) for t_s, scene in Drive(2, 2.0, 5.0)]
    late_ms = [5, 90, 10, 60, 3, 80, 20, 40, 1, 70]
    with BagWriter(tmp_path / "recorded") as bag:
        for count, (t_s, sight) in enumerate(moments):
            stamp_ns = start + round(t_s * SECOND_NS)
            bag.image(IMAGE_TOPIC, stamp_ns, "front", PICTURE)
            if count != 4:  # a message that the recorder lost
                text = truth_text(17.0 + t_s, sight, 2, count)
                bag.string(TRUTH_TOPIC, stamp_ns + late_ms[count] * 1_000_000, text)
    scenes = read_scenes(tmp_path / "recorded")
    assert [round((s.stamp_ns - start) / SECOND_NS, 1) for s in scenes] == [
        0.0, 0.2, 0.4, 0.6, 1.0, 1.2, 1.4, 1.6, 1.8,
    ]  # fmt: skip
    assert [s.ego_speed_kmh for s in scenes] == [
        sight.scene.ego_speed_kmh for n, (_, sight) in enumerate(moments) if n != 4
    ]


def test_a_bag_without_ground_truth_is_one_sentence(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as bag:
        bag.image(IMAGE_TOPIC, SECOND_NS, "front", PICTURE)
    with pytest.raises(UserError, match=r"no ground truth .*by hand"):
        read_scenes(tmp_path / "bag")


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"t_s": 0.0, "ego_speed_kmh": None})])
def test_a_message_that_is_no_ground_truth_is_one_sentence(tmp_path: Path, text: str) -> None:
    with BagWriter(tmp_path / "bag") as bag:
        bag.image(IMAGE_TOPIC, SECOND_NS, "front", PICTURE)
        bag.string(TRUTH_TOPIC, SECOND_NS, text)
    with pytest.raises(UserError, match="no ground truth of this version"):
        read_scenes(tmp_path / "bag")
