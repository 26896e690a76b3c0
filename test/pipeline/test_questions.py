"""When a question is begun, when it has to stop, and what is refused."""

from __future__ import annotations

import pytest

from vlm_driving.core import UserError
from vlm_driving.pipeline.questions import (
    PictureKey,
    Question,
    QuestionAnswer,
    QuestionCosts,
    QuestionOutcome,
    QuestionSettings,
    choose,
    refusal,
    stop_at,
)

MS = 1_000_000
SETTINGS = QuestionSettings()
COSTS = QuestionCosts(new_picture_ms=60, same_picture_ms=20, token_ms=2)
OLD, NEW = PictureKey("front", 1), PictureKey("front", 2)


def question(number=1, picture=OLD, closes_ms=1000):
    return Question(number, "信号は何色ですか。", picture, 0, closes_ms * MS)


def begun(questions, room_ms, cached=None, now_ms=0, costs=COSTS):
    room = None if room_ms is None else room_ms * MS
    return choose(questions, now_ms * MS, room, costs, cached, SETTINGS)


def test_a_question_is_begun_only_if_its_first_sentence_fits_beside_the_frames():
    assert begun([question()], room_ms=62).question == question()
    turn = begun([question()], room_ms=61)
    assert turn.question is None
    assert turn.reason == "frames leave 61 ms, a question takes 60"


def test_it_stops_a_token_before_the_frames_need_the_engine():
    assert begun([question()], room_ms=100).until_ns == 98 * MS
    assert begun([question()], room_ms=None).until_ns == 1000 * MS
    assert begun([question()], room_ms=5000).until_ns == 1000 * MS


def test_a_frame_that_comes_unexpectedly_moves_the_stop_nearer():
    assert stop_at(50 * MS, 10 * MS, COSTS, 1000 * MS) == 58 * MS
    assert stop_at(50 * MS, -10 * MS, COSTS, 1000 * MS) < 50 * MS
    assert stop_at(50 * MS, None, COSTS, 1000 * MS) == 1000 * MS


def test_the_picture_in_the_cache_needs_no_second_prefill_and_so_less_room():
    assert begun([question()], room_ms=25).question is None
    turn = begun([question()], room_ms=25, cached=OLD)
    assert turn.question == question()
    assert turn.reason == "its picture is in the cache"


def test_questions_about_the_picture_in_the_cache_come_first_then_the_earliest_deadline():
    asked = [question(1, OLD, 500), question(2, NEW, 900), question(3, NEW, 800)]
    order = []
    while asked:
        turn = begun(asked, None, cached=NEW)
        order.append(turn.question.id)
        asked.remove(turn.question)
    assert order == [3, 2, 1]
    assert begun([question(1, OLD, 500), question(2, OLD, 400)], None).question.id == 2


def test_a_question_without_enough_time_left_is_not_begun_for_nothing():
    assert begun([question(closes_ms=100)], None, now_ms=40).question is not None
    turn = begun([question(closes_ms=100)], None, now_ms=41)
    assert turn.question is None
    assert turn.reason == "no question can be answered in the time that it has left"
    later = question(2, closes_ms=300)
    assert begun([question(closes_ms=100), later], None, now_ms=41).question == later


def test_what_was_never_measured_is_taken_for_slow():
    nothing = QuestionCosts()
    assert begun([question()], room_ms=169, costs=nothing).question is None
    assert begun([question()], room_ms=170, costs=nothing).until_ns == 150 * MS


def test_without_questions_nothing_is_begun():
    assert begun([], None).question is None


@pytest.mark.parametrize(
    ("text", "waiting", "says", "ja"),
    [
        (" \n\t", 0, "the question is empty", "質問が空です"),
        ("あ" * 201, 0, "the question has 201 characters, most is 200", "200文字以内で"),
        ("前は？", 8, "8 questions are open already", "少し待ってから"),
    ],
)
def test_a_refusal_says_why_in_both_languages(text, waiting, says, ja):
    refused = refusal(text, waiting, SETTINGS)
    assert refused is not None
    assert refused[0] == says
    assert ja in refused[1]
    assert refused[1].endswith("。")


def test_what_is_within_the_limits_is_taken():
    assert refusal("  あ" + "あ" * 199 + " \n", 7, SETTINGS) is None


def test_a_guard_is_kept_back_but_never_more_than_a_quarter_of_a_small_budget():
    assert QuestionSettings().closes_at(5) == 5 + 992 * MS
    assert QuestionSettings(budget_ms=10).closes_at(0) == 7_500_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"budget_ms": 0},
        {"budget_ms": float("inf")},
        {"guard_ms": -1},
        {"unmeasured_ms": float("nan")},
        {"most_waiting": 0},
        {"most_characters": 0},
        {"most_characters": 4001},
    ],
)
def test_settings_that_make_no_sense_are_explained(wrong):
    with pytest.raises(UserError):
        QuestionSettings(**wrong)


def test_an_answer_as_json_names_the_frame_that_it_is_about():
    answer = QuestionAnswer(3, "前は？", QuestionOutcome.OK, "空いています。", NEW, None, 12.3456)
    assert answer.to_json() == {
        "id": 3,
        "question": "前は？",
        "outcome": "ok",
        "text_ja": "空いています。",
        "camera": "front",
        "stamp_ns": 2,
        "reason": None,
        "latency_ms": 12.346,
    }
