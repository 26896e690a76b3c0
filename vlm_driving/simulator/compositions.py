"""Which combinations and which looks are kept out of training.

Three parts of the world share one sampler:

| part | shows |
|---|---|
| `Part.TRAIN` | 80 % of the triples (road, light and weather, theme); some blind pictures |
| `Part.SEEDS` | the same world as `TRAIN` under other seeds, without blind pictures |
| `Part.COMPOSITIONS` | only the other triples, and mostly the looks that training never shows |

A checksum of the triple's names decides where it belongs, so that the split never changes.
Looks kept out of training: the two highest of eight vehicle variants, two of eight building
patterns (`Building.pattern` modulo 8) and the four highest of 24 sign looks.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import Enum

from vlm_driving.simulator.scene import BlindKind, Light, Weather

HELD_OUT_PERCENT = 20
VEHICLE_VARIANTS = 8
HELD_OUT_VEHICLE_VARIANTS = (6, 7)
BUILDING_PATTERNS = 8
HELD_OUT_BUILDING_PATTERNS = (6, 7)
SIGN_VARIANTS = 24
HELD_OUT_SIGN_VARIANTS = (20, 21, 22, 23)
HELD_OUT_LOOK_SHARE = 0.7
"""How often a thing of `Part.COMPOSITIONS` has a look that training never shows."""
TRAINING_BLIND_KINDS = (
    BlindKind.MUD,
    BlindKind.SHEET,
    BlindKind.FOGGED,
    BlindKind.SNOWED,
    BlindKind.HAND,
    BlindKind.BLACK,
    BlindKind.WHITE,
    BlindKind.NOISE,
    BlindKind.FOREIGN,
)
"""Of FOREIGN ones only patterns that depict nothing: rooms, pages and animals are held out."""


class Part(str, Enum):
    """What a set of scenes is for."""

    TRAIN = "train"
    SEEDS = "seeds"
    COMPOSITIONS = "compositions"


class Setting(str, Enum):
    """What sort of place a scene is: a road class, or inside or before a tunnel."""

    RESIDENTIAL = "residential"
    STREET = "street"
    ARTERIAL = "arterial"
    EXPRESSWAY = "expressway"
    TUNNEL = "tunnel"


class Theme(str, Enum):
    """The one thing that a scene is about; others may stand beside it."""

    CLEAR = "clear"
    SIGNAL_RED = "signal_red"
    SIGNAL_YELLOW = "signal_yellow"
    SIGNAL_GREEN = "signal_green"
    SIGNAL_OFF = "signal_off"
    SIGNAL_ARROW = "signal_arrow"
    STOP_SIGN = "stop_sign"
    CROSSING_EMPTY = "crossing_empty"
    CROSSING_PEOPLE = "crossing_people"
    CROSSING_WAITING = "crossing_waiting"
    LEAD = "lead"
    LEAD_BRAKING = "lead_braking"
    JAM = "jam"
    ONCOMING = "oncoming"
    ENCROACHING = "encroaching"
    PARKED = "parked"
    PARKED_HIDING = "parked_hiding"
    CROSSING_VEHICLE = "crossing_vehicle"
    CYCLIST_LANE = "cyclist_lane"
    CYCLIST_CROSSING = "cyclist_crossing"
    CYCLIST_ONCOMING = "cyclist_oncoming"
    CYCLIST_PAVEMENT = "cyclist_pavement"
    PEDESTRIAN_ROAD = "pedestrian_road"
    PEDESTRIAN_PAVEMENT = "pedestrian_pavement"
    WORKS = "works"
    FLAGGER_HOLD = "flagger_hold"
    FLAGGER_PROCEED = "flagger_proceed"
    OBSTACLE = "obstacle"
    RAILWAY_OPEN = "railway_open"
    RAILWAY_CLOSED = "railway_closed"
    CURVE = "curve"
    SPEED_LIMIT = "speed_limit"
    NARROW = "narrow"


@dataclass(frozen=True, slots=True)
class Triple:
    """Road, light and weather, main theme: what the split between the parts goes by."""

    setting: Setting
    light: Light
    weather: Weather
    theme: Theme

    @property
    def name(self) -> str:
        """The four names joined by `/`."""
        return "/".join(p.value for p in (self.setting, self.light, self.weather, self.theme))


def held_out(triple: Triple) -> bool:
    """True for the 20 % of the triples that training never shows."""
    return zlib.crc32(triple.name.encode()) % 100 < HELD_OUT_PERCENT


def allowed(triple: Triple, part: Part) -> bool:
    """True where this part may show the triple."""
    return held_out(triple) == (part is Part.COMPOSITIONS)


def pick_variant(
    part: Part, count: int, kept_out: tuple[int, ...], draw: float, look: float
) -> int:
    """A variant from 0 to `count` - 1 that this part may show.

    Args:
        part: what the scene is for.
        count: how many variants there are.
        kept_out: the highest ones, which training never shows.
        draw: a number from [0, 1) that picks among them.
        look: a number from [0, 1) that picks between trained and kept-out looks.
    """
    if part is Part.COMPOSITIONS and look < HELD_OUT_LOOK_SHARE:
        return kept_out[int(draw * len(kept_out))]
    return int(draw * (count - len(kept_out)))
