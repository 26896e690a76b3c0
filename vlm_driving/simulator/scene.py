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
    BACKLIGHT = "backlight"
    DUSK = "dusk"
    NIGHT = "night"


class Weather(str, Enum):
    """Weather that shows in the picture."""

    CLEAR = "clear"
    RAIN = "rain"
    FOG = "fog"
    SNOW = "snow"


class RoadClass(str, Enum):
    """What sort of road it is.

    `RESIDENTIAL` is narrow, without a centre line, both directions sharing it; `EXPRESSWAY` has
    no oncoming lanes, no crossings and nobody on foot.
    """

    RESIDENTIAL = "residential"
    STREET = "street"
    ARTERIAL = "arterial"
    EXPRESSWAY = "expressway"


class CentreLine(str, Enum):
    """What parts the two directions."""

    YELLOW = "yellow"
    WHITE = "white"
    WHITE_DASHED = "white_dashed"
    NONE = "none"


class EdgeKind(str, Enum):
    """How the carriageway ends on the left."""

    KERB = "kerb"
    LINE = "line"
    GUARDRAIL = "guardrail"


class VehicleKind(str, Enum):
    """Body shape."""

    KEI = "kei"
    SEDAN = "sedan"
    VAN = "van"
    TRUCK = "truck"
    BUS = "bus"
    MOTORCYCLE = "motorcycle"


class VehicleRole(str, Enum):
    """What the vehicle does; `AHEAD` goes our way in any lane, `CROSSING` goes across."""

    AHEAD = "ahead"
    ONCOMING = "oncoming"
    PARKED = "parked"
    CROSSING = "crossing"


class SignalColour(str, Enum):
    """The lamp that is lit; `OFF`: none, as in a power cut."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    OFF = "off"


class Arrow(str, Enum):
    """A lit green arrow lamp under the three lamps."""

    LEFT = "left"
    STRAIGHT = "straight"
    RIGHT = "right"


class PedestrianPlace(str, Enum):
    """Where a pedestrian is."""

    PAVEMENT = "pavement"
    WAITING = "waiting"
    CROSSING = "crossing"
    ROAD = "road"


class Age(str, Enum):
    """What shows of age: a child is small, an elderly person bent, often with a stick."""

    ADULT = "adult"
    CHILD = "child"
    ELDERLY = "elderly"


class CyclistPlace(str, Enum):
    """Where a cyclist is: along our lane's left edge, crossing, towards us, or on the pavement."""

    LANE = "lane"
    CROSSING = "crossing"
    ONCOMING = "oncoming"
    PAVEMENT = "pavement"


class Gesture(str, Enum):
    """What a flagger tells us: `HOLD` (red flag out across, or both arms out) or `PROCEED`."""

    HOLD = "hold"
    PROCEED = "proceed"


class ObstacleKind(str, Enum):
    """Something that fell onto the road."""

    BOX = "box"
    TYRE = "tyre"
    TIMBER = "timber"
    SACK = "sack"


class SignKind(str, Enum):
    """Sign faces. `STOP` and `SPEED_LIMIT` carry facts, the others are variety."""

    STOP = "stop"
    SPEED_LIMIT = "speed_limit"
    NO_PARKING = "no_parking"
    NO_ENTRY = "no_entry"
    WARNING = "warning"
    CROSSING = "crossing"
    DIRECTION = "direction"


class BlindKind(str, Enum):
    """Why a picture shows (too little of) a road."""

    MUD = "mud"
    SHEET = "sheet"
    FOGGED = "fogged"
    SNOWED = "snowed"
    HAND = "hand"
    BLACK = "black"
    WHITE = "white"
    NOISE = "noise"
    FOREIGN = "foreign"


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
class Vehicle:
    """A vehicle; `x_m` is its nearest face, `y_m` its middle.

    A `CROSSING` one stands across the road: `length_m` runs along y, `width_m` along x, and
    `heading` is +1 moving to our left, -1 to our right. `variant` picks details of the body;
    the highest variants are kept out of training (see `compositions`).
    """

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
    taxi: bool = False
    heading: int = 0
    variant: int = 0


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
    age: Age = Age.ADULT


