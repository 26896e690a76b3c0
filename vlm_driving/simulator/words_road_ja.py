"""Clauses and noun phrases for signals, signs, works, things lying about and the road's course."""

from __future__ import annotations

from collections.abc import Callable

from vlm_driving.simulator.fact_types import Facts, Offset, Side, SignalFact
from vlm_driving.simulator.scene import Arrow, CyclistPlace, ObstacleKind, SignalColour
from vlm_driving.simulator.scene import PedestrianPlace as Place
from vlm_driving.simulator.words_forms import SIDE_JA, Clause, Predicate, Speaker
from vlm_driving.simulator.words_salience import Topic
from vlm_driving.simulator.words_traffic_ja import OVERLAP_M

IRU, ARU, MIERU, DESU = Predicate.IRU, Predicate.ARU, Predicate.MIERU, Predicate.DESU
NAI, INAI = Predicate.NAI, Predicate.INAI
FAR_M = 40.0
"""A signal beyond is never named without saying that it is far."""
COLOUR_JA = {SignalColour.RED: "赤", SignalColour.YELLOW: "黄色", SignalColour.GREEN: "青"}
_LAMP_JA = {SignalColour.RED: "赤信号", SignalColour.YELLOW: "黄信号", SignalColour.GREEN: "青信号"}
_ARROW_JA = {Arrow.STRAIGHT: "直進", Arrow.LEFT: "左折", Arrow.RIGHT: "右折"}
OBSTACLE_JA = {
    ObstacleKind.BOX: ("段ボール箱", "段ボール箱", "箱"),
    ObstacleKind.TYRE: ("タイヤ",),
    ObstacleKind.TIMBER: ("角材", "木材"),
    ObstacleKind.SACK: ("袋", "袋のようなもの"),
}


def road_clause(topic: Topic, facts: Facts, say: Speaker) -> Clause:
    """A clause about `topic`."""
    return _CLAUSES[topic](facts, say)


def road_noun(topic: Topic, facts: Facts, say: Speaker) -> str | None:
    """A noun phrase for `topic`; None where there is none that can stand in a list."""
    if topic is Topic.OFFSET:
        return None
    return _NOUNS[topic](facts, say)


def arrows_ja(signal: SignalFact) -> str:
    """左折, 直進と右折, ... for lit arrow lamps."""
    names = [_ARROW_JA[a] for a in (Arrow.STRAIGHT, Arrow.LEFT, Arrow.RIGHT) if a in signal.arrows]
    return "と".join(names) if len(names) < 3 else "・".join(names)


def _signal(facts: Facts, say: Speaker) -> Clause:
    signal = facts.signal
    assert signal is not None
    at = say.at(signal.range_m)
    if signal.colour is SignalColour.OFF:
        return say.clause(
            (f"{at}の信号は消灯して", IRU),
            (f"{at}の信号機は消えて", IRU),
            (f"{at}の信号機が消灯して", IRU),
            (f"{at}の信号はどの灯火もついて", INAI),
        )
    colour, lamp = COLOUR_JA[signal.colour], _LAMP_JA[signal.colour]
    if signal.arrows:
        arrows = arrows_ja(signal)
        return say.clause(
            (f"{at}の信号は{colour}ですが、{arrows}の青矢印が出て", IRU),
            (f"{at}の信号は{colour}で、{arrows}の矢印が点灯して", IRU),
            (f"{at}の{lamp}に{arrows}の青矢印が出て", IRU),
            (f"信号は{colour}で、{arrows}の青矢印が点いて", IRU),
        )
    options = [
        (f"{at}の信号は{colour}", DESU),
        (f"{at}の信号が{colour}", DESU),
        (f"{at}に{lamp}が", MIERU),
        (f"{at}の信号機は{colour}が点灯して", IRU),
        (f"{at}に見える信号は{colour}", DESU),
    ]
    if facts.stop_line_m is not None and facts.stop_line_m < signal.range_m:
        options.append((f"停止線の先の信号は{colour}", DESU))
        options.append((f"停止線が{say.at(facts.stop_line_m)}にあり、信号は{colour}", DESU))
    return say.clause(*options)


