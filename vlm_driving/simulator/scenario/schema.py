"""What a scenario file may say: one road, light and weather, and events along the way.

A scenario is YAML, one mapping; `EVENTS` lists what its `events` may be. Positions are metres
along the road from where the ego's camera starts, times are seconds. A `trigger_m` starts a
thing's clock when the ego first comes that near to it, so that every driver meets it, whatever
his speed. Defaults stand beside the fields, here and in `schema_events`; `Range` gives what a
number may be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from vlm_driving.simulator.scenario.schema_events import (
    Crossing,
    CrossingVehicle,
    Curve,
    Cyclist,
    Kmh,
    Lane,
    Lead,
    LevelCrossing,
    Obstacle,
    Oncoming,
    Parked,
    Pedestrian,
    Queue,
    Range,
    Signal,
    SpeedLimit,
    StopSign,
    Tunnel,
    Works,
)
from vlm_driving.simulator.scene import Light, RoadClass, Weather


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
