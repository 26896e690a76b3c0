"""Questions in real time, on a pipeline that the test answers for."""

from __future__ import annotations

import threading
import time
from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.asked import rows_of

from vlm_driving.core import UserError
from vlm_driving.evaluation.questions import Question
from vlm_driving.pipeline import OfferedFrame
from vlm_driving.pipeline.questions import QuestionAnswer, QuestionOutcome, QuestionSettings
from vlm_driving.replay.asking import live
from vlm_driving.replay.asking.answers import RunAnswers
from vlm_driving.replay.asking.live import LiveAsker
from vlm_driving.replay.asking.plan import sheets

PICTURE = np.zeros((4, 6, 3), np.uint8)
PATIENCE_S = 10.0


class Pipeline:
    """Answers when it is told to, or at once; knows what is pinned."""

    def __init__(self, at_once: bool = True, outcome: QuestionOutcome = QuestionOutcome.OK):
        self.at_once = at_once
        self.outcome = outcome
        self.asked: list[tuple[str, int]] = []
        self.pinned: Counter[int] = Counter()
        self.room = True
        self.reply: Any = None
        self.news = threading.Condition()

    @property
    def pinning(self) -> Any:
        return self

    def pin(self, frame, image_bgr):
        if self.room:
            self.pinned[frame.sequence] += 1
        return self.room

    def unpin(self, frame):
        self.pinned[frame.sequence] -= 1

    def ask(self, text, camera=None, stamp_ns=None, sequence=None):
        assert self.pinned[sequence] == 1
        with self.news:
            self.asked.append((text, sequence))
            self.news.notify_all()
        number = len(self.asked)
        if self.at_once:
            self.answer(number)
        return number

    def answer(self, number):
        said = "" if self.outcome is QuestionOutcome.OK else "時間内に答えられませんでした。"
        self.reply(
            QuestionAnswer(
                number,
                self.asked[number - 1][0],
                self.outcome,
                said or "赤です。",
                reason=None,
                latency_ms=5.0,
                backend="onnx-cpu",
            )
        )

    def start(self):
        pass

    def offer(self, frame):
        raise AssertionError("frames are offered to the run")

    def health(self):
        raise AssertionError("nobody asks for it here")

    def close(self):
        """As the end of a pipeline answers what is open."""
        for number in range(1, len(self.asked) + 1):
            self.answer(number)
        return True

    def wait_for(self, count):
        with self.news:
            assert self.news.wait_for(lambda: len(self.asked) >= count, PATIENCE_S)


class Run:
    """An asker over three scenes with two questions each, its pipeline and its files."""

    def __init__(self, tmp_path, pipeline, scenes=3, most_waiting=8, own=2, report_budget_ms=200.0):
        self.questions = [
            Question(f"{n}{i}", "conv", "", "", f"{n}{i}?", camera="front", stamp_ns=n)
            for n in range(scenes)
            for i in range(own)
        ]
        found = sheets(self.questions, [("front", n) for n in range(scenes)])
        self.path = tmp_path
        self.pipeline = pipeline
        self.stop = threading.Event()
        self.pictures: list[int] = []
        self.answers = RunAnswers(tmp_path, self.questions, found.values(), "tiny")
        self.asker = LiveAsker(
            {scene[1]: sheet for scene, sheet in found.items() if scene[1] is not None},
            self.answers,
            lambda sequence, image: self.pictures.append(sequence),
            self.stop,
            QuestionSettings(most_waiting=most_waiting),
            report_budget_ms,
        )
        pipeline.reply = self.asker.reply
        self.asker.start(pipeline)

    def frame(self, number, load=lambda: PICTURE):
        self.asker.offered(OfferedFrame(load, "front", "", number, number, 0))
        self.asker.reported(SimpleNamespace(sequence=number))  # type: ignore[arg-type]

    def finish(self):
        self.asker.finish()
        self.asker.join()
        self.answers.finish()
        return rows_of(self.path / "answers.jsonl"), rows_of(self.path / "other_scene.jsonl")


def test_every_question_is_asked_on_its_frame_and_on_another(tmp_path):
    run = Run(tmp_path, Pipeline())
    for number in range(3):
        run.frame(number)
    own, other = run.finish()
    assert [(row["text"], row["sequence"]) for row in own] == [
        ("赤です。", int(q.id[0])) for q in run.questions
    ]
    assert [row["shown"]["sequence"] for row in other] == [1, 1, 2, 2, 0, 0]
    assert run.pictures == [0, 1, 2]
    assert +run.pipeline.pinned == Counter()
    assert {row["backend"] for row in own} == {"onnx-cpu"}


def test_on_one_frame_one_question_is_asked_at_a_time(tmp_path):
    pipeline = Pipeline(at_once=False)
    run = Run(tmp_path, pipeline)
    run.frame(0)
    for number in range(1, 5):
        pipeline.wait_for(number)
        assert len(pipeline.asked) == number
        pipeline.answer(number)
    assert [text for text, _ in pipeline.asked] == ["00?", "20?", "01?", "21?"]
    run.finish()


