"""`vlm-driving train --evaluate` from the command line to its last line, on a tiny bundle."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.cli import main
from vlm_driving.exam.blind_set import KINDS
from vlm_driving.exam.goals import GOALS
from vlm_driving.resources import default_bundle

COUNTS = ("--scenes", "50", "--workers", "0", "--threads", "1")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_bundle(tmp_path_factory.mktemp("exam") / "tiny", "gqa")


def train(*words: str | Path) -> int:
    return main(["train", *map(str, words)])


def last_line(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text.strip().splitlines()[-1])
    return found


def test_the_last_line_is_all_figures_and_the_folder_holds_the_answers(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen = tmp_path / "manifest.json"
    assert train("--write-manifest", frozen, *COUNTS) == 0
    assert last_line(capsys.readouterr().out)["scenes"] == 50
    out = tmp_path / "out"
    words = ("--evaluate", bundle, "--against-bundle", bundle, "--out", out)
    assert train(*words, "--manifest", frozen, *COUNTS) == 0
    printed = capsys.readouterr()
    found = last_line(printed.out)
    assert found == json.loads((out / "figures.json").read_text(encoding="utf-8"))
    assert (found["schema"], found["scenes"]) == ("vlm_driving/exam/1", 50)
    assert found["frozen"] is True
    assert found["sampler"] == json.loads(frozen.read_text(encoding="utf-8"))["sampler"]
    # This bundle answers no questions: their figures are not there, and it says so.
    assert found["questions"] is None and found["wording"] is None
    assert "answers no questions" in printed.err
    assert [g["name"] for g in found["goals"]] == [g.name for g in GOALS]
    assert found["against"]["points"]["advice_exact"] == 0.0
    assert found["against"]["same_advice"] == 1.0
    assert set(found["blind"]["kind"]) == set(KINDS)
    lines = (out / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    parts = [json.loads(line)["part"] for line in lines]
    assert (parts.count("seeds"), parts.count("compositions")) == (50, 25)
    pictures = list((out / "missed_stops").glob("*.png"))
    assert len(pictures) == found["missed_stops"]["missed"]
    page = (out / "proofread.md").read_text(encoding="utf-8")
    told = sum(not r["own"]["unsure"] for r in map(json.loads, lines) if r["part"] == "seeds")
    assert page.count("\n## ") == told > 0


def test_it_needs_no_torch(bundle: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("torch", "transformers"):
        monkeypatch.setitem(sys.modules, name, None)  # importing it fails
    assert train("--write-manifest", tmp_path / "m.json", *COUNTS) == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "There is nowhere to train: give --out DIR, or --evaluate BUNDLE."),
        (("--evaluate", "BUNDLE", "--scenes", "49"), "--scenes is 49: give 50 to 100000"),
        (("--evaluate", "BUNDLE", "--seed", "-3"), "--seed is -3: give a whole number from 0"),
        (("--evaluate", "BUNDLE", "--workers", "-1"), "--workers is -1: give a whole number"),
        (("--evaluate", "nowhere"), "There is no model bundle at nowhere"),
        (("--evaluate", "BUNDLE", "--against-bundle", "nowhere"), "no model bundle at nowhere"),
        (("--evaluate", "BUNDLE", "--manifest", "none.json"), "none.json cannot be read"),
        (("--evaluate", "BUNDLE", "--write-manifest", "m.json"), "give one."),
        (("--manifest", "m.json", "--out", "x"), "--manifest and --against-bundle go with"),
        (("--evaluate", "BUNDLE", "--real", "l", "b", "--manifest", "m"), "not with --real"),
        (("--evaluate", "BUNDLE", "--real", "labels.json"), "--real takes LABELS and one or more"),
        (("--real", "labels.json", "bag"), "--real takes LABELS and one or more bags, beside"),
    ],
)
def test_what_cannot_work_is_one_sentence(
    bundle: Path,
    words: tuple[str, ...],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert train(*(str(bundle) if word == "BUNDLE" else word for word in words)) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert printed.out == ""


def test_a_folder_that_is_a_file_is_found_out_before_any_work(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert train("--evaluate", bundle, "--out", tmp_path / "file", *COUNTS) == 2
    assert "name another folder with --out" in capsys.readouterr().err
    target = tmp_path / "file" / "manifest.json"
    assert train("--write-manifest", target, *COUNTS) == 2
    assert "name another file with --write-manifest" in capsys.readouterr().err


def test_scenes_that_taught_a_bundle_do_not_examine_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert train("--evaluate", default_bundle(), "--seed", "1000001") == 2
    assert "learned from scenes of seed 1000001" in capsys.readouterr().err
