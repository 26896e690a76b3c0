"""The outcome of an answer, from what was said."""

from __future__ import annotations

import pytest
from support.scripted_answerer import ADVICE

from vlm_driving.core import Deadline, StageTimes, TokenCounts
from vlm_driving.pipeline.answer import AnswerSoFar, Standing, judge
from vlm_driving.runtime.events import AdviceDecoded, Done, Event, Finish, Sentence

ADVISED = AdviceDecoded(ADVICE, 1.0, False)
SAID = Sentence("advice_ja", "減速してください。")


def done(finish: Finish) -> Done:
    return Done(finish, StageTimes(), TokenCounts())


@pytest.mark.parametrize(
    ("events", "outcome", "reason"),
    [
        ((ADVISED, SAID, done(Finish.COMPLETE)), "ok", None),
        ((ADVISED, SAID, done(Finish.TRUNCATED)), "truncated", "prose cut back to a sentence"),
        ((ADVISED, SAID), "truncated", "prose cut when the report was closed"),
        ((ADVISED, done(Finish.COMPLETE)), "truncated", "the model gave no prose"),
    ],
)
def test_only_an_answer_with_all_its_prose_is_ok(
    events: tuple[Event, ...], outcome: str, reason: str | None
) -> None:
    answer = AnswerSoFar()
    for event in events:
        answer.add(event, 0)
    verdict = judge(Standing(answer), Deadline(10), 5)
    assert (verdict.outcome.value, verdict.reason) == (outcome, reason)
    assert verdict.advice == ADVICE
