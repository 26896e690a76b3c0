"""From a run and its truth to rows on disk and one object of figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vlm_driving.core import Outcome
from vlm_driving.evaluation.judges.judge import Judge
from vlm_driving.evaluation.run import Run
from vlm_driving.evaluation.scores.files import ScoreFiles
from vlm_driving.evaluation.summary import quantiles
from vlm_driving.evaluation.truth import baselines, flicker, hazards, intervals
from vlm_driving.evaluation.truth.advice import LABELS, Confusion, pairs_of
from vlm_driving.evaluation.truth.advice import intervals as advice_intervals
from vlm_driving.evaluation.truth.judging import JudgedFrame, judge_frame
from vlm_driving.evaluation.truth.remembering import RememberingJudge
from vlm_driving.evaluation.truth.truth import TruthSet

SCHEMA = "vlm_driving/truth/1"
COLUMNS = (
    "sequence",
    "camera",
    "stamp_ns",
    "outcome",
    "latency_ms",
    "score",
    "share",
    "hits",
    "missed",
    "violated",
    "notes",
    "advice",
    "truth",
    "advice_right",
    "hazards",
    "truth_hazards",
    "answer",
    "reference",
)


def score_truth(
    run: Run,
    truths: TruthSet,
    judge: Judge,
    out: Path,
    on_frame: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Judge every report that has a truth.

    Args:
        run: as `load_run` gives it.
        truths: of the bag that was replayed, or from a label file.
        judge: of descriptions, by key facts.
        out: directory for `scores.jsonl`, `scores.csv` and `score.json`.
        on_frame: told how many frames are judged, and of how many.

    Returns:
        The object that `vlm-driving score` prints for a run without questions.

    Raises:
        UserError: no truth belongs to a report, or the files cannot be written.
    """
    judge = RememberingJudge(judge)
    beside = truths.beside(run.reports, run.settings.get("camera_topic"))
    frames: list[JudgedFrame] = []
    with ScoreFiles(out, COLUMNS) as files:
        for done, (place, truth) in enumerate(sorted(beside.items()), start=1):
            frames.append(judge_frame(run.reports[place], truth, judge))
            files.add(frames[-1])
            on_frame(done, len(beside))
        files.finish(frames)
        result = _result(run, truths, frames, judge)
        files.conclude(result)
    return result


def _result(
    run: Run, truths: TruthSet, frames: Sequence[JudgedFrame], judge: Judge
) -> dict[str, Any]:
    blocks = intervals.blocks_of(frames)
    found = baselines.run_baselines(frames, judge)
    scores = [frame.score for frame in frames if frame.score is not None]
    mean = round(baselines.mean_of(scores), 3) if scores else None
    ours = baselines.figures_of(pairs_of(frames), hazards.named_of(frames))
    if mean is not None:
        ours = {baselines.DESCRIPTION: mean, **ours}
    return {
        "schema": SCHEMA,
        "score": {"overall": mean, "conv": None, "detail": mean, "complex": None},
        "judge": {"name": judge.name, "version": judge.version},
        "n": len(frames),
        "baselines": baselines.to_json(found),
        "flags": baselines.flags_of(ours, found),
        "best_constants": dict(found.constants),
        "descriptions": _descriptions(frames, blocks),
        "truth": {
            "source": truths.source,
            "frames": len(frames),
            "without_truth": len(run.reports) - len(frames),
            "without_report": len(truths) - len(frames),
            "advice": _advice(frames) | {"intervals": advice_intervals(frames, blocks)},
            "hazards": hazards.hazards_json(frames, blocks),
            "baselines": {name: dict(of) for name, of in found.figures.items()},
            "by_outcome": _by_outcome(frames),
            "with_advice": _with_advice(frames),
        },
        **_times(run, frames),
        "bootstrap": intervals.describe(blocks),
        "notes": _notes(run, truths, frames, blocks),
    }


