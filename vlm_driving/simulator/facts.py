"""What a driver can tell from the picture at the model's resolution, and nothing else.

A thing counts as `facts_seen` says: 6 px high (lamps 2 px), at most 60 % covered, and standing
out. Beyond that:

- Age shows from 18 px of a person's height, a flagger's gesture from 12 px; below that he is a
  person on the road (or on the pavement, where he stands there). A speed limit's number can be
  read from a sign of 13 px.
- A level crossing counts once its lamps would have 2 px, so that open and closed can be told.
- Brake lamps count from 1.5 px2, for facts and labels alike.
- Where the painted lines do not show (snow, dark, fog, wear) the number of lanes is the usual
  one of the road's class; where no edge shows either, the ego counts as in the middle of its
  lane, and a bend shows only where lines or edges can be followed.
- Where no crossing shows, who crosses is on the road and who waits is on the pavement.
- Inside a tunnel neither daylight nor weather show: they are given as day and clear.
- A queue's tail: the lead and at least two more vehicles ahead, on any lane of ours, of which
  a quarter shows, each less than 10 m behind the next.
- A cyclist who rides along our lane is left from 0.5 m left of its middle on.
- A crossing vehicle is in our lane if it covers some of 1.2 m to both sides of the lane's
  middle, or heads for it with its nose less than 1 m away.
- An object lies in our path (CENTER) if it covers some of 1.1 m to both sides of the ego.
- A picture of which a fifth of the road or more is hidden is blind: then nothing else is known.

Ranges are metres along the road from the camera.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vlm_driving.simulator.canvas import (
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
from vlm_driving.simulator.fact_types import (
    CyclistFact,
    Facts,
    FlaggerFact,
    ObstacleFact,
    Offset,
    PedestrianFact,
    RailwayFact,
    Side,
    SignalFact,
    WorksFact,
)
from vlm_driving.simulator.facts_road import (
    curve_fact,
    edges_show,
    lane_offset,
    lanes_fact,
    lines_show,
    offset_fact,
    tunnel_facts,
)
from vlm_driving.simulator.facts_seen import (
    MIN_HEIGHT_PX,
    MIN_LAMP_PX,
    contrast,
    height_px,
    model_px_per_m,
    seen_things,
)
from vlm_driving.simulator.facts_traffic import TrafficFacts, traffic_facts
from vlm_driving.simulator.render import Rendering
from vlm_driving.simulator.scene import (
    Cyclist,
    CyclistPlace,
    Light,
    Pedestrian,
    PedestrianPlace,
    Scene,
    SignKind,
    Weather,
)

__all__ = ["contrast", "is_blind", "lane_offset", "lateral_side", "visible_facts"]

MIN_AGE_PX = 18.0
MIN_GESTURE_PX = 12.0
MIN_NUMBER_PX = 13.0
MIN_BLIND_SHARE = 0.2
RAILWAY_LAMP_M = 0.3
PATH_HALF_M = 1.1
RIDES_LEFT_M = 0.5
NEAREST_M = 2.6
"""Works alongside the ego count as this far."""


def is_blind(scene: Scene) -> bool:
    """Whether so much of the road is hidden that nothing can be said."""
    return scene.blind is not None and scene.blind.share >= MIN_BLIND_SHARE


def visible_facts(scene: Scene, rendering: Rendering) -> Facts:
    """The facts that `rendering` shows of `scene`."""
    if scene.blind is not None and is_blind(scene):
        return Facts(Light.DAY, Weather.CLEAR, Offset.CENTER, lanes=1, blind=scene.blind.kind)
    shown = np.bincount(rendering.ids.ravel(), minlength=ID_COUNT).tolist()
    seen = seen_things(scene, rendering, shown)
    flagger = scene.flagger if ID_FLAGGER in seen else None
    gesture = flagger is not None and height_px(rendering, ID_FLAGGER) >= MIN_GESTURE_PX
    railway = _railway(scene, rendering, seen)
    if railway is None:
        seen -= {ID_RAILWAY}
    traffic = _traffic(scene, rendering, seen, shown)
    lines = lines_show(rendering)
    edges_near, edges_far = edges_show(scene, rendering)
    tunnel, tunnel_ahead_m = tunnel_facts(scene, rendering)
    return Facts(
        light=Light.DAY if tunnel else scene.atmosphere.light,
        weather=Weather.CLEAR if tunnel else scene.atmosphere.weather,
        offset=offset_fact(scene, lines, edges_near),
        lanes=lanes_fact(scene, lines),
        signal=_signal(scene, seen),
        stop_line_m=scene.stop_line_m if ID_STOP_LINE in seen else None,
        crossing_m=(
            scene.crossing.x_m if scene.crossing is not None and ID_CROSSING in seen else None
        ),
        lead=traffic.lead,
        oncoming=traffic.oncoming,
        parked=traffic.parked,
        pedestrians=_people(scene, rendering, seen, gesture),
        other_vehicle_ahead_m=traffic.other_vehicle_ahead_m,
        visible=seen,
        road=scene.road.road_class,
        tunnel=tunnel,
        tunnel_ahead_m=tunnel_ahead_m,
        curve=curve_fact(scene, lines, edges_far),
        jam=traffic.jam,
        crossing_vehicle=traffic.crossing_vehicle,
        cyclists=_cyclists(scene, seen),
        works=_works(scene, seen),
        flagger=FlaggerFact(flagger.x_m, flagger.gesture) if flagger and gesture else None,
        obstacle=_obstacle(scene, seen),
        railway=railway,
        stop_sign_m=_stop_sign_m(scene, seen),
        speed_limit_kmh=_speed_limit(scene, rendering, seen),
    )


def lateral_side(scene: Scene, y_m: float) -> Side:
    """Centre is the middle of the ego lane: half a lane less 0.6 m each way."""
    margin = scene.road.lane_width_m / 2 - 0.6
    if abs(y_m) < margin:
        return Side.CENTER
    return Side.LEFT if y_m > 0 else Side.RIGHT


def _traffic(
    scene: Scene, rendering: Rendering, seen: frozenset[int], shown: Sequence[int]
) -> TrafficFacts:
    """The vehicles' facts; a queue goes by the share that shows of each."""
    if not scene.vehicles:
        return TrafficFacts()
    shares = []
    for thing in range(ID_VEHICLE, ID_VEHICLE + len(scene.vehicles)):
        view = rendering.things.get(thing)
        whole = view.pixels if view is not None else 0
        stands_out = thing in seen or (
            whole > 0
            and height_px(rendering, thing) >= MIN_HEIGHT_PX
            and contrast(rendering, thing) >= 1.0
        )
        shares.append(shown[thing] / whole if whole and stands_out else 0.0)
    return traffic_facts(scene, rendering, seen, shares)


