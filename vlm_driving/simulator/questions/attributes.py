"""Short questions about the signal and the vehicle ahead."""

from __future__ import annotations

from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions.terms import (
    COLOUR_GROUP,
    COLOUR_JA,
    CONV,
    GUARD,
    NONE,
    PEDESTRIAN,
    VEHICLE_GROUP,
    VEHICLE_JA,
    WHEELS,
    Kind,
    Reply,
    absent,
    no,
    others,
    rounded_m,
    states,
    yes,
)
from vlm_driving.simulator.questions.wordings_traffic import TEXTS
from vlm_driving.simulator.scene import Arrow, SignalColour


def _signal_colour(facts: Facts, speed: float | None) -> Reply | None:
    if facts.signal is None:
        return absent("信号機", [["赤"], ["黄"], ["青"]])
    colour = facts.signal.colour
    wrong = others(COLOUR_GROUP, colour)
    if colour is SignalColour.OFF:
        answers = (
            "信号は消灯しています。",
            "信号は消えています。",
            "信号機はありますが、消灯しています。",
        )
        return states("off", answers, [COLOUR_GROUP[colour]], wrong)
    ja = COLOUR_JA[colour]
    light = "黄信号" if colour is SignalColour.YELLOW else f"{ja}信号"
    said = (f"信号は{ja}です。", f"{ja}です。", f"前方の信号は{ja}です。", f"{light}です。")
    if colour is SignalColour.GREEN and facts.signal.arrows:
        return None
    return states(colour.value, said, [COLOUR_GROUP[colour]], wrong)


ARROW_JA = {Arrow.LEFT: "左折", Arrow.STRAIGHT: "直進", Arrow.RIGHT: "右折"}
_ARROW_GROUP = {
    Arrow.LEFT: ["左折", "左の矢印", "左矢印", "左向き"],
    Arrow.STRAIGHT: ["直進", "上向き", "真っすぐ", "まっすぐ"],
    Arrow.RIGHT: ["右折", "右の矢印", "右矢印", "右向き"],
}


def _arrows(facts: Facts, speed: float | None) -> Reply | None:
    if facts.signal is None:
        return absent("信号機")
    lit = facts.signal.arrows
    if not lit:
        answers = (
            "矢印は出ていません。",
            "矢印信号は点灯していません。",
            "青い矢印は一つも点いていません。",
        )
        must = ["出ていません", "点灯していません", "点いていません", "ありません"]
        return states("off", answers, [must], list(_ARROW_GROUP.values()))
    names = "と".join(ARROW_JA[a] for a in Arrow if a in lit)
    answers = (
        f"{names}の矢印が出ています。",
        f"{names}の青い矢印が点灯しています。",
        f"点いているのは{names}の矢印です。",
    )
    wrong = [group for arrow, group in _ARROW_GROUP.items() if arrow not in lit]
    due = [_ARROW_GROUP[a] for a in Arrow if a in lit]
    return states("+".join(a.value for a in Arrow if a in lit), answers, due, wrong, "list")


def _lead_kind(facts: Facts, speed: float | None) -> Reply | None:
    if facts.lead is None:
        return absent("先行車", list(VEHICLE_GROUP.values()))
    kind = facts.lead.kind
    ja = VEHICLE_JA[kind]
    answers = (
        f"{ja}です。",
        f"前にいるのは{ja}です。",
        f"先行車は{ja}です。",
        f"前方の車は{ja}です。",
    )
    return states(kind.value, answers, [VEHICLE_GROUP[kind]], others(VEHICLE_GROUP, kind))


def _lead_braking(facts: Facts, speed: float | None) -> Reply | None:
    lead = facts.lead
    if lead is None:
        answers = (
            "いいえ、先行車は見当たりません。",
            "いいえ、前に車はいません。",
            "いいえ、前方に車は写っていません。",
        )
        return no(answers, [NONE], key="none")
    if lead.braking is None:
        return None
    if lead.braking:
        return yes(
            (
                "はい、ブレーキランプが点灯しています。",
                "はい、赤い制動灯が点いています。",
                "はい、前の車はブレーキを踏んでいます。",
            ),
            lead=["点灯しています", "点いています", "踏んでいます"],
        )
    return no(
        (
            "いいえ、ブレーキランプは消えています。",
            "いいえ、ブレーキは踏んでいません。",
            "いいえ、制動灯は点いていません。",
        ),
        [["消えて", "踏んでいません", "点いていません", "点灯していません", "かけていません"]],
    )


def _lead_distance(facts: Facts, speed: float | None) -> Reply | None:
    if facts.lead is None:
        return absent("先行車", [["メートル"]])
    metres = rounded_m(facts.lead.range_m)
    answers = (
        f"およそ{metres}メートルです。",
        f"前の車まで約{metres}メートルです。",
        f"先行車は{metres}メートルほど先にいます。",
    )
    key = "near" if metres < 15 else "mid" if metres < 35 else "far"
    return states(key, answers, [[f"{metres}メートル", f"{metres}m"]], None, "number")


ATTRIBUTES: tuple[Kind, ...] = (
    Kind(
        "signal_colour",
        CONV,
        TEXTS["signal_colour"],
        _signal_colour,
        by_voice={
            PEDESTRIAN: (
                "車の信号はいま何色ですか。",
                "車側の信号は何色になっていますか。",
                "車両用信号の色を教えてください。",
                "車が見ている信号は何色ですか。",
                "車のほうの信号は赤ですか、青ですか、それとも黄色ですか。",
                "車に向いた信号の色は何色でしょうか。",
            ),
            GUARD: (
                "こちらへ来る車の信号は何色ですか。",
                "車両用信号の現示は何色ですか。",
                "誘導中です。車の信号は何色になっていますか。",
                "車の流れを見たいので、信号の色を教えてください。",
                "いま車側の信号は何色でしょうか。",
                "車が従う信号は何色ですか。",
            ),
        },
    ),
    Kind(
        "signal_arrow",
        CONV,
        TEXTS["signal_arrow"],
        _arrows,
    ),
    Kind(
        "lead_kind",
        CONV,
        TEXTS["lead_kind"],
        _lead_kind,
        WHEELS,
    ),
    Kind(
        "lead_braking",
        CONV,
        TEXTS["lead_braking"],
        _lead_braking,
        WHEELS,
    ),
    Kind(
        "lead_distance",
        CONV,
        TEXTS["lead_distance"],
        _lead_distance,
        WHEELS,
    ),
)
"""Kinds about the signal and the vehicle ahead."""
