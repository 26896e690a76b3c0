"""What a score is worth: the same judge on answers that saw no picture.

- `echo_question`: the question's own words.
- `shuffled_references`: right answers to questions about other pictures of the category.
- `best_constant`: the one sentence that does best in a category, chosen with hindsight.
- `other_scene`: the model's answers when it was shown another scene, where the user has them.
- `echo_context`, the oracle: what a person wrote about the picture. No baseline, for it knows
  the picture; a judge that puts it above the references is a judge of length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from vlm_driving.evaluation.judges.judge import Judge
from vlm_driving.evaluation.questions import CATEGORIES, Answers, Question, QuestionSet
from vlm_driving.evaluation.questions.answers import MISSING
from vlm_driving.evaluation.scores.asking import ask, costs_money
from vlm_driving.evaluation.scores.figures import means_of
from vlm_driving.evaluation.scores.rows import DIGITS, score_texts

Thing = TypeVar("Thing")

ECHO_QUESTION = "echo_question"
SHUFFLED = "shuffled_references"
CONSTANT = "best_constant"
OTHER_SCENE = "other_scene"
ECHO_CONTEXT = "echo_context"

STOCK = (
    "はい。",
    "いいえ。",
    "画像からは判断できません。",
    "1つです。",
    "2つあります。",
    "3人います。",
    "左側です。",
    "右側です。",
    "赤色です。",
    "青色です。",
    "前方に車がいます。減速し、一時停止して、安全を確認してください。",
    "晴れた空の下に、人や車、建物や木が写っている日本の風景です。",
)
"""Constants that are tried in every category, before references of that category."""
LONE_CONSTANT = "画像からは判断できません。"
"""The one constant that a judge is shown who takes money."""
SEED = 20240501


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is judged for baselines.

    Attributes:
        shuffles: partners of a question; the mean over several is less a matter of luck.
        constants: sentences that are tried as constants.
        references: so many references of a category are tried as constants, too.
        first_round: judgements a category to find the best of its references on a quarter of the
            questions; 0: they are drawn.
        second_round: judgements a category to find the best constant.
    """

    shuffles: int
    constants: Sequence[str]
    references: int
    first_round: int
    second_round: int


THOROUGH = Effort(3, STOCK, 3, 200, 400)
SPARING = Effort(1, STOCK, 2, 0, 1500)
COSTLY = Effort(1, (LONE_CONSTANT,), 0, 0, 0)


def effort_for(judge: Judge) -> Effort:
    """Most for key facts, under half a millisecond each; least for a judge that takes money."""
    if costs_money(judge):
        return COSTLY
    return THOROUGH if judge.name == "keyfact" else SPARING


@dataclass(frozen=True, slots=True)
class Baselines:
    """Category means by baseline.

    Attributes:
        means: `overall` and categories, by the baseline's name.
        constants: the best constant of each category.
        oracle: `echo_context`; empty where the set has no contexts.
    """

    means: Mapping[str, Mapping[str, float]]
    constants: Mapping[str, str] = field(default_factory=dict)
    oracle: Mapping[str, float] = field(default_factory=dict)


def run_baselines(
    questions: QuestionSet, judge: Judge, other_scene: Answers | None = None
) -> Baselines:
    """Judge all baselines of a set.

    Args:
        questions: the set; without references nothing is shuffled.
        judge: the judge of the answers beside them; one that costs money is asked less.
        other_scene: answers of the same model to the pictures of other scenes.
    """
    effort = effort_for(judge)
    categories = {question.id: question.category for question in questions}

    def means(scores: Mapping[str, float]) -> dict[str, float]:
        return means_of(scores, categories)

    found: dict[str, Mapping[str, float]] = {
        ECHO_QUESTION: means(score_texts(questions, {q.id: q.text for q in questions}, judge))
    }
    shuffled = shuffled_scores(questions, judge, effort.shuffles)
    if shuffled:
        found[SHUFFLED] = means(shuffled)
    scores, chosen = best_constant(questions, judge, effort)
    found[CONSTANT] = means(scores)
    if other_scene is not None:
        # What was never asked is no wrong answer: it would make the baseline look worse.
        texts = {i: a.text for i, a in other_scene.by_id.items() if a.outcome != MISSING}
        found[OTHER_SCENE] = means(score_texts(questions, texts, judge))
    contexts = {q.id: q.context for q in questions if q.context.strip()}
    return Baselines(found, chosen, means(score_texts(questions, contexts, judge)))


