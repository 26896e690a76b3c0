"""The table of parameters, and what a node makes of a flat mapping."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import fields
from typing import Any

import pytest
import yaml

from vlm_driving.core import CameraRole, UserError
from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.lineup import KNOWN
from vlm_driving.pipeline.questions import QuestionSettings
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.pipeline.vehicle import VehicleSettings
from vlm_driving.ros.diagnostic_status import DiagnosticThresholds
from vlm_driving.ros.parameters import (
    SECTIONS,
    NodeSettings,
    QosOverride,
    flat,
    merged,
    parameters_of,
    read,
    unlisted_cameras,
)
from vlm_driving.ros.parameters.parameter import Kind, Value, text_of
from vlm_driving.ros.preflight_causes import PreflightSettings

ROWS = [row for section in SECTIONS for row in section.parameters]


def refusal(given: dict[str, Any]) -> str:
    with pytest.raises(UserError) as caught:
        read(given)
    return str(caught.value)


def test_nothing_given_gives_the_defaults_of_the_dataclasses() -> None:
    assert read({}) == NodeSettings()


def test_the_defaults_are_those_of_the_pipeline() -> None:
    settings = read({})
    assert settings.pipeline() == PipelineSettings()
    assert settings.vehicle == VehicleSettings()
    assert settings.questions == QuestionSettings()
    assert settings.camera_shares == (CameraShare("front"),)
    assert settings.diagnostics.thresholds == DiagnosticThresholds()
    assert settings.preflight == PreflightSettings()
    assert settings.backend_names == ("auto",)
    assert settings.bundle is None


def test_every_field_of_the_settings_has_its_row() -> None:
    rows = {row.name.partition(".")[0] for row in ROWS}
    named = {one.name for one in fields(NodeSettings)}
    assert named == rows - {"camera"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_is_described_in_both_languages_and_has_a_range_where_it_is_a_number(
    row: Any,
) -> None:
    assert row.en.endswith((".", "mean")) and row.ja.endswith("。")
    if row.kind in (Kind.INTEGER, Kind.DOUBLE):
        assert row.least is not None and row.most is not None and row.least < row.most
    if row.default is not None:
        assert row.name.startswith("camera.<") or row.checked(row.default) == row.default
    if row.choices and row.default is not None:
        assert row.default in row.choices


def test_names_with_a_unit_end_in_it() -> None:
    for row in ROWS:
        if row.unit:
            assert row.name.endswith(f"_{row.unit.lower()}"), row.name


def test_the_known_backends_are_told() -> None:
    row = next(row for row in ROWS if row.name == "backends")
    assert all(name in row.en and name in row.ja for name in KNOWN)


def test_cameras_have_keys_of_their_own() -> None:
    settings = read(
        {
            "cameras": ["front", "left"],
            "camera.front.topic": "/front/image_raw",
            "camera.left.topic": "/left/image_raw/compressed",
            "camera.left.transport": "compressed",
            "camera.left.max_rate_hz": 2,
            "camera.left.share": 0.5,
        }
    )
    front, left = settings.cameras
    assert (front.name, front.topic, front.transport) == ("front", "/front/image_raw", "auto")
    assert left.camera_share == CameraShare("left", 0.5, 2.0)
    assert left.candidates == (("/left/image_raw/compressed", "compressed"),)
    assert settings.roles == {"front": CameraRole.FRONT, "left": CameraRole.LEFT}


def test_auto_looks_for_compressed_images_at_the_topic_and_below_it() -> None:
    camera = read({"camera.front.topic": "/a/image"}).cameras[0]
    assert camera.candidates == (
        ("/a/image", "raw"),
        ("/a/image", "compressed"),
        ("/a/image/compressed", "compressed"),
    )


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("front", CameraRole.FRONT),
        ("camera0", CameraRole.FRONT),
        ("front_left", CameraRole.LEFT),
        ("rear_right", CameraRole.REAR),
        ("CAM_BACK", CameraRole.REAR),
        ("bright", CameraRole.FRONT),
        ("right2", CameraRole.RIGHT),
    ],
)
def test_a_role_that_nobody_names_goes_by_the_words_of_the_camera(
    name: str, role: CameraRole
) -> None:
    assert read({"cameras": [name]}).cameras[0].looks is role
    assert read({"cameras": [name], f"camera.{name}.role": "front"}).cameras[0].looks.advises


def test_a_topic_that_nobody_names_is_a_private_one_to_be_remapped() -> None:
    assert [one.topic for one in read({"cameras": ["a", "b"]}).cameras] == [
        "~/a/image",
        "~/b/image",
    ]


def test_whole_numbers_are_taken_for_doubles() -> None:
    budget = read({"budget_ms": 150}).budget_ms
    assert budget == 150.0 and isinstance(budget, float)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"budget_ms": -5.0}, ["budget_ms is -5.0", "a number from 10 to 60000 ms", "200.0"]),
        ({"budget_ms": "fast"}, ["budget_ms is 'fast'", "from 10 to 60000 ms"]),
        ({"budget_ms": math.nan}, ["budget_ms is nan"]),
        ({"budget_ms": math.inf}, ["budget_ms is inf"]),
        ({"budget_ms": 10**400}, ["budget_ms is 1000", "..."]),
        ({"budget_ms": True}, ["budget_ms is True"]),
        ({"budget_ms": None}, ["budget_ms is None"]),
        ({"threads": 2.0}, ["threads is 2.0", "a whole number from 0 to 256", "for 0"]),
        ({"annotated": 1}, ["annotated is 1", "true or false"]),
        ({"model": 3}, ["model is 3", "a text"]),
        ({"backends": ["onnx-cpu"]}, ["backends is ['onnx-cpu']", "a text"]),
        ({"backends": "onnx-gup"}, ["backends is 'onnx-gup'", "onnx-gpu"]),
        ({"frozen_after_frames": 1}, ["frozen_after_frames is 1", "two or more"]),
        ({"camera.front.transport": "compresed"}, ["camera.front.transport", "write compressed"]),
        ({"camera.front.topic": "/a//b"}, ["camera.front.topic", "double slash"]),
        ({"camera.front.topic": ""}, ["camera.front.topic", "a topic", "~/front/image"]),
        ({"camera.front.topic": "/a b"}, ["'/a b'"]),
        ({"camera.front.share": 0}, ["camera.front.share is 0", "from 0.01 to 100"]),
        ({"cameras": []}, ["cameras is []", "one or more"]),
        ({"cameras": "front"}, ["cameras is 'front'", "a list"]),
        ({"cameras": ["a", "a"]}, ["different names"]),
        ({"cameras": ["a/b"]}, ["cameras is ['a/b']"]),
        ({"cameras": [1]}, ["cameras is [1]"]),
        (
            {"diagnostics.age_p99_warn_ms": 900.0},
            ["age_p99_warn_ms is 900.0", "age_p99_error_ms", "set both"],
        ),
        ({"qos_overrides./a.subscription.depth": 0}, ["depth is 0", "from 1 to 1000"]),
        ({"qos_overrides./a.subscription.reliability": "best"}, ["one of best_effort"]),
    ],
)
def test_a_wrong_value_is_told_with_key_value_range_and_remedy(
    given: dict[str, Any], words: list[str]
) -> None:
    text = refusal(given)
    assert all(word in text for word in words), text
    assert text.count("\n") == 0 and len(text) < 400


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("budgt_ms", "budget_ms"),
        ("camera.front.topics", "camera.front.topic"),
        ("camera.front.max_rate", "camera.front.max_rate_hz"),
        ("diagnostics.age_p99_warn", "diagnostics.age_p99_warn_ms"),
        ("speed.topik", "speed.topic"),
        ("qos_overrides./a.subscription.reliabilty", "qos_overrides./a.subscription.reliability"),
    ],
)
def test_an_unknown_key_names_the_nearest_one(key: str, near: str) -> None:
    text = refusal({key: 1})
    assert f"Unknown parameter {key}: did you mean {near}?" == text


def test_an_unknown_key_that_is_near_to_nothing_points_to_the_list() -> None:
    assert "docs/ros_parameters.md" in refusal({"zzz": 1})
    assert "qos_overrides.<topic>.subscription.<policy>" in refusal({"qos_overrides.x": 1})


def test_a_camera_that_was_misspelt_is_found_out() -> None:
    text = refusal({"cameras": ["front"], "camera.fornt.topic": "/a"})
    assert "camera.fornt.*" in text and "did you mean camera.front?" in text


def test_cameras_that_are_taken_off_the_list_may_keep_their_keys() -> None:
    given = {
        "cameras": ["front"],
        "camera.front.topic": "/a",
        "camera.left.topic": "/b",
    }
    assert [one.name for one in read(given).cameras] == ["front"]
    assert unlisted_cameras(given) == ("left",)


def test_two_cameras_on_one_topic_are_refused() -> None:
    text = refusal({"cameras": ["a", "b"], "camera.a.topic": "/x", "camera.b.topic": "/x"})
    assert "camera.b.topic is /x, as camera.a.topic is" in text


def test_what_the_client_library_declares_is_passed_over() -> None:
    assert read({"start_type_description_service": True}) == NodeSettings()


def test_qos_of_a_topic_may_be_overridden() -> None:
    start = "qos_overrides./carla/front/image.subscription."
    settings = read({start + "reliability": "reliable", start + "depth": 10})
    expected = QosOverride("/carla/front/image", "subscription", reliability="reliable", depth=10)
    assert settings.qos("/carla/front/image") == expected
    assert settings.qos("/other") == QosOverride("/other", "subscription")


def test_settings_go_back_into_the_parameters_that_they_came_from() -> None:
    given: dict[str, Any] = {
        "cameras": ("front", "left"),
        "camera.left.share": 3.0,
        "speed.topic": "/v",
        "diagnostics.silent_ms": 500.0,
        "preflight.old_ms": 300.0,
        "budget_ms": 120.0,
        "qos_overrides./x.publisher.depth": 4,
    }
    back = flat(read(given))
    assert read(back) == read(given)
    assert given.items() <= back.items()
    assert list(back)[:-1] == [one.name for one in parameters_of(("front", "left"))]


def test_what_is_laid_over_a_preset_takes_the_keys_of_unlisted_cameras_away() -> None:
    base = {"cameras": ["a", "b"], "camera.a.topic": "/a", "camera.b.topic": "/b", "threads": 1}
    assert merged(base, {"cameras": ["a"], "threads": 2}) == {
        "cameras": ["a"],
        "camera.a.topic": "/a",
        "threads": 2,
    }


@pytest.mark.parametrize(
    "value",
    [
        True,
        3,
        0.0,
        1e-5,
        200.0,
        "",
        "auto",
        "/a/b",
        "~/a",
        "yes",
        'say "so"',
        "道路は?",
        "a: b",
        ("on", "b"),
    ],
)
def test_a_value_is_written_so_that_yaml_reads_the_same(value: Value) -> None:
    read_back = yaml.safe_load(text_of(value))
    assert (tuple(read_back) if isinstance(read_back, list) else read_back) == value


def test_the_parameters_need_neither_ros_nor_an_engine() -> None:
    code = (
        "import sys, vlm_driving.ros.parameters; "
        "print({'rclpy', 'cyclonedds', 'cv2', 'onnxruntime', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
