"""What a careful driver would do next: a pure function of visible facts and ego speed.

Speed `v` is the ego's; where it is unknown the usual one of the road's class counts: residential
30, street 40, arterial 50, expressway 80 km/h. Below 3 km/h the ego stands. The *stop distance*
is one second of `v` and then braking with 2.5 m/s2 (40 km/h: 36 m), 8 m at least. Each row may
ask for a speed; the most careful one wins (STOP, DECELERATE, KEEP, ACCELERATE), and among equals
the earlier row. *Hold* is KEEP: do not speed up. *Stop at p*: STOP within the stop distance of
p, DECELERATE within 1.5 of them, hold beyond; a standing ego stays (STOP) for a p within 45 m
and goes for one beyond. *Hold above n*: hold if v > n - 8 km/h, else nothing is asked. *Slow
above n*: DECELERATE if v > n km/h, else hold above n.

| cause | when | asks for |
|---|---|---|
| pedestrian | on the crossing; on the road in our lane | stop at 3 m before (art. 38) |
| cyclist_crossing | crosses anywhere | stop at 3 m before (art. 38) |
| flagger_hold | he holds us | stop at 5 m before him |
| flagger_proceed | he waves us on | slow above 20 |
| railway_closed | bar down or lamp red | stop at the line, else 3 m before (art. 33) |
| railway | open | the same, but who stands may go, unless the vehicle |
| | | ahead stands less than 20 m beyond the near rail (art. 50) |
| red, red_arrow | no straight arrow is lit | stop at the line (unseen: below) (art. 7) |
| yellow | a stop (0.75 s, 3.5 m/s2) is comfortable | as red, otherwise hold (art. 7) |
| signal_off | nearer than 40 m | slow above 20 (art. 36) |
| stop_sign | sign or painted word, no signal shows | stop at the line, else at the sign; |
| | | who stands may go (art. 43) |
| crossing_vehicle | in our lane | stop at 3 m before |
| side_vehicle | beside it, nearer than 30 m, no green | slow above 40 (art. 36) |
| side_obstacle | beside our path, nearer than 25 m | slow above 30 |
| obstacle | in our path, nearer than 45 m, way round free | slow above 20 |
| | way round blocked | stop at 4 m before |
| waiting | somebody at a crossing, our signal not green | nearer than 15 m STOP, |
| | | nearer than 35 m DECELERATE above 15, else hold; who stands stays (art. 38) |
| jam | the tail of a queue; not for who stands | stop at 4 m before |
| lead, gap g | g <= 0.5 s + 2 m, or brakes and g <= 1.2 s | STOP (art. 26) |
| | g < 1.5 s, or brakes and g <= 3.5 s | DECELERATE |
| | g < 3 s, g < 8 m, or brakes at any g | hold |
| works | nearer than 50 m, into our lane (0.2 m) | slow above 30 |
| | block it (1.2 m) and no way past | stop at 5 m before |
| | beside our lane, nearer than 30 m | slow above 40 |
| parked | in our way (less than 1 m beside us), nearer | way round blocked: nearer than |
| | than 40 m | 12 m STOP, else DECELERATE above 15 or hold; |
| | | free: nearer than 20 m slow above 30, else hold above 30 |
| hidden | parked van, truck or bus nearer than 25 m; | slow above 25 |
| | not on an expressway | |
| encroaching | oncoming on our side, nearer than 40 m | DECELERATE above 15 or hold; |
| | | who stands stays |
| cyclist | on our lane, nearer than 40 m, way past free | nearer than 25 m slow above 30, |
| | | else hold above 30 |
| | way past blocked | nearer than 4 m STOP; nearer than 1.5 s |
| | | (8 m at least) DECELERATE above 15 or hold; else above 30 |
| child | left of or before us (residential: any side), | slow above 25 |
| | nearer than 25 m | |
| roadside_pedestrian | on the road beside us, nearer than 30 m | slow above 20; nearer than |
| | | 10 m hold at least |
| elderly | as a child, nearer than 20 m | hold above 40 |
| crossing | no signal or off, nearer than 25 m | slow above 40 (art. 38) |
| tunnel | its mouth nearer than 40 m | hold above 40 |
| curve | a bend | DECELERATE if v > its aim + 5 |
| speed_limit | a sign | DECELERATE if v > limit + 5 (art. 22) |
| too_fast, sight | the aim of the road, of the weather and light | DECELERATE if v > aim + 10 |
| clear, at_speed | | ACCELERATE if v < aim - 8, else KEEP |

Of child, roadside_pedestrian and elderly a person gets the first that fits. Where no stop line
shows the place to stop for a signal is 2 m before a crossing on this side of it, else 10 m before
it. A lit straight arrow under red counts as green (cause green_arrow in place of clear and
at_speed); left and right arrows are not for us, who go straight on. A flagger beats signal and
stop sign. Lead at standstill: STOP nearer than 6 m, or 20 m while it brakes.

The aim: the sign's number, else residential 30, street 40, arterial 60, expressway 80; in a bend
at most 20, 35, 45, 70; in a tunnel at most 60. Fog takes 30 % off, snow 40 %, rain 10 km/h, night
10 km/h (rain and night not inside a tunnel), but 20 remain.

At standstill DECELERATE means STOP, and hold means nothing: what is left is ACCELERATE (go).

Path: KEEP with STOP. Otherwise the first of: left for an oncoming vehicle on our side, left for
works that reach in from the right (both unless something stands at the left edge nearer than
25 m); right round an obstacle, works, a parked vehicle in our way, a cyclist (with 1.5 m), a
person at the left edge (30 m), unless the way is blocked: an oncoming vehicle nearer than 40 m on
a road with one lane, or a vehicle in the next lane nearer than 15 m (never while a flagger waves
us on); back to the middle of the lane (drift), unless an object lies there. Who is there already
keeps the path. For the speed before works that block our lane an oncoming vehicle counts from
60 m on.

Hazards: each thing that fits a row above, even where the ego is slow enough for it, and people
and cyclists nearer than 20 m; at most three, first the cause of the speed, then the cause of the
path, then by care and the table's order, then by distance.
"""

