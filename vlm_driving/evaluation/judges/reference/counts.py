"""Counts and measures in normalized Japanese, as spans on an axis."""

from __future__ import annotations

import re
from dataclasses import dataclass

_THINGS = "台尾匹頭羽個つ本枚冊軒足着両隻機杯皿脚棟艘体株基面錠膳玉粒貫件通束箱袋缶品卓灯戸校社"
_MEASURES = (
    "人前|人|組|車線|m|cm|mm|キロ|kg|g|円|歳|才|年|月|日|時間|時|分|秒|度|%|階|階建て|丁目|番|号|回|種類|色|倍|"
    "センチ|ミリリットル|ミリ|グラム|トン|リットル|ドル|世紀|周年|位|対|割"
)
_COUNTER = rf"(?P<unit>{_MEASURES}|[{_THINGS}])"
_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")}
_KANJI = re.compile(
    rf"(?<![一二三四五六七八九十百千万第統唯])(?!一度に)(?P<kanji>[一二三四五六七八九十百]+)(?=(?:{_MEASURES}|[{_THINGS}]))"
    r"(?!人前|日中|番(?:目立|奥|上|下|手前|左|右|前|後|大|小|多)|本道|時停止|方|面に|体|部|種|年中|番[^号線]|色)"
)
_LARGE = re.compile(
    r"(?P<figure>\d{1,6}(?:\.\d{1,3})?|[一二三四五六七八九十百]+)(?P<times>[千万億])(?!人前)"
)
_TIMES = {"千": 1000, "万": 10_000, "億": 100_000_000}
_FIGURE = re.compile(
    rf"(?<![\d.a-z])(?P<minus>マイナス)?(?P<about>約|およそ|ほぼ|だいたい|最低)?(?P<value>\d{{1,9}}(?:\.\d{{1,3}})?)"
    rf"(?:{_COUNTER})?(?P<loose>ほど|くらい|ぐらい|前後|程度|以上|以下)?"
)
_VAGUE = re.compile(
    rf"(?P<many>複数(?:{_COUNTER})?|数(?P<unit2>人|[{_THINGS}])|"
    rf"何(?P<unit3>人|[{_THINGS}])か|いくつか(?=の))"
)
_ENDLESS = 1e9
_KILO = 1000.0
_KANJI_DIGITS = "〇一二三四五六七八九十百"
_POINT = re.compile(
    rf"(?P<whole>[\d{_KANJI_DIGITS}]+)[・.](?P<rest>[\d〇一二三四五六七八九]+)(?=(?:{_MEASURES}|メートル))"
)
_PART = re.compile(r"(?P<by>[\d一二三四五六七八九十]+)分の(?P<of>[\d一二三四五六七八九十]+)")
_TENTHS = re.compile(r"(\d)割")
_HALF = re.compile(r"(?<![一-龥])半分(?!ずつ)|半数|(?<=[はがの])半ば(?=まで)")
_COINS = re.compile(r"(\d{1,5})円(?:玉|札|硬貨)(?:が|を)?(\d{1,3})(?:枚|個|つ)(?:分)?")
_CLOCK = re.compile(
    r"(?P<half>午[前後]の?)?(?P<hour>\d{1,2})時(?!間)(?:(?P<thirty>半)|(?P<minute>\d{1,2})分)?"
)
_LASTS = re.compile(
    r"(?:(?P<hours>\d{1,3}(?:\.\d)?)時間(?P<half>半)?)?(?:(?P<minutes>\d{1,4}(?:\.\d)?)分(?P<also>半)?(?:間)?)?"
    r"(?:(?P<seconds>\d{1,5})秒(?:間)?)?"
)
_METRES = re.compile(r"(\d{1,4})m(\d{1,2})(?:センチ|cm)")
_DOZENS = re.compile(r"(?:(\d{1,3})|半)ダース")
_BELOW_ZERO = re.compile(r"(?:氷点下|零下|-)(?=\d)")
_SETS = {"ペア": 2, "コンビ": 2, "デュオ": 2, "トリオ": 3, "カルテット": 4}
_SET = re.compile(rf"(?P<set>{'|'.join(_SETS)})|(?P<size>[二三四五六七八\d])重(?:奏|唱)")
_SCALES = {
    "cm": ("m", 0.01),
    "センチ": ("m", 0.01),
    "mm": ("m", 0.001),
    "ミリ": ("m", 0.001),
    "ミリリットル": ("リットル", 0.001),
    "km": ("m", 1000.0),
    "kg": ("g", 1000.0),
    "グラム": ("g", 1.0),
    "トン": ("g", 1_000_000.0),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: where it stands, its axis (a unit, or 個 for things), and its span.

    Lengths are in m, times in 秒 and weights in g, whatever unit they are told in.
    """

    start: int
    end: int
    axis: str
    low: float
    high: float

    def meets(self, other: Figure) -> bool:
        """Whether both can be true of one thing."""
        if self.low <= other.high + 1e-9 and other.low <= self.high + 1e-9:
            return True
        if self.axis == other.axis == "時":  # 午後2時, or 14時
            return abs(abs(self.low - other.low) - 12.0) < 1e-9
        scale = _KILO if self.axis == "キロ" != other.axis else 1.0
        theirs = _KILO if other.axis == "キロ" != self.axis else 1.0
        return (
            scale != theirs
            and self.low * scale <= other.high * theirs + 1e-9
            and other.low * theirs <= self.high * scale + 1e-9
        )

    def comparable(self, other: Figure) -> bool:
        """Whether both measure the same kind of thing."""
        if self.axis == other.axis:
            return True
        return "キロ" in (self.axis, other.axis) and {self.axis, other.axis} <= {"キロ", "m", "g"}

    @property
    def text(self) -> str:
        """The figure in words."""
        return f"{self.low:g}{self.axis}" if self.low == self.high else f"{self.low:g}~{self.axis}"


def plain_figures(text: str) -> str:
    """ASCII figures for kanji before the counters that normalization leaves alone.

    What is told in parts or in pieces comes to one figure: 2時半, 2分15秒, 3m30センチ, 百円玉2枚.
    """
    text = _LARGE.sub(_in_full, text)
    text = _POINT.sub(lambda m: f"{_digits(m['whole'])}.{_digits(m['rest'])}", text)
    text = text.replace("四半時間", "15分").replace("半時間", "30分").replace("半日", "12時間")
    text = _KANJI.sub(lambda match: str(_value(match["kanji"])), text)
    text = _PART.sub(lambda m: f"{100.0 * _number(m['of']) / max(1, _number(m['by'])):g}%", text)
    text = _TENTHS.sub(lambda m: f"{10.0 * float(m[1]):g}%", text)
    text = _HALF.sub("50%", text)
    text = _COINS.sub(lambda m: f"{int(m[1]) * int(m[2])}円", text)
    text = _CLOCK.sub(_hour, text)
    text = _LASTS.sub(_seconds, text)
    text = _METRES.sub(lambda m: f"{float(m[1]) + float(m[2]) / 100.0:g}m", text)
    text = _DOZENS.sub(lambda m: f"{(12 * int(m[1]) if m[1] else 6)}個", text)
    return _BELOW_ZERO.sub("マイナス", text)


def figures(sentence: str) -> list[Figure]:
    """Every figure of a sentence that went through `plain_figures`."""
    found: list[Figure] = []
    for match in _FIGURE.finditer(sentence):
        axis, scale = _SCALES.get(match["unit"] or "", (_axis(match["unit"]), 1.0))
        value = round(float(match["value"]) * scale, 6) * (-1.0 if match["minus"] else 1.0)
        low = high = value
        if match["loose"] == "以上" or match["about"] == "最低":
            high = _ENDLESS
        elif match["loose"] == "以下":
            low = 0.0
        elif match["about"] or match["loose"] or axis == "m":
            slack = 0.05 if axis == "m" and not (match["about"] or match["loose"]) else 0.12
            low, high = sorted((value * (1.0 - slack), value * (1.0 + slack)))
        found.append(Figure(*match.span(), axis, low, high))
    for match in _VAGUE.finditer(sentence):
        unit = match["unit"] or match["unit2"] or match["unit3"]
        high = _ENDLESS if match["many"].startswith("複数") else 9.0
        found.append(Figure(*match.span(), _axis(unit) if unit else "個", 2.0, high))
    for match in _SET.finditer(sentence):
        size = float(_SETS.get(match["set"]) or _number(match["size"]))
        found.append(Figure(*match.span(), "", size, size))
    return sorted(found, key=lambda figure: figure.start)


def _axis(unit: str | None) -> str:
    if unit is None:
        return ""
    if unit in _THINGS:
        return "個"
    return {"才": "歳", "種類": "個", "人前": "個"}.get(unit, unit)


def _number(text: str) -> int:
    return int(text) if text.isascii() else _value(text)


def _digits(text: str) -> str:
    if any(char in "十百" for char in text):
        return str(_value(text))
    return "".join(str(_DIGITS.get(char, char)) for char in text)


def _hour(match: re.Match[str]) -> str:
    """午後2時半 as 午後14.5時."""
    hour, half = int(match["hour"]), match["half"] or ""
    if half.startswith("午後") and hour < 12:
        hour += 12
    minutes = 30 if match["thirty"] else int(match["minute"] or 0)
    return f"{half}{round(hour + minutes / 60.0, 3):g}時"


def _seconds(match: re.Match[str]) -> str:
    if not match[0]:
        return ""
    total = 3600.0 * (float(match["hours"] or 0) + (0.5 if match["half"] else 0.0))
    total += 60.0 * (float(match["minutes"] or 0) + (0.5 if match["also"] else 0.0))
    return f"{total + float(match['seconds'] or 0):g}秒"


def _in_full(match: re.Match[str]) -> str:
    figure = match["figure"]
    value = float(figure) if figure[0].isdigit() else _value(figure)
    return f"{value * _TIMES[match['times']]:.0f}"


def _value(text: str) -> int:
    total = digit = 0
    for char in text:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + _DIGITS[char]
    return total + digit
