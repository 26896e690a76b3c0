"""Two scored runs, figure by figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vlm_driving.core import SceneReport
from vlm_driving.evaluation.gate.differences import Difference
from vlm_driving.evaluation.gate.figures import FIGURES, Figure, Group
from vlm_driving.evaluation.gate.own_figures import own_figures
from vlm_driving.evaluation.gate.paired import (
    Moved,
    moved_questions,
    pair_truth,
    paired_scores,
    paired_truth,
)
from vlm_driving.evaluation.gate.pairing import Pairs, Row, pair_frames, pair_questions
from vlm_driving.evaluation.gate.settings import Unlike, not_comparable, unlike_settings
from vlm_driving.evaluation.gate.sides import Side
from vlm_driving.evaluation.questions import CATEGORIES


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of both runs.

    Attributes:
        figure: which.
        run: of the run; None where it does not have it.
        reference: of the reference.
        paired: their difference over what both have, where pairs make sense.
        reason: why it must not be held against the reference's; "" where it may.
        remake: whether that is because one of the two has to be made anew: no gate lets it pass.
    """

    figure: Figure
    run: float | None
    reference: float | None
    paired: Difference | None = None
    reason: str = ""
    remake: bool = False

    @property
    def difference(self) -> float | None:
        """The run minus the reference; None where one of them is missing."""
        if self.paired is not None:
            return self.paired.mean
        if self.run is None or self.reference is None:
            return None
        return round(self.run - self.reference, 6)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is known of two runs side by side.

    Attributes:
        run: the run.
        reference: what it is held against.
        lines: by figure.
        unlike: settings that differ.
        questions: rows of the scores.
        frames: reports.
        moved: questions with another score, the worst first.
        changed: how many answers, descriptions and pieces of advice differ.
        notes: what a reader has to know, one sentence each.
    """

    run: Side
    reference: Side
    lines: Mapping[str, Line]
    unlike: Unlike
    questions: Pairs[Row]
    frames: Pairs[SceneReport]
    moved: tuple[Moved, ...]
    changed: Mapping[str, int]
    notes: tuple[str, ...]


def compare(run: Side, reference: Side, across_machines: bool = False) -> Comparison:
    """Put two runs side by side; both are scored by the same judges.

    Args:
        run: the new one.
        reference: the one it is held against.
        across_machines: latencies of two machines may be compared.
    """
    unlike = unlike_settings(run, reference)
    reasons = not_comparable(unlike, across_machines)
    questions = pair_questions(run, reference)
    frames = pair_frames(_reports(run), _reports(reference))
    changed = _changed(questions, frames)
    mine, theirs = own_figures(run), own_figures(reference)
    mine |= _shares(questions, frames, changed, reference)
    truth, other_truth = pair_truth(run, reference)
    paired = {**paired_scores(questions), **paired_truth(truth)}
    lines = {
        f.name: Line(
            f, mine.get(f.name), theirs.get(f.name), paired.get(f.name), reasons.get(f.name, "")
        )
        for f in FIGURES
    }
    if questions.changed or questions.gone or questions.new:
        lines |= _without_pairs(lines, paired)
    if other_truth:
        lines |= _other_truth(lines, paired, other_truth)
    return Comparison(
        run,
        reference,
        lines,
        unlike,
        questions,
        frames,
        moved_questions(questions),
        changed,
        (*_notes(run, reference, questions, frames), *_about_truth(truth, other_truth)),
    )


def _without_pairs(lines: Mapping[str, Line], paired: Mapping[str, Difference]) -> dict[str, Line]:
    """Score lines of sets that have nothing in common: two figures about two things."""
    names = ("score", *(f"score_{name}" for name in CATEGORIES))
    return {
        name: Line(
            lines[name].figure,
            lines[name].run,
            lines[name].reference,
            reason="no question is in both sets as it is",
        )
        for name in names
        if name not in paired
    }


def _other_truth(
    lines: Mapping[str, Line], paired: Mapping[str, Difference], frames: int
) -> dict[str, Line]:
    """Lines of figures over frames that were held against different truths."""
    why = f"the truth of {frames} frames is not the same: score both by one truth"
    return {
        name: replace(line, reason=why, remake=True)
        for name, line in lines.items()
        if line.figure.group is Group.TRUTH and name not in paired
    }


def _reports(side: Side) -> list[tuple[str, int, int, SceneReport]]:
    return [(r.camera, r.stamp_ns, r.sequence, r) for r in side.reports]


def _changed(questions: Pairs[Row], frames: Pairs[SceneReport]) -> dict[str, int]:
    return {
        "answers": sum(a.get("answer") != b.get("answer") for a, b in questions.both),
        "descriptions": sum(
            (a.description_ja, a.advice_ja) != (b.description_ja, b.advice_ja)
            for a, b in frames.both
        ),
        "advice": sum(_advice(a) != _advice(b) for a, b in frames.both),
        "outcomes": sum(a.outcome is not b.outcome for a, b in frames.both),
    }


def _advice(report: SceneReport) -> tuple[str, str] | None:
    advice = report.advice
    return None if advice is None else (advice.speed.value, advice.path.value)


def _shares(
    questions: Pairs[Row],
    frames: Pairs[SceneReport],
    changed: Mapping[str, int],
    reference: Side,
) -> dict[str, float | None]:
    asked, seen = len(questions.both), len(frames.both)
    there = len(reference.reports)
    in_set = reference.questions is not None
    return {
        "answers_changed_share": changed["answers"] / asked if asked else None,
        "descriptions_changed_share": changed["descriptions"] / seen if seen else None,
        "advice_changed_share": changed["advice"] / seen if seen else None,
        "frames_missing_share": len(frames.gone) / there if there else None,
        "questions_gone": float(len(questions.gone) + len(questions.changed)) if in_set else None,
    }


def _notes(
    run: Side, reference: Side, questions: Pairs[Row], frames: Pairs[SceneReport]
) -> list[str]:
    notes = [f"{side.path}: {problem}" for side in (run, reference) for problem in side.problems]
    sets = (
        (questions.gone, "of the reference's questions are not in this run's set"),
        (questions.new, "questions are not in the reference's set"),
        (questions.changed, "questions are not what they were in the reference"),
    )
    if run.questions is not None and reference.questions is not None:
        notes += [f"{len(ids)} {what} ({_some(ids)})." for ids, what in sets if ids]
        if any(ids for ids, _ in sets):
            notes.append(
                f"Scores are compared over the {len(questions.both)} questions that are the same."
            )
    if frames.by_sequence and frames.both:
        notes.append("No stamp is in both runs: frames are paired by their number.")
    elif run.reports and reference.reports and frames.new:
        notes.append(f"{len(frames.new)} frames are not in the reference.")
    if frames.gone and run.reports:
        notes.append(f"{len(frames.gone)} frames of the reference have no report in this run.")
    return notes


def _about_truth(same: Sequence[Any], other: int) -> list[str]:
    if not other:
        return []
    over = f"over the {len(same)} frames whose truth is the same" if same else "over none"
    return [
        f"{other} frames have no truth in one of the runs, or another one: labels that changed, or "
        f"another drive with the same stamps. Descriptions and advice are compared {over}."
    ]


def _some(ids: Sequence[Any], most: int = 5) -> str:
    return ", ".join(map(str, ids[:most])) + (", ..." if len(ids) > most else "")
