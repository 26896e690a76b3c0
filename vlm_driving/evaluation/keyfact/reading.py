"""The sentences of an answer, asked what they claim."""

from __future__ import annotations

import re

from vlm_driving.evaluation.keyfact.claims import Claim
from vlm_driving.evaluation.keyfact.doubt import STRONG, disclaims, doubt_of, doubt_of_all
from vlm_driving.evaluation.keyfact.due import (
    CLAIMED,
    asks_for_one,
    due_words,
    other_side,
    unit_of,
    units_of,
)
from vlm_driving.evaluation.keyfact.mentions import (
    Mention,
    apart,
    compile_synonym,
    covers,
    mentions,
    opening_polarity,
    polarity_of,
)
from vlm_driving.evaluation.keyfact.reversals import disowns, reverses
from vlm_driving.evaluation.keyfact.rivals import rivals_beside, two_of_one
from vlm_driving.evaluation.keyfact.rubric import Group, Rubric
from vlm_driving.evaluation.keyfact.said import Said
from vlm_driving.evaluation.keyfact.scope import clauses, scope_of
from vlm_driving.evaluation.keyfact.sides import (
    asks_for_existence,
    denies_asked,
    last_claim,
    nouns,
    side_of,
    speaks_of,
    states_asked,
)
from vlm_driving.evaluation.keyfact.text import normalize_word

HALF = 0.5
"""What a fact earns that is one of two."""
_DUE = frozenset((Claim.MADE, Claim.NAMED))

_YES_AND_NO = (compile_synonym("はい", False), compile_synonym("いいえ", False))
_SOON_ENOUGH = 30
_CORRECTS = re.compile(r"(?:いえ|いいえ|いや|やはり|やっぱり|訂正|正しくは)[^、]{0,6}、")
_RELOCATES = re.compile(r"は[^がも]*に(?:は)?(?:います|あります|いる|ある)")


