"""Labels for every cell of the stride-8 grid: what is there, how far, and its box."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import (
    ID_ARROW,
    ID_COUNT,
    ID_CROSSING,
    ID_CYCLIST,
    ID_FLAGGER,
    ID_LANE,
    ID_OBSTACLE,
    ID_PEDESTRIAN,
    ID_RAILWAY,
    ID_ROAD,
    ID_SIGNAL,
    ID_SPEED_SIGN,
    ID_STOP_LINE,
    ID_STOP_SIGN,
    ID_STOP_TEXT,
    ID_VEHICLE,
    ID_WORKS,
)
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.facts import NEAREST_M, visible_facts
from vlm_driving.simulator.facts_seen import brake_lamps_show
from vlm_driving.simulator.render import Rendering
from vlm_driving.simulator.scene import Arrow, Gesture, Scene, SignalColour, SignKind, VehicleRole
from vlm_driving.simulator.view import MODEL_VIEW

STRIDE = 8
GRID = (MODEL_VIEW.height // STRIDE, MODEL_VIEW.width // STRIDE)
"""Rows and columns of cells: (20, 40)."""


class CellClass(IntEnum):
    """What a cell shows; where several things meet, the one of higher `_PRIORITY` wins."""

    OTHER = 0
    ROAD = 1
    LANE_LINE = 2
    VEHICLE_AHEAD = 3
    VEHICLE_AHEAD_BRAKING = 4
    ONCOMING = 5
    PARKED = 6
    PEDESTRIAN = 7
    CROSSING = 8
    STOP_LINE = 9
    SIGNAL_RED = 10
    SIGNAL_YELLOW = 11
    SIGNAL_GREEN = 12
    SIGNAL_OFF = 13
    ARROW_LEFT = 14
    ARROW_STRAIGHT = 15
    ARROW_RIGHT = 16
    CROSSING_VEHICLE = 17
    CYCLIST = 18
    FLAGGER_HOLD = 19
    FLAGGER_PROCEED = 20
    WORKS = 21
    OBSTACLE = 22
    RAILWAY_OPEN = 23
    RAILWAY_CLOSED = 24
    STOP_SIGN = 25
    STOP_TEXT = 26
    SPEED_SIGN = 27


_PRIORITY = {
    CellClass.OTHER: 0,
    CellClass.ROAD: 1,
    CellClass.LANE_LINE: 2,
    CellClass.CROSSING: 3,
    CellClass.STOP_TEXT: 4,
    CellClass.STOP_LINE: 5,
    CellClass.PARKED: 6,
    CellClass.ONCOMING: 6,
    CellClass.VEHICLE_AHEAD: 6,
    CellClass.VEHICLE_AHEAD_BRAKING: 6,
    CellClass.CROSSING_VEHICLE: 6,
    CellClass.WORKS: 6,
    CellClass.RAILWAY_OPEN: 7,
    CellClass.RAILWAY_CLOSED: 7,
    CellClass.OBSTACLE: 8,
    CellClass.SPEED_SIGN: 8,
    CellClass.STOP_SIGN: 8,
    CellClass.PEDESTRIAN: 9,
    CellClass.CYCLIST: 9,
    CellClass.FLAGGER_HOLD: 10,
    CellClass.FLAGGER_PROCEED: 10,
    CellClass.SIGNAL_OFF: 11,
    CellClass.SIGNAL_RED: 11,
    CellClass.SIGNAL_YELLOW: 11,
    CellClass.SIGNAL_GREEN: 11,
    CellClass.ARROW_LEFT: 12,
    CellClass.ARROW_STRAIGHT: 12,
    CellClass.ARROW_RIGHT: 12,
}
"""Small decisive things win over large ones; an arrow, lit under red, over its signal."""
_PRIORITIES = np.array([_PRIORITY[c] for c in CellClass])
_SIGNAL = {
    SignalColour.RED: CellClass.SIGNAL_RED,
    SignalColour.YELLOW: CellClass.SIGNAL_YELLOW,
    SignalColour.GREEN: CellClass.SIGNAL_GREEN,
    SignalColour.OFF: CellClass.SIGNAL_OFF,
}
_ARROW = {
    Arrow.LEFT: CellClass.ARROW_LEFT,
    Arrow.STRAIGHT: CellClass.ARROW_STRAIGHT,
    Arrow.RIGHT: CellClass.ARROW_RIGHT,
}
_ARROW_ORDER = (Arrow.LEFT, Arrow.STRAIGHT, Arrow.RIGHT)
"""From the driver's left to right."""
_ROLE = {
    VehicleRole.ONCOMING: CellClass.ONCOMING,
    VehicleRole.PARKED: CellClass.PARKED,
    VehicleRole.CROSSING: CellClass.CROSSING_VEHICLE,
    VehicleRole.AHEAD: CellClass.VEHICLE_AHEAD,
}
_FLAGGER = {
    Gesture.HOLD: CellClass.FLAGGER_HOLD,
    Gesture.PROCEED: CellClass.FLAGGER_PROCEED,
}
_MIN_RANGE_M = 0.5

