"""Clauses and noun phrases for vehicles."""

from __future__ import annotations

from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.scene import RoadClass, VehicleKind
from vlm_driving.simulator.words_forms import Clause, Predicate, Speaker, beside, metres
from vlm_driving.simulator.words_salience import Topic

IRU, ARU, MIERU, DESU = Predicate.IRU, Predicate.ARU, Predicate.MIERU, Predicate.DESU
_KIND_JA = {
    VehicleKind.KEI: ("軽自動車",),
    VehicleKind.SEDAN: ("乗用車", "乗用車", "車"),
    VehicleKind.VAN: ("ワゴン車", "ミニバン"),
    VehicleKind.TRUCK: ("トラック",),
    VehicleKind.BUS: ("バス",),
    VehicleKind.MOTORCYCLE: ("バイク",),
}
PLAIN_KIND_JA = {kind: "車" if "車" in names else names[0] for kind, names in _KIND_JA.items()}
"""One short word a kind."""
OVERLAP_M = 0.2
"""From here on a parked vehicle or works are said to reach into our lane."""


def vehicle_noun(say: Speaker, kind: VehicleKind) -> str:
    """トラック, 軽自動車, ... for a body shape."""
    return say.pick(*_KIND_JA[kind])


def traffic_clause(topic: Topic, facts: Facts, say: Speaker) -> Clause:
    """A clause about the vehicle of `topic`."""
    if topic in (Topic.LEAD, Topic.JAM):
        return _lead_clause(facts, say, topic)
    if topic in (Topic.ONCOMING, Topic.ENCROACHING):
        return _oncoming_clause(facts, say)
    if topic is Topic.PARKED:
        return _parked_clause(facts, say)
    if topic is Topic.CROSSING_VEHICLE:
        return _crossing_clause(facts, say)
    assert facts.other_vehicle_ahead_m is not None
    at = f"約{metres(facts.other_vehicle_ahead_m)}先"
    return say.clause(
        ("隣の車線に車が", IRU),
        (f"隣の車線の{at}に車が", IRU),
        (f"隣の車線にも{at}に車が" if facts.lead else "隣の車線に車が", IRU),
        ("隣の車線に車が", MIERU),
    )


def traffic_noun(topic: Topic, facts: Facts, say: Speaker) -> str:
    """A noun phrase for the vehicle of `topic`."""
    if topic is Topic.JAM:
        return say.pick("渋滞の最後尾", "渋滞の列")
    if topic is Topic.LEAD:
        assert facts.lead is not None
        kind = vehicle_noun(say, facts.lead.kind)
        if facts.lead.braking:
            return say.pick(f"ブレーキをかけた前の{kind}", f"ブレーキランプの点いた{kind}")
        return say.pick(f"前の{kind}", f"{say.at(facts.lead.range_m)}の{kind}")
    if topic in (Topic.ONCOMING, Topic.ENCROACHING):
        assert facts.oncoming is not None
        kind = vehicle_noun(say, facts.oncoming.kind)
        if facts.oncoming.encroaching:
            return say.pick("はみ出した対向車", f"こちら側へはみ出した{_opposite(kind)}")
        return say.pick("対向車", _opposite(kind))
    if topic is Topic.PARKED:
        assert facts.parked is not None
        return say.pick("左側の駐車車両", f"駐車中の{vehicle_noun(say, facts.parked.kind)}")
    if topic is Topic.CROSSING_VEHICLE:
        car = facts.crossing_vehicle
        assert car is not None
        kind = vehicle_noun(say, car.kind)
        if car.in_lane:
            return say.pick(f"進路をふさぐ{kind}", f"進路を横切る{kind}")
        return f"{beside(say, car.side)}にいる横向きの{kind}"
    return "隣の車線の車"


def _opposite(kind: str) -> str:
    """対向のトラック; 「対向の車」 is nothing but 対向車."""
    return "対向車" if kind == "車" else f"対向の{kind}"


