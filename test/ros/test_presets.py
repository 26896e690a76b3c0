"""The presets say what is known about their sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vlm_driving.core import CameraRole, UserError
from vlm_driving.ros.parameters import SOURCES, preset

IMAGE, COMPRESSED = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"

KNOWN: dict[str, list[tuple[Any, ...]]] = {
    "carla_bridge": [("/carla/ego_vehicle/rgb_front/image", IMAGE, "bgra8", "reliable", 10)],
    "carla_native": [("/carla/hero/front/image", IMAGE, "bgra8", "reliable", None)],
    "awsim": [("/sensing/camera/traffic_light/image_raw", IMAGE, "bgr8", "best_effort", 1)],
    "autoware_vehicle": [
        ("/sensing/camera/camera0/image_raw", IMAGE, None, "best_effort", None),
        ("/sensing/camera/camera0/image_raw/compressed", COMPRESSED, None, "best_effort", None),
        ("/sensing/camera/camera0/image_rect_color", IMAGE, None, "best_effort", None),
    ],
    "nuscenes": [
        ("/cam_front/raw", IMAGE, "bgr8", None, None),
        ("/cam_front/compressed", COMPRESSED, None, None, None),
        ("/cam_front/image_rect_compressed", "foxglove.CompressedImage", None, None, None),
    ],
    "kitti": [("/kitti/camera_color_left/image_raw", IMAGE, "bgr8", None, None)],
    "builtin_simulator": [("/simulator/front/image_raw", IMAGE, "bgr8", "best_effort", 1)],
}
SIMULATED = {"carla_bridge", "carla_native", "awsim", "builtin_simulator"}


def test_all_of_them_are_known_here(repository: Path) -> None:
    files = {path.stem for path in (repository / "config" / "presets").glob("*.yaml")}
    assert files == set(KNOWN) == set(SOURCES)


@pytest.mark.parametrize("name", KNOWN)
def test_a_source_publishes_what_is_known_of_it(name: str) -> None:
    found = preset(name)
    streams = [(s.topic, s.type, s.encoding, s.reliability, s.depth) for s in found.source.streams]
    assert streams == KNOWN[name]
    text = found.path.read_text(encoding="utf-8")
    for stream in found.source.streams:
        assert stream.topic in text and stream.type in text and (stream.encoding or "") in text


@pytest.mark.parametrize("name", KNOWN)
def test_a_preset_listens_to_the_first_topic_of_its_source(name: str) -> None:
    found = preset(name)
    first = found.source.streams[0]
    (camera,) = found.settings.cameras
    assert camera.looks is CameraRole.FRONT and camera.stamp == "header"
    kinds = {IMAGE: "raw", COMPRESSED: "compressed"}
    assert (first.topic, kinds[first.type]) in camera.candidates


def test_a_compressed_autoware_camera_is_found_too() -> None:
    (camera,) = preset("autoware_vehicle").settings.cameras
    assert ("/sensing/camera/camera0/image_raw/compressed", "compressed") in camera.candidates


@pytest.mark.parametrize("name", KNOWN)
def test_sim_time_is_used_where_there_is_a_clock(name: str) -> None:
    found = preset(name)
    assert found.settings.use_sim_time is (found.source.clock is not None)
    assert (name == "autoware_vehicle") is (found.source.clock is None)


def test_awsim_has_its_rates() -> None:
    source = preset("awsim").source
    assert (source.streams[0].rate_hz, source.clock_hz) == (10.0, 100.0)


@pytest.mark.parametrize("name", KNOWN)
def test_a_simulator_may_stand_still_and_a_camera_may_not(name: str) -> None:
    assert preset(name).settings.frozen_after_frames == (0 if name in SIMULATED else 3)


def test_the_budget_is_the_same_everywhere() -> None:
    assert {preset(name).settings.budget_ms for name in KNOWN} == {200.0}


def test_an_unknown_preset_is_told_the_known_ones() -> None:
    with pytest.raises(UserError) as caught:
        preset("awsym")
    assert all(name in str(caught.value) for name in KNOWN)
    assert "did you mean awsim?" in str(caught.value)
    with pytest.raises(UserError, match="carla_bridge.*builtin_simulator"):
        preset("../replay")


def test_a_preset_that_was_changed_wrongly_names_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "presets"
    folder.mkdir()
    (folder / "awsim.yaml").write_text("/**: {ros__parameters: {budget_ms: 0.0}}\n")
    monkeypatch.setattr("vlm_driving.ros.parameters.presets.config_dir", lambda: tmp_path)
    with pytest.raises(UserError, match=r"awsim\.yaml: budget_ms is 0\.0"):
        preset("awsim")