def _signal_noun(facts: Facts, say: Speaker) -> str:
    assert facts.signal is not None
    at = say.at(facts.signal.range_m)
    if facts.signal.colour is SignalColour.OFF:
        return say.pick(f"{at}の消灯した信号機", "消えた信号機")
    lamp = _LAMP_JA[facts.signal.colour]
    if facts.signal.arrows:
        return f"{arrows_ja(facts.signal)}の青矢印が出た{lamp}"
    return f"{at}の{lamp}" if facts.signal.range_m > FAR_M else say.pick(f"{at}の{lamp}", lamp)


def _works(facts: Facts, say: Speaker) -> Clause:
    works = facts.works
    assert works is not None
    at, side = say.at(works.range_m), SIDE_JA[works.side] + "側"
    if works.overlap_m > OVERLAP_M:
        return say.clause(
            (f"{at}から{side}が工事で規制されて", IRU),
            (f"{at}で{side}の工事が車線にはみ出して", IRU),
            (f"{at}の工事で車線の{side}がふさがれて", IRU),
            (f"{side}の工事で車線が{at}から狭くなって", IRU),
            (f"{at}で工事があり、車線の{side}が狭まって", IRU),
        )
    return say.clause(
        (f"{at}の{side}で道路工事をして", IRU),
        (f"{at}の{side}に工事現場が", ARU),
        (f"{side}に工事現場が", MIERU),
        (f"{at}の{side}で工事が行われて", IRU),
    )


def _obstacle(facts: Facts, say: Speaker) -> Clause:
    thing = facts.obstacle
    assert thing is not None
    at, what = say.at(thing.range_m), say.pick(*OBSTACLE_JA[thing.kind])
    if thing.side is Side.CENTER:
        return say.clause(
            (f"{at}の路上に{what}が落ちて", IRU),
            (f"{at}の進路上に{what}が落ちて", IRU),
            (f"車線の真ん中に{what}が落ちて", IRU),
            (f"{at}の車線上に落下物の{what}が", ARU),
            (f"{what}が{at}の路上に落ちて", IRU),
        )
    side = SIDE_JA[thing.side]
    return say.clause(
        (f"{at}の道路の{side}側に{what}が落ちて", IRU),
        (f"{at}の{side}側に落下物の{what}が", ARU),
        (f"道路の{side}寄りに{what}が落ちて", IRU),
        (f"{what}が{at}の{side}側に落ちて", IRU),
    )


def _obstacle_noun(facts: Facts, say: Speaker) -> str:
    assert facts.obstacle is not None
    what = say.pick(*OBSTACLE_JA[facts.obstacle.kind])
    where = "路上" if facts.obstacle.side is Side.CENTER else f"{SIDE_JA[facts.obstacle.side]}側"
    return say.pick(f"{where}に落ちた{what}", f"{where}に落ちている{what}")


def _railway(facts: Facts, say: Speaker) -> Clause:
    assert facts.railway is not None
    at = say.at(facts.railway.range_m)
    if facts.railway.closed:
        return say.clause(
            (f"{at}の踏切は遮断機が下りて", IRU),
            (f"{at}で踏切の遮断機が下りて", IRU),
            (f"{at}の踏切が閉まって", IRU),
            (f"{at}に遮断機の下りた踏切が", ARU),
        )
    return say.clause(
        (f"{at}に踏切が", ARU),
        (f"{at}の踏切は開いて", IRU),
        (f"{at}に踏切が", MIERU),
        (f"{at}の踏切は遮断機が上がって", IRU),
    )


def _crossing(facts: Facts, say: Speaker) -> Clause:
    assert facts.crossing_m is not None
    at = say.at(facts.crossing_m)
    options = [
        (f"{at}に横断歩道が", ARU),
        (f"{at}に横断歩道が", MIERU),
    ]
    if not at.startswith("前方約"):  # 「前方約30mは」 would be a stretch of 30 m.
        options.append((f"{at}は横断歩道", DESU))
    walkers = any(p.place in (Place.CROSSING, Place.WAITING) for p in facts.pedestrians)
    if not walkers and not any(c.place is CyclistPlace.CROSSING for c in facts.cyclists):
        options.append((f"{at}の横断歩道に人影は", NAI))
        options.append((f"{at}の横断歩道を渡る人は", INAI))
    return say.clause(*options)


