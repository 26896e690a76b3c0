"""One frame's way: what becomes of it in every case, on a clock that the test turns."""

from __future__ import annotations

import numpy as np
import pytest
from support.scripted_answerer import ADVICE, ScriptedAnswerer

from vlm_driving.core import Deadline, Outcome, UserError
from vlm_driving.pipeline import FrameProcessor, PipelineSettings
from vlm_driving.pipeline.answer import BLIND_JA, UNSURE_JA
from vlm_driving.pipeline.settings import HEARD_BY
from vlm_driving.runtime.events import AdviceDecoded, Sentence, Stage, StageBegun

SETTINGS = PipelineSettings(budget_ms=200, guard_ms=8, backend="onnx-cpu", model="tiny")
NO_BUDGET = PipelineSettings(budget_ms=None, backend="onnx-cpu", model="tiny")


def processed(answerer, published, clock, frame, settings=SETTINGS):
    """The one report that `frame` leads to."""
    processor = FrameProcessor(answerer, published, settings, clock)
    job = processor.admit(frame)
    if job is not None:
        processor.process(job)
    assert len(published.reports) == 1
    return published.reports[0]


def answerer_taking(clock, step_ms, **changes):
    return ScriptedAnswerer(step_ms=step_ms, wait_ms=clock.advance_ms, **changes)


def test_in_time_it_is_ok_and_carries_everything(clock, published, make_frame):
    frame = make_frame(7, age_on_arrival_ms=5.0, ego_speed_kmh=40.0)
    clock.advance_ms(2)
    answerer = answerer_taking(clock, 10)
    report = processed(answerer, published, clock, frame)
    assert report.outcome is Outcome.OK
    assert report.advice == ADVICE
    assert report.advice_ja == "減速してください。"
    assert report.description_ja == "左前方に歩行者がいます。"
    assert (report.backend, report.model, report.budget_ms) == ("onnx-cpu", "tiny", 200)
    assert report.latency_ms == pytest.approx(5 + 2 + 6 * 10)
    assert (report.stages_ms.wait, report.stages_ms.decode) == (2, 4)
    assert report.tokens.output == 12
    assert report.legal_mass == 0.75
    assert report.sequence == 7
    assert answerer.seen == [(40.0, 100.0)]
    assert published.images[0] is not None


def test_the_age_on_arrival_is_spent_already(make_frame):
    frame = make_frame(age_on_arrival_ms=150.0)
    assert SETTINGS.deadline(frame) == Deadline.after_ms(50, frame.arrived_ns)


def test_an_age_below_zero_gives_nothing_back(make_frame):
    frame = make_frame(age_on_arrival_ms=-24.0)
    assert SETTINGS.deadline(frame) == Deadline.after_ms(200, frame.arrived_ns)


@pytest.mark.parametrize(("age_ms", "stale"), [(199.9, False), (200.0, True), (5000.0, True)])
def test_older_than_the_budget_is_stale(clock, published, make_frame, age_ms, stale):
    answerer = answerer_taking(clock, 0)
    report = processed(answerer, published, clock, make_frame(age_on_arrival_ms=age_ms))
    assert (report.outcome is Outcome.STALE) is stale
    assert bool(answerer.seen) is not stale
    if stale:
        assert report.reason is not None and "old on arrival" in report.reason
        assert report.backend is None


def test_time_up_before_the_advice_is_timeout(clock, published, make_frame):
    report = processed(answerer_taking(clock, 65), published, clock, make_frame())
    assert report.outcome is Outcome.TIMEOUT
    assert report.advice is None
    assert report.advice_ja == ""
    assert report.reason == "no advice by the deadline, stopped in prefill"


def test_time_up_after_the_advice_costs_words_not_advice(clock, published, make_frame):
    report = processed(answerer_taking(clock, 40), published, clock, make_frame())
    assert report.outcome is Outcome.TRUNCATED
    assert report.advice == ADVICE
    assert report.advice_ja == "減速してください。"
    assert report.description_ja == ""


def test_what_was_heard_before_the_watch_closed_is_published(clock, published, make_frame):
    processor = FrameProcessor(ScriptedAnswerer(), published, SETTINGS, clock)
    job = processor.admit(make_frame())
    assert job is not None
    job.started_ns = clock()
    for event in (
        StageBegun(Stage.ENCODE),
        AdviceDecoded(ADVICE, 0.9, False),
        Sentence("advice_ja", "減速してください。"),
    ):
        job.hear(job.standing.answer, event, clock())
        clock.advance_ms(10)
    assert processor.close(job)
    job.hear(job.standing.answer, Sentence("description_ja", "遅すぎた文。"), clock())
    report = published.reports[0]
    assert (report.outcome, report.advice) == (Outcome.TRUNCATED, ADVICE)
    assert (report.advice_ja, report.description_ja) == ("減速してください。", "")
    assert report.stages_ms.encode == 30


def test_advice_that_comes_late_is_not_published(clock, published, make_frame):
    """The machine stood still: the report goes out when it wakes, and tells the stall."""

    class Stalled(ScriptedAnswerer):
        def answer(self, image_bgr, ego_speed_kmh, deadline, clock):
            yield from super().answer(image_bgr, ego_speed_kmh, None, clock)

    report = processed(
        Stalled(step_ms=100, wait_ms=clock.advance_ms), published, clock, make_frame()
    )
    assert report.outcome is Outcome.TIMEOUT
    assert report.reason == "closed 400.0 ms after the deadline, in decode"
    assert report.late()


