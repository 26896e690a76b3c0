"""The hand-made labels of real pictures: complete, in legal words, and of frames that exist."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from vlm_driving.replay.bag import open_bag
from vlm_driving.simulator.fact_types import Offset, Side
from vlm_driving.simulator.scene import Light, RoadClass, SignalColour, VehicleKind, Weather

LABELS = Path(__file__).parents[1] / "data" / "real_camera_labels.json"
SETS = {"i280_highway_1hz": ("tuning", 51), "white_lane_25fps": ("final", 9)}
FLAGS = (
    "clear",
    "tunnel",
    "curve_strict",
    "oncoming_visible",
    "parked_visible",
    "crossing",
    "stop_line",
    "works",
    "obstacle",
    "signs",
)
KEYS = {
    *("set", "bag", "topic", "stamp_ns", "light", "weather", "road", "lanes", "curve", "lead"),
    *("vehicles", "pedestrians", "cyclists", "signal", "offset", "jam", "doubtful", "notes"),
    *FLAGS,
}


@pytest.fixture(scope="module")
def frames() -> list[dict[str, Any]]:
    document = json.loads(LABELS.read_text(encoding="utf-8"))
    assert document["schema"] == "vlm_driving/real_camera_labels/1"
    assert all(isinstance(line, str) for line in document["about"])
    found: list[dict[str, Any]] = document["frames"]
    return found


def _legal_range(pair: list[float]) -> bool:
    low, high = pair
    return 0 < low < high and math.isfinite(high)


def test_sixty_frames_in_two_sets(frames: list[dict[str, Any]]) -> None:
    assert len({(f["bag"], f["topic"], f["stamp_ns"]) for f in frames}) == len(frames) == 60
    assert Counter((f["bag"], f["set"]) for f in frames) == {
        (bag, name): count for bag, (name, count) in SETS.items()
    }


def test_values_are_legal(frames: list[dict[str, Any]]) -> None:
    for f in frames:
        assert f.keys() == KEYS
        assert all(isinstance(f[name], bool) for name in FLAGS)
        assert f["jam"] in (True, False, None)
        assert Light(f["light"]) and Weather(f["weather"])
        assert f["road"] and all(RoadClass(name) for name in f["road"])
        assert f["offset"] and all(Offset(name) for name in f["offset"])
        assert f["lanes"] and all(isinstance(n, int) and 1 <= n <= 6 for n in f["lanes"])
        assert f["curve"] in (None, "left", "right")
        assert f["signal"] is None or SignalColour(f["signal"])
        assert f["pedestrians"] == f["cyclists"] == []
        assert set(f["doubtful"]) < KEYS
        assert isinstance(f["notes"], str)


def test_vehicles_agree_with_the_rest(frames: list[dict[str, Any]]) -> None:
    for f in frames:
        for car in f["vehicles"]:
            assert car.keys() == {"side", "direction", "range_m"}
            assert Side(car["side"]) and _legal_range(car["range_m"])
            assert car["direction"] in ("ahead", "oncoming", "parked")
        directions = {car["direction"] for car in f["vehicles"]}
        assert f["oncoming_visible"] or "oncoming" not in directions
        assert f["parked_visible"] or "parked" not in directions
        centre = [
            car["range_m"]
            for car in f["vehicles"]
            if (car["side"], car["direction"]) == ("center", "ahead")
        ]
        lead = f["lead"]
        assert centre[:1] == ([] if lead is None else [lead["range_m"]])
        if lead is not None:
            assert lead.keys() == {"range_m", "kind", "braking"}
            assert lead["kind"] and all(VehicleKind(kind) for kind in lead["kind"])
            assert lead["braking"] in (True, False, None)


def test_the_bags_hold_these_frames(shared_dir: Path, frames: list[dict[str, Any]]) -> None:
    for name in SETS:
        wanted = {(f["topic"], f["stamp_ns"]) for f in frames if f["bag"] == name}
        with open_bag(shared_dir / "bags" / name) as bag:
            topics = {topic for topic, _ in wanted}
            there = {(m.topic, bag.image(m).stamp_ns) for m in bag.messages(topics)}
        assert wanted <= there
