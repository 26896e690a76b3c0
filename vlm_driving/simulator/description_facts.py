"""Key facts of a right description of a picture: what is due, and what would be wrong.

Due is what `words_salience` obliges a description to say: the weightiest three things, and
everybody on the road, signals and guards beyond that; of poor light and weather their name. Wrong
is what does not show at all: a thing that shows in too few pixels to be a fact is neither due nor
wrong.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from vlm_driving.simulator.description_absent import AHEAD, absent_groups
from vlm_driving.simulator.fact_types import Facts, Offset, Side
from vlm_driving.simulator.questions.terms import COLOUR_GROUP, OBSTACLE_GROUP, Group
from vlm_driving.simulator.scene import Gesture, Light, SignalColour, VehicleKind, Weather
from vlm_driving.simulator.words_salience import CYCLISTS, WALKERS, Topic, obliged_topics

PEOPLE: Group = [
    "歩行者",
    "子ども",
    "高齢者",
    "お年寄り",
    "通行人",
    "人が",
    "の人",
    "いる人",
    "人の姿",
    "2人",
    "3人",
    "数人",
]
CROSSING_OVER: Group = [
    "渡って",
    "渡る",
    "渡り",
    "横断して",
    "横断中",
    "横切って",
    "横断歩道の上",
    *(f"横断歩道に{who}" for who in ("歩行者", "子ども", "高齢者", "お年寄り", "人が", "自転車")),
    *(f"横断歩道に{who}" for who in ("小さな", "2人", "3人", "数人", "高齢の")),
]
CAR: Group = ["乗用車", "軽自動車", "セダン", "ワゴン車", "ミニバン", "ワゴン", "バン"]
SOME_CAR: Group = [
    "前の車",
    "先行車",
    "前方の車",
    "先の車",
    "前走車",
    "車両が前",
    "前方に車",
    "前に車",
    "先に車",
    "mに車",
    "先で車",
    "車が前",
    "車が約",
    "車が少し先",
    "車がすぐ",
]
OF_KIND: dict[VehicleKind, Group] = {
    VehicleKind.KEI: CAR,
    VehicleKind.SEDAN: CAR,
    VehicleKind.VAN: CAR,
    VehicleKind.TRUCK: ["トラック", "貨物車", "大型車"],
    VehicleKind.BUS: ["バス", "大型車"],
    VehicleKind.MOTORCYCLE: ["バイク", "オートバイ", "二輪車"],
}
_HOLDS: Group = ["停止", "止まるよう", "止まれ"]
_LETS_GO: Group = ["進行", "進むよう", "通行", "通るよう"]
EMPTY_CROSSING: Group = [
    "横断歩道に人影はありません",
    "横断歩道に人影はなく",
    "横断歩道を渡る人はおらず",
    "横断歩道を渡る人はいません",
    "横断歩道に人はいません",
    "横断歩道に歩行者はいません",
    "横断歩道には誰もいません",
]
FREE: Group = [
    "障害物は見えません",
    "障害物は見当たりません",
    "障害物はありません",
    "遮るものはありません",
    "ふさぐものはありません",
    "妨げるものはありません",
    "何もありません",
    "車はいません",
    "道は空いて",
    "進路は空いて",
    "前方は空いて",
    "道が続いて",
]
LIGHT: dict[Light, Group] = {
    Light.BACKLIGHT: ["逆光", "まぶしい", "日差し"],
    Light.DUSK: ["夕暮れ", "夕方", "薄暗い", "日暮れ"],
    Light.NIGHT: ["夜", "夜間", "暗くなって"],
}
WEATHER: dict[Weather, Group] = {
    Weather.RAIN: ["雨が降", "雨の", "雨です", "雨で", "雨天"],
    Weather.FOG: ["霧が", "霧の", "霧です", "霧で"],
    Weather.SNOW: ["雪が降", "雪の", "雪です", "雪で", "降雪"],
}
BLIND: Group = [
    "遮られ",
    "ふさがれ",
    "ふさいで",
    "覆われ",
    "遮って",
    "見えません",
    "分かりません",
    "確認できません",
    "判断できません",
    "映っていません",
    "見当たりません",
    "真っ暗",
    "真っ白",
    "真っ黒",
    "白飛び",
    "乱れて",
    "道路の映像ではない",
    "映像ではない",
    "映っていない",
    "曇って",
    "汚れて",
]


def description_rubric(facts: Facts, shown: Collection[str] | None = None) -> dict[str, Any]:
    """The rubric of a description, as `facts` of a question set has it.

    Args:
        facts: what can be told from the picture.
        shown: kinds of the ground truth's `things` (`vehicle/bus/parked`) that have any pixel in
            the picture, facts or not; None where that is not known: then only what the facts
            rule out by themselves is called wrong.
    """
    if facts.blind is not None:
        return {"must": [BLIND], "form": "free"}
    due: list[Group] = []
    for topic in obliged_topics(facts):
        due += [group for group in _due(topic, facts) if group not in due]
    rubric: dict[str, Any] = {"must": due or [FREE], "form": "free"}
    setting = _setting(facts)
    if setting:  # together one fact: a whole drive has the same light and weather
        rubric["any"] = {"k": len(setting), "of": setting}
    wrong = absent_groups(facts, shown)
    if wrong:
        rubric["must_not"] = wrong
    return rubric


def _setting(facts: Facts) -> list[Group]:
    """Light and weather, where they are worth a word; inside a tunnel nothing but the tunnel."""
    if facts.tunnel:
        return [["トンネル"]]
    light = [LIGHT[facts.light]] if facts.light in LIGHT else []
    return [*light, *([WEATHER[facts.weather]] if facts.weather in WEATHER else [])]


def _due(topic: Topic, facts: Facts) -> list[Group]:
    """What has to be heard of a topic."""
    if topic in WALKERS:
        crossing = [CROSSING_OVER] if topic is Topic.WALKER_CROSSING else []
        return [PEOPLE, *crossing]
    if topic in CYCLISTS:
        return [["自転車"]]
    if topic is Topic.SIGNAL:
        return _signal(facts)
    if topic is Topic.FLAGGER:
        hold = facts.flagger is not None and facts.flagger.gesture is Gesture.HOLD
        return [["誘導員", "警備員"], _HOLDS if hold else _LETS_GO]
    if topic is Topic.RAILWAY:
        closed = facts.railway is not None and facts.railway.closed
        return [["踏切"], *([["下りて", "下りた", "閉ま", "閉じ", "降りて"]] if closed else [])]
    if topic is Topic.LEAD:
        assert facts.lead is not None
        return [_vehicle_ahead(facts.lead.kind)]
    if topic is Topic.OBSTACLE:
        assert facts.obstacle is not None
        return [[*OBSTACLE_GROUP[facts.obstacle.kind], "落下物", "落とし物"]]
    if topic is Topic.CURVE:
        return [_curve("左" if facts.curve is Side.LEFT else "右")]
    if topic is Topic.OFFSET:
        side = "左" if facts.offset is Offset.LEFT else "右"
        return [[f"{side}寄り", f"{side}に寄", f"{side}側に寄", f"{side}へ寄", f"{side}にずれ"]]
    if topic is Topic.LIMIT:
        return [[f"{facts.speed_limit_kmh}キロ", f"{facts.speed_limit_kmh}km"]]
    return [_PLAIN[topic]]


def _signal(facts: Facts) -> list[Group]:
    assert facts.signal is not None
    colour = facts.signal.colour
    group = COLOUR_GROUP[colour]
    if colour is SignalColour.OFF:
        group = [*group, "ついていません", "ついておらず", "点灯していない", "消えた信号"]
    return [group, *([["矢印"]] if facts.signal.arrows else [])]


def _vehicle_ahead(kind: VehicleKind) -> Group:
    """A vehicle ahead of us is heard also where its kind is wrong, which `must_not` finds out."""
    others = dict.fromkeys(nouns[0] for nouns in OF_KIND.values() if nouns != OF_KIND[kind])
    placed = (f"{place}{noun}" for noun in others for place in AHEAD)
    return [*SOME_CAR, *OF_KIND[kind], *placed]


def _curve(side: str) -> Group:
    joints = ("", "に", "へ", "の")
    return [f"{side}{joint}{bend}" for joint in joints for bend in ("カーブ", "曲が")]


_PLAIN: dict[Topic, Group] = {
    Topic.JAM: ["渋滞", "車列", "車の列", "混雑"],
    Topic.ONCOMING: ["対向車", "対向の", "対向車線に"],
    Topic.ENCROACHING: ["はみ出", "こちらの車線", "こちら側", "中央線を越え"],
    Topic.PARKED: ["駐車", "停車", "が止まって", "が停まって", "止まっている車", "停まっている車"],
    Topic.CROSSING_VEHICLE: ["横切", "横向き", "ふさ", "交差道路", "横から", "横道", "脇道"],
    Topic.OTHER_VEHICLE: ["隣の車線"],
    Topic.WORKS: ["工事"],
    Topic.STOP_SIGN: ["止まれ", "一時停止"],
    Topic.STOP_LINE: ["停止線"],
    Topic.CROSSING: ["横断歩道", *EMPTY_CROSSING],
    Topic.TUNNEL_AHEAD: ["トンネル"],
}
