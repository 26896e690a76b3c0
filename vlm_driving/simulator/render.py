"""A scene to a picture and the map of what shows where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.camera import Camera
from vlm_driving.simulator.canvas import ID_PEDESTRIAN, ID_VEHICLE, Canvas, ThingView
from vlm_driving.simulator.lighting import Lighting
from vlm_driving.simulator.render_background import draw_building, draw_prop, draw_sky
from vlm_driving.simulator.render_ground import NEAR_M, draw_ground
from vlm_driving.simulator.render_pedestrian import draw_pedestrian
from vlm_driving.simulator.render_signal import draw_signal
from vlm_driving.simulator.render_vehicle import draw_vehicle
from vlm_driving.simulator.scene import Scene
from vlm_driving.simulator.sensor import expose
from vlm_driving.simulator.view import MODEL_VIEW


@dataclass(frozen=True, slots=True, eq=False)
class Rendering:
    """A picture and its ground truth at the model's resolution.

    Attributes:
        image: (height, width, 3) uint8, BGR.
        small: (160, 320, 3) uint8, BGR: what the model sees of it.
        ids: (160, 320) int32: which thing shows (see `canvas` for the numbers).
        things: for each thing drawn, where it would show if nothing stood before it.
        camera: the camera of the full picture.
    """

    image: NDArray[np.uint8]
    small: NDArray[np.uint8]
    ids: NDArray[np.int32]
    things: dict[int, ThingView]
    camera: Camera


def render(scene: Scene, width: int = 640, height: int = 360) -> Rendering:
    """Paint a scene from far to near. The same scene gives the same pixels."""
    camera = Camera.of(scene, width, height)
    image = np.empty((height, width, 3), np.uint8)
    canvas = Canvas(image, camera, Lighting(scene.atmosphere))
    draw_sky(canvas, scene)
    draw_ground(canvas, scene)
    for building in sorted(scene.buildings, key=lambda b: -b.x_far_m):
        draw_building(canvas, building)
    for _, paint in sorted(_upright_things(canvas, scene), key=lambda pair: -pair[0]):
        paint()
    seen = expose(image, scene)
    return Rendering(seen, MODEL_VIEW.apply(seen), canvas.ids, canvas.things, camera)


def _upright_things(canvas: Canvas, scene: Scene) -> list[tuple[float, Callable[[], None]]]:
    """(distance, painter) of everything that can hide or be hidden."""
    things: list[tuple[float, Callable[[], None]]] = []
    for prop in scene.props:
        if prop.x_m > NEAR_M:
            things.append((prop.x_m, lambda p=prop: draw_prop(canvas, p)))  # type: ignore[misc]
    for i, vehicle in enumerate(scene.vehicles):
        if vehicle.x_m > NEAR_M:
            things.append(
                (vehicle.x_m, lambda v=vehicle, k=ID_VEHICLE + i: draw_vehicle(canvas, v, k))  # type: ignore[misc]
            )
    for i, person in enumerate(scene.pedestrians):
        if person.x_m > NEAR_M:
            things.append(
                (person.x_m, lambda p=person, k=ID_PEDESTRIAN + i: draw_pedestrian(canvas, p, k))  # type: ignore[misc]
            )
    signal = scene.signal
    if signal is not None and signal.x_m > NEAR_M:
        things.append((signal.x_m, lambda: draw_signal(canvas, signal)))
    return things
