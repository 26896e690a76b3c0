"""Whatever a camera sends: a report or a diagnostic says what is wrong, and the node lives on."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from support.node_bench import MS, NodeBench, picture, raw

from vlm_driving.ros.messages import (
    CompressedImageMessage,
    DiagnosticLevel,
    Header,
    ImageMessage,
    Kind,
    SpeedMessage,
)
from vlm_driving.ros.node import NodeState
from vlm_driving.ros.port import PublisherInfo, Qos

TOPIC = "/camera/image"


@pytest.fixture(scope="module")
def configured():
    bench = NodeBench()
    bench.configure(preflight__patience_ms=100.0)
    yield bench
    bench.node.shutdown()


@pytest.fixture
def bench(configured):
    configured.node.activate()
    configured.port.appears(TOPIC, Kind.IMAGE)
    yield configured
    configured.send()  # it lives on
    assert configured.reports(len(configured.port.sent["/vlm_driving/front/report"]) + 1)
    configured.node.deactivate()
    configured.port.others.clear()
    configured.clear()


def causes(bench) -> str:
    status = bench.statuses()["vlm_driving: camera front"]
    return dict(status.values)["causes"]


def said(bench) -> str:
    return " ".join(text for level, text in bench.port.log.lines if level in ("warn", "error"))


@pytest.mark.parametrize(
    ("changes", "cause", "words"),
    [
        ({"step": 12}, "step", "step of 12 bytes"),
        ({"encoding": "32FC1"}, "encoding", "'32FC1' is not supported"),
        ({"encoding": "なに"}, "encoding", "not supported"),
        ({"height": 0, "width": 0, "step": 0, "data": b""}, "no_pixels", "no pixels"),
        ({"data": b"\0" * 100}, "truncated", "has 100 bytes"),
    ],
)
def test_an_image_that_is_none_gets_a_malformed_report_and_a_cause(bench, changes, cause, words):
    bench.send(lambda stamp_ns: raw(stamp_ns, **changes))
    (report,) = bench.reports()
    assert report["outcome"] == "malformed" and report["reason"]
    assert cause in causes(bench)
    assert words in said(bench)


def test_a_jpeg_that_is_cut_off_gets_a_malformed_report():
    bench = NodeBench()
    bench.up(camera__front__transport="compressed")
    try:
        data = cv2.imencode(".jpg", picture(1))[1].tobytes()
        for count, part in enumerate((data[:200], b"", b"\xff\xd8 no more"), 1):
            message = CompressedImageMessage(Header(bench.port.clock.now, "cam"), "jpeg", part)
            bench.send(lambda _, m=message: m, kind=Kind.COMPRESSED_IMAGE)
            assert bench.reports(count)[-1]["outcome"] == "malformed"
        status = bench.statuses()["vlm_driving: camera front"]
        assert "3 malformed" in status.message
        warnings = [text for level, text in bench.port.log.lines if level == "warn"]
        assert any("could not be decoded" in text for text in warnings), warnings
    finally:
        bench.node.shutdown()


def test_a_frame_of_8k_is_answered(bench):
    large = np.tile(picture(7), (48, 48, 1))  # 7680x4320

    def message(stamp_ns: int) -> ImageMessage:
        height, width = large.shape[:2]
        header = Header(stamp_ns, "cam")
        return ImageMessage(header, height, width, "bgr8", False, 3 * width, large.tobytes())

    bench.send(message)
    (report,) = bench.reports()
    assert report["outcome"] in ("ok", "unsure", "truncated")
    assert "too_large" in causes(bench)


def test_a_frame_from_the_future_counts_as_new_and_the_clocks_are_named(bench):
    bench.send(age_ms=-10_000)
    (report,) = bench.reports()
    assert report["outcome"] in ("ok", "unsure", "truncated")
    assert report["age_on_arrival_ms"] == pytest.approx(-10_000)
    assert report["latency_ms"] >= 0
    assert "stamp_future" in causes(bench) and "chrony" in said(bench)


def test_a_frame_from_the_past_is_stale_and_the_clocks_are_named(bench):
    bench.send(age_ms=60_000)
    assert bench.reports()[0]["outcome"] == "stale"
    assert "stamp_old" in causes(bench) and "60.00 s old" in said(bench)


def test_a_frame_without_a_stamp_is_taken_as_new_on_arrival_and_told(bench):
    bench.send(lambda _: raw(0, 5))
    (report,) = bench.reports()
    assert report["stamp_source"] == "arrival" and report["stamp_ns"] > 0
    assert report["age_on_arrival_ms"] == 0
    assert "stamp_zero" in causes(bench) and "header.stamp" in said(bench)


def test_two_publishers_on_one_topic_are_told(bench):
    bench.port.appears(TOPIC, Kind.IMAGE)
    bench.send()
    bench.reports()
    assert "two_publishers" in causes(bench)


def test_a_name_that_nobody_publishes_names_the_topic_that_was_probably_meant(bench):
    bench.port.others.clear()
    bench.port.appears("/camera/image_raw", Kind.IMAGE)
    bench.node._active.cameras["front"]._subscribed_ns -= 200 * MS
    assert "no_publisher" in causes(bench)
    assert "/camera/image_raw" in said(bench)


def test_a_publisher_without_frames_whose_qos_does_not_match_is_told(bench):
    bench.node.deactivate()
    bench.node.cleanup()
    bench.configure(
        **{f"qos_overrides.{TOPIC}.subscription.reliability": "reliable"},
        preflight__patience_ms=100.0,
    )
    bench.node.activate()
    bench.port.others[TOPIC] = [PublisherInfo(Kind.IMAGE.value, Qos(), "/driver")]
    bench.node._active.cameras["front"]._subscribed_ns -= 200 * MS
    assert "qos_mismatch" in causes(bench)
    assert "reliab" in said(bench)
    bench.node.deactivate()
    bench.node.cleanup()
    bench.configure(preflight__patience_ms=100.0)
    bench.node.activate()


def test_lost_frames_are_counted_with_their_reason(bench):
    for number in range(20):
        if number not in (7, 8, 15):
            bench.send()
            bench.reports()
        else:
            bench.port.clock.now += 100 * MS
    status = bench.statuses()["vlm_driving: camera front"]
    assert "3 lost_on_the_way" in status.message and "rmem_max" in status.message
    assert "frames_lost" in causes(bench)


def test_what_is_wrong_is_said_once_not_with_every_frame(bench):
    for _ in range(5):
        bench.send(lambda stamp_ns: raw(stamp_ns, encoding="32FC1"))
        causes(bench)
    assert said(bench).count("'32FC1' is not supported") == 1


def test_a_diagnostic_of_a_camera_that_is_well_is_ok_and_has_its_figures(bench):
    for number in range(12):
        bench.send()
        bench.reports(number + 1)
    status = bench.statuses()["vlm_driving: camera front"]
    values = dict(status.values)
    assert values["causes"] == "" and values["model"] and values["backend"] == "onnx-cpu"
    assert int(values["frames"]) == 12 and float(values["callback_p99_ms"]) >= 0
    assert status.level in (DiagnosticLevel.OK, DiagnosticLevel.WARN)


def test_a_message_type_that_is_not_installed_fails_in_one_sentence():
    bench = NodeBench()
    bench.port.not_installed.add(Kind.CLASSIFICATION)
    with pytest.raises(Exception, match="vision_msgs/msg/Classification is not installed"):
        bench.configure()
    assert bench.node.state is NodeState.UNCONFIGURED
    bench.node.shutdown()


def test_a_speed_whose_type_is_not_installed_costs_the_speed_alone():
    bench = NodeBench()
    bench.port.not_installed.add(Kind.VELOCITY_REPORT)
    bench.up(speed__topic="/speed", speed__type="VelocityReport")
    try:
        bench.send()
        assert bench.reports()[0]["ego_speed_kmh"] is None
        assert "VelocityReport is not installed" in said(bench)
        status = bench.statuses()["vlm_driving: ego speed"]
        assert status.level is DiagnosticLevel.WARN and "not installed" in status.message
    finally:
        bench.node.shutdown()


@pytest.mark.parametrize("kmh", [float("nan"), float("inf"), 1e300])
def test_a_speed_that_is_none_costs_no_report(kmh):
    bench = NodeBench()
    bench.up(speed__topic="/speed", speed__type="TwistStamped")
    try:
        bench.port.deliver("/speed", Kind.TWIST, SpeedMessage(0, kmh))
        bench.send()
        assert bench.reports()[0]["ego_speed_kmh"] is None
    finally:
        bench.node.shutdown()


def test_a_speed_that_nobody_publishes_is_a_warning_and_one_that_comes_is_shown():
    bench = NodeBench()
    bench.up(speed__topic="/speed", speed__type="TwistStamped", diagnostics__hold_ms=0.0)
    try:
        assert bench.statuses()["vlm_driving: ego speed"].level is DiagnosticLevel.WARN
        bench.port.deliver("/speed", Kind.TWIST, SpeedMessage(0, 40.0))
        status = bench.statuses()["vlm_driving: ego speed"]
        assert (status.level, status.message) == (DiagnosticLevel.OK, "40.0 km/h")
    finally:
        bench.node.shutdown()
