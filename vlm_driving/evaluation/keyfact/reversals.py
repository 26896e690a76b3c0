"""Answers that open with yes or no, and say the contrary further on."""

from __future__ import annotations

import re

from vlm_driving.evaluation.keyfact.claims import asks
from vlm_driving.evaluation.keyfact.sides import (
    asks_for_existence,
    asks_for_leave,
    last_claim,
    speaks_of,
    states_asked,
)

_CONDITION = re.compile(
    r"なら|たら|れば|ければ|場合|とき|時[はにも、]|まで|てから|(?:た|の|その)(?:後|あと)|次第|限り|つつ|[るいた]と、"
)
_MAY = re.compile(
    r"(?:できます|できる|可能です|大丈夫です|構いません|かまいません|ても?(?:よ|い|良)いです|ても問題ありません)$"
)
_MAY_NOT = re.compile(
    r"(?:できません|できない|いけません|いけない|だめです|ダメです|禁止です|禁止されています)$"
)
_DISOWNED = re.compile(
    r"^(?:[^、]{0,4}、)?(?:今の|以上の?|上記の?|先ほどの|さっきの|この(?:答え|回答|説明))[^、]{0,8}?(?:は|が)?"
    r"(?:すべて|全部|全て)?(?:間違い|誤り|嘘|うそ|冗談)(?:です|でした|だ)?"
)
_NOT_ANY = re.compile(
    r"誰も|だれも|何も|なにも|1(?:人|台|本|匹|頭|つ|個)も|まったく|全く|どこにも|一切"
)
_ELSEWHERE = re.compile(r"他|ほか|以外|左|右|奥|手前|後ろ|反対|対向|それより|周[りに囲]")


def disowns(said: tuple[str, ...]) -> bool:
    """Whether an answer calls what it has said wrong, as a whole."""
    return any(_DISOWNED.search(sentence) is not None for sentence in said[1:])


def reverses(said: tuple[str, ...], opening: bool, asked: str) -> bool:
    """Whether a later sentence takes back the yes or no that the first one opened with.

    Args:
        said: normalized sentences.
        opening: True for a yes.
        asked: the question, normalized; nothing is found without it.
    """
    may, there = asks_for_leave(asked), asks_for_existence(asked)
    for sentence in said[1:]:
        if asks(sentence) or _CONDITION.search(sentence):
            continue
        contrary = _MAY_NOT if opening else _MAY
        if may and contrary.search(sentence) and speaks_of(sentence, asked):
            return True
        contrary_said = states_asked(sentence, asked) is (not opening)
        if contrary_said and speaks_of(sentence, asked) and not _ELSEWHERE.search(sentence):
            return True
        nobody = _NOT_ANY.search(sentence) and not _ELSEWHERE.search(sentence)
        absent = nobody and last_claim(sentence) is False and speaks_of(sentence, asked)
        if there and opening and absent:
            return True
    return False
