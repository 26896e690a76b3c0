"""Asking an engine for a whole report, for advice alone, and for the answer to a question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import UserError
from vlm_driving.exam.records import Report
from vlm_driving.runtime.events import AdviceDecoded, Done, Event, Finish, Sentence

Image = NDArray[np.uint8]


class Candidate(Protocol):
    """What is examined: an `Engine`, or a stand-in that answers in the same events."""

    def answer(self, image_bgr: Image, ego_speed_kmh: float | None = None) -> Iterator[Event]:
        """Answer one picture."""
        ...

    def ask(
        self, question: str, image_bgr: Image | None = None, ego_speed_kmh: float | None = None
    ) -> Iterator[Event]:
        """Answer one question about a picture."""
        ...


def answers_questions(candidate: Any) -> bool:
    """Whether this engine's bundle answers questions; a stand-in without a bundle does."""
    bundle = getattr(candidate, "bundle", None)
    return bundle is None or bundle.question is not None


def whole_report(candidate: Candidate, image: Image, ego_speed_kmh: float | None) -> Report:
    """The report on (height, width, 3) BGR with its words.

    Raises RuntimeError when the answer ends without advice.
    """
    decoded: AdviceDecoded | None = None
    texts: dict[str, str] = {}
    finish = Finish.NO_ADVICE
    for event in candidate.answer(image, ego_speed_kmh):
        if isinstance(event, AdviceDecoded):
            decoded = event
        elif isinstance(event, Sentence):
            texts[event.section] = texts.get(event.section, "") + event.text
        elif isinstance(event, Done):
            finish = event.finish
    if decoded is None:
        raise RuntimeError("an answer without a deadline ended without advice")
    return _report(decoded, texts, finish is Finish.COMPLETE)


def advice_alone(candidate: Candidate, image: Image, ego_speed_kmh: float | None) -> Report:
    """The report on a picture without words: no prose is decoded."""
    for event in candidate.answer(image, ego_speed_kmh):
        if isinstance(event, AdviceDecoded):
            return _report(event, {}, True)
    raise RuntimeError("an answer without a deadline ended without advice")


def reply(candidate: Candidate, question: str, image: Image, ego_speed_kmh: float | None) -> str:
    """The answer to a question about a picture; none to one that is too long for the model."""
    try:
        events = candidate.ask(question, image, ego_speed_kmh)
    except UserError:
        return ""
    return "".join(event.text for event in events if isinstance(event, Sentence))


def _report(decoded: AdviceDecoded, texts: dict[str, str], complete: bool) -> Report:
    advice = decoded.advice
    return Report(
        advice.speed.value,
        advice.path.value,
        tuple((h.kind.value, h.side.value, h.range.value) for h in advice.hazards),
        advice.confidence,
        decoded.legal_mass,
        decoded.unsure,
        decoded.blind,
        texts.get("advice_ja", ""),
        texts.get("description_ja", ""),
        complete,
    )
