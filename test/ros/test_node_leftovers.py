"""What a node must not keep, and must not say again: pictures, advice, workers, silence."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.node_bench import NodeBench, raw
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.annotate import Annotator
from vlm_driving.ros.active import Active
from vlm_driving.ros.annotating import Annotating
from vlm_driving.ros.messages import DiagnosticLevel
from vlm_driving.ros.node import NodeState

ANNOTATED = "/vlm_driving/front/annotated/compressed"
PATIENCE_S = 20.0


@pytest.fixture(scope="module")
def configured(tmp_path_factory):
    bench = NodeBench()
    bench.configure(
        model=str(make_tiny_bundle(tmp_path_factory.mktemp("model") / "tiny")),
        validity_ms=5000.0,
    )
    yield bench
    bench.node.shutdown()


@pytest.fixture
def bench(configured):
    configured.node.activate()
    yield configured
    if configured.node.state is NodeState.ACTIVE:
        configured.node.deactivate()
    configured.port.listeners.clear()
    configured.port.others.clear()
    configured.clear()


def wait_for(condition) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_frame_that_is_still_being_drawn_is_not_shown_after_deactivation(bench, monkeypatch):
    drawing, go_on, drawn = threading.Event(), threading.Event(), threading.Event()
    draw = Annotator.jpeg

    def slowly(*arguments):
        drawing.set()
        assert go_on.wait(PATIENCE_S)
        drawn.set()
        return draw(*arguments)

    monkeypatch.setattr(Annotator, "jpeg", slowly)
    bench.port.listeners[ANNOTATED] = 1
    bench.send()
    assert drawing.wait(PATIENCE_S)
    bench.send()  # waits behind it
    bench.reports(2)
    bench.node.deactivate()
    go_on.set()
    assert drawn.wait(PATIENCE_S)
    bench.node.activate()
    newest_ns = bench.send()
    (shown,) = bench.port.wait_for(ANNOTATED)
    assert shown.header.stamp_ns == newest_ns


def test_a_frame_that_cannot_be_published_does_not_end_the_drawing(bench, monkeypatch):
    bench.port.listeners[ANNOTATED] = 1
    publisher = bench.node._configured.speakers._annotating._publishers["front"]
    publish, refused = publisher.publish, threading.Event()

    def refuse_once(message):
        monkeypatch.setattr(publisher, "publish", publish)
        refused.set()
        raise TypeError("no such message")

    monkeypatch.setattr(publisher, "publish", refuse_once)
    bench.send()
    assert refused.wait(PATIENCE_S)
    stamp_ns = bench.send()
    assert bench.port.wait_for(ANNOTATED)[-1].header.stamp_ns == stamp_ns


def test_what_cannot_be_drawn_at_all_leaves_no_topic_behind(bench, monkeypatch):
    before = len(bench.port.publishers_made)

    def broken(*_):
        raise OSError("no font")

    monkeypatch.setattr(Annotator, "jpeg", broken)
    with pytest.raises(OSError, match="no font"):
        Annotating(bench.port, ["front"])
    assert len(bench.port.publishers_made) == before


def test_advice_of_before_is_not_said_again_when_the_node_is_enabled(bench):
    bench.send()
    (before,) = bench.port.wait_for("/vlm_driving/advice")
    assert before.results  # and it stands for five seconds
    bench.reports()
    bench.node.set_enabled(False)
    bench.port.sent.clear()
    bench.node.set_enabled(True)
    bench.port.tick()
    assert all(not one.results for one in bench.port.sent["/vlm_driving/advice"])
    assert all(not one.data for one in bench.port.sent["/vlm_driving/advice_text"])
    stamp_ns = bench.send()
    wait_for(lambda: any(one.results for one in bench.port.sent["/vlm_driving/advice"]))
    assert bench.port.sent["/vlm_driving/advice"][-1].header.stamp_ns == stamp_ns


def test_a_report_that_hung_when_the_node_was_deactivated_brings_no_advice_back(bench, monkeypatch):
    speakers = bench.node._configured.speakers
    publish, hanging, go_on = speakers.report, threading.Event(), threading.Event()
    done = threading.Event()

    def hang(*arguments):
        hanging.set()
        assert go_on.wait(PATIENCE_S)
        publish(*arguments)

    window = bench.node._active.cameras["front"].window
    end = window.ended

    def ended(*arguments):
        end(*arguments)
        done.set()

    monkeypatch.setattr(speakers, "report", hang)
    monkeypatch.setattr(window, "ended", ended)
    bench.send()
    assert hanging.wait(PATIENCE_S)
    bench.node.deactivate()
    bench.port.sent["/vlm_driving/advice"].clear()
    go_on.set()
    assert done.wait(PATIENCE_S)
    assert all(not one.results for one in bench.port.sent["/vlm_driving/advice"])


def test_the_bytes_of_a_message_go_once_it_is_answered(bench):
    held: list[weakref.ref] = []

    def message(stamp_ns):
        made = raw(stamp_ns)
        pixels = np.frombuffer(bytearray(made.data), np.uint8)
        held.append(weakref.ref(pixels))
        return replace(made, data=pixels.data)

    bench.port.listeners[ANNOTATED] = 1
    bench.send(message)
    bench.port.wait_for(ANNOTATED)

    def gone() -> bool:
        gc.collect()
        return held[0]() is None

    wait_for(gone)


def test_a_fault_in_the_diagnosis_is_in_the_diagnostics(bench, monkeypatch):
    def broken(*_):
        raise RuntimeError("the graph cannot be read")

    monkeypatch.setattr(bench.port, "publishers", broken, raising=False)
    (status,) = bench.statuses().values()
    assert status.level is DiagnosticLevel.ERROR and "the graph cannot be read" in status.message
    assert any("the graph cannot be read" in line for line in bench.port.log.said("error"))


def test_after_a_fault_at_the_end_workers_and_topics_are_gone_all_the_same(tmp_path, monkeypatch):
    bench = NodeBench()
    bench.up(model=str(make_tiny_bundle(tmp_path / "tiny")))
    close = Active.close

    def then_fail(active):
        close(active)
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Active, "close", then_fail)
    pids = [one.pid for one in bench.node._active.health().backends]
    with pytest.raises(RuntimeError, match="a fault of ours"):
        bench.node.shutdown()
    assert bench.node.state is NodeState.FINALIZED and bench.node._configured is None
    assert not bench.port.publishers_made
    assert pids and not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_no_patience_of_before_is_left_when_it_is_changed(bench, monkeypatch):
    camera = bench.node._active.cameras["front"]
    bench.node.apply({"preflight.patience_ms": 60_000.0})
    bench.send()
    bench.reports()
    a_second_later = time.monotonic_ns() + 1_000_000_000
    monkeypatch.setattr(camera, "_clock", lambda: a_second_later)
    assert not camera.is_silent
    bench.node.apply({"preflight.patience_ms": 100.0})
    assert camera.is_silent
