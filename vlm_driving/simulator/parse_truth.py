"""Whether a claim is true of facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vlm_driving.simulator.fact_types import CyclistFact, Facts, Offset, PedestrianFact, Side
from vlm_driving.simulator.parse_terms import Claim, ClaimKind
from vlm_driving.simulator.scene import (
    CyclistPlace,
    Gesture,
    VehicleKind,
)
from vlm_driving.simulator.words_plans_ja import nothing_in_the_way

RANGE_TOLERANCE_M = 7.5
RANGE_TOLERANCE_SHARE = 0.35
_ALSO = {"sedan": {VehicleKind.SEDAN, VehicleKind.KEI}}


def holds(claim: Claim, facts: Facts) -> bool:
    """Whether the facts bear the claim out; a distance counts within its tolerance.

    A claim that is negated holds where nothing of the kind shows.
    """
    if facts.blind is not None:
        return claim.kind is ClaimKind.BLIND
    if claim.kind in _PLAIN:
        return _PLAIN[claim.kind](claim, facts) is not claim.negated
    found = any(_near(claim, at) for at in _MATCHES[claim.kind](claim, facts))
    return found is not claim.negated


def _near(claim: Claim, at_m: float | None) -> bool:
    if claim.range_m is None or at_m is None or claim.negated:
        return True
    return abs(claim.range_m - at_m) <= max(RANGE_TOLERANCE_M, RANGE_TOLERANCE_SHARE * at_m)


def _fits(claim: Claim, name: str, value: str | None) -> bool:
    """An attribute that the text leaves open fits anything."""
    said = claim.get(name)
    return said is None or said == value


def _kind_fits(claim: Claim, kind: VehicleKind) -> bool:
    said = claim.get("vehicle")
    return said is None or kind in _ALSO.get(said, {VehicleKind(said)})


def _signal(claim: Claim, facts: Facts) -> Iterator[float | None]:
    if facts.signal is not None and _fits(claim, "colour", facts.signal.colour.value):
        yield facts.signal.range_m


def _arrow(claim: Claim, facts: Facts) -> bool:
    arrows = () if facts.signal is None else facts.signal.arrows
    return any(_fits(claim, "direction", arrow.value) for arrow in arrows)


def _lead(claim: Claim, facts: Facts) -> Iterator[float | None]:
    lead = facts.lead
    if lead is None:
        if claim.negated and facts.other_vehicle_ahead_m is not None:
            yield None
        return
    braking = {True: "yes", False: "no", None: None}[lead.braking]
    if _kind_fits(claim, lead.kind) and _fits(claim, "braking", braking):
        yield lead.range_m


def _jam(claim: Claim, facts: Facts) -> Iterator[float | None]:
    if facts.jam:
        yield None if facts.lead is None else facts.lead.range_m


def _oncoming(claim: Claim, facts: Facts) -> Iterator[float | None]:
    car = facts.oncoming
    if car is None or not _kind_fits(claim, car.kind):
        return
    if _fits(claim, "encroaching", "yes" if car.encroaching else "no"):
        yield car.range_m


def _parked(claim: Claim, facts: Facts) -> Iterator[float | None]:
    if facts.parked is not None and _kind_fits(claim, facts.parked.kind):
        yield facts.parked.range_m


def _crosser(claim: Claim, facts: Facts) -> Iterator[float | None]:
    car = facts.crossing_vehicle
    if car is not None and _kind_fits(claim, car.kind) and _fits(claim, "side", car.side.value):
        yield car.range_m


def _other(claim: Claim, facts: Facts) -> Iterator[float | None]:
    if facts.other_vehicle_ahead_m is not None:
        yield facts.other_vehicle_ahead_m


def _person(claim: Claim, facts: Facts) -> Iterator[float | None]:
    def fits(person: PedestrianFact) -> bool:
        age = None if person.age is None else person.age.value
        return (
            _fits(claim, "place", person.place.value)
            and _side_fits(claim, person.side)
            and _fits(claim, "age", age)
        )

    same_place = [
        p
        for p in facts.pedestrians
        if _fits(claim, "place", p.place.value) and _side_fits(claim, p.side)
    ]
    count = claim.get("count")
    if count is not None and len(same_place) < int(count):
        return
    said = claim.get("age")
    if count is not None and said is not None:  # 「子どもを含む2人」: one of them is enough.
        if any(p.age is not None and p.age.value == said for p in same_place):
            yield from (p.range_m for p in same_place)
        return
    for person in facts.pedestrians:
        if fits(person):
            yield person.range_m


def _side_fits(claim: Claim, side: Side) -> bool:
    said = claim.get("side")
    return said is None or said == side.value or (said == "both" and side is not Side.CENTER)


def _cyclist(claim: Claim, facts: Facts) -> Iterator[float | None]:
    def fits(rider: CyclistFact) -> bool:
        # 「左端」 is where a cyclist of our lane rides, whatever side the text names beside it.
        beside = _side_fits(claim, rider.side) or rider.place is CyclistPlace.CROSSING
        return _fits(claim, "place", rider.place.value) and beside

    for rider in facts.cyclists:
        if fits(rider):
            yield rider.range_m


def _works(claim: Claim, facts: Facts) -> Iterator[float | None]:
    works = facts.works
    if works is None or not _side_fits(claim, works.side):
        return
    if _fits(claim, "overlap", "yes" if works.overlap_m > 0.0 else "no"):
        yield works.range_m


def _guard(claim: Claim, facts: Facts) -> Iterator[float | None]:
    guard = facts.flagger
    if guard is not None and _fits(
        claim, "gesture", "hold" if guard.gesture is Gesture.HOLD else "proceed"
    ):
        yield guard.range_m


def _obstacle(claim: Claim, facts: Facts) -> Iterator[float | None]:
    thing = facts.obstacle
    if thing is None or not _fits(claim, "thing", thing.kind.value):
        return
    if _side_fits(claim, thing.side):
        yield thing.range_m


def _railway(claim: Claim, facts: Facts) -> Iterator[float | None]:
    railway = facts.railway
    if railway is not None and _fits(claim, "state", "closed" if railway.closed else "open"):
        yield railway.range_m


def _range(at_m: float | None) -> Iterator[float | None]:
    if at_m is not None:
        yield at_m


def _tunnel(claim: Claim, facts: Facts) -> Iterator[float | None]:
    if claim.get("place") != "ahead" and facts.tunnel:
        yield None
    if claim.get("place") != "inside" and facts.tunnel_ahead_m is not None:
        yield facts.tunnel_ahead_m


def _curve(claim: Claim, facts: Facts) -> bool:
    return facts.curve is not None and _fits(claim, "side", facts.curve.value)


def _offset(claim: Claim, facts: Facts) -> bool:
    return facts.offset is not Offset.CENTER and _fits(claim, "side", facts.offset.value)


_PLAIN: dict[ClaimKind, Callable[[Claim, Facts], bool]] = {
    ClaimKind.ARROW: _arrow,
    ClaimKind.LIGHT: lambda c, f: _fits(c, "value", f.light.value),
    ClaimKind.WEATHER: lambda c, f: _fits(c, "value", f.weather.value),
    ClaimKind.ROAD: lambda c, f: _fits(c, "value", f.road.value),
    ClaimKind.LANES: lambda c, f: _fits(c, "value", str(f.lanes)),
    ClaimKind.LIMIT: lambda c, f: (
        f.speed_limit_kmh is not None and _fits(c, "kmh", str(f.speed_limit_kmh))
    ),
    ClaimKind.CURVE: _curve,
    ClaimKind.OFFSET: _offset,
    ClaimKind.CLEAR: lambda c, f: nothing_in_the_way(f),
    ClaimKind.BLIND: lambda c, f: f.blind is not None,
}
_MATCHES: dict[ClaimKind, Callable[[Claim, Facts], Iterator[float | None]]] = {
    ClaimKind.SIGNAL: _signal,
    ClaimKind.LEAD: _lead,
    ClaimKind.JAM: _jam,
    ClaimKind.ONCOMING: _oncoming,
    ClaimKind.PARKED: _parked,
    ClaimKind.CROSSING_VEHICLE: _crosser,
    ClaimKind.OTHER_VEHICLE: _other,
    ClaimKind.PEDESTRIAN: _person,
    ClaimKind.CYCLIST: _cyclist,
    ClaimKind.WORKS: _works,
    ClaimKind.FLAGGER: _guard,
    ClaimKind.OBSTACLE: _obstacle,
    ClaimKind.RAILWAY: _railway,
    ClaimKind.CROSSING: lambda c, f: _range(f.crossing_m),
    ClaimKind.STOP_SIGN: lambda c, f: _range(f.stop_sign_m),
    ClaimKind.STOP_LINE: lambda c, f: _range(f.stop_line_m),
    ClaimKind.TUNNEL: _tunnel,
}
