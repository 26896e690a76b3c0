"""`vlm-driving train`, from nothing to a bundle that answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.train

import numpy as np  # noqa: E402
import torch  # noqa: E402

from vlm_driving.backends.onnx import open_runner  # noqa: E402
from vlm_driving.cli import main  # noqa: E402
from vlm_driving.runtime.bundle import ModelBundle  # noqa: E402
from vlm_driving.runtime.engine import Engine  # noqa: E402
from vlm_driving.runtime.events import AdviceDecoded, Done  # noqa: E402

SHORT = [
    *("--encoder-samples", "64", "--words-samples", "64", "--joint-samples", "64"),
    *("--tokenizer-scenes", "64", "--calibration-scenes", "64", "--workers", "0"),
]


def test_one_command_goes_from_nothing_to_a_bundle_that_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--out", str(tmp_path / "run"), *SHORT, "--name", "short"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["scenes"]["encoder"] == 64
    bundle = ModelBundle.load(Path(last["bundle"]))
    assert bundle.manifest.name == "short"
    engine = Engine(bundle, open_runner(bundle, threads=1))
    frame = np.full((360, 640, 3), 90, np.uint8)
    events = list(engine.answer(frame, 30.0))
    assert any(isinstance(event, AdviceDecoded) for event in events)
    assert isinstance(events[-1], Done)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--encoder-samples", "5"], "--encoder-samples is 5: give at least 64 scenes"),
        (["--seed", "-1"], "--seed is -1: give 0 or more"),
        (["--workers", "-2"], "--workers is -2: give 0 or more"),
        (["--seed", "99999999999999999999"], "--seed is 99999999999999999999: give 4294967295 or"),
        (["--workers", "1000"], "--workers is 1000: give 64 or less"),
        (["--joint-samples", "9999999999"], "--joint-samples is 9999999999: give at most"),
        (["--device", "foo"], "invalid choice: 'foo'"),
        pytest.param(
            ["--device", "cuda"],
            "No CUDA device answers here",
            marks=pytest.mark.skipif(torch.cuda.is_available(), reason="has a CUDA device"),
        ),
    ],
)
def test_what_cannot_work_is_said_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert main(["train", "--out", str(tmp_path / "run"), *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_a_bundle_that_exists_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bundle").mkdir()
    assert main(["train", "--out", str(tmp_path), *SHORT]) == 2
    assert "exists already" in capsys.readouterr().err
