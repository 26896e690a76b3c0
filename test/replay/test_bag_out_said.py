"""What the node would have said for the reports of a replay, and when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vlm_driving.annotate import Annotator
from vlm_driving.core import Advice, Outcome, PathAdvice, SceneReport, SpeedAdvice
from vlm_driving.replay.bag_out_said import OutputTopics, Said, Voice
from vlm_driving.ros.messages import ClassificationMessage, CompressedImageMessage, TextMessage
from vlm_driving.ros.outputs import camera_outputs

TOPICS = OutputTopics("front")
MS = 1_000_000
BEGIN_NS = 1_700_000_000_000_000_000
STOP = Advice(SpeedAdvice.STOP, PathAdvice.KEEP, 0.75)
KEEP = Advice(SpeedAdvice.KEEP, PathAdvice.KEEP, 0.75)


def report(at_ms: float = 0, advice: Advice | None = STOP, **more) -> SceneReport:
    """A report of a frame that was recorded 30 ms after its stamp, 50 ms after that published."""
    fields = {
        "camera": "front",
        "frame_id": "optical",
        "stamp_ns": BEGIN_NS + round((at_ms - 30) * MS),
        "sequence": round(at_ms / 100),
        "outcome": Outcome.OK,
        "advice": advice,
        "advice_ja": "止まってください。" if advice is STOP else "そのまま進んでください。",
        "description_ja": "赤信号です。",
        "age_on_arrival_ms": 30.0,
        "latency_ms": 80.0,
        **more,
    }
    return SceneReport(**fields)


def told(voice: Voice, one: SceneReport, at_ms: float = 0, image=None) -> list[Said]:
    frame_ns = BEGIN_NS + round(at_ms * MS)
    return list(voice.report(one, image, frame_ns, voice.published_ns(one, frame_ns)))


def on(said: list[Said], topic: str) -> list:
    return [one.message for one in said if one.topic == topic]


def test_a_report_is_out_when_it_was_done_after_its_frame_was_recorded():
    voice = Voice(TOPICS, 1.0, None)
    assert {one.time_ns for one in told(voice, report())} == {BEGIN_NS + 50 * MS}


def test_a_stamp_ahead_of_the_clock_does_not_bring_the_report_forward():
    voice = Voice(TOPICS, 1.0, None)
    one = report(age_on_arrival_ms=-5.0, latency_ms=50.0)
    assert voice.published_ns(one, BEGIN_NS) == BEGIN_NS + 50 * MS


def test_at_twice_the_rate_twice_as_much_is_recorded_meanwhile():
    assert Voice(TOPICS, 2.0, None).published_ns(report(), BEGIN_NS) == BEGIN_NS + 100 * MS


def test_where_time_stands_still_a_report_is_out_with_its_frame():
    voice = Voice(TOPICS, None, None)
    assert {one.time_ns for one in told(voice, report())} == {BEGIN_NS}


def test_the_cameras_topics_say_what_the_node_says():
    said = told(Voice(TOPICS, 1.0, None), report())
    due = camera_outputs(report())
    assert due is not None
    assert on(said, TOPICS.report) == [due.report]
    assert on(said, TOPICS.description) == [due.description]
    assert on(said, TOPICS.advice) == [due.advice]
    assert on(said, TOPICS.processing_time_ms) == [due.processing_time_ms]
    assert on(said, TOPICS.pipeline_latency_ms) == [due.pipeline_latency_ms]


def test_nothing_is_said_of_a_frame_that_was_dropped():
    assert told(Voice(TOPICS, 1.0, None), report(advice=None, outcome=Outcome.DROPPED)) == []


def test_the_vehicles_advice_runs_out_half_a_second_after_the_capture():
    voice = Voice(TOPICS, 1.0, None)
    assert on(told(voice, report()), TOPICS.vehicle_text) == [TextMessage("止まってください。")]
    void_ns = BEGIN_NS + 470 * MS  # captured 30 ms before it was recorded
    assert list(voice.before(void_ns)) == []
    ended = list(voice.before(void_ns + 1))
    assert [(one.time_ns, one.topic) for one in ended] == [
        (void_ns, TOPICS.vehicle_advice),
        (void_ns, TOPICS.vehicle_text),
    ]
    advice = ended[0].message
    assert isinstance(advice, ClassificationMessage)
    assert advice.results == ()
    assert advice.header.stamp_ns == void_ns
    assert list(voice.before(BEGIN_NS + 10_000 * MS)) == []


def test_a_held_text_changes_when_it_has_been_read_even_between_two_reports():
    voice = Voice(TOPICS, None, None)
    told(voice, report(0, STOP), 0)
    texts = []
    for at_ms in range(100, 1400, 400):
        now_ns = BEGIN_NS + at_ms * MS
        texts += [(one.time_ns, one.message) for one in voice.before(now_ns)]
        said = told(voice, report(at_ms, KEEP), at_ms)
        texts += [(one.time_ns, one.message) for one in said]
    changes = [
        (at, one.data) for at, one in texts if one == TextMessage("そのまま進んでください。")
    ]
    assert changes[0] == (BEGIN_NS + 1000 * MS, "そのまま進んでください。")


def test_a_simulators_clock_stamps_what_says_that_nothing_is_fresh():
    voice = Voice(TOPICS, 1.0, None)
    told(voice, replace(report(), stamp_ns=5_000 * MS))
    ended = list(voice.before(BEGIN_NS + 1000 * MS))
    advice = ended[0].message
    assert isinstance(advice, ClassificationMessage)
    assert advice.header.stamp_ns == (5_000 + 500) * MS


def test_a_frame_is_drawn_with_its_report_and_has_the_images_header():
    image = np.full((240, 320, 3), 90, np.uint8)
    said = told(Voice(TOPICS, 1.0, Annotator()), report(), image=image)
    (drawn,) = on(said, TOPICS.annotated)
    assert isinstance(drawn, CompressedImageMessage)
    assert drawn.header.stamp_ns == report().stamp_ns
    assert bytes(drawn.data[:2]) == b"\xff\xd8"
    assert drawn.format == "bgr8; jpeg compressed bgr8"


def test_without_a_picture_or_an_annotator_nothing_is_drawn():
    image = np.full((240, 320, 3), 90, np.uint8)
    assert on(told(Voice(TOPICS, 1.0, Annotator()), report()), TOPICS.annotated) == []
    assert on(told(Voice(TOPICS, 1.0, None), report(), image=image), TOPICS.annotated) == []


def test_a_frame_larger_than_a_jpeg_is_not_drawn_and_everything_else_is_said():
    image = np.zeros((1, 65_501, 3), np.uint8)
    said = told(Voice(TOPICS, 1.0, Annotator()), report(), image=image)
    assert on(said, TOPICS.annotated) == []
    assert len(on(said, TOPICS.report)) == 1


@pytest.mark.parametrize(
    ("camera", "token"),
    [
        ("front", "front"),
        ("0", "camera_0"),
        ("cam-front left", "cam_front_left"),
        ("前", "camera"),
        ("__a", "a"),
    ],
)
def test_any_cameras_name_becomes_one_that_a_topic_may_have(camera, token):
    assert OutputTopics.of(camera).report == f"/vlm_driving/{token}/report"