def _signal(scene: Scene, seen: frozenset[int]) -> SignalFact | None:
    signal = scene.signal
    if signal is None or ID_SIGNAL not in seen:
        return None
    return SignalFact(signal.colour, signal.x_m, signal.arrows if ID_ARROW in seen else ())


def _people(
    scene: Scene, rendering: Rendering, seen: frozenset[int], gesture: bool
) -> tuple[PedestrianFact, ...]:
    """People by range, a flagger whose gesture is too small among them."""
    crossing_seen = ID_CROSSING in seen
    out = []
    for i, person in enumerate(scene.pedestrians):
        thing = ID_PEDESTRIAN + i
        if thing in seen:
            age = person.age if height_px(rendering, thing) >= MIN_AGE_PX else None
            side, place = lateral_side(scene, person.y_m), _place(person, crossing_seen)
            out.append(PedestrianFact(person.x_m, side, place, age))
    flagger = scene.flagger
    if flagger is not None and ID_FLAGGER in seen and not gesture:
        road = scene.road
        on_road = road.right_m <= flagger.y_m <= road.left_m
        place = PedestrianPlace.ROAD if on_road else PedestrianPlace.PAVEMENT
        out.append(PedestrianFact(flagger.x_m, lateral_side(scene, flagger.y_m), place))
    return tuple(sorted(out, key=lambda p: p.range_m))


def _place(person: Pedestrian, crossing_seen: bool) -> PedestrianPlace:
    if crossing_seen:
        return person.place
    if person.place is PedestrianPlace.CROSSING:
        return PedestrianPlace.ROAD
    if person.place is PedestrianPlace.WAITING:
        return PedestrianPlace.PAVEMENT
    return person.place


def _cyclists(scene: Scene, seen: frozenset[int]) -> tuple[CyclistFact, ...]:
    found = [
        CyclistFact(c.x_m, _cyclist_side(scene, c), c.place)
        for i, c in enumerate(scene.cyclists)
        if ID_CYCLIST + i in seen
    ]
    return tuple(sorted(found, key=lambda c: c.range_m))


def _cyclist_side(scene: Scene, rider: Cyclist) -> Side:
    if rider.place is CyclistPlace.LANE and rider.y_m > RIDES_LEFT_M:
        return Side.LEFT
    return lateral_side(scene, rider.y_m)


def _works(scene: Scene, seen: frozenset[int]) -> WorksFact | None:
    works = scene.works
    if works is None or ID_WORKS not in seen:
        return None
    side = Side.LEFT if works.side > 0 else Side.RIGHT
    return WorksFact(max(works.x_near_m, NEAREST_M), side, works.overlap_m)


def _obstacle(scene: Scene, seen: frozenset[int]) -> ObstacleFact | None:
    thing = scene.obstacle
    if thing is None or ID_OBSTACLE not in seen:
        return None
    away = thing.y_m - scene.ego_offset_m
    if abs(away) < PATH_HALF_M + thing.width_m / 2:
        side = Side.CENTER
    else:
        side = Side.LEFT if away > 0 else Side.RIGHT
    return ObstacleFact(thing.x_m, side, thing.kind)


def _railway(scene: Scene, rendering: Rendering, seen: frozenset[int]) -> RailwayFact | None:
    railway = scene.railway
    if railway is None or ID_RAILWAY not in seen:
        return None
    if RAILWAY_LAMP_M * model_px_per_m(rendering, railway.x_m) < MIN_LAMP_PX:
        return None
    return RailwayFact(railway.x_m, railway.closed)


def _stop_sign_m(scene: Scene, seen: frozenset[int]) -> float | None:
    found = [s.x_m for s in scene.signs if s.kind is SignKind.STOP and ID_STOP_SIGN in seen]
    if scene.stop_text_m is not None and ID_STOP_TEXT in seen:
        found.append(scene.stop_text_m)
    return min(found, default=None)


def _speed_limit(scene: Scene, rendering: Rendering, seen: frozenset[int]) -> int | None:
    signs = [s for s in scene.signs if s.kind is SignKind.SPEED_LIMIT and s.x_m > NEAREST_M]
    if not signs or ID_SPEED_SIGN not in seen:
        return None
    sign = min(signs, key=lambda s: s.x_m)
    readable = sign.size_m * model_px_per_m(rendering, sign.x_m) >= MIN_NUMBER_PX
    return sign.value if readable else None
