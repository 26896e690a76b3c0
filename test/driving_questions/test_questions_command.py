"""`vlm-driving questions`: makes sets, checks sets, and says in a sentence what it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vlm_driving import cli
from vlm_driving.simulator.drive import Drive
from vlm_driving.simulator_recording import write_drive

ROW = {
    "question_id": 1,
    "camera": "/camera",
    "stamp_ns": 1,
    "category": "conv",
    "text": "信号は何色ですか。",
    "reference": "赤です。",
    "facts": {"must": [["赤"]]},
}


def questions(
    capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, dict[str, Any], str]:
    code = cli.main(["questions", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, json.loads(out.splitlines()[-1]) if out else {}, err


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_bag_becomes_a_set_and_the_set_is_checked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write_drive(tmp_path / "bag", Drive(1, 20.0, 0.3))
    out = tmp_path / "sets" / "town.jsonl"
    code, found, err = questions(capsys, tmp_path / "bag", "--out", out, "--count", 9)
    assert code == 0
    assert found["faults"] == []
    assert all(4 <= count <= 9 for count in found["n"].values())
    assert "best constant" in " ".join(err.split())
    code, again, _ = questions(capsys, out)
    assert code == (1 if found["guessable"] else 0)
    assert again == found


def test_faults_of_a_set_are_listed_and_fail_the_check(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    echoed = {**ROW, "question_id": 2, "facts": {"must": [["信号"]]}}
    wrong = {**ROW, "question_id": 3, "reference": "青です。"}
    without = {key: value for key, value in ROW.items() if key != "facts"} | {"question_id": 4}
    code, found, err = questions(capsys, write(tmp_path / "s.jsonl", ROW, echoed, wrong, without))
    assert code == 1
    assert {fault["question_id"] for fault in found["faults"]} == {"2", "3"}
    assert found["without_facts"] == 1
    assert any("best_constant" in sentence for sentence in found["guessable"])
    assert "question 2: the question's own words" in " ".join(err.split())


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "--out is needed"),
        (["--out", "set.json"], "does not end in .jsonl"),
        (["--out", "there.jsonl"], "exists already"),
        (["--out", "new.jsonl", "--count", "0"], "--count 0"),
        (["--out", "new.jsonl", "--seed", "-1"], "--seed -1"),
        (["--out", "new.jsonl", "--camera-topic", "/rear"], "no topic /rear"),
    ],
)
def test_options_that_cannot_be_are_one_sentence(
    capsys: pytest.CaptureFixture[str],
    town_bag: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    named: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.jsonl").write_text("", encoding="utf-8")
    code, _, err = questions(capsys, town_bag, *arguments)
    assert code == 2
    assert named in err
    assert not (tmp_path / "new.jsonl").exists()


def test_options_for_bags_do_not_go_with_a_set(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, err = questions(capsys, write(tmp_path / "s.jsonl", ROW), "--count", 3)
    assert code == 2
    assert "--count is for a bag" in err


def test_a_set_without_facts_cannot_be_checked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    row = {key: value for key, value in ROW.items() if key != "facts"}
    code, _, err = questions(capsys, write(tmp_path / "s.jsonl", row))
    assert code == 2
    assert "`facts`" in err
