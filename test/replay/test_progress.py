"""What a person sees while a replay runs."""

from __future__ import annotations

import dataclasses
import errno
import io

import pytest
from support.scripted_answerer import ADVICE

from vlm_driving.core import Outcome, SceneReport
from vlm_driving.replay.progress import (
    PanelProgress,
    PlainProgress,
    Tally,
    bar_cells,
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


def test_questions_are_counted_where_some_are_asked():
    counted = tally()
    counted.questions = (3, 10)
    assert "| questions 3/10 |" in plain_line(counted)


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
        progress.questions(3, 10)
    shown = stream.getvalue()
    for text in (
        "3 / 10",
        "92 / 200 ms",
        "減速してください。",
        "左前方に歩行者がいます。",
        "dropped 1",
    ):
        assert text in shown


def test_brackets_in_a_models_text_are_shown_and_do_not_end_the_run():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    stream = Terminal()
    with open_progress(200, 30, stream) as progress:
        advice_ja, description_ja = "[/INST] 減速。", "[bold]信号[red]。"
        progress.report(
            dataclasses.replace(REPORT, advice_ja=advice_ja, description_ja=description_ja)
        )
    assert advice_ja in stream.getvalue()
    assert description_ja in stream.getvalue()


class Unread(io.StringIO):
    """A stream whose reader has left."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


def test_progress_that_nobody_reads_does_not_end_the_run():
    with open_progress(200, 30, Unread()) as progress:
        progress.report(REPORT)
        progress.report(DROPPED)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_narrow_terminal_shows_all_of_the_text(columns, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("COLUMNS", str(columns))
    long = (
        "片側3車線の道路で、昼です。約30m先の乗用車がブレーキをかけています。右に歩行者がいます。"
    )
    stream = Terminal()
    with open_progress(200, 30, stream) as progress:
        progress.report(dataclasses.replace(REPORT, description_ja=long * 2))
    shown = stream.getvalue()
    assert "…" not in shown
    assert "92 / 200 ms" in shown
    assert "0.0 / 30.0 s" in shown


def test_a_bar_fits_beside_its_figures():
    assert [bar_cells(columns) for columns in (20, 40, 60, 80, 200)] == [4, 4, 22, 40, 40]


def test_the_bar_is_full_at_the_budget():
    assert latency_bar(100, 200).plain.count("█") == 20
    assert latency_bar(400, 200).plain.count("█") == 40
    assert latency_bar(12, None).plain == "12 ms (no budget)"
