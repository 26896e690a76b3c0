"""What the clauses of an answer end in, beside the clauses of the reference that they tell anew.

Two things are compared: leave given or refused (してもかまわない, ことは許されない), and, where
neither deed is known to the tables, whether one is denied and the other is not (beside
変えようとしています 移ろうとはしていません). The second is only a doubt: 欠かさない is 続けている.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vlm_driving.evaluation.judges.reference.facts import Reading
from vlm_driving.evaluation.judges.reference.kinship import shared
from vlm_driving.evaluation.judges.reference.lexicon import LEXICON
from vlm_driving.evaluation.judges.reference.opposites import opposed
from vlm_driving.evaluation.judges.reference.segments import words
from vlm_driving.evaluation.judges.reference.substitution import Contradiction
from vlm_driving.evaluation.judges.reference.support import Truth, likeness
from vlm_driving.evaluation.judges.reference.valence import valence_of
from vlm_driving.evaluation.keyfact.text import sentences

_LEAVE = 0.8
_DENIAL = 0.3
_BARE = 0.5
"""What a clause counts for of which nothing is known but whether it denies."""
_END = re.compile(
    r"(?:(?<=[一-龥ぁ-ん])(?:が|て|で|ず|けど|けれど|けれども|ので|から|し|く|り|ものの|のに|のは|方|一方)、|[。、](?=(?:ただし|でも|しかし|一方|だが)))"
)
_REFUSES = re.compile(
    r"て(?:は|も)(?:いけ|なら|なり)(?:ま?せん|ない|ません)|(?:許|認め|許可)(?:さ|ら)?れて?(?:い)?(?:は)?(?:ません|ない|いません|いない|おらず|ず)|"
    r"(?:は|も|^)(?:いけ|なり)(?:ません|ない)|禁止|禁じ|(?:避け|控え|やめ)(?:る|て)(?:よう|ほう|方|べき|くだ|おく)|不可(?!欠)|ご?遠慮|お断り|だめ|駄目|厳禁|違反|違法|"
    r"(?:こと|の)(?:は|も|が)?(?:でき|出来)(?:ません|ない|ず)|(?<=[一-龥])(?:は|が)?でき(?:ません|ない|ず)|ならない(?:です|決まり|と|。|$)|いけない(?:です|決まり|と|。|$)"
)
_GRANTS = re.compile(
    r"て(?:も)?(?:よ[いく]|良[いく]|いい|かまわ|構わ|かまいま|構いま|差し支え|大丈夫|問題な|平気|だいじょうぶ)|"
    r"(?:は|も|なら|が)(?:かまわ|構わ|かまいま|構いま|差し支え|自由(?:です|に)|大丈夫|問題な)|"
    r"(?:許|認め|許可)(?:さ|ら)れて(?:い(?:ます|る)|お)|許可さ|(?<!不)可(?:能)?(?=です|で、|と|$)|"
    r"(?:こと|の)(?:は|も|が)でき(?:ます|る)|(?<=[一-龥])でき(?:ます|る)|OK|ok|差し支え(?:な|あ)|[えけせてねめれげべ]ます$"
)
_NO_DENIAL = re.compile(
    r"かもしれ(?:ません|ない)|に違いな[いく]|ほかな|(?:だけ|のみ)(?:で(?:は)?)?な[くい]|に過ぎ(?:ません|ない)|まもな|間もな|"
    r"少な|危な|汚な|切な|なければな|(?:問題|差し支え|違い|間違い)(?:は|が)?(?:な|あり)|(?:かまわ|構わ)(?:ない|ず)|(?:かまい|構い)ません|"
    r"ほど(?:は)?な|とんでもな|何気な|さりげな|ではない(?:か|でしょう)|ないよう"
)
_DENIES = re.compile(
    r"ません|(?<=[一-龥ぁ-ん])ない(?=$|[。、でのとかよがけしわま])|(?<=[一-龥ぁ-ん])な(?:く|かっ)(?=、|て|$|た)|なし(?=$|で|、)|"
    r"(?<=[一-龥らさまわたかがばなえけげせてべめれねへびみりきじ])ず(?=に|、|$)"
)
_LATEST = 9


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    meanings: frozenset[str]

    @property
    def leave(self) -> bool | None:
        if _REFUSES.search(self.text):
            return False
        return True if _GRANTS.search(self.text) else None

    @property
    def valence(self) -> int:
        if self.leave is not None:
            return 1 if self.leave else -1
        sign = valence_of(self.text)
        return -sign if self.denied else sign

    @property
    def denied(self) -> bool:
        end = _NO_DENIAL.sub("", self.text)[-_LATEST:]
        return len(_DENIES.findall(end)) % 2 == 1


def at_odds(answer: Reading, truth: Truth, asked: Reading) -> list[Contradiction]:
    """Clauses that refuse what the reference grants, or perhaps deny what it claims."""
    mine, theirs = _clauses(answer.text), _clauses(truth.reference.text)
    given = {fact.value for fact in asked.facts}
    found: list[Contradiction] = []
    for at, clause in enumerate(mine):
        other = _beside(clause, theirs, last=at == len(mine) - 1)
        if other is None:
            continue
        if clause.leave is not None and other.leave is not None:
            if clause.leave is not other.leave:
                found.append(Contradiction(_LEAVE, "grants" if clause.leave else "refuses"))
            continue
        if clause.valence and clause.valence == other.valence:
            continue
        fits = len(mine) < len(theirs) and any(c.denied == clause.denied for c in theirs)
        if clause.denied != other.denied and not fits and not _related(clause, other, given):
            found.append(Contradiction(_DENIAL, "denies" if clause.denied else "claims"))
    if not found and _drops_a_denial(mine, theirs):
        found.append(Contradiction(_DENIAL, "claims"))
    return found[:2]


def lean(answer: Reading, truth: Truth) -> int:
    """1 where an answer is on the whole of states like the reference's, -1 of the other ones."""
    mine, theirs = (
        sum(
            clause.valence or (-_BARE if clause.denied else _BARE)
            for clause in _clauses(reading.text)
            if clause.meanings
        )
        for reading in (answer, truth.reference)
    )
    return 0 if not mine or not theirs else 1 if (mine > 0) == (theirs > 0) else -1