def _stop_sign(facts: Facts, say: Speaker) -> Clause:
    assert facts.stop_sign_m is not None
    at = say.at(facts.stop_sign_m)
    return say.clause(
        (f"{at}で一時停止", DESU),
        (f"{at}に止まれの表示が", ARU),
        (f"{at}に「止まれ」の表示が", MIERU),
        (f"{at}に一時停止の表示が", ARU),
    )


def _stop_line(facts: Facts, say: Speaker) -> Clause:
    assert facts.stop_line_m is not None
    at = say.at(facts.stop_line_m)
    return say.clause((f"{at}に停止線が", ARU), (f"{at}に停止線が", MIERU))


def _limit(facts: Facts, say: Speaker) -> Clause:
    kmh = facts.speed_limit_kmh
    return say.clause(
        (f"制限速度{kmh}キロの標識が", ARU),
        (f"制限速度{kmh}キロの標識が", MIERU),
        (f"標識の制限速度は{kmh}キロ", DESU),
        (f"制限速度は{kmh}キロ", DESU),
        (f"{kmh}キロ制限の標識が", MIERU),
    )


def _curve(facts: Facts, say: Speaker) -> Clause:
    assert facts.curve is not None
    side = SIDE_JA[facts.curve]
    return say.clause(
        (f"道は{side}にカーブして", IRU),
        (f"この先は{side}カーブ", DESU),
        (f"道が{side}へ曲がって", IRU),
        (f"前方で道が{side}にカーブして", IRU),
        (f"前方は{side}カーブ", DESU),
    )


def _tunnel(facts: Facts, say: Speaker) -> Clause:
    assert facts.tunnel_ahead_m is not None
    at = say.at(facts.tunnel_ahead_m)
    return say.clause(
        (f"{at}にトンネルの入口が", MIERU),
        (f"{at}にトンネルが", ARU),
        (f"{at}からトンネル", DESU),
    )


def _offset(facts: Facts, say: Speaker) -> Clause:
    side = "左" if facts.offset is Offset.LEFT else "右"
    return say.clause(
        (f"自車は車線の{side}寄りに", IRU),
        (f"自車は車線内で{side}に寄って", IRU),
        (f"自車は車線の中でやや{side}に寄って", IRU),
        (f"自車の位置は車線の{side}寄り", DESU),
    )


_CLAUSES: dict[Topic, Callable[[Facts, Speaker], Clause]] = {
    Topic.SIGNAL: _signal,
    Topic.WORKS: _works,
    Topic.OBSTACLE: _obstacle,
    Topic.RAILWAY: _railway,
    Topic.CROSSING: _crossing,
    Topic.STOP_SIGN: _stop_sign,
    Topic.STOP_LINE: _stop_line,
    Topic.LIMIT: _limit,
    Topic.CURVE: _curve,
    Topic.TUNNEL_AHEAD: _tunnel,
    Topic.OFFSET: _offset,
}


def _works_noun(facts: Facts, say: Speaker) -> str:
    assert facts.works is not None
    side = SIDE_JA[facts.works.side] + "側"
    if facts.works.overlap_m > OVERLAP_M:
        return f"車線の{side}をふさぐ工事"
    return say.pick(f"{side}の工事現場", f"{side}の道路工事")


def _railway_noun(facts: Facts, say: Speaker) -> str:
    assert facts.railway is not None
    if facts.railway.closed:
        return say.pick("遮断機の下りた踏切", "閉まった踏切")
    return "踏切"


_NOUNS: dict[Topic, Callable[[Facts, Speaker], str]] = {
    Topic.SIGNAL: _signal_noun,
    Topic.WORKS: _works_noun,
    Topic.OBSTACLE: _obstacle_noun,
    Topic.RAILWAY: _railway_noun,
    Topic.CROSSING: lambda facts, say: "横断歩道",
    Topic.STOP_SIGN: lambda facts, say: say.pick("止まれの表示", "一時停止の表示"),
    Topic.STOP_LINE: lambda facts, say: "停止線",
    Topic.LIMIT: lambda facts, say: f"制限速度{facts.speed_limit_kmh}キロの標識",
    Topic.CURVE: lambda facts, say: f"{SIDE_JA[facts.curve]}カーブ" if facts.curve else "カーブ",
    Topic.TUNNEL_AHEAD: lambda facts, say: "トンネルの入口",
}
