"""The pages about the LLM judge are held to the code."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from vlm_driving.evaluation import command_score
from vlm_driving.evaluation.command_judge import CACHE, add_judge
from vlm_driving.evaluation.judges.llm.http_status import SPARE_PARAMETERS
from vlm_driving.evaluation.judges.llm.options import MOST_CONCURRENT, PROTOCOLS, LlmOptions

PAGES = ("llm_judge.md", "llm_judge.ja.md")


@pytest.fixture(params=PAGES)
def page(request, repository: Path) -> str:
    return (repository / "docs" / request.param).read_text(encoding="utf-8")


def options_told(page: str) -> dict[str, str]:
    """The default of each option in the table; "" where it has none."""
    found = re.findall(r"^\| `(--llm-[a-z-]+)[^|]*\| *`?([^|`]*?)`? *\|", page, re.MULTILINE)
    return dict(found)


def test_the_table_names_every_option_of_the_judge_and_no_other(page):
    parser = argparse.ArgumentParser()
    add_judge(parser)
    there = {s for a in parser._actions for s in a.option_strings if s.startswith("--llm")}
    assert set(options_told(page)) == there


def test_defaults_are_those_of_the_code(page):
    usual, told = LlmOptions("m"), options_told(page)
    assert told["--llm-endpoint"] == usual.endpoint
    assert told["--llm-protocol"] == usual.protocol
    assert told["--llm-key-variable"] == usual.key_variable
    assert told["--llm-cache"] == str(CACHE)
    assert told["--llm-concurrency"] == str(usual.concurrency)
    assert told["--llm-timeout-s"] == f"{usual.timeout_s:g}"
    assert told["--llm-reply-tokens"] == str(usual.reply_tokens)
    assert f"{usual.longest_wait_s:g}" in page and str(MOST_CONCURRENT) in page
    assert usual.attempts == usual.give_up_after == 5  # "up to five times", "five in a row"


def test_protocols_and_spare_parameters_are_named(page):
    for name in (*PROTOCOLS, *SPARE_PARAMETERS):
        assert f"`{name}`" in page


def test_the_example_takes_its_arguments(page):
    example = re.search(r"```\n(export.*?)```", page, re.DOTALL)
    assert example is not None
    command = example[1].replace("\\\n", " ").splitlines()[1]
    parser = argparse.ArgumentParser(exit_on_error=False)
    command_score.configure(parser)
    args = parser.parse_args(shlex.split(command)[2:])
    assert (args.judge, args.llm_most_cost) == ("llm", 2.0)


def test_the_page_says_what_it_is_not(page):
    assert (
        "not a safety-rated component" in page or "機能安全の認証を受けた部品ではありません" in page
    )
