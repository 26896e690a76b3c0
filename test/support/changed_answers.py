"""Answers with a part taken away or a fact turned round, made mechanically."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENTENCES = re.compile(r"[^。！？\n]+[。！？\n]?")
_CLAUSES = re.compile(r"[^、。！？\n]+[、。！？\n]?")
_SWAPS = (
    "赤青", "青黄", "黄赤", "緑赤", "白黒", "黒白", "左右", "右左", "上下", "下上",
)  # fmt: skip
_WORDS = (
    ("手前", "奥"), ("奥", "手前"), ("前方", "後方"), ("東", "西"), ("朝", "夜"), ("夜", "朝"),
    ("晴れ", "雨"), ("男", "女"), ("女", "男"), ("春", "秋"), ("冬", "夏"), ("少年", "少女"),
    ("はい", "いいえ"), ("いいえ", "はい"),
)  # fmt: skip
_POLARITY = (
    (r"います(?=。|$)", "いません"),
    (r"あります(?=。|$)", "ありません"),
    (r"です(?=。|$)", "ではありません"),
    (r"できます(?=。|$)", "できません"),
    (r"見えます(?=。|$)", "見えません"),
    (r"いません(?=。|$)", "います"),
    (r"ありません(?=。|$)", "あります"),
    (r"しています(?=。|$)", "していません"),
)
_NUMBER = re.compile(r"\d+|[二三四五六七八九](?=[人台本個匹頭枚機羽つ尾体段])")
_KANJI = "〇一二三四五六七八九"


def removals(answer: str) -> Iterator[str]:
    """The answer without one of its sentences, or without one of its clauses."""
    for pieces in (_SENTENCES.findall(answer), _CLAUSES.findall(answer)):
        if len(pieces) > 1:
            for i in range(len(pieces)):
                yield "".join(pieces[:i] + pieces[i + 1 :])


def swaps(answer: str) -> Iterator[str]:
    """The answer with one colour, side, figure, opposite or polarity changed, one place each."""
    for pair in (*_SWAPS, *_WORDS):
        for match in re.finditer(pair[0], answer):
            yield answer[: match.start()] + pair[1] + answer[match.end() :]
    for pattern, to in _POLARITY:
        for match in re.finditer(pattern, answer):
            yield answer[: match.start()] + to + answer[match.end() :]
    for match in _NUMBER.finditer(answer):
        digit = match.group()
        other = str(int(digit) + 1) if digit.isdigit() else _KANJI[_KANJI.index(digit) - 1]
        yield answer[: match.start()] + other + answer[match.end() :]
