"""What a worker may say, when, and how much."""

from __future__ import annotations

import pytest
from support.scripted_answerer import ADVICE

from vlm_driving.core import StageTimes, TokenCounts
from vlm_driving.pipeline.workers import Cancelled, Failed, FrameSlot, Request, Said
from vlm_driving.pipeline.workers.exchange import MOST_EVENTS, Exchange, Pulse
from vlm_driving.pipeline.workers.fields import ProtocolFault
from vlm_driving.pipeline.workers.messages import Heartbeat
from vlm_driving.runtime.events import AdviceDecoded, Done, Finish, Sentence, Stage, StageBegun

BEGUN = StageBegun(Stage.ENCODE)
ADVISED = AdviceDecoded(ADVICE, 1.0, False)
PROSE = Sentence("advice_ja", "減速してください。")
MORE = Sentence("advice_ja", "歩行者がいます。")


def done(finish):
    return Done(finish, StageTimes(), TokenCounts())


def exchange(*events, question=None, id=5):
    follows = Exchange(Request(5, FrameSlot(0, 1), (1, 1, 3), question=question))
    return [follows.take(Said(id, 1, event)) for event in events]


def test_a_report_is_begun_advised_told_and_done():
    events = (BEGUN, ADVISED, PROSE, MORE, done(Finish.COMPLETE))
    assert exchange(*events) == [False] * 4 + [True]
    assert exchange(BEGUN, done(Finish.NO_ADVICE)) == [False, True]
    assert exchange(ADVISED, done(Finish.TRUNCATED)) == [False, True]


def test_two_sections_may_say_the_same():
    again = Sentence("description_ja", PROSE.text)
    assert exchange(ADVISED, PROSE, again, done(Finish.COMPLETE)) == [False] * 3 + [True]


def test_a_question_is_told_and_done():
    assert exchange(BEGUN, PROSE, done(Finish.COMPLETE), question="何?") == [False, False, True]
    assert exchange(done(Finish.NO_ADVICE), question="何?") == [True]


@pytest.mark.parametrize("last", [Cancelled(5, 1), Failed(5, "out of memory")])
def test_a_request_may_end_at_any_moment(last):
    assert Exchange(Request(5, FrameSlot(0, 1), (1, 1, 3))).take(last)


@pytest.mark.parametrize(
    ("events", "asked"),
    [
        ([PROSE], {}),
        ([ADVISED, ADVISED], {}),
        ([ADVISED], {"question": "何?"}),
        ([done(Finish.COMPLETE)], {}),
        ([ADVISED, done(Finish.NO_ADVICE)], {}),
        ([BEGUN], {"id": 4}),
        ([BEGUN] * (MOST_EVENTS + 1), {}),
        ([Sentence("answer", f"{i}" + "あ" * 1950) for i in range(11)], {"question": "何?"}),
        ([ADVISED, PROSE, PROSE], {}),
        ([ADVISED, Sentence("advice_ja", "")], {}),
        ([ADVISED, Sentence("advice_ja", " \n")], {}),
        ([ADVISED, Sentence("advice_ja", "減速\x07してください。")], {}),
        ([ADVISED, Sentence("advice_ja", "減速\ufffdしてください。")], {}),
        ([ADVISED, Sentence("advice_ja", "\ue000してください。")], {}),
    ],
)
def test_anything_else_is_nonsense(events, asked):
    exchange(*events[:-1], **{**asked, "id": 5})
    with pytest.raises(ProtocolFault):
        exchange(*events, **asked)


def test_a_heart_that_races_is_as_wrong_as_a_clock_that_goes_back():
    pulse = Pulse()
    for at_ns in (0, 10**8, 2 * 10**8):
        pulse.take(Heartbeat(at_ns))
    for at_ns in (2 * 10**8, 10**8):
        with pytest.raises(ProtocolFault):
            pulse.take(Heartbeat(at_ns))
