"""What stands on the road, as plain data: nothing here knows how it looks or what it means.

Coordinates are metres in the road's frame: x forward along the road from the ego's camera,
y to the left from the middle of the ego lane, z up from the road surface. The ego sits at
x = 0, y = `Scene.ego_offset_m`. A curved or sloping road bends this frame (see `camera`).
Colours are BGR, 0 to 255, as they are in plain daylight. `scene_kinds` has the kinds of things,
`scene_things` the things; all of them can be imported from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.simulator.scene_kinds import (
    Age,
    Arrow,
    BlindKind,
    CentreLine,
    CyclistPlace,
    EdgeKind,
    Gesture,
    Light,
    ObstacleKind,
    PedestrianPlace,
    PropKind,
    RoadClass,
    SignalColour,
    SignKind,
    VehicleKind,
    VehicleRole,
    Weather,
)
from vlm_driving.simulator.scene_things import (
    Animal,
    Building,
    Colour,
    Crossing,
    CrossRoad,
    Cyclist,
    Flagger,
    Obstacle,
    Pedestrian,
    Prop,
    Railway,
    RoadSign,
    RoadWorks,
    Signal,
    Tunnel,
    Vehicle,
)

__all__ = [
    "Age",
    "Animal",
    "Arrow",
    "Atmosphere",
    "BlindKind",
    "Blindness",
    "Building",
    "CameraPose",
    "CentreLine",
    "Colour",
    "CrossRoad",
    "Crossing",
    "Cyclist",
    "CyclistPlace",
    "EdgeKind",
    "Flagger",
    "Gesture",
    "Light",
    "Obstacle",
    "ObstacleKind",
    "Pedestrian",
    "PedestrianPlace",
    "Prop",
    "PropKind",
    "Railway",
    "Road",
    "RoadClass",
    "RoadSign",
    "RoadWorks",
    "Scene",
    "Sensor",
    "SignKind",
    "Signal",
    "SignalColour",
    "Tunnel",
    "Vehicle",
    "VehicleKind",
    "VehicleRole",
    "Weather",
    "Windscreen",
]


@dataclass(frozen=True, slots=True)
class CameraPose:
    """The ego's camera: height over the road, angles in radians (up and left positive)."""

    height_m: float
    pitch_rad: float
    yaw_rad: float
    hfov_rad: float


@dataclass(frozen=True, slots=True)
class Road:
    """The carriageway. `ego_lane` counts from the left, 0 is the leftmost of `lanes`.

    `dash_phase_m` moves dashed lines towards the ego; `grain` picks the surface's pattern.
    """

    lane_width_m: float
    lanes: int
    ego_lane: int
    oncoming_lanes: int
    centre: CentreLine
    edge: EdgeKind
    shoulder_m: float
    pavement_m: float
    curvature_per_m: float
    slope_per_m: float
    asphalt: float
    paint: float
    dash_phase_m: float
    verge: Colour
    grain: int = 0
    road_class: RoadClass = RoadClass.STREET
    wear: float = 0.0
    """0 new to 1: cracks, patches, worn paint."""

    @property
    def left_m(self) -> float:
        """The y of the left edge of the leftmost lane."""
        return (self.ego_lane + 0.5) * self.lane_width_m

    @property
    def centre_m(self) -> float:
        """The y of the centre line, right of our lanes."""
        return -(self.lanes - self.ego_lane - 0.5) * self.lane_width_m

    @property
    def right_m(self) -> float:
        """The y of the right edge of the oncoming lanes."""
        return self.centre_m - self.oncoming_lanes * self.lane_width_m


@dataclass(frozen=True, slots=True)
class Blindness:
    """What keeps the camera from seeing. `share` is how much of the road's pixels it hides.

    BLACK, WHITE, NOISE and FOREIGN replace the whole picture (`share` 1).
    """

    kind: BlindKind
    share: float
    grain: int


@dataclass(frozen=True, slots=True)
class Windscreen:
    """What is on the glass and in the lens without blinding: amounts from 0 to 1.

    `grain` places it.
    """

    drops: float = 0.0
    dirt: float = 0.0
    glare: float = 0.0
    reflection: float = 0.0
    wiper: float | None = None
    """Angle share 0 to 1 of a wiper that is in the picture."""
    bonnet: float = 0.0
    """Height of the ego's bonnet in the picture, share of the picture's height."""
    vignette: float = 0.0
    distortion: float = 0.0
    tint: Colour = (1.0, 1.0, 1.0)
    grain: int = 0


@dataclass(frozen=True, slots=True)
class Atmosphere:
    """Light and weather. `ambient` multiplies daylight colours; `haze_m` is a fading length."""

    light: Light
    weather: Weather
    ambient: Colour
    sky_top: Colour
    sky_low: Colour
    clouds: float
    haze_m: float
    headlamps: float
    wetness: float = 0.0
    """0 dry to 1 standing water: darker asphalt, mirrored lamps."""
    snow_cover: float = 0.0
    """Share of ground, verge and roofs that is white."""
    sun_u: float | None = None
    """Where a low sun stands across the picture (-1 left edge, 1 right edge); None: not in view."""
    shadows: float = 0.0
    """Strength of cast shadows (trees, buildings, poles) on the road, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """What the camera adds: noise (grey levels), blur (sigma, pixels), gain, gamma, JPEG.

    `grain` picks the pattern of noise and rain: another one for every picture.
    """

    noise: float
    blur_px: float
    gain: float
    gamma: float
    jpeg_quality: int | None
    grain: int = 0
    motion_px: float = 0.0
    """Length of the smear that motion leaves at the picture's border, pixels."""
    blocks: float = 0.0
    """How much a low-bitrate video coder coarsens the picture, 0 to 1."""
    lift: float = 0.0
    """Level of black, grey levels: stray light in the lens; below 0 dark tones are crushed."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that one picture shows, and the ego's speed (None: not known)."""

    camera: CameraPose
    road: Road
    atmosphere: Atmosphere
    sensor: Sensor
    ego_offset_m: float
    ego_speed_kmh: float | None
    vehicles: tuple[Vehicle, ...] = ()
    pedestrians: tuple[Pedestrian, ...] = ()
    signal: Signal | None = None
    stop_line_m: float | None = None
    crossing: Crossing | None = None
    cross_road: CrossRoad | None = None
    buildings: tuple[Building, ...] = ()
    props: tuple[Prop, ...] = ()
    skyline: int = 0
    grain: int = 0
    cyclists: tuple[Cyclist, ...] = ()
    flagger: Flagger | None = None
    works: RoadWorks | None = None
    obstacle: Obstacle | None = None
    railway: Railway | None = None
    signs: tuple[RoadSign, ...] = ()
    stop_text_m: float | None = None
    """Where the painted 止まれ begins, before a stop line."""
    tunnel: Tunnel | None = None
    animals: tuple[Animal, ...] = ()
    windscreen: Windscreen = Windscreen()
    blind: Blindness | None = None