def test_unsure_says_why_and_advises_nothing(clock, published, make_frame):
    report = processed(answerer_taking(clock, 1, unsure=True), published, clock, make_frame())
    assert report.outcome is Outcome.UNSURE
    assert report.advice is None
    assert report.advice_ja == UNSURE_JA
    assert report.reason == "below the model's threshold: confidence 0.88, legal mass 0.75"


def test_unsure_never_describes_a_road(clock, published, make_frame):
    report = processed(answerer_taking(clock, 1, unsure=True), published, clock, make_frame())
    assert report.description_ja == ""
    assert report.to_json()["hazards"] == []


BLIND_WORDS = (
    ("advice_ja", "視界が遮られているため、助言できません。"),
    ("description_ja", "レンズが泥で覆われています。"),
)


def test_a_model_that_cannot_see_says_why_in_its_own_words(clock, published, make_frame):
    answerer = answerer_taking(clock, 1, blind=True, sentences=BLIND_WORDS)
    report = processed(answerer, published, clock, make_frame())
    assert (report.outcome, report.reason) == (Outcome.UNSURE, "blind")
    assert report.advice is None and report.to_json()["hazards"] == []
    assert (report.advice_ja, report.description_ja) == (BLIND_WORDS[0][1], BLIND_WORDS[1][1])
    assert report.backend == "onnx-cpu"


def test_a_model_that_cannot_see_is_never_silent(clock, published, make_frame):
    answerer = answerer_taking(clock, 40, blind=True, sentences=BLIND_WORDS)
    report = processed(answerer, published, clock, make_frame())
    assert (report.outcome, report.reason) == (Outcome.UNSURE, "blind")
    assert (report.advice_ja, report.description_ja) == (BLIND_WORDS[0][1], "")
    published.reports.clear()
    answerer = answerer_taking(clock, 1, blind=True, sentences=())
    assert processed(answerer, published, clock, make_frame()).advice_ja == BLIND_JA


def test_a_message_that_is_no_image_is_malformed(clock, published, make_frame):
    def broken():
        raise ValueError("The JPEG is cut off\nafter 12 bytes.")

    answerer = answerer_taking(clock, 1)
    report = processed(answerer, published, clock, make_frame(load=broken))
    assert report.outcome is Outcome.MALFORMED
    assert report.reason == "The JPEG is cut off after 12 bytes."
    assert not answerer.seen


def test_a_backend_that_fails_is_named_and_the_next_frame_is_answered(clock, published, make_frame):
    answerer = answerer_taking(clock, 1, fault=RuntimeError("CUDA device lost"))
    processor = FrameProcessor(answerer, published, SETTINGS, clock)
    for sequence in (0, 1):
        job = processor.admit(make_frame(sequence))
        assert job is not None
        processor.process(job)
        answerer.fault = None
    assert published.outcomes == ["no_backend", "ok"]
    assert published.reports[0].reason == "CUDA device lost"
    assert published.reports[0].advice is None


def test_a_fault_after_the_deadline_is_still_one_report(clock, published, make_frame):
    """A worker that fails on a frame that the watch has closed must not report it again."""
    answerer = answerer_taking(clock, 1, fault=RuntimeError("too late"))
    processor = FrameProcessor(answerer, published, SETTINGS, clock)
    job = processor.admit(make_frame())
    assert job is not None
    assert processor.close(job)
    processor.process(job)
    assert published.outcomes == ["timeout"]
    assert not answerer.seen


def test_without_a_budget_nothing_is_stale_or_cut(clock, published, make_frame):
    frame = make_frame(age_on_arrival_ms=1e6)
    report = processed(answerer_taking(clock, 1000), published, clock, frame, NO_BUDGET)
    assert report.outcome is Outcome.OK
    assert report.budget_ms is None
    assert not report.late()


def test_the_model_is_given_the_deadline_less_the_guard_and_the_way_of_its_last_word(
    clock, published, make_frame
):
    deadlines = []

    class Recorder(ScriptedAnswerer):
        def answer(self, image_bgr, ego_speed_kmh, deadline, clock):
            deadlines.append(deadline)
            return super().answer(image_bgr, ego_speed_kmh, deadline, clock)

    frame = make_frame()
    processed(Recorder(wait_ms=clock.advance_ms), published, clock, frame)
    assert deadlines == [Deadline.after_ms(200 - 8 * (1 + HEARD_BY), frame.arrived_ns)]


def test_the_guard_never_eats_a_small_budget(make_frame):
    settings = PipelineSettings(budget_ms=4, guard_ms=8)
    frame = make_frame()
    deadline = settings.deadline(frame)
    assert settings.watch_at(deadline) == Deadline.after_ms(3, frame.arrived_ns)
    assert settings.work_until(deadline) == Deadline.after_ms(4 - 1 - HEARD_BY, frame.arrived_ns)


@pytest.mark.parametrize("budget_ms", [0, -1, float("nan"), float("inf")])
def test_a_budget_is_a_positive_number(budget_ms):
    with pytest.raises(UserError, match="positive number of milliseconds"):
        PipelineSettings(budget_ms=budget_ms)


def test_the_image_travels_with_the_report(clock, published, make_frame):
    processed(answerer_taking(clock, 1), published, clock, make_frame())
    assert np.array_equal(published.images[0], np.full((4, 8, 3), 100, np.uint8))
