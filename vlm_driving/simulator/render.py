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
from vlm_driving.simulator.ground_effects import draw_ground_effects, mirror_wet_road
from vlm_driving.simulator.lighting import Lighting
from vlm_driving.simulator.render_animal import draw_animal
from vlm_driving.simulator.render_backdrop import draw_banks
from vlm_driving.simulator.render_background import draw_prop, draw_sky
from vlm_driving.simulator.render_building import draw_building
from vlm_driving.simulator.render_cyclist import draw_cyclist
from vlm_driving.simulator.render_edges import edge_pieces, overpass, overpass_x_m
from vlm_driving.simulator.render_ground import NEAR_M, draw_ground
from vlm_driving.simulator.render_pedestrian import draw_pedestrian
from vlm_driving.simulator.render_railway import draw_railway
from vlm_driving.simulator.render_signal import draw_signal
from vlm_driving.simulator.render_signs import draw_sign
from vlm_driving.simulator.render_street import LONG_PROPS, street_pieces
from vlm_driving.simulator.render_tunnel import behind_tunnel, draw_tunnel, tunnel_air
from vlm_driving.simulator.render_vehicle import draw_vehicle
from vlm_driving.simulator.render_works import draw_flagger, draw_obstacle, draw_works
from vlm_driving.simulator.scene import Scene, VehicleRole
from vlm_driving.simulator.sensor import expose
from vlm_driving.simulator.view import MODEL_VIEW
from vlm_driving.simulator.windscreen import look_through, mark_glass


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
    canvas = Canvas(image, camera, Lighting(tunnel_air(scene)))
    draw_sky(canvas, scene)
    draw_ground(canvas, scene)
    draw_ground_effects(canvas, scene)
    draw_banks(canvas, scene)
    blocks = sorted(scene.buildings, key=lambda b: -b.x_far_m)
    for building in blocks:
        if scene.tunnel is None:
            draw_building(canvas, building)
    draw_tunnel(canvas, scene)
    for building in blocks:
        if scene.tunnel is not None and building.x_far_m < scene.tunnel.x_near_m:
            draw_building(canvas, building)
    for _, paint in sorted(_upright_things(canvas, scene), key=lambda pair: -pair[0]):
        paint()
    mirror_wet_road(canvas, scene)
    mark_glass(canvas, scene)
    seen = expose(make_blind(look_through(image, scene), scene), scene)
    return Rendering(seen, MODEL_VIEW.apply(seen), canvas.ids, canvas.things, camera)


def _upright_things(canvas: Canvas, scene: Scene) -> list[tuple[float, Callable[[], None]]]:
    """(distance, painter) of everything that can hide or be hidden."""
    things: list[tuple[float, Callable[[], None]]] = []

    def add(x_m: float, draw: Callable[..., None], *what: object) -> None:
        if x_m > NEAR_M:
            things.append((x_m, partial(draw, canvas, *what)))

    things += edge_pieces(canvas, scene)
    bridge_m = overpass_x_m(scene)
    if bridge_m is not None:
        add(bridge_m, overpass, scene, bridge_m)
    for prop in scene.props:
        if behind_tunnel(scene, prop.x_m, prop.y_m):
            continue
        if prop.kind in LONG_PROPS:
            things += street_pieces(canvas, scene, prop)
        else:
            add(prop.x_m, draw_prop, prop)
    for sign in scene.signs:
        add(sign.x_m, draw_sign, sign, scene.road)
    for i, vehicle in enumerate(scene.vehicles):
        x_m = vehicle.x_m
        if vehicle.role is not VehicleRole.CROSSING and x_m + vehicle.length_m > NEAR_M + 0.5:
            x_m = max(x_m, NEAR_M + 0.01)  # its far part shows beside us
        add(_order(scene, x_m, vehicle.y_m), draw_vehicle, vehicle, ID_VEHICLE + i)
    for i, person in enumerate(scene.pedestrians):
        add(_order(scene, person.x_m, person.y_m), draw_pedestrian, person, ID_PEDESTRIAN + i)
    for i, cyclist in enumerate(scene.cyclists):
        add(_order(scene, cyclist.x_m, cyclist.y_m), draw_cyclist, cyclist, ID_CYCLIST + i)
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


def _order(scene: Scene, x_m: float, y_m: float) -> float:
    """Where in the painter's order a thing at (x, y) comes.

    What stands between our path and a vehicle's side is nearer than that vehicle, even though
    the vehicle's near end comes first.
    """
    y_m -= scene.ego_offset_m
    first = x_m
    for vehicle in scene.vehicles:
        if vehicle.role is VehicleRole.CROSSING or vehicle.x_m >= x_m or x_m <= NEAR_M:
            continue
        across = vehicle.y_m - scene.ego_offset_m
        inner = abs(across) - vehicle.width_m / 2
        alongside = x_m < vehicle.x_m + vehicle.length_m
        if alongside and (across > 0) == (y_m > 0) and abs(y_m) < inner:
            # among several such things the nearer one still comes last
            first = min(first, max(vehicle.x_m, NEAR_M + 0.01) - 0.005 + 1e-5 * x_m)
    return first
