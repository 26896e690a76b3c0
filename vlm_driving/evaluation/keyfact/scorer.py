"""The score of one answer under one rubric."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from vlm_driving.evaluation.keyfact.doubt import is_undecided
from vlm_driving.evaluation.keyfact.due import asks_for_one, due_words, names_in_lead
from vlm_driving.evaluation.keyfact.reading import HALF, Reading
from vlm_driving.evaluation.keyfact.retraction import (
    picks_the_other_side,
    with_sides_named,
    without_slips,
)
from vlm_driving.evaluation.keyfact.rubric import Group, Rubric, parse_rubric
from vlm_driving.evaluation.keyfact.text import lists_everything, normalize, sentences
from vlm_driving.evaluation.keyfact.turning import denies_all, turns_round

MOST_READ = 600
"""Characters in which the due facts have to come; whoever says everything says nothing."""
MOST_READ_OF_PROSE = 1800
"""The same for descriptions and reasons (form free or list)."""
MOST_CHECKED = 6000
"""Characters in which a claim is looked for that must not be made."""
LATE = 0.65
"""What a due fact earns that comes further on."""
LATE_NAME = 0.9
"""What a name that is due in the first sentence earns further on."""
LATE_LEAD = 0.8
"""What a yes or no earns that stands further on than in the first sentence."""
BESIDE_THE_POINT = 0.5
"""What is left of particulars where what they belong to is not named at all."""
OPPOSED, OPPOSED_OF_TWO = 0.7, 0.65
"""What it costs beside the fact itself to deny it, or to say right for left or five for three;
where two facts are due, a little is left of the other one."""
UNDECIDED = 0.6
"""What is left where an answer ends by saying that it cannot tell."""
_MANY = 3  # of `any`, from which on they are the particulars of a description
_UNENDED = re.compile(r"[一-龥ァ-ヶー]$")
CONTRADICTION = "contradiction"
"""Stands in `violated` where the answer denies what it says."""


@dataclass(frozen=True, slots=True)
class Score:
    """How an answer stands to its rubric.

    Attributes:
        share: of the due facts that it claims, 0 to 1; 0 where something was violated.
        claimed: the same without regard to violations.
        hits: facts that it claims: `lead`, or the first synonym of a group.
        missed: facts that it does not.
        violated: what it claims and must not, or `CONTRADICTION`.
        doubt: how much of `claimed` an answer loses that is not sure of it, 0 to 0.25; neither
            `share` nor `claimed` is less for it.
        right: everything claimed, nothing violated.
        weight: of the question.
        silent: the part of what is due that the answer does not even mention, 0 to 1.
        corrected: the answer takes something back, and was judged by the rest.
        due: how many facts are due, the k of `any` as one.
    """

    share: float
    claimed: float
    hits: tuple[str, ...]
    missed: tuple[str, ...]
    violated: tuple[str, ...]
    doubt: float
    right: bool
    weight: float
    silent: float = 0.0
    corrected: bool = False
    due: int = 1


def score(
    answer: str,
    rubric: Mapping[str, Any] | Rubric,
    asked: str = "",
    reference: str = "",
    context: str = "",
) -> Score:
    """Score an answer.

    Args:
        answer: free text; an empty one scores 0.
        rubric: as JSON gave it, or parsed.
        asked: the question, where it is known: it tells which statement says yes or no.
        reference: a right answer, where it is known: what it denies is due as denied.
        context: a description, where it is known: it tells as well what an answer may deny.

    Raises:
        UserError: for a rubric that is none.
    """
    facts = rubric if isinstance(rubric, Rubric) else parse_rubric(rubric)
    text = normalize(answer[: 2 * MOST_CHECKED])[:MOST_CHECKED]
    question = normalize(asked)
    polar = bool(facts.lead) and not names_in_lead(facts)
    text, corrected = without_slips(text, polar)
    most = MOST_READ_OF_PROSE if facts.form in ("free", "list") else MOST_READ
    read = tuple(with_sides_named(s) for s in sentences(text[:most]) if not lists_everything(s))
    due = normalize(reference)
    model = _model(due, facts.form == "number", question) if due else None
    reading = Reading(read, facts.form == "number", question, model)
    every = tuple(map(with_sides_named, sentences(text)))
    # Without figures to choose from, and with all of it read, the two are one.
    whole = (
        reading
        if every == read and facts.form != "number"
        else Reading(every, False, question, model)
    )
    cut = _UNENDED.search(answer.rstrip()) is not None
    found = _due(facts, reading, whole if len(text) > most else None, cut)
    violated = [group[0] for group in facts.must_not if whole.violates(group, facts)]
    other_side = corrected and asks_for_one(facts) and picks_the_other_side(every, due_words(facts))
    if (
        other_side
        or reading.contradicts(facts)
        or turns_round(every, question, due)
        or denies_all(every, f"{due}。{normalize(context)}")
    ):
        violated.append(CONTRADICTION)
    if is_undecided(every):
        found.earned *= UNDECIDED
    claimed = found.earned / found.due if text else 0.0
    complete = found.earned >= found.due - 1e-9 and not violated and bool(text)
    doubt = found.doubt / found.earned if found.earned else 0.0
    return Score(
        0.0 if violated else claimed,
        claimed,
        tuple(found.hits),
        tuple(found.missed),
        tuple(violated),
        round(doubt, 6),
        complete,
        facts.weight,
        found.silent / found.due,
        corrected,
        found.due,
    )


@lru_cache(maxsize=1024)
def _model(reference: str, number_form: bool, asked: str) -> Reading:
    return Reading(tuple(sentences(reference)), number_form, asked)


@dataclass(slots=True)
class _Due:
    """What is due, and what of it was earned."""

    earned: float = 0.0
    due: int = 0
    doubt: float = 0.0
    silent: float = 0.0
    hits: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def note(self, name: str, earned: float) -> None:
        (self.hits if earned == 1.0 else self.missed).append(name)


def _due(facts: Rubric, reading: Reading, whole: Reading | None, cut: bool) -> _Due:
    """Look for all that is due; with `whole`, further on as well; half of it in a word cut off."""
    listed = facts if asks_for_one(facts) or facts.form == "list" else None
    found = _Due()

    def earn(group: Group, name: str = "") -> tuple[float, float]:
        earned = reading.earns(group, listed)
        if not earned and cut and reading.is_silent(group) and reading.breaks_off_in(group):
            earned = HALF
        if not earned and whole is not None:
            earned = LATE * whole.earns(group, listed)
        found.note(name or group[0], earned)
        return earned, earned * reading.doubts(group) if earned else 0.0

    if names_in_lead(facts):
        found.earned, doubt = earn(facts.lead, "lead")
        if found.earned and not reading.leads(facts):
            found.earned *= LATE_NAME
        found.due, found.doubt = 1, doubt * found.earned
        found.silent += not found.earned and reading.is_silent(facts.lead)
    elif facts.lead:
        leads = reading.leads(facts)
        found.earned = float(leads) or LATE_LEAD * reading.leads_late(facts)
        found.note("lead", found.earned)
        found.due = 1
        found.doubt = reading.doubts_first() if leads else 0.0
        found.silent = float(not found.earned and not reading.takes_a_side(facts))
    main = [earn(group) for group in facts.must]
    # Right where left is due is worse than no side at all, and so is to deny a fact.
    cost = OPPOSED if len(facts.must) + found.due + bool(facts.any_of) > 2 else OPPOSED_OF_TWO
    opposed = cost * sum(reading.opposes(group) for group in facts.must)
    found.earned = max(0.0, found.earned + sum(earned for earned, _ in main) - opposed)
    found.doubt += sum(doubt for _, doubt in main)
    found.due += len(main)
    found.silent += sum(
        not earned and reading.is_silent(group)
        for group, (earned, _) in zip(facts.must, main, strict=True)
    )
    if facts.any_of:
        parts = [earn(group) for group in facts.any_of]
        claimed = sum(earned for earned, _ in parts)
        # The surest of them: a doubtful one more than was due takes nothing from the others.
        parts = sorted(parts, key=lambda part: part[1] - part[0])[: facts.any_k]
        counted = sum(earned for earned, _ in parts)
        share = min(1.0, claimed / facts.any_k)
        if main and not any(earned for earned, _ in main) and facts.any_k >= _MANY:
            share *= BESIDE_THE_POINT
        found.earned, found.due = found.earned + share, found.due + 1
        if any(reading.is_silent(group) for group in facts.any_of):
            found.silent += 1.0 - share
        found.doubt += share * sum(doubt for _, doubt in parts) / counted if counted else 0.0
    return found
