"""Reads a Japanese text into facts, and the yes or no that it gives."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from vlm_driving.evaluation.judges.reference.facts import Fact, Reading
from vlm_driving.evaluation.judges.reference.rewriting import plain
from vlm_driving.evaluation.judges.reference.sentence import Sentence
from vlm_driving.evaluation.keyfact.claims import Claim
from vlm_driving.evaluation.keyfact.mentions import opening_polarity
from vlm_driving.evaluation.keyfact.sides import last_claim, last_permission
from vlm_driving.evaluation.keyfact.text import sentences

_PIECE = re.compile(r"[^。！？!?\n]*[。！？!?\n]*")
_ASKS = re.compile(r"(?:[?？]+|か[。\s]*)$")
_NOT = re.compile(r"(?:ません|ない)(?:です|でした)?$")


def statements(text: str) -> str:
    """A text without the questions that it asks: whoever repeats a question claims nothing."""
    return "".join(piece for piece in _PIECE.findall(text) if not _ASKS.search(piece))


@lru_cache(maxsize=2048)
def read(text: str) -> Reading:
    """Read a Japanese text."""
    rewritten = plain(text)
    facts: list[Fact] = []
    clauses = 0
    topic: str | None = None
    opened = claimed = None
    for text_of_one in filter(None, sentences(rewritten)):
        if opened is None and (opening := opening_polarity(text_of_one)) is not None:
            opened = opening[0]
        if claimed is None:
            claimed = _claims(text_of_one)
        sentence = Sentence(text_of_one, clauses, topic)
        facts.extend(sentence.facts())
        clauses += sentence.clauses
        topic = sentence.topic
    return Reading(rewritten, tuple(facts), max(clauses, 1), opened, claimed)


def _claims(sentence: str) -> bool | None:
    """Whether a sentence ends in something that is so or is not so."""
    for claimed in (last_claim(sentence), last_permission(sentence)):
        if claimed is not None:
            return claimed
    return False if _NOT.search(sentence) else None


def once(reading: Reading) -> Reading:
    """A reading with each fact once, and the clauses that say something new."""
    facts: dict[tuple[str, str, str | None, Claim], Fact] = {}
    for fact in reading.facts:
        facts.setdefault((fact.axis, fact.value, fact.thing, fact.claim), fact)
    clauses = len({fact.clause for fact in facts.values()})
    return replace(reading, facts=tuple(facts.values()), clauses=max(clauses, 1))
