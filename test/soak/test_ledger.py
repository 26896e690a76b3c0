"""Reports are compared as they come, and lateness is explained by standing still alone."""

from __future__ import annotations

import numpy as np

from vlm_driving.core import Advice, Outcome, PathAdvice, SceneReport, SpeedAdvice, StageTimes
from vlm_driving.pipeline import OfferedFrame, PipelineSettings
from vlm_driving.pipeline.stalls import Stall, StallKind
from vlm_driving.soak.feed import Delivery
from vlm_driving.soak.ledger import Ledger
from vlm_driving.soak.pages import Pages
from vlm_driving.soak.pictures import Expected

MS = 1_000_000
EXPECTED = Expected(Advice(SpeedAdvice.KEEP, PathAdvice.KEEP, 0.9), {})


def image():
    return np.zeros((2, 2, 3), np.uint8)


def told(published_ms: float, stalls: list[Stall], **changes):
    """One frame that arrived at 0 ms with a budget of 200 ms, and its report; what was said."""
    said: list[str] = []
    ledger = Ledger(
        Pages(4, ("a",)),
        [EXPECTED],
        PipelineSettings(budget_ms=200.0),
        lambda: stalls,
        said.append,
        lambda: round(published_ms * MS),
    )
    frame = OfferedFrame(image, "front", "front", 7, 0, 0, 0.0)
    ledger.offer(frame, Delivery(0, 0, 7, 0.0, None))
    values = {"outcome": Outcome.TIMEOUT, "reason": "nobody came", **changes}
    ledger.publish(SceneReport("front", "front", 7, 0, **values))
    ledger.drain()
    return ledger.pages.all_heard()[0], said


def test_a_report_is_late_or_excused_by_when_it_was_published():
    stall = Stall(150 * MS, 220 * MS, StallKind.STOOD_STILL)
    ours = Stall(150 * MS, 220 * MS, StallKind.OWN_WORK)
    assert not told(199.0, [stall])[0].stalled
    assert told(221.0, [stall])[0].stalled
    assert not told(221.0, [])[0].stalled
    assert not told(221.0, [ours])[0].stalled


def test_a_frame_without_an_answer_is_told_with_its_reason():
    assert told(190.0, [])[1] == ["frame 0: timeout, nobody came"]
    assert told(1.0, [], outcome=Outcome.DROPPED)[1] == []


def test_whether_a_picture_was_looked_at_is_known_by_its_stages():
    assert told(190.0, [], stages_ms=StageTimes(wait=1.0, preprocess=2.0))[0].opened
    assert not told(190.0, [], stages_ms=StageTimes(wait=190.0))[0].opened
