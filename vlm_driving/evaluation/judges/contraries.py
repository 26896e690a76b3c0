"""Words that exclude each other: reference and description have one, an answer the other.

座っています where they know nobody but 立っている is wrong, whatever the key facts ask for.
"""

from __future__ import annotations

import re
from functools import lru_cache

from vlm_driving.evaluation.keyfact.claims import Claim, judge
from vlm_driving.evaluation.keyfact.rivals import COLOUR_OF
from vlm_driving.evaluation.keyfact.text import normalize, sentences

_ROWS = """
立って|立ち 座って|座り|腰掛け|腰かけ|しゃがん 寝て|寝そべ|横たわ
開いて|開け 閉まって|閉じ|閉め
上がって 下がって|下りて|降りて
点いて|点灯 消えて|消灯
大きな|大きい 小さな|小さい
長い 短い
太い 細い
濡れて 乾いて
満開 つぼみ|蕾 散って
走って|走り 停まって|止まって|停車して|駐車して
笑って|笑顔 泣いて 怒って
男性|男の人|男の子|少年|青年|おじいさん|男子 女性|女の人|女の子|少女|おばあさん|女子
朝|午前 昼|正午 夕方|夕暮れ 夜|深夜
春 夏 秋 冬
木製|木の 金属|鉄製|アルミ プラスチック ガラス
丸い|円形 四角|三角
上段 中段 下段
手前 奥
登って|登り 下って|下り坂
"""
_COLOURS = tuple(sorted(COLOUR_OF))
_FIGURE = re.compile(
    r"(?<![\d.])(\d{1,6}(?:\.\d{1,3})?)(時(?!間)|分(?!の)|m|キロ|円|歳|階|番|号|%|年|月|車線)"
)
_Row = tuple[re.Pattern[str], ...]


def contrary(answer: str, reference: str, context: str) -> tuple[str, ...]:
    """What an answer claims of which reference and description know only the contrary."""
    true = _kinds_in(f"{reference}。{context}")
    found: list[str] = []
    mine: dict[int, dict[int, str]] = {}
    text = normalize(answer)
    for row, known in true.items():
        if len(known) > 1:
            continue  # there are both
        for kind, pattern in enumerate(_PATTERNS[row]):
            match = pattern.search(text)
            if match is not None:
                mine.setdefault(row, {})[kind] = match.group()
    for row, kinds in mine.items():
        if not set(kinds) & true[row]:
            found += [word for word in kinds.values() if _claims(word, text)][:1]
    return tuple(found)


def other_colours(answer: str, reference: str, context: str) -> tuple[str, ...]:
    """A colour that nothing has, in an answer that leaves out one of the reference's."""
    due, known = _colours_in(reference), _colours_in(f"{reference}。{context}")
    mine = _colours_in(answer)
    text = normalize(answer)
    named = {colour for word, colour in COLOUR_OF.items() if word in text}
    if not due - named or "信号" in reference or "灯" in reference:
        return ()
    strange = (c for c in _COLOURS if COLOUR_OF[c] in mine - known and _coloured(c, text))
    return tuple(f"colour: {word}" for word in strange)[:1]


def other_figures(answer: str, reference: str, context: str) -> tuple[str, ...]:
    """A time, a distance or a price where reference and description have other ones alone."""
    known = _figures_in(f"{reference}。{context}")
    found: list[str] = []
    for unit, values in _figures_in(answer).items():
        theirs = known.get(unit)
        if not theirs or any(_near(v, t, unit) for v in values for t in theirs):
            continue
        word = f"{min(values):g}{unit}"
        if _claims(word, normalize(answer)):
            found.append(word)
    return tuple(found[:1])


@lru_cache(maxsize=1024)
def _colours_in(text: str) -> frozenset[str]:
    normal = normalize(text)
    return frozenset(COLOUR_OF[c] for c in _COLOURS if _coloured(c, normal))


def _coloured(word: str, text: str) -> bool:
    if len(word) > 1:
        return re.search(rf"(?<![ァ-ヶー]){word}(?![ァ-ヶー])", text) is not None
    return re.search(rf"真っ{word}|{word}(?:い|色|っぽ|の[一-龥ァ-ヶ])", text) is not None


@lru_cache(maxsize=1024)
def _figures_in(text: str) -> dict[str, frozenset[float]]:
    found: dict[str, set[float]] = {}
    for match in _FIGURE.finditer(normalize(text)):
        found.setdefault(match[2], set()).add(float(match[1]))
    return {unit: frozenset(values) for unit, values in found.items()}


def _near(value: float, true: float, unit: str) -> bool:
    off = 0.25 * true if unit in ("m", "キロ") else 0.0
    return abs(value - true) <= off + 1e-9


@lru_cache(maxsize=1024)
def _kinds_in(text: str) -> dict[int, frozenset[int]]:
    normal = normalize(text)
    found = {
        row: frozenset(kind for kind, pattern in enumerate(patterns) if pattern.search(normal))
        for row, patterns in enumerate(_PATTERNS)
    }
    return {row: kinds for row, kinds in found.items() if kinds}


def _claims(word: str, text: str) -> bool:
    for sentence in sentences(text):
        at = sentence.find(word)
        if at >= 0 and judge(sentence, at, at + len(word)) is Claim.MADE:
            return True
    return False


_PATTERNS: tuple[_Row, ...] = tuple(
    tuple(re.compile(words) for words in row.split()) for row in _ROWS.strip().splitlines()
)
