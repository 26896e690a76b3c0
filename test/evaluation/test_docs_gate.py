"""The pages about the gate are held to the code: keys, limits, examples."""

from __future__ import annotations

import argparse
import json
import re
import shlex

import pytest
import yaml
from support.gates import rows
from support.scored_runs import write_scored_run

from vlm_driving.evaluation import command_score
from vlm_driving.evaluation.gate.comparison import compare
from vlm_driving.evaluation.gate.gate_file import load_gate
from vlm_driving.evaluation.gate.reference_run import load_sides
from vlm_driving.evaluation.gate.result import SCHEMA, judge
from vlm_driving.evaluation.gate.rules import RULES, SWITCHES
from vlm_driving.replay import command as replay_command

PAGES = ("gate.md", "gate.ja.md")


@pytest.fixture(params=PAGES)
def page(request, repository):
    return (repository / "docs" / request.param).read_text(encoding="utf-8")


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_each_gate_stands_in_the_table_with_its_built_in_limit(page):
    told: dict[str, str] = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        keys = re.findall(r"`([a-z0-9_]+)`", cells[0])
        if len(cells) == 3 and keys and keys[0] not in SWITCHES:
            told |= dict(zip(keys, cells[1].split(", "), strict=True))
    limits = {r.key: "-" if r.built_in is None else f"{r.built_in:g}" for r in RULES}
    assert told == limits


def test_each_switch_stands_in_the_table_with_what_it_is_if_left_out(page):
    for key, usual in SWITCHES.items():
        assert f"| `{key}` | {str(usual).lower()} |" in page


def test_the_example_of_a_gate_file_can_be_read(page, tmp_path):
    file = tmp_path / "gate.yaml"
    file.write_text(blocks(page, "yaml")[0], encoding="utf-8")
    assert len(load_gate(file).limits) == 5


def commands(page):
    job = yaml.safe_load(blocks(page, "yaml")[1])["jobs"]["gate"]
    runs = [step["run"] for step in job["steps"] if "run" in step]
    return [shlex.split(run) for run in runs if run.startswith("vlm-driving")]


def test_the_commands_of_the_job_take_their_arguments(page):
    said = commands(page)
    assert [words[1] for words in said] == ["replay", "score"]
    for words, module in zip(said, (replay_command, command_score), strict=True):
        parser = argparse.ArgumentParser(exit_on_error=False)
        module.configure(parser)
        parser.parse_args([word for word in words[2:] if not word.startswith((">", "gate.json"))])


def test_the_object_has_the_keys_that_the_page_names(page, tmp_path):
    for name in ("new", "old"):
        write_scored_run(tmp_path / name, rows=rows([8.0] * 9))
    sides = load_sides(tmp_path / "new", tmp_path / "old", "keyfact")
    found = judge(compare(*sides), load_gate(tmp_path.__class__("default"))).to_json()
    assert SCHEMA in page
    last = page[page.rindex("\n## ") :]
    for key in (*found, *found["gates"][0], *found["figures"]["score"]):
        assert f"`{key}`" in last, key
    assert json.loads(json.dumps(found)) == found


def test_the_page_says_what_it_is_not(page):
    assert (
        "not a safety-rated component" in page or "機能安全の認証を受けた部品ではありません" in page
    )


def test_both_pages_have_the_same_examples(repository):
    english, japanese = ((repository / "docs" / name).read_text(encoding="utf-8") for name in PAGES)
    assert re.findall(r"```.*?```", english, re.DOTALL) == re.findall(
        r"```.*?```", japanese, re.DOTALL
    )
