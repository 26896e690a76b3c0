"""Configuration files: what is not known or out of range is named, never ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from vlm_driving.config import REPLAY_SETTINGS, load_settings
from vlm_driving.core import UserError
from vlm_driving.resources import config_dir


def load(tmp_path: Path, text: str) -> dict[str, bool | int | float | str]:
    file = tmp_path / "replay.yaml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, REPLAY_SETTINGS)


def test_the_file_that_ships_names_every_key_and_loads():
    file = config_dir() / "replay.yaml"
    chosen = load_settings(file, REPLAY_SETTINGS)
    text = file.read_text(encoding="utf-8")
    for setting in REPLAY_SETTINGS:
        assert f"\n{setting.key}:" in text
    assert chosen["budget_ms"] == 200.0
    assert "model" not in chosen  # null is no choice


def test_whole_numbers_serve_for_float_keys(tmp_path: Path):
    chosen = load(tmp_path, "budget_ms: 150\npace: every-frame\nthreads: 2\n")
    assert chosen == {"budget_ms": 150.0, "pace": "every-frame", "threads": 2}
    assert isinstance(chosen["budget_ms"], float)


def test_backends_may_be_a_list(tmp_path: Path):
    assert load(tmp_path, "backends: [onnx-gpu, onnx-cpu]\n") == {"backends": "onnx-gpu,onnx-cpu"}
    with pytest.raises(UserError, match="a text with commas, or a list of texts, but is"):
        load(tmp_path, "backends: [1, 2]\n")


def test_an_empty_file_sets_nothing(tmp_path: Path):
    assert load(tmp_path, "# nothing\n") == {}


def test_an_unknown_key_names_key_file_and_the_nearest_known_one(tmp_path: Path):
    with pytest.raises(UserError, match=r"budget_m in .*replay\.yaml: did you mean budget_ms\?"):
        load(tmp_path, "budget_m: 100\n")


def test_an_unknown_key_like_none_lists_the_known_ones(tmp_path: Path):
    with pytest.raises(UserError, match="xyzzy.*the known keys are model, camera_topic"):
        load(tmp_path, "xyzzy: 1\n")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("budget_ms: 0", "greater than 0"),
        ("budget_ms: -5", "greater than 0"),
        ("budget_ms: .nan", "a number"),
        ("budget_ms: .inf", "a number"),
        ("budget_ms: soon", "a number"),
        ("budget_ms: true", "a number"),
        ("start_s: -1", "at least 0"),
        ("threads: 1.5", "a whole number"),
        ("pace: slow", "one of realtime, every-frame"),
        ("model: 3", "a text"),
        ("camera_topic: [a, b]", "a text"),
    ],
)
def test_a_value_out_of_range_is_quoted_with_the_range(tmp_path: Path, line: str, words: str):
    key = line.partition(":")[0]
    with pytest.raises(UserError, match=f"^{key} in .*{words}"):
        load(tmp_path, line)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: [1\n", "not YAML at line"),
        (b"- budget_ms\n", "holds a list"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"? [budget_ms]\n: 1\n", "not YAML at line"),
        (b"{budget_ms: 1}: 2\n", "not YAML at line"),
        (b"budget_ms: 2024-13-45\n", "month must be in 1..12"),
    ],
)
def test_a_file_that_is_no_mapping_is_named(tmp_path: Path, content: bytes, words: str):
    file = tmp_path / "broken.yaml"
    file.write_bytes(content)
    with pytest.raises(UserError, match=f"broken.yaml.*{words}"):
        load_settings(file, REPLAY_SETTINGS)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(UserError, match=r"none\.yaml.*name an existing"):
        load_settings(tmp_path / "none.yaml", REPLAY_SETTINGS)


def test_a_key_that_comes_twice_is_not_settled_silently(tmp_path: Path):
    with pytest.raises(UserError, match=r"replay\.yaml sets budget_ms twice"):
        load(tmp_path, "budget_ms: 200\npace: realtime\nbudget_ms: 50\n")


def test_a_number_that_no_float_holds_is_out_of_range(tmp_path: Path):
    with pytest.raises(UserError, match="budget_ms in .*a number greater than 0") as caught:
        load(tmp_path, f"budget_ms: 1{'0' * 400}\n")
    assert len(str(caught.value)) < 200 + len(str(tmp_path))


def test_a_file_nested_without_end_is_one_sentence(tmp_path: Path):
    with pytest.raises(UserError, match="nested too deeply"):
        load(tmp_path, f"budget_ms: {'[' * 5000}\n")
