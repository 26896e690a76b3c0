"""What the camera does to a finished picture: exposure, colour, blur, noise, coding."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.scene import Scene
from vlm_driving.simulator.textures import cut, sensor_noise


@lru_cache(maxsize=512)
def _tone_curve(
    gain: float, gamma: float, lift: int, tint: tuple[float, float, float]
) -> NDArray[np.uint8]:
    """Tables for `cv2.LUT`, (3, 256): blue, green, red."""
    level = np.arange(256)[None, :] / 255
    curve = (level * gain * np.array(tint)[:, None]) ** gamma
    # highlights roll off a little before they clip
    curve = np.where(curve > 0.85, 0.85 + 0.15 * np.tanh((curve - 0.85) / 0.15), curve)
    table: NDArray[np.uint8] = np.clip(lift + curve * (255 - lift), 0, 255).astype(np.uint8)
    return table


def expose(image: NDArray[np.uint8], scene: Scene) -> NDArray[np.uint8]:
    """Exposure, blur, noise, video blocks and JPEG, in this order; may write into `image`."""
    height, width = image.shape[:2]
    sensor, grain = scene.sensor, scene.sensor.grain
    b, g, r = scene.windscreen.tint
    tint = (round(b, 2), round(g, 2), round(r, 2))
    curve = _tone_curve(round(sensor.gain, 2), round(sensor.gamma, 2), round(sensor.lift), tint)
    if b == g == r:
        cv2.LUT(image, curve[0], dst=image)
    else:  # three times one channel is twice as fast as once three
        planes = [cv2.LUT(p, table) for p, table in zip(cv2.split(image), curve, strict=True)]
        cv2.merge(planes, dst=image)
    if sensor.motion_px > 1.0:
        _smear(image, sensor.motion_px, grain)
    if sensor.blur_px > 0.3:
        size = 3 if sensor.blur_px < 0.9 else 5 if sensor.blur_px < 1.6 else 7
        cv2.GaussianBlur(image, (size, size), sensor.blur_px, dst=image)
    if sensor.noise > 0.5:
        noise = cut(sensor_noise(grain % 3), width, height, grain // 7)
        amount = sensor.noise / 32.0
        cv2.addWeighted(image, 1.0, noise, amount, -128.0 * amount, dst=image)
    if sensor.blocks > 0.05:
        _coarsen(image, sensor.blocks)
    if sensor.jpeg_quality is not None:
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, sensor.jpeg_quality])
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)  # type: ignore[assignment]
    return image


def _smear(image: NDArray[np.uint8], length: float, grain: int) -> None:
    """Motion: either the whole picture sideways (a bend, a bump), or outwards at its borders."""
    height, width = image.shape[:2]
    if grain & 8:
        cv2.blur(image, (1 + 2 * max(1, round(length / 4)), 1), dst=image)
        return
    zoom = 1.0 + 2.0 * length / width
    place = np.array([[zoom, 0.0, (1 - zoom) * width / 2], [0.0, zoom, (1 - zoom) * height * 0.48]])
    larger = cv2.warpAffine(image, place, (width, height), borderMode=cv2.BORDER_REPLICATE)
    cv2.addWeighted(image, 0.5, larger, 0.5, 0.0, dst=image)


def _coarsen(image: NDArray[np.uint8], amount: float) -> None:
    """What a video coder short of bits leaves: flat blocks of 8 pixels, colours of 16.

    Only blocks with little contrast are flattened: the coder spends its bits on edges.
    """
    height, width = image.shape[:2]
    tiles = (max(1, width // 8), max(1, height // 8))
    mean = cv2.resize(image, tiles, interpolation=cv2.INTER_AREA)
    flat = cv2.resize(mean, (width, height), interpolation=cv2.INTER_NEAREST)
    grey = cv2.cvtColor(cv2.absdiff(image, flat), cv2.COLOR_BGR2GRAY)
    detail = cv2.resize(grey, tiles, interpolation=cv2.INTER_AREA)
    plain = (detail < 1.5 + 5.0 * amount).astype(np.uint8) * 255
    mask = cv2.resize(plain, (width, height), interpolation=cv2.INTER_NEAREST)
    cv2.copyTo(flat, mask, image)
