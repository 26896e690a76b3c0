"""Ground truth thing by thing: class, box, mask, range, side, occlusion and size in pixels.

It tells of everything that was drawn as a thing, seen or not; `seen` says whether it counts as
a visible fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import (
    ID_ANIMAL,
    ID_ARROW,
    ID_COUNT,
    ID_CROSSING,
    ID_CYCLIST,
    ID_FLAGGER,
    ID_OBSTACLE,
    ID_PEDESTRIAN,
    ID_RAILWAY,
    ID_SIGNAL,
    ID_SPEED_SIGN,
    ID_STOP_LINE,
    ID_STOP_SIGN,
    ID_STOP_TEXT,
    ID_VEHICLE,
    ID_WORKS,
)
from vlm_driving.simulator.fact_types import Facts, Side
from vlm_driving.simulator.render import Rendering
from vlm_driving.simulator.scene import Scene, SignKind
from vlm_driving.simulator.view import MODEL_VIEW


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of a picture.

    Attributes:
        number: its id in the id-map: the mask is `rendering.ids == number`.
        kind: what it is, such as `vehicle/sedan/ahead` or `signal/red`.
        box: left, top, right, bottom in pixels of the full picture, not clipped by its border.
        range_m: along the road from the camera to its near face.
        side: of the ego lane's middle; CENTER within half a lane.
        occlusion: share of it that other things hide, 0 to 1; 1 where it lies outside.
        pixels: how many pixels of the model's input show it.
        height_px: its height in the model's input, as if nothing hid or cut it.
        seen: whether it counts as a visible fact.
    """

    number: int
    kind: str
    box: tuple[float, float, float, float]
    range_m: float
    side: Side
    occlusion: float
    pixels: int
    height_px: float
    seen: bool

    def to_json(self) -> dict[str, Any]:
        """Plain data; pixels of boxes rounded to 0.1, metres and shares to 0.01."""
        return {
            "number": self.number,
            "kind": self.kind,
            "box": [round(edge, 1) for edge in self.box],
            "range_m": round(self.range_m, 2),
            "side": self.side.value,
            "occlusion": round(self.occlusion, 2),
            "pixels": self.pixels,
            "height_px": round(self.height_px, 1),
            "seen": self.seen,
        }


def things(scene: Scene, rendering: Rendering, facts: Facts) -> tuple[Thing, ...]:
    """All things of a picture, nearest first. A blind picture has them too, none seen."""
    shown = np.bincount(rendering.ids.ravel(), minlength=ID_COUNT)
    found = [
        _thing(scene, rendering, facts, number, int(shown[number])) for number in rendering.things
    ]
    return tuple(sorted(found, key=lambda thing: (thing.range_m, thing.number)))


def mask(rendering: Rendering, thing: Thing) -> NDArray[np.bool_]:
    """(160, 320) bool: where the thing shows in the model's input."""
    return np.asarray(rendering.ids == thing.number)


def _thing(scene: Scene, rendering: Rendering, facts: Facts, number: int, shown: int) -> Thing:
    view = rendering.things[number]
    height, width = rendering.image.shape[:2]
    scale = MODEL_VIEW.scale(width, height)
    left_cut, top_cut = MODEL_VIEW.crop(width, height)
    left, top, right, bottom = view.box
    kind, x_m, y_m = _place(scene, number)
    half = scene.road.lane_width_m / 2
    return Thing(
        number=number,
        kind=kind,
        box=(
            (left + left_cut) / scale,
            (top + top_cut) / scale,
            (right + left_cut) / scale,
            (bottom + top_cut) / scale,
        ),
        range_m=x_m,
        side=Side.CENTER if abs(y_m) <= half else Side.LEFT if y_m > 0 else Side.RIGHT,
        occlusion=1.0 - min(1.0, shown / view.pixels) if view.pixels else 1.0,
        pixels=shown,
        height_px=bottom - top,
        seen=number in facts.visible,
    )


def _place(scene: Scene, number: int) -> tuple[str, float, float]:
    """Kind, x and y of the thing with this id."""
    if ID_VEHICLE <= number < ID_PEDESTRIAN:
        car = scene.vehicles[number - ID_VEHICLE]
        return f"vehicle/{car.kind.value}/{car.role.value}", car.x_m, car.y_m
    if ID_PEDESTRIAN <= number < ID_CYCLIST:
        person = scene.pedestrians[number - ID_PEDESTRIAN]
        kind = f"pedestrian/{person.age.value}/{person.place.value}"
        return kind, person.x_m, person.y_m
    if ID_CYCLIST <= number < ID_WORKS:
        cyclist = scene.cyclists[number - ID_CYCLIST]
        return f"cyclist/{cyclist.place.value}", cyclist.x_m, cyclist.y_m
    return _single(scene, number)


def _single(scene: Scene, number: int) -> tuple[str, float, float]:
    """The same for what a scene has one of, or one group."""
    signal, works, flagger = scene.signal, scene.works, scene.flagger
    if number == ID_SIGNAL and signal is not None:
        return f"signal/{signal.colour.value}", signal.x_m, signal.y_m
    if number == ID_ARROW and signal is not None:
        arrows = "+".join(arrow.value for arrow in signal.arrows)
        return f"arrow/{arrows}", signal.x_m, signal.y_m
    if number in (ID_STOP_SIGN, ID_SPEED_SIGN):
        kind = SignKind.STOP if number == ID_STOP_SIGN else SignKind.SPEED_LIMIT
        sign = min((s for s in scene.signs if s.kind is kind), key=lambda s: s.x_m)
        value = f"/{sign.value}" if kind is SignKind.SPEED_LIMIT else ""
        return f"sign/{kind.value}{value}", sign.x_m, sign.y_m
    if number == ID_WORKS and works is not None:
        edge = works.side * (scene.road.lane_width_m / 2 - works.overlap_m + 0.5)
        return "works", works.x_near_m, edge
    if number == ID_FLAGGER and flagger is not None:
        return f"flagger/{flagger.gesture.value}", flagger.x_m, flagger.y_m
    if number == ID_OBSTACLE and scene.obstacle is not None:
        return f"obstacle/{scene.obstacle.kind.value}", scene.obstacle.x_m, scene.obstacle.y_m
    if number == ID_RAILWAY and scene.railway is not None:
        state = "closed" if scene.railway.closed else "open"
        return f"railway/{state}", scene.railway.x_m, 0.0
    if number == ID_ANIMAL and scene.animals:
        animal = min(scene.animals, key=lambda a: a.x_m)
        return "animal", animal.x_m, animal.y_m
    return _paint(scene, number)


def _paint(scene: Scene, number: int) -> tuple[str, float, float]:
    """The same for what is painted on the road."""
    if number == ID_CROSSING and scene.crossing is not None:
        return "crossing", scene.crossing.x_m, 0.0
    if number == ID_STOP_LINE and scene.stop_line_m is not None:
        return "stop_line", scene.stop_line_m, 0.0
    if number == ID_STOP_TEXT and scene.stop_text_m is not None:
        return "stop_text", scene.stop_text_m, 0.0
    raise ValueError(f"the scene holds nothing that could be thing {number}")
