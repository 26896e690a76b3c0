"""What an engine says while it answers one frame, or one question about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vlm_driving.core import Advice, StageTimes, TokenCounts


class Stage(str, Enum):
    """The engine's part of a frame's way."""

    PREPROCESS = "preprocess"
    ENCODE = "encode"
    PREFILL = "prefill"
    DECODE = "decode"


class Finish(str, Enum):
    """How an answer ended."""

    COMPLETE = "complete"
    """Advice, and all prose to its own end."""
    TRUNCATED = "truncated"
    """Advice whole; prose cut back to a sentence end by time, a cap or the loop guard."""
    NO_ADVICE = "no_advice"
    """Time ran out before the advice was whole; with a question, before its first sentence."""


@dataclass(frozen=True, slots=True)
class StageBegun:
    """A stage has begun."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class AdviceDecoded:
    """The whole advice.

    Attributes:
        advice: what the model chose.
        legal_mass: least probability on legal tokens, before masking, over the decisions of
            speed and path.
        unsure: whether the bundle's thresholds say that this is no answer, or the model does.
        blind: whether the model itself says that it cannot see; the sections then say why.
    """

    advice: Advice
    legal_mass: float
    unsure: bool
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """The next piece of a section; its pieces joined are the section's text.

    The answer to a question is the section `answer`.
    """

    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The last event of every answer.

    `tokens.output` counts the tokens that were chosen from logits; forced ones are not in it.
    """

    finish: Finish
    stages_ms: StageTimes
    tokens: TokenCounts


Event = StageBegun | AdviceDecoded | Sentence | Done