from __future__ import annotations

from vlm_driving.core import Advice, Hazard, HazardKind, PathAdvice, SpeedAdvice
from vlm_driving.simulator.advice_terms import (
    ASSUMED_SPEED_KMH,
    CARE,
    CURVE_AIM_KMH,
    MAX_HAZARDS,
    SLOW_MARGIN_KMH,
    WATCH_M,
    Cause,
    Decision,
    Demand,
    aim_kmh,
    hazard_of,
    hold_above,
    is_standing,
    road_aim_kmh,
)
from vlm_driving.simulator.advise_path import choose_path
from vlm_driving.simulator.advise_rules import crossers, may_go, orders, roadside, waiting
from vlm_driving.simulator.advise_traffic import in_our_way, traffic
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.scene import SignalColour

TUNNEL_M = 40.0
CURVE_MARGIN_KMH = LIMIT_MARGIN_KMH = 5.0
FAST_MARGIN_KMH = 10.0
TUNNEL_KMH = 40.0


def advise(facts: Facts, ego_speed_kmh: float | None) -> Advice:
    """Advice with confidence 1 and up to three hazards, the cause of the advice first.

    Raises ValueError for the facts of a blind picture.
    """
    return decide(facts, ego_speed_kmh).advice


def decide(facts: Facts, ego_speed_kmh: float | None) -> Decision:
    """Advice together with its causes.

    Raises ValueError for the facts of a blind picture: there is nothing to go by.
    """
    if facts.blind is not None:
        raise ValueError("a blind picture has no advice: check `facts.blind` first")
    v_kmh = ASSUMED_SPEED_KMH[facts.road] if ego_speed_kmh is None else ego_speed_kmh
    demands = _demands(facts, v_kmh)
    top = max(demands, key=lambda d: CARE[d.speed])
    if top.speed is SpeedAdvice.ACCELERATE:
        top = demands[-1]  # none of the things asks for less: the road is the cause
    speed = top.speed
    if is_standing(v_kmh):
        binding = [d for d in demands if CARE[d.speed] >= CARE[SpeedAdvice.DECELERATE]]
        top = binding[0] if binding else Demand(SpeedAdvice.ACCELERATE, _free_cause(facts), None)
        speed = SpeedAdvice.STOP if binding else SpeedAdvice.ACCELERATE
    path, path_cause = choose_path(facts, speed)
    hazards = _hazards(facts, top, path, path_cause, demands)
    return Decision(Advice(speed, path, 1.0, hazards), top.cause, path_cause)


