"""A fault of ours ends the pipeline, and not without a report for every frame."""

from __future__ import annotations

import time

import pytest
from support.scripted_answerer import ScriptedAnswerer
from support.thread_workers import open_ladder

from vlm_driving.pipeline import PipelineSettings

BUDGET = PipelineSettings(budget_ms=20_000.0, frozen_after_frames=0)
PATIENCE_S = 20.0


def test_a_fault_in_the_dispatcher_leaves_no_frame_without_its_report(
    published, make_frame, monkeypatch
):
    pipeline = open_ladder({"first": ScriptedAnswerer()}, published, BUDGET)

    def broken(*args):
        raise KeyError("ours")

    monkeypatch.setattr("vlm_driving.pipeline.dispatcher.place", broken)
    pipeline.start()
    pipeline.offer(make_frame(0, arrived_ns=time.monotonic_ns()))
    with pytest.raises(KeyError, match="ours"):
        pipeline.close()
    assert [(r.sequence, r.outcome.value) for r in published.reports] == [(0, "timeout")]


def test_a_camera_that_is_not_known_is_refused_and_nothing_is_reported(published, make_frame):
    pipeline = open_ladder({"first": ScriptedAnswerer()}, published, BUDGET)
    pipeline.start()
    with pytest.raises(ValueError, match="rear"):
        pipeline.offer(make_frame(0, camera="rear"))
    assert pipeline.close()
    assert published.reports == []
