"""Sentences for descriptions: one thing, several ways to say it, what a listener must hear."""

from __future__ import annotations

from vlm_driving.simulator.fact_types import Facts, PedestrianFact, Side
from vlm_driving.simulator.questions.attributes import ARROW_JA
from vlm_driving.simulator.questions.attributes_road import (
    LIGHT_GROUP,
    ROAD_GROUP,
    ROAD_JA,
    WEATHER_GROUP,
)
from vlm_driving.simulator.questions.detail_terms import NAMES, Item
from vlm_driving.simulator.questions.terms import (
    COLOUR_GROUP,
    COLOUR_JA,
    OBSTACLE_JA,
    SIDE_JA,
    VEHICLE_GROUP,
    VEHICLE_JA,
    rounded_m,
)
from vlm_driving.simulator.scene import (
    Gesture,
    Light,
    PedestrianPlace,
    RoadClass,
    SignalColour,
    Weather,
)


def far_ja(range_m: float) -> str:
    """A distance ahead in words."""
    return f"およそ{rounded_m(range_m)}メートル先"


def people_items(facts: Facts, side: Side | None, where: str) -> list[Item]:
    """Pedestrians and cyclists of one side (None: all)."""
    items = []
    people = [p for p in facts.pedestrians if side is None or p.side is side]
    if people:
        items.append(Item("pedestrian", _walkers(facts, people, where), NAMES["pedestrian"]))
    riders = [c for c in facts.cyclists if side is None or c.side is side]
    if riders:
        far = far_ja(riders[0].range_m)
        items.append(
            Item(
                "cyclist",
                (
                    f"{far}に自転車が見えます。",
                    f"自転車に乗った人が{far}にいます。",
                    f"{far}に自転車がいます。",
                ),
                NAMES["cyclist"],
            )
        )
    return items


def _walkers(facts: Facts, people: list[PedestrianFact], where: str) -> tuple[str, str, str]:
    """Three ways to say who is on foot; `where` is a side or empty."""
    first = people[0]
    far, of, at = (
        far_ja(first.range_m),
        f"{where}の" if where else "",
        f"{where}で" if where else "",
    )
    walk = "道端" if facts.road is RoadClass.RESIDENTIAL else "歩道"
    still = {PedestrianPlace.PAVEMENT: walk, PedestrianPlace.ROAD: "車道"}.get(first.place)
    crosses = first.place is PedestrianPlace.CROSSING
    does = "道路を渡っています" if crosses else "横断を待っています"
    if len(people) > 1:
        doing = f"{still}にいます" if still else does
        there = f"{far}の{still}にいます" if still else f"{far}で{does}"
        count = f"歩行者が{len(people)}人"
        return (
            f"{where}{'に' if where else ''}{count}いて、一番近い人は{doing}。",
            f"{of}一番近い歩行者は{there}。",
            f"{count}見え、一番近い人は{there}。",
        )
    if still:
        return (
            f"{of}{still}に歩行者がいます。",
            f"{far}の{still}に歩行者がいます。",
            f"歩行者が{far}の{still}にいます。",
        )
    return (
        f"{at}歩行者が{does}。",
        f"{far}で歩行者が{does}。",
        f"歩行者が{far}で{does}。",
    )


def crosser_item(facts: Facts) -> Item | None:
    """The vehicle that comes into our road."""
    crosser = facts.crossing_vehicle
    if crosser is None:
        return None
    noun, ja = VEHICLE_JA[crosser.kind], SIDE_JA[crosser.side]
    words = (
        f"{ja}から{noun}が横切ろうとしています。",
        f"{noun}が{ja}の横道から出ようとしています。",
    )
    if crosser.in_lane:
        words = (
            f"横から{noun}が出て、道をふさいでいます。",
            f"{noun}が横から出て、前をふさいでいます。",
        )
    return Item("crosser", words, NAMES["crosser"])


def works_item(facts: Facts) -> Item | None:
    """Road works."""
    works = facts.works
    if works is None:
        return None
    far, ja = far_ja(works.range_m), SIDE_JA[works.side]
    words = (f"{far}の{ja}で道路工事が行われています。", f"{ja}は{far}から工事区間です。")
    return Item("works", words, NAMES["works"])


def obstacle_item(facts: Facts) -> Item | None:
    """A fallen thing."""
    thing = facts.obstacle
    if thing is None:
        return None
    noun = OBSTACLE_JA[thing.kind]
    words = (
        f"{SIDE_JA[thing.side]}の路上に{noun}が落ちています。",
        f"{SIDE_JA[thing.side]}に落下物の{noun}が見えます。",
    )
    if thing.side is Side.CENTER:
        words = (f"進路上に{noun}が落ちています。", f"落下物の{noun}が進路にあります。")
    return Item("obstacle", words, NAMES["obstacle"])


def parked_item(facts: Facts) -> Item | None:
    """The nearest parked vehicle."""
    if facts.parked is None:
        return None
    noun, far = VEHICLE_JA[facts.parked.kind], far_ja(facts.parked.range_m)
    words = (
        f"左側の{far}に{noun}が駐車しています。",
        f"左の道端に{noun}が駐車しています。",
        f"{far}の左側に駐車中の{noun}がいます。",
    )
    return Item("parked", words, NAMES["parked"])


