"""What a person sees while a replay runs."""

from __future__ import annotations

import dataclasses
import io

from support.scripted_answerer import ADVICE

from vlm_driving.core import Outcome, SceneReport
from vlm_driving.replay.progress import (
    PanelProgress,
    PlainProgress,
    Tally,
    latency_bar,
    open_progress,
    plain_line,
)

REPORT = SceneReport(
    camera="front",
    frame_id="",
    stamp_ns=5_000_000_000,
    sequence=0,
    outcome=Outcome.OK,
    advice=ADVICE,
    advice_ja="減速してください。",
    description_ja="左前方に歩行者がいます。",
    budget_ms=200.0,
    latency_ms=92.4,
)
DROPPED = dataclasses.replace(
    REPORT, outcome=Outcome.DROPPED, advice=None, sequence=1, stamp_ns=7_500_000_000
)


def tally() -> Tally:
    counted = Tally(budget_ms=200, expected_s=30)
    counted.add(REPORT)
    counted.add(DROPPED)
    return counted


def test_a_line_says_position_outcomes_latency_and_advice():
    assert plain_line(tally()) == (
        "2.5 s | ok 1  dropped 1 | 92 of 200 ms | 減速・進路維持 (0.88) | 減速してください。"
    )


def test_without_a_terminal_there_are_plain_lines():
    stream = io.StringIO()
    progress = open_progress(200, 30, stream)
    assert isinstance(progress, PlainProgress)
    with progress:
        progress.report(REPORT)
    assert "92 of 200 ms" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_on_a_terminal_there_is_a_panel_with_the_japanese_text():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    stream = Terminal()
    progress = open_progress(200, 30, stream)
    assert isinstance(progress, PanelProgress)
    with progress:
        progress.report(REPORT)
        progress.report(DROPPED)
    shown = stream.getvalue()
    for text in ("92 / 200 ms", "減速してください。", "左前方に歩行者がいます。", "dropped 1"):
        assert text in shown


def test_the_bar_is_full_at_the_budget():
    assert latency_bar(100, 200).plain.count("█") == 20
    assert latency_bar(400, 200).plain.count("█") == 40
    assert latency_bar(12, None).plain == "12 ms (no budget)"
