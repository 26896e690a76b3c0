"""docs/heron.md and its Japanese twin say what the program does."""

from __future__ import annotations

import argparse
import re

import pytest

from vlm_driving.config import REPLAY_SETTINGS
from vlm_driving.pipeline.questions import QuestionOutcome, QuestionSettings
from vlm_driving.replay import command
from vlm_driving.replay.asking import command_heron, rows

PAGES = ["heron.md", "heron.ja.md"]


@pytest.fixture(params=PAGES)
def page(request, repository):
    return (repository / "docs" / request.param).read_text(encoding="utf-8")


def options(module) -> set[str]:
    parser = argparse.ArgumentParser()
    module.configure(parser)
    return {name for action in parser._actions for name in action.option_strings}


def test_options_of_the_page_are_those_of_the_commands(page):
    told = set(re.findall(r"--[a-z][a-z-]*[a-z]", page)) - {"--llm"}
    known = options(command) | options(command_heron) | {"--config"}
    assert told <= known, told - known
    assert {"--questions", "--question-budget-ms", "--no-other-scene"} <= told
    heron = options(command_heron) - options(command) - {"--backend"}
    assert {o for o in heron if not o.startswith("--llm-")} <= told


def test_keys_of_the_configuration_are_known(page):
    keys = {setting.key for setting in REPLAY_SETTINGS}
    told = re.findall(r"^\| `--[^|]*\| `([a-z_]+)(?:: false)?` \|", page, re.MULTILINE)
    assert told == ["questions", "question_budget_ms", "other_scene"]
    assert set(told) <= keys


def test_every_outcome_is_explained(page):
    rows_of_table = page[page.rindex("| `outcome` |" if "意味" in page else "| outcome |") :]
    cells = re.findall(r"^\| ([^|]*)\|", rows_of_table, re.MULTILINE)[1:]
    told = {name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)}
    possible = {outcome.value for outcome in QuestionOutcome}
    assert told == possible | {rows.MALFORMED, rows.MISSING, rows.DROPPED}


def test_figures_are_those_of_the_program(page):
    settings = QuestionSettings()
    assert f"{settings.budget_ms:g}" in page
    lanes = {7: ("seven", "7フレーム")}[settings.most_waiting - 1]
    assert any(word in page for word in lanes)


def test_both_languages_have_the_same_parts(repository):
    def shape(name: str) -> list[str]:
        text = (repository / "docs" / name).read_text(encoding="utf-8")
        return re.findall(r"^(?:#+ |\||```|- )", text, re.MULTILINE)

    assert shape("heron.md") == shape("heron.ja.md")
