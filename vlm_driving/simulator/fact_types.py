"""The facts of a picture as plain data: what a driver can tell from it, and nothing else.

Ranges are metres along the road from the camera. None, or an empty tuple, means that no such
thing shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vlm_driving.simulator.scene import (
    Age,
    Arrow,
    BlindKind,
    CyclistPlace,
    Gesture,
    Light,
    ObstacleKind,
    PedestrianPlace,
    RoadClass,
    SignalColour,
    VehicleKind,
    Weather,
)


class Offset(str, Enum):
    """Where the ego is in its lane."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Side(str, Enum):
    """Where a thing is, seen from the ego lane."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class SignalFact:
    """A signal whose lit lamp shows (or, OFF, whose housing shows with no lamp lit)."""

    colour: SignalColour
    range_m: float
    arrows: tuple[Arrow, ...] = ()


@dataclass(frozen=True, slots=True)
class LeadFact:
    """The nearest vehicle ahead in the ego lane. `braking` is None where lamps are too small."""

    range_m: float
    kind: VehicleKind
    braking: bool | None


@dataclass(frozen=True, slots=True)
class OncomingFact:
    """The nearest oncoming vehicle; `encroaching`: over the centre line, into the ego lane."""

    range_m: float
    encroaching: bool
    kind: VehicleKind = VehicleKind.SEDAN


@dataclass(frozen=True, slots=True)
class ParkedFact:
    """The nearest parked vehicle and how far it stands in the ego lane."""

    range_m: float
    overlap_m: float
    kind: VehicleKind = VehicleKind.SEDAN


@dataclass(frozen=True, slots=True)
class CrossVehicleFact:
    """The nearest vehicle that stands across our road or enters it from `side`.

    `in_lane`: some of it stands in the ego lane.
    """

    range_m: float
    side: Side
    kind: VehicleKind
    in_lane: bool


@dataclass(frozen=True, slots=True)
class PedestrianFact:
    """A person; at the left edge of the ego lane the side is left.

    `age` is None where the person is too small to tell.
    """

    range_m: float
    side: Side
    place: PedestrianPlace
    age: Age | None = None


@dataclass(frozen=True, slots=True)
class CyclistFact:
    """A cyclist, sides as a pedestrian's."""

    range_m: float
    side: Side
    place: CyclistPlace


@dataclass(frozen=True, slots=True)
class WorksFact:
    """Road works: the near end's range, the side they are on, how far they reach into our lane."""

    range_m: float
    side: Side
    overlap_m: float


@dataclass(frozen=True, slots=True)
class FlaggerFact:
    """A guard with flags or a light stick."""

    range_m: float
    gesture: Gesture


@dataclass(frozen=True, slots=True)
class ObstacleFact:
    """Something lying on the road; CENTER is in our lane's path."""

    range_m: float
    side: Side
    kind: ObstacleKind


@dataclass(frozen=True, slots=True)
class RailwayFact:
    """A level crossing; `closed`: a bar is down or a red lamp is lit."""

    range_m: float
    closed: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """All that shows. People are sorted by range; `visible` are ids of the id-map.

    Where `blind` is set nothing else is known: all other facts are at their defaults, and
    `light`, `weather`, `road`, `offset` and `lanes` mean nothing.
    """

    light: Light
    weather: Weather
    offset: Offset
    lanes: int
    signal: SignalFact | None = None
    stop_line_m: float | None = None
    crossing_m: float | None = None
    lead: LeadFact | None = None
    oncoming: OncomingFact | None = None
    parked: ParkedFact | None = None
    pedestrians: tuple[PedestrianFact, ...] = ()
    other_vehicle_ahead_m: float | None = None
    visible: frozenset[int] = frozenset()
    road: RoadClass = RoadClass.STREET
    tunnel: bool = False
    """The ego is inside a tunnel."""
    tunnel_ahead_m: float | None = None
    curve: Side | None = None
    """A bend that asks for less speed: LEFT or RIGHT."""
    jam: bool = False
    """The tail of a queue: the lead vehicle and at least two more close behind one another."""
    crossing_vehicle: CrossVehicleFact | None = None
    cyclists: tuple[CyclistFact, ...] = ()
    works: WorksFact | None = None
    flagger: FlaggerFact | None = None
    obstacle: ObstacleFact | None = None
    railway: RailwayFact | None = None
    stop_sign_m: float | None = None
    """The nearer of a 止まれ sign and the painted word."""
    speed_limit_kmh: int | None = None
    """Of the nearest speed-limit sign whose number can be read."""
    blind: BlindKind | None = None
