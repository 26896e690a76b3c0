"""Reads Japanese descriptions back into claims: what a text says there is, or is not.

Made for the words of `describe` and for a model's free variation of them; what it does not
understand it passes over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vlm_driving.simulator import parse_things as things
from vlm_driving.simulator.parse_terms import Claim, ClaimKind, Claims, claim

_BLIND = re.compile(
    "視界が[^。]*(遮|ふさ)|視界を[^。]*(遮|ふさ)|(?<![はが])(前|前方|何も)(が|は|を|も|よく|ほとんど)*"
    "(見えません|確認できません|映っていません|映らない)|様子が分かりません"
    "|真っ暗で|真っ黒|真っ白|白飛び|(画像|映像)が乱れ|ノイズ|レンズ[^。]*(見え|覆|遮|ふさ)|道路の映像ではない"
    "|道路が(映っていない|見当たりません)|映像ではない|判断できません|助言はできません"
)
_NEGATION = re.compile("(ません|おらず|なく|見えず|いない|見えない|なし)(が|ので|けれど)?$")
_NOT_THE_THING = re.compile(
    "[先陰前](が|は|の様子が)?見え|られない|て(おらず|いません|いない)|きれない"
)
_CLEAR = re.compile(
    "(障害物|遮るもの|ふさぐもの|妨げ)[^、。]*(ません|なく|見えず|ない)|(道|進路|前方)[はが]空いて"
)
_NOUN_END = (
    "カーブ|車両|自転車|車|員|歩行者|高齢者|子ども|お年寄り|人|踏切|工事|工事現場|信号|信号機"
    "|箱|タイヤ|材|袋|もの|バン|トラック|バス|バイク|台|列|最後尾|標識|表示|停止線|横断歩道|入口"
)
_LIST_JOINT = re.compile(f"(?:(?<={')|(?<='.join(_NOUN_END.split('|'))}))[とや](?!の|まって|まれ)")
_OPEN_END = re.compile("([にをはがでへも先の]|[0-9]m|ほかに|さらに|また)$")
_CLOSED_END = re.compile("(で|ますが|ですが|ませんが|子ども|もの)$")
_LIGHTS = (
    ("逆光", "backlight"),
    ("夕暮れ|夕方|薄暗い|日暮れ", "dusk"),
    ("夜", "night"),
    ("昼|日中", "day"),
)
_WEATHERS = (
    ("雨", "rain"),
    ("霧", "fog"),
    ("雪", "snow"),
)
_ROADS = (
    ("住宅[街地]", "residential"),
    ("高速道路", "expressway"),
    ("幹線道路|大通り", "arterial"),
    ("一般道", "street"),
)


def claims(text: str) -> Claims:
    """What `text` says, claim by claim."""
    found: list[Claim] = []
    if _BLIND.search(text):
        return Claims((claim(ClaimKind.BLIND),))
    found += _setting(text)
    for segment, negated in _segments(text):
        found += _things(segment, negated)
    return Claims(tuple(dict.fromkeys(found)))


def _setting(text: str) -> list[Claim]:
    """Light, weather, road, lanes: read from the whole text."""
    out: list[Claim] = []
    for pattern, value in _LIGHTS:
        if _stated(pattern, text):
            out.append(claim(ClaimKind.LIGHT, value=value))
    for pattern, value in _WEATHERS:
        if _stated(pattern, text):
            out.append(claim(ClaimKind.WEATHER, value=value))
    for pattern, value in _ROADS:
        if re.search(pattern, text):
            out.append(claim(ClaimKind.ROAD, value=value))
    lanes = re.search("片側([0-9一二三])車線", text)
    if lanes:
        value = {"一": "1", "二": "2", "三": "3"}.get(lanes[1], lanes[1])
        out.append(claim(ClaimKind.LANES, value=value))
    return out


def _stated(pattern: str, text: str) -> bool:
    """Named, and not only to say that it is not so."""
    return bool(
        re.search(f"(?:{pattern})(?![はもで]*(?:降って|出て)?(?:いません|ありません))", text)
    )


def _segments(text: str) -> Iterator[tuple[str, bool]]:
    """(segment, negated): lists are split, halves of one clause joined, negation carried back."""
    for sentence in re.split("[。!?\n]", text):
        parts: list[str] = []
        for part in sentence.split("、"):
            if parts and _OPEN_END.search(parts[-1]) and not _CLOSED_END.search(parts[-1]):
                parts[-1] += part
            else:
                parts.append(part)
        pieces = [piece for part in parts for piece in _LIST_JOINT.split(part) if piece]
        negated = False
        polarity: list[bool] = []
        for piece in reversed(pieces):
            if _NEGATION.search(piece) and not _NOT_THE_THING.search(piece):
                negated = True
            elif _has_predicate(piece):
                negated = False
            polarity.append(negated)
        yield from zip(pieces, reversed(polarity), strict=True)


def _has_predicate(piece: str) -> bool:
    return bool(re.search("(ます|です|ています|て|おり|あり|え|で)が?$", piece))


def _things(segment: str, negated: bool) -> list[Claim]:
    if "かもしれ" in segment:
        return []
    if _CLEAR.search(segment):
        return [claim(ClaimKind.CLEAR)]
    distance = re.search("([0-9]+)(?:m|メートル)", segment)
    range_m = float(distance[1]) if distance else None
    if re.search("停止線.*信号", segment):
        found = things.signals(segment, negated, None)
        return [*found, claim(ClaimKind.STOP_LINE)]
    found = things.signals(segment, negated, range_m)
    guards = things.guards(segment, negated, range_m)
    found += guards
    found += things.rules(segment, negated, range_m) if not guards else []
    works = things.works(segment, negated, range_m) if not guards else []
    found += works
    bodies: list[Claim] = []
    if not guards and not works:
        bodies = things.obstacles(segment, negated, range_m)
        bodies = bodies or things.cyclists(segment, negated, range_m)
        bodies = bodies or things.people(segment, negated, range_m)
        bodies = bodies or things.vehicles(segment, negated, range_m)
    found += bodies
    found += things.course(segment, negated, range_m)
    if "横断歩道" in segment:
        place = bool(bodies)
        found.append(claim(ClaimKind.CROSSING, negated and not place, None if place else range_m))
    return found
