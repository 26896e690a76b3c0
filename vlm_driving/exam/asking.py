"""Which questions a scene is asked: some of the generator's, and one in words it never uses."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vlm_driving.evaluation.keyfact import score
from vlm_driving.exam.records import Asked
from vlm_driving.exam.scenes import Drawn
from vlm_driving.simulator.questions import CATEGORIES, KINDS, Question, questions
from vlm_driving.simulator.questions.balance_table import ACCEPTANCES
from vlm_driving.simulator.questions.generate import reply_to
from vlm_driving.simulator.questions.held_out_wordings import HELD_OUT, held_out_question

A_SCENE = 2
_CANDIDATES = 16
_LEAST_SHARE = 0.002


def own_questions(drawn: Drawn, seed: int, index: int) -> tuple[Question, ...]:
    """Two questions of different categories; over three scenes each category comes twice."""
    rng = np.random.default_rng([seed, index, 2])
    found = list(questions(drawn.facts, drawn.scene.ego_speed_kmh, rng, _CANDIDATES))
    out: list[Question] = []
    for turn in range(A_SCENE):
        wanted = CATEGORIES[(A_SCENE * index + turn) % len(CATEGORIES)]
        chosen = next((q for q in found if q.category == wanted), found[0] if found else None)
        if chosen is None:
            break
        found.remove(chosen)
        out.append(chosen)
    return tuple(out)


def worded_question(
    drawn: Drawn, seed: int, index: int, asked_share: Mapping[str, float]
) -> Question | None:
    """One question in a wording that the generator never uses.

    What can seldom be asked is asked first, so that all 200 wordings get about as many scenes.

    Args:
        drawn: the scene.
        seed: of the set.
        index: of the scene.
        asked_share: of each kind, in which share of scenes it can be asked.
    """
    rng = np.random.default_rng([seed, index, 3])
    speed = drawn.scene.ego_speed_kmh
    usable: list[int] = []
    weights: list[float] = []
    accepted: dict[str, bool] = {}
    for number, (kind, _) in enumerate(HELD_OUT):
        if kind not in accepted:
            accepted[kind] = is_asked(kind, drawn, float(rng.random()))
        if accepted[kind]:
            usable.append(number)
            weights.append(1.0 / max(asked_share.get(kind, 0.0), _LEAST_SHARE))
    if not usable:
        return None
    shares = np.asarray(weights) / sum(weights)
    kind, text = HELD_OUT[usable[int(rng.choice(len(usable), p=shares))]]
    return held_out_question(kind, text, drawn.facts, speed, rng)


def is_asked(kind: str, drawn: Drawn, luck: float) -> bool:
    """Whether the balance of answers lets this scene ask for `kind`; `luck` is from 0 to 1."""
    answer = reply_to(KINDS[kind], drawn.facts, drawn.scene.ego_speed_kmh)
    return answer is not None and luck < ACCEPTANCES.get(kind, {}).get(answer.key, 1.0)


def judge(
    question: Question, said: str, constant: str | None, other_said: str | None = None
) -> Asked:
    """A question with its answers scored by its key facts."""
    own = score(said, question.rubric)
    return Asked(
        question.category,
        question.kind,
        question.voice,
        question.text,
        question.answer_key,
        question.answer,
        said,
        own.right,
        own.share,
        None if constant is None else score(constant, question.rubric).right,
        other_said,
        None if other_said is None else score(other_said, question.rubric).right,
    )
