"""The pages about the report are held to the code: options, limits, keys, environment."""

from __future__ import annotations

import argparse
import re
import shlex

import pytest
from support.browser import find_chromium

from vlm_driving.bench import command as bench_command
from vlm_driving.evaluation import command_report
from vlm_driving.evaluation.report import assets
from vlm_driving.evaluation.report.page import MOST_RUNS

PAGES = ("report.md", "report.ja.md")
SCRIPT = assets.script()


@pytest.fixture(params=PAGES)
def page(request, repository):
    return (repository / "docs" / request.param).read_text(encoding="utf-8")


def test_the_advisory_sentence_stands_on_top(page):
    assert re.search(r"not a safety-rated component|安全認証された機能ではありません", page[:700])


def test_each_command_line_is_one_that_is_taken(page):
    commands = {"report": command_report, "bench": bench_command}
    lines = re.findall(r"^vlm-driving (\w+) ([^#\n]*)", page, re.MULTILINE)
    assert len(lines) == 4
    for name, rest in lines:
        parser = argparse.ArgumentParser()
        commands[name].configure(parser)
        parser.parse_args(shlex.split(rest.replace("[C ...]", "C")))


def test_limits_are_those_of_the_code(page):
    assert re.search(r"six runs" if "six" in page else r"6つまで", page)
    assert MOST_RUNS == 6
    assert "const MOST_POINTS = 2500" in SCRIPT and "2,500" in page
    assert "const SLOWER_MS = 20" in SCRIPT and re.search(r"20 ms", page)


def test_each_key_is_one_that_the_script_knows(page):
    for told, key in {
        "Enter": '"Enter"', "Space": '" "', "Escape": '"Escape"', "Page Up": "PageUp",
        "Home": "Home", "End": "End", "Shift": "shiftKey",
    }.items():  # fmt: skip
        assert told in page and key in SCRIPT


def test_the_variables_are_those_of_the_tests(page, monkeypatch):
    assert "VLM_DRIVING_NEED_CHROMIUM" in page
    monkeypatch.setenv("VLM_DRIVING_CHROMIUM", "/somewhere/chromium")
    assert "VLM_DRIVING_CHROMIUM" in page and find_chromium() == "/somewhere/chromium"


def test_both_pages_have_the_same_sections_and_links(repository):
    texts = [(repository / "docs" / name).read_text(encoding="utf-8") for name in PAGES]
    shapes = [re.findall(r"^#+ |^\||^```|^\d\. ", text, re.MULTILINE) for text in texts]
    assert shapes[0] == shapes[1]
    for text in texts:
        for target in re.findall(r"\]\((?!https?:)([\w./]+)", text):
            assert (repository / "docs" / target).exists(), target
