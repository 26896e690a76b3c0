"""What the figures against truth are worth: advice and descriptions that saw no picture.

- `best_constant`: the one advice, the one list of hazards and the one description that do best on
  this very drive, chosen with hindsight, each figure by itself.
- `other_scene`: the run's own reports, held against the truth of the frame half a run away (from
  the end on from the start again), in the order of time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vlm_driving.core import Hazard, PathAdvice, SpeedAdvice
from vlm_driving.evaluation.judges.judge import Judge
from vlm_driving.evaluation.questions import QuestionSet
from vlm_driving.evaluation.scores.baselines import (
    CONSTANT,
    OTHER_SCENE,
    STOCK,
    Effort,
    best_constant,
)
from vlm_driving.evaluation.truth.advice import Confusion, Pair, pairs_of
from vlm_driving.evaluation.truth.hazards import (
    Named,
    by_kind_and_side,
    figures,
    named_of,
)
from vlm_driving.evaluation.truth.judging import JudgedFrame, judge_frame, question_of
from vlm_driving.evaluation.truth.truth import Course

DESCRIPTION = "description"
DESCRIPTIONS = (
    "前方に車がいます。",
    "前方に障害物は見当たりません。",
    "前方の信号は赤です。左側の歩道に歩行者がいます。",
    "片側1車線の道です。対向車と、左側の歩道の歩行者が見えます。",
    "晴れた昼間の道路で、前方に乗用車がいます。",
)
"""Constants that are tried beside what the run itself says most often."""
MOST_PUBLISHED = 8
EFFORT = Effort(0, STOCK, 3, 300, 1500)
MOST_HAZARDS = 3


@dataclass(frozen=True, slots=True)
class TruthBaselines:
    """Figures by the baseline's name.

    Attributes:
        descriptions: mean scores of descriptions; empty where none are judged.
        figures: `advice_right`, `speed_macro_f1`, `path_macro_f1`, `stop_recall` and `hazards_f1`;
            what has no meaning is left out, and so is the constant's recall of STOP: it is 1.
        constants: the best constant of each figure.
    """

    descriptions: Mapping[str, float]
    figures: Mapping[str, Mapping[str, float]]
    constants: Mapping[str, str] = field(default_factory=dict)


def run_baselines(frames: Sequence[JudgedFrame], judge: Judge) -> TruthBaselines:
    """All baselines of a judged run."""
    descriptions: dict[str, float] = {}
    found: dict[str, Mapping[str, float]] = {}
    pairs, named = pairs_of(frames), named_of(frames)
    found[CONSTANT], constants = _constants(pairs, named)
    text = _best_description(frames, judge)
    if text is not None:
        descriptions[CONSTANT], constants["detail"] = text
    elsewhere = in_other_scenes(frames, judge)
    if elsewhere:
        found[OTHER_SCENE] = figures_of(pairs_of(elsewhere), named_of(elsewhere))
        scores = [frame.score for frame in elsewhere if frame.score is not None]
        if scores:
            descriptions[OTHER_SCENE] = mean_of(scores)
    return TruthBaselines(descriptions, {k: v for k, v in found.items() if v}, constants)


def in_other_scenes(frames: Sequence[JudgedFrame], judge: Judge) -> list[JudgedFrame]:
    """Each report with the truth half a run away; empty for a single frame."""
    if len(frames) < 2:
        return []
    ordered = sorted(frames, key=lambda f: (f.report.stamp_ns, f.report.camera))
    half = len(ordered) // 2
    truths = [frame.truth for frame in ordered[half:] + ordered[:half]]
    return [judge_frame(f.report, truth, judge) for f, truth in zip(ordered, truths, strict=True)]


def figures_of(pairs: Sequence[Pair], named: Sequence[Named]) -> dict[str, float]:
    """The figures that baselines and runs are compared by."""
    found: dict[str, float | None] = {}
    if pairs:
        found["advice_right"] = sum(truth == said for truth, said in pairs) / len(pairs)
        for part in ("speed", "path"):
            matrix = Confusion.of(pairs, part)
            found[f"{part}_macro_f1"] = matrix.macro_f1()
            if part == "speed":
                found["stop_recall"] = matrix.recall("STOP")
    if named:
        found["hazards_f1"] = figures(named, by_kind_and_side)["f1"]
    return {name: round(value, 3) for name, value in found.items() if value is not None}


def mean_of(scores: Sequence[float]) -> float:
    """The mean of scores with four decimals, exact whatever their order."""
    return sum(round(score * 10_000) for score in scores) / (len(scores) * 10_000)


def flags_of(ours: Mapping[str, float], baselines: TruthBaselines) -> list[str]:
    """A sentence for each figure in which a baseline is as good as the run, or better.

    Args:
        ours: the run's figures; the mean score of its descriptions is `description`.
        baselines: of the same frames.
    """
    sentences = []
    for name in dict.fromkeys((*baselines.descriptions, *baselines.figures)):
        theirs = dict(baselines.figures.get(name, {}))
        if name in baselines.descriptions:
            theirs = {DESCRIPTION: round(baselines.descriptions[name], 3), **theirs}
        sentences += [
            f"{name} is no worse than the reports in {figure} ({value:.3f} against "
            f"{ours[figure]:.3f})."
            for figure, value in theirs.items()
            if figure in ours and value >= ours[figure]
        ]
    return sentences


def _constants(
    pairs: Sequence[Pair], named: Sequence[Named]
) -> tuple[dict[str, float], dict[str, str]]:
    found: dict[str, float] = {}
    chosen: dict[str, str] = {}
    courses = [Course(speed, path) for speed in SpeedAdvice for path in PathAdvice]
    if pairs:
        for name in ("advice_right", "speed_macro_f1", "path_macro_f1"):
            tried = {course: _with(course, pairs, name) for course in (*courses, None)}
            best = max(tried, key=lambda course: tried[course])  # the first of equals
            found[name] = tried[best]
            said = "none" if best is None else f"{best.speed.value} {best.path.value}"
            chosen[name] = said if name == "advice_right" else said.split(" ")[name[0] == "p"]
    if named:
        always, f1 = _best_hazards(named)
        if f1 is not None:
            found["hazards_f1"] = f1
            chosen["hazards_f1"] = ", ".join(f"{h.kind.value} {h.side.value}" for h in always)
    return found, chosen


def _with(course: Course | None, pairs: Sequence[Pair], name: str) -> float:
    return figures_of([(truth, course) for truth, _ in pairs], ())[name]


def _best_hazards(named: Sequence[Named]) -> tuple[tuple[Hazard, ...], float | None]:
    """The list of up to three that does best: the most usual ones, as many as pay."""
    usual: Counter[Hashable] = Counter()
    example: dict[Hashable, Hazard] = {}
    for due, _ in named:
        for hazard in due:
            key = by_kind_and_side(hazard)
            usual[key] += 1
            example.setdefault(key, hazard)
    best: tuple[tuple[Hazard, ...], float | None] = ((), None)
    ranked = [example[key] for key, _ in usual.most_common(MOST_HAZARDS)]
    for count in range(1, len(ranked) + 1):
        always = tuple(ranked[:count])
        f1 = figures([(due, always) for due, _ in named], by_kind_and_side)["f1"]
        if best[1] is None or (f1 is not None and f1 > best[1]):
            best = (always, f1)
    return best


def _best_description(frames: Sequence[JudgedFrame], judge: Judge) -> tuple[float, str] | None:
    """The score and the text of the sentence that would have done best on every frame."""
    questions = tuple(question_of(f.truth) for f in frames if f.description is not None)
    if not questions:
        return None
    said: Counter[str] = Counter(f.report.description_ja for f in frames if f.report.description_ja)
    published = [text for text, _ in said.most_common(MOST_PUBLISHED)]
    tried = dict.fromkeys((*STOCK, *DESCRIPTIONS, *published))
    effort = Effort(0, tuple(tried), EFFORT.references, EFFORT.first_round, EFFORT.second_round)
    scores, chosen = best_constant(QuestionSet(Path(), "rows", questions), judge, effort)
    return mean_of(list(scores.values())), chosen["detail"]


def to_json(baselines: TruthBaselines) -> dict[str, Any]:
    """Scores of descriptions, as beside a question set."""
    return {
        name: {"overall": round(score, 3), "detail": round(score, 3)}
        for name, score in baselines.descriptions.items()
    }
