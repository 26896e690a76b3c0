"""What a person sees while a replay runs: on a terminal a live panel, else a line now and then."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, TextIO

from vlm_driving.core import Outcome, SceneReport
from vlm_driving.evaluation.labels import OUTCOME_JA, PATH_JA, SPEED_JA

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

PLAIN_PERIOD_S = 2.0
PANEL_FPS = 5
BAR_CELLS = 40
AROUND_BAR_CELLS = 38
"""Columns of a terminal that frame, names and figures take beside a bar."""


class Progress(Protocol):
    """Is told of every report; never holds one up."""

    def report(self, report: SceneReport) -> None:
        """Take note of one report."""
        ...

    def questions(self, done: int, of: int) -> None:
        """Take note of how many questions have their answer."""
        ...

    def __enter__(self) -> Progress: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Tally:
    """The figures that both kinds of progress show. Thread-safe."""

    def __init__(self, budget_ms: float | None, expected_s: float | None) -> None:
        self.budget_ms = budget_ms
        self.expected_s = expected_s
        self.outcomes: Counter[Outcome] = Counter()
        self.late = 0
        self.last: SceneReport | None = None
        self.last_answer: SceneReport | None = None
        self.questions: tuple[int, int] | None = None
        self._first_stamp_ns: int | None = None
        self._lock = threading.Lock()

    def add(self, report: SceneReport) -> None:
        """Count one report."""
        with self._lock:
            self.outcomes[report.outcome] += 1
            self.late += report.late()
            self.last = report
            if report.outcome.answered:
                self.last_answer = report
            if self._first_stamp_ns is None:
                self._first_stamp_ns = report.stamp_ns

    @property
    def reports(self) -> int:
        """Reports so far."""
        return sum(self.outcomes.values())

    @property
    def position_s(self) -> float:
        """Seconds into the recording, by stamps."""
        if self.last is None or self._first_stamp_ns is None:
            return 0.0
        return max(0.0, (self.last.stamp_ns - self._first_stamp_ns) / 1e9)

    def counts(self) -> str:
        """Outcome counts in a row."""
        with self._lock:
            shown = [(o, self.outcomes[o]) for o in Outcome if self.outcomes[o]]
        return "  ".join(f"{outcome.value} {count}" for outcome, count in shown)


def open_progress(
    budget_ms: float | None, expected_s: float | None, stream: TextIO | None = None
) -> Progress:
    """The live panel where `stream` (default stderr) is a terminal, else plain lines."""
    out = sys.stderr if stream is None else stream
    tally = Tally(budget_ms, expected_s)
    return PanelProgress(tally, out) if out.isatty() else PlainProgress(tally, out)


class PlainProgress:
    """A line every two seconds."""

    def __init__(self, tally: Tally, stream: TextIO) -> None:
        self._tally = tally
        self._stream = stream
        self._unread = False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def report(self, report: SceneReport) -> None:
        """Take note of one report."""
        self._tally.add(report)

    def questions(self, done: int, of: int) -> None:
        """Take note of how many questions have their answer."""
        self._tally.questions = (done, of)

    def __enter__(self) -> PlainProgress:
        """Begin to print."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Print the last line."""
        self._done.set()
        self._thread.join()
        self._print()

    def _run(self) -> None:
        while not self._done.wait(PLAIN_PERIOD_S):
            self._print()

    def _print(self) -> None:
        if self._tally.reports and not self._unread:
            try:
                print(plain_line(self._tally), file=self._stream, flush=True)
            except OSError:  # nobody reads it any more: that must not end the run
                self._unread = True


def plain_line(tally: Tally) -> str:
    """The run so far in one line."""
    parts = [f"{tally.position_s:.1f} s", tally.counts()]
    if tally.questions is not None:
        parts.append("questions {}/{}".format(*tally.questions))
    if (answer := tally.last_answer) is not None and answer.latency_ms is not None:
        budget = "" if tally.budget_ms is None else f" of {tally.budget_ms:g}"
        parts.append(f"{answer.latency_ms:.0f}{budget} ms")
        parts.append(advice_words(answer))
        parts.append(answer.advice_ja)
    return " | ".join(part for part in parts if part)


