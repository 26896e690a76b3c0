"""One node over a middleware within the process, with real workers on the shipped model."""

from __future__ import annotations

import json

import pytest
from support.loopback_port import LoopbackPort
from support.node_bench import TOPIC, NodeBench, jpeg, raw, settings

from vlm_driving.core import UserError
from vlm_driving.ros.messages import (
    ClassificationMessage,
    CompressedImageMessage,
    DiagnosticLevel,
    Kind,
    SpeedMessage,
    TextMessage,
)
from vlm_driving.ros.node import NodeState, VlmNode


@pytest.fixture(scope="module")
def configured():
    bench = NodeBench()
    bench.configure()
    yield bench
    bench.node.shutdown()


@pytest.fixture
def bench(configured):
    """Active, and inactive again afterwards; the workers stay."""
    configured.node.activate()
    yield configured
    if configured.node.state is NodeState.ACTIVE:
        configured.node.deactivate()
    configured.node.set_enabled(True)
    configured.port.listeners.clear()
    configured.clear()


def ask(bench, text, camera="front"):
    bench.port.deliver(f"/vlm_driving/{camera}/question", Kind.TEXT, TextMessage(text))


def test_each_frame_is_answered_on_all_topics_of_its_camera_and_of_the_vehicle(bench):
    stamp_ns = bench.send()
    (report,) = bench.reports()
    assert report["stamp_ns"] == stamp_ns and report["camera"] == "front"
    assert report["outcome"] in ("ok", "unsure", "truncated")
    (advice,) = bench.port.wait_for("/vlm_driving/front/advice")
    assert (advice.header.stamp_ns, advice.header.frame_id) == (stamp_ns, "cam")
    (description,) = bench.port.wait_for("/vlm_driving/front/description")
    assert description.data == report["description_ja"]
    (latency,) = bench.port.wait_for("/vlm_driving/debug/pipeline_latency_ms")
    assert latency.data == pytest.approx(report["latency_ms"], abs=0.01)
    bench.port.wait_for("/vlm_driving/debug/processing_time_ms")
    bench.port.wait_for("/vlm_driving/advice")
    bench.port.wait_for("/vlm_driving/advice_text")


def test_a_frame_comes_annotated_only_while_somebody_listens(bench):
    topic = "/vlm_driving/front/annotated/compressed"
    bench.send()
    bench.reports(1)
    bench.port.listeners[topic] = 1
    stamp_ns = bench.send()
    (shown,) = bench.port.wait_for(topic)
    assert isinstance(shown, CompressedImageMessage)
    assert shown.header.stamp_ns == stamp_ns and shown.data[:2] == b"\xff\xd8"


def test_a_question_on_a_camera_is_answered_about_its_frame(bench):
    stamp_ns = bench.send()
    bench.reports()
    ask(bench, "前に何が見えますか。")
    (message,) = bench.port.wait_for("/vlm_driving/front/answer")
    answer = json.loads(message.data)
    assert answer["schema"] == "vlm_driving/answer/1"
    assert answer["question"] == "前に何が見えますか。"
    assert answer["stamp_ns"] == stamp_ns and answer["answer"] and answer["camera"] == "front"


def test_a_question_before_any_frame_or_without_words_is_refused_in_japanese(bench):
    ask(bench, "何が見えますか。")
    ask(bench, "   ")
    first, second = bench.port.wait_for("/vlm_driving/front/answer", 2)
    assert json.loads(first.data)["outcome"] == "refused"
    assert "まだ映像がない" in json.loads(first.data)["answer"]
    assert "質問が空です" in json.loads(second.data)["answer"]


def test_after_deactivation_nothing_more_comes_and_the_last_word_is_that_no_advice_stands(bench):
    bench.send()
    bench.reports()
    for _ in range(3):
        bench.send()
    bench.node.deactivate()
    count = bench.count()
    assert len(bench.reports()) <= 2  # of the three, one at most was in work
    assert bench.send() and bench.count() == count
    newest = bench.port.sent["/vlm_driving/advice"][-1]
    assert isinstance(newest, ClassificationMessage) and newest.results == ()
    assert not any(topic.startswith(TOPIC) for topic in (s.topic for s in bench.port.subscriptions))


def test_a_disabled_node_hears_nothing_says_so_and_goes_on_when_enabled(bench):
    assert bench.node.set_enabled(False) == (True, "The node is disabled.")
    bench.send()
    ask(bench, "何が見えますか。")
    (refused,) = bench.port.wait_for("/vlm_driving/front/answer")
    assert json.loads(refused.data)["reason"] == "disabled"
    assert bench.statuses()["vlm_driving: pipeline"].message == "disabled"
    assert not bench.port.sent["/vlm_driving/front/report"]
    assert bench.node.set_enabled(True) == (True, "The node is enabled.")
    bench.send()
    assert len(bench.reports()) == 1


def test_a_node_that_was_disabled_while_inactive_is_disabled_once_it_is_active(configured):
    done, said = configured.node.set_enabled(False)
    assert done and "inactive" in said
    configured.node.activate()
    try:
        assert not configured.port.deliver(TOPIC, Kind.IMAGE, TextMessage("nobody hears this"))
    finally:
        configured.node.deactivate()
        configured.node.set_enabled(True)
        configured.clear()


