"""Colours, sides and figures that an answer gives to a thing, against reference and description.

Key facts ask for some of what a picture holds. What an answer says beside them can be wrong as
well: 緑の郵便車 where the reference and the description know a red one. Only what is said right
beside its thing counts, and only of things to which they give a value of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations

from vlm_driving.evaluation.judges.contraries import contrary, other_colours, other_figures
from vlm_driving.evaluation.keyfact.claims import Claim, judge
from vlm_driving.evaluation.keyfact.rivals import COLOUR_OF
from vlm_driving.evaluation.keyfact.text import normalize, sentences

_THING = r"子ども|[一-龥々ァ-ヶー]{2,12}|[一-龥](?=[はがをにでの、と])"
_COLOUR = "|".join(COLOUR_OF)
_COLOURED = re.compile(
    rf"(?P<value>{_COLOUR})(?:色の|色い|い|の)(?P<thing>{_THING})(?P<thing2>)(?P<value2>)"
)
_OF_COLOUR = re.compile(
    rf"(?P<thing>[一-龥々ァ-ヶー]{{1,12}})の色は(?P<value>{_COLOUR})|"
    rf"(?P<thing2>[一-龥々ァ-ヶー]{{1,12}})は(?P<value2>{_COLOUR})(?:色)?い?(?:で|$|、|だ)"
)
_SIDED = re.compile(rf"(?P<value>[左右])(?:(?:側|手|端|前方|奥|手前|隣)?の)?(?P<thing>{_THING})")
_AT_SIDE = re.compile(
    rf"(?<!左)(?P<value>[左右])(?!右)(?:側|手|前方|奥|手前|端)?(?:に|で)(?:は|も)?、?"
    rf"[^、。はが左右]{{0,16}}?(?P<thing>{_THING})(?=[がはもを、]|$)"
)
_UNITS = "人台本個匹頭枚機羽隻艘つ軒棟冊杯皿両株輪足着脚膳尾粒袋箱缶"
_COUNTED = re.compile(
    rf"(?<![\d.])(?<!他の)(?<!ほかの)(?<!残りの)(?<!うち)(?<!もう)(?P<value>\d{{1,4}})(?P<unit>[{_UNITS}])(?:の|いる|ある)(?P<thing>{_THING})|"
    rf"(?P<thing2>子ども|[一-龥々]{{1,6}}|[ァ-ヶー]{{2,12}})(?:[がはを、も])?(?P<value2>\d{{1,4}})(?P<unit2>[{_UNITS}])(?![目つ])"
)
_PLACES = frozenset("側手端折方前奥上下隣横脇角面部隅内外")
_MOST_PARTS = 5
_MOST_TOLD = 160
_RIVALS = tuple(map(re.compile, ("[左右]", "[上中下]段", "手前|奥", "前|後")))

Values = Mapping[tuple[str, str], frozenset[str]]


def swapped(answer: str, reference: str, context: str) -> tuple[str, ...]:
    """What an answer says of a thing that reference and description say otherwise.

    Args:
        answer: with its English in Japanese.
        reference: a right answer, or "".
        context: what a person wrote of the picture, or "".

    Returns:
        "thing: value" for each, the value as it was read.
    """
    true = _true_of(reference, context)
    wrong: dict[tuple[str, str], str] = {}
    right: set[tuple[str, str]] = set()
    for sentence in sentences(normalize(answer)):
        for thing, kind, value, start, end in _said(sentence):
            known = true.get((thing, kind))
            if known is None:
                continue
            if _agrees(thing, kind, value, known):
                right.add((thing, kind))
            elif judge(sentence, start, end) is Claim.MADE:
                wrong.setdefault((thing, kind), value)
    # Who gives a thing the right value as well speaks of several of its kind.
    found = tuple(f"{key[0]}: {value}" for key, value in wrong.items() if key not in right)
    said = (*found, *contrary(answer, reference, context))
    if not any(kind == "colour" for _, kind in wrong):
        said += other_colours(answer, reference, context)
    return said + other_figures(answer, reference, context)


def exchanged(answer: str, reference: str) -> tuple[str, ...]:
    """Values that two things of an answer have exchanged, one entry each: 左が赤、右が青."""
    if not (_has_rivals(reference) and _has_rivals(answer)):
        return ()
    # The lexicon takes a tenth of a second to load, and most answers need none.
    from vlm_driving.evaluation.judges.reference.pairings import swaps
    from vlm_driving.evaluation.judges.reference.rewriting import plain

    found = swaps(plain(answer), plain(reference))
    return tuple(value for hit in found for value in hit.text.split(" (")[0].split(" for "))


@lru_cache(maxsize=2048)
def _has_rivals(text: str) -> bool:
    """Whether a short text has two values that could be exchanged."""
    if len(text) > _MOST_TOLD:
        return False
    if any(len(set(pattern.findall(text))) > 1 for pattern in _RIVALS):
        return True
    normal = normalize(text)
    if len({COLOUR_OF[word] for word in re.findall(rf"({_COLOUR})(?:色|い|の)", normal)}) > 1:
        return True
    return len(set(re.findall(rf"\d+(?=[{_UNITS}])", normal))) > 1


@lru_cache(maxsize=1024)
def _true_of(reference: str, context: str) -> Values:
    found: dict[tuple[str, str], set[str]] = {}
    for text in (reference, context):
        for sentence in sentences(normalize(text)):
            for thing, kind, value, _, _ in _said(sentence):
                found.setdefault((thing, kind), set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}


def _said(sentence: str) -> Iterator[tuple[str, str, str, int, int]]:
    """Thing, kind, value, and where the two stand."""
    for pattern in (_COLOURED, _OF_COLOUR):
        for match in pattern.finditer(sentence):
            thing, value = _either(match)
            yield thing, "colour", COLOUR_OF[value], match.start(), match.end()
    for pattern in (_SIDED, _AT_SIDE):
        for match in pattern.finditer(sentence):
            if match["thing"][0] not in _PLACES:
                yield match["thing"], "side", match["value"], match.start(), match.end()
    for match in _COUNTED.finditer(sentence):
        thing, value = _either(match)
        unit = match["unit"] or match["unit2"]
        if value == "1" and match["thing"]:
            continue  # 1台の車 picks one out
        yield thing, unit, value, match.start(), match.end()


def _either(match: re.Match[str]) -> tuple[str, str]:
    groups = match.groupdict()
    return groups["thing"] or groups["thing2"] or "", groups["value"] or groups["value2"] or ""


def _agrees(thing: str, kind: str, value: str, known: frozenset[str]) -> bool:
    if value in known:
        return True
    if kind == "colour":
        lamp = re.search(r"信号|灯|ランプ", thing) is not None
        return lamp and value in "青緑" and bool(known & {"青", "緑"})
    if kind == "side":
        return False
    figures = [int(v) for v in sorted(known)][:_MOST_PARTS]
    sums = {sum(c) for n in range(2, len(figures) + 1) for c in combinations(figures, n)}
    return int(value) in sums
