"""What a driver can tell from the picture at the model's resolution, and nothing else.

A thing counts when, at 320x160, it is at least 6 px high (a lit signal lamp: 2 px across), at
least 40 % of it is not covered, and it stands out from what surrounds it. Ranges are metres
along the road from the camera.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import (
    ID_COUNT,
    ID_CROSSING,
    ID_PEDESTRIAN,
    ID_SIGNAL,
    ID_STOP_LINE,
    ID_VEHICLE,
)
from vlm_driving.simulator.fact_types import (
    Facts,
    LeadFact,
    Offset,
    OncomingFact,
    ParkedFact,
    PedestrianFact,
    Side,
    SignalFact,
)
from vlm_driving.simulator.render import Rendering
from vlm_driving.simulator.render_ground import STOP_LINE_DEPTH_M
from vlm_driving.simulator.scene import (
    Pedestrian,
    PedestrianPlace,
    Scene,
    Vehicle,
    VehicleRole,
)
from vlm_driving.simulator.view import MODEL_VIEW

MIN_HEIGHT_PX = 6.0
MIN_LAMP_PX = 2.0
MIN_VISIBLE_SHARE = 0.4
MIN_CONTRAST = 12.0
"""Grey levels between a thing and its surroundings, in its best colour channel."""
MIN_STOP_LINE_PX = 0.8
MIN_CROSSING_PX = 1.6
MIN_BRAKE_LAMP_PX2 = 1.5
"""Area of one brake lamp from which on lit and unlit can be told apart."""
OFFSET_LIMIT_M = 0.35
"""Between the middle of the lane and off to a side; sampling keeps away from it."""
ENCROACH_M = 0.3
"""An oncoming vehicle this far over the centre line is on our side."""


def visible_facts(scene: Scene, rendering: Rendering) -> Facts:
    """The facts that `rendering` shows of `scene`."""
    shown = np.bincount(rendering.ids.ravel(), minlength=ID_COUNT)
    seen = frozenset(
        thing
        for thing in rendering.things
        if thing >= ID_SIGNAL and _counts(rendering, thing, int(shown[thing]))
    )
    ground = {
        thing
        for thing in (ID_STOP_LINE, ID_CROSSING)
        if _ground_counts(scene, rendering, thing, shown)
    }
    signal = scene.signal
    vehicles = [v for i, v in enumerate(scene.vehicles) if ID_VEHICLE + i in seen]
    half_lane = scene.road.lane_width_m / 2
    ahead = [v for v in vehicles if v.role is VehicleRole.AHEAD]
    lead = _nearest([v for v in ahead if abs(v.y_m) < half_lane * 0.75])
    other = _nearest([v for v in ahead if abs(v.y_m) >= half_lane * 0.75])
    oncoming = _nearest([v for v in vehicles if v.role is VehicleRole.ONCOMING])
    parked = _nearest([v for v in vehicles if v.role is VehicleRole.PARKED])
    people = sorted(
        (p for i, p in enumerate(scene.pedestrians) if ID_PEDESTRIAN + i in seen),
        key=lambda p: p.x_m,
    )
    return Facts(
        light=scene.atmosphere.light,
        weather=scene.atmosphere.weather,
        offset=lane_offset(scene.ego_offset_m),
        lanes=scene.road.lanes,
        signal=(
            SignalFact(signal.colour, signal.x_m)
            if signal is not None and ID_SIGNAL in seen
            else None
        ),
        stop_line_m=scene.stop_line_m if ID_STOP_LINE in ground else None,
        crossing_m=(
            scene.crossing.x_m if scene.crossing is not None and ID_CROSSING in ground else None
        ),
        lead=None if lead is None else _lead(lead, rendering),
        oncoming=(
            None if oncoming is None else OncomingFact(oncoming.x_m, _encroaches(scene, oncoming))
        ),
        parked=(
            None
            if parked is None
            else ParkedFact(parked.x_m, half_lane - (parked.y_m - parked.width_m / 2))
        ),
        pedestrians=tuple(
            PedestrianFact(p.x_m, pedestrian_side(scene, p), _place(p, ID_CROSSING in ground))
            for p in people
        ),
        other_vehicle_ahead_m=None if other is None else other.x_m,
        visible=seen | ground,
    )


def lane_offset(offset_m: float) -> Offset:
    """Left, centre or right of the lane."""
    if abs(offset_m) <= OFFSET_LIMIT_M:
        return Offset.CENTER
    return Offset.LEFT if offset_m > 0 else Offset.RIGHT


def pedestrian_side(scene: Scene, person: Pedestrian) -> Side:
    """Centre is the middle of the ego lane: half a lane less 0.6 m each way."""
    margin = scene.road.lane_width_m / 2 - 0.6
    if abs(person.y_m) < margin:
        return Side.CENTER
    return Side.LEFT if person.y_m > 0 else Side.RIGHT


def _place(person: Pedestrian, crossing_seen: bool) -> PedestrianPlace:
    """Where no crossing shows, who crosses is on the road and who waits is on the pavement."""
    if crossing_seen:
        return person.place
    if person.place is PedestrianPlace.CROSSING:
        return PedestrianPlace.ROAD
    if person.place is PedestrianPlace.WAITING:
        return PedestrianPlace.PAVEMENT
    return person.place


def _nearest(vehicles: list[Vehicle]) -> Vehicle | None:
    return min(vehicles, key=lambda v: v.x_m, default=None)


def _encroaches(scene: Scene, car: Vehicle) -> bool:
    road = scene.road
    over = car.y_m + car.width_m / 2 - road.centre_m
    return road.ego_lane == road.lanes - 1 and over > ENCROACH_M


def _lead(car: Vehicle, rendering: Rendering) -> LeadFact:
    scale = rendering.camera.focal_px / rendering.camera.centre_u * MODEL_VIEW.width / 2 / car.x_m
    lamp = 0.24 * car.width_m * 0.12 * car.height_m * scale * scale
    return LeadFact(car.x_m, car.kind, car.braking if lamp >= MIN_BRAKE_LAMP_PX2 else None)


def _counts(rendering: Rendering, thing: int, shown: int) -> bool:
    view = rendering.things[thing]
    left, top, right, bottom = view.box
    high = min(bottom, MODEL_VIEW.height) - max(top, 0.0)
    wide = min(right, MODEL_VIEW.width) - max(left, 0.0)
    if thing == ID_SIGNAL:
        big = high >= MIN_LAMP_PX and wide >= MIN_LAMP_PX
    else:
        big = high >= MIN_HEIGHT_PX and wide >= 2.0 and wide >= 0.3 * (right - left)
    if not big or view.pixels == 0 or shown < MIN_VISIBLE_SHARE * view.pixels:
        return False
    return thing == ID_SIGNAL or contrast(rendering, thing) >= MIN_CONTRAST


def contrast(rendering: Rendering, thing: int) -> float:
    """How far a thing stands out: the larger of its own spread and its step to the surroundings."""
    left, top, right, bottom = rendering.things[thing].box
    u0, v0 = max(0, int(left) - 3), max(0, int(top) - 3)
    u1, v1 = min(MODEL_VIEW.width, int(right) + 4), min(MODEL_VIEW.height, int(bottom) + 4)
    inside = (rendering.ids[v0:v1, u0:u1] == thing).view(np.uint8)
    pixels = rendering.small[v0:v1, u0:u1]
    if not inside.any():
        return 0.0
    own, spread = cv2.meanStdDev(pixels, mask=inside)
    around, _ = cv2.meanStdDev(pixels, mask=1 - inside)
    return float(max(np.abs(own - around).max(), 0.7 * spread.max()))


def _ground_counts(scene: Scene, rendering: Rendering, thing: int, shown: NDArray[np.intp]) -> bool:
    view = rendering.things.get(thing)
    if view is None or view.pixels == 0 or shown[thing] < MIN_VISIBLE_SHARE * view.pixels:
        return False
    if thing == ID_STOP_LINE:
        assert scene.stop_line_m is not None
        x, depth, least = scene.stop_line_m, STOP_LINE_DEPTH_M, MIN_STOP_LINE_PX
    else:
        assert scene.crossing is not None
        x, depth, least = scene.crossing.x_m, scene.crossing.depth_m, MIN_CROSSING_PX
    ends = np.array([[x, 0.0, 0.0], [x + depth, 0.0, 0.0]])
    v_near, v_far = rendering.camera.project(ends)[:, 1].tolist()
    image_height, image_width = rendering.image.shape[:2]
    scale = MODEL_VIEW.scale(image_width, image_height)
    cut = MODEL_VIEW.crop(image_width, image_height)[1]
    bottom = min(v_near * scale - cut, MODEL_VIEW.height)
    return bool(bottom - (v_far * scale - cut) >= least)