def test_the_budget_changes_while_the_node_runs(bench):
    bench.send()
    assert bench.reports(1)[-1]["budget_ms"] == 5000.0
    assert bench.node.check({"budget_ms": 4000.0}) is None
    bench.node.apply({"budget_ms": 4000.0})
    bench.send()
    assert bench.reports(2)[-1]["budget_ms"] == 4000.0
    bench.node.apply({"budget_ms": 5000.0})


def test_a_parameter_that_needs_workers_anew_says_what_to_do(bench):
    said = bench.node.check({"backends": "onnx-cpu,onnx-cpu"})
    assert said is not None and "clean it up" in said
    with pytest.raises(UserError, match="clean it up"):
        bench.node.apply({"backends": "onnx-cpu,onnx-cpu"})
    assert "0.001" in str(bench.node.check({"budget_ms": 0.001}))


def test_a_task_prompt_is_taken_while_the_node_runs_and_a_bad_one_is_refused(bench):
    assert "task_prompt" in str(bench.node.check({"task_prompt": "あ" * 100_000}))
    bench.node.apply({"task_prompt": "前の車だけを説明してください。"})
    bench.send()
    assert bench.reports(1)[-1]["outcome"] in ("ok", "unsure", "truncated")
    bench.node.apply({"task_prompt": ""})


def test_annotating_can_be_turned_off_and_on_while_the_node_runs(bench):
    topic = "/vlm_driving/front/annotated/compressed"
    bench.node.apply({"annotated": False})
    assert topic not in bench.port.topics()
    bench.node.apply({"annotated": True})
    assert topic in bench.port.topics()


def test_a_compressed_frame_is_answered_where_raw_is_not_published():
    bench = NodeBench()
    bench.up(camera__front__transport="auto")
    try:
        assert not bench.port.deliver(f"{TOPIC}/compressed", Kind.COMPRESSED_IMAGE, jpeg(1))
        bench.port.appears(f"{TOPIC}/compressed", Kind.COMPRESSED_IMAGE)
        bench.port.tick()
        stamp_ns = bench.port.clock.now
        bench.port.deliver(f"{TOPIC}/compressed", Kind.COMPRESSED_IMAGE, jpeg(stamp_ns))
        assert bench.reports()[0]["stamp_ns"] == stamp_ns
    finally:
        bench.node.shutdown()


def test_the_ego_speed_comes_with_the_frames_while_it_is_fresh():
    bench = NodeBench()
    bench.up(speed__topic="/odometry", speed__type="Odometry")
    try:
        bench.send()
        bench.port.deliver("/odometry", Kind.ODOMETRY, SpeedMessage(0, 36.0))
        bench.reports(1)
        bench.send()
        speeds = [one["ego_speed_kmh"] for one in bench.reports(2)]
        assert speeds == [None, 36.0]
    finally:
        bench.node.shutdown()


def test_only_front_cameras_advise_and_each_camera_has_topics_of_its_own():
    bench = NodeBench()
    bench.up(
        cameras=["front", "left"],
        camera__left__topic="/left/image",
        camera__left__transport="raw",
        budget_ms=10_000.0,
    )
    try:
        bench.send()
        bench.reports()
        left = bench.send(None)
        bench.port.deliver("/left/image", Kind.IMAGE, raw(left, 99))
        (report,) = bench.reports(1, "left")
        assert report["advice"] is None and report["camera"] == "left"
        (advice,) = bench.port.wait_for("/vlm_driving/left/advice")
        assert advice.results == ()
    finally:
        bench.node.shutdown()


def test_a_node_without_a_model_says_why_and_lives_on(tmp_path):
    node_port = LoopbackPort()
    node = VlmNode(node_port)
    with pytest.raises(UserError) as caught:
        node.configure(settings(model=str(tmp_path / "nowhere")))
    node.failed("configure", caught.value)
    assert node.state.value == "unconfigured"
    assert any("nowhere" in line for line in node_port.log.said("error"))
    node_port.tick()
    (status,) = node_port.sent["/diagnostics"][-1].statuses
    assert status.level is DiagnosticLevel.ERROR and "nowhere" in status.message
    assert not [one for one in node_port.publishers_made if one.topic != "/diagnostics"]
    node.shutdown()
    assert node.state is NodeState.FINALIZED and not node_port.publishers_made


def test_a_transition_from_a_wrong_state_is_refused_in_words():
    node = VlmNode(LoopbackPort())
    with pytest.raises(UserError, match="unconfigured; for this it has to be inactive"):
        node.activate()
    node.shutdown()
    node.shutdown()  # a second time does nothing


def test_a_fault_of_the_pipeline_is_told_and_another_pipeline_begins(bench):
    bench.send()
    bench.reports()
    bench.node._active.fault = RuntimeError("a fault of ours")
    bench.port.tick()
    assert bench.node.state is NodeState.ACTIVE
    assert any("a fault of ours" in line for line in bench.port.log.said("error"))
    bench.send()
    assert len(bench.reports(2)) == 2