def _drops_a_denial(mine: list[_Clause], theirs: list[_Clause]) -> bool:
    """Whether the reference denies something, and the answer neither denies nor says a contrary."""
    if any(clause.denied or clause.valence < 0 or clause.leave is False for clause in mine):
        return False
    told = {word for clause in theirs for word in clause.meanings}
    new = {word for clause in mine for word in clause.meanings if word not in told}
    denied = [clause for clause in theirs if clause.denied]
    return bool(denied) and not any(
        opposed(one, two) for clause in denied for one in clause.meanings for two in new
    )


def _beside(clause: _Clause, theirs: list[_Clause], last: bool) -> _Clause | None:
    """The clause that shares most words; the last one beside the last where none is shared."""
    shares = [
        sum(
            max(
                (1.0 if likeness(a, b) >= 0.5 else shared(a, other.text) for b in other.meanings),
                default=0.0,
            )
            for a in clause.meanings
        )
        for other in theirs
    ]
    best = max(shares, default=0.0)
    if best == 0.0:
        return theirs[-1] if last and theirs else None
    places = [at for at, share in enumerate(shares) if share == best]
    return theirs[places[-1]] if len(places) == 1 or last else None


def _related(clause: _Clause, other: _Clause, given: set[str]) -> bool:
    """Whether contraries or the same quality stand in both: then the tables tell."""
    for one in clause.meanings:
        for two in other.meanings:
            if opposed(one, two):
                return True
            said_of = any(k in LEXICON.said_of for k in LEXICON.classes.get(one, ()))
            if said_of and one == two and one not in given:
                return True
    return False


def _clauses(text: str) -> list[_Clause]:
    found: list[_Clause] = []
    for sentence in sentences(text):
        start = 0
        for end in [*(m.end() for m in _END.finditer(sentence)), len(sentence)]:
            piece = sentence[start:end].rstrip("、")
            said = frozenset(w.meaning for w in words(piece) if w.meaning not in LEXICON.generic)
            if piece:
                found.append(_Clause(piece.removesuffix("が").removesuffix("けど"), said))
            start = end
    return found
