"""What a text claims: things, deeds, and values said of things."""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.evaluation.judges.reference.counts import Figure
from vlm_driving.evaluation.keyfact.claims import Claim


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a thing stands: the meanings beside it, the grammar behind it, and its clause."""

    before: str
    grammar: str
    after: str
    clause: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One claim.

    Attributes:
        axis: the class of the value, `number:` and a unit, or `word`.
        value: a meaning, or a figure in words.
        thing: the meaning of what it is said of, where that could be read.
        claim: made, denied or open.
        clause: number of the clause in the text.
        figure: of a number.
        noun: for `word`, whether it is a thing rather than a deed.
        slot: of a thing.
        concludes: whether it is what a sentence comes to (花見だと考えられます).
    """

    axis: str
    value: str
    thing: str | None
    claim: Claim
    clause: int
    figure: Figure | None = None
    noun: bool = False
    slot: Slot | None = None
    concludes: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as its facts.

    Attributes:
        text: normalized.
        facts: in the order of the text.
        clauses: how many there are, 1 or more.
        opened: the yes or no that it opens with.
        claimed: whether its first sentence that tells ends in something that is so.
    """

    text: str
    facts: tuple[Fact, ...]
    clauses: int
    opened: bool | None
    claimed: bool | None
