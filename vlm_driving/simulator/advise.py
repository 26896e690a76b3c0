"""What a careful driver would do next: a pure function of visible facts and ego speed.

Speed `v` is the ego's; unknown counts as 40 km/h. Below 3 km/h the ego stands. A *stop distance*
is one second of `v` and then braking with 2.5 m/s2 (40 km/h: 36 m). Each rule may ask for a
speed; the most careful one wins (STOP, DECELERATE, KEEP, ACCELERATE), and among equals the
earlier row. *Hold* means: do not accelerate.

| cause | when | asks for |
|---|---|---|
| person on the crossing, or on | up to 45 m; a point 3 m before lies within the stop | STOP, |
| the road in our lane | distance, or farther | DECELERATE |
| red | stop line (unseen: see below) within | STOP, |
| | the stop distance, or farther | DECELERATE |
| yellow | comfortable stop (0.75 s, then 3.5 m/s2) possible | as red |
| | otherwise | hold |
| person waiting at a crossing, | nearer than 15 m | STOP |
| our signal not green | nearer than 35 m | DECELERATE |
| vehicle ahead, gap g | g <= 0.5 s + 2 m, or it brakes and g <= 1.2 s | STOP |
| | it brakes and g <= 3.5 s, or g < 1.5 s | DECELERATE |
| | g < 3 s | hold |
| parked vehicle in the lane, | way round blocked: nearer than 12 m, or farther | STOP, DECELERATE |
| nearer than 40 m | free: nearer than 20 m and v > 30 km/h, or not | DECELERATE, hold |
| oncoming vehicle on our side | nearer than 40 m | DECELERATE |
| person on the road, beside us | nearer than 30 m | DECELERATE |
| empty crossing, no signal seen | nearer than 25 m: v > 40 km/h, or not | DECELERATE, hold |
| speed to aim at (below) | v > aim + 10 km/h | DECELERATE |
| | v < aim - 8 km/h | ACCELERATE |

A stop distance counts as 8 m at least. Where no stop line shows it is taken to be 2 m before a
crossing on this side of the signal, else 10 m before the signal. The speed to aim at is 40 km/h,
60 with two lanes or more; 10 less at night, 10 less in rain, but at least 30.

At standstill (STOP stays, ACCELERATE goes): a vehicle ahead holds us when nearer than 6 m, or
12 m while its brake lamps are lit; DECELERATE and blocked ways mean STOP; hold means nothing.

Path: away from an oncoming vehicle on our side (left), round a parked vehicle or a person at the
left edge (right) unless blocked: an oncoming vehicle nearer than 40 m on a road with one lane, or
another vehicle in the next lane nearer than 15 m. Otherwise back to the middle of the lane. While
the advice is STOP only the way back to the middle is given, and none at standstill.
Rules after the Road Traffic Act: signals (art. 7), crossings (art. 38), headway (art. 26).
"""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.core import (
    Advice,
    Hazard,
    HazardKind,
    HazardSide,
    PathAdvice,
    SpeedAdvice,
)
from vlm_driving.simulator.advice_terms import (
    ASSUMED_SPEED_KMH,
    CARE,
    CLOSE_M,
    MAX_HAZARDS,
    MID_M,
    NEAR_M,
    STANDING_KMH,
    Cause,
    Decision,
    aim_kmh,
    hazard_range,
    in_the_way,
    stop_distance_m,
)
from vlm_driving.simulator.fact_types import Facts, Offset, PedestrianFact, Side
from vlm_driving.simulator.scene import PedestrianPlace, SignalColour


@dataclass(frozen=True, slots=True)
class _Demand:
    """One rule's wish, and the hazard behind it."""

    speed: SpeedAdvice
    cause: Cause
    hazard: Hazard | None


def advise(facts: Facts, ego_speed_kmh: float | None) -> Advice:
    """Advice with confidence 1 and up to three hazards, the cause of the advice first."""
    return decide(facts, ego_speed_kmh).advice


def decide(facts: Facts, ego_speed_kmh: float | None) -> Decision:
    """Advice together with its causes."""
    speed_kmh = ASSUMED_SPEED_KMH if ego_speed_kmh is None else ego_speed_kmh
    standing = speed_kmh < STANDING_KMH
    demands = _demands(facts, speed_kmh, standing)
    top = max(demands, key=lambda d: CARE[d.speed])
    if standing and top.speed is not SpeedAdvice.ACCELERATE:
        binding = [d for d in demands if CARE[d.speed] >= 2]
        top = binding[0] if binding else _Demand(SpeedAdvice.ACCELERATE, Cause.CLEAR, None)
        speed = SpeedAdvice.STOP if binding else SpeedAdvice.ACCELERATE
    else:
        speed = top.speed
    path, path_cause = _path(facts, speed, standing)
    hazards = _hazards(facts, top, path_cause, demands)
    return Decision(Advice(speed, path, 1.0, hazards), top.cause, path_cause)


