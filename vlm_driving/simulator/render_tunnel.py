"""Draws a tunnel, from inside or as a portal ahead."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from vlm_driving.simulator.canvas import ID_NONE, Canvas, Points
from vlm_driving.simulator.render_flat import FAR_M, NEAR_M, FlatShapes
from vlm_driving.simulator.scene import Atmosphere, Colour, Light, Road, Scene, Tunnel

_WALL_SHARE = 0.45
"""Height at which the walls end and the arch begins, as a share of the tunnel's height."""
_CONCRETE: Colour = (150, 156, 160)
_BANDS = (NEAR_M, 5.0, 9.0, 15.0, 24.0, 40.0, 70.0, 110.0, FAR_M)
EXIT_SEEN_M = 150.0
"""An end nearer than this shows as a bright opening."""


def inside(scene: Scene) -> bool:
    """Whether the ego is in a tunnel."""
    return scene.tunnel is not None and scene.tunnel.x_near_m <= 0.0 < scene.tunnel.x_far_m


def tunnel_air(scene: Scene) -> Atmosphere:
    """The scene's air, or inside a tunnel what its lamps make of it: dim, tinted, no sky."""
    air, tunnel = scene.atmosphere, scene.tunnel
    if tunnel is None or not inside(scene):
        return air
    tint = [c / max(1.0, sum(tunnel.glow) / 3) for c in tunnel.glow]
    level = 0.3 + 0.16 * sum(tunnel.glow) / 765.0
    ambient = (level * (0.5 + 0.5 * tint[0]), level * (0.5 + 0.5 * tint[1]),
               level * (0.5 + 0.5 * tint[2]))  # fmt: skip
    veil = (tunnel.glow[0] * 0.28, tunnel.glow[1] * 0.28, tunnel.glow[2] * 0.28)
    return replace(
        air,
        ambient=ambient,
        sky_low=veil,
        haze_m=max(air.haze_m, 220.0),
        headlamps=max(0.12, 0.4 * air.headlamps),
        wetness=0.0,
    )


def behind_tunnel(scene: Scene, x_m: float, y_m: float) -> bool:
    """Whether the tunnel's walls or its hill stand between the ego and a thing beside the road."""
    tunnel = scene.tunnel
    if tunnel is None or x_m > tunnel.x_far_m or x_m < tunnel.x_near_m:
        return False
    left, right = _sides(scene.road)
    return y_m > left - 0.1 or y_m < right + 0.1


def draw_tunnel(canvas: Canvas, scene: Scene) -> None:
    """Draw walls, ceiling, lamps and the portal; call it between ground and upright things."""
    tunnel = scene.tunnel
    if tunnel is None or tunnel.x_far_m < NEAR_M + 2.0:
        return
    if tunnel.x_near_m <= NEAR_M:
        _inside(canvas, scene, tunnel)
    elif tunnel.x_near_m < FAR_M:
        _portal(canvas, scene, tunnel)


def _sides(road: Road) -> tuple[float, float]:
    """The y of the walls."""
    return road.left_m + road.shoulder_m + 0.4, road.right_m - road.shoulder_m - 0.4


def _profile(road: Road, height: float, x: float, grow: float = 0.0) -> Points:
    """The opening at `x`, (n, 3), from the left foot over the arch to the right foot."""
    left, right = _sides(road)
    left, right, height = left + grow, right - grow, height + grow
    middle, half, spring = (left + right) / 2, (left - right) / 2, height * _WALL_SHARE
    angles = np.linspace(0.0, math.pi, 8)  # from the left spring to the right one
    ys = np.concatenate([[left], middle + half * np.cos(angles), [right]])
    zs = np.concatenate([[0.0], spring + (height - spring) * np.sin(angles), [0.0]])
    return np.column_stack([np.full(len(ys), x), ys, zs])


