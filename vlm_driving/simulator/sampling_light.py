"""Draws light, air, camera, sensor, windscreen and what blinds the camera.

The ranges lie around what dashboard cameras really show: an automatic exposure that keeps the
mean near the middle grey, asphalt of 70 to 170 by day, blacks of 0 to 25, a clean but slightly
soft picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from vlm_driving.simulator.scene import (
    Atmosphere,
    BlindKind,
    Blindness,
    CameraPose,
    Colour,
    Light,
    Sensor,
    Weather,
    Windscreen,
)

Rng = np.random.Generator

WHOLE_PICTURE = (BlindKind.BLACK, BlindKind.WHITE, BlindKind.NOISE, BlindKind.FOREIGN)
"""Kinds that leave nothing of the road: their share is 1."""


def _between(rng: Rng, low: float, high: float) -> float:
    return low + (high - low) * float(rng.random())


def _chance(rng: Rng, probability: float) -> bool:
    return bool(rng.random() < probability)


def _tinted(rng: Rng, colour: Colour, spread: float) -> Colour:
    base = _between(rng, -spread, spread)
    b, g, r = (min(255.0, max(0.0, c + base + _between(rng, -spread, spread) / 2)) for c in colour)
    return b, g, r


def _times(colour: Colour, level: float) -> Colour:
    b, g, r = (min(255.0, c * level) for c in colour)
    return b, g, r


_HAZE_M = {
    Weather.CLEAR: (400.0, 2800.0),
    Weather.RAIN: (75.0, 220.0),
    Weather.FOG: (14.0, 62.0),
    Weather.SNOW: (60.0, 230.0),
}


def sample_atmosphere(
    rng: Rng, light: Light, weather: Weather, density: float, in_tunnel: bool = False
) -> Atmosphere:
    """Colours of sky and light, haze, wetness, snow; towns (`density` 1) are brighter at night."""
    if in_tunnel:
        return _tunnel_air(rng, light, weather)
    low_m, high_m = _HAZE_M[weather]
    haze_m = low_m * (high_m / low_m) ** float(rng.random())
    grey = weather is not Weather.CLEAR or _chance(rng, 0.3)
    if light is Light.DAY:
        air = _day(rng, grey, weather)
    elif light is Light.BACKLIGHT:
        air = _backlight(rng, weather)
    elif light is Light.DUSK:
        air = _dusk(rng, grey)
    else:
        air = _night(rng, density)
        haze_m *= 1.25
    ambient, top, low, headlamps = air
    if weather is Weather.FOG:
        # nothing but air: one grey, the same above and ahead
        pale = sum(low) / 3
        if light is Light.NIGHT:  # the ego's own lamps light it up
            pale += _between(rng, 22.0, 45.0)
        low = _tinted(rng, (pale, pale, pale), 4)
        top = _times(low, _between(rng, 0.94, 1.02))
    clouds = 0.0 if not grey and _chance(rng, 0.45) else _between(rng, 0.05, 0.75)
    if weather is Weather.FOG:
        clouds = 0.0
    elif light is Light.NIGHT:
        clouds *= 0.15
    elif light is Light.BACKLIGHT:
        clouds *= 0.4
    wetness, snow = 0.0, 0.0
    if weather is Weather.RAIN:
        wetness = _between(rng, 0.4, 1.0)
    elif weather is Weather.SNOW:
        wetness, snow = _between(rng, 0.1, 0.4), _between(rng, 0.3, 1.0)
    elif _chance(rng, 0.07 if weather is Weather.CLEAR else 0.3):
        wetness = _between(rng, 0.05, 0.25)
    sunny = light is Light.DAY and weather is Weather.CLEAR and not grey
    return Atmosphere(
        light,
        weather,
        ambient,
        top,
        low,
        clouds,
        haze_m,
        headlamps,
        wetness=wetness,
        snow_cover=snow,
        sun_u=_between(rng, -0.75, 0.75) if light is Light.BACKLIGHT else None,
        shadows=_between(rng, 0.3, 1.0) if sunny else 0.0,
    )


_Air = tuple[Colour, Colour, Colour, float]
"""Ambient, the sky's top, the sky at the horizon, headlamps."""


