"""Figures as Japanese writes them: 二匹, ひとつ, 20〜30メートル."""

from __future__ import annotations

import re

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")}
_UNITS = {"十": 10, "百": 100, "千": 1000}
# 一時停止, 一方, 一部 and 一番 are words, so 時, 方, 部 and 番 are not here.
_COUNTERS = (
    r"人|名|台|車線|メートル|m|キロ|km|本|個|つ|匹|頭|秒|歳|才|枚|機|尾|羽|体|種類|種|色|冊|品|"
    r"世紀|分咲|月(?!月)|年|日(?!本)|階|杯|軒|棟|隻|艘|艇|点|段|列|組|皿|玉|膳|足|着|両|丁目|割|"
    r"回|号|輪(?!車)|株|房|束|脚|件|[かカヶヵ箇ケ]所|方向|倍|箱|袋|缶|切れ|基|代|週間|分|円|等|位|巻|"
    r"対|発|語|文字|行|句|羽根|匹|レーン|区間|周年|パーセント|%|度(?!目|に|と)"
)
_NUMERALS = "[〇一二三四五六七八九十百千]+"
_KANJI_NUMBER = re.compile(
    rf"{_NUMERALS}(?={_COUNTERS})|(?:(?<=^)|(?<=[。、\n]))(?:{_NUMERALS})(?=です|でした|だ|[。\n]|$)"
)
_TSU = {
    "ひとつ": 1,
    "ふたつ": 2,
    "みっつ": 3,
    "よっつ": 4,
    "いつつ": 5,
    "むっつ": 6,
    "ななつ": 7,
    "やっつ": 8,
    "ここのつ": 9,
}
_FIGURE = r"(\d{1,6}(?:\.\d{1,3})?)"
_SPAN = re.compile(rf"(?<!\d){_FIGURE}(?:m|キロ)?(?:~|-|から(?=\d+m)){_FIGURE}(m|キロ)")


def plain_figures(text: str) -> str:
    """ASCII figures, short units; a span of metres or kilometres says its middle."""
    text = text.replace("ひとり", "1人").replace("ふたり", "2人")
    for word, value in _TSU.items():
        text = text.replace(word, f"{value}つ")
    text = _KANJI_NUMBER.sub(_kanji_number, text)
    text = re.sub(r"(?<=\d)名(?![前所])", "人", text)
    text = re.sub(r"km/?h|キロ(?:メートル)?(?:毎時|/h)|km|キロメートル", "キロ", text)
    text = re.sub(r"(?<=\d)(?:メートル|メーター|m(?![a-z]))", "m", text)
    return _SPAN.sub(_middle, text)


def _middle(match: re.Match[str]) -> str:
    return f"{(float(match[1]) + float(match[2])) / 2:g}{match[3]}"


def _kanji_number(match: re.Match[str]) -> str:
    total = digit = 0
    plain = ""
    for char in match.group():
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
            plain += str(digit)
    return str(total + digit) if total else str(int(plain))