def _inside(canvas: Canvas, scene: Scene, tunnel: Tunnel) -> None:
    road, light = scene.road, canvas.light
    end = min(tunnel.x_far_m, FAR_M)
    _exit(canvas, scene, tunnel, end)
    stops = [b for b in _BANDS if b < end - 1.0] + [end]
    rings = np.stack([_profile(road, tunnel.height_m, x) for x in stops])
    seen = canvas.camera.project(rings.reshape(-1, 3)).reshape(*rings.shape[:2], 2)
    faces = rings.shape[1] - 1
    tiled = bool(scene.grain & 1)
    for band in range(len(stops) - 2, -1, -1):
        x = (stops[band] + stops[band + 1]) / 2
        for i in range(faces):
            quad = np.stack(
                [seen[band, i], seen[band, i + 1], seen[band + 1, i + 1], seen[band + 1, i]]
            )
            wall = i in (0, faces - 1)
            # the walls catch the lamps, the crown of the arch lies above them
            gain = 1.25 if wall else 1.05 - 0.4 * math.sin(math.pi * i / faces)
            colour = (205.0, 208.0, 206.0) if wall and tiled else _CONCRETE
            canvas.fill(quad, light.shade(colour, x, gain))
            if wall:
                canvas.mark(quad, ID_NONE)
    _fittings(canvas, scene, end)
    _lamps(canvas, scene, tunnel, NEAR_M + 1.0, end, 1.0)


def _exit(canvas: Canvas, scene: Scene, tunnel: Tunnel, end: float) -> None:
    """The far end: too bright by day, dark at night, and only dusk of lamps when it is far."""
    mouth = canvas.camera.project(_profile(scene.road, tunnel.height_m, end))
    if tunnel.x_far_m >= EXIT_SEEN_M:
        canvas.fill_all([mouth], canvas.light.shade(_CONCRETE, end, 0.8))
        return
    if scene.atmosphere.light is Light.NIGHT:
        return
    rows, columns = canvas.image.shape[:2]
    u0, v0 = np.clip(np.floor(mouth.min(axis=0)), 0, (columns, rows)).astype(int).tolist()
    u1, v1 = np.clip(np.ceil(mouth.max(axis=0)) + 1, 0, (columns, rows)).astype(int).tolist()
    if u0 >= u1 or v0 >= v1:
        return
    area = canvas.image[v0:v1, u0:u1]
    # the camera is set for the dark: what lies outside is overexposed
    bright = 0.6 if scene.atmosphere.light is Light.DUSK else 1.0
    cv2.convertScaleAbs(area, dst=area, alpha=1.5 * bright + 0.3, beta=70.0 * bright)
    u, v = ((mouth[0] + mouth[-1]) / 2).tolist()
    size = float(np.ptp(mouth[:, 0]))
    canvas.glow(u, v - size * 0.3, size * 0.9, (70 * bright, 75 * bright, 75 * bright))


def _fittings(canvas: Canvas, scene: Scene, end: float) -> None:
    """A cable duct along each wall, a kerb of the inspection walk, emergency signs on the left."""
    light = canvas.light
    left, right = _sides(scene.road)
    stops = [b for b in _BANDS if b < end] + [end]
    for y in (left, right):
        for low, high, tone in ((0.0, 0.35, 105.0), (2.35, 2.5, 84.0)):
            points = [[x, y, low] for x in stops] + [[x, y, high] for x in reversed(stops)]
            shape = canvas.camera.project(np.array(points))
            canvas.fill_all([shape], light.shade((tone, tone, tone), 20.0))
    for x in np.arange(12.0 + scene.grain % 20, min(end, 110.0), 50.0).tolist():
        spots = [[x, left, 1.5], [x, left - 0.45, 1.5], [x, left - 0.45, 1.9], [x, left, 1.9]]
        quad = canvas.camera.project(np.array(spots))
        canvas.fill(quad, light.shine((80, 140, 40), x))
        middle = quad.mean(axis=0)
        canvas.fill(middle + (quad - middle) * [0.4, 0.6], light.shine((225, 235, 225), x))


