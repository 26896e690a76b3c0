"""The pages about the node's figures say what is measured."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from vlm_driving.bench import command
from vlm_driving.ros.measuring import judging, plan
from vlm_driving.ros.measuring.growth import LEAST_S
from vlm_driving.ros.measuring.lifecycle import REPORTS_A_CYCLE, Cycle
from vlm_driving.ros.measuring.pictures import JPEG_QUALITY
from vlm_driving.ros.measuring.plan import NodePlan
from vlm_driving.ros.measuring.reckoning import reckon
from vlm_driving.ros.measuring.vitals import Held

ROOT = Path(__file__).resolve().parents[2]
CYCLE = Cycle({}, 1.0, 1, 1.0, 0, Held(0, 1, 1, 1.0))


@pytest.fixture(params=["ros_figures.md", "ros_figures.ja.md"])
def page(request) -> str:
    return (ROOT / "docs" / request.param).read_text(encoding="utf-8")


def figures() -> list[judging.Figure]:
    steady = reckon([], [], [], 0, 1, 10.0)
    return [
        *judging.steady_figures(NodePlan(1.0), steady, None, None, None),
        *judging.cycle_figures([CYCLE] * 2),
        judging.end_figure([]),
    ]


def test_every_figure_has_its_row_with_its_target(page):
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for figure in figures():
        row = next(line for line in rows if f"`{figure.key}`" in line.split("|")[1])
        number = re.search(r"\d+", figure.target)
        assert number is not None
        assert number.group() in row.split("|")[-2], figure.key


def test_every_option_is_described(page):
    parser = argparse.ArgumentParser()
    command.configure(parser)
    options = re.findall(r"--node[a-z-]*", parser.format_help())
    assert len(set(options)) == 7
    for option in set(options):
        assert re.search(rf"^\| `{option}[ `]", page, re.M), option


def test_the_times_of_the_measurement_are_those_of_the_code(page):
    for number in (plan.WARM_UP_S, plan.TAIL_S, LEAST_S, plan.WIDTH, plan.HEIGHT, JPEG_QUALITY):
        assert re.search(rf"(?<!\d){number:g}(?!\d)", page), number
    assert str(NodePlan(1.0).pictures) in page
    assert f"{NodePlan(1.0).settings.budget_ms:g} ms" in page
    assert REPORTS_A_CYCLE == 3  # "three reports or more"


def test_the_page_says_that_advice_is_advisory(page):
    assert (
        "not a safety-rated component" in page or "機能安全の認証を受けた部品ではありません" in page
    )
