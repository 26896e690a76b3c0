"""The single things of a scene, in the frame and the units that `scene` explains."""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.simulator.scene_kinds import (
    Age,
    Arrow,
    CyclistPlace,
    Gesture,
    ObstacleKind,
    PedestrianPlace,
    PropKind,
    SignalColour,
    SignKind,
    VehicleKind,
    VehicleRole,
)

Colour = tuple[float, float, float]
"""BGR, 0 to 255, as it is in plain daylight."""


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