def oncoming_item(facts: Facts) -> Item | None:
    """The nearest oncoming vehicle."""
    oncoming = facts.oncoming
    if oncoming is None:
        return None
    noun, far = VEHICLE_JA[oncoming.kind], far_ja(oncoming.range_m)
    words = (
        f"{far}に対向車の{noun}がいます。",
        f"対向車は{noun}です。",
        f"対向車線の{far}に{noun}が見えます。",
    )
    if oncoming.encroaching:
        words = (
            f"{far}に対向車の{noun}がいて、こちらの車線にはみ出しています。",
            f"対向車の{noun}が来ていて、こちらの車線にはみ出しています。",
            f"対向車の{noun}が{far}でこちらの車線に出ています。",
        )
    return Item("oncoming", words, NAMES["oncoming"])


def flagger_item(facts: Facts) -> Item | None:
    """A guard and the signal that is given."""
    if facts.flagger is None:
        return None
    sign = "止まるよう" if facts.flagger.gesture is Gesture.HOLD else "進むよう"
    words = (f"交通誘導員が{sign}合図しています。", f"誘導員がいて、{sign}合図しています。")
    return Item("flagger", words, NAMES["flagger"])


def other_item(facts: Facts) -> Item | None:
    """A vehicle in another lane."""
    if facts.other_vehicle_ahead_m is None:
        return None
    far = far_ja(facts.other_vehicle_ahead_m)
    also = "にも" if facts.lead is not None else "に"
    words = (f"隣の車線の{far}{also}車がいます。", f"隣の車線{also}車が見えます。")
    return Item("other", words, ["隣の車線"])


def railway_item(facts: Facts) -> Item | None:
    """A level crossing."""
    if facts.railway is None:
        return None
    state = "閉まって" if facts.railway.closed else "開いて"
    words = (f"前方に踏切があり、{state}います。", f"この先の踏切は{state}います。")
    return Item("railway", words, NAMES["railway"])


def lead_item(facts: Facts) -> Item | None:
    """The vehicle ahead."""
    lead = facts.lead
    if lead is None:
        return None
    noun, far = VEHICLE_JA[lead.kind], far_ja(lead.range_m)
    brake = "、ブレーキランプが点灯しています" if lead.braking else ""
    words = (
        f"{far}に{noun}がい{'て' if brake else 'ます'}{brake}。",
        f"同じ車線の前方に{noun}が見え{'' if brake else 'ます'}{brake}。",
        f"先行車は{noun}で{'' if brake else 'す'}{brake}。",
    )
    return Item("lead", words, VEHICLE_GROUP[lead.kind])


def signal_item(facts: Facts) -> Item | None:
    """The signal's colour."""
    signal = facts.signal
    if signal is None:
        return None
    far, ja = far_ja(signal.range_m), COLOUR_JA[signal.colour]
    words = (f"{far}の信号は{ja}です。", f"信号は{ja}を示しています。", f"前方の信号は{ja}です。")
    if signal.arrows:
        ways = "と".join(ARROW_JA[arrow] for arrow in signal.arrows)
        words = (
            f"{far}の信号は{ja}で、{ways}の矢印が出ています。",
            f"信号は{ja}を示し、{ways}の矢印が点灯しています。",
            f"前方の信号は{ja}で、{ways}の矢印が点いています。",
        )
    if signal.colour is SignalColour.OFF:
        words = (
            f"{far}の信号は消えています。",
            "信号機は消灯しています。",
            f"{far}の信号は消灯しています。",
        )
    return Item("signal", words, COLOUR_GROUP[signal.colour])


def light_item(facts: Facts) -> Item:
    """Time of day."""
    words = {
        Light.DAY: (
            "昼間で周囲は明るいです。",
            "日中で、明るさは十分です。",
            "明るい昼間の場面です。",
        ),
        Light.BACKLIGHT: (
            "正面から日が差し、逆光です。",
            "逆光でまぶしい状態です。",
            "逆光の場面です。",
        ),
        Light.DUSK: (
            "夕暮れ時で薄暗くなっています。",
            "夕方の薄暗い場面です。",
            "夕暮れの場面です。",
        ),
        Light.NIGHT: (
            "夜間で周囲は暗いです。",
            "夜の場面です。",
            "夜で、あたりは暗くなっています。",
        ),
    }[facts.light]
    return Item("light", words, LIGHT_GROUP[facts.light])


def weather_item(facts: Facts) -> Item:
    """Weather."""
    words = {
        Weather.CLEAR: ("雨や雪は降っていません。", "雨も雪も霧もありません。", "天気は良好です。"),
        Weather.RAIN: (
            "雨が降っています。",
            "雨が降っていて、路面が濡れています。",
            "天気は雨です。",
        ),
        Weather.FOG: (
            "霧が出て、遠くが見えにくくなっています。",
            "霧がかかっています。",
            "霧が出ています。",
        ),
        Weather.SNOW: (
            "雪が降っています。",
            "雪が降っていて、路面は滑りやすそうです。",
            "天気は雪です。",
        ),
    }[facts.weather]
    return Item("weather", words, WEATHER_GROUP[facts.weather])


def road_item(facts: Facts) -> Item:
    """The road's class and lanes."""
    ja = ROAD_JA[facts.road]
    lanes = "" if facts.road is RoadClass.RESIDENTIAL else f"片側{facts.lanes}車線の"
    words = (
        f"{lanes}{ja}です。",
        f"ここは{lanes}{ja}です。",
        f"{ja}{'' if not lanes else f'で、片側{facts.lanes}車線'}です。",
    )
    return Item(f"{facts.road.value}{facts.lanes}", words, ROAD_GROUP[facts.road])
