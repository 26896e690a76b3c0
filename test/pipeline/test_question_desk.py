"""Exactly one answer a question, in time, about the frame that was meant."""

from __future__ import annotations

import random

import pytest

from vlm_driving.pipeline.question_desk import QuestionDesk
from vlm_driving.pipeline.questions import (
    PictureKey,
    QuestionAnswer,
    QuestionCosts,
    QuestionSettings,
)
from vlm_driving.runtime.events import Finish

MS = 1_000_000
COSTS = QuestionCosts(new_picture_ms=60, same_picture_ms=20, token_ms=2)


def key(sequence=0, camera="front"):
    return PictureKey(camera, 1000 + sequence, sequence)


class Room:
    """A desk, what it answered, and which pictures it let go."""

    def __init__(self, clock, **settings):
        self.answers: list[QuestionAnswer] = []
        self.gone: list[str] = []
        self.clock = clock
        self.desk = QuestionDesk(
            self.answers.append, clock, QuestionSettings(**settings), self.gone.append, kept=1
        )

    def show(self, sequence=0, camera="front"):
        self.desk.shown(key(sequence, camera), f"{camera}{sequence}")

    def turn(self, room_ms=None, cached=None):
        return self.desk.turn(None if room_ms is None else room_ms * MS, COSTS, cached)

    @property
    def told(self):
        return [(one.id, one.outcome.value) for one in self.answers]


@pytest.fixture
def room(clock):
    return Room(clock)


def test_a_question_is_answered_about_the_frame_that_was_shown_last(room, clock):
    room.show(0)
    number = room.desk.ask(" 信号は\n何色ですか。 ")
    room.show(1)  # the next frame does not change what was asked about
    taken = room.turn()
    assert (taken.question.id, taken.picture) == (number, "front0")
    clock.advance_ms(30)
    room.desk.sentence(number, "赤です。")
    room.desk.sentence(number, "止まりましょう。")
    room.desk.ended(number, Finish.COMPLETE)
    (answer,) = room.answers
    assert (answer.outcome.value, answer.text_ja) == ("ok", "赤です。止まりましょう。")
    assert (answer.question, answer.picture) == ("信号は 何色ですか。", key(0))
    assert answer.latency_ms == 30


def test_a_frame_can_be_named_by_camera_and_stamp(room):
    room.show(0)
    room.show(5, "left")
    for wanted, named in (("front0", {"camera": "front"}), ("left5", {"stamp_ns": 1005})):
        number = room.desk.ask("?", **named)
        assert room.turn().picture == wanted
        room.desk.ended(number, Finish.COMPLETE)


def test_refusals_are_answers_too(room):
    room.desk.ask("前は？")
    room.show()
    room.desk.ask("")
    room.desk.ask("あ" * 500)
    room.desk.ask("前は？", stamp_ns=7)
    for _ in range(9):
        room.desk.ask("前は？")
    assert [one.outcome.value for one in room.answers] == ["refused"] * 5
    assert [one.id for one in room.answers] == [1, 2, 3, 4, 13]
    assert [one.text_ja for one in room.answers] == [
        "まだ映像がないため、お答えできません。",
        "質問が空です。知りたいことを書いてください。",
        "質問が長すぎます。200文字以内でお尋ねください。",
        "お尋ねの映像はもう残っていないため、お答えできません。",
        "ほかの質問に答えているところです。少し待ってからお尋ねください。",
    ]
    assert len(room.answers[2].question) == 200  # what is handed on is bounded


def test_a_question_that_frames_left_no_time_for_says_so_by_its_deadline(room, clock):
    room.show()
    room.desk.ask("前は？")
    assert room.turn(room_ms=10) is None
    due_ns = room.desk.next_due_ns()
    assert due_ns == clock() + 992 * MS
    room.desk.close_due(due_ns - 1)
    assert room.told == []
    room.desk.close_due(due_ns)
    assert room.told == [(1, "timeout")]
    assert room.answers[0].text_ja.startswith("いまは映像の処理を優先しており")
    assert room.desk.next_due_ns() is None


def test_one_that_gave_way_without_a_sentence_is_begun_again(room):
    room.show()
    number = room.desk.ask("前は？")
    assert room.turn() is not None
    assert room.turn() is None  # one at a time: it is in work
    room.desk.ended(number, Finish.NO_ADVICE)
    assert room.told == []
    assert room.turn().question.id == number
    room.desk.close_due(room.desk.next_due_ns())
    assert room.answers[0].text_ja.startswith("時間内に答えをまとめられませんでした")
    assert room.answers[0].reason == "no sentence by its deadline, begun 2 times"


