"""A relation told from its other end: 海老は野菜の奥 is 野菜は海老の手前."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from vlm_driving.evaluation.judges.reference.segments import words

OTHER_SIDE = {
    one: other
    for both in (
        ("左", "右"),
        ("北", "南"),
        ("東", "西"),
        ("手前", "奥"),
        ("前", "後ろ"),
        ("上", "下"),
        ("内", "外"),
    )
    for one, other in (both, both[::-1])
}
_THING = r"[^、。はがをで]{1,14}?"
_RELATION = re.compile(
    rf"(?P<one>{_THING})(?:は|が)、?(?P<other>{_THING})の(?:すぐ)?(?P<side>手前|後ろ|[奥左右北南東西前上下内外])"
    r"(?=側|手|隣|方|脇|横|に|で|へ|を|$|、|。)"
)


class _Relation(NamedTuple):
    start: int
    end: int
    one: str
    other: str
    side: str


def from_the_same_end(answer: str, reference: str) -> str:
    """A normalized answer with relations told from the end that the reference tells them from."""
    told = list(_relations(reference))
    if not told:
        return answer
    for mine in reversed(list(_relations(answer))):
        for theirs in told:
            straight = _alike(mine.one, theirs.one) + _alike(mine.other, theirs.other)
            crossed = _alike(mine.one, theirs.other) + _alike(mine.other, theirs.one)
            if crossed > max(straight, 1.0) and theirs.side in (mine.side, OTHER_SIDE[mine.side]):
                turned = f"{mine.other}は{mine.one}の{OTHER_SIDE[mine.side]}"
                answer = answer[: mine.start] + turned + answer[mine.end :]
                break
    return answer


def _relations(text: str) -> Iterator[_Relation]:
    for match in _RELATION.finditer(text):
        yield _Relation(*match.span(), match["one"], match["other"], match["side"])


def _alike(one: str, other: str) -> float:
    mine, theirs = ({word.meaning for word in words(text)} for text in (one, other))
    return 2.0 * len(mine & theirs) / max(1, len(mine) + len(theirs))
