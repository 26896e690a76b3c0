"""A drive moves plausibly, meets what it promises, and becomes a bag."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from rosbags.highlevel import AnyReader
from rosbags.typesys import Stores, get_typestore

from vlm_driving import simulator_command
from vlm_driving.core import UserError
from vlm_driving.simulator.drive import Drive
from vlm_driving.simulator.scene import (
    Light,
    PedestrianPlace,
    SignalColour,
    VehicleRole,
)


def test_a_drive_is_the_same_every_time() -> None:
    drive = Drive(4, seconds=3.0, fps=5.0)
    assert len(drive) == 15
    assert list(drive) == list(drive)
    assert list(Drive(4, seconds=3.0, fps=5.0)) == list(drive)
    assert list(Drive(5, seconds=3.0, fps=5.0)) != list(drive)


@pytest.mark.parametrize("seed", [1, 2])
def test_thirty_seconds_meet_lead_parked_pedestrian_and_a_red_signal(seed: int) -> None:
    scenes = [scene for _, scene in Drive(seed, seconds=30.0, fps=5.0)]
    speeds = [scene.ego_speed_kmh or 0.0 for scene in scenes]
    assert max(abs(b - a) for a, b in zip(speeds, speeds[1:], strict=False)) / 3.6 * 5 <= 3.5
    assert max(speeds) > 30 and min(speeds) == 0.0 and speeds[-1] > 0.0
    roles = {vehicle.role for scene in scenes for vehicle in scene.vehicles}
    assert roles == set(VehicleRole) - {VehicleRole.CROSSING}
    assert any(v.braking for scene in scenes for v in scene.vehicles)
    assert min(scene.ego_offset_m for scene in scenes) < -0.7
    colours = [scene.signal.colour for scene in scenes if scene.signal is not None]
    assert set(colours) == set(SignalColour) - {SignalColour.OFF}
    assert colours[-1] is SignalColour.GREEN
    crossing = [
        scene
        for scene in scenes
        if any(p.place is PedestrianPlace.CROSSING for p in scene.pedestrians)
    ]
    assert crossing
    for scene in crossing:  # nobody is run over
        person = next(p for p in scene.pedestrians if p.place is PedestrianPlace.CROSSING)
        assert person.x_m > 4.0
    waiting = [
        scene
        for scene in scenes
        if scene.ego_speed_kmh == 0.0
        and scene.signal is not None
        and scene.signal.colour is SignalColour.RED
    ]
    assert waiting
    assert all(s.stop_line_m is not None and 3.0 < s.stop_line_m < 10.0 for s in waiting)


def arguments(out: Path, *more: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    simulator_command.configure(parser)
    return parser.parse_args(["--out", str(out), *more])


def test_the_command_writes_a_bag_with_pictures_speeds_and_ground_truth(tmp_path: Path) -> None:
    out = tmp_path / "bag"
    args = arguments(out, "--seconds", "1", "--fps", "4", "--light", "dusk", "--storage", "sqlite3")
    assert simulator_command.run(args) == 0
    store = get_typestore(Stores.ROS2_HUMBLE)
    with AnyReader([out], default_typestore=store) as reader:
        counts = {c.topic: c.msgcount for c in reader.connections}
        truths = []
        for connection, _, raw in reader.messages():
            if connection.topic == simulator_command.TRUTH_TOPIC:
                message: Any = reader.deserialize(raw, connection.msgtype)
                truths.append(json.loads(message.data))
    assert counts == {
        simulator_command.IMAGE_TOPIC: 4,
        simulator_command.CAMERA_INFO_TOPIC: 4,
        simulator_command.TWIST_TOPIC: 4,
        simulator_command.TRUTH_TOPIC: 4,
    }
    assert truths[0]["facts"]["light"] == Light.DUSK.value
    assert truths[0]["advice"]["speed"] in ("KEEP", "ACCELERATE", "DECELERATE", "STOP")
    assert truths[0]["advice_ja"].endswith("。")


def test_an_output_that_exists_and_numbers_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="exists already"):
        simulator_command.run(arguments(tmp_path))
    for more in (("--seconds", "0"), ("--fps", "-1"), ("--seconds", "nan"), ("--seed", "-1")):
        with pytest.raises(UserError, match=more[0]):
            simulator_command.run(arguments(tmp_path / "new", *more))