def _demands(facts: Facts, v_kmh: float, standing: bool) -> list[_Demand]:
    """Every rule's wish, in the order of the table."""
    out: list[_Demand] = []
    reach = max(stop_distance_m(v_kmh), CLOSE_M)
    metres_per_s = v_kmh / 3.6

    for person in facts.pedestrians:
        if in_the_way(person) and person.range_m <= 45.0:
            stop = person.range_m - 3.0 <= reach or standing
            out.append(_Demand(_stop_or_slow(stop), Cause.PEDESTRIAN, _person_hazard(person)))

    signal = facts.signal
    if signal is not None and signal.colour is not SignalColour.GREEN:
        d = _stop_range_m(facts, signal.range_m)
        hazard = Hazard(HazardKind.SIGNAL, HazardSide.CENTER, hazard_range(signal.range_m))
        red = signal.colour is SignalColour.RED
        comfortable = d >= 0.75 * metres_per_s + metres_per_s**2 / 7.0
        if red or standing or comfortable:
            cause = Cause.RED if red else Cause.YELLOW
            out.append(_Demand(_stop_or_slow(standing or d <= reach), cause, hazard))
        else:
            out.append(_Demand(SpeedAdvice.KEEP, Cause.YELLOW, hazard))

    green = signal is not None and signal.colour is SignalColour.GREEN
    for person in facts.pedestrians:
        if person.place is PedestrianPlace.WAITING and not green and person.range_m < MID_M:
            speed = _stop_or_slow(person.range_m < NEAR_M)
            out.append(_Demand(speed, Cause.WAITING, _person_hazard(person)))

    out += _traffic(facts, v_kmh, standing)

    for person in facts.pedestrians:
        if _at_the_edge(person) and person.range_m < 30.0 and not standing:
            hazard = _person_hazard(person)
            out.append(_Demand(SpeedAdvice.DECELERATE, Cause.ROADSIDE_PEDESTRIAN, hazard))

    if facts.crossing_m is not None and signal is None and facts.crossing_m < 25.0:
        hazard = Hazard(HazardKind.CROSSING, HazardSide.CENTER, hazard_range(facts.crossing_m))
        speed = SpeedAdvice.DECELERATE if v_kmh > 40.0 else SpeedAdvice.KEEP
        out.append(_Demand(speed, Cause.CROSSING, hazard))

    aim = aim_kmh(facts)
    if v_kmh > aim + 10.0:
        out.append(_Demand(SpeedAdvice.DECELERATE, Cause.TOO_FAST, None))
    elif v_kmh < aim - 8.0:
        out.append(_Demand(SpeedAdvice.ACCELERATE, Cause.CLEAR, None))
    else:
        out.append(_Demand(SpeedAdvice.KEEP, Cause.AT_SPEED, None))
    return out


def _traffic(facts: Facts, v_kmh: float, standing: bool) -> list[_Demand]:
    """What other vehicles ask for."""
    out: list[_Demand] = []
    metres_per_s = v_kmh / 3.6
    lead = facts.lead
    if lead is not None:
        hazard = Hazard(HazardKind.VEHICLE_AHEAD, HazardSide.CENTER, hazard_range(lead.range_m))
        gap, braking = lead.range_m, bool(lead.braking)
        speed = None
        if standing:
            if gap < 6.0 or (braking and gap < 12.0):
                speed = SpeedAdvice.STOP
        elif gap <= 0.5 * metres_per_s + 2.0 or (braking and gap <= 1.2 * metres_per_s):
            speed = SpeedAdvice.STOP
        elif (braking and gap <= 3.5 * metres_per_s) or gap < 1.5 * metres_per_s:
            speed = SpeedAdvice.DECELERATE
        elif gap < 3.0 * metres_per_s:
            speed = SpeedAdvice.KEEP
        if speed is not None:
            out.append(_Demand(speed, Cause.LEAD, hazard))
    parked = facts.parked
    if parked is not None and parked.range_m < 40.0:
        hazard = Hazard(HazardKind.PARKED, HazardSide.LEFT, hazard_range(parked.range_m))
        if _right_blocked(facts):
            near = parked.range_m < 12.0
            if near or not standing:
                out.append(_Demand(_stop_or_slow(near), Cause.PARKED, hazard))
        elif parked.range_m < 20.0 and v_kmh > 30.0:
            out.append(_Demand(SpeedAdvice.DECELERATE, Cause.PARKED, hazard))
        else:
            out.append(_Demand(SpeedAdvice.KEEP, Cause.PARKED, hazard))
    oncoming = facts.oncoming
    if oncoming is not None and oncoming.encroaching and oncoming.range_m < 40.0:
        hazard = Hazard(HazardKind.ONCOMING, HazardSide.CENTER, hazard_range(oncoming.range_m))
        out.append(_Demand(SpeedAdvice.DECELERATE, Cause.ENCROACHING, hazard))
    return out


