"""What is on the glass and in the lens: drops, dirt, glare, reflections, wiper, bonnet."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.camera import Camera
from vlm_driving.simulator.canvas import ID_NONE, Canvas, Points
from vlm_driving.simulator.glass_textures import (
    DROP_SIZES,
    barrel_maps,
    dirt_sheet,
    drop_sprite,
    reflection_sheet,
    vignette,
)
from vlm_driving.simulator.low_sun import add_glow, sun_place
from vlm_driving.simulator.scene import Colour, Scene, Weather
from vlm_driving.simulator.textures import cut, flake_texture, rain_texture

_BONNETS: tuple[Colour, ...] = (
    (36, 34, 34),
    (205, 206, 208),
    (150, 150, 150),
    (120, 62, 34),
    (46, 42, 96),
    (52, 62, 118),
    (70, 60, 54),
    (225, 225, 222),
)


def look_through(image: NDArray[np.uint8], scene: Scene) -> NDArray[np.uint8]:
    """The picture (h, w, 3) behind what falls and behind the glass; may write into `image`."""
    glass = scene.windscreen
    outside = scene.tunnel is None or scene.tunnel.x_near_m > 0.0
    if outside:
        _fall(image, scene)
        if scene.atmosphere.sun_u is not None:
            _veil(image, scene)
    step = round(2 * max(-1.0, min(1.0, glass.distortion)))
    if step:
        maps = barrel_maps(image.shape[1], image.shape[0], step)
        image = cv2.remap(image, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if glass.glare > 0.03:
        _bloom(image, glass.glare, glass.grain)
    if glass.bonnet > 0.01:
        _bonnet(image, scene)
    if glass.drops > 0.02:
        _drops(image, glass.drops, glass.grain)
    _darken(image, scene)
    if glass.reflection > 0.03:
        height, width = image.shape[:2]
        sheet = cut(reflection_sheet(glass.grain % 4), width, height, glass.grain // 3)
        light = glass.reflection * min(1.0, 0.12 + sum(scene.atmosphere.ambient) / 3)
        cv2.addWeighted(image, 1.0, sheet, light, 0.0, dst=image)
    if glass.wiper is not None:
        line, thick = _wiper_line(image.shape[1], image.shape[0], glass.wiper)
        lit = min(1.0, 0.2 + sum(scene.atmosphere.ambient) / 3)
        for (a, b), wide, tone in ((line, thick, 20.0 * lit), (line, thick // 3, 48.0 * lit)):
            cv2.line(image, a, b, (tone, tone, tone), max(1, wide), cv2.LINE_AA)
    return image


def mark_glass(canvas: Canvas, scene: Scene) -> None:
    """Take what the bonnet and the wiper hide off the id-map."""
    glass = scene.windscreen
    height, width = canvas.image.shape[:2]
    if glass.bonnet > 0.01:
        canvas.mark_all([_bonnet_edge(width, height, glass.bonnet)], ID_NONE)
    if glass.wiper is not None:
        (a, b), thick = _wiper_line(width, height, glass.wiper)
        ends = np.array([a, b], float)
        along = (ends[1] - ends[0]) / max(1e-6, float(np.hypot(*(ends[1] - ends[0]))))
        side = np.array([-along[1], along[0]]) * thick / 2
        canvas.mark(
            np.array([ends[0] + side, ends[1] + side, ends[1] - side, ends[0] - side]), ID_NONE
        )


def _fall(image: NDArray[np.uint8], scene: Scene) -> None:
    """Rain or snow in the air."""
    height, width = image.shape[:2]
    grain, level = scene.sensor.grain, min(1.0, sum(scene.atmosphere.ambient) / 3)
    if scene.atmosphere.weather is Weather.RAIN:
        lit = (0.14 + 0.22 * level) * (0.4 + 0.6 * scene.atmosphere.wetness)
        sheet = cut(rain_texture(grain % 4), width, height, grain // 5)
        cv2.addWeighted(image, 1.0, sheet, lit, 0.0, dst=image)
    elif scene.atmosphere.weather is Weather.SNOW:
        lit = 0.3 + 0.6 * max(level, 0.6 * scene.atmosphere.headlamps)
        sheet = cut(flake_texture(grain % 4), width, height, grain // 5)
        cv2.addWeighted(image, 1.0, sheet, lit, 0.0, dst=image)


def _veil(image: NDArray[np.uint8], scene: Scene) -> None:
    """A low sun's stray light: a veil over everything, strongest around it, and a few ghosts."""
    height, width = image.shape[:2]
    camera = Camera.of(scene, width, height)
    horizon = round(camera.point(170.0, 0.0, 0.0)[1])
    u, v = sun_place(scene, width, horizon)
    strength = 0.5 + (scene.grain >> 11) % 32 / 40
    cv2.add(image, (10 * strength, 13 * strength, 16 * strength, 0), dst=image)
    add_glow(image, (u, v), (0.8 * width, 0.6 * width), 95.0 * strength)
    u_at, v_at = min(max(round(u), 0), width - 1), min(max(round(v), 0), height - 1)
    if image[v_at, u_at].min() > 225:  # nothing stands before the sun
        add_glow(image, (u, v), (0.09 * width, 0.09 * width), 170.0)
    for i in range((scene.grain >> 9) % 4):
        far = 0.6 + 0.5 * i
        spot = (u + (width / 2 - u) * far, v + (height / 2 - v) * far)
        size = width * (0.02 + 0.012 * i)
        add_glow(image, spot, (size, size), 60.0)