class Reading(Said):
    """What sentences claim of the groups of a rubric."""

    def earns(self, group: Group, facts: Rubric | None = None) -> float:
        """What a due group earns: 1 where a synonym is claimed, half where it is one of two.

        Args:
            group: of synonyms.
            facts: of the question, where a list of other things beside it counts against it.
        """
        either: list[Mention] = []
        for mention in self._mentions(group, self._said):
            claim, said = mention.claim, self._said[mention.sentence]
            if claim is Claim.MADE and denies_asked(said, mention.end, self._asked):
                claim = Claim.DENIED
            if facts is not None and claim is Claim.MADE:
                one = asks_for_one(facts)
                claim = rivals_beside(said, mention.start, mention.end, due_words(facts), one)
            if claim in _DUE or claim is self._due_as(group):
                return 1.0
            if claim is Claim.EITHER:
                either.append(mention)
        if not either:
            return 0.0
        # Both of the two may be synonyms of the same fact.
        return 1.0 if any(apart(a, b) for a in either for b in either) else HALF

    def opposes(self, group: Group) -> bool:
        """Whether a fact is denied, or the other side claimed of left and right."""
        found = self._mentions(group, self._said)
        if found and all(mention.claim is Claim.DENIED for mention in found):
            return self._due_as(group) is not Claim.DENIED
        other = other_side(group)
        if other is None:
            return not found and self._counts_otherwise(group)
        return self._states(other, self._said) and not self._states(group, self._said)

    def _counts_otherwise(self, group: Group) -> bool:
        """Whether a figure is due, and the answer has another one that is nobody's."""
        unit = unit_of(group)
        if not unit or self._number or self._model is None:
            return False
        anything = (f"{{0{unit}±1000000000}}",)
        claimed = [m for m in self._mentions(anything, self._said) if m.claim is Claim.MADE]
        values = {self._said[m.sentence][m.start : m.end] for m in claimed}
        return bool(values) and not any(value in self._model._all for value in values)

    def doubts(self, group: Group) -> float:
        """What a claimed group loses because the answer is not sure of it."""
        if not self._unsure:
            return 0.0
        made = [m for m in self._mentions(group, self._said) if m.claim is not Claim.OPEN]
        return min((self._doubt(m) for m in made if m.claim is not Claim.DENIED), default=0.0)

    def doubts_first(self) -> float:
        """The same for the yes or no of the first sentence."""
        first = self._first()
        if not first:
            return 0.0
        if disclaims(self._said):
            return STRONG
        return max(doubt_of_all(sentence) for sentence in first)

    def violates(self, group: Group, facts: Rubric) -> bool:
        """Whether the group is claimed somewhere that is not part of a due synonym."""
        made = [m for m in self._mentions(group, self._said) if m.claim in CLAIMED]
        if not made:
            return False
        due = [facts.lead, *facts.must, *facts.any_of]
        allowed = [m for g in due for m in self._mentions(g, self._said) if m.claim in CLAIMED]
        return any(not any(covers(a, m) for a in allowed) for m in made)

    def leads(self, facts: Rubric) -> bool:
        """Whether the first sentence takes the side, or names the thing, that is due."""
        first = self._first()
        if not first:
            return False
        sides = {polarity_of(normalize_word(word)) for word in facts.lead} - {None}
        opening = opening_polarity(first[0])
        if opening is not None and sides:
            return sides == {opening[0]}
        if self._states(facts.lead, first):
            return True
        if len(sides) != 1 or opening is not None:
            return False
        # Neither yes nor no, but the fact itself.
        if facts.must and all(self._states(group, first) for group in facts.must):
            return True
        return side_of(first[0], self._asked, alone=not facts.must) in sides

    def takes_a_side(self, facts: Rubric) -> bool:
        """Whether the first sentence says yes or no in any way."""
        first = self._first()
        if not first:
            return False
        if opening_polarity(first[0]) is not None:
            return True
        return side_of(first[0], self._asked, alone=not facts.must) is not None

    def leads_late(self, facts: Rubric) -> bool:
        """Whether a later sentence is the first to take a side, and the due one."""
        first = self._first()
        sides = {polarity_of(normalize_word(word)) for word in facts.lead} - {None}
        if not first or not self._asked or len(sides) != 1:
            return False
        words = tuple(w for w in facts.lead if polarity_of(normalize_word(w)) is None)
        alone = not facts.must
        taken = opening_polarity(first[0]) or side_of(first[0], self._asked, alone)
        for sentence in self._said[len(first) : _SOON_ENOUGH] if taken is None else ():
            if sentence.rstrip("?") in self._asked:
                continue  # read out, not answered
            if self._states(words, (sentence,)):
                return True
            opening = opening_polarity(sentence)
            side = side_of(sentence, self._asked, alone) if opening is None else opening[0]
            if side is not None:
                return side in sides
        return False

    def contradicts(self, facts: Rubric) -> bool:
        """Whether the answer denies what it says.

        It says yes and no, denies outright what it claims, or yes is followed by nothing but an
        absence, or no by a presence.
        """
        first = self._first()
        if self._says_both(facts) or self._takes_back(facts) or disowns(self._said):
            return True
        if asks_for_one(facts) and two_of_one(
            self._said, due_words(facts), units_of(facts), self._asked
        ):
            return True
        opening = opening_polarity(first[0]) if first else None
        if opening is None:
            return False
        if reverses(self._said, opening[0], self._asked):
            return True
        rest = first[0][opening[1] :]
        if not rest and len(first) > 1:
            rest = first[1]
        due = (*facts.must, *facts.any_of)
        stated = states_asked(rest, self._asked) if self._asked and clauses(rest) == 1 else None
        if stated is not None and stated is not opening[0]:
            return True
        side = last_claim(rest)
        if side is None or side is opening[0] or clauses(rest) > 1:
            return False
        if any(self._states(group, (rest,)) for group in due):
            return False
        if side and _RELOCATES.search(rest):
            return False  # no, it is over there
        return self._is_about_existence(facts, rest, due)

    def _says_both(self, facts: Rubric) -> bool:
        if not any(polarity_of(normalize_word(word)) is not None for word in facts.lead):
            return False
        return all(any(True for _ in mentions(word, self._said)) for word in _YES_AND_NO)

    def _takes_back(self, facts: Rubric) -> bool:
        """Whether a due fact is claimed and denied, with no further word to tell the two apart.

        Two that one sentence denies and others claim need no such word.
        """
        turned: list[int] = []
        for group in (*facts.must, *facts.any_of):
            found = self._mentions(group, self._said)
            denied = [m for m in found if m.claim is Claim.DENIED]
            made = [m for m in found if m.claim is Claim.MADE] if denied else []
            turned += {
                no.sentence
                for no in denied
                if made and all(no.sentence != m.sentence for m in made)
            }
            for no in denied:
                if _CORRECTS.match(self._said[no.sentence]) and any(
                    yes.sentence < no.sentence for yes in made
                ):
                    return True
                words = nouns(self._said[no.sentence])
                if any(
                    no.sentence != yes.sentence and words <= nouns(self._said[yes.sentence])
                    for yes in made
                ):
                    return True
        return len(turned) > len(set(turned))

    def _is_about_existence(self, facts: Rubric, rest: str, due: tuple[Group, ...]) -> bool:
        """Whether there being something, or not, answers the question either way."""
        if self._asked:
            return asks_for_existence(self._asked) and speaks_of(rest, self._asked)
        if any(last_claim(normalize_word(w)) is not None for g in (facts.lead, *due) for w in g):
            return True
        return not re.search(r"[はがも]", rest) or any(self._mentions(g, (rest,)) for g in due)

    def _doubt(self, mention: Mention) -> float:
        sentence = self._said[mention.sentence]
        if disclaims(self._said):
            return STRONG
        stop = scope_of(sentence, mention.start, mention.end).end
        return doubt_of(sentence, mention.start, mention.end, stop)
