"""One whole answer of an engine, gathered from its events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Advice, TokenCounts
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.events import AdviceDecoded, Done, Finish, Sentence


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine said about one frame without a deadline. `sections`: name to text."""

    advice: Advice
    unsure: bool
    legal_mass: float
    sections: dict[str, str]
    finish: Finish
    tokens: TokenCounts

    @property
    def text(self) -> str:
        """All sections, one after the other."""
        return "".join(self.sections.values())

    @property
    def speed_and_path(self) -> tuple[str, str]:
        """The advice as a pair of labels."""
        return self.advice.speed.value, self.advice.path.value


def answer_whole(engine: Engine, image: NDArray[np.uint8], ego_speed_kmh: float | None) -> Answer:
    """Let `engine` answer (height, width, 3) BGR in full.

    Raises RuntimeError when it ends without advice.
    """
    decoded: AdviceDecoded | None = None
    sections: dict[str, str] = {}
    done: Done | None = None
    for event in engine.answer(image, ego_speed_kmh, None):
        if isinstance(event, AdviceDecoded):
            decoded = event
        elif isinstance(event, Sentence):
            sections[event.section] = sections.get(event.section, "") + event.text
        elif isinstance(event, Done):
            done = event
    if decoded is None or done is None:
        raise RuntimeError("an answer without a deadline ended without advice")
    return Answer(
        decoded.advice, decoded.unsure, decoded.legal_mass, sections, done.finish, done.tokens
    )
