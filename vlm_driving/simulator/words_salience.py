"""What is worth saying of a picture, most important first: a pure function of the facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vlm_driving.core import Hazard, HazardKind
from vlm_driving.simulator.advice_terms import hazard_of
from vlm_driving.simulator.fact_types import CyclistFact, Facts, Offset, PedestrianFact, Side
from vlm_driving.simulator.scene import (
    Age,
    CyclistPlace,
    Gesture,
    PedestrianPlace,
    SignalColour,
)

USUAL_THINGS = 3
"""Things said of a picture; people on the road, signals and guards are said beyond that."""
BENEATH_NOTICE = 20.0


class Topic(str, Enum):
    """A thing to speak of."""

    SIGNAL = "signal"
    WALKER_CROSSING = "walker_crossing"
    WALKER_LANE = "walker_lane"
    WALKER_EDGE = "walker_edge"
    WALKER_WAITING = "walker_waiting"
    WALKER_PAVEMENT = "walker_pavement"
    CYCLIST_CROSSING = "cyclist_crossing"
    CYCLIST_LANE = "cyclist_lane"
    CYCLIST_ONCOMING = "cyclist_oncoming"
    CYCLIST_PAVEMENT = "cyclist_pavement"
    LEAD = "lead"
    JAM = "jam"
    ONCOMING = "oncoming"
    ENCROACHING = "encroaching"
    PARKED = "parked"
    CROSSING_VEHICLE = "crossing_vehicle"
    OTHER_VEHICLE = "other_vehicle"
    WORKS = "works"
    FLAGGER = "flagger"
    OBSTACLE = "obstacle"
    RAILWAY = "railway"
    STOP_SIGN = "stop_sign"
    STOP_LINE = "stop_line"
    CROSSING = "crossing"
    LIMIT = "limit"
    CURVE = "curve"
    TUNNEL_AHEAD = "tunnel_ahead"
    OFFSET = "offset"


WALKERS = (
    Topic.WALKER_CROSSING,
    Topic.WALKER_LANE,
    Topic.WALKER_EDGE,
    Topic.WALKER_WAITING,
    Topic.WALKER_PAVEMENT,
)
CYCLISTS = {
    Topic.CYCLIST_CROSSING: CyclistPlace.CROSSING,
    Topic.CYCLIST_LANE: CyclistPlace.LANE,
    Topic.CYCLIST_ONCOMING: CyclistPlace.ONCOMING,
    Topic.CYCLIST_PAVEMENT: CyclistPlace.PAVEMENT,
}
_ALWAYS = frozenset(
    {
        Topic.SIGNAL,
        Topic.WALKER_CROSSING,
        Topic.WALKER_LANE,
        Topic.WALKER_EDGE,
        Topic.CYCLIST_CROSSING,
        Topic.CYCLIST_LANE,
        Topic.CYCLIST_ONCOMING,
        Topic.FLAGGER,
    }
)


@dataclass(frozen=True, slots=True)
class _Ranked:
    weight: float
    topic: Topic


def topic_of_walker(person: PedestrianFact) -> Topic:
    """Which topic a person belongs to."""
    if person.place is PedestrianPlace.ROAD:
        return Topic.WALKER_LANE if person.side is Side.CENTER else Topic.WALKER_EDGE
    return {
        PedestrianPlace.CROSSING: Topic.WALKER_CROSSING,
        PedestrianPlace.WAITING: Topic.WALKER_WAITING,
        PedestrianPlace.PAVEMENT: Topic.WALKER_PAVEMENT,
    }[person.place]


def walkers(facts: Facts, topic: Topic) -> tuple[PedestrianFact, ...]:
    """The people of a topic, nearest first."""
    return tuple(p for p in facts.pedestrians if topic_of_walker(p) is topic)


def cyclists(facts: Facts, topic: Topic) -> tuple[CyclistFact, ...]:
    """The cyclists of a topic, nearest first."""
    return tuple(c for c in facts.cyclists if c.place is CYCLISTS[topic])


def ranked_topics(facts: Facts) -> tuple[Topic, ...]:
    """All that could be said, most important first. Nothing for blind facts."""
    if facts.blind is not None:
        return ()
    found = [*_people(facts), *_vehicles(facts), *_rules(facts), *_road(facts)]
    return tuple(r.topic for r in sorted(found, key=lambda r: (r.weight, r.topic.value)))


def obliged_topics(facts: Facts) -> tuple[Topic, ...]:
    """What a description must say, most important first."""
    ranked = ranked_topics(facts)
    always = {t for t in ranked if t in _ALWAYS}
    if facts.railway is not None and facts.railway.closed:
        always.add(Topic.RAILWAY)
    for topic in ranked:
        if len(always) >= USUAL_THINGS:
            break
        always.add(topic)
    return tuple(t for t in ranked if t in always)


def topic_of_hazard(hazard: Hazard, facts: Facts) -> Topic | None:
    """The topic that tells of a hazard; None where the facts hold no such thing."""
    ranked = ranked_topics(facts)
    wanted = _TOPICS_OF_HAZARD.get(hazard.kind, ())
    found = [topic for topic in ranked if topic in wanted]
    just_there = (t for t in found if hazard in _people_as_hazards(t, hazard.kind, facts))
    return next(just_there, found[0] if found else None)


def _people_as_hazards(topic: Topic, kind: HazardKind, facts: Facts) -> list[Hazard]:
    """The people of a topic as the report names them; none for other topics."""
    people: list[PedestrianFact | CyclistFact] = []
    people += walkers(facts, topic) if topic in WALKERS else ()
    people += cyclists(facts, topic) if topic in CYCLISTS else ()
    return [hazard_of(kind, p.range_m, p.side) for p in people]


_TOPICS_OF_HAZARD: dict[HazardKind, tuple[Topic, ...]] = {
    HazardKind.PEDESTRIAN: WALKERS,
    HazardKind.CYCLIST: tuple(CYCLISTS),
    HazardKind.VEHICLE_AHEAD: (Topic.LEAD, Topic.JAM),
    HazardKind.ONCOMING: (Topic.ONCOMING, Topic.ENCROACHING),
    HazardKind.PARKED: (Topic.PARKED,),
    HazardKind.SIGNAL: (Topic.SIGNAL,),
    HazardKind.CROSSING: (Topic.CROSSING,),
    HazardKind.ROADWORK: (Topic.WORKS,),
    HazardKind.FLAGGER: (Topic.FLAGGER,),
    HazardKind.CROSSING_VEHICLE: (Topic.CROSSING_VEHICLE,),
    HazardKind.RAILWAY: (Topic.RAILWAY,),
    HazardKind.STOP_SIGN: (Topic.STOP_SIGN,),
    HazardKind.OBSTACLE: (Topic.OBSTACLE,),
}
_WALKER_WEIGHT = {
    Topic.WALKER_CROSSING: 0.0,
    Topic.WALKER_LANE: 0.1,
    Topic.WALKER_EDGE: 4.0,
    Topic.WALKER_WAITING: 4.5,
    Topic.WALKER_PAVEMENT: 9.0,
}
_CYCLIST_WEIGHT = {
    Topic.CYCLIST_CROSSING: 1.5,
    Topic.CYCLIST_LANE: 4.0,
    Topic.CYCLIST_ONCOMING: 6.0,
    Topic.CYCLIST_PAVEMENT: 9.5,
}


def _people(facts: Facts) -> list[_Ranked]:
    out = []
    for topic in WALKERS:
        group = walkers(facts, topic)
        if group:
            child = 1.5 if any(p.age is Age.CHILD for p in group) else 0.0
            weight = _WALKER_WEIGHT[topic] - min(child, _WALKER_WEIGHT[topic])
            out.append(_Ranked(weight + group[0].range_m / 100.0, topic))
    for topic in CYCLISTS:
        riders = cyclists(facts, topic)
        if riders:
            out.append(_Ranked(_CYCLIST_WEIGHT[topic] + riders[0].range_m / 100.0, topic))
    if facts.flagger is not None:
        hold = facts.flagger.gesture is Gesture.HOLD
        out.append(_Ranked(1.0 if hold else 4.0, Topic.FLAGGER))
    return out


def _vehicles(facts: Facts) -> list[_Ranked]:
    out = []
    lead, oncoming, parked = facts.lead, facts.oncoming, facts.parked
    if lead is not None:
        close = bool(lead.braking) or lead.range_m < 25.0
        topic = Topic.JAM if facts.jam else Topic.LEAD
        out.append(_Ranked((4.2 if close or facts.jam else 6.8) + lead.range_m / 100.0, topic))
    if oncoming is not None:
        topic = Topic.ENCROACHING if oncoming.encroaching else Topic.ONCOMING
        weight = 3.0 if oncoming.encroaching else 8.0
        out.append(_Ranked(weight + oncoming.range_m / 100.0, topic))
    if parked is not None:
        weight = 5.3 if parked.overlap_m > 0.2 else 8.2
        out.append(_Ranked(weight + parked.range_m / 100.0, Topic.PARKED))
    if facts.crossing_vehicle is not None:
        weight = 2.5 if facts.crossing_vehicle.in_lane else 6.0
        out.append(_Ranked(weight, Topic.CROSSING_VEHICLE))
    if facts.other_vehicle_ahead_m is not None:
        out.append(_Ranked(9.2 + facts.other_vehicle_ahead_m / 100.0, Topic.OTHER_VEHICLE))
    return out


def _rules(facts: Facts) -> list[_Ranked]:
    out = []
    if facts.signal is not None:
        stop = facts.signal.colour in (SignalColour.RED, SignalColour.YELLOW)
        out.append(_Ranked(2.0 if stop else 3.8, Topic.SIGNAL))
    if facts.railway is not None:
        out.append(_Ranked(0.8 if facts.railway.closed else 4.9, Topic.RAILWAY))
    if facts.stop_sign_m is not None:
        out.append(_Ranked(4.1, Topic.STOP_SIGN))
    if facts.crossing_m is not None:
        on_it = any(
            p.place in (PedestrianPlace.CROSSING, PedestrianPlace.WAITING)
            for p in facts.pedestrians
        ) or any(c.place is CyclistPlace.CROSSING for c in facts.cyclists)
        out.append(_Ranked(BENEATH_NOTICE if on_it else 6.5, Topic.CROSSING))
    if facts.stop_line_m is not None:
        told = facts.signal is not None or facts.stop_sign_m is not None
        out.append(_Ranked(BENEATH_NOTICE if told else 9.6, Topic.STOP_LINE))
    if facts.speed_limit_kmh is not None:
        out.append(_Ranked(8.4, Topic.LIMIT))
    return [r for r in out if r.weight < BENEATH_NOTICE]


def _road(facts: Facts) -> list[_Ranked]:
    out = []
    if facts.works is not None:
        out.append(_Ranked(3.5 if facts.works.overlap_m > 0.2 else 7.0, Topic.WORKS))
    if facts.obstacle is not None:
        centre = facts.obstacle.side is Side.CENTER
        out.append(_Ranked(2.4 if centre else 5.2, Topic.OBSTACLE))
    if facts.curve is not None:
        out.append(_Ranked(5.9, Topic.CURVE))
    if facts.tunnel_ahead_m is not None:
        out.append(_Ranked(8.7, Topic.TUNNEL_AHEAD))
    if facts.offset is not Offset.CENTER:
        out.append(_Ranked(7.8, Topic.OFFSET))
    return out
