"""`vlm-driving bench` from the command line to its last line, on a tiny bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.tiny_bundle import IMAGE_TOKENS, make_tiny_bundle

from vlm_driving.bench import against, cameras
from vlm_driving.cli import main


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_bundle(tmp_path_factory.mktemp("bench") / "tiny", "gqa")


def bench(*words: str | Path) -> int:
    return main(["bench", *map(str, words)])


def last_line(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text.strip().splitlines()[-1])
    return found


def test_the_last_line_is_the_whole_result(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bench.json"
    words = ["--frames", "4", "--warmup", "1", "--cold", "1", "--threads", "1", "--quality"]
    assert bench("--model", bundle, *words, "--scenes", "2", "--json", file) == 0
    printed = capsys.readouterr()
    result = last_line(printed.out)
    assert result == json.loads(file.read_text(encoding="utf-8"))
    assert result["schema"] == "vlm_driving/bench/1"
    assert set(result["warm"]["stages_ms"]) == {"preprocess", "encode", "prefill", "decode"}
    for spread in (result["warm"]["total_ms"], result["warm"]["advice_ms"]):
        assert spread["n"] == 4
        assert 0 < spread["p50"] <= spread["p90"] <= spread["p99"] <= spread["max"]
    assert result["warm"]["tokens"]["image"] == IMAGE_TOKENS
    cold = result["cold"]
    assert 0 < cold["imported_ms"] < cold["loaded_ms"] < cold["first_advice_ms"]
    assert cold["first_advice_ms"] <= cold["first_report_ms"]
    assert result["ceiling"]["fits_cache"] is True
    assert result["ceiling"]["kv_bytes_a_token"] > 0
    assert result["machine"]["threads"] == 1
    assert result["machine"]["gbps"] > 0
    assert result["quality"]["scenes"] == 2
    assert (result["against"], result["identity"]) == ({}, None)
    assert (result["machinery"], result["cameras"]) == (None, None)
    assert "peak memory" in printed.err


def test_the_machinery_and_several_cameras_are_measured_without_the_bundle_s_model(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cameras, "SECONDS", 0.5)
    words = ("--frames", "1", "--warmup", "0", "--cold", "0", "--machinery", "2")
    assert bench("--model", bundle, *words, "--cameras", "2", "--rate", "10") == 0
    printed = capsys.readouterr()
    result = last_line(printed.out)
    assert result["machinery"]["frames"] == 2
    assert result["cameras"]["equal"]["frames"] == 10
    assert result["cameras"]["unequal"]["shares"] == [2.0, 1.0]
    assert "frame in to report out" in printed.err
    assert "2 cameras at 10 Hz, shares 1:1" in printed.err


def test_cold_starts_can_be_left_out(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench("--model", bundle, "--frames", "1", "--warmup", "0", "--cold", "0") == 0
    assert last_line(capsys.readouterr().out)["cold"] is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--frames", "0"), "--frames is a whole number from 1 on, got 0."),
        (("--warmup", "-1"), "--warmup is a whole number from 0 on, got -1."),
        (("--threads", "-2"), "Threads are from 0 (choose for me) to 256, got -2;"),
        (("--identity", "0"), "--identity is a whole number from 1 on, got 0."),
        (("--quality", "--scenes", "0"), "--scenes is a whole number from 1 on, got 0."),
        (("--machinery", "0"), "--machinery is from 1 to 100000 frames, got 0; 1000"),
        (("--cameras", "1"), "--cameras is from 2 to 16, got 1; 6 is usual."),
        (("--cameras", "2", "--rate", "0"), "--rate is from 1 to 100 frames a second, got 0; 5"),
        (("--rate", "7"), "--rate belongs to --cameras; add it, or leave --rate out."),
        (("--machinery", "9999999999"), "--machinery is from 1 to 100000 frames"),
        (("--against", "vllm"), "invalid choice: 'vllm'"),
    ],
)
def test_numbers_that_cannot_be_are_refused(
    bundle: Path,
    words: tuple[str, ...],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        code = bench("--model", bundle, *words)
    except SystemExit as left:  # argparse's own errors
        code = int(str(left.code))
    assert code == 2
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert printed.out == ""


def test_no_bundle_no_bag_and_no_place_to_write(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench("--model", tmp_path / "none") == 2
    assert "There is no model bundle at" in capsys.readouterr().err
    assert bench("--model", bundle, "--bag", tmp_path / "none.mcap") == 2
    assert "none.mcap" in capsys.readouterr().err
    assert bench("--model", bundle, "--json", tmp_path / "none" / "bench.json") == 2
    assert "name another file with --json" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("--against", "transformers"), ("--against", "genai"), ("--identity", "3")]
)
def test_an_opponent_that_is_not_installed_is_one_sentence(
    bundle: Path,
    words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(against, "find_spec", lambda name: None)
    assert bench("--model", bundle, *words) == 2
    assert 'run `pip install "vlm-driving[train]"`' in capsys.readouterr().err
