"""Reads the facts out of one sentence.

A value (a colour, a count, a side, a posture) is bound to the thing of which it is said:
to what stands directly behind it (赤い車, 3人の男性, 左に犬), else to the topic before it
(車は赤い, 犬が2匹, 犬は左に). Denied ones are kept as denied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from vlm_driving.evaluation.judges.reference.counts import figures
from vlm_driving.evaluation.judges.reference.facts import Fact, Slot
from vlm_driving.evaluation.judges.reference.lexicon import LEXICON
from vlm_driving.evaluation.judges.reference.segments import Word, words
from vlm_driving.evaluation.keyfact.claims import Claim, judge

SIDES = frozenset(("side", "depth", "facing", "height", "within", "compass", "distance"))
"""Axes that say where something is."""

_CLAUSE_END = re.compile(
    r"(?:[てでりしいきちみびえけせねべめれずくがどめらとばつすんたるう]|[一-龥ァ-ヶー])、"
)
_NOT_HERE = re.compile(r"^.{0,14}?(?:禁止|不可|禁じ|避け|防|やめ|控え)")
_ABSENT = re.compile(
    r"^(?:は|も|が)?(?:無人|不在|ゼロ|皆無|見当たら|なし(?:$|で|の))|^とは(?:異な|違)"
)
_SIDE_NEXT = re.compile(r"^(?:側|手)?(?:に|には|の|では|で|にも|は|の方に|の方には|から)$")
_JOINED = re.compile(
    r"^(?:色)?(?:い|の|な|っぽい|をした|した|ている|ていた|でいる|って?いる|っていた|んだ|た|る|いた|めの|きな|さな)*$"
)
_DOES = re.compile(r"(?:って|んで|いで|して|て|で)?(?:いる|いた|る|う|く|す|つ|ぬ|ぶ|む|ぐ|た|だ)?")
_TOPIC = re.compile(r"^(?:たち|達|さん|の色|の数|の姿)?(?:は|が|も|を|には|では|の(?=色|数|姿))")
_SUBJECT = re.compile(r"(?:たち|達|さん|の姿)?[はがも]")
_OPENS = re.compile(r"(?:たち|達|さん)?(?:は|が|には)")
_PLACE = re.compile(r"(?:上|内|脇|付近|周辺)?に(?:は|も)?(?!つ|よ|な|対|関)")
_CONCLUDES = re.compile(
    r"(?:だ|である)?(?:と(?:考え|思|推測|言え|判断|見られ)|です(?:[。、]|$)|でしょう|かもです)"
)
_PRESENCE = frozenset(
    ("咲い", "来", "写", "居", "出", "通", "残", "近", "接近", "存在", "置", "設置", "落", "降")
)
"""Deeds whose denial says that the thing is not there."""
_CANNOT = re.compile(
    r"(?:通れ|通り抜けられ|来られ|出られ|近づけ)(?:ません|ない|ず)|通(?:過|行)(?:が|は)?でき(?:ません|ない|ず)"
)
"""車は通れません says nothing of whether there is a car."""
_BEYOND = re.compile(r"(?:を|も)?(?:超|越|上回|下回|以上|以下|未満|しか|より)")
"""30キロを超えてはいけません denies what is beyond."""
_NO_THING = frozenset(
    (
        "色",
        "数",
        "方",
        "姿",
        "側",
        "様子",
        "写真",
        "場所",
        "状態",
        "状況",
        "部分",
        "辺",
        "端",
        "位置",
    )
)


class Sentence:
    """One normalized sentence, its words and its clauses."""

    def __init__(self, text: str, first_clause: int, topic: str | None) -> None:
        self._text = text
        self._first_clause = first_clause
        self._carried = topic
        self._figures = figures(text)
        self._words = [
            word
            for word in words(text)
            if not any(f.start < word.end and word.start < f.end for f in self._figures)
        ]
        self._nouns = [w for w in self._words if w.noun and w.meaning not in _NO_THING]
        self._ends = [match.end() for match in _CLAUSE_END.finditer(text)]
        self._turned: set[tuple[str, int]] = set()

    @property
    def clauses(self) -> int:
        """How many clauses there are."""
        return len(self._ends) + 1

    @property
    def topic(self) -> str | None:
        """What the next sentence may speak of without naming it."""
        for noun in self._nouns:
            if _OPENS.match(self._text, noun.end):
                return noun.meaning
        return self._carried

    def facts(self) -> list[Fact]:
        """Every claim, each once where it stands."""
        found = [*self._figure_facts(), *self._word_facts()]
        there = self._places() | self._turned
        subjects = {
            (noun.meaning, self._clause(noun.start))
            for noun in self._nouns
            if _SUBJECT.match(self._text, noun.end)
        }
        gone = {
            f.clause
            for f in found
            if f.claim is Claim.DENIED and f.value in _PRESENCE and not _CANNOT.search(self._text)
        }
        settled: list[Fact] = []
        for fact in found:
            place = (fact.value, fact.clause)
            if fact.claim is Claim.DENIED and place in there:
                fact = replace(fact, claim=Claim.MADE)
            elif fact.clause in gone and place in subjects and place not in there:
                fact = replace(fact, claim=Claim.DENIED)
            settled.append(fact)
        denied = {f.clause for f in settled if f.claim is Claim.DENIED}
        return [
            replace(f, claim=Claim.OPEN)  # 赤い車はない: nothing is red
            if f.clause in denied and f.axis != "word" and f.claim is Claim.MADE
            else f
            for f in settled
        ]

    def _figure_facts(self) -> Iterator[Fact]:
        for figure in self._figures:
            claim = self._claim(figure.start, figure.end)
            if claim is Claim.DENIED and _BEYOND.match(self._text, figure.end):
                claim = Claim.MADE
            clause = self._clause(figure.start)
            thing = self._bound(figure.start, figure.end, False)
            if figure.axis == "人":
                thing = thing or "人"
                yield Fact("word", "人", None, claim, clause, noun=True)
            yield Fact(f"number:{figure.axis}", figure.text, thing, claim, clause, figure)

    def _word_facts(self) -> Iterator[Fact]:
        for at, word in enumerate(self._words):
            claim, clause = self._claim(word.start, word.end), self._clause(word.start)
            kinds = LEXICON.classes.get(word.meaning, ())
            axis = next((kind for kind in kinds if kind in LEXICON.said_of), None)
            deed = not word.noun or "ぁ" <= self._text[word.end - 1] <= "ん"  # 泳い of 水泳
            if deed and self._of_absent(word):
                claim = Claim.OPEN
            if axis is None:
                slot = self._slot(at) if word.noun else None
                comes_to = _CONCLUDES.match(self._text, word.end) is not None
                yield Fact(
                    "word", word.meaning, None, claim, clause, None, word.noun, slot, comes_to
                )
                continue
            thing = self._bound(word.start, word.end, axis in SIDES)
            value = word.meaning
            if claim is Claim.DENIED and (other := LEXICON.opposite(value, axis)):
                value, claim = other, Claim.MADE  # 開いていない is 閉まっている
                if thing is not None:
                    self._turned.add((thing, clause))
            yield Fact(axis, value, thing, claim, clause)

    def _of_absent(self, deed: Word) -> bool:
        """Whether a deed is that of somebody who is not there: 遊ぶ子どもはいない."""
        following = next((noun for noun in self._nouns if noun.start >= deed.end), None)
        return (
            following is not None
            and _DOES.fullmatch(self._text[deed.end : following.start]) is not None
            and self._claim(following.start, following.end) is Claim.DENIED
        )

    def _clause(self, at: int) -> int:
        return self._first_clause + sum(end <= at for end in self._ends)

    def _bound(self, start: int, end: int, side: bool) -> str | None:
        """The thing of which a value at [start, end) is said."""
        text = self._text
        following = next((noun for noun in self._nouns if noun.start >= end), None)
        if following is not None and _JOINED.match(text[end : following.start]):
            return following.meaning
        here = self._clause(start)
        before = [n for n in self._nouns if n.end <= start and self._clause(n.start) == here]
        marked = [n for n in before if _TOPIC.match(text, n.end)]
        if marked:
            return marked[-1].meaning
        if not side:
            return before[-1].meaning if before else self._carried
        if following is not None and (
            _SIDE_NEXT.match(text[end : following.start][:4])
            or self._clause(following.start) == here
        ):
            return following.meaning
        return self._carried

    def _places(self) -> set[tuple[str, int]]:
        """Where nothing is: 教室に生徒はいない, ベンチは誰もいない. The place itself is there."""
        found: set[tuple[str, int]] = set()
        for noun in self._nouns:
            clause = self._clause(noun.start)
            other_subject = any(
                other.start > noun.end
                and self._clause(other.start) == clause
                and _SUBJECT.match(self._text, other.end)
                for other in self._nouns
            )
            is_topic = re.match(r"は(?!な|あり)", self._text[noun.end : noun.end + 3])
            if _PLACE.match(self._text, noun.end) or (is_topic and other_subject):
                found.add((noun.meaning, clause))
        return found

    def _slot(self, at: int) -> Slot:
        word = self._words[at]
        following: Word | None = self._words[at + 1] if at + 1 < len(self._words) else None
        until = following.start if following else len(self._text)
        start = max((end for end in self._ends if end <= word.start), default=0)
        stop = min((end for end in self._ends if end > word.start), default=len(self._text))
        return Slot(
            self._words[at - 1].meaning if at else "",
            self._text[word.end : until][:4],
            following.meaning if following else "",
            self._text[start:stop],
        )

    def _claim(self, start: int, end: int) -> Claim:
        rest = self._text[end:]
        if _ABSENT.match(rest):
            return Claim.DENIED
        if _NOT_HERE.match(rest):
            return Claim.OPEN
        claim = judge(self._text, start, end)
        # Named, one of two, asked: all of them are open here.
        return claim if claim in (Claim.MADE, Claim.DENIED) else Claim.OPEN
