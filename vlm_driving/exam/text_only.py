"""The opponent that sees no picture.

For each ego speed it knows the best advice and, for each kind of question, the best answer at
about that speed, both learned on scenes that nobody is examined on.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from vlm_driving.evaluation.keyfact import parse_rubric, score
from vlm_driving.exam.asking import is_asked
from vlm_driving.exam.scenes import Drawn, draw, ego_class
from vlm_driving.exam.seeds import TEXT_ONLY_SEED
from vlm_driving.simulator.compositions import Part
from vlm_driving.simulator.questions import KINDS
from vlm_driving.simulator.questions.generate import reply_to

MOST_CANDIDATES = 16
MOST_RUBRICS = 120
LEAST_AT_SPEED = 30
"""A kind asked less often at a speed gets its answer for all speeds."""
Pair = tuple[str, str]


@dataclass(slots=True)
class Tally:
    """What is counted over scenes; tallies of parts add up.

    Attributes:
        scenes: how many.
        advice: ego class to counts of (speed, path).
        rubrics: kind, and kind at a speed, to counts of rubrics as JSON.
        answers: kind, and kind at a speed, to counts of answers.
    """

    scenes: int = 0
    advice: dict[str, Counter[Pair]] = field(default_factory=lambda: defaultdict(Counter))
    rubrics: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    answers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add_advice(self, drawn: Drawn) -> None:
        """Count a scene and its advice."""
        self.scenes += 1
        self.advice[ego_class(drawn.scene.ego_speed_kmh)][drawn.truth.pair] += 1

    def add_questions(self, drawn: Drawn, luck: np.random.Generator) -> None:
        """Count each question that the balance lets a scene ask."""
        speed = drawn.scene.ego_speed_kmh
        for name, kind in KINDS.items():
            if not is_asked(name, drawn, float(luck.random())):
                continue
            answer = reply_to(kind, drawn.facts, speed)
            if answer is not None:
                rubric = json.dumps(answer.rubric, ensure_ascii=False, sort_keys=True)
                for key in (name, at_speed(name, speed)):
                    self.rubrics[key][rubric] += 1
                    self.answers[key][answer.answers[0]] += 1


@dataclass(frozen=True, slots=True)
class TextOnly:
    """The constants: advice for an ego class, an answer for a kind of question.

    `answers`: of a kind, and under `at_speed` of it at a speed where it was asked often enough.
    `asked_share`: in which share of the scenes a kind can be asked.
    """

    advice: dict[str, Pair]
    answers: dict[str, str]
    asked_share: dict[str, float]

    def advise(self, ego: str) -> Pair:
        """The constant advice at an ego class; of a class never met, the commonest of all."""
        return self.advice.get(ego, self.advice[""])

    def answer(self, kind: str, ego_speed_kmh: float | None) -> str | None:
        """The constant answer to a kind of question; None to one that was never asked."""
        return self.answers.get(at_speed(kind, ego_speed_kmh), self.answers.get(kind))


def at_speed(kind: str, ego_speed_kmh: float | None) -> str:
    """A kind of question as it is asked at about this speed."""
    if ego_speed_kmh is None:
        return f"{kind}@unknown"
    return f"{kind}@{sum(ego_speed_kmh >= edge for edge in (3.0, 30.0, 60.0))}"


def tally(first: int, count: int, questions: bool = True, seed: int = TEXT_ONLY_SEED) -> Tally:
    """Count scenes `first` to `first + count - 1` of the opponent's own seed."""
    out = Tally()
    for index in range(first, first + count):
        drawn = draw(seed, index, Part.SEEDS)
        out.add_advice(drawn)
        if questions:
            out.add_questions(drawn, np.random.default_rng([seed, index, 4]))
    return out


def learn(tallies: Iterable[Tally]) -> TextOnly:
    """The constants that are right most often."""
    advice: dict[str, Counter[Pair]] = defaultdict(Counter)
    rubrics: dict[str, Counter[str]] = defaultdict(Counter)
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    scenes = 0
    for part in tallies:
        scenes += part.scenes
        for ego, pairs in part.advice.items():
            advice[ego].update(pairs)
            advice[""].update(pairs)
        for kind, counts in part.rubrics.items():
            rubrics[kind].update(counts)
        for kind, texts in part.answers.items():
            answers[kind].update(texts)
    return TextOnly(
        {ego: _most(pairs) for ego, pairs in advice.items()},
        {
            key: best_answer(answers[key], counts)
            for key, counts in sorted(rubrics.items())
            if "@" not in key or sum(counts.values()) >= LEAST_AT_SPEED
        },
        {
            kind: sum(counts.values()) / max(1, scenes)
            for kind, counts in rubrics.items()
            if "@" not in kind
        },
    )


def best_answer(answers: Counter[str], rubrics: Counter[str]) -> str:
    """Of the commonest answers the one that satisfies most rubrics, as often as they occur."""
    weighed = [(parse_rubric(json.loads(r)), n) for r, n in rubrics.most_common(MOST_RUBRICS)]
    ordered = sorted(answers.items(), key=lambda item: (-item[1], item[0]))[:MOST_CANDIDATES]

    def worth(text: str) -> int:
        return sum(n for rubric, n in weighed if score(text, rubric).right)

    return max((text for text, _ in ordered), key=worth)


def _most(pairs: Counter[Pair]) -> Pair:
    return max(sorted(pairs), key=lambda pair: pairs[pair])
