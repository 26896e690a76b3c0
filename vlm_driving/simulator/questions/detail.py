"""Questions for a description of one part of the picture, answered in two or three sentences.

The nearest or weightiest thing of the part must be named, half of the others too, and nothing
may be named that does not show.
"""

from __future__ import annotations

from collections.abc import Iterable

from vlm_driving.simulator.fact_types import Facts, Side
from vlm_driving.simulator.questions import detail_items as say
from vlm_driving.simulator.questions.attributes_road import (
    LIGHT_GROUP,
    ROAD_GROUP,
    WEATHER_GROUP,
)
from vlm_driving.simulator.questions.detail_terms import EXTRA_SIGNS, NAMES, Item, compose
from vlm_driving.simulator.questions.terms import VEHICLE_GROUP, Reply

IN_LANE_M = 0.3


def _shown(items: Iterable[Item | None]) -> list[Item]:
    return [item for item in items if item is not None]


def _somewhere(facts: Facts, items: list[Item]) -> bool:
    """Whether something shows of which the side is not known, so that little can be denied."""
    beside = facts.other_vehicle_ahead_m is not None or facts.flagger is not None
    return beside and len(items) < 2


def _beside(facts: Facts, side: Side) -> list[Item]:
    """Crossing vehicles, works and fallen things of one side."""
    pairs = (
        (facts.crossing_vehicle, say.crosser_item),
        (facts.works, say.works_item),
        (facts.obstacle, say.obstacle_item),
    )
    return _shown(item(facts) for fact, item in pairs if fact is not None and fact.side is side)


def left(facts: Facts, speed: float | None) -> Reply | None:
    """What stands or moves on the left."""
    items = _beside(facts, Side.LEFT) + _shown([say.parked_item(facts)])
    items += say.people_items(facts, Side.LEFT, "左側")
    if _somewhere(facts, items):
        return None
    empty = (
        "道路の左側に目立つ車や人は見当たりません。左側は開けています。",
        "左側には、人も車も見当たりません。特に妨げるものはない様子です。",
        "左側に気をつけるべきものは見当たりません。左端は空いています。",
    )
    return compose(
        items, empty, ("parked", "pedestrian", "cyclist", "works", "obstacle", "crosser")
    )


def right(facts: Facts, speed: float | None) -> Reply | None:
    """What stands or moves on the right."""
    items = _shown([say.oncoming_item(facts)]) + _beside(facts, Side.RIGHT)
    items += say.people_items(facts, Side.RIGHT, "右側")
    if _somewhere(facts, items):
        return None
    empty = (
        "道路の右側に目立つ車や人は見当たりません。右側は空いています。",
        "右側には、人も車も見当たりません。道は空いています。",
        "右側に気をつけるべきものは見当たりません。特に動くものはない様子です。",
    )
    names = ("oncoming", "pedestrian", "cyclist", "works", "obstacle", "crosser")
    return compose(items, empty, names)


def ahead(facts: Facts, speed: float | None) -> Reply | None:
    """What is in our lane ahead, and at its far end."""
    items = _shown([say.lead_item(facts)])
    if facts.jam:
        words = ("その先は渋滞の列になっています。", "前方で車列が詰まり、渋滞しています。")
        items.append(Item("jam", words, NAMES["jam"]))
    items += say.people_items(facts, Side.CENTER, "正面")
    if facts.crossing_vehicle is not None and facts.crossing_vehicle.in_lane:
        items += _shown([say.crosser_item(facts)])
    if facts.obstacle is not None and facts.obstacle.side is Side.CENTER:
        items += _shown([say.obstacle_item(facts)])
    if facts.works is not None and facts.works.overlap_m >= IN_LANE_M:
        items += _shown([say.works_item(facts)])
    if facts.oncoming is not None and facts.oncoming.encroaching:
        items += _shown([say.oncoming_item(facts)])
    items += _shown([say.railway_item(facts)])
    if facts.tunnel_ahead_m is not None:
        words = ("先にトンネルの入口が見えます。", "この先でトンネルに入ります。")
        items.append(Item("tunnel", words, NAMES["tunnel"]))
    empty = (
        "自分の車線の前方に車や人は見当たりません。進路は空いています。",
        "前方の進路を妨げるものは見当たりません。道は先まで空いています。",
        "すぐ前には何も見当たりません。見通せる範囲では進路が空いています。",
    )
    names = (
        "lead",
        "jam",
        "pedestrian",
        "cyclist",
        "obstacle",
        "railway",
        "tunnel",
        "crosser",
        "works",
        "oncoming",
    )
    reply = compose(items, empty, names)
    if items:
        return reply
    wrong = [*reply.rubric["must_not"], *VEHICLE_GROUP.values()]
    return Reply(reply.key, reply.answers, {**reply.rubric, "must_not": wrong})


