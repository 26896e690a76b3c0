"""What shows of other vehicles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vlm_driving.simulator.canvas import ID_VEHICLE
from vlm_driving.simulator.fact_types import (
    CrossVehicleFact,
    LeadFact,
    OncomingFact,
    ParkedFact,
    Side,
)
from vlm_driving.simulator.facts_seen import brake_lamps_show
from vlm_driving.simulator.render import Rendering
from vlm_driving.simulator.scene import CentreLine, Scene, Vehicle, VehicleRole

ENCROACH_M = 0.3
"""An oncoming vehicle this far over the centre line is on our side."""
SHARED_HALF_M = 1.2
"""Without a centre line: it comes into this much beside our lane's middle."""
PATH_HALF_M = 1.2
NOSE_M = 1.0
QUEUE_GAP_M = 10.0
QUEUE_COUNT = 3
QUEUE_SHARE = 0.25
"""How much of a queueing vehicle must show: those before it hide most of it."""


@dataclass(frozen=True, slots=True)
class TrafficFacts:
    """The vehicles' part of `Facts`."""

    lead: LeadFact | None = None
    oncoming: OncomingFact | None = None
    parked: ParkedFact | None = None
    other_vehicle_ahead_m: float | None = None
    crossing_vehicle: CrossVehicleFact | None = None
    jam: bool = False


def traffic_facts(
    scene: Scene, rendering: Rendering, seen: frozenset[int], shares: Sequence[float]
) -> TrafficFacts:
    """Facts of the vehicles; `shares` says how much of each is not covered."""
    half_lane = scene.road.lane_width_m / 2
    vehicles = [v for i, v in enumerate(scene.vehicles) if ID_VEHICLE + i in seen]
    ahead = [v for v in vehicles if v.role is VehicleRole.AHEAD]
    lead = _nearest([v for v in ahead if abs(v.y_m) < half_lane * 0.75])
    other = _nearest([v for v in ahead if abs(v.y_m) >= half_lane * 0.75])
    oncoming = _nearest([v for v in vehicles if v.role is VehicleRole.ONCOMING])
    parked = _nearest([v for v in vehicles if v.role is VehicleRole.PARKED])
    crossing = _nearest([v for v in vehicles if v.role is VehicleRole.CROSSING])
    queue = [
        v
        for v, share in zip(scene.vehicles, shares, strict=True)
        if v.role is VehicleRole.AHEAD and share >= QUEUE_SHARE
    ]
    return TrafficFacts(
        lead=None if lead is None else _lead(lead, rendering),
        oncoming=(
            None
            if oncoming is None
            else OncomingFact(oncoming.x_m, _encroaches(scene, oncoming), oncoming.kind)
        ),
        parked=(
            None
            if parked is None
            else ParkedFact(parked.x_m, half_lane - _inner_m(parked), parked.kind)
        ),
        other_vehicle_ahead_m=None if other is None else other.x_m,
        crossing_vehicle=None if crossing is None else _crossing(crossing),
        jam=lead is not None and _is_queue(lead, queue),
    )


def _nearest(vehicles: list[Vehicle]) -> Vehicle | None:
    return min(vehicles, key=lambda v: v.x_m, default=None)


def _inner_m(car: Vehicle) -> float:
    """How far from our lane's middle a parked vehicle begins, on either side."""
    return abs(car.y_m) - car.width_m / 2


def _encroaches(scene: Scene, car: Vehicle) -> bool:
    road = scene.road
    inner = car.y_m + car.width_m / 2
    if road.ego_lane != road.lanes - 1:
        return False
    if road.centre is CentreLine.NONE:
        return inner > -SHARED_HALF_M
    return inner - road.centre_m > ENCROACH_M


def _lead(car: Vehicle, rendering: Rendering) -> LeadFact:
    shows = brake_lamps_show(car, rendering)
    return LeadFact(car.x_m, car.kind, car.braking if shows else None)


def _crossing(car: Vehicle) -> CrossVehicleFact:
    half = car.length_m / 2
    inner = abs(car.y_m) - half
    comes = car.heading * car.y_m < 0
    in_lane = inner < PATH_HALF_M or (comes and inner < PATH_HALF_M + NOSE_M)
    if abs(car.y_m) > PATH_HALF_M or car.heading == 0:
        side = Side.LEFT if car.y_m > 0 else Side.RIGHT
    else:
        side = Side.LEFT if car.heading < 0 else Side.RIGHT
    return CrossVehicleFact(car.x_m, side, car.kind, in_lane)


def _is_queue(lead: Vehicle, queue: list[Vehicle]) -> bool:
    """Whether the vehicles from `lead` on stand close behind one another."""
    count, end = 0, lead.x_m + lead.length_m
    for car in sorted(queue, key=lambda v: v.x_m):
        if car.x_m < lead.x_m - 1e-6:
            continue
        if car.x_m - end > QUEUE_GAP_M:
            break
        count, end = count + 1, max(end, car.x_m + car.length_m)
    return count >= QUEUE_COUNT
