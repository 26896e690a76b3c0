"""Short questions about the road, its limit, light and weather."""

from __future__ import annotations

from vlm_driving.simulator.fact_types import Facts, Offset, Side
from vlm_driving.simulator.questions.terms import (
    CONV,
    DRIVER,
    NONE,
    SIDE_GROUP,
    Group,
    Kind,
    Reply,
    others,
    states,
)
from vlm_driving.simulator.questions.wordings_place import TEXTS
from vlm_driving.simulator.scene import (
    Light,
    RoadClass,
    Weather,
)


def _speed_limit(facts: Facts, speed: float | None) -> Reply | None:
    limit = facts.speed_limit_kmh
    if limit is None:
        answers = (
            "速度制限の標識は見当たりません。",
            "制限速度の標識は写っていません。",
            "読み取れる速度標識は見当たりません。",
        )
        return states("none", answers, [NONE], [["時速"]], None)
    answers = (
        f"時速{limit}キロです。",
        f"制限速度は時速{limit}キロです。",
        f"時速{limit}キロに制限されています。",
    )
    return states(str(limit), answers, [[f"{limit}キロ", f"{limit}km"]], None, "number")


WEATHER_GROUP: dict[Weather, Group] = {
    Weather.CLEAR: [
        "雨も雪も霧もありません",
        "天気は良好",
        "降っていません",
        "晴れ",
        "くもり",
        "曇り",
    ],
    Weather.RAIN: ["雨が降って", "雨です", "雨天", "雨の"],
    Weather.FOG: ["霧が", "霧です", "霧の"],
    Weather.SNOW: ["雪が降って", "雪です", "雪の", "雪が"],
}
_WEATHER_ANSWERS = {
    Weather.CLEAR: ("天気は良好です。", "雨や雪は降っていません。", "雨も雪も霧もありません。"),
    Weather.RAIN: ("雨です。", "雨が降っています。", "天気は雨です。"),
    Weather.FOG: ("霧が出ています。", "霧です。", "霧がかかっています。"),
    Weather.SNOW: ("雪です。", "雪が降っています。", "天気は雪です。"),
}


def _weather(facts: Facts, speed: float | None) -> Reply | None:
    if facts.tunnel:
        return None
    w = facts.weather
    return states(w.value, _WEATHER_ANSWERS[w], [WEATHER_GROUP[w]], others(WEATHER_GROUP, w))


LIGHT_GROUP: dict[Light, Group] = {
    Light.DAY: ["昼", "日中"],
    Light.BACKLIGHT: ["逆光"],
    Light.DUSK: ["夕方", "夕暮れ", "薄暗い"],
    Light.NIGHT: ["夜"],
}
_LIGHT_ANSWERS = {
    Light.DAY: ("昼間です。", "日中で明るいです。", "明るい昼間です。"),
    Light.BACKLIGHT: (
        "逆光です。",
        "日差しが正面から入り、逆光になっています。",
        "太陽が前にあり、逆光です。",
    ),
    Light.DUSK: ("夕暮れ時です。", "薄暗い時間帯です。", "夕方で、薄暗くなっています。"),
    Light.NIGHT: ("夜です。", "夜間で暗いです。", "暗い夜です。"),
}


def _light(facts: Facts, speed: float | None) -> Reply | None:
    if facts.tunnel:
        return None
    light = facts.light
    return states(
        light.value, _LIGHT_ANSWERS[light], [LIGHT_GROUP[light]], others(LIGHT_GROUP, light)
    )


def _lanes(facts: Facts, speed: float | None) -> Reply | None:
    if facts.road is RoadClass.RESIDENTIAL:
        answers = (
            "車線の区切りはありません。",
            "中央線のない細い道で、車線は分かれていません。",
            "車線の区切りのない道です。",
        )
        group = ["区切りはありません", "分かれていません", "区切りのない", "中央線のない"]
        return states("none", answers, [group], [["片側"]])
    n = facts.lanes
    answers = (f"片側{n}車線です。", f"こちら側は{n}車線です。", f"進行方向は{n}車線です。")
    return states(str(n), answers, [[f"{n}車線"]], None, "number")


ROAD_JA = {
    RoadClass.RESIDENTIAL: "住宅街の細い道",
    RoadClass.STREET: "市街地の道路",
    RoadClass.ARTERIAL: "幹線道路",
    RoadClass.EXPRESSWAY: "高速道路",
}
ROAD_GROUP: dict[RoadClass, Group] = {
    RoadClass.RESIDENTIAL: ["住宅街", "生活道路", "住宅地"],
    RoadClass.STREET: ["市街地", "街なか", "一般道"],
    RoadClass.ARTERIAL: ["幹線"],
    RoadClass.EXPRESSWAY: ["高速道路", "自動車専用道路"],
}


def _road(facts: Facts, speed: float | None) -> Reply | None:
    ja = ROAD_JA[facts.road]
    answers = (f"{ja}です。", f"ここは{ja}です。", f"{ja}のようです。")
    return states(
        facts.road.value, answers, [ROAD_GROUP[facts.road]], others(ROAD_GROUP, facts.road)
    )


def _curve(facts: Facts, speed: float | None) -> Reply | None:
    if facts.curve is None:
        answers = (
            "ほぼまっすぐです。",
            "大きなカーブはなく、道はほぼ直線です。",
            "ほぼ直線の道です。",
        )
        return states("none", answers, [["まっすぐ", "真っすぐ", "直線"]], [["左"], ["右"]])
    ja = "左" if facts.curve is Side.LEFT else "右"
    answers = (f"{ja}に曲がっています。", f"{ja}カーブです。", f"道は{ja}へカーブしています。")
    wrong = [["まっすぐ", "直線"], *others(SIDE_GROUP, facts.curve)]
    return states(facts.curve.value, answers, [[ja]], wrong)


def _offset(facts: Facts, speed: float | None) -> Reply | None:
    if facts.offset is Offset.CENTER:
        answers = (
            "車線のほぼ中央です。",
            "車線の真ん中あたりです。",
            "車線のほぼ真ん中を走っています。",
        )
        return states("center", answers, [["中央", "真ん中"]], [["左"], ["右"]])
    ja = "左" if facts.offset is Offset.LEFT else "右"
    answers = (f"{ja}寄りです。", f"車線の{ja}側に寄っています。", f"少し{ja}に寄っています。")
    wrong = others(SIDE_GROUP, Side(facts.offset.value))
    return states(facts.offset.value, answers, [[ja]], wrong)


ATTRIBUTES_ROAD: tuple[Kind, ...] = (
    Kind(
        "speed_limit",
        CONV,
        TEXTS["speed_limit"],
        _speed_limit,
    ),
    Kind(
        "weather",
        CONV,
        TEXTS["weather"],
        _weather,
    ),
    Kind(
        "light",
        CONV,
        TEXTS["light"],
        _light,
    ),
    Kind(
        "lanes",
        CONV,
        TEXTS["lanes"],
        _lanes,
    ),
    Kind(
        "road_class",
        CONV,
        TEXTS["road_class"],
        _road,
    ),
    Kind(
        "curve",
        CONV,
        TEXTS["curve"],
        _curve,
    ),
    Kind(
        "lane_offset",
        CONV,
        TEXTS["lane_offset"],
        _offset,
        (DRIVER,),
    ),
)
"""Kinds about road and surroundings."""
