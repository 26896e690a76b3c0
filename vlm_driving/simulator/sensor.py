"""What rain and the camera do to a finished picture."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.scene import Scene, Weather
from vlm_driving.simulator.textures import cut, rain_texture, sensor_noise


@lru_cache(maxsize=256)
def _tone_curve(gain: float, gamma: float) -> NDArray[np.uint8]:
    level = np.arange(256) / 255
    return np.clip((level * gain) ** gamma * 255, 0, 255).astype(np.uint8)


def expose(image: NDArray[np.uint8], scene: Scene) -> NDArray[np.uint8]:
    """Streaks, exposure, blur, noise and JPEG, in this order; may write into `image`."""
    height, width = image.shape[:2]
    sensor, grain = scene.sensor, scene.sensor.grain
    if scene.atmosphere.weather is Weather.RAIN:
        streaks = cut(rain_texture(grain % 4), width, height, grain // 5)
        lit = 0.12 + 0.2 * min(1.0, sum(scene.atmosphere.ambient) / 3)
        cv2.addWeighted(image, 1.0, streaks, lit, 0.0, dst=image)
    curve = _tone_curve(round(sensor.gain, 2), round(sensor.gamma, 2))
    cv2.LUT(image, curve, dst=image)
    if sensor.blur_px > 0.3:
        size = 3 if sensor.blur_px < 0.9 else 5
        cv2.GaussianBlur(image, (size, size), sensor.blur_px, dst=image)
    if sensor.noise > 0.5:
        noise = cut(sensor_noise(grain % 3), width, height, grain // 7)
        amount = sensor.noise / 32.0
        cv2.addWeighted(image, 1.0, noise, amount, -128.0 * amount, dst=image)
    if sensor.jpeg_quality is not None:
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, sensor.jpeg_quality])
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)  # type: ignore[assignment]
    return image