def advice_words(report: SceneReport) -> str:
    """Advice in Japanese with its name, or the outcome."""
    if report.advice is None:
        return OUTCOME_JA[report.outcome]
    advice = report.advice
    return f"{SPEED_JA[advice.speed]}・{PATH_JA[advice.path]} ({advice.confidence:.2f})"


class PanelProgress:
    """A panel that is redrawn a few times a second by a thread of rich's."""

    def __init__(self, tally: Tally, stream: TextIO) -> None:
        from rich.console import Console
        from rich.live import Live

        self._tally = tally
        self._begun = time.monotonic()
        self._console = Console(file=stream)
        self._live = Live(
            console=self._console,
            refresh_per_second=PANEL_FPS,
            get_renderable=self._render,
        )

    def report(self, report: SceneReport) -> None:
        """Take note of one report."""
        self._tally.add(report)

    def questions(self, done: int, of: int) -> None:
        """Take note of how many questions have their answer."""
        self._tally.questions = (done, of)

    def __enter__(self) -> PanelProgress:
        """Begin to draw."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Draw once more and stop."""
        with contextlib.suppress(OSError):  # the terminal is gone: the run is not
            self._live.stop()

    def _render(self) -> RenderableType:
        from rich.panel import Panel
        from rich.table import Table

        tally = self._tally
        rows = Table.grid(padding=(0, 2))
        rows.add_column(style="dim", no_wrap=True)
        rows.add_column(overflow="fold")  # Japanese has no spaces to break a line at
        cells = bar_cells(self._console.width)
        rows.add_row("position", self._position(cells))
        answer = tally.last_answer
        if answer is not None and answer.latency_ms is not None:
            rows.add_row("latency", latency_bar(answer.latency_ms, tally.budget_ms, cells))
            rows.add_row("助言 advice", _text(advice_words(answer), "bold"))
            rows.add_row("", _text(answer.advice_ja))
            rows.add_row("状況 scene", _text(answer.description_ja))
        late = f"  late {tally.late}" if tally.late else ""
        rows.add_row("reports", f"{tally.counts()}{late}")
        if tally.questions is not None:
            rows.add_row("questions", "{} / {}".format(*tally.questions))
        return Panel(rows, title="vlm-driving", title_align="left", border_style="dim")

    def _position(self, cells: int) -> str:
        tally = self._tally
        if not tally.expected_s:
            return f"{tally.position_s:.1f} s"
        share = min(1.0, tally.position_s / tally.expected_s)
        bar = "━" * round(share * cells)
        return f"{bar:<{cells}} {tally.position_s:.1f} / {tally.expected_s:.1f} s"


def _text(text: str, style: str = "") -> Text:
    """What a model said, as it is: rich would read brackets in it as its own markup."""
    from rich.text import Text

    return Text(text, style=style)


def bar_cells(columns: int) -> int:
    """How long a bar is on a terminal that is `columns` wide."""
    return max(4, min(BAR_CELLS, columns - AROUND_BAR_CELLS))


def latency_bar(latency_ms: float, budget_ms: float | None, length: int = BAR_CELLS) -> Text:
    """A bar that is full at the budget, green to four fifths of it, then amber, then red."""
    from rich.text import Text

    if budget_ms is None:
        return Text(f"{latency_ms:.0f} ms (no budget)")
    share = latency_ms / budget_ms
    style = "green" if share <= 0.8 else "yellow" if share <= 1 else "red"
    cells = min(length, round(share * length))
    return Text.assemble(
        ("█" * cells, style),
        ("░" * (length - cells), "dim"),
        f" {latency_ms:.0f} / {budget_ms:g} ms",
    )
