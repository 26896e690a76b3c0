"""What the picture tells of the road itself: lines, edges, the ego's place, bends, tunnels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import ID_LANE, ID_ROAD, ID_VEHICLE
from vlm_driving.simulator.fact_types import Offset, Side
from vlm_driving.simulator.facts_seen import MIN_CONTRAST, MIN_HEIGHT_PX, model_px_per_m
from vlm_driving.simulator.render import Rendering
from vlm_driving.simulator.scene import RoadClass, Scene, Tunnel
from vlm_driving.simulator.view import MODEL_VIEW

OFFSET_LIMIT_M = 0.35
"""Between the middle of the lane and off to a side; sampling keeps away from it."""
MIN_LINE_CONTRAST = 8.0
MIN_EDGE_CONTRAST = 6.0
MIN_LINE_PIXELS = 20
LINE_ROWS = slice(88, 160, 2)
"""Rows of the model's input in which lane lines are looked for."""
DEFAULT_LANES = {
    RoadClass.RESIDENTIAL: 1,
    RoadClass.STREET: 1,
    RoadClass.ARTERIAL: 2,
    RoadClass.EXPRESSWAY: 2,
}
"""Lanes our way where no line between them shows."""
CURVE_PER_M = {
    RoadClass.RESIDENTIAL: 0.016,
    RoadClass.STREET: 0.010,
    RoadClass.ARTERIAL: 0.006,
    RoadClass.EXPRESSWAY: 0.003,
}
"""Curvature from which on a bend asks for less speed: radius 63, 100, 167 and 333 m."""
_NEAR_X = np.array([5.5, 6.5, 8.0, 10.0, 12.0])
_FAR_X = np.array([14.0, 17.0, 20.0, 24.0, 28.0])


def lane_offset(offset_m: float) -> Offset:
    """Left, centre or right of the lane."""
    if abs(offset_m) <= OFFSET_LIMIT_M:
        return Offset.CENTER
    return Offset.LEFT if offset_m > 0 else Offset.RIGHT


def lines_show(rendering: Rendering) -> bool:
    """Whether the painted lane lines stand out from the asphalt in the lower half."""
    ids = rendering.ids[LINE_ROWS]
    lines = ids == ID_LANE
    count = int(np.count_nonzero(lines))
    if count < MIN_LINE_PIXELS:
        return False
    # the same rows count for both: near and far asphalt differ in brightness
    rows = lines.any(axis=1)
    small = rendering.small[LINE_ROWS][rows]
    lines, asphalt = lines[rows], ids[rows] == ID_ROAD
    line = small[lines].mean(axis=0)
    weight = lines.sum(axis=1)
    total = np.maximum(asphalt.sum(axis=1), 1)
    means = (
        np.stack([(small[..., c] * asphalt).sum(axis=1) for c in range(3)], axis=1)
        / (total[:, None])
    )
    road = (means * weight[:, None]).sum(axis=0) / count
    return bool(np.abs(line - road).max() >= MIN_LINE_CONTRAST)


def edges_show(scene: Scene, rendering: Rendering) -> tuple[bool, bool]:
    """Whether an edge of the carriageway can be seen near (to 12 m) and farther (to 28 m)."""
    road = scene.road
    edges = (road.left_m + road.shoulder_m, road.right_m - road.shoulder_m)
    xs = np.concatenate([_NEAR_X, _FAR_X])
    points = np.zeros((2, 2, len(xs), 3))
    points[..., 0] = xs
    for i, (edge, out) in enumerate(zip(edges, (1.0, -1.0), strict=True)):
        points[i, 0, :, 1] = edge - 0.6 * out
        points[i, 1, :, 1] = edge + 0.5 * out
    colours, inside = _colours_at(rendering, points.reshape(-1, 3))
    steps = np.abs(np.diff(colours.reshape(2, 2, len(xs), 3), axis=1)).max(axis=-1)[:, 0]
    usable = inside.reshape(2, 2, len(xs)).all(axis=1)
    clear = usable & (steps >= MIN_EDGE_CONTRAST)
    near, far = clear[:, : len(_NEAR_X)], clear[:, len(_NEAR_X) :]
    return bool(near.sum(axis=1).max() >= 2), bool(far.sum(axis=1).max() >= 2)


def offset_fact(scene: Scene, lines: bool, edges: bool) -> Offset:
    """Where the ego is in its lane; in the middle where neither lines nor edges show."""
    return lane_offset(scene.ego_offset_m) if lines or edges else Offset.CENTER


def lanes_fact(scene: Scene, lines: bool) -> int:
    """Lanes our way: counted where lines show, else what the road's class usually has."""
    return scene.road.lanes if lines else DEFAULT_LANES[scene.road.road_class]


def curve_fact(scene: Scene, lines: bool, edges_far: bool) -> Side | None:
    """The bend's side, where the road can be followed by its lines or edges."""
    bend = scene.road.curvature_per_m
    if abs(bend) < CURVE_PER_M[scene.road.road_class] or not (lines or edges_far):
        return None
    return Side.LEFT if bend > 0 else Side.RIGHT


def tunnel_facts(scene: Scene, rendering: Rendering) -> tuple[bool, float | None]:
    """(inside a tunnel, metres to the mouth of one ahead that shows)."""
    tunnel = scene.tunnel
    if tunnel is None:
        return False, None
    if tunnel.x_near_m <= 0.0:
        return tunnel.x_far_m > 0.0, None
    return False, tunnel.x_near_m if _mouth_shows(scene, rendering, tunnel) else None


def _mouth_shows(scene: Scene, rendering: Rendering, tunnel: Tunnel) -> bool:
    x = max(tunnel.x_near_m, 0.5)
    if tunnel.height_m * model_px_per_m(rendering, x) < MIN_HEIGHT_PX:
        return False
    road = scene.road
    ys = np.linspace(road.left_m - 0.5, road.right_m + 0.5, 6)
    points = np.zeros((2, 6, 3))
    points[..., 0], points[..., 1] = x, ys
    points[0, :, 2], points[1, :, 2] = 0.6 * tunnel.height_m, 1.35 * tunnel.height_m
    colours, inside = _colours_at(rendering, points.reshape(-1, 3))
    free, above = inside[:6], inside[6:]
    if np.count_nonzero(free) < 3:
        return False
    if not above.any():
        return True  # so near that the mouth fills the picture
    step = np.median(colours[:6][free], axis=0) - np.median(colours[6:][above], axis=0)
    return bool(np.abs(step).max() >= MIN_CONTRAST)


def _colours_at(
    rendering: Rendering, points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Colours (n, 3) of the model's input at road points, and which of them show uncovered."""
    height, width = rendering.image.shape[:2]
    at = rendering.camera.project(points) * MODEL_VIEW.scale(width, height)
    crop = MODEL_VIEW.crop(width, height)
    u, v = np.floor(at[:, 0] - crop[0]), np.floor(at[:, 1] - crop[1])
    inside = (u >= 0) & (u < MODEL_VIEW.width) & (v >= 0) & (v < MODEL_VIEW.height)
    columns = np.where(inside, u, 0).astype(np.intp)
    rows = np.where(inside, v, 0).astype(np.intp)
    inside &= rendering.ids[rows, columns] < ID_VEHICLE
    return rendering.small[rows, columns].astype(np.float64), inside
