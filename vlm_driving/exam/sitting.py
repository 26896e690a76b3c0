"""A candidate sits the examination: scene by scene, every answer kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from vlm_driving.core import (
    Advice,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    PathAdvice,
    SpeedAdvice,
)
from vlm_driving.exam.answering import (
    Candidate,
    Image,
    advice_alone,
    answers_questions,
    reply,
    whole_report,
)
from vlm_driving.exam.asking import judge, own_questions, worded_question
from vlm_driving.exam.blind_set import BlindPicture, blind_picture, real_pictures
from vlm_driving.exam.records import Asked, BlindRecord, Prose, Report, SceneRecord
from vlm_driving.exam.scenes import Drawn, draw, ego_class, sight_of, slices_of, things_of
from vlm_driving.exam.text_only import TextOnly
from vlm_driving.simulator import Facts
from vlm_driving.simulator.compositions import Part
from vlm_driving.simulator.parse_compare import compare
from vlm_driving.simulator.parse_contradictions import contradicts
from vlm_driving.simulator.parse_ja import claims
from vlm_driving.simulator.parse_terms import ClaimKind

_LOOP = re.compile(r"(.{3,60}?)\1\1", re.DOTALL)
Each = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Paper:
    """What is asked of each scene of a set.

    Attributes:
        seed: of the set.
        part: which part of the world it shows.
        text_only: the opponent without eyes; None leaves its scores out.
        other_image: whether the picture of another scene is answered as well.
        questions: whether questions are asked (of a candidate that answers some).
        wording: whether one in held-out words is asked too.
        words: whether the report's prose is wanted.
    """

    seed: int
    part: Part
    text_only: TextOnly | None = None
    other_image: bool = False
    questions: bool = True
    wording: bool = False
    words: bool = True


def sit(
    candidate: Candidate, paper: Paper, first: int, count: int, each: Each = lambda: None
) -> list[SceneRecord]:
    """Answer scenes `first` to `first + count - 1`; `each` is called after every one.

    The other picture is that of the scene before (of scene 0: scene 1).
    """
    out = []
    other: Image | None = None
    if paper.other_image:
        other = draw(paper.seed, first - 1 if first else 1, paper.part).rendering.image
    for index in range(first, first + count):
        drawn = draw(paper.seed, index, paper.part)
        out.append(_answer(candidate, paper, index, drawn, other))
        if other is not None:
            other = drawn.rendering.image
        each()
    return out


def _answer(
    candidate: Candidate, paper: Paper, index: int, drawn: Drawn, other: Image | None
) -> SceneRecord:
    image, speed = drawn.rendering.image, drawn.scene.ego_speed_kmh
    own = (whole_report if paper.words else advice_alone)(candidate, image, speed)
    blind_man = paper.text_only or TextOnly({}, {}, {})
    asking = paper.questions and answers_questions(candidate)
    questions = own_questions(drawn, paper.seed, index) if asking else ()
    said = [reply(candidate, q.text, image, speed) for q in questions]
    wording: Asked | None = None
    if asking and paper.wording:
        worded = worded_question(drawn, paper.seed, index, blind_man.asked_share)
        if worded is not None:
            constant = blind_man.answer(worded.kind, speed)
            wording = judge(worded, reply(candidate, worded.text, image, speed), constant)
    other_report: Report | None = None
    other_said: str | None = None
    if other is not None:
        other_report = advice_alone(candidate, other, speed)
        if questions:
            # one is enough, in turn of all that are asked
            other_said = reply(candidate, questions[index % len(questions)].text, other, speed)
    asked = tuple(
        judge(
            q,
            text,
            blind_man.answer(q.kind, speed),
            other_said if n == index % len(questions) else None,
        )
        for n, (q, text) in enumerate(zip(questions, said, strict=True))
    )
    return SceneRecord(
        part=paper.part.value,
        index=index,
        slices=slices_of(drawn),
        ego_class=ego_class(speed),
        ego_speed_kmh=speed,
        things=things_of(drawn),
        truth=drawn.truth,
        own=own,
        other=other_report,
        prose=read_prose(own, drawn.facts) if paper.words else None,
        asked=asked,
        wording=wording,
        sight=sight_of(drawn),
    )


def sit_blind(
    candidate: Candidate, seed: int, first: int, count: int, each: Each = lambda: None
) -> list[BlindRecord]:
    """Answer pictures `first` to `first + count - 1` of the blind set."""
    out = []
    for index in range(first, first + count):
        out.append(_blind(candidate, index, blind_picture(seed, index)))
        each()
    return out


def sit_real_pictures(candidate: Candidate) -> list[BlindRecord]:
    """Answer the real pictures of other things that there are."""
    return [_blind(candidate, i, picture) for i, picture in enumerate(real_pictures())]


def _blind(candidate: Candidate, index: int, picture: BlindPicture) -> BlindRecord:
    own = whole_report(candidate, picture.image, picture.ego_speed_kmh)
    found = claims(own.spoken[1]).items
    return BlindRecord(
        index,
        picture.kind,
        picture.share,
        own,
        any(c.kind is ClaimKind.BLIND for c in found),
        sum(c.kind is not ClaimKind.BLIND and not c.negated for c in found),
    )


def read_prose(own: Report, facts: Facts) -> Prose:
    """A report's published words against the facts, and against the advice beside them."""
    advice_ja, description_ja = own.spoken
    found = compare(claims(description_ja), facts)
    against = () if own.unsure else tuple(contradicts(advice_ja + description_ja, _advice(own)))
    return Prose(
        len(found.true_claims),
        tuple(_name(c.kind.value, c.attributes, c.negated) for c in found.false_claims),
        found.due,
        found.missed,
        against,
        loops(advice_ja) or loops(description_ja),
    )


def loops(text: str) -> bool:
    """Whether something is said three times running, or one sentence twice."""
    said = [sentence for sentence in text.split("。") if len(sentence) > 3]
    return len(said) != len(set(said)) or _LOOP.search(text) is not None


def _advice(own: Report) -> Advice:
    hazards = tuple(
        Hazard(HazardKind(kind), HazardSide(side), HazardRange(far))
        for kind, side, far in own.hazards
    )
    return Advice(SpeedAdvice(own.speed), PathAdvice(own.path), own.confidence, hazards)


def _name(kind: str, attributes: frozenset[tuple[str, str]], negated: bool) -> str:
    rest = ", ".join(f"{key} {value}" for key, value in sorted(attributes))
    return ("no " if negated else "") + kind + (f" ({rest})" if rest else "")
