"""Questions whether a move is allowed and safe, answered with the reason (rules: `moves`)."""

from __future__ import annotations

from collections.abc import Callable

from vlm_driving.core import SpeedAdvice
from vlm_driving.simulator.advice_terms import STANDING_KMH
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions import moves
from vlm_driving.simulator.questions.reasons import Reason, decision
from vlm_driving.simulator.questions.terms import (
    COMPLEX,
    CYCLIST,
    DRIVER,
    PEDESTRIAN,
    Kind,
    Reply,
    no,
    yes,
)

_CARE = ["確かめ", "確認", "注意", "気をつけ"]


def _polarity(
    why: Reason | None, stays: tuple[str, str, str], goes: tuple[str, ...]
) -> Reply | None:
    """No with the reason before one of `stays`, or yes in the words of `goes`."""
    if why is None:
        return None
    if why is moves.GO:
        return yes(goes, [_CARE])
    one, two = why.clauses
    answers = (
        f"いいえ、{one}{stays[0]}。",
        f"いいえ、{two}{stays[1]}。",
        f"いいえ。{one}{stays[2]}。",
    )
    return no(answers, [why.group], key=f"no:{why.name}")


_FIRST = ("stop_sign", "railway", "flagger", "pedestrian", "cyclist")
"""Causes that come before any other move, even where slowing is enough so far."""


def _checked(facts: Facts, speed: float | None, why: Reason | None) -> Reason | None:
    """A move that nothing is against is none while the adviser stops us for another cause."""
    if why is not moves.GO:
        return why
    advised, cause = decision(facts, speed)
    if cause is None or cause.name in ("red", "yellow") or cause.cause == "flagger_proceed":
        return why  # the move's own rule has judged signal and arrows; the guard lets us go
    slows = advised is SpeedAdvice.DECELERATE and cause.name in _FIRST
    return cause if slows or advised is SpeedAdvice.STOP else why


def _right(facts: Facts, speed: float | None) -> Reply | None:
    return _polarity(
        _checked(facts, speed, moves.turn_right(facts)),
        ("、今は右折できません", "、右折は待つべきです", "、右折せずに待ちます"),
        (
            "はい、近くに妨げとなる車や人はいないので、周囲を確かめながら右折できます。",
            "はい、右折して大丈夫です。安全を確認してゆっくり曲がってください。",
            "はい、右折できます。歩行者や自転車に注意して徐行しましょう。",
        ),
    )


def _left(facts: Facts, speed: float | None) -> Reply | None:
    return _polarity(
        _checked(facts, speed, moves.turn_left(facts)),
        ("、今は左折できません", "、左折は待つべきです", "、左折せずに待ちます"),
        (
            "はい、近くに妨げとなる人や自転車はいないので、左後方を確かめて左折できます。",
            "はい、左折して大丈夫です。巻き込みに注意して曲がってください。",
            "はい、左折できます。歩道側を確認しながら徐行しましょう。",
        ),
    )


def _overtake(facts: Facts, speed: float | None) -> Reply | None:
    return _polarity(
        _checked(facts, speed, moves.overtake(facts)),
        ("、追い越しはできません", "、追い越すべきではありません", "、追い越す場面ではありません"),
        (
            "はい、隣の車線が空いているので、後方を確かめて追い越せます。",
            "はい、隣の車線に余裕があります。後ろを確認してから追い越してください。",
            "はい、隣の車線は空いています。後方に注意して追い越せます。",
        ),
    )


def _straight(facts: Facts, speed: float | None) -> Reply | None:
    if speed is not None and speed < STANDING_KMH:
        return None  # nobody who stands goes on as he does
    advised, why = decision(facts, speed)
    if advised in (SpeedAdvice.KEEP, SpeedAdvice.ACCELERATE):
        why = moves.GO
    slow = advised is SpeedAdvice.DECELERATE
    does = "減速が必要です" if slow else "止まる必要があります"
    return _polarity(
        why,
        (
            f"、{does}",
            f"、{does}",
            "、速度を落とす必要があります" if slow else "、このまま進むことはできません",
        ),
        (
            "はい、周囲に注意しながらこのまま進めます。",
            "はい、直進できます。前方の安全を確認しながら進んでください。",
            "はい、今の速度で進んで問題ありません。周りには気をつけましょう。",
        ),
    )


def _start(facts: Facts, speed: float | None) -> Reply | None:
    if speed is None or speed >= STANDING_KMH:
        return None
    advised, why = decision(facts, speed)
    if advised is SpeedAdvice.ACCELERATE:
        why = moves.GO
    return _polarity(
        why,
        ("、まだ発進できません", "、発進せずに待ちます", "、停止を続けます"),
        (
            "はい、すぐ前は空いているので、周囲を確かめて発進できます。",
            "はい、発進して問題ありません。左右を確認してから進みましょう。",
            "はい、もう進める状況です。周りに注意して発進してください。",
        ),
    )