def _descriptions(frames: Sequence[JudgedFrame], blocks: Sequence[int]) -> dict[str, Any]:
    known = [(f.score, b) for f, b in zip(frames, blocks, strict=True) if f.score is not None]
    return intervals.figure(
        [[score, 1.0] for score, _ in known], [block for _, block in known], intervals.mean
    )


def _advice(frames: Sequence[JudgedFrame]) -> dict[str, Any]:
    pairs, changes = pairs_of(frames), flicker.changes_of(frames)
    matrices = {part: Confusion.of(pairs, part) for part in LABELS}
    right = sum(truth == said for truth, said in pairs)
    return {
        "n": len(pairs),
        "right": round(right / len(pairs), 3) if pairs else None,
        **{part: matrix.to_json() for part, matrix in matrices.items()},
        "stop_recall": _rounded(matrices["speed"].recall("STOP")),
        "flicker_per_minute": changes.flicker_a_minute(),
        "changes_per_minute": changes.published_a_minute(),
        "truth_changes_per_minute": changes.truth_a_minute(),
        "minutes": round(changes.minutes, 3),
        "advised_minutes": round(changes.advised_minutes, 3),
    }


def _by_outcome(frames: Sequence[JudgedFrame]) -> dict[str, Any]:
    found = {}
    for outcome in Outcome:
        group = [frame for frame in frames if frame.report.outcome is outcome]
        if group:
            found[outcome.value] = _group(group)
    return found


def _with_advice(frames: Sequence[JudgedFrame]) -> dict[str, Any]:
    """The same figures as if reports without advice did not exist."""
    group = [frame for frame in frames if frame.report.advice is not None]
    pairs = pairs_of(group)
    matrices = {part: Confusion.of(pairs, part) for part in LABELS}
    return {
        **_group(group),
        **{part: matrix.to_json() for part, matrix in matrices.items()},
        "stop_recall": _rounded(matrices["speed"].recall("STOP")),
    }


def _group(frames: Sequence[JudgedFrame]) -> dict[str, Any]:
    scores = [frame.score for frame in frames if frame.score is not None]
    ours = baselines.figures_of(pairs_of(frames), hazards.named_of(frames))
    return {
        "n": len(frames),
        "score": round(baselines.mean_of(scores), 3) if scores else None,
        "advice_right": ours.get("advice_right"),
        "hazards_f1": ours.get("hazards_f1"),
    }


def _times(run: Run, frames: Sequence[JudgedFrame]) -> dict[str, Any]:
    """Latency as in the summary, and how all frames of the run ended, judged or not."""
    answered = [r for r in run.reports if r.outcome.answered and r.backend is not None]
    latencies = [report.latency_ms for report in answered if report.latency_ms is not None]
    judged = _by_outcome(frames)
    counts = {o: sum(report.outcome is o for report in run.reports) for o in Outcome}
    return {
        "latency_ms": quantiles(latencies) if latencies else None,
        "outcomes": {
            o.value: {"n": count, "score": judged.get(o.value, {}).get("score")}
            for o, count in counts.items()
            if count
        },
    }


def _notes(
    run: Run, truths: TruthSet, frames: Sequence[JudgedFrame], blocks: Sequence[int]
) -> list[str]:
    notes = [*truths.notes, *run.problems]
    without = len(run.reports) - len(frames)
    if without:
        notes.append(f"{without} of {len(run.reports)} frames have no truth; they are not judged.")
    drawn = intervals.describe(blocks)["blocks"]
    few = f"; {drawn} blocks are few, so they are hints" if drawn < intervals.FEW_BLOCKS else ""
    notes.append(
        f"Intervals draw blocks of {intervals.BLOCK_S:g} s, for neighbouring frames show one "
        f"scene{few}."
    )
    courses = {truth for truth, _ in pairs_of(frames)}
    if len(courses) == 1 and len(frames) > 1:
        notes.append(
            "The right advice is the same in all these frames, so that no figure of advice can say "
            "more than how often the model leaves it."
        )
    if not any(frame.truth.facts is not None for frame in frames):
        notes.append("The truth has no key facts, so descriptions are not judged.")
    return notes


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
