"""What is wrong with a rubric before any answer is scored."""

from __future__ import annotations

import re

from vlm_driving.core import UserError
from vlm_driving.evaluation.keyfact.mentions import polarity_of
from vlm_driving.evaluation.keyfact.reading import Reading
from vlm_driving.evaluation.keyfact.rubric import Group, Rubric
from vlm_driving.evaluation.keyfact.text import normalize, normalize_word, sentences

# An echo that drops the か states what was asked.
_ASKING = re.compile(r"(?<=[すんたうる])か(?=[。?!、]|$)|[?？]")
# A choice names what may be chosen.
_OFFERS = re.compile(r"どちら|どっち|どれ|のうち")


def lint(asked: str, facts: Rubric) -> tuple[str, ...]:
    """Sentences on what an echo of the question would earn; empty where that is nothing.

    The question is read as an answer, once as it stands and once as a statement (ありますか as
    あります). With `lead` the fact that is asked about may be said again (はい、歩行者がいます),
    because the side decides: there, only an echo that meets everything is refused.
    """
    found: list[str] = []
    stated = asked if _OFFERS.search(asked) else _ASKING.sub("", asked)
    for text in (asked, stated):
        echo = Reading(tuple(sentences(normalize(text))), facts.form == "number")
        if any(echo.violates(group, facts) for group in facts.must_not):
            continue  # 昼ですか、夜ですか offers both, and who says both is wrong
        lead = bool(facts.lead) and echo.leads(facts)
        met = [g for g in facts.must if not _has_side(g) and echo.earns(g) == 1.0]
        if facts.lead:
            if lead and len(met) == len(facts.must) and not _has_side(facts.lead):
                found.append(_sentence("lead", facts.lead))
            continue
        found += [_sentence("must", group) for group in met]
        if facts.any_k and sum(echo.earns(g) for g in facts.any_of) >= facts.any_k:
            found.append(_sentence("any", facts.any_of[0]))
    return tuple(dict.fromkeys(found))


def refuse(question_id: str, asked: str, facts: Rubric) -> None:
    """Refuse a rubric that an echo of its question meets.

    Raises:
        UserError: with the first thing that is wrong.
    """
    found = lint(asked, facts)
    if found:
        raise UserError(f"Question {question_id}: {found[0]}")


def _has_side(group: Group) -> bool:
    """Whether yes or no is among the words: then a statement of what was asked is an answer."""
    return any(polarity_of(normalize_word(word)) is not None for word in group)


def _sentence(key: str, group: Group) -> str:
    return (
        f"the question's own words meet {key} [{', '.join(group[:3])}]; ask for what only the "
        "picture tells."
    )