def _demands(facts: Facts, v_kmh: float) -> list[Demand]:
    """Every row's wish, in the order of the table."""
    return [
        *crossers(facts, v_kmh),
        *orders(facts, v_kmh),
        *in_our_way(facts, v_kmh),
        *waiting(facts, v_kmh),
        *traffic(facts, v_kmh),
        *roadside(facts, v_kmh),
        *_road(facts, v_kmh),
    ]


def _road(facts: Facts, v_kmh: float) -> list[Demand]:
    """What the road itself asks for; the last row always asks for something."""
    out: list[Demand] = []

    def ask(speed: SpeedAdvice, cause: Cause) -> None:
        out.append(Demand(speed, cause, None))

    if facts.tunnel_ahead_m is not None and facts.tunnel_ahead_m < TUNNEL_M:
        ask(hold_above(TUNNEL_KMH, v_kmh), Cause.TUNNEL)
    if facts.curve is not None and v_kmh > CURVE_AIM_KMH[facts.road] + CURVE_MARGIN_KMH:
        ask(SpeedAdvice.DECELERATE, Cause.CURVE)
    limit = facts.speed_limit_kmh
    if limit is not None and v_kmh > limit + LIMIT_MARGIN_KMH:
        ask(SpeedAdvice.DECELERATE, Cause.SPEED_LIMIT)
    aim = aim_kmh(facts)
    if v_kmh > aim + FAST_MARGIN_KMH:
        in_sight = v_kmh > road_aim_kmh(facts) + FAST_MARGIN_KMH
        ask(SpeedAdvice.DECELERATE, Cause.TOO_FAST if in_sight else Cause.SIGHT)
    elif v_kmh < aim - SLOW_MARGIN_KMH:
        ask(SpeedAdvice.ACCELERATE, _free_cause(facts))
    else:
        cause = _free_cause(facts)
        ask(SpeedAdvice.KEEP, Cause.AT_SPEED if cause is Cause.CLEAR else cause)
    return out


def _free_cause(facts: Facts) -> Cause:
    """Why we may go: nothing in the way, or an arrow although the signal is red."""
    signal = facts.signal
    red = signal is not None and signal.colour is SignalColour.RED
    return Cause.GREEN_ARROW if red and may_go(facts) else Cause.CLEAR


def _hazards(
    facts: Facts, top: Demand, path: PathAdvice, path_cause: Cause, demands: list[Demand]
) -> tuple[Hazard, ...]:
    """The cause of the speed, the cause of the path, then by care; then who is near."""
    found: dict[Hazard, None] = {}

    def add(hazard: Hazard | None) -> None:
        if hazard is not None:
            found.setdefault(hazard)

    add(top.hazard)
    if path is not PathAdvice.KEEP:
        for demand in demands:
            if demand.cause is path_cause:
                add(demand.hazard)
    for demand in sorted(demands, key=lambda d: -CARE[d.speed]):
        add(demand.hazard)
    near = [
        (p.range_m, hazard_of(HazardKind.PEDESTRIAN, p.range_m, p.side)) for p in facts.pedestrians
    ] + [(c.range_m, hazard_of(HazardKind.CYCLIST, c.range_m, c.side)) for c in facts.cyclists]
    for range_m, hazard in sorted(near, key=lambda pair: pair[0]):
        if range_m < WATCH_M:
            add(hazard)
    return tuple(found)[:MAX_HAZARDS]