def _bloom(image: NDArray[np.uint8], amount: float, grain: int) -> None:
    """Bright spots bleed over the glass, most along the streaks that a wiper left."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    cv2.subtract(small, (175, 175, 175, 0), dst=small)
    kernel = (3, 25) if grain & 1 else (25, 3)
    light = cv2.addWeighted(cv2.blur(small, kernel), 1.3, cv2.blur(small, (15, 15)), 1.2, 0.0)
    full = cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.addWeighted(image, 1.0, full, min(1.0, amount) * 1.6, 0.0, dst=image)


def _bonnet_edge(width: int, height: int, share: float) -> Points:
    """The ego's bonnet: flat in the middle, falling towards its ends, pixels (n, 2)."""
    us = np.linspace(-0.02, 1.02, 15)
    fall = 0.55 * share * np.abs(2 * us - 1) ** 3
    vs = height * (1.0 - share + fall)
    line = np.stack([us * width, vs], axis=1)
    return np.concatenate([line, [[width * 1.02, height + 8.0], [-0.02 * width, height + 8.0]]])


def _bonnet(image: NDArray[np.uint8], scene: Scene) -> None:
    """Bonnet or dashboard edge, with the sky in its paint."""
    height, width = image.shape[:2]
    glass, air = scene.windscreen, scene.atmosphere
    edge = _bonnet_edge(width, height, glass.bonnet)
    top = max(0, int(edge[:, 1].min()) - 1)
    colour = _BONNETS[glass.grain % len(_BONNETS)]
    level = np.array(air.ambient) * 0.75 + 0.02
    sky = np.array(air.sky_low)
    gloss = 0.05 + 0.3 * ((glass.grain >> 4) % 8) / 8
    near, far = np.array(colour) * level, np.array(colour) * level * 0.8 + sky * gloss
    ramp = cv2.resize(np.clip([[far], [near]], 0, 255).astype(np.uint8), (width, height - top))
    mask = np.zeros((height - top, width), np.uint8)
    fixed = ((edge - [0.5, top + 0.5]) * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], (255,), cv2.LINE_8, 4)
    cv2.copyTo(ramp, mask, image[top:])
    line = fixed[:15]
    dark = tuple(float(c) for c in near * 0.5)
    cv2.polylines(image[top:], [line], False, dark, 2, cv2.LINE_AA, 4)


def _drops(image: NDArray[np.uint8], amount: float, grain: int) -> None:
    """Drops: each shows a piece of the picture, upside down, in a dark rim."""
    height, width = image.shape[:2]
    rng = np.random.default_rng(grain)
    count = int(4 + 30 * amount)
    spots = rng.random((count, 3))
    zoom = width / 640
    for u, v, draw in spots.tolist():
        size = round(DROP_SIZES[int(draw * draw * len(DROP_SIZES))] * zoom)
        left, top = int(u * (width - size)), int(v * (height - size))
        wide = min(width, height, 7 * size)
        u0 = min(max(0, left - 3 * size), width - wide)
        v0 = min(max(0, top - 3 * size), height - wide)
        around = image[v0 : v0 + wide : 2, u0 : u0 + wide : 2]
        seen = cv2.flip(cv2.resize(around, (size, size), interpolation=cv2.INTER_LINEAR), -1)
        cover, light = drop_sprite(size)
        seen = cv2.multiply(seen, light, scale=1 / 128)
        place = image[top : top + size, left : left + size]
        kept = cv2.multiply(place, cv2.bitwise_not(cover), scale=1 / 255)
        cv2.add(kept, cv2.multiply(seen, cover, scale=1 / 255), dst=place)


def _darken(image: NDArray[np.uint8], scene: Scene) -> None:
    """Dirt and vignette: one map of gains."""
    glass = scene.windscreen
    height, width = image.shape[:2]
    step = round(10 * min(1.0, glass.vignette))
    dirty = glass.dirt > 0.03
    if not dirty and not step:
        return
    gain = vignette(width, height, step)
    if dirty:
        dirt = cut(dirt_sheet(glass.grain % 4), width, height, glass.grain // 4)
        amount = min(1.0, glass.dirt)
        dirt = cv2.convertScaleAbs(dirt, alpha=amount, beta=255.0 * (1 - amount))
        gain = cv2.multiply(gain, dirt, scale=1 / 255)
    cv2.multiply(image, cv2.cvtColor(gain, cv2.COLOR_GRAY2BGR), dst=image, scale=1 / 255)


def _wiper_line(
    width: int, height: int, angle: float
) -> tuple[tuple[tuple[int, int], tuple[int, int]], int]:
    """Both ends of the blade and how thick it is, pixels; `angle` 0 lies flat, 1 stands right."""
    turn = math.radians(172.0 - 150.0 * angle)
    pivot = (0.42 * width, 1.12 * height)
    reach = 0.62 * width
    tip = (pivot[0] + reach * math.cos(turn), pivot[1] - reach * math.sin(turn))
    start = (int(pivot[0] + 0.2 * (tip[0] - pivot[0])), int(pivot[1] + 0.2 * (tip[1] - pivot[1])))
    return (start, (int(tip[0]), int(tip[1]))), max(3, round(0.014 * width))
