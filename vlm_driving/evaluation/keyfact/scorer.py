"""The score of one answer under one rubric."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from vlm_driving.evaluation.keyfact.claims import Claim, clauses, last_claim, last_permission
from vlm_driving.evaluation.keyfact.mentions import (
    Mention,
    compile_synonym,
    mentions,
    opening_polarity,
    polarity_of,
)
from vlm_driving.evaluation.keyfact.rubric import Group, Rubric, parse_rubric
from vlm_driving.evaluation.keyfact.text import normalize, sentences

MOST_READ = 600
"""Characters in which the due facts have to come; whoever says everything says nothing."""
MOST_CHECKED = 6000
"""Characters in which a claim is looked for that must not be made."""

_TOTAL = re.compile(r"(?:合計|計|全部|合わせ|総勢|全員)(?:で|て)?$")


@dataclass(frozen=True, slots=True)
class Score:
    """How an answer stands to its rubric.

    Attributes:
        share: of the due facts that it claims, 0 to 1; 0 where something was violated.
        hits: facts that it claims: `lead`, or the first synonym of a group.
        missed: facts that it does not.
        violated: what it claims and must not, or `contradiction`.
        right: everything claimed, nothing violated.
        weight: of the question.
    """

    share: float
    hits: tuple[str, ...]
    missed: tuple[str, ...]
    violated: tuple[str, ...]
    right: bool
    weight: float


def score(answer: str, rubric: Mapping[str, Any] | Rubric) -> Score:
    """Score an answer.

    Args:
        answer: free text; an empty one scores 0.
        rubric: as JSON gave it, or parsed.

    Raises:
        UserError: for a rubric that is none.
    """
    facts = rubric if isinstance(rubric, Rubric) else parse_rubric(rubric)
    text = normalize(answer[: 2 * MOST_CHECKED])[:MOST_CHECKED]
    reading = _Reading(tuple(sentences(text[:MOST_READ])), facts.form == "number")
    hits: list[str] = []
    missed: list[str] = []

    def note(name: str, hit: bool) -> float:
        (hits if hit else missed).append(name)
        return float(hit)

    earned, due = 0.0, 0
    if facts.lead:
        earned, due = note("lead", reading.leads(facts)), 1
    for group in facts.must:
        earned, due = earned + note(group[0], reading.claims(group)), due + 1
    if facts.any_of:
        claimed = sum(note(g[0], reading.claims(g)) for g in facts.any_of)
        earned, due = earned + min(1.0, claimed / facts.any_k), due + 1
    whole = _Reading(tuple(sentences(text)), False)
    violated = [group[0] for group in facts.must_not if whole.violates(group, facts)]
    if reading.contradicts(facts):
        violated.append("contradiction")
    complete = earned >= due - 1e-9
    share = 0.0 if violated or not text else earned / due
    right = complete and not violated and bool(text)
    return Score(share, tuple(hits), tuple(missed), tuple(violated), right, facts.weight)


class _Reading:
    """Normalized sentences, asked for claims."""

    def __init__(self, said: tuple[str, ...], number_form: bool) -> None:
        self._said = said
        self._number = number_form

    def claims(self, group: Group) -> bool:
        """Whether one synonym of the group is claimed."""
        return any(True for _ in self._made(group, self._said))

    def violates(self, group: Group, facts: Rubric) -> bool:
        """Whether the group is claimed somewhere that is not part of a due synonym."""
        made = list(self._made(group, self._said))
        if not made:
            return False
        due = chain(facts.lead, *facts.must, *facts.any_of)
        allowed = [m for m in self._made(tuple(due), self._said)]
        return any(not any(_covers(a, m) for a in allowed) for m in made)

    def leads(self, facts: Rubric) -> bool:
        """Whether the first sentence takes the side, or names the thing, that is due."""
        first = self._first()
        if not first:
            return False
        sides = {polarity_of(normalize(word)) for word in facts.lead} - {None}
        opening = opening_polarity(first[0])
        if opening is not None and sides:
            return sides == {opening[0]}
        if any(True for _ in self._made(facts.lead, first)):
            return True
        if len(sides) != 1 or opening is not None:
            return False
        # Neither yes nor no, but the fact itself.
        if facts.must and all(any(True for _ in self._made(g, first)) for g in facts.must):
            return True
        side = last_permission(first[0])
        if side is None and not facts.must:
            side = last_claim(first[0])
        return side in sides

    def contradicts(self, facts: Rubric) -> bool:
        """Whether yes is followed by nothing but an absence, or no by a presence."""
        first = self._first()
        opening = opening_polarity(first[0]) if first else None
        if opening is None:
            return False
        rest = first[0][opening[1] :]
        if not rest and len(first) > 1:
            rest = first[1]
        side = last_claim(rest)
        if side is None or side is opening[0] or clauses(rest) > 1:
            return False
        return not any(
            any(True for _ in self._made(g, (rest,))) for g in (*facts.must, *facts.any_of)
        )

    def _first(self) -> tuple[str, ...]:
        """The first sentence; with the next where it is a yes or no alone."""
        if not self._said:
            return ()
        opening = opening_polarity(self._said[0])
        alone = opening is not None and opening[1] >= len(self._said[0])
        return self._said[: 2 if alone else 1]

    def _made(self, group: Group, said: tuple[str, ...]) -> chain[Mention]:
        return chain.from_iterable(self._made_one(text, said) for text in group)

    def _made_one(self, text: str, said: tuple[str, ...]) -> list[Mention]:
        synonym = compile_synonym(text, self._number)
        made = [m for m in mentions(synonym, said) if m.claim is Claim.MADE]
        if self._number and synonym.figure is not None and made:
            first = _first_figure(synonym.figure[1], said)
            made = [m for m in made if (m.sentence, m.start) == first]
        return made


def _first_figure(unit: str, said: tuple[str, ...]) -> tuple[int, int] | None:
    """Where the figure of a unit is claimed that counts: a total, or else the first."""
    anything = compile_synonym(f"{{0{unit}±1000000000}}", True)
    claimed = [m for m in mentions(anything, said) if m.claim is Claim.MADE]
    totals = [m for m in claimed if _TOTAL.search(said[m.sentence][: m.start])]
    chosen = (totals or claimed)[:1]
    return (chosen[0].sentence, chosen[0].start) if chosen else None


def _covers(outer: Mention, inner: Mention) -> bool:
    return (
        outer.sentence == inner.sentence
        and outer.start <= inner.start
        and inner.end <= outer.end
        and outer.end - outer.start > inner.end - inner.start
    )
