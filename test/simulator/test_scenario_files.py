"""Scenario files say what they mean, or a sentence says what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vlm_driving.core import UserError
from vlm_driving.resources import config_dir
from vlm_driving.simulator.scenario import load_scenario, parse_scenario
from vlm_driving.simulator.scenario.schema import EVENTS
from vlm_driving.simulator.scenario.schema_events import Signal
from vlm_driving.simulator.scene import Arrow, RoadClass, SignalColour

SHIPPED = sorted((config_dir() / "scenarios").glob("*.yaml"))


def road(**more: Any) -> dict[str, Any]:
    return {
        "description": "test",
        "road": {"class": "street"},
        "length_m": 200,
        "seconds": 20,
        **more,
    }


def read(data: dict[str, Any]) -> Any:
    return parse_scenario(data, "f.yaml", "f")


def test_the_shipped_ones_meet_every_kind_of_event() -> None:
    scenarios = [load_scenario(path) for path in SHIPPED]
    assert len(scenarios) >= 14
    assert {type(event) for one in scenarios for event in one.events} == set(EVENTS.values())
    assert {one.road.road_class for one in scenarios} == set(RoadClass)
    assert len({one.light for one in scenarios}) == len({one.weather for one in scenarios}) == 4
    assert all(30 <= one.seconds <= 75 and one.description for one in scenarios)


def test_words_and_numbers_become_what_they_mean() -> None:
    phases = [
        {"colour": "red", "seconds": 5, "arrows": ["straight"]},
        {"colour": "off", "seconds": 1},
    ]
    scenario = read(road(events=[{"kind": "signal", "at_m": 50, "phases": phases}]))
    (signal,) = scenario.events
    assert isinstance(signal, Signal)
    assert signal.phases[0].arrows == (Arrow.STRAIGHT,)
    assert signal.phases[1].colour is SignalColour.OFF
    assert scenario.road.road_class is RoadClass.STREET
    assert scenario.name == "f" and scenario.start_kmh is None


SIGNAL = {"kind": "signal", "at_m": 50, "phases": [{"colour": "red", "seconds": 5}]}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (road(lenght_m=3), ["f.yaml", "lenght_m", "length_m"]),
        (road(zzz=3), ["zzz", "it takes description"]),
        ({"road": {"class": "street"}}, ["f.yaml", "lacks description"]),
        (road(road={"class": "motorway"}), ["class", "f.yaml", "expressway", "motorway"]),
        (road(road={"class": "street", "lanes": 1, "ego_lane": 1}), ["ego_lane", "leftmost"]),
        (road(road=7), ["road in f.yaml", "mapping"]),
        (road(seconds=-1), ["seconds in f.yaml", "from 1 to 600", "-1"]),
        (road(seconds=float("nan")), ["seconds", "nan"]),
        (road(seconds=10**400), ["seconds", "from 1 to 600"]),
        (road(seconds=True), ["seconds", "True"]),
        (road(events=[{"at_m": 5}]), ["no. 1", "lacks kind"]),
        (road(events=[{"kind": "signl", "at_m": 5}]), ["signl", "did you mean signal"]),
        (road(events=[{"kind": ["signal"], "at_m": 5}]), ["unknown kind"]),
        (road(events=[{**SIGNAL, "at_m": 500}]), ["at_m", "no. 1 (signal)", "500", "length_m"]),
        (road(events=[{**SIGNAL, "phases": []}]), ["phases", "empty"]),
        (road(events=[{**SIGNAL, "phases": [{"colour": "blue", "seconds": 1}]}]), ["blue", "red"]),
        (road(road={"class": "expressway"}, events=[SIGNAL]), ["expressway", "signal"]),
        (road(road={"class": "street", "oncoming_lanes": 0},
              events=[{"kind": "oncoming", "at_m": 5}]), ["oncoming_lanes"]),
        (road(events=[{"kind": "lead", "at_m": 5, "profile": [
            {"at_s": 5, "kmh": 1}, {"at_s": 5, "kmh": 2}]}]), ["profile", "forward in time"]),
        (road(events=[{"kind": "lead", "at_m": 5, "lane": 1, "profile": [
            {"at_s": 5, "kmh": 1}]}]), ["lane", "count from 0"]),
        (road(events=5), ["events", "list"]),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_sentence(data: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        read(data)
    sentence = str(caught.value)
    assert all(word in sentence for word in words), sentence
    assert "\n" not in sentence and sentence.endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (b"road: [", "not YAML"),
        (b"- 1\n", "no keys"),
        (b"", "no keys"),
        (b"seconds: 1\nseconds: 2\n", "twice"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"name: x\n", "named by its file"),
        (b"[" * 3000, "nested too deeply"),
        (b"#" * (2 << 20), "1 MiB"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: bytes, word: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(text)
    with pytest.raises(UserError, match=word) as caught:
        load_scenario(path)
    assert "broken.yaml" in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="name an existing"):
        load_scenario(tmp_path / "none.yaml")