def test_one_that_gave_way_behind_a_sentence_is_answered_with_it(room):
    room.show()
    number = room.desk.ask("前は？")
    room.turn()
    room.desk.sentence(number, "歩行者がいます。")
    room.desk.ended(number, Finish.TRUNCATED)
    assert room.told == [(1, "truncated")]
    assert room.answers[0].text_ja == "歩行者がいます。"


def test_the_watch_closes_one_in_work_with_its_sentences_and_what_comes_later_is_not_heard(room):
    room.show()
    number = room.desk.ask("前は？")
    room.turn()
    room.desk.sentence(number, "歩行者がいます。")
    room.desk.close_due(room.desk.next_due_ns())
    room.desk.sentence(number, "遅れた文。")
    room.desk.ended(number, Finish.COMPLETE)
    assert room.told == [(1, "truncated")]
    assert room.answers[0].text_ja == "歩行者がいます。"


@pytest.mark.parametrize(
    ("refused", "outcome", "text"),
    [
        (False, "no_backend", "いまは質問にお答えできません"),
        (True, "refused", "この質問にはお答えできません"),
    ],
)
def test_a_backend_that_fails_is_an_answer_as_well(room, refused, outcome, text):
    room.show()
    number = room.desk.ask("前は？")
    room.turn()
    room.desk.failed(number, "out of memory", refused=refused)
    room.desk.failed(number, "again")
    assert room.told == [(1, outcome)]
    assert room.answers[0].text_ja.startswith(text)
    assert room.answers[0].reason == "out of memory"


def test_a_model_that_says_nothing_has_not_answered(room):
    room.show()
    number = room.desk.ask("前は？")
    room.turn()
    room.desk.ended(number, Finish.COMPLETE)
    assert room.told == [(1, "no_backend")]


def test_the_engine_keeps_its_picture_even_when_the_question_was_closed_over_its_head(room):
    room.show(0)
    number = room.desk.ask("前は？")
    room.turn()
    room.desk.close_due(room.desk.next_due_ns())
    room.show(1)
    room.show(2)
    assert room.gone == ["front1"]  # kept=1, and front0 is still looked at
    room.desk.ended(number, Finish.NO_ADVICE)
    assert room.gone == ["front1", "front0"]


def test_closing_answers_what_is_open_and_takes_no_more(room):
    room.show()
    room.desk.ask("前は？")
    room.desk.close()
    room.desk.ask("後ろは？")
    room.show(9)
    assert room.told == [(1, "no_backend"), (2, "refused")]
    assert {one.text_ja for one in room.answers} == {"終了処理中のため、お答えできません。"}
    assert room.gone == ["front0", "front9"]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_every_question_gets_one_answer_and_every_picture_is_let_go(seed, clock):
    rng = random.Random(seed)
    room = Room(clock, most_waiting=3)
    asked, shown = [], 0
    working: list[int] = []
    for _ in range(800):
        clock.advance_ms(rng.uniform(0, 60))
        room.desk.close_due(clock())
        match rng.randrange(6):
            case 0:
                room.show(shown, rng.choice(["front", "left"]))
                shown += 1
            case 1:
                text = rng.choice(["前は？"] * 3 + ["", "あ" * 300])
                asked.append(room.desk.ask(text, rng.choice([None, "left"])))
            case 2 if not working:
                taken = room.turn(rng.choice([None, 10, 100]))
                working += [taken.question.id] if taken else []
            case 3 if working:
                room.desk.sentence(working[0], "はい。")
            case 4 if working:
                room.desk.ended(working.pop(), rng.choice(list(Finish)))
            case 5 if working and rng.random() < 0.3:
                room.desk.failed(working.pop(), "lost")
    room.desk.close()
    for number in working:
        room.desk.ended(number, Finish.NO_ADVICE)
    assert sorted(one.id for one in room.answers) == asked == list(range(1, len(asked) + 1))
    assert all(one.text_ja.endswith("。") for one in room.answers)
    assert len(room.gone) == len(set(room.gone)) == shown
    assert {"ok", "refused", "timeout"} <= {one.outcome.value for one in room.answers}


def test_a_model_that_rambles_without_a_sentence_is_not_asked_again(room):
    room.show(0)
    number = room.desk.ask("何?")
    room.turn()
    room.desk.ended(number, Finish.TRUNCATED)  # cut at the model's own most, not by a frame
    assert room.told == [(number, "no_backend")]
    assert room.turn() is None
