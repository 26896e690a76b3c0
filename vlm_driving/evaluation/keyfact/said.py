"""The sentences of an answer and where they mention a group of synonyms."""

from __future__ import annotations

import re

from vlm_driving.evaluation.keyfact.claims import Claim
from vlm_driving.evaluation.keyfact.colours import (
    asks_for_a_colour,
    is_about_no_lamp,
    is_of_anything,
    is_of_what_was_not_asked,
)
from vlm_driving.evaluation.keyfact.doubt import STRONG, disclaims, doubt_of_all
from vlm_driving.evaluation.keyfact.due import claimed_figures
from vlm_driving.evaluation.keyfact.mentions import (
    Mention,
    Synonym,
    compile_group,
    mentions,
    opening_polarity,
)
from vlm_driving.evaluation.keyfact.rivals import COLOUR_OF
from vlm_driving.evaluation.keyfact.rubric import Group
from vlm_driving.evaluation.keyfact.text import normalize_word

_LEAST_CUT = 2
_STATED = frozenset((Claim.MADE,))
# Whoever greets or says that an answer is coming has said nothing yet.
_COURTESY = re.compile(
    r"(?:はい|ええ)?、?(?:ご?質問[^、]{0,8}(?:ありがとうございます|(?:お答え|回答)(?:し|いたし|させていただき)ます)|"
    r"(?:という|との)ご?質問(?:です)?(?:ね|よね)?|(?:お答え|ご?回答|説明|ご説明)(?:し|いたし)ます|承知(?:し|いたし)ました|かしこまりました|了解(?:し|いたし|です)[^、]{0,4}|"
    r"分かりました|こんにちは|こんばんは|おはようございます|ありがとうございます|"
    r"(?:画像|写真)を(?:確認|拝見|分析|見)(?:し|いたし)?(?:ました|ます)|(?:以下|次)の(?:とおり|通り|よう)[^、]{0,6})"
)


class Said:
    """Normalized sentences.

    Args:
        said: the sentences.
        number_form: figures are claims, as `form` number has it.
        asked: the question, normalized; "" where it is not known.
        model: a right answer, where there is one: what it denies is due as denied.
    """

    def __init__(
        self,
        said: tuple[str, ...],
        number_form: bool,
        asked: str = "",
        model: Said | None = None,
    ) -> None:
        while len(said) > 1 and _COURTESY.fullmatch(said[0]):
            said = said[1:]
        self._said = said
        self._number = number_form
        self._asked = asked
        self._all = "\n".join(said)
        self._model = model
        about = asked if model is None else asked + model._all
        self._of_colours = asks_for_a_colour(asked) or is_about_no_lamp(about, model is not None)
        self._unsure = STRONG if disclaims(said) else doubt_of_all(self._all)
        self._found: dict[Group, list[Mention]] = {}

    def breaks_off_in(self, group: Group) -> bool:
        """Whether the answer breaks off in the midst of a synonym."""
        end = self._said[-1] if self._said else ""
        cut = (w[:n] for w in map(normalize_word, group) for n in range(_LEAST_CUT, len(w)))
        return any(end.endswith(piece) for piece in cut)

    def is_silent(self, group: Group) -> bool:
        """Whether nothing of a group is so much as mentioned."""
        return not self._mentions(group, self._said)

    def _due_as(self, group: Group) -> Claim | None:
        """DENIED or OPEN where a right answer says a fact in no other way: 見えず of 見え."""
        if self._model is None:
            return None
        claims = {mention.claim for mention in self._model._mentions(group, self._model._said)}
        return claims.pop() if claims in ({Claim.DENIED}, {Claim.OPEN}) else None

    def _first(self) -> tuple[str, ...]:
        """The first sentence; with the next where it is a yes or no alone."""
        if not self._said:
            return ()
        opening = opening_polarity(self._said[0])
        alone = opening is not None and opening[1] >= len(self._said[0])
        return self._said[: 2 if alone else 1]

    def _states(self, group: Group, said: tuple[str, ...]) -> bool:
        return any(mention.claim in _STATED for mention in self._mentions(group, said))

    def _mentions(self, group: Group, said: tuple[str, ...]) -> list[Mention]:
        found = self._found.get(group) if said is self._said else None
        if found is None:
            anything = self._of_colours or is_of_anything(group)
            every = self._all
            found = [
                mention
                for synonym in compile_group(group, self._number, anything)
                if not synonym.is_literal or synonym.word in every
                for mention in self._of_one(synonym, said)
            ]
            if said is self._said:
                self._found[group] = found
        return found

    def _of_one(self, synonym: Synonym, said: tuple[str, ...]) -> list[Mention]:
        found = list(mentions(synonym, said))
        if synonym.of_anything and synonym.word[:1] in COLOUR_OF:
            found = [
                m
                for m in found
                if not is_of_what_was_not_asked(said[m.sentence], m.start, self._asked)
            ]
        if not self._number or synonym.figure is None:
            return found
        value, unit, off = synonym.figure
        first, parts = claimed_figures(unit, said)
        if first is None:
            return []
        if parts is not None and abs(parts - value) <= off:
            return [Mention(*first, first[1] + 1, Claim.MADE)]
        return [m for m in found if (m.sentence, m.start) == first]
