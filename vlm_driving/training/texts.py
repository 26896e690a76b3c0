"""What the decoder learns to say about one scene: a report, and answers to questions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from tokenizers import Tokenizer

from vlm_driving.core import Advice, PathAdvice, SpeedAdvice
from vlm_driving.simulator import Facts, advise, describe
from vlm_driving.simulator.questions import Question, questions
from vlm_driving.training.answer_format import (
    BLIND,
    END,
    PREFIX,
    ego_text,
    label_text,
    prompt_after_image,
    prose_text,
    question_after_image,
)
from vlm_driving.training.packing import Segment
from vlm_driving.training.tokenizer import BOS

SPEED_WEIGHT, PATH_WEIGHT, HAZARD_WEIGHT = 12.0, 8.0, 3.0
OPENING_WEIGHT, OPENING_TOKENS = 2.0, 3
"""The first tokens of an answer to a question decide it: yes or no, a colour, a number."""

PROSE_SHARE = 0.5
"""Of the scenes, the share whose report is learned with its prose: labels are few and hard,
prose is long and easy. A scene without prose has one more question."""

_SPEEDS, _PATHS = tuple(SpeedAdvice), tuple(PathAdvice)


def report_segment(
    tokenizer: Tokenizer,
    facts: Facts,
    ego_speed_kmh: float | None,
    rng: np.random.Generator,
    with_prose: bool = True,
) -> Segment:
    """The report on a scene.

    A blind scene's report goes on behind any label that the grammar may force, and learns
    BLIND in place of the speed: at run time the legal labels then have no probability.
    """
    prompt = tuple(_ids(tokenizer, prompt_after_image(ego_speed_kmh)))
    blind = facts.blind is not None
    if blind:
        advice = Advice(_SPEEDS[rng.integers(4)], _PATHS[rng.integers(3)], 1.0)
    else:
        advice = advise(facts, ego_speed_kmh)
    labels = _ids(tokenizer, label_text(advice))
    prose: list[int] = []
    if blind or with_prose:
        words = describe(facts, None if blind else advice, rng, ego_speed_kmh)
        prose = _ids(tokenizer, prose_text(words.advice_ja, words.description_ja))
    prose_weights = [1.0] * len(prose)
    if blind:
        goals = (_token(tokenizer, BLIND), *labels[1:], *prose)
        weights = (SPEED_WEIGHT, *[0.0] * (len(labels) - 1), *prose_weights)
        return Segment(prompt, (*labels, *prose), weights, goals)
    weights = (SPEED_WEIGHT, PATH_WEIGHT, *[HAZARD_WEIGHT] * (len(labels) - 2), *prose_weights)
    return Segment(prompt, (*labels, *prose), weights)


def question_segment(
    tokenizer: Tokenizer, question: Question, ego_speed_kmh: float | None
) -> Segment:
    """One question and its answer."""
    prompt = _ids(tokenizer, question_after_image(ego_speed_kmh, question.text))
    answer = _ids(tokenizer, question.answer + END)
    weights = [OPENING_WEIGHT if i < OPENING_TOKENS else 1.0 for i in range(len(answer))]
    return Segment(tuple(prompt), tuple(answer), tuple(weights))


def segments(
    tokenizer: Tokenizer,
    facts: Facts,
    ego_speed_kmh: float | None,
    rng: np.random.Generator,
    asked: int,
) -> list[Segment]:
    """The report first, then `asked` questions, or one less where the report has prose."""
    with_prose = bool(rng.random() < PROSE_SHARE) or facts.blind is not None
    out = [report_segment(tokenizer, facts, ego_speed_kmh, rng, with_prose)]
    for question in questions(facts, ego_speed_kmh, rng, max(0, asked - with_prose)):
        out.append(question_segment(tokenizer, question, ego_speed_kmh))
    return out


def corpus_texts(
    facts: Facts, ego_speed_kmh: float | None, rng: np.random.Generator
) -> Iterator[str]:
    """Plain text of a scene, without label tokens, for the tokenizer."""
    advice = None if facts.blind is not None else advise(facts, ego_speed_kmh)
    words = describe(facts, advice, rng, ego_speed_kmh)
    yield PREFIX.removeprefix(BOS) + ego_text(ego_speed_kmh)
    yield words.advice_ja
    yield words.description_ja
    for question in questions(facts, ego_speed_kmh, rng, 2):
        yield question.text
        yield question.answer


def prefix_ids(tokenizer: Tokenizer) -> list[int]:
    """Tokens before the image."""
    return _ids(tokenizer, PREFIX)


def _token(tokenizer: Tokenizer, text: str) -> int:
    token = tokenizer.token_to_id(text)
    assert token is not None, f"the tokenizer was trained with {text}"
    return int(token)


def _ids(tokenizer: Tokenizer, text: str) -> list[int]:
    return list(tokenizer.encode(text, add_special_tokens=False).ids)