def people(facts: Facts, speed: float | None) -> Reply | None:
    """Pedestrians and cyclists."""
    items = say.people_items(facts, None, "")
    if facts.flagger is not None and len(items) < 2:
        return None
    empty = (
        "見える範囲に人の姿は見当たりません。車以外に動くものはない様子です。",
        "道を歩く人は見当たりません。二輪で走る人もいない様子です。",
        "人影は見当たりません。歩道にも車道にも誰もいない様子です。",
    )
    return compose(items, empty, ("pedestrian", "cyclist"))


def signals(facts: Facts, speed: float | None) -> Reply | None:
    """Signal, signs and painted orders."""
    items = []
    first = say.signal_item(facts)
    if first is not None:
        items.append(first)
    if facts.stop_sign_m is not None:
        words = ("「止まれ」の標示があります。", "この先は一時停止の場所です。")
        items.append(Item("stop_sign", words, NAMES["stop_sign"]))
    if facts.speed_limit_kmh is not None:
        limit = facts.speed_limit_kmh
        words = (f"速度の標識は時速{limit}キロを示しています。", f"制限速度は時速{limit}キロです。")
        items.append(Item("limit", words, [f"{limit}キロ", f"{limit}km"]))
    items += _shown([say.railway_item(facts)])
    if facts.crossing_m is not None:
        words = (
            f"{say.far_ja(facts.crossing_m)}に横断歩道があります。",
            "路面に横断歩道が描かれています。",
        )
        items.append(Item("crossing", words, NAMES["crossing"]))
    if facts.stop_line_m is not None:
        words = ("停止線が引かれています。", "路面に停止線が見えます。")
        items.append(Item("stop_line", words, NAMES["stop_line"]))
    empty = (
        "目立つ標識や表示は見当たりません。従うべき指示もない様子です。",
        "交通規制を示すものは見当たりません。路面にも表示はありません。",
        "標識などは見当たりません。路面にも特別な表示はありません。",
    )
    names = ("signal", "stop_sign", "limit", "railway", "crossing", "stop_line")
    return compose(items, empty, names, EXTRA_SIGNS)


def air(facts: Facts, speed: float | None) -> Reply | None:
    """Light and weather."""
    if facts.tunnel:
        words = (
            "トンネルの中です。照明の明かりで走る場面です。",
            "いまはトンネルの中にいます。外の天気は分かりません。",
            "トンネルの内部です。天井の明かりが頼りです。",
        )
        return Reply("tunnel", words, {"must": [["トンネル"]], "form": None})
    light, weather = say.light_item(facts), say.weather_item(facts)
    answers = tuple(light.sentences[i] + weather.sentences[i] for i in range(3))
    wrong = [g for k, g in LIGHT_GROUP.items() if k is not facts.light]
    wrong += [g for k, g in WEATHER_GROUP.items() if k is not facts.weather]
    rubric = {"must": [light.group, weather.group], "must_not": wrong, "form": None}
    return Reply(f"{facts.light.value}+{facts.weather.value}", answers, rubric)


def road(facts: Facts, speed: float | None) -> Reply | None:
    """The road's class, lanes, shape and what lies across it."""
    items = [say.road_item(facts)]
    if facts.curve is not None:
        ja = "左" if facts.curve is Side.LEFT else "右"
        words = (f"道は{ja}へカーブしています。", f"この先は{ja}カーブです。")
        items.append(
            Item(f"curve_{facts.curve.value}", words, [f"{ja}へ", f"{ja}カーブ", f"{ja}に曲"])
        )
    else:
        words = ("道はほぼまっすぐです。", "ほぼ直線です。")
        items.append(Item("straight", words, ["まっすぐ", "直線"]))
    if facts.works is not None:
        words = ("途中に工事区間があります。", "道路工事も行われています。")
        items.append(Item("works", words, NAMES["works"]))
    if facts.crossing_m is not None:
        words = ("横断歩道があります。", "前方に横断歩道が見えます。")
        items.append(Item("crossing", words, NAMES["crossing"]))
    reply = compose(items, (), ("works", "crossing"))
    wrong = [g for k, g in ROAD_GROUP.items() if k is not facts.road]
    rubric = {**reply.rubric, "must_not": [*reply.rubric.get("must_not", []), *wrong]}
    return Reply(reply.key, reply.answers, rubric)
