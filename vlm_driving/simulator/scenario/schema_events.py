"""The events of a scenario: what may stand, wait, drive or lie along its road."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from vlm_driving.simulator.scene import (
    Age,
    Arrow,
    Gesture,
    ObstacleKind,
    PedestrianPlace,
    SignalColour,
    VehicleKind,
)


@dataclass(frozen=True, slots=True)
class Range:
    """What a number may be, both ends included."""

    least: float
    most: float


Metres = Annotated[float, Range(0.0, 5000.0)]
Aside = Annotated[float, Range(-8.0, 8.0)]
Overlap = Annotated[float, Range(-2.0, 2.5)]
Seconds = Annotated[float, Range(0.0, 600.0)]
Kmh = Annotated[float, Range(0.0, 130.0)]
MovingKmh = Annotated[float, Range(1.0, 130.0)]
WalkMps = Annotated[float, Range(0.2, 4.0)]
Few = Annotated[int, Range(1, 8)]
Lane = Annotated[int, Range(0, 3)]


class From(str, Enum):
    """The side of the road that somebody or something is on, or comes from."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class SignalPhase:
    """One phase of a signal; `arrows` are lit beside the colour."""

    colour: SignalColour
    seconds: Annotated[float, Range(0.1, 600.0)]
    arrows: tuple[Arrow, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal; `at_m` is its stop line. Its phases repeat.

    The first phase shows until the ego is `trigger_m` before the line (null: from the start
    on), then the clock runs, `offset_s` into the phases. `zebra` and a `cross_road_m` wide road
    across (0: none) lie behind the line; the lamps hang beyond both.
    """

    at_m: Metres
    phases: tuple[SignalPhase, ...]
    trigger_m: Metres | None = None
    offset_s: Seconds = 0.0
    zebra: bool = True
    cross_road_m: Annotated[float, Range(0.0, 20.0)] = 9.0


@dataclass(frozen=True, slots=True)
class Walker:
    """Waits at a crossing; sets out `delay_s` after the ego came within `trigger_m`."""

    side: From = From.LEFT
    age: Age = Age.ADULT
    trigger_m: Metres = 40.0
    delay_s: Seconds = 0.0
    mps: WalkMps = 1.4


@dataclass(frozen=True, slots=True)
class Crossing:
    """A zebra without a signal from `at_m` on, a stop line 2 m before it."""

    at_m: Metres
    walkers: tuple[Walker, ...] = ()
    cyclists: tuple[Walker, ...] = ()
    line: bool = True


@dataclass(frozen=True, slots=True)
class SpeedPoint:
    """A speed that is reached at a time; straight lines between two of them."""

    at_s: Seconds
    kmh: Kmh


@dataclass(frozen=True, slots=True)
class Lead:
    """A vehicle that goes our way, `at_m` at the start; its brake lamps follow its speed.

    `lane` counts from the left, null is the ego's.
    """

    at_m: Metres
    profile: tuple[SpeedPoint, ...]
    vehicle: VehicleKind = VehicleKind.SEDAN
    lane: Lane | None = None
    leaves_m: Metres | None = None
    """Turns off the road at this place; null: never."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The tail of a standing queue at `at_m`, in every lane; it moves off `after_s` later."""

    at_m: Metres
    count: Annotated[int, Range(1, 6)] = 4
    trigger_m: Metres = 30.0
    after_s: Seconds = 8.0
    kmh: MovingKmh = 40.0


@dataclass(frozen=True, slots=True)
class Parked:
    """A vehicle at the left edge, `overlap_m` of it in the leftmost lane."""

    at_m: Metres
    vehicle: VehicleKind = VehicleKind.SEDAN
    overlap_m: Overlap = 0.8
    hazard_lamps: bool = True


@dataclass(frozen=True, slots=True)
class Oncoming:
    """Vehicles towards us; the first is `ahead_m` away when the ego reaches `at_m`.

    `encroach_m` of each is on our side of the centre line.
    """

    at_m: Metres
    kmh: MovingKmh = 40.0
    ahead_m: Annotated[float, Range(20.0, 200.0)] = 120.0
    count: Few = 1
    gap_m: Annotated[float, Range(10.0, 200.0)] = 40.0
    encroach_m: Annotated[float, Range(0.0, 1.5)] = 0.0
    vehicle: VehicleKind | None = None


@dataclass(frozen=True, slots=True)
class CrossingVehicle:
    """A vehicle that crosses at a junction without a signal, which begins at `at_m`."""

    at_m: Metres
    side: From = From.LEFT
    trigger_m: Metres = 45.0
    kmh: MovingKmh = 25.0
    vehicle: VehicleKind = VehicleKind.SEDAN
    width_m: Annotated[float, Range(4.0, 16.0)] = 7.0


@dataclass(frozen=True, slots=True)
class Cyclist:
    """Rides `aside_m` right of the leftmost lane's edge, until `leaves_m` (null: to the end)."""

    at_m: Metres
    kmh: MovingKmh = 14.0
    aside_m: Annotated[float, Range(0.1, 1.5)] = 0.4
    leaves_m: Metres | None = None


@dataclass(frozen=True, slots=True)
class Pedestrian:
    """Somebody beside or on the road, `aside_m` left of our left lane's edge.

    With a `trigger_m` they step out then and walk over the whole road; null: they stay beside it.
    """

    at_m: Metres
    place: PedestrianPlace = PedestrianPlace.PAVEMENT
    aside_m: Aside = 1.5
    age: Age = Age.ADULT
    trigger_m: Metres | None = None
    mps: WalkMps = 1.4


@dataclass(frozen=True, slots=True)
class GesturePhase:
    """What a flagger shows for a while."""

    gesture: Gesture
    seconds: Annotated[float, Range(0.1, 600.0)]


@dataclass(frozen=True, slots=True)
class Works:
    """Road works on a `side`, `overlap_m` into our lane; with gestures also a flagger.

    His clock starts at `trigger_m`; the last gesture stays.
    """

    at_m: Metres
    length_m: Annotated[float, Range(4.0, 200.0)] = 20.0
    side: From = From.LEFT
    overlap_m: Annotated[float, Range(0.0, 2.5)] = 1.0
    gestures: tuple[GesturePhase, ...] = ()
    trigger_m: Metres = 45.0
    machine: bool = True


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that fell onto the road; `y_m` from the middle of our lane, left positive."""

    at_m: Metres
    what: ObstacleKind = ObstacleKind.BOX
    y_m: Annotated[float, Range(-3.0, 3.0)] = 0.3


@dataclass(frozen=True, slots=True)
class LevelCrossing:
    """Rails from `at_m` on, a stop line before them.

    `closed_s` after the trigger the bars open; 0: they are never down.
    """

    at_m: Metres
    trigger_m: Metres = 60.0
    closed_s: Seconds = 15.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A bend from `at_m` on."""

    at_m: Metres
    length_m: Annotated[float, Range(20.0, 1000.0)]
    radius_m: Annotated[float, Range(30.0, 2000.0)]
    side: From = From.LEFT


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A tunnel from `at_m` on."""

    at_m: Metres
    length_m: Annotated[float, Range(20.0, 3000.0)]


@dataclass(frozen=True, slots=True)
class SpeedLimit:
    """A sign; its number is the limit from here on."""

    at_m: Metres
    kmh: Annotated[int, Range(20, 120)]


@dataclass(frozen=True, slots=True)
class StopSign:
    """止まれ with its line at `at_m`, `painted` with the word too, before a road across."""

    at_m: Metres
    painted: bool = True
    cross_road_m: Annotated[float, Range(0.0, 16.0)] = 6.0
