"""Shares, violations, rubrics that are none, and answers that want to take time."""

from __future__ import annotations

import time

import pytest

from vlm_driving.core import UserError
from vlm_driving.evaluation.keyfact import parse_rubric, score

YES = {
    "lead": ["はい", "ええ", "います", "あります", "見えます", "写っています"],
    "must_not": [["いいえ", "いえ"]],
    "form": "yes_no",
}
GREEN = {"must": [["青", "緑"]], "must_not": [["赤"], ["黄"], ["消灯", "消えて"]], "form": "name"}
METRES = {"must": [["20メートル", "20m"]], "form": "number"}
WAIT = {  # may I turn right? no: oncoming traffic, so wait
    "lead": ["いいえ"],
    "must": [["対向車"], ["待", "止ま"]],
    "must_not": [["はい"], ["右折できます", "曲がれます"]],
}
BEHIND = {
    "any": {"k": 2, "of": [["歩行者", "人"], ["子ども"], ["自転車"], ["バイク", "二輪車"]]},
    "must": [["飛び出"]],
}


def test_a_share_of_what_is_due_and_what_became_of_it():
    found = score("いいえ、待ちます。", WAIT)
    assert (found.hits, found.missed, found.violated) == (("lead", "待"), ("対向車",), ())
    assert found.share == pytest.approx(2 / 3)
    assert not found.right


def test_half_of_any_is_half_a_fact():
    found = score("子どもが飛び出すかもしれません。", BEHIND)
    assert found.share == pytest.approx((1 + 0.5) / 2)
    assert score("子どもと人と自転車とバイクが飛び出します。", BEHIND).share == 1.0


def test_what_must_not_be_said_takes_everything():
    found = score("青ですが、赤でもあります。", GREEN)
    assert (found.share, found.violated, found.right) == (0.0, ("赤",), False)


def test_a_contradiction_takes_everything():
    assert score("はい、いません。", YES).violated == ("contradiction",)
    assert score("はい、いません。", YES).share == 0.0


def test_an_absence_that_is_due_is_no_contradiction():
    clear = {"lead": ["はい"], "must": [["いません", "ありません"]]}
    assert score("はい、障害物はありません。", clear).right


@pytest.mark.parametrize("answer", ["", "  \n ", "。", "？"])
def test_nothing_said_is_nothing_scored(answer):
    found = score(answer, GREEN)
    assert (found.share, found.right) == (0.0, False)


def test_the_weight_is_handed_on():
    assert score("青です。", {**GREEN, "weight": 2}).weight == 2.0
    assert score("青です。", GREEN).weight == 1.0


@pytest.mark.parametrize(
    ("rubric", "says"),
    [
        ([], "A rubric is an object"),
        ({"most": []}, "Unknown rubric key 'most'"),
        ({}, "asks for nothing"),
        ({"must_not": [["赤"]]}, "asks for nothing"),
        ({"lead": "はい"}, "lead takes a list of synonyms"),
        ({"must": ["赤"]}, "must takes a list of synonyms"),
        ({"must": "赤"}, "must takes a list of lists"),
        ({"must": [[]]}, "must takes a list of synonyms"),
        ({"must": [["赤", 1]]}, "must takes a list of synonyms"),
        ({"any": {"k": 3, "of": [["a"], ["b"]]}}, "any.k is a whole number from 1 to the 2"),
        ({"any": {"of": [["a"]]}}, "any takes an object with k and of"),
        ({"must": [["赤"]], "form": "song"}, "form is one of yes_no"),
        ({"must": [["赤"]], "form": ["name"]}, "form is one of yes_no"),
        ({"must": [["赤"]], "weight": 0}, "weight is a positive number"),
        ({"must": [["赤"]], "weight": float("nan")}, "weight is a positive number"),
        ({"must": [["赤です。青"]]}, "ends a sentence inside"),
        ({"must": [["{20m+5}"]]}, "no figure with a tolerance such as {20m±5}"),
    ],
)
def test_a_bad_rubric_is_one_sentence(rubric, says):
    with pytest.raises(UserError) as caught:
        score("赤です。", rubric)
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_a_parsed_rubric_scores_the_same():
    assert score("青です。", parse_rubric(GREEN)) == score("青です。", GREEN)


def test_a_hostile_answer_takes_no_time():
    """Nothing in here may go quadratic."""
    for text in (
        "赤" * 20_000,
        "赤では" * 8000,
        "、" * 20_000,
        "1" * 20_000,
        "「" * 20_000,
        "でいて" * 7000,
    ):
        begun = time.perf_counter()
        score(text, GREEN)
        score(text, METRES)
        assert time.perf_counter() - begun < 2.0, text[:4]