def test_what_there_is_no_room_for_stays_in_line(tmp_path):
    pipeline = Pipeline(at_once=False)
    run = Run(tmp_path, pipeline, scenes=4, most_waiting=3)
    for number in range(4):
        run.frame(number)
    pipeline.wait_for(2)
    assert [stamp for _, stamp in pipeline.asked] == [0, 1]
    pipeline.at_once = True
    for number in (1, 2):
        pipeline.answer(number)
    own, other = run.finish()
    assert {row["outcome"] for row in own + other} == {"ok"}


def test_what_a_pipeline_says_in_place_of_an_answer_is_not_judged(tmp_path):
    run = Run(tmp_path, Pipeline(outcome=QuestionOutcome.TIMEOUT))
    for number in range(3):
        run.frame(number)
    own, _ = run.finish()
    assert {(row["outcome"], row["text"]) for row in own} == {("timeout", "")}


def test_a_picture_that_cannot_be_made_is_malformed_for_all_that_is_asked_on_it(tmp_path):
    def damaged():
        raise ValueError("no JPEG")

    run = Run(tmp_path, Pipeline())
    run.frame(0, damaged)
    run.frame(1)
    run.frame(2)
    own, other = run.finish()
    assert [row["outcome"] for row in own] == ["malformed"] * 2 + ["ok"] * 4
    assert [row["outcome"] for row in other] == ["ok"] * 4 + ["malformed"] * 2
    assert own[0]["reason"] == "no JPEG"


def test_no_place_for_a_picture_is_told(tmp_path):
    pipeline = Pipeline()
    pipeline.room = False
    run = Run(tmp_path, pipeline)
    run.frame(0)
    own, _ = run.finish()
    assert own[0]["outcome"] == "no_backend"
    assert "every place" in own[0]["reason"]


def test_a_stop_hears_out_who_was_asked_and_asks_no_more(tmp_path):
    pipeline = Pipeline(at_once=False)
    run = Run(tmp_path, pipeline)
    run.frame(0)
    pipeline.wait_for(1)
    run.stop.set()
    run.frame(1)
    pipeline.answer(1)
    own, other = run.finish()
    assert [row["outcome"] for row in own] == ["ok"] + ["dropped"] * 5
    assert {row["outcome"] for row in other} == {"dropped"}
    assert own[1]["reason"] == "the run was stopped before it was asked"
    assert len(pipeline.asked) == 1
    assert +pipeline.pinned == Counter()


def test_questions_that_are_left_when_the_recording_ends_are_asked_and_counted(tmp_path):
    pipeline = Pipeline(at_once=False)
    run = Run(tmp_path, pipeline, scenes=2, own=1)
    run.frame(0)
    run.frame(1)
    pipeline.wait_for(2)  # one on each frame
    ending = threading.Thread(target=run.asker.finish)
    ending.start()
    while not run.asker._over.wait(0.001):
        pass
    pipeline.at_once = True
    for number in (1, 2):
        pipeline.answer(number)
    ending.join(PATIENCE_S)
    assert len(run.answers.own) == len(run.answers.other or ()) == 2
    assert run.asker.after_last == 2


def test_a_report_may_take_its_whole_budget_before_its_frame_is_asked_about(tmp_path, monkeypatch):
    monkeypatch.setattr(live, "_REPORTS_S", 0.0)
    run = Run(tmp_path, Pipeline(), scenes=2, report_budget_ms=60_000.0)
    run.frame(0)
    run.asker.offered(OfferedFrame(lambda: PICTURE, "front", "", 1, 1, 0))
    report = SimpleNamespace(sequence=1)
    threading.Timer(0.2, run.asker.reported, [report]).start()
    own, _ = run.finish()
    assert {row["outcome"] for row in own} == {"ok"}


def test_when_the_run_is_to_end_an_answer_is_not_waited_for_beyond_a_moment(tmp_path, monkeypatch):
    monkeypatch.setattr(live, "_HEARD_OUT_S", 0.1)
    pipeline = Pipeline(at_once=False, outcome=QuestionOutcome.NO_BACKEND)
    run = Run(tmp_path, pipeline)
    run.frame(0)
    pipeline.wait_for(1)
    run.stop.set()
    begun_s = time.monotonic()
    live.AskedLive(pipeline, run.asker).close()
    assert time.monotonic() - begun_s < PATIENCE_S / 2
    run.answers.finish()
    outcomes = [row["outcome"] for row in rows_of(tmp_path / "answers.jsonl")]
    assert outcomes == ["no_backend"] + ["dropped"] * 5


def test_a_disk_that_takes_no_more_stops_the_run_with_a_sentence(tmp_path, monkeypatch):
    run = Run(tmp_path, Pipeline())

    def full(*_):
        raise UserError("The disk is full; free some space.")

    monkeypatch.setattr(run.answers, "add", full)
    run.frame(0)
    run.asker.finish()
    run.asker.join()
    assert "disk is full" in str(run.asker.failure)
    assert run.stop.is_set()


def test_a_fault_of_ours_is_raised_at_the_end(tmp_path, monkeypatch):
    run = Run(tmp_path, Pipeline())
    monkeypatch.setattr(run.answers, "in_turns", lambda sheet: 1 / 0)
    run.frame(0)
    run.asker.finish()
    with pytest.raises(ZeroDivisionError):
        run.asker.join()
    assert run.stop.is_set()
