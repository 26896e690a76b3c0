"""What stands on the road, as plain data: nothing here knows how it looks or what it means.

Coordinates are metres in the road's frame: x forward along the road from the ego's camera,
y to the left from the middle of the ego lane, z up from the road surface. The ego sits at
x = 0, y = `Scene.ego_offset_m`. A curved or sloping road bends this frame (see `camera`).
Colours are BGR, 0 to 255, as they are in plain daylight.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

Colour = tuple[float, float, float]


class Light(str, Enum):
    """Time of day."""

    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


class Weather(str, Enum):
    """Weather that shows in the picture."""

    CLEAR = "clear"
    RAIN = "rain"


class CentreLine(str, Enum):
    """What parts the two directions."""

    YELLOW = "yellow"
    WHITE = "white"
    WHITE_DASHED = "white_dashed"


class EdgeKind(str, Enum):
    """How the carriageway ends on the left."""

    KERB = "kerb"
    LINE = "line"


class VehicleKind(str, Enum):
    """Body shape."""

    KEI = "kei"
    SEDAN = "sedan"
    VAN = "van"
    TRUCK = "truck"


class VehicleRole(str, Enum):
    """What the vehicle does; `AHEAD` goes our way in any lane."""

    AHEAD = "ahead"
    ONCOMING = "oncoming"
    PARKED = "parked"


class SignalColour(str, Enum):
    """The lamp that is lit."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"


class PedestrianPlace(str, Enum):
    """Where a pedestrian is."""

    PAVEMENT = "pavement"
    WAITING = "waiting"
    CROSSING = "crossing"
    ROAD = "road"


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
class Vehicle:
    """A vehicle; `x_m` is its nearest face, `y_m` its middle."""

    role: VehicleRole
    kind: VehicleKind
    x_m: float
    y_m: float
    length_m: float
    width_m: float
    height_m: float
    colour: Colour
    braking: bool = False
    hazard_lamps: bool = False
    headlamps: bool = False


@dataclass(frozen=True, slots=True)
class Pedestrian:
    """A person. `heading` is -1 walking right, +1 walking left, 0 along the road."""

    place: PedestrianPlace
    x_m: float
    y_m: float
    height_m: float
    heading: int
    stride: float
    coat: Colour
    trousers: Colour
    hair: Colour
    umbrella: Colour | None = None
    bag: Colour | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A horizontal signal; `z_m` is the height of its lamps, `pole_y_m` where its pole stands."""

    x_m: float
    y_m: float
    z_m: float
    lamp_m: float
    colour: SignalColour
    pole_y_m: float
    housing: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """A zebra crossing over the whole road, from `x_m` on, `depth_m` deep."""

    x_m: float
    depth_m: float


@dataclass(frozen=True, slots=True)
class CrossRoad:
    """A road that crosses ours between two distances."""

    x_near_m: float
    x_far_m: float


@dataclass(frozen=True, slots=True)
class Building:
    """A block beside the road: its front stands at `y_m` (left positive)."""

    x_near_m: float
    x_far_m: float
    y_m: float
    height_m: float
    floors: int
    colour: Colour
    pattern: int


class PropKind(str, Enum):
    """Things beside the road that mean nothing to the driver."""

    TREE = "tree"
    POLE = "pole"
    LAMP = "lamp"
    SIGN = "sign"
    BOARD = "board"
    HEDGE = "hedge"
    VENDING = "vending"


@dataclass(frozen=True, slots=True)
class Prop:
    """Clutter standing at (`x_m`, `y_m`)."""

    kind: PropKind
    x_m: float
    y_m: float
    height_m: float
    width_m: float
    colour: Colour
    pattern: int


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
