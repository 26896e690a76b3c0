"""`simulate`: scenarios become bags, and models drive them; what cannot be is one sentence."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.typesys import Stores, get_typestore
from support.scripted_answerer import ScriptedAnswerer

from vlm_driving import simulator_command, simulator_loop, simulator_recording
from vlm_driving.core import UserError
from vlm_driving.replay.session import OpenedModel
from vlm_driving.simulator.scenario import Moment, drive

PATIENT = ("--budget-ms", "60000")
"""A busy machine must not decide how a test ends."""
FILE = """
description: a red signal
road: {class: street}
length_m: 100
start_kmh: 36
seconds: SECONDS
events:
  - kind: signal
    at_m: 30
    zebra: false
    cross_road_m: 12
    phases: [{colour: red, seconds: 60}]
"""


def scenario(folder: Path, seconds: float = 1.4, name: str = "short") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(FILE.replace("SECONDS", str(seconds)))
    return path


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    simulator_command.configure(parser)
    return simulator_command.run(parser.parse_args([str(word) for word in words]))


def messages(bag: Path) -> list[tuple[str, int, bytes, Any]]:
    store = get_typestore(Stores.ROS2_HUMBLE)
    with AnyReader([bag], default_typestore=store) as reader:
        return [
            (connection.topic, stamp, bytes(raw), reader.deserialize(raw, connection.msgtype))
            for connection, stamp, raw in reader.messages()
        ]


def test_a_scenario_becomes_a_bag_the_same_every_time(tmp_path: Path) -> None:
    path = scenario(tmp_path)
    for name, seed in (("a", 2), ("b", 2), ("c", 3)):
        assert run("--scenario", path, "--seed", seed, "--fps", 5, "--out", tmp_path / name) == 0
    bags = {name: messages(tmp_path / name) for name in "abc"}
    assert [one[:3] for one in bags["a"]] == [one[:3] for one in bags["b"]]
    assert [one[:3] for one in bags["a"]] != [one[:3] for one in bags["c"]]
    topics = [one[0] for one in bags["a"]]
    everything = (
        simulator_command.IMAGE_TOPIC,
        simulator_command.CAMERA_INFO_TOPIC,
        simulator_command.TWIST_TOPIC,
        simulator_command.TRUTH_TOPIC,
    )
    assert {topic: topics.count(topic) for topic in topics} == dict.fromkeys(everything, 7)
    (info, *_) = [m for topic, _, _, m in bags["a"] if topic == simulator_command.CAMERA_INFO_TOPIC]
    assert 54 <= np.degrees(2 * np.arctan(320 / info.k[0])) <= 62
    truths = [json.loads(m.data) for topic, _, _, m in bags["a"] if topic.endswith("ground_truth")]
    assert truths[-1]["facts"]["signal"]["colour"] == "red"
    assert "DECELERATE" in {truth["advice"]["speed"] for truth in truths}
    speeds = [m.twist.linear.x for topic, _, _, m in bags["a"] if topic.endswith("twist")]
    assert speeds[-1] < speeds[0] == pytest.approx(10.0, abs=0.02)  # the truth drives


def test_an_interrupted_bag_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: Any) -> Iterator[Moment]:
        for index, moment in enumerate(whole(*args)):
            if index == 3:
                raise KeyboardInterrupt
            yield moment

    whole = drive
    monkeypatch.setattr(simulator_recording, "drive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run("--scenario", scenario(tmp_path), "--out", tmp_path / "bag")
    assert len(messages(tmp_path / "bag")) == 12


def model(answerer: ScriptedAnswerer) -> OpenedModel:
    return OpenedModel("scripted", "onnx-cpu", 1.0, answerer=answerer)


def test_drivers_are_compared_and_a_model_goes_through_the_pipeline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answerer = ScriptedAnswerer()  # always DECELERATE
    monkeypatch.setattr(simulator_command, "_open_model", lambda args: model(answerer))
    path, out = scenario(tmp_path, seconds=4), tmp_path / "out"
    assert run("--drive", "--scenarios", path, "--out", out, *PATIENT) == 0
    printed = capsys.readouterr()
    result = json.loads(printed.out.splitlines()[-1])
    assert result == {**json.loads((out / "figures.json").read_text()),
                      "budget_ms": 60000.0, "model": "scripted", "backend": "onnx-cpu"}  # fmt: skip
    drivers = result["drivers"]
    assert list(drivers) == ["truth", "keep", "decelerate", "model"]
    assert drivers["keep"]["red_lights"] == 1 and drivers["keep"]["red_light_share"] == 1.0
    assert drivers["truth"]["red_lights"] == 0 and drivers["truth"]["progress_share"] == 1.0
    assert drivers["truth"]["needless_stops"] == 0
    assert drivers["model"]["progress_m"] == drivers["decelerate"]["progress_m"]
    assert drivers["model"]["outcomes"] == {"ok": 40} and drivers["model"]["without_advice"] == 0
    assert 0 < drivers["model"]["latency_ms"]["p50"] <= drivers["model"]["latency_ms"]["max"]
    assert len(answerer.seen) == 40 and answerer.seen[0][0] == 36.0
    lines = (out / "keep" / "short.jsonl").read_text().splitlines()
    first = json.loads(lines[0])
    assert (first["t_s"], first["speed_kmh"], first["advice"]["speed"]) == (0.0, 36.0, "KEEP")
    assert [p.name for p in (out / "keep").glob("*.jpg")] == ["short-002.9s-red_light.jpg"]
    assert "Closed loop" in printed.err and "decelerate" in printed.err


def test_each_seed_is_a_drive_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = scenario(tmp_path), tmp_path / "drives"
    words = ("--drive", "--driver", "keep", "--scenarios", path, "--seed", "3", "--seeds", "2")
    assert run(*words, "--out", out) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["seeds"] == [3, 4]
    keep = found["drivers"]["keep"]
    assert keep["drives"] == 2
    assert [name.split("@")[1] for name in keep["by_scenario"]] == ["3", "4"]
    assert len(list((out / "keep").glob("*.jsonl"))) == 2


@pytest.mark.parametrize(
    ("answerer", "outcome", "budget"),
    [
        (ScriptedAnswerer(unsure=True), "unsure", PATIENT),
        (ScriptedAnswerer(step_ms=60), "timeout", ()),
    ],
)
def test_late_and_unsure_answers_count_as_none(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answerer: ScriptedAnswerer,
    outcome: str,
    budget: tuple[str, ...],
) -> None:
    monkeypatch.setattr(simulator_command, "_open_model", lambda args: model(answerer))
    path = scenario(tmp_path)
    run("--drive", "--driver", "model", "--scenarios", path, *budget)
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])["drivers"]["model"]
    assert figures["outcomes"] == {outcome: 14} and figures["without_advice"] == 14
    assert figures["progress_share"] is None  # nobody to compare with


def test_the_shipped_scenarios_have_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--list-scenarios") == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == [path.stem for path in simulator_command.shipped()] and len(names) >= 14
    assert simulator_command.find("signals").is_file()


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--scenario", "signal"], "did you mean signals"),
        (["--scenario", "no/such.yaml"], "name an existing YAML file"),
        (["--scenario", "signals", "--light", "night"], "--light is the scenario's own"),
        (["--drive", "--scenario", "signals"], "name what to drive with --scenarios"),
        (["--drive", "--scenarios", "signals", "signals"], "named twice"),
        (["--drive", "--fps", "5"], "--fps"),
        (["--drive", "--seeds", "0"], "--seeds 0 is not possible"),
        (["--drive", "--budget-ms", "nan"], "--budget-ms"),
        (["--scenarios", "signals"], "goes with --drive"),
        (["--model", "bundle"], "goes with --drive"),
        (["--sheet", "page.html"], "--sheet writes its page alone"),
        (["--scenario", "x" * 300], "no scenario"),
        (["--seed", str(2**63)], "--seed"),
        (["--seed", "-1", "--drive"], "--seed"),
    ],
)
def test_what_cannot_be_is_one_sentence(tmp_path: Path, words: list[str], what: str) -> None:
    with pytest.raises(UserError, match=what):
        run(*words, "--out", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_out_is_needed_for_a_bag_and_never_overwritten(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--out is needed"):
        run("--scenario", "signals")
    with pytest.raises(UserError, match="exists already"):
        run("--scenario", "signals", "--out", tmp_path)
    with pytest.raises(UserError, match="exists already"):
        run("--drive", "--driver", "keep", "--out", tmp_path)


def test_every_name_of_a_driver_has_one() -> None:
    made = simulator_loop.makers(simulator_loop.DRIVERS, model(ScriptedAnswerer()), 200.0)
    assert tuple(make().name for make in made) == simulator_loop.DRIVERS
