"""What a scenario file may say: one road, light and weather, and events along the way.

A scenario is YAML, one mapping; `EVENTS` lists what its `events` may be. Positions are metres
along the road from where the ego's camera starts, times are seconds. A `trigger_m` starts a
thing's clock when the ego first comes that near to it, so that every driver meets it, whatever
his speed. Defaults stand beside the fields below; `Range` gives what a number may be.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from vlm_driving.simulator.scene import (
    Age,
    Arrow,
    Gesture,
    Light,
    ObstacleKind,
    PedestrianPlace,
    RoadClass,
    SignalColour,
    VehicleKind,
    Weather,
)


@dataclass(frozen=True, slots=True)
class Range:
    """What a number may be, both ends included."""

    least: float
    most: float


Metres = Annotated[float, Range(0.0, 5000.0)]
Length = Annotated[float, Range(1.0, 5000.0)]
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
class RoadSpec:
    """The road: `lanes` go our way, `density` is how built-up its sides are.

    What is left out (null) is drawn from the seed as the class usually has it.
    """

    road_class: RoadClass
    lanes: Annotated[int, Range(1, 3)] = 1
    ego_lane: Lane = 0
    oncoming_lanes: Annotated[int, Range(0, 3)] = 1
    lane_width_m: Annotated[float, Range(2.0, 4.0)] | None = None
    pavement_m: Annotated[float, Range(0.0, 5.0)] | None = None
    density: Annotated[float, Range(0.0, 1.0)] = 0.6


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
    """A vehicle that goes our way, `at_m` at the start; its brake lamps follow its speed."""

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
    """Rides along our lane's edge, `aside_m` right of it, until `leaves_m`."""

    at_m: Metres
    kmh: MovingKmh = 14.0
    aside_m: Annotated[float, Range(0.1, 1.5)] = 0.4
    leaves_m: Metres | None = None


@dataclass(frozen=True, slots=True)
class Pedestrian:
    """Somebody beside or on the road, `aside_m` left of our left lane's edge.

    With a `trigger_m` they step out across our lane then; `back_m` is how far.
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


Event = (
    Signal
    | Crossing
    | Lead
    | Queue
    | Parked
    | Oncoming
    | CrossingVehicle
    | Cyclist
    | Pedestrian
    | Works
    | Obstacle
    | LevelCrossing
    | Curve
    | Tunnel
    | SpeedLimit
    | StopSign
)

EVENTS: dict[str, type] = {
    "signal": Signal,
    "crossing": Crossing,
    "lead": Lead,
    "queue": Queue,
    "parked": Parked,
    "oncoming": Oncoming,
    "crossing_vehicle": CrossingVehicle,
    "cyclist": Cyclist,
    "pedestrian": Pedestrian,
    "works": Works,
    "obstacle": Obstacle,
    "level_crossing": LevelCrossing,
    "curve": Curve,
    "tunnel": Tunnel,
    "speed_limit": SpeedLimit,
    "stop_sign": StopSign,
}
"""The `kind` of an event in the file, and what else it may say."""

NOT_ON_EXPRESSWAYS = (
    Signal, Crossing, CrossingVehicle, Cyclist, Pedestrian, LevelCrossing, StopSign, Oncoming,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole file. `name` is the file's; `start_kmh` null is the road's limit."""

    name: str
    description: str
    road: RoadSpec
    length_m: Annotated[float, Range(50.0, 5000.0)]
    seconds: Annotated[float, Range(1.0, 600.0)]
    light: Light = Light.DAY
    weather: Weather = Weather.CLEAR
    speed_limit_kmh: Annotated[float, Range(10.0, 120.0)] = 40.0
    start_kmh: Kmh | None = None
    events: tuple[Event, ...] = ()
