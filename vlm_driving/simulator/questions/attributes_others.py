"""Short questions about oncoming, parked and crossing vehicles."""

from __future__ import annotations

from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions.terms import (
    CONV,
    NONE,
    SIDE_GROUP,
    SIDE_JA,
    VEHICLE_GROUP,
    VEHICLE_JA,
    Kind,
    Reply,
    absent,
    no,
    others,
    states,
    yes,
)
from vlm_driving.simulator.questions.wordings_traffic import TEXTS


def _oncoming_kind(facts: Facts, speed: float | None) -> Reply | None:
    if facts.oncoming is None:
        return absent("対向車", list(VEHICLE_GROUP.values()))
    kind = facts.oncoming.kind
    ja = VEHICLE_JA[kind]
    answers = (f"{ja}です。", f"対向車は{ja}です。", f"向こうから来るのは{ja}です。")
    return states(kind.value, answers, [VEHICLE_GROUP[kind]], others(VEHICLE_GROUP, kind))


def _encroaching(facts: Facts, speed: float | None) -> Reply | None:
    if facts.oncoming is None:
        answers = (
            "いいえ、対向車は見当たりません。",
            "いいえ、対向車そのものがいません。",
            "いいえ、対向車は写っていません。",
        )
        return no(answers, [NONE], key="none")
    if facts.oncoming.encroaching:
        return yes(
            (
                "はい、対向車がこちらの車線にはみ出しています。",
                "はい、対向車がこちら側に出ています。",
                "はい、対向車が中央を越えています。",
            ),
            lead=["はみ出しています", "越えています"],
        )
    return no(
        (
            "いいえ、対向車は中央を越えていません。",
            "いいえ、対向車はこちらの車線に入っていません。",
            "いいえ、対向車ははみ出していません。",
        ),
        [["自分の車線", "入っていません", "はみ出していません", "越えていません"]],
    )


def _parked_kind(facts: Facts, speed: float | None) -> Reply | None:
    if facts.parked is None:
        return absent("駐車車両", list(VEHICLE_GROUP.values()))
    kind = facts.parked.kind
    ja = VEHICLE_JA[kind]
    answers = (f"{ja}です。", f"止まっているのは{ja}です。", f"駐車しているのは{ja}です。")
    return states(kind.value, answers, [VEHICLE_GROUP[kind]], others(VEHICLE_GROUP, kind))


def _parked_in_lane(facts: Facts, speed: float | None) -> Reply | None:
    if facts.parked is None:
        answers = (
            "いいえ、駐車車両は見当たりません。",
            "いいえ、駐車車両はありません。",
            "いいえ、止まっている車は写っていません。",
        )
        return no(answers, [NONE], key="none")
    overlap = facts.parked.overlap_m
    if overlap > 0.5:
        return yes(
            (
                "はい、駐車車両が車線の一部をふさいでいます。",
                "はい、駐車車両が車線にはみ出しています。",
                "はい、止まっている車がこちらの車線にかかっています。",
            ),
            lead=["ふさいでいます", "はみ出しています", "かかっています"],
        )
    if overlap > 0.1:
        return None
    return no(
        (
            "いいえ、駐車車両は車線の外に止まっています。",
            "いいえ、駐車車両は路肩に収まっています。",
            "いいえ、止まっている車は車線をふさいでいません。",
        ),
        [
            [
                "車線の外",
                "路肩に収まって",
                "ふさいでいません",
                "かかっていません",
                "はみ出していません",
            ]
        ],
    )


def _crossing_vehicle_side(facts: Facts, speed: float | None) -> Reply | None:
    crosser = facts.crossing_vehicle
    if crosser is None:
        return absent("横切ろうとする車", [["左"], ["右"]])
    ja = SIDE_JA[crosser.side]
    answers = (f"{ja}です。", f"{ja}から来ています。", f"{ja}に見えます。")
    return states(
        crosser.side.value, answers, [SIDE_GROUP[crosser.side]], others(SIDE_GROUP, crosser.side)
    )


ATTRIBUTES_OTHERS: tuple[Kind, ...] = (
    Kind(
        "oncoming_kind",
        CONV,
        TEXTS["oncoming_kind"],
        _oncoming_kind,
    ),
    Kind(
        "oncoming_encroaching",
        CONV,
        TEXTS["oncoming_encroaching"],
        _encroaching,
    ),
    Kind(
        "parked_kind",
        CONV,
        TEXTS["parked_kind"],
        _parked_kind,
    ),
    Kind(
        "parked_in_lane",
        CONV,
        TEXTS["parked_in_lane"],
        _parked_in_lane,
    ),
    Kind(
        "crossing_vehicle_side",
        CONV,
        TEXTS["crossing_vehicle_side"],
        _crossing_vehicle_side,
    ),
)
"""Kinds about other vehicles than the one ahead."""
