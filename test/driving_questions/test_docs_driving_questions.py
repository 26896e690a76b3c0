"""docs/driving_questions*.md says what the code does."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import pytest

from vlm_driving.driving_questions import check, command, making, themes
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.questions import load_questions

PAGES = ("driving_questions.md", "driving_questions.ja.md")


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, repository: Path) -> str:
    return (repository / "docs" / str(request.param)).read_text("utf-8")


def test_the_worked_examples_pass_the_check(page: str, tmp_path: Path) -> None:
    rows = [line for line in page.splitlines() if line.startswith('{"question_id"')]
    assert len(rows) == 3
    (tmp_path / "set.jsonl").write_text("\n".join(rows), encoding="utf-8")
    found = check.check_set(load_questions(tmp_path / "set.jsonl"))
    assert found["faults"] == []
    assert found["n"] == {"conv": 1, "detail": 1, "complex": 1}


def test_options_themes_and_limits_are_the_codes(page: str) -> None:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    options = {o for action in parser._actions for o in action.option_strings if o.startswith("--")}
    table = set(re.findall(r"^\| `(--[a-z-]+)", page, re.M))
    assert table == options - {"--help"}
    assert f"{making.PER_CATEGORY}" in re.search(r"^\| `--count N`.*$", page, re.M)[0]  # type: ignore[index]
    assert all(f"`{theme}`" in page for theme in themes.THEMES)
    for name, most in check.MOST.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}`"))
        assert f"{most:g}" in row
    assert f"{check.LEAST_REFERENCE:g}" in page


@pytest.mark.parametrize("name", ["questions_i280.jsonl", "questions_white_lane.jsonl"])
def test_the_figures_of_the_written_sets_are_true(page: str, repository: Path, name: str) -> None:
    found = check.check_set(load_questions(repository / "test" / "data" / name))
    row = next(line for line in page.splitlines() if line.startswith(f"| `{name}`"))
    counts, references, *baselines = (cell.strip() for cell in row.strip("|").split("|")[1:])
    assert counts == " / ".join(str(count) for count in found["n"].values())
    assert references == _shown(found["references"])
    assert baselines == [_shown(means) for means in found["baselines"].values()]
    assert f"`keyfact` {KeyfactJudge.version}" in page


def test_both_languages_show_the_same_commands_and_rows(repository: Path) -> None:
    english, japanese = ((repository / "docs" / name).read_text("utf-8") for name in PAGES)
    blocks = re.compile(r"```.*?```", re.S)
    assert blocks.findall(english) == blocks.findall(japanese)
    for line in blocks.findall(english)[1].splitlines()[1:-1]:
        json.loads(line)


def _shown(means: dict[str, float]) -> str:
    return " / ".join(f"{means[name]:.1f}" for name in ("conv", "detail", "complex"))
