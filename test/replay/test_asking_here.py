"""How one question to an engine in this process ends."""

from __future__ import annotations

import numpy as np
import pytest

from vlm_driving.core import StageTimes, TokenCounts, UserError
from vlm_driving.replay.asking.here import ask_here
from vlm_driving.runtime.events import Done, Finish, Sentence

PICTURE = np.zeros((4, 6, 3), np.uint8)


class Engine:
    """Says these sentences, ends so, or fails."""

    def __init__(self, *sentences, finish=Finish.COMPLETE, fault=None, refusal=None):
        self.sentences, self.finish, self.fault, self.refusal = sentences, finish, fault, refusal
        self.asked = []

    def ask(self, question, image_bgr, ego_speed_kmh):
        self.asked.append((question, ego_speed_kmh))
        if self.refusal is not None:
            raise self.refusal
        return self._events()

    def _events(self):
        for text in self.sentences:
            yield Sentence("answer", text)
        if self.fault is not None:
            raise self.fault
        yield Done(self.finish, StageTimes(), TokenCounts())


@pytest.mark.parametrize(
    ("engine", "outcome", "text"),
    [
        (Engine("赤です。", "止まります。"), "ok", "赤です。止まります。"),
        (Engine("赤です。", finish=Finish.TRUNCATED), "truncated", "赤です。"),
        (Engine(), "no_backend", ""),
        (Engine(finish=Finish.TRUNCATED), "no_backend", ""),
        (Engine("赤です。", fault=RuntimeError("device lost")), "no_backend", ""),
        (Engine(fault=UserError("The accelerator failed; reset it.")), "no_backend", ""),
        (Engine(refusal=UserError("The question is empty; write one.")), "refused", ""),
    ],
)
def test_every_end_has_an_outcome(engine, outcome, text):
    said = ask_here(engine, "何色?", PICTURE, 30.0, "onnx-cpu")
    assert (said.outcome, said.text) == (outcome, text)
    assert (said.reason is None) == (outcome == "ok")
    assert engine.asked == [("何色?", 30.0)]


def test_latency_is_from_asking_to_the_last_word():
    ticks = iter((1_000_000, 8_500_000))
    assert (
        ask_here(Engine("赤です。"), "何色?", PICTURE, clock=lambda: next(ticks)).latency_ms == 7.5
    )
