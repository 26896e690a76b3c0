"""Answers that close by denying all they said, or by doing the contrary of it.

Whoever describes a crossing full of children and ends with 誰もいません has described nothing, and
whoever stops and then drives through has not stopped.
"""

from __future__ import annotations

import re

from vlm_driving.evaluation.keyfact.claims import asks
from vlm_driving.evaluation.keyfact.sides import (
    asks_for_leave,
    last_claim,
    last_permission,
    nouns,
)

_NOBODY = re.compile(
    r"誰も|だれも|何も|なにも|(?<!\d)1(?:人|台|本|匹|頭|つ|個|羽|件)も|どこにも|(?:人|車)(?:っ子|影)?1人?(?:も|たり)"
)
_OTHERS = re.compile(r"ほか|他|以外|それより|別|周[りに囲]|ほど|しか|だけ")
_PLACE = re.compile(
    r"左|右|奥|手前|後ろ|前方|対向|反対|上|下|中央|真ん中|横断歩道|歩道|車道|路肩|車線"
)
_ABSENT = re.compile(r"(?:ません|ない)(?:です)?(?:ので|から|ため|、|$)|おらず")
_STOPS = re.compile(
    r"止ま(?!ら)|停ま(?!ら)|停止|停車|減速|徐行|待[ちつっ]|譲[りるっ]|速度を落と|曲がれません|渡れません"
)
_GOES = re.compile(
    r"加速(?:する|し|で)|速度を上げ|スピードを上げ|アクセルを踏|そのまま(?:進[みむん]|直進|走|通|突)|通り抜け|突っ切|突破|"
    r"急いで(?:渡|通|進|曲)|止まらずに|停まらずに|減速せずに|待たずに|すぐに?(?:進|渡|発進|右折|左折|直進)"
)
_NOT_NOW = re.compile(
    r"てから|たら|た後|次第|まで|れば|なら|場合|ないで|ない(?:ように|こと)|せず|べきでは|危険|危な|いけ|だめ|ません|ない$|恐れ|おそれ|かもです"
)
_CAN = re.compile(r"(?<![見聞言思考終超消])えます$")
_HOWEVER = re.compile(
    r"^(?:ただし|ただ、|とはいえ|しかし|でも、|もっとも|けれども|それでも|ですから|だから|なので|したがって)"
)


def denies_all(said: tuple[str, ...], true: str) -> bool:
    """Whether a later sentence says that nothing is there where an earlier one put something.

    Args:
        said: normalized sentences.
        true: reference and description, normalized; what they say of emptiness is no denial.
    """
    for number, sentence in enumerate(said[1:], 1):
        if asks(sentence) or not _NOBODY.search(sentence) or _OTHERS.search(sentence):
            continue
        if not _ABSENT.search(sentence):
            continue
        places = set(_PLACE.findall(sentence))
        earlier = "".join(said[:number])
        if places and not places & set(_PLACE.findall(earlier)):
            continue
        if any(
            _NOBODY.search(known) and (not places or places & set(_PLACE.findall(known)))
            for known in re.split("[。、]", true)
        ):
            continue
        if _presence(said[:number]):
            return True
    return False


def _presence(said: tuple[str, ...]) -> bool:
    """Whether anything is said to be there or to happen."""
    return any(last_claim(one) is not False and nouns(one) for one in said)


def turns_round(said: tuple[str, ...], asked: str, due: str) -> bool:
    """Whether a later sentence goes where an earlier one stops, or allows what it forbade.

    Args:
        said: normalized sentences.
        asked: the question, normalized.
        due: the reference, normalized; who is to go on there contradicts nothing.
    """
    if not due or _GOES.search(due):
        return False
    stopped = forbidden = False
    for sentence in said:
        if (stopped and _STOPS.search(due)) and _now(_GOES, sentence):
            return True
        if (
            forbidden
            and _HOWEVER.search(sentence)
            and (last_permission(sentence) or _CAN.search(sentence))
        ):
            return True
        stopped = stopped or _STOPS.search(sentence) is not None
        forbidden = forbidden or (last_permission(sentence) is False and asks_for_leave(asked))
    return False


def _now(pattern: re.Pattern[str], sentence: str) -> bool:
    return pattern.search(sentence) is not None and not _NOT_NOW.search(sentence)
