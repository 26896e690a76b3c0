"""Cameras that do not look ahead: they describe, and never advise."""

from __future__ import annotations

import pytest
from support.scripted_answerer import ADVICE

from vlm_driving.core import CameraRole, Deadline, StageTimes, TokenCounts
from vlm_driving.pipeline.answer import AnswerSoFar, Standing, judge
from vlm_driving.runtime.events import AdviceDecoded, Done, Event, Finish, Sentence

SAID = Sentence("advice_ja", "減速してください。")
SEEN = Sentence("description_ja", "左に歩行者がいます。")
WHOLE = Done(Finish.COMPLETE, StageTimes(), TokenCounts())
CUT = Done(Finish.TRUNCATED, StageTimes(), TokenCounts())


def after(*events: Event, role: CameraRole = CameraRole.LEFT):
    answer = AnswerSoFar()
    for event in events:
        answer.add(event, 0)
    return judge(Standing(answer), Deadline(10), 5, role)


def test_a_side_camera_describes_without_advice():
    verdict = after(AdviceDecoded(ADVICE, 1.0, False), SAID, SEEN, WHOLE)
    assert verdict.outcome.value == "ok"
    assert (verdict.advice, verdict.advice_ja) == (None, "")
    assert verdict.description_ja == SEEN.text


def test_the_same_answer_of_a_front_camera_advises():
    events = (AdviceDecoded(ADVICE, 1.0, False), SAID, SEEN, WHOLE)
    verdict = after(*events, role=CameraRole.FRONT)
    assert (verdict.advice, verdict.advice_ja) == (ADVICE, SAID.text)


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ((), "no description by the deadline"),
        ((CUT,), "no description by the deadline"),
        ((WHOLE,), "the model ended without a description"),
    ],
)
def test_advice_alone_is_no_answer_of_a_side_camera(last, reason):
    verdict = after(AdviceDecoded(ADVICE, 1.0, False), SAID, *last)
    assert (verdict.outcome.value, verdict.reason) == ("timeout", reason)
    assert verdict.advice is None


def test_a_side_camera_whose_prose_was_cut_keeps_its_sentences():
    verdict = after(AdviceDecoded(ADVICE, 1.0, False), SAID, SEEN, CUT)
    assert (verdict.outcome.value, verdict.description_ja) == ("truncated", SEEN.text)


@pytest.mark.parametrize("blind", [False, True])
def test_an_unsure_side_camera_does_not_speak_of_advice(blind):
    verdict = after(AdviceDecoded(ADVICE, 1.0, True, blind), SAID, SEEN, WHOLE)
    assert verdict.outcome.value == "unsure"
    assert verdict.advice_ja == ""
    assert verdict.description_ja
    assert "助言" not in verdict.description_ja