def _lead_clause(facts: Facts, say: Speaker, topic: Topic) -> Clause:
    lead = facts.lead
    assert lead is not None
    at, kind = say.at(lead.range_m), vehicle_noun(say, lead.kind)
    if topic is Topic.JAM:
        return say.clause(
            (f"{at}に渋滞の最後尾が", ARU),
            (f"{at}の{kind}が渋滞の最後尾", DESU),
            (f"{at}から渋滞の列が続いて", IRU),
            (f"前方は渋滞していて、最後尾の{kind}が{at}に", IRU),
            (f"{at}に渋滞の最後尾の{kind}が", IRU),
        )
    if lead.braking:
        return say.clause(
            (f"{at}の{kind}がブレーキをかけて", IRU),
            (f"{at}の{kind}のブレーキランプが点灯して", IRU),
            (f"{at}で{kind}がブレーキを踏んで", IRU),
            (f"{at}にブレーキランプの点いた{kind}が", IRU),
            (f"前の{kind}のブレーキランプが点いて", IRU),
            (f"ブレーキをかけた{kind}が{at}に", IRU),
        )
    options = [
        (f"{at}に{kind}が", IRU),
        (f"同じ車線の前方に{kind}が", IRU),
        (f"前の{kind}まで約{metres(lead.range_m)}", DESU),
        (f"{kind}が{at}に", IRU),
    ]
    if at != "この先":
        options.append((f"同じ車線の{at}に{kind}が", IRU))
    return say.clause(*options)


def _oncoming_clause(facts: Facts, say: Speaker) -> Clause:
    car = facts.oncoming
    assert car is not None
    at, kind = say.at(car.range_m), vehicle_noun(say, car.kind)
    other, lined = _opposite(kind), facts.road is not RoadClass.RESIDENTIAL
    if car.encroaching:
        over = "中央線を越えて" if lined else "道の中央より手前にはみ出して"
        ours = "こちらの車線" if lined else "こちら側"
        return say.clause(
            (f"{at}で{other}が{over}", IRU),
            (f"{at}の対向車が{ours}にはみ出して", IRU),
            (f"{other}が{at}で{ours}に出て", IRU),
            (f"{at}に{ours}へはみ出した対向車が", IRU),
        )
    lane = "対向車線" if lined else "道の右側"
    return say.clause(
        (f"{at}に対向車が", IRU),
        (f"{at}に{other}が", IRU),
        (f"{lane}に{other}が" if not lined else f"{lane}に{kind}が", IRU),
        (f"{at}に{other}が", MIERU),
        (f"対向車が{at}に", IRU),
    )


def _parked_clause(facts: Facts, say: Speaker) -> Clause:
    car = facts.parked
    assert car is not None
    at, kind = say.at(car.range_m), vehicle_noun(say, car.kind)
    if car.overlap_m > OVERLAP_M and say.chance(0.5):
        return say.clause(
            (f"{at}で駐車中の{kind}が車線にはみ出して", IRU),
            (f"左側の駐車車両が{at}で車線にかかって", IRU),
            (f"{at}の駐車車両が車線の左側をふさいで", IRU),
        )
    edge = "路肩" if facts.road is RoadClass.EXPRESSWAY else "道路左端"
    return say.clause(
        (f"{at}の左側に駐車車両が", ARU),
        (f"{at}の{edge}に{kind}が止まって", IRU),
        (f"左側に駐車中の{kind}が", ARU),
        (f"{at}に駐車中の{kind}が", MIERU),
        (f"駐車中の{kind}が{at}の{edge}に", ARU),
        (f"{at}の左側に{kind}が駐車して", IRU),
    )


def _crossing_clause(facts: Facts, say: Speaker) -> Clause:
    car = facts.crossing_vehicle
    assert car is not None
    at, kind, side = say.at(car.range_m), vehicle_noun(say, car.kind), beside(say, car.side)
    if car.in_lane:
        return say.clause(
            (f"{at}で{kind}が進路をふさいで", IRU),
            (f"{at}を{kind}が横切って", IRU),
            (f"{at}で横向きの{kind}が進路をふさいで", IRU),
            (f"{at}に道をふさぐ{kind}が", IRU),
            (f"{at}で{side}から出た{kind}が進路をふさいで", IRU),
        )
    return say.clause(
        (f"{at}の{side}に横向きの{kind}が", IRU),
        (f"{at}の{side}に横向きの{kind}が", MIERU),
        (f"横向きの{kind}が{at}の{side}に", IRU),
        (f"{side}の交差道路に{kind}が", IRU),
        (f"{at}の{side}の交差道路に{kind}が", IRU),
    )
