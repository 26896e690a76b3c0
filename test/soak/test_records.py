"""Comparing a report with the offline answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vlm_driving.core import (
    Advice,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    Outcome,
    PathAdvice,
    SceneReport,
    SpeedAdvice,
    StageTimes,
    TokenCounts,
)
from vlm_driving.runtime.events import AdviceDecoded, Done, Finish, Sentence
from vlm_driving.soak.pictures import Expected, read_answer
from vlm_driving.soak.records import Wrong, wrong_with

HAZARD = Hazard(HazardKind.SIGNAL, HazardSide.CENTER, HazardRange.NEAR)
ADVICE = Advice(SpeedAdvice.STOP, PathAdvice.KEEP, 0.9, (HAZARD,))
MINE = Expected(
    ADVICE, {"advice_ja": ("止まってください。",), "description_ja": ("赤です。", "雨です。")}
)
OTHER = Expected(ADVICE, {"advice_ja": ("進んでください。",), "description_ja": ("青です。",)})


def report(**changes: object) -> SceneReport:
    whole = SceneReport(
        "front",
        "front",
        1,
        0,
        Outcome.OK,
        advice=ADVICE,
        advice_ja="止まってください。",
        description_ja="赤です。雨です。",
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def wrong(**changes: object) -> Wrong | None:
    return wrong_with(report(**changes), MINE, [MINE, OTHER])


def test_the_offline_answer_is_right_whole_or_cut_behind_a_sentence():
    assert wrong() is None
    for text in ("", "赤です。", "赤です。雨です。"):
        assert wrong(outcome=Outcome.TRUNCATED, description_ja=text) is None
    assert wrong(outcome=Outcome.TIMEOUT, advice=None, advice_ja="", description_ja="") is None


@pytest.mark.parametrize(
    "other",
    [
        replace(ADVICE, speed=SpeedAdvice.KEEP),
        replace(ADVICE, path=PathAdvice.SHIFT_LEFT),
        replace(ADVICE, hazards=()),
        replace(ADVICE, confidence=0.90001),
    ],
)
def test_any_other_advice_is_wrong(other: Advice):
    assert wrong(advice=other) is Wrong.ADVICE
    assert wrong(advice=replace(ADVICE, confidence=0.9 + 1e-9)) is None


def test_text_of_another_picture_is_told_from_other_text():
    assert wrong(description_ja="青です。") is Wrong.STALE_TEXT
    assert wrong(advice_ja="進んでください。") is Wrong.STALE_TEXT
    assert wrong(description_ja="赤です。雨です。雨です。") is Wrong.TEXT
    assert wrong(outcome=Outcome.TRUNCATED, description_ja="赤で") is Wrong.TEXT


def test_ok_means_that_the_text_is_whole():
    assert wrong(description_ja="赤です。") is Wrong.UNFINISHED
    assert wrong(advice_ja="") is Wrong.UNFINISHED


def test_unsure_is_wrong_where_the_bundle_is_sure_but_not_on_a_frozen_picture():
    unsure = {"outcome": Outcome.UNSURE, "advice": None}
    assert wrong(**unsure, reason="below the model's threshold") is Wrong.UNSURE
    assert wrong(**unsure, reason="frozen_input") is None


def test_only_a_whole_answer_of_which_the_bundle_is_sure_is_expected():
    def events(unsure: bool = False, finish: Finish = Finish.COMPLETE):
        yield AdviceDecoded(ADVICE, 1.0, unsure, False)
        yield Sentence("advice_ja", "止まってください。")
        yield Sentence("description_ja", "赤です。")
        yield Sentence("description_ja", "雨です。")
        yield Done(finish, StageTimes(), TokenCounts())

    assert read_answer(events()) == MINE
    assert read_answer(events(unsure=True)) is None
    assert read_answer(events(finish=Finish.TRUNCATED)) is None
