"""Judges by key facts: deterministic and offline, the default.

score = 1 + 9 x share, where share is the part of the due facts that the answer claims:

- What must not be claimed, or a contradiction, makes the share 0; a fifth is left of several facts
  of which one is said wrong. Where something is described (category detail) each claim that must
  not be made halves it, and a contradiction leaves three tenths.
- A due fact that is not mentioned is looked for in words that say the same (`kin`).
- Each colour, side or figure that the answer gives to a thing, and that reference and description
  give otherwise, takes a quarter, the first of an otherwise whole answer a third (`attributes`).
- An answer that is not sure of its facts loses up to a quarter, one that is far too long, says
  the same over and over, reads out the description or speaks to whoever marks it a part (`manner`).
- English is read (`foreign`), but an answer that is hardly in Japanese keeps a part (`language`).
- An empty answer gets 1, unasked.
"""

from __future__ import annotations

import re

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.attributes import exchanged, swapped
from vlm_driving.evaluation.judges.judge import HIGHEST, LOWEST, Judgement
from vlm_driving.evaluation.judges.kin import with_kin
from vlm_driving.evaluation.judges.language import language_of
from vlm_driving.evaluation.judges.manner import AS_IT_IS, is_from_the_description, manner_of
from vlm_driving.evaluation.keyfact import CONTRADICTION, Rubric, Score, score
from vlm_driving.evaluation.questions.question import Question

_LATIN = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]{2}")
_HALVED, _INSTEAD = 0.5, 0.7
_VIOLATED = 0.22
"""What is left of several facts, anything but a description, where one of them is said wrong."""
_OF_CONTRADICTION = 0.3
"""What a description keeps that denies what it says."""
_FIRST_WRONG, _OF_WRONG, _MOST_WRONG = 0.65, 0.75, 3
"""What is left of the share for the first and for each further colour, side or figure that a thing
does not have."""
_NEARLY = 0.9
_REASONS = 0.3
_CORRECTED = 0.85
"""What is left where an answer comes to its point by a correction."""
_OF_DOUBT = {"conv": 1.0, "detail": 0.6, "complex": 0.44}
"""How much a hedge counts; who is asked for reasons and consequences may well be careful."""


class KeyfactJudge:
    """Grades what an answer claims against the key facts of the question."""

    name = "keyfact"
    version = "4"

    def judge(self, question: Question, answer: str) -> Judgement:
        """Score an answer.

        Raises:
            UserError: the question has no key facts.
        """
        if question.facts is None:
            raise UserError(
                f"Question {question.id} has no key facts; give it `facts`, or judge it by "
                "`--judge reference`."
            )
        if not answer.strip():
            return Judgement(LOWEST, 0.0, False, notes=("The answer is empty.",))
        said = _in_japanese(answer, question.facts, question.text)
        found = _found(question, question.facts, said)
        share, notes = _share_of(found, question.category)
        # What the rubric punishes already is not punished again.
        once = not found.violated
        wrong = swapped(said, question.reference, question.context) if share and once else ()
        if not wrong and once and share > _HALVED:
            wrong = exchanged(said, question.reference)
        if wrong:
            first = _FIRST_WRONG if share > _NEARLY else _OF_WRONG
            share *= first * _OF_WRONG ** (min(len(wrong), _MOST_WRONG) - 1)
            notes.append(f"Says otherwise of a thing than the reference: {', '.join(wrong)}.")
        if found.corrected and share:
            share *= _CORRECTED
            notes.append("Takes back what it said first.")
        share = max(share, _on_the_way(question, answer, found))
        doubt = found.doubt * _OF_DOUBT[question.category]
        if doubt and share:
            share *= 1.0 - doubt
            notes.append("Is not sure of it.")
        manner = manner_of(question, answer) if share else AS_IT_IS
        language = language_of(answer, f"{question.text} {question.reference}")
        # Rounded, so that a last bit of floating point never shows in a score.
        share = round(share * manner.factor * language.factor, 6)
        notes += [*manner.notes, *filter(None, (language.note,))]
        return Judgement(
            round(LOWEST + (HIGHEST - LOWEST) * share, 3),
            share,
            found.right and not wrong and language.factor == 1.0,
            found.hits,
            found.missed,
            found.violated,
            tuple(notes),
        )


def _on_the_way(question: Question, answer: str, found: Score) -> float:
    """What an answer earns that gives the reasons alone, without what follows from them."""
    near = question.category == "complex" and not found.violated and found.silent > 0.0
    return _REASONS if near and is_from_the_description(question, answer) else 0.0


def _found(question: Question, facts: Rubric, said: str) -> Score:
    """The score of the facts; in words that say the same where the rubric's own are not there."""
    found = score(said, facts, question.text, question.reference, question.context)
    if not found.silent or found.violated:
        return found
    wider = with_kin(facts, said, question.text, found.missed)
    if wider is None:
        return found
    other = score(said, wider, question.text, question.reference, question.context)
    return found if other.violated or other.claimed <= found.claimed else other


def _share_of(found: Score, category: str) -> tuple[float, list[str]]:
    """The share after violations, with a note on them."""
    if not found.violated:
        return found.share, []
    share = _VIOLATED if found.due > 1 and found.claimed >= _HALVED else 0.0
    if category == "detail":
        # One said wrong in the place of the right one costs less than one more that is wrong.
        share = min(_INSTEAD * found.claimed, _HALVED) * _HALVED ** (len(found.violated) - 1)
        if CONTRADICTION in found.violated:
            share = min(share, _OF_CONTRADICTION * found.claimed)
    return share, [f"Claims what is not so: {', '.join(found.violated)}."]


def _in_japanese(answer: str, facts: Rubric, asked: str) -> str:
    if not _LATIN.search(answer):
        return answer
    # The lexicon takes a tenth of a second to load, and most answers need none.
    from vlm_driving.evaluation.judges.foreign import in_japanese

    return in_japanese(answer, facts, asked)
