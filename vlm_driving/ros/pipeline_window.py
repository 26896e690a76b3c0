"""What a pipeline's running counts grew by in the last seconds. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from vlm_driving.pipeline.health import PipelineHealth
from vlm_driving.ros.outcome_window import WINDOW_NS


@dataclass(frozen=True, slots=True)
class _Counts:
    at_ns: int
    late: int
    explained: int
    undelivered: int
    answers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class PipelineFigures:
    """A pipeline in the window.

    Attributes:
        late: reports that were closed after their deadlines.
        explained: those of them that the machine's standing still explains.
        undelivered: reports that were never taken for publishing.
        late_answers: that came after their report was closed, by backend.
        stalls: that ended in the window.
        stalled_ms: all of them together.
        longest_ms: the longest one.
        kinds: of stalls, with their counts.
    """

    late: int = 0
    explained: int = 0
    undelivered: int = 0
    late_answers: tuple[tuple[str, int], ...] = ()
    stalls: int = 0
    stalled_ms: float = 0.0
    longest_ms: float = 0.0
    kinds: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PipelineHistory:
    """The counts as they were, oldest first."""

    samples: tuple[_Counts, ...] = ()


def counted(
    history: PipelineHistory, health: PipelineHealth, now_ns: int, window_ns: int = WINDOW_NS
) -> tuple[PipelineHistory, PipelineFigures]:
    """Take in the health at `now_ns`; call it about once a second.

    A pipeline that was made anew counts from zero: then what it has counted is what is new.
    """
    now = _Counts(
        now_ns,
        health.late_reports,
        health.late_explained,
        health.undelivered,
        tuple((one.name, one.late_answers) for one in health.backends),
    )
    past = tuple(one for one in history.samples if one.at_ns <= now_ns)
    if past and now.late < past[-1].late:
        past = ()
    outside = [one for one in past if one.at_ns <= now_ns - window_ns]
    kept = (*outside[-1:], *past[len(outside) :])
    before = kept[0] if kept else _Counts(now_ns, 0, 0, 0, ())
    answers = dict(before.answers)
    stalls = [one for one in health.stalls if now_ns - window_ns < one.end_ns <= now_ns]
    figures = PipelineFigures(
        late=now.late - before.late,
        explained=now.explained - before.explained,
        undelivered=max(0, now.undelivered - before.undelivered),
        late_answers=tuple(
            (name, max(0, count - answers.get(name, 0))) for name, count in now.answers
        ),
        stalls=len(stalls),
        stalled_ms=sum(one.ms for one in stalls),
        longest_ms=max((one.ms for one in stalls), default=0.0),
        kinds=tuple(sorted(Counter(one.kind.value for one in stalls).items())),
    )
    return PipelineHistory((*kept, now)), figures