@dataclass(frozen=True, slots=True)
class Cyclist:
    """A person on a bicycle; `heading` as a pedestrian's: 0 along the road, +-1 across."""

    place: CyclistPlace
    x_m: float
    y_m: float
    height_m: float
    heading: int
    coat: Colour
    trousers: Colour
    frame: Colour
    helmet: Colour | None = None
    lamp: bool = False
    phase: float = 0.0


@dataclass(frozen=True, slots=True)
class Flagger:
    """A guard in a reflecting vest with flags (at night: a red light stick), facing us."""

    x_m: float
    y_m: float
    gesture: Gesture
    coat: Colour
    light_stick: bool = False
    variant: int = 0


@dataclass(frozen=True, slots=True)
class RoadWorks:
    """A closed strip from `x_near_m` to `x_far_m` on the ego lane's `side` (+1 left, -1 right).

    It reaches `overlap_m` into the ego lane (0: beside it); cones along its border, a board
    and a barrier at its near end, perhaps a digger inside (`machine`).
    """

    x_near_m: float
    x_far_m: float
    side: int
    overlap_m: float
    cone_gap_m: float
    board: bool = True
    machine: bool = False
    variant: int = 0


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A thing lying on the road."""

    kind: ObstacleKind
    x_m: float
    y_m: float
    width_m: float
    height_m: float
    colour: Colour
    variant: int = 0


@dataclass(frozen=True, slots=True)
class Railway:
    """A level crossing: rails across the road from `x_m` on, masts with crossed boards and lamps.

    `closed`: the bars are down and a lamp is lit red.
    """

    x_m: float
    depth_m: float
    closed: bool
    mast_y_m: float


@dataclass(frozen=True, slots=True)
class RoadSign:
    """A sign beside (or over) the road facing us; `value` is a speed limit's number."""

    kind: SignKind
    x_m: float
    y_m: float
    z_m: float
    size_m: float
    value: int = 0
    variant: int = 0


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A tunnel from `x_near_m` (0 or less: the ego is inside) to `x_far_m`; lamps give `glow`."""

    x_near_m: float
    x_far_m: float
    height_m: float
    glow: Colour


@dataclass(frozen=True, slots=True)
class Animal:
    """A dog, cat, deer or bird: variety without figures."""

    x_m: float
    y_m: float
    length_m: float
    height_m: float
    heading: int
    colour: Colour


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
class Signal:
    """A horizontal signal; `z_m` is the height of its lamps, `pole_y_m` where its pole stands."""

    x_m: float
    y_m: float
    z_m: float
    lamp_m: float
    colour: SignalColour
    pole_y_m: float
    housing: float
    arrows: tuple[Arrow, ...] = ()


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
    BLOCK_WALL = "block_wall"
    WIRE = "wire"
    REFLECTOR = "reflector"
    GANTRY = "gantry"


@dataclass(frozen=True, slots=True)
class Prop:
    """Clutter standing at (`x_m`, `y_m`); `pattern` picks details.

    `height_m` and `width_m` are a thing's own height and width across the road, except:

    - BLOCK_WALL: a garden wall along the road. `x_m` is its near end (may lie behind the ego),
      `y_m` the face towards the road, `width_m` its length along the road, `height_m` 1 to 2 m.
    - WIRE: wires all along the road at `y_m`, `height_m` over the ground where they are fixed:
      at `x_m` and each 30 m from it, where poles should stand. With `pattern & 8` one crosses
      the road at `x_m`. `width_m` means nothing.
    - REFLECTOR: a delineator post; `width_m` is its reflector's diameter, `colour` the reflector's.
    - GANTRY: legs stand beyond both edges of the road. `y_m` is the middle of the board,
      `width_m` the board's width, `height_m` the clearance under it (5.5 m or more); the board is
      green over an expressway, else blue where `colour` is more blue than green. An odd `pattern`
      hangs a second board to the right where it fits.
    - SIGN: `height_m` is the middle of the face; it never shows a face that carries a fact.
    """

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