def _stop_range_m(facts: Facts, signal_range_m: float) -> float:
    """Where to stop for a signal: the line, else before the crossing, else before the signal."""
    if facts.stop_line_m is not None:
        return facts.stop_line_m
    if facts.crossing_m is not None and facts.crossing_m < signal_range_m:
        return max(facts.crossing_m - 2.0, 0.0)
    return max(signal_range_m - 10.0, 0.0)


def _at_the_edge(person: PedestrianFact) -> bool:
    return person.place is PedestrianPlace.ROAD and person.side is not Side.CENTER


def _stop_or_slow(stop: bool) -> SpeedAdvice:
    return SpeedAdvice.STOP if stop else SpeedAdvice.DECELERATE


def _right_blocked(facts: Facts) -> bool:
    oncoming, other = facts.oncoming, facts.other_vehicle_ahead_m
    if facts.lanes == 1:
        return oncoming is not None and oncoming.range_m < 40.0
    return other is not None and other < 15.0


def _path(facts: Facts, speed: SpeedAdvice, standing: bool) -> tuple[PathAdvice, Cause]:
    oncoming, parked = facts.oncoming, facts.parked
    if speed is not SpeedAdvice.STOP:
        if oncoming is not None and oncoming.encroaching and oncoming.range_m < 40.0:
            if facts.offset is not Offset.LEFT:
                return PathAdvice.SHIFT_LEFT, Cause.ENCROACHING
            return PathAdvice.KEEP, Cause.NONE
        cause = Cause.NONE
        if parked is not None and parked.range_m < 40.0:
            cause = Cause.PARKED
        elif any(
            p.place is PedestrianPlace.ROAD and p.side is Side.LEFT and p.range_m < 30.0
            for p in facts.pedestrians
        ):
            cause = Cause.ROADSIDE_PEDESTRIAN
        if cause is not Cause.NONE and not _right_blocked(facts):
            if facts.offset is not Offset.RIGHT:
                return PathAdvice.SHIFT_RIGHT, cause
            return PathAdvice.KEEP, Cause.NONE
    if facts.offset is Offset.CENTER or (standing and speed is SpeedAdvice.STOP):
        return PathAdvice.KEEP, Cause.NONE
    back = PathAdvice.SHIFT_RIGHT if facts.offset is Offset.LEFT else PathAdvice.SHIFT_LEFT
    return back, Cause.DRIFT


def _person_hazard(person: PedestrianFact) -> Hazard:
    side = HazardSide(person.side.value)
    return Hazard(HazardKind.PEDESTRIAN, side, hazard_range(person.range_m))


def _hazards(
    facts: Facts, top: _Demand, path_cause: Cause, demands: list[_Demand]
) -> tuple[Hazard, ...]:
    """The cause of the speed, the cause of the path, then by care; then what to watch."""
    found: list[Hazard] = []

    def add(hazard: Hazard | None) -> None:
        if hazard is not None and hazard not in found:
            found.append(hazard)

    add(top.hazard)
    for demand in demands:
        if demand.cause is path_cause:
            add(demand.hazard)
    for demand in sorted(demands, key=lambda d: -CARE[d.speed]):
        add(demand.hazard)
    for person in facts.pedestrians:
        if person.range_m < 20.0:
            add(_person_hazard(person))
    oncoming = facts.oncoming
    if oncoming is not None and oncoming.range_m < 25.0 and not oncoming.encroaching:
        add(Hazard(HazardKind.ONCOMING, HazardSide.RIGHT, hazard_range(oncoming.range_m)))
    return tuple(found[:MAX_HAZARDS])
