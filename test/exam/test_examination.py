"""Candidates whose answers are known get exactly the figures that they have earned."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from rich.console import Console
from support.exam_candidates import Constant, Oracle

from vlm_driving.exam.examine import Plan, Sat, difference, examine, figures
from vlm_driving.exam.goals import goals
from vlm_driving.exam.room import Advance, OneSeat
from vlm_driving.exam.scenes import draw
from vlm_driving.exam.table import print_figures
from vlm_driving.simulator.compositions import Part
from vlm_driving.simulator.questions import CATEGORIES

PLAN = Plan(seed=7_300_000, scenes=24)


@contextmanager
def no_bar(what: str, total: int) -> Iterator[Advance]:
    done: list[int] = []
    yield done.append
    assert sum(done) == total, what


def sit(candidate: Any) -> Sat:
    return examine(OneSeat(candidate), PLAN, no_bar)


@pytest.fixture(scope="module")
def perfect() -> Sat:
    oracle = Oracle()
    for part, count in ((Part.SEEDS, PLAN.scenes), (Part.COMPOSITIONS, PLAN.compositions)):
        for index in range(count):
            drawn = draw(PLAN.seed, index, part)
            oracle.learn(drawn.rendering.image, drawn.facts)
    return sit(oracle)


@pytest.fixture(scope="module")
def constant() -> Sat:
    return sit(Constant())


def test_who_knows_the_truth_gets_everything_right(perfect: Sat) -> None:
    found = figures(perfect)
    advice = found["advice"]
    for name in ("exact", "macro_recall_speed", "macro_recall_path", "stop_recall"):
        assert advice[name] == 1.0, name
    assert (advice["stop_answered_accelerate"], advice["false_stop"]) == (0, 0.0)
    assert found["missed_stops"]["missed"] == 0
    assert found["hazards"]["f1"] == found["hazards"]["kind_only"]["f1"] == 1.0
    asked = found["questions"]
    assert asked["n"] == 2 * PLAN.scenes
    assert {c: asked["category"][c]["right"] for c in CATEGORIES} == dict.fromkeys(CATEGORIES, 1.0)
    assert found["wording"]["right"] == 1.0
    assert found["compositions"]["points_above_seeds"]["advice_exact"] == 0.0
    assert found["prose"]["precision"] == 1.0
    assert found["prose"]["recall"] >= 0.95
    assert (found["prose"]["contradicting"], found["prose"]["loops"]) == (0.0, 0)
    assert found["clear"]["unsure"] == 0.0
    assert found["blind"]["unsure"] == found["blind"]["least_kind"] == 1.0
    assert found["blind"]["invents"] == 0.0
    # All are right at confidence 1: nothing to tell apart, no error.
    assert (found["calibration"]["ece"], found["calibration"]["auroc"]) == (0.0, None)


def test_each_category_is_asked_as_often_as_the_others(perfect: Sat) -> None:
    counts = {c: found["n"] for c, found in figures(perfect)["questions"]["category"].items()}
    assert max(counts.values()) - min(counts.values()) <= 2


def test_another_scenes_picture_gets_only_what_the_scenes_share(perfect: Sat) -> None:
    advice = figures(perfect)["advice"]
    right = [r.other is not None and r.other.pair == r.truth.pair for r in perfect.seeds]
    assert advice["other_image"] == round(sum(right) / len(right), 4) < 0.6
    opponents = max(advice["other_image"], advice["text_only"])
    assert advice["lead_points"] == pytest.approx(100 * (1.0 - opponents), abs=0.01)


def test_a_constant_gets_the_share_of_its_class_with_any_picture(constant: Sat) -> None:
    found = figures(constant)
    keeps = [r.truth.pair == ("KEEP", "KEEP") for r in constant.seeds]
    assert found["advice"]["exact"] == round(sum(keeps) / len(keeps), 4)
    assert found["advice"]["other_image"] == found["advice"]["exact"]
    assert found["advice"]["lead_points"] <= 0.0
    speeds = {r.truth.speed for r in constant.seeds}
    assert found["advice"]["macro_recall_speed"] == round(1 / len(speeds), 4)
    stops = sum(r.truth.speed == "STOP" for r in constant.seeds)
    assert found["missed_stops"]["by_cause"]
    assert (
        sum(r.truth.speed == "STOP" for r in constant.compositions) + stops
        == (found["missed_stops"]["missed"])
    )
    assert found["hazards"]["f1"] == 0.0
    assert found["blind"]["unsure"] == 0.0
    assert found["prose"]["skeletons"] == 2
    # Confidence 0.5 throughout.
    assert found["calibration"]["auroc"] in (0.5, None)
    assert found["calibration"]["mean_confidence"] == 0.5


def test_slices_add_up_and_small_ones_claim_nothing(perfect: Sat) -> None:
    slices = figures(perfect)["advice"]["slices"]
    assert set(slices) == {"road", "light", "weather", "theme", "ego_speed", "range"}
    for kind, values in slices.items():
        assert sum(part["scenes"] for part in values.values()) == PLAN.scenes, kind
        assert not any(part["claimed"] for part in values.values())


def test_things_too_small_to_see_are_counted_apart(perfect: Sat) -> None:
    vehicles = figures(perfect)["sight"]["vehicle"]
    total = sum(len([s for s in r.sight if s.thing == "vehicle"]) for r in perfect.seeds)
    assert sum(sum(states.values()) for states in vehicles["band"].values()) == total
    assert vehicles["examined"]["seen"] > 0


def test_two_candidates_are_compared_in_points(perfect: Sat, constant: Sat) -> None:
    found = difference(constant.seeds, perfect.seeds)
    assert found["points"]["advice_exact"] == pytest.approx(
        100 * (found["own"]["advice_exact"] - 1.0), abs=0.01
    )
    assert difference(perfect.seeds, perfect.seeds)["same_advice"] == 1.0


def test_a_person_reads_the_same_figures(perfect: Sat) -> None:
    console = Console(file=io.StringIO(), width=100)
    found = {**figures(perfect), "model": "oracle", "seed": PLAN.seed, "scenes": PLAN.scenes}
    print_figures({**found, "goals": goals(found)}, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for name in ("oracle on 24 unseen scenes", "STOP recall", "complex", "foreign_room", "(theme"):
        assert name in text
    assert "answers no questions" not in text


def test_goals_say_what_is_reached_missed_and_not_measured(perfect: Sat, constant: Sat) -> None:
    reached = {g["name"]: g["reached"] for g in goals(figures(perfect))}
    assert reached["advice exact"] and reached["STOP answered ACCELERATE"]
    assert reached["AUROC of confidence"] is None
    assert not {g["name"]: g["reached"] for g in goals(figures(constant))}["advice exact"]
