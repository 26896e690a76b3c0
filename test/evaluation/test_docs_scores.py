"""The pages about scores are held to the code: keys, files, commands."""

from __future__ import annotations

import argparse
import re
import shlex

import pytest
from support.question_sets import WordJudge, row, write_rows

from vlm_driving.evaluation import command_score
from vlm_driving.evaluation.questions import load_questions
from vlm_driving.evaluation.scores.baselines import CONSTANT, ECHO_QUESTION, OTHER_SCENE, SHUFFLED
from vlm_driving.evaluation.scores.bootstrap import RESAMPLES
from vlm_driving.evaluation.scores.files import FIGURES, PARTIAL, ROWS, TABLE
from vlm_driving.evaluation.scores.scoring import score_set

PAGES = ("scores.md", "scores.ja.md")


@pytest.fixture(params=PAGES)
def page(request, repository):
    return (repository / "docs" / request.param).read_text(encoding="utf-8")


@pytest.fixture
def result(tmp_path):
    questions = write_rows(tmp_path / "set.jsonl", [row(0, "conv", "青"), row(1, "conv", "赤")])
    answers = write_rows(tmp_path / "answers.jsonl", [{"question_id": 0, "text": "青"}])
    return score_set(answers, load_questions(questions), WordJudge(), tmp_path / "out")


def test_every_key_of_the_object_is_told(page, result):
    for key in (*result, *result["score"], *result["judge"]):
        assert f"`{key}`" in page, key


def test_every_file_and_every_baseline_is_told(page):
    for name in (ROWS, TABLE, FIGURES, PARTIAL, ECHO_QUESTION, SHUFFLED, CONSTANT, OTHER_SCENE):
        assert f"`{name}`" in page, name


def test_the_figures_that_are_told_are_those_of_the_code(page):
    assert f"{RESAMPLES:,}" in page


def test_the_commands_are_understood(page):
    lines = re.findall(r"^vlm-driving score (.*?)(?:  +#.*)?$", page, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        parser = argparse.ArgumentParser(exit_on_error=False)
        command_score.configure(parser)
        parser.parse_args(shlex.split(line))
    for judge in re.findall(r"^\| `([a-z]+)`", page, re.MULTILINE):
        parser.parse_args(["answers.jsonl", "--judge", judge])