_rows, _columns = np.indices((MODEL_VIEW.height, MODEL_VIEW.width))
_CELL_BASE = (
    ((_rows // STRIDE * GRID[1] + _columns // STRIDE) * ID_COUNT).astype(np.int32).ravel()
)  # (pixels,): first bin of each pixel's cell
_CENTRES = np.stack(
    [
        np.broadcast_to((np.arange(GRID[1]) + 0.5) * STRIDE, GRID),
        np.broadcast_to(((np.arange(GRID[0]) + 0.5) * STRIDE)[:, None], GRID),
    ]
    * 2,
    axis=-1,
)  # (20, 40, 4): u, v, u, v


@dataclass(frozen=True, slots=True, eq=False)
class DenseLabels:
    """Labels of the (20, 40) grid.

    Attributes:
        cls: uint8, a CellClass a cell.
        range_m: float32, distance of the thing; 0 where there is none.
        box: float32 (20, 40, 4), left, top, right, bottom of the thing, relative to the cell's
            centre in strides of 8 px; 0 where there is none.
    """

    cls: NDArray[np.uint8]
    range_m: NDArray[np.float32]
    box: NDArray[np.float32]


def dense_labels(scene: Scene, rendering: Rendering, facts: Facts | None = None) -> DenseLabels:
    """Label each cell; things that do not count as visible facts stay background.

    A blind picture is OTHER everywhere. `facts` are those of `visible_facts`, for a caller that
    has them already.
    """
    facts = visible_facts(scene, rendering) if facts is None else facts
    if facts.blind is not None:
        return DenseLabels(
            np.zeros(GRID, np.uint8), np.zeros(GRID, np.float32), np.zeros((*GRID, 4), np.float32)
        )
    classes = np.zeros(ID_COUNT, np.uint8)
    ranges = np.zeros(ID_COUNT, np.float32)
    boxes = np.zeros((ID_COUNT, 4), np.float64)
    classes[ID_ROAD] = CellClass.ROAD
    classes[ID_LANE] = CellClass.LANE_LINE
    classes[ID_STOP_LINE] = classes[ID_CROSSING] = classes[ID_STOP_TEXT] = CellClass.ROAD
    for thing in facts.visible:
        cls, range_m = _thing(scene, rendering, facts, thing)
        classes[thing], ranges[thing] = cls, max(range_m, _MIN_RANGE_M)
        boxes[thing] = _clipped(rendering.things[thing].box)
    places = _CELL_BASE + rendering.ids.ravel()
    counts = np.bincount(places, minlength=GRID[0] * GRID[1] * ID_COUNT).reshape(-1, ID_COUNT)
    priority = _PRIORITIES[classes]
    least = np.full(ID_COUNT, 2)
    least[ID_SIGNAL] = least[ID_ARROW] = 1
    score = np.where(counts >= least, priority * 128 + counts, 0)
    winner = score.argmax(axis=1).reshape(GRID)
    box = (boxes[winner] - _CENTRES) / STRIDE
    box[ranges[winner] <= 0] = 0.0
    cells = classes[winner]
    if facts.signal is not None and len(facts.signal.arrows) > 1:
        _part_arrows(cells, winner == ID_ARROW, facts.signal.arrows, boxes[ID_ARROW])
    return DenseLabels(cells, ranges[winner], box.astype(np.float32))


def _part_arrows(
    cells: NDArray[np.uint8],
    lit: NDArray[np.bool_],
    arrows: tuple[Arrow, ...],
    box: NDArray[np.float64],
) -> None:
    """Give each cell of several lit arrows the nearest one's class, writing into `cells`."""
    shown = [a for a in _ARROW_ORDER if a in arrows]
    first, last = (_ARROW_ORDER.index(a) for a in (shown[0], shown[-1]))
    lamp = min(box[3] - box[1], box[2] - box[0])
    for row, column in zip(*np.nonzero(lit), strict=True):
        u = min(max((column + 0.5) * STRIDE, box[0] + lamp / 2), box[2] - lamp / 2)
        share = (u - box[0] - lamp / 2) / max(box[2] - box[0] - lamp, 1e-6)
        place = first + share * (last - first)
        nearest = min(shown, key=lambda a: abs(_ARROW_ORDER.index(a) - place))
        cells[row, column] = _ARROW[nearest]


def _clipped(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return (
        max(left, 0.0),
        max(top, 0.0),
        min(right, float(MODEL_VIEW.width)),
        min(bottom, float(MODEL_VIEW.height)),
    )


def _thing(scene: Scene, rendering: Rendering, facts: Facts, thing: int) -> tuple[CellClass, float]:
    """Class and distance of a visible thing."""
    if thing < ID_VEHICLE or thing >= ID_WORKS:
        return _single_thing(scene, facts, thing)
    if thing >= ID_CYCLIST:
        return CellClass.CYCLIST, scene.cyclists[thing - ID_CYCLIST].x_m
    if thing >= ID_PEDESTRIAN:
        return CellClass.PEDESTRIAN, scene.pedestrians[thing - ID_PEDESTRIAN].x_m
    car = scene.vehicles[thing - ID_VEHICLE]
    lit = car.role is VehicleRole.AHEAD and car.braking and brake_lamps_show(car, rendering)
    return CellClass.VEHICLE_AHEAD_BRAKING if lit else _ROLE[car.role], car.x_m


def _single_thing(scene: Scene, facts: Facts, thing: int) -> tuple[CellClass, float]:
    """Class and distance of a thing of which a scene has one, or one group."""
    signal, flagger, works = scene.signal, scene.flagger, scene.works
    if thing == ID_STOP_LINE:
        return CellClass.STOP_LINE, scene.stop_line_m or 0.0
    if thing == ID_CROSSING:
        return CellClass.CROSSING, 0.0 if scene.crossing is None else scene.crossing.x_m
    if thing == ID_STOP_TEXT:
        return CellClass.STOP_TEXT, scene.stop_text_m or 0.0
    if thing == ID_SIGNAL and signal is not None:
        return _SIGNAL[signal.colour], signal.x_m
    if thing == ID_ARROW and signal is not None and signal.arrows:
        return _ARROW[signal.arrows[0]], signal.x_m
    if thing in (ID_STOP_SIGN, ID_SPEED_SIGN):
        kind = SignKind.STOP if thing == ID_STOP_SIGN else SignKind.SPEED_LIMIT
        ranges = [s.x_m for s in scene.signs if s.kind is kind and s.x_m > NEAREST_M]
        cls = CellClass.STOP_SIGN if thing == ID_STOP_SIGN else CellClass.SPEED_SIGN
        return cls, min(ranges, default=0.0)
    if thing == ID_FLAGGER and flagger is not None:
        told = facts.flagger is not None
        return _FLAGGER[flagger.gesture] if told else CellClass.PEDESTRIAN, flagger.x_m
    if thing == ID_WORKS and works is not None:
        return CellClass.WORKS, max(works.x_near_m, NEAREST_M)
    if thing == ID_OBSTACLE and scene.obstacle is not None:
        return CellClass.OBSTACLE, scene.obstacle.x_m
    if thing == ID_RAILWAY and scene.railway is not None:
        closed = scene.railway.closed
        return CellClass.RAILWAY_CLOSED if closed else CellClass.RAILWAY_OPEN, scene.railway.x_m
    raise ValueError(f"thing {thing} of the id-map is not in the scene")