def _cross(facts: Facts, speed: float | None) -> Reply | None:
    why = moves.cross_on_foot(facts)
    if why is not None and why.name.startswith("go_"):
        one, two = why.clauses
        answers = (
            f"はい、{one}、車が止まったことを確かめてから渡れます。",
            f"はい、{two}、左右を確認して渡ってください。",
            f"はい。{two}、近づく車に注意して渡れます。",
        )
        return yes(answers, [why.group, _CARE], key=f"yes:{why.name}")
    return _polarity(
        why,
        ("、今は渡らないでください", "、渡らずに待ってください", "、渡るのは危険です"),
        (),
    )


def _ride(facts: Facts, speed: float | None) -> Reply | None:
    why = _checked(facts, speed, moves.ride_on(facts))
    if why is not None and (why.name in ("lead", "jam", "encroaching") or why.cause == "cyclist"):
        return None  # what slows the car need not slow the cyclist beside it, or is that cyclist
    return _polarity(
        why,
        (
            "、このまま左端を進めません",
            "、そのまま進むことはできません",
            "、速度を落として止まれるようにしてください",
        ),
        (
            "はい、左端は空いているので、周囲に注意して進めます。",
            "はい、そのまま進めます。後ろの車に気をつけて進みましょう。",
            "はい、そのまま走れます。前方の安全を確かめながら進んでください。",
        ),
    )


def _kind(
    name: str,
    reply: Callable[[Facts, float | None], Reply | None],
    texts: tuple[str, ...],
    voices: tuple[str, ...] = (DRIVER,),
) -> Kind:
    return Kind(name, COMPLEX, texts, reply, voices)


MOVES: tuple[Kind, ...] = (
    _kind(
        "may_turn_right",
        _right,
        (
            "今、右折してもよいですか。",
            "この先で右折したいのですが、今できますか。理由も教えてください。",
            "右に曲がりたいです。この状況で進んでよいでしょうか。",
            "いま右折を始めても安全ですか。",
            "右折の判断を教えてください。今曲がれますか。",
            "この瞬間に右折することはできますか。",
        ),
    ),
    _kind(
        "may_turn_left",
        _left,
        (
            "今、左折してもよいですか。",
            "この先で左に曲がりたいのですが、今できますか。",
            "左折を始めて大丈夫でしょうか。理由も答えてください。",
            "いま左に曲がっても安全ですか。",
            "左折の判断を教えてください。今曲がれますか。",
            "この状況で左折することはできますか。",
        ),
    ),
    _kind(
        "may_overtake",
        _overtake,
        (
            "前の車を追い越してもよいですか。",
            "ここで追い越しをしても大丈夫でしょうか。",
            "先行車が遅いとき、この場所で追い越せますか。",
            "いま追い越しを始めてよいですか。理由も教えてください。",
            "前の車を抜いても問題ありませんか。",
            "この状況で先行車の追い越しは可能ですか。",
        ),
    ),
    _kind(
        "may_go_straight",
        _straight,
        (
            "このまま直進してよいですか。",
            "今の速度のまま、まっすぐ進んで大丈夫でしょうか。",
            "減速も停止もせずに進み続けてよいですか。",
            "このまま走り続けてもよいでしょうか。理由も教えてください。",
            "進路はこのままの速度で通れますか。",
            "まっすぐ通り抜けて問題ありませんか。",
        ),
    ),
    _kind(
        "may_start",
        _start,
        (
            "止まっていますが、もう発進してよいですか。",
            "停車中です。今動き出しても大丈夫でしょうか。",
            "ここから発進できますか。理由も教えてください。",
            "いま停止しています。進み始めてよいですか。",
            "発進のタイミングは今でよいでしょうか。",
            "止まった状態から走り出してもよいですか。",
        ),
    ),
    _kind(
        "may_cross",
        _cross,
        (
            "歩いてこの道を渡りたいのですが、今渡ってよいですか。",
            "歩行者です。いま道路を横断しても安全でしょうか。",
            "向こう側へ歩いて行きたいです。今渡れますか。",
            "横断しようとしています。もう渡り始めてよいですか。",
            "道の脇で待っている者ですが、今なら渡れますか。",
            "この車道を今歩いて渡ってもよいですか。理由も教えてください。",
        ),
        (PEDESTRIAN,),
    ),
    _kind(
        "may_ride_on",
        _ride,
        (
            "自転車で左端を走っています。このまま進めますか。",
            "自転車に乗っています。まっすぐ進んで大丈夫でしょうか。",
            "道の左端を自転車で進みたいのですが、通れますか。",
            "自転車のまま、この先も左側を走り続けてよいですか。",
            "自転車でこの場所を直進してもよいでしょうか。理由も教えてください。",
            "左端の走行を続けたい自転車です。前に進めますか。",
        ),
        (CYCLIST,),
    ),
)
"""All kinds that ask whether a move is all right."""