def shuffled_scores(questions: QuestionSet, judge: Judge, shuffles: int) -> dict[str, float]:
    """The mean score of each question over references from other pictures."""
    pairs = [(q, text) for q, texts in partners(questions, shuffles) for text in texts]
    scores: dict[str, list[int]] = {}
    for (question, _), verdict in zip(pairs, ask(judge, pairs), strict=True):
        if not verdict.judgement.failed:
            scores.setdefault(question.id, []).append(round(verdict.judgement.score * 10_000))
    return {
        identity: round(sum(values) / (len(values) * 10_000), DIGITS)
        for identity, values in scores.items()
    }


def partners(questions: QuestionSet, shuffles: int) -> Iterator[tuple[Question, tuple[str, ...]]]:
    """Each question with references of its category that belong to other pictures.

    They lie far apart in a seeded ring, so that every reference is somebody's partner about as
    often as any other.
    """
    generator = np.random.RandomState(SEED)
    for category in CATEGORIES:
        group = [q for q in questions if q.category == category and q.reference.strip()]
        order = np.argsort(generator.random_sample(len(group)), kind="stable")
        ring = [group[i] for i in order]
        for place, question in enumerate(ring):
            chosen: dict[str, str] = {}
            for part in range(1, shuffles + 1):
                far = place + part * len(ring) // (shuffles + 1)
                others = (ring[(far + step) % len(ring)] for step in range(len(ring)))
                for other in others:
                    if other.scene != question.scene and other.id not in chosen:
                        chosen[other.id] = other.reference
                        break
            if chosen:
                yield question, tuple(chosen.values())


def best_constant(
    questions: QuestionSet, judge: Judge, effort: Effort
) -> tuple[dict[str, float], dict[str, str]]:
    """The scores of each category's best constant, and which one that is.

    Tried are stock sentences and some of the category's own references. Where the judgements do
    not reach for all questions, the constant is chosen on a part of them; the chosen one is judged
    on all. The first of equals wins.
    """
    found: dict[str, float] = {}
    chosen: dict[str, str] = {}
    for category in CATEGORIES:
        group = [q for q in questions if q.category == category]
        if not group:
            continue
        references = list(dict.fromkeys(q.reference for q in group if q.reference.strip()))
        part = _some(group, -(-len(group) // 4))
        if effort.first_round:
            some = _some(references, effort.first_round // len(part))
            references = _best(effort.references, some, part, judge)
        tried = [*effort.constants, *_some(references, effort.references)]
        asked = _some(group, max(1, effort.second_round // len(tried)))
        (winner,) = _best(1, tried, asked, judge)
        scores = score_texts(group, {q.id: winner for q in group}, judge)
        if scores:
            found.update(scores)
            chosen[category] = winner
    return found, chosen


def _best(most: int, texts: Sequence[str], group: Sequence[Question], judge: Judge) -> list[str]:
    """Those of the texts that get the highest sum of scores, in their order."""
    if len(texts) <= most:
        return list(texts)
    # One question after the other: its facts are prepared once.
    pairs = [(question, text) for question in group for text in texts]
    totals = [0] * len(texts)
    for index, verdict in enumerate(ask(judge, pairs)):
        if not verdict.judgement.failed:
            totals[index % len(texts)] += round(verdict.judgement.score * 10_000)
    order = sorted(range(len(texts)), key=lambda i: (-totals[i], i))
    return [texts[i] for i in sorted(order[:most])]


def _some(things: Sequence[Thing], most: int) -> list[Thing]:
    """At most so many, drawn by a seed, in their order."""
    order = np.argsort(np.random.RandomState(SEED).random_sample(len(things)), kind="stable")
    return [things[i] for i in sorted(order[:most])]


def flags(scores: Mapping[str, float], means: Mapping[str, Mapping[str, float]]) -> list[str]:
    """A sentence for each category in which a baseline is as good as the answers, or better.

    Args:
        scores: of the answers, `overall` and by category.
        means: of the baselines, likewise.
    """
    return [
        f"{name} is no worse than the answers in {category} ({theirs:.2f} against "
        f"{scores[category]:.2f}): this score says nothing for the model there."
        for name, by_category in means.items()
        for category, theirs in by_category.items()
        if category in scores and round(theirs, 3) >= round(scores[category], 3)
    ]
