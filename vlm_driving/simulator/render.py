"""A scene to a picture and the map of what shows where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.blindness import make_blind
from vlm_driving.simulator.camera import Camera
from vlm_driving.simulator.canvas import (
    ID_CYCLIST,
    ID_PEDESTRIAN,
    ID_VEHICLE,
    Canvas,
    ThingView,
)
from vlm_driving.simulator.ground_effects import draw_ground_effects
from vlm_driving.simulator.lighting import Lighting
from vlm_driving.simulator.render_animal import draw_animal
from vlm_driving.simulator.render_background import draw_building, draw_prop, draw_sky
from vlm_driving.simulator.render_cyclist import draw_cyclist
from vlm_driving.simulator.render_ground import NEAR_M, draw_ground
from vlm_driving.simulator.render_markings import draw_markings
from vlm_driving.simulator.render_pedestrian import draw_pedestrian
from vlm_driving.simulator.render_railway import draw_rails, draw_railway
from vlm_driving.simulator.render_signal import draw_signal
from vlm_driving.simulator.render_signs import draw_sign
from vlm_driving.simulator.render_tunnel import draw_tunnel
from vlm_driving.simulator.render_vehicle import draw_vehicle
from vlm_driving.simulator.render_works import draw_flagger, draw_obstacle, draw_works
from vlm_driving.simulator.scene import Scene
from vlm_driving.simulator.sensor import expose
from vlm_driving.simulator.view import MODEL_VIEW
from vlm_driving.simulator.windscreen import look_through


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
    draw_markings(canvas, scene)
    draw_rails(canvas, scene)
    draw_ground_effects(canvas, scene)
    draw_tunnel(canvas, scene)
    for building in sorted(scene.buildings, key=lambda b: -b.x_far_m):
        draw_building(canvas, building)
    for _, paint in sorted(_upright_things(canvas, scene), key=lambda pair: -pair[0]):
        paint()
    seen = expose(make_blind(look_through(image, scene), scene), scene)
    return Rendering(seen, MODEL_VIEW.apply(seen), canvas.ids, canvas.things, camera)


def _upright_things(canvas: Canvas, scene: Scene) -> list[tuple[float, Callable[[], None]]]:
    """(distance, painter) of everything that can hide or be hidden."""
    things: list[tuple[float, Callable[[], None]]] = []

    def add(x_m: float, draw: Callable[..., None], *what: object) -> None:
        if x_m > NEAR_M:
            things.append((x_m, partial(draw, canvas, *what)))

    for prop in scene.props:
        add(prop.x_m, draw_prop, prop)
    for sign in scene.signs:
        add(sign.x_m, draw_sign, sign)
    for i, vehicle in enumerate(scene.vehicles):
        add(vehicle.x_m, draw_vehicle, vehicle, ID_VEHICLE + i)
    for i, person in enumerate(scene.pedestrians):
        add(person.x_m, draw_pedestrian, person, ID_PEDESTRIAN + i)
    for i, cyclist in enumerate(scene.cyclists):
        add(cyclist.x_m, draw_cyclist, cyclist, ID_CYCLIST + i)
    for animal in scene.animals:
        add(animal.x_m, draw_animal, animal)
    if scene.signal is not None:
        add(scene.signal.x_m, draw_signal, scene.signal)
    if scene.works is not None:
        # drawn whole where it begins: what stands nearer hides it
        add(max(scene.works.x_near_m, NEAR_M + 0.1), draw_works, scene, scene.works)
    if scene.flagger is not None:
        add(scene.flagger.x_m, draw_flagger, scene.flagger)
    if scene.obstacle is not None:
        add(scene.obstacle.x_m, draw_obstacle, scene.obstacle)
    if scene.railway is not None:
        add(scene.railway.x_m, draw_railway, scene, scene.railway)
    return things
