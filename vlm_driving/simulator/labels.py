"""Labels for every cell of the stride-8 grid: what is there, how far, and its box."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import (
    ID_COUNT,
    ID_CROSSING,
    ID_LANE,
    ID_PEDESTRIAN,
    ID_ROAD,
    ID_SIGNAL,
    ID_STOP_LINE,
    ID_VEHICLE,
)
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.facts import MIN_BRAKE_LAMP_PX2, visible_facts
from vlm_driving.simulator.render import Rendering
from vlm_driving.simulator.scene import Scene, SignalColour, VehicleRole
from vlm_driving.simulator.view import MODEL_VIEW

STRIDE = 8
GRID = (MODEL_VIEW.height // STRIDE, MODEL_VIEW.width // STRIDE)
"""Rows and columns of cells: (20, 40)."""


class CellClass(IntEnum):
    """What a cell shows; where several things meet, lamps win, then people, vehicles, paint."""

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


_PRIORITY = {
    CellClass.OTHER: 0,
    CellClass.ROAD: 1,
    CellClass.LANE_LINE: 2,
    CellClass.CROSSING: 3,
    CellClass.STOP_LINE: 4,
    CellClass.PARKED: 5,
    CellClass.ONCOMING: 5,
    CellClass.VEHICLE_AHEAD: 5,
    CellClass.VEHICLE_AHEAD_BRAKING: 5,
    CellClass.PEDESTRIAN: 6,
    CellClass.SIGNAL_RED: 7,
    CellClass.SIGNAL_YELLOW: 7,
    CellClass.SIGNAL_GREEN: 7,
}
_PRIORITIES = np.array([_PRIORITY[c] for c in CellClass])
_SIGNAL = {
    SignalColour.RED: CellClass.SIGNAL_RED,
    SignalColour.YELLOW: CellClass.SIGNAL_YELLOW,
    SignalColour.GREEN: CellClass.SIGNAL_GREEN,
}

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

    `facts` are those of `visible_facts`, for a caller that has them already.
    """
    facts = visible_facts(scene, rendering) if facts is None else facts
    classes = np.zeros(ID_COUNT, np.uint8)
    ranges = np.zeros(ID_COUNT, np.float32)
    boxes = np.zeros((ID_COUNT, 4), np.float64)
    classes[ID_ROAD] = CellClass.ROAD
    classes[ID_LANE] = CellClass.LANE_LINE
    classes[ID_STOP_LINE] = classes[ID_CROSSING] = CellClass.ROAD
    for thing in facts.visible:
        cls, range_m = _thing(scene, rendering, thing)
        classes[thing], ranges[thing] = cls, range_m
        boxes[thing] = _clipped(rendering.things[thing].box)
    places = _CELL_BASE + rendering.ids.ravel()
    counts = np.bincount(places, minlength=GRID[0] * GRID[1] * ID_COUNT).reshape(-1, ID_COUNT)
    priority = _PRIORITIES[classes]
    least = np.full(ID_COUNT, 2)
    least[ID_SIGNAL] = 1
    score = np.where(counts >= least, priority * 128 + counts, 0)
    winner = score.argmax(axis=1).reshape(GRID)
    box = (boxes[winner] - _CENTRES) / STRIDE
    box[ranges[winner] <= 0] = 0.0
    return DenseLabels(classes[winner], ranges[winner], box.astype(np.float32))


def _clipped(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return (
        max(left, 0.0),
        max(top, 0.0),
        min(right, float(MODEL_VIEW.width)),
        min(bottom, float(MODEL_VIEW.height)),
    )


def _thing(scene: Scene, rendering: Rendering, thing: int) -> tuple[CellClass, float]:
    """Class and distance of a visible thing."""
    if thing == ID_STOP_LINE:
        return CellClass.STOP_LINE, scene.stop_line_m or 0.0
    if thing == ID_CROSSING:
        return CellClass.CROSSING, 0.0 if scene.crossing is None else max(scene.crossing.x_m, 0.5)
    if thing == ID_SIGNAL:
        assert scene.signal is not None
        return _SIGNAL[scene.signal.colour], scene.signal.x_m
    if thing >= ID_PEDESTRIAN:
        return CellClass.PEDESTRIAN, scene.pedestrians[thing - ID_PEDESTRIAN].x_m
    vehicle = scene.vehicles[thing - ID_VEHICLE]
    if vehicle.role is VehicleRole.ONCOMING:
        return CellClass.ONCOMING, vehicle.x_m
    if vehicle.role is VehicleRole.PARKED:
        return CellClass.PARKED, vehicle.x_m
    left, top, right, bottom = rendering.things[thing].box
    lamp = 0.24 * (right - left) * 0.12 * (bottom - top)
    if vehicle.braking and lamp >= MIN_BRAKE_LAMP_PX2:
        return CellClass.VEHICLE_AHEAD_BRAKING, vehicle.x_m
    return CellClass.VEHICLE_AHEAD, vehicle.x_m
