"""Short questions about people, works and level crossings."""

from __future__ import annotations

from vlm_driving.simulator.fact_types import Facts, Side
from vlm_driving.simulator.questions.terms import (
    CONV,
    NONE,
    OBSTACLE_GROUP,
    OBSTACLE_JA,
    SIDE_GROUP,
    SIDE_JA,
    Group,
    Kind,
    Reply,
    absent,
    no,
    others,
    states,
    yes,
)
from vlm_driving.simulator.questions.wordings_place import TEXTS
from vlm_driving.simulator.scene import (
    Gesture,
    PedestrianPlace,
)

_SIDES: list[Group] = list(SIDE_GROUP.values())


def _side(side: Side, noun: str) -> Reply:
    ja = SIDE_JA[side]
    answers = (f"{ja}です。", f"{ja}にいます。", f"{noun}は{ja}にいます。", f"{ja}に見えます。")
    return states(side.value, answers, [SIDE_GROUP[side]], others(SIDE_GROUP, side))


def _pedestrian_side(facts: Facts, speed: float | None) -> Reply | None:
    if not facts.pedestrians:
        return absent("歩行者", _SIDES)
    return _side(facts.pedestrians[0].side, "歩行者")


def _cyclist_side(facts: Facts, speed: float | None) -> Reply | None:
    if not facts.cyclists:
        return absent("自転車", _SIDES)
    return _side(facts.cyclists[0].side, "自転車")


PLACE_GROUP: dict[PedestrianPlace, Group] = {
    PedestrianPlace.PAVEMENT: ["歩道にいます", "歩道を歩", "歩道です", "路側帯", "歩道の上"],
    PedestrianPlace.WAITING: ["待って", "横断待ち"],
    PedestrianPlace.CROSSING: ["渡って", "横断して", "横断中", "横断歩道の上"],
    PedestrianPlace.ROAD: ["車道"],
}
_PLACE_ANSWERS = {
    PedestrianPlace.PAVEMENT: (
        "歩道にいます。",
        "歩行者は歩道にいます。",
        "歩道を歩いているようです。",
    ),
    PedestrianPlace.WAITING: (
        "横断歩道の手前で待っています。",
        "歩行者は横断を待っています。",
        "道路脇で横断待ちをしています。",
    ),
    PedestrianPlace.CROSSING: (
        "横断歩道を渡っています。",
        "歩行者は横断歩道の上にいます。",
        "横断歩道を横断中です。",
    ),
    PedestrianPlace.ROAD: ("車道にいます。", "歩行者は車道に出ています。", "車道の上にいます。"),
}


def _pedestrian_place(facts: Facts, speed: float | None) -> Reply | None:
    if not facts.pedestrians:
        return absent("歩行者")
    place = facts.pedestrians[0].place
    return states(
        place.value, _PLACE_ANSWERS[place], [PLACE_GROUP[place]], others(PLACE_GROUP, place)
    )


def _people_count(facts: Facts, speed: float | None) -> Reply | None:
    count = len(facts.pedestrians)
    if count == 0:
        return absent("歩行者", [["1人"], ["2人"], ["3人"], ["4人"]])
    answers = (f"{count}人です。", f"歩行者は{count}人見えます。", f"{count}人います。")
    return states(str(count), answers, [[f"{count}人"]], None, "number")


def _works_side(facts: Facts, speed: float | None) -> Reply | None:
    if facts.works is None:
        return absent("工事現場", [["左"], ["右"]])
    ja = SIDE_JA[facts.works.side]
    answers = (f"{ja}です。", f"工事は{ja}で行われています。", f"{ja}に工事区間があります。")
    return states(
        facts.works.side.value,
        answers,
        [SIDE_GROUP[facts.works.side]],
        others(SIDE_GROUP, facts.works.side),
    )


def _obstacle_kind(facts: Facts, speed: float | None) -> Reply | None:
    if facts.obstacle is None:
        return absent("落下物", list(OBSTACLE_GROUP.values()))
    kind = facts.obstacle.kind
    ja = OBSTACLE_JA[kind]
    answers = (f"{ja}です。", f"落ちているのは{ja}です。", f"路上に{ja}が落ちています。")
    return states(kind.value, answers, [OBSTACLE_GROUP[kind]], others(OBSTACLE_GROUP, kind))


_HOLD: Group = ["止まれ", "停止", "止めて", "止まるよう"]
_GO: Group = ["進め", "通行してよい", "進むよう", "通して"]


def _gesture(facts: Facts, speed: float | None) -> Reply | None:
    if facts.flagger is None:
        return absent("交通誘導員", [_HOLD, _GO])
    if facts.flagger.gesture is Gesture.HOLD:
        answers = (
            "止まるよう合図しています。",
            "停止の合図を出しています。",
            "車を止めています。",
        )
        return states("hold", answers, [_HOLD], [_GO])
    answers = ("進むよう合図しています。", "「進め」の合図を出しています。", "車を通しています。")
    return states("proceed", answers, [_GO], [_HOLD])


def _railway(facts: Facts, speed: float | None) -> Reply | None:
    if facts.railway is None:
        answers = (
            "いいえ、踏切は見当たりません。",
            "いいえ、踏切はありません。",
            "いいえ、踏切は写っていません。",
        )
        return no(answers, [NONE], key="none")
    if facts.railway.closed:
        return yes(
            (
                "はい、踏切は閉まっています。",
                "はい、踏切は閉じています。",
                "はい、踏切は通れない状態で、閉まっています。",
            ),
            [["閉ま", "閉じて", "下りて"]],
        )
    return no(
        (
            "いいえ、踏切は開いています。",
            "いいえ、遮断機は上がっています。",
            "いいえ、踏切は開いた状態です。",
        ),
        [["開い", "上がって"]],
    )


ATTRIBUTES_PLACE: tuple[Kind, ...] = (
    Kind(
        "pedestrian_side",
        CONV,
        TEXTS["pedestrian_side"],
        _pedestrian_side,
    ),
    Kind(
        "cyclist_side",
        CONV,
        TEXTS["cyclist_side"],
        _cyclist_side,
    ),
    Kind(
        "pedestrian_place",
        CONV,
        TEXTS["pedestrian_place"],
        _pedestrian_place,
    ),
    Kind(
        "pedestrian_count",
        CONV,
        TEXTS["pedestrian_count"],
        _people_count,
    ),
    Kind(
        "works_side",
        CONV,
        TEXTS["works_side"],
        _works_side,
    ),
    Kind(
        "obstacle_kind",
        CONV,
        TEXTS["obstacle_kind"],
        _obstacle_kind,
    ),
    Kind(
        "flagger_gesture",
        CONV,
        TEXTS["flagger_gesture"],
        _gesture,
    ),
    Kind(
        "railway_state",
        CONV,
        TEXTS["railway_state"],
        _railway,
    ),
)
"""Kinds about people and what blocks the road."""
