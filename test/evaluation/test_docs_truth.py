"""The pages about truth are held to the code: labels, keys, commands."""

from __future__ import annotations

import argparse
import re
import shlex

import pytest
from support.judged import CAR, JUDGE, hazard, said, truth
from support.scored_runs import SETTINGS

from vlm_driving import simulator_command
from vlm_driving.evaluation import command_score
from vlm_driving.evaluation.run import Run
from vlm_driving.evaluation.truth.intervals import BLOCK_S, FEW_BLOCKS
from vlm_driving.evaluation.truth.labels import KEYS, load_labels
from vlm_driving.evaluation.truth.scoring import COLUMNS, score_truth
from vlm_driving.evaluation.truth.table import print_truth
from vlm_driving.evaluation.truth.truth import checked
from vlm_driving.replay import command as replay_command

PAGES = ("truth.md", "truth.ja.md")
COMMANDS = {
    "score": command_score,
    "replay": replay_command,
    "simulate": simulator_command,
}


@pytest.fixture(params=PAGES)
def page(request, repository):
    return (repository / "docs" / request.param).read_text(encoding="utf-8")


@pytest.fixture
def result(tmp_path):
    reports = [said(i, "STOP", [hazard("signal")]) for i in range(4)]
    truths = [truth(i, "STOP", hazards=(hazard("signal"),), facts=CAR) for i in range(4)]
    run = Run(tmp_path, SETTINGS, {}, tuple(reports), {})
    return score_truth(run, checked("labels.jsonl", truths), JUDGE, tmp_path / "out")


def test_the_example_of_a_label_can_be_read(page, tmp_path):
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    path = tmp_path / "labels.jsonl"
    path.write_text(example, encoding="utf-8")
    (label,) = load_labels(path)
    assert label.advised
    assert label.hazards
    assert label.facts


def test_every_key_of_a_label_and_of_a_row_is_told(page):
    for key in (*KEYS, *COLUMNS):
        assert f"`{key}`" in page, key


def test_every_key_of_the_object_is_told(page, result):
    for key in result:
        assert f"`{key}`" in page or f"`{key}." in page, key
    for key in (*result["truth"], *result["truth"]["advice"], *result["truth"]["hazards"]):
        known = key in ("right", "due", "named", "n")  # counts, explained by their names
        assert known or f"`{key}`" in page or f".{key}`" in page, key


def test_the_commands_are_understood(page):
    lines = re.findall(r"^vlm-driving (.*?)(?:  +#.*)?$", page, re.MULTILINE)
    assert len(lines) == 6
    for line in lines:
        name, *arguments = shlex.split(line)
        parser = argparse.ArgumentParser()
        COMMANDS[name].configure(parser)
        parser.parse_args(arguments)


def test_the_example_looks_as_the_table_does(page, result):
    from io import StringIO

    from rich.console import Console

    text = StringIO()
    print_truth(result, Console(file=text))
    labels = re.findall(r"^│ ([a-zA-Z, 1]+?) +│ +\d+ │", text.getvalue(), re.MULTILINE)
    assert len(labels) >= 5
    for label in labels:
        assert f"│ {label} " in page, label


def test_the_lengths_that_are_told_are_those_of_the_code(page):
    told = f"{BLOCK_S:g}"
    assert f"blocks of {told} s are drawn" in page or f"{told}秒のブロック" in page
    assert (
        f"fewer than {FEW_BLOCKS} blocks" in page or f"ブロックが{FEW_BLOCKS}に満たなければ" in page
    )
