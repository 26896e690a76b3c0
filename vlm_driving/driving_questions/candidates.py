"""All that could be asked about a drive, before the choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vlm_driving.core import UserError
from vlm_driving.driving_questions.scenes import Seen
from vlm_driving.driving_questions.sharpen import sharpened, telling
from vlm_driving.driving_questions.themes import theme_of
from vlm_driving.evaluation.judges.judge import HIGHEST
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.keyfact import lint, parse_rubric
from vlm_driving.evaluation.questions import CATEGORIES, Question
from vlm_driving.simulator.questions import KINDS
from vlm_driving.simulator.questions.generate import make_question, reply_to
from vlm_driving.simulator.questions.terms import DETAIL, DRIVER, Rng, pick
from vlm_driving.simulator.scene import SignalColour

MOST_MOMENTS = 60
"""Moments of the drive that are looked at, spread evenly."""
MOST_OF_AN_ANSWER, MOST_OF_A_DESCRIPTION = 2, 8
"""Candidates of one kind with one right answer; descriptions with one differ all the same."""
MOST_OF_A_CATEGORY = 220
NOTHING = "none"
"""The answer key of descriptions with nothing to describe: 見当たりません is right too often."""
GREEN_HELD = "why_not_go"
"""The kind that asks why not to go though the signal is green: only where it is."""
_REASONS = ("ので", "ため", "から")
_SINCE_WHEN = "いつから"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that the lint lets pass and its own reference answers in full.

    Attributes:
        question: its id is empty as yet.
        kind: what is asked for.
    """

    question: Question
    kind: str


def candidates(scenes: Sequence[Seen], seed: int) -> dict[str, list[Candidate]]:
    """What a driver may ask, by category, at most `MOST_OF_A_CATEGORY` each.

    Blind pictures are left out: nothing but their blindness could be asked for.
    """
    rng = np.random.default_rng(seed)
    seeing = [scene for scene in scenes if scene.facts.blind is None]
    judge = KeyfactJudge()
    found: dict[str, list[Candidate]] = {category: [] for category in CATEGORIES}
    of_answer: Counter[tuple[str, str]] = Counter()
    for scene in _in_any_order(_spread(seeing), rng):
        for one, key in _of_scene(scene, rng):
            category = one.question.category
            most = MOST_OF_A_DESCRIPTION if category == DETAIL else MOST_OF_AN_ANSWER
            if of_answer[one.kind, key] >= most:
                continue
            if len(found[category]) < MOST_OF_A_CATEGORY and _sound(one, judge):
                of_answer[one.kind, key] += 1
                found[category].append(one)
    return found


def _spread(scenes: Sequence[Seen]) -> list[Seen]:
    if len(scenes) <= MOST_MOMENTS:
        return list(scenes)
    step = len(scenes) / MOST_MOMENTS
    return [scenes[int((i + 0.5) * step)] for i in range(MOST_MOMENTS)]


def _in_any_order(scenes: list[Seen], rng: Rng) -> list[Seen]:
    order = np.argsort(rng.random(len(scenes)), kind="stable")
    return [scenes[i] for i in order]


def _of_scene(scene: Seen, rng: Rng) -> Iterator[tuple[Candidate, str]]:
    """One question of each kind that makes sense for a driver, with the key of its answer."""
    for name, kind in KINDS.items():
        reply = reply_to(kind, scene.facts, scene.ego_speed_kmh)
        if reply is None or DRIVER not in kind.voices:
            continue
        if name == GREEN_HELD and not _green(scene):
            continue
        if kind.category == DETAIL:
            if reply.key == NOTHING:
                continue
            reply = replace(reply, answers=telling(reply.answers))
        wording = pick(rng, kind.wordings(DRIVER))
        made = make_question(kind, reply, DRIVER, wording, scene.ego_speed_kmh, rng)
        rubric = {key: value for key, value in made.rubric.items() if value is not None}
        text = made.text
        if kind.category == DETAIL:
            text, rubric = sharpened(text, made.answer, rubric)
        question = Question(
            id="",
            category=made.category,
            image_category=theme_of(scene.facts),
            context=scene.description,
            text=text,
            reference=made.answer,
            facts=parse_rubric(rubric),
            camera=scene.camera,
            stamp_ns=scene.stamp_ns,
        )
        yield Candidate(question, name), made.answer_key


def _green(scene: Seen) -> bool:
    signal = scene.facts.signal
    return signal is not None and signal.colour is SignalColour.GREEN


def _sound(one: Candidate, judge: KeyfactJudge) -> bool:
    """Whether the reference answers what the words ask for, and the words do not give it away."""
    question = one.question
    assert question.facts is not None
    if "理由" in question.text and not any(word in question.reference for word in _REASONS):
        return False
    if _SINCE_WHEN in question.text:  # the replies tell what is not known of the time to come
        return False
    if lint(question.text, question.facts):
        return False
    try:
        return judge.judge(question, question.reference).score == HIGHEST
    except UserError:
        return False
