"""The kinds of things on the road, of light and of weather: the names that facts use, too."""

from __future__ import annotations

from enum import Enum


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