def _day(rng: Rng, grey: bool, weather: Weather) -> _Air:
    level = _between(rng, 0.78, 1.12)
    warm = _between(rng, -0.05, 0.05)
    if grey:
        level *= {Weather.RAIN: 0.7, Weather.CLEAR: 0.85}.get(weather, 0.8)
        tone = _between(rng, 140, 205) + (12 if weather is Weather.SNOW else 0)
        top = _tinted(rng, (tone, tone, tone - 4), 8)
        low = _tinted(rng, (tone + 12,) * 3, 8)
    else:
        deep = _between(rng, 0.7, 1.05)
        top = _times(_tinted(rng, (205, 140, 82), 16), deep)
        low = _times(_tinted(rng, (238, 214, 188), 14), _between(rng, 0.86, 1.05))
    headlamps = 0.05 if weather is not Weather.CLEAR and _chance(rng, 0.5) else 0.0
    return (level * (1 - warm), level, level * (1 + warm)), top, low, headlamps


def _backlight(rng: Rng, weather: Weather) -> _Air:
    """Dark faces towards us under a sky that burns out."""
    level = _between(rng, 0.28, 0.5)
    ambient = (level * 1.06, level, level * 0.98)
    bright = 1.0 if weather is Weather.CLEAR else 0.86
    top = _times(_tinted(rng, (205, 190, 178), 20), bright)
    low = _times(_tinted(rng, (205, 236, 250), 10), bright)
    return ambient, top, low, 0.0


def _dusk(rng: Rng, grey: bool) -> _Air:
    level = _between(rng, 0.38, 0.58)
    ambient = (level * 1.12, level * 0.98, level * 1.02)
    if grey:
        top, low = _tinted(rng, (92, 80, 76), 10), _tinted(rng, (118, 104, 100), 10)
    elif _chance(rng, 0.72):
        top, low = _tinted(rng, (118, 84, 72), 12), _tinted(rng, (120, 145, 205), 22)
    else:  # after sunset: blue, a pale band below
        top, low = _tinted(rng, (88, 60, 46), 10), _tinted(rng, (140, 134, 160), 14)
    return ambient, top, low, _between(rng, 0.05, 0.18)


def _night(rng: Rng, density: float) -> _Air:
    level = _between(rng, 0.09, 0.17) + 0.15 * density * float(rng.random())
    ambient = (level * 1.05, level, level * 1.05)
    top = _tinted(rng, (24, 16, 12), 6)
    low = _times(_tinted(rng, (36, 28, 27), 8), 1.0 + 0.8 * density * float(rng.random()))
    return ambient, top, low, _between(rng, 0.55, 0.95)


def _tunnel_air(rng: Rng, light: Light, weather: Weather) -> Atmosphere:
    """Inside a tunnel: dim orange or white lamps, no sky, dry road."""
    level = _between(rng, 0.3, 0.62)
    if _chance(rng, 0.5):
        hue: Colour = (0.42, 0.78, 1.15)
    else:
        hue = (1.02, 1.02, 0.96)
    ambient = _times(hue, level)
    dark = _times(ambient, _between(rng, 45, 80))
    return Atmosphere(
        light,
        weather,
        ambient,
        _times(dark, 0.8),
        dark,
        0.0,
        _between(rng, 110.0, 350.0),
        _between(rng, 0.1, 0.35),
    )