def _lamps(
    canvas: Canvas, scene: Scene, tunnel: Tunnel, near: float, far: float, power: float
) -> None:
    """A row of lamps high on each side."""
    left, right = _sides(scene.road)
    middle, half = (left + right) / 2, (left - right) / 2
    spring = tunnel.height_m * _WALL_SHARE
    gap = 6.0 + scene.grain % 5
    starts = np.arange(near + scene.road.dash_phase_m % gap, far - 1.5, gap)[::-1]
    if not len(starts):
        return
    quads, glows = [], []
    for side in (1.0, -1.0):
        for angle in (0.62, 0.78) if scene.grain & 2 else (0.72, 0.84):
            lift = (tunnel.height_m - spring) * math.sin(angle) - 0.05
            quads.append((middle + side * half * math.cos(angle), spring + lift))
    points = []
    for x in starts.tolist():
        for k in (0, 2):
            (y0, z0), (y1, z1) = quads[k], quads[k + 1]
            points += [[x, y0, z0], [x, y1, z1], [x + 1.3, y1, z1], [x + 1.3, y0, z0]]
    seen = canvas.camera.project(np.array(points)).reshape(-1, 4, 2)
    glow = tunnel.glow
    for i, quad in enumerate(seen):
        x = float(starts[i // 2])
        white = (glow[0] * 0.5 + 128, glow[1] * 0.5 + 128, glow[2] * 0.5 + 128)
        canvas.fill(quad, canvas.light.shine(white, x))
        glows.append((quad.mean(axis=0), x))
    for spot, x in glows:
        radius = min(90.0, 1.1 * canvas.camera.pixels_per_metre(x))
        lamp = (glow[0] * 0.35 * power, glow[1] * 0.35 * power, glow[2] * 0.35 * power)
        canvas.glow(float(spot[0]), float(spot[1]), radius, lamp)


def _portal(canvas: Canvas, scene: Scene, tunnel: Tunnel) -> None:
    """A hill across the road with a concrete front and a dark mouth."""
    road, light, x = scene.road, canvas.light, tunnel.x_near_m
    rng = np.random.default_rng(scene.grain % 997)
    left, right = _sides(road)
    ys = np.linspace(90.0, -90.0, 19)
    bumps = rng.uniform(0.0, 4.0, 19)
    tall = 3.0 + scene.grain // 8 % 8
    top = tunnel.height_m + tall * (0.4 + 0.6 * np.cos(ys / 70.0)) + bumps
    for layer, (gain, share) in enumerate(((0.75, 1.0), (0.95, 0.62))):
        crest = np.column_stack([np.full(19, x), ys, np.maximum(top * share, 4.0 - layer)])
        foot = np.array([[x, -90.0, 0.0], [x, 90.0, 0.0]])
        hill = canvas.camera.project(np.concatenate([crest, foot]))
        canvas.fill_all([hill], light.shade((58, 96, 70), x, gain))
        if layer == 0:
            canvas.mark_all([hill], ID_NONE)
    _bushes(canvas, rng, x, tunnel.height_m)
    high, wide = tunnel.height_m + 1.8, 1.8
    front = np.array([[x, left + wide, 0], [x, left + wide, high], [x, right - wide, high],
                      [x, right - wide, 0]])  # fmt: skip
    canvas.fill_all([canvas.camera.project(front)], light.shade((172, 176, 178), x))
    band = front.copy()
    band[[0, 3], 2] = high - 0.45
    canvas.fill_all([canvas.camera.project(band)], light.shade((140, 142, 142), x))
    rim = canvas.camera.project(_profile(road, tunnel.height_m, x, 0.45))
    canvas.fill_all([rim], light.shade((198, 200, 200), x))
    mouth = canvas.camera.project(_profile(road, tunnel.height_m, x))
    canvas.fill_all([mouth], light.shade((52, 54, 56), x, 0.55))
    floor = FlatShapes(canvas).strip(left, right, x, min(tunnel.x_far_m, FAR_M))
    canvas.fill_all([floor], light.shade((74, 76, 78), x, 0.6))
    far = min(tunnel.x_far_m, FAR_M)
    short = tunnel.x_far_m < EXIT_SEEN_M and tunnel.x_far_m - x < 90.0
    if short and scene.atmosphere.light is not Light.NIGHT:
        opening = canvas.camera.project(_profile(road, tunnel.height_m, far))
        canvas.fill_all([opening], light.shade((235, 235, 230), far))
    _lamps(canvas, scene, tunnel, x + 1.0, min(far, x + 60.0), 0.5)


def _bushes(canvas: Canvas, rng: np.random.Generator, x: float, high: float) -> None:
    """Crowns of trees all over the hill."""
    count = 80
    spots = np.column_stack(
        [np.full(count, x), rng.uniform(-50, 50, count), rng.uniform(1.0, high + 3.0, count)]
    )
    seen = canvas.camera.project(spots)
    sizes = rng.uniform(0.6, 1.5, count) * canvas.camera.pixels_per_metre(x)
    gains = rng.uniform(0.75, 1.05, count)
    for (u, v), size, gain in zip(seen.tolist(), sizes.tolist(), gains.tolist(), strict=True):
        canvas.disc(u, v, size, canvas.light.shade((52, 92, 66), x, gain))
