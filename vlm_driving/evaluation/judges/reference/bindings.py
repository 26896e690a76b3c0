"""Whether an answer joins what the reference and the context keep apart: 床の間寄りに父.

`swaps` sees two values exchanged, both in plain words. Here each two words of one part of the
answer are looked up: they lie in one part of the truth, or one here and the other only there.
How many of them do is a doubt, never a certainty: a paraphrase may join parts, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from vlm_driving.evaluation.judges.reference.facts import Reading
from vlm_driving.evaluation.judges.reference.lexicon import LEXICON
from vlm_driving.evaluation.judges.reference.opposites import opposed
from vlm_driving.evaluation.judges.reference.pairings import parts
from vlm_driving.evaluation.judges.reference.segments import words
from vlm_driving.evaluation.judges.reference.substitution import Contradiction
from vlm_driving.evaluation.judges.reference.support import Truth, likeness
from vlm_driving.evaluation.keyfact.text import sentences

_MOST = 0.4
_CONTRASTS = re.compile(
    r"(?:と|に)は?(?:反対|逆|向かい|同じ|並|異な|違|別)|に対し|(?:と|に)比べ|より(?:も|は)?"
)
"""What is named here is named to tell it from something else."""
_DENIED = re.compile(r"ません|(?<!少)ない|ず(?=に|、|$)")
"""What is kept apart here, is apart."""
_TOPIC = re.compile(r"(?:たち|さん)?は")
_SIDE_COUNTS = 3.0
"""Times as much as others counts a pair with a word whose contrary the truth tells as well."""
_BRIEF = 50
"""Characters of a reference in which any two things may be kept apart on purpose."""


def crossings(answer: Reading, truth: Truth, asked: Reading) -> list[Contradiction]:
    """At most one doubt: how far an answer joins what the truth keeps apart."""
    theirs = parts(truth.reference.text, _DENIED)
    if len(theirs) < 2:
        theirs += parts(truth.context.text, _DENIED)
    if len(theirs) < 2:
        return []
    mine = parts(answer.text, _CONTRASTS)
    homes: dict[str, frozenset[int]] = {}
    for part in mine:
        for word in sorted(part):
            homes.setdefault(word, _homes(word, theirs))
    brief = len(truth.reference.text) <= _BRIEF
    anywhere = {fact.value for fact in asked.facts} | set(_topics(truth.reference.text))
    known = {w for part in theirs for w in part}
    sided = {w for w in homes if any(_rivals(w, other) for other in known)}
    together = apart = 0.0
    worst = ""
    for part in mine:
        for one, other in combinations(sorted(part), 2):
            if not brief and one not in sided and other not in sided:
                continue
            here, there = homes[one], homes[other]
            if not here or not there or len(theirs) in (len(here), len(there)):
                continue
            counts = _SIDE_COUNTS if (one in sided) != (other in sided) else 1.0
            if here & there:
                together += counts
            elif not {one, other} & anywhere:
                apart += counts
                worst = worst or f"{one} with {other}"
    if apart <= together:
        return []
    return [Contradiction(_MOST * (apart - together) / (apart + together), worst)]


def _topics(text: str) -> Iterator[str]:
    """What a whole sentence is about belongs to each of its parts."""
    for sentence in sentences(text):
        if sentence.count("は") != 1 or "、" not in sentence:
            continue
        for word in words(sentence):
            if _TOPIC.match(sentence, word.end) and len(sentence) > word.end + 1:
                yield word.meaning
            break


def _rivals(one: str, other: str) -> bool:
    return not one[0].isdigit() and not other[0].isdigit() and opposed(one, other)


def _homes(word: str, theirs: list[frozenset[str]]) -> frozenset[int]:
    """The parts of the truth that say a word; none where its contrary is as near."""
    if word[0].isdigit() or (word in LEXICON.generic and word not in LEXICON.classes):
        return frozenset()
    return frozenset(
        at
        for at, part in enumerate(theirs)
        if any(word == said or likeness(word, said) > 0.0 or _headed(word, said) for said in part)
    )


def _headed(one: str, other: str) -> bool:
    """山肌 and 山, 窓側 and 窓."""
    if one in LEXICON.wider and other in LEXICON.wider:
        return False
    return min(one[0], other[0]) >= "一" and (one.startswith(other) or other.startswith(one))
