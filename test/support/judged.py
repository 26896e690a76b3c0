"""Reports and truths of a few frames, half a second apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from support.scored_runs import PERIOD_NS, START_NS, report, timeout
from vlm_driving.core import (
    Advice,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    Outcome,
    PathAdvice,
    SceneReport,
    SpeedAdvice,
)
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.keyfact import parse_rubric
from vlm_driving.evaluation.truth.judging import JudgedFrame, judge_frame
from vlm_driving.evaluation.truth.truth import Course, Truth

JUDGE = KeyfactJudge()
CAR = {"must": [["車"]], "must_not": [["歩行者"]], "form": "free"}


def hazard(kind: str, side: str = "center", range_: str = "mid") -> Hazard:
    return Hazard(HazardKind(kind), HazardSide(side), HazardRange(range_))


def course(words: str) -> Course | None:
    """STOP, or STOP SHIFT_LEFT; none is no advice."""
    if words == "none":
        return None
    speed, _, path = words.partition(" ")
    return Course(SpeedAdvice(speed), PathAdvice(path or "KEEP"))


def said(sequence: int, words: str, hazards: Sequence[Hazard] = (), **more: Any) -> SceneReport:
    """A report that advises this; `none` is a timeout, `unsure` and `dropped` are what they say."""
    if words == "none":
        return dataclasses.replace(timeout(sequence), **more)
    if words in ("unsure", "dropped"):
        return dataclasses.replace(timeout(sequence), outcome=Outcome(words), **more)
    due = course(words)
    assert due is not None
    advice = Advice(due.speed, due.path, 0.9, tuple(hazards))
    return report(sequence, advice=advice, **more)


def truth(sequence: int, words: str | None, **more: Any) -> Truth:
    """What is right for a frame; None: nothing is known of advice."""
    facts = more.pop("facts", None)
    return Truth(
        camera="front",
        stamp_ns=START_NS + sequence * PERIOD_NS,
        course=None if words is None else course(words),
        advised=words is not None,
        facts=None if facts is None else parse_rubric(facts),
        **more,
    )


def frames(published: Sequence[str], right: Sequence[str]) -> list[JudgedFrame]:
    """Frames in a row, by their advice alone."""
    return [
        judge_frame(said(i, words), truth(i, due), JUDGE)
        for i, (words, due) in enumerate(zip(published, right, strict=True))
    ]