def sample_sensor(rng: Rng, light: Light) -> Sensor:
    """Noise, blur, exposure; JPEG in a third of the pictures, coarse video in an eighth."""
    dark = light in (Light.NIGHT, Light.DUSK)
    noise = _between(rng, -0.5, 9.0 if dark else 3.4)
    draw = rng.random()
    blur = _between(rng, 0.4, 1.1) if draw < 0.35 else _between(rng, 1.1, 1.7) if draw > 0.96 else 0
    if light is Light.NIGHT:
        gamma, gain = _between(rng, 0.84, 1.2), _between(rng, 0.9, 1.35)
    else:  # cameras by day are steep: deep blacks, a bright middle
        gamma = _between(rng, 0.92, 1.6 if light is Light.DAY else 1.25)
        gain = _between(rng, 0.86, 1.1) * (1.0 + 0.42 * (gamma - 1.0))
    jpeg = int(rng.integers(40, 96)) if _chance(rng, 0.34) else None
    lift = _between(rng, 0.0, 12.0) if _chance(rng, 0.3) else 0.0
    if light is Light.DAY and lift == 0.0:  # most cameras crush what is nearly black
        lift = -_between(rng, 8.0, 38.0) * min(1.0, 2.1 - gamma)
        gain *= 1.0 - lift / 300.0
    return Sensor(
        max(0.0, noise),
        float(blur),
        gain,
        gamma,
        jpeg,
        int(rng.integers(0, 1 << 30)),
        motion_px=_between(rng, 2.0, 7.0) if _chance(rng, 0.15) else 0.0,
        blocks=_between(rng, 0.1, 0.8) if _chance(rng, 0.12) else 0.0,
        lift=lift,
    )


def sample_camera(rng: Rng) -> CameraPose:
    """1.1 to 1.7 m high (a tenth to 2.4 m), pitch and yaw of some degrees, 50 to 75 degrees wide.

    The pitch lets the horizon lie up to a ninth of the picture's height off its middle, in one
    of five pictures up to a fifth below it: a camera that looks over a long bonnet.
    """
    high = _chance(rng, 0.1)
    pitch = _between(rng, 1.6, 4.6) if _chance(rng, 0.2) else _between(rng, -2.6, 2.6)
    return CameraPose(
        _between(rng, 1.7, 2.4) if high else _between(rng, 1.1, 1.7),
        math.radians(pitch),
        math.radians(_between(rng, -2.0, 2.0)),
        math.radians(_between(rng, 50.0, 75.0)),
    )


def sample_windscreen(rng: Rng, light: Light, weather: Weather) -> Windscreen:
    """Clean glass in a third; drops and wipers mostly in rain, glare mostly against the light."""
    falling = weather in (Weather.RAIN, Weather.SNOW)
    glaring = light in (Light.NIGHT, Light.BACKLIGHT, Light.DUSK)
    drops = _between(rng, 0.1, 0.9) if _chance(rng, 0.65 if falling else 0.02) else 0.0
    dirt = _between(rng, 0.1, 0.8) ** 1.5 if _chance(rng, 0.3) else 0.0
    glare = _between(rng, 0.1, 0.8) if _chance(rng, 0.45 if glaring else 0.05) else 0.0
    reflection = _between(rng, 0.15, 0.8) if _chance(rng, 0.18) else 0.0
    wiper = float(rng.random()) if _chance(rng, 0.25 if falling else 0.015) else None
    bonnet = _between(rng, 0.06, 0.15) if _chance(rng, 0.4) else 0.0
    tint = (1.0, 1.0, 1.0)
    if _chance(rng, 0.7):
        warm, green = _between(rng, -0.08, 0.08), _between(rng, -0.03, 0.03)
        tint = (1.0 - warm, 1.0 + green, 1.0 + warm)
    return Windscreen(
        drops,
        dirt,
        glare,
        reflection,
        wiper,
        bonnet,
        vignette=_between(rng, 0.1, 0.9) if _chance(rng, 0.4) else 0.0,
        distortion=_between(rng, -1.0, 1.0) if _chance(rng, 0.2) else 0.0,
        tint=tint,
        grain=int(rng.integers(0, 1 << 30)),
    )


def sample_blindness(rng: Rng, kinds: Sequence[BlindKind]) -> Blindness:
    """One of `kinds`, with a share of 0.2 to 1; its grain is below 2**30: training families."""
    kind = kinds[int(rng.random() * len(kinds))]
    share = 1.0 if kind in WHOLE_PICTURE else _between(rng, 0.2, 1.0)
    return Blindness(kind, share, int(rng.integers(0, 1 << 30)))
