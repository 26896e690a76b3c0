"""Draws the horizontal signal: seen by the driver, green is left, yellow middle, red right."""

from __future__ import annotations

import numpy as np

from vlm_driving.simulator.canvas import ID_NONE, ID_SIGNAL, Canvas
from vlm_driving.simulator.scene import Colour, Light, Signal, SignalColour, Weather

LAMP_ORDER = (SignalColour.GREEN, SignalColour.YELLOW, SignalColour.RED)
"""From the driver's left to right, as on Japanese roads."""

_LIT: dict[SignalColour, Colour] = {
    SignalColour.GREEN: (175, 240, 40),
    SignalColour.YELLOW: (40, 205, 255),
    SignalColour.RED: (45, 40, 255),
}
_UNLIT: dict[SignalColour, Colour] = {
    SignalColour.GREEN: (48, 52, 34),
    SignalColour.YELLOW: (34, 50, 56),
    SignalColour.RED: (36, 32, 54),
}


def lamp_pitch_m(signal: Signal) -> float:
    """Distance between the middles of neighbouring lamps."""
    return signal.lamp_m * 1.28


def lit_lamp_y_m(signal: Signal) -> float:
    """The y of the lit lamp's middle."""
    return signal.y_m + (1 - LAMP_ORDER.index(signal.colour)) * lamp_pitch_m(signal)


def draw_signal(canvas: Canvas, signal: Signal) -> None:
    """Draw pole, arm, housing and lamps; the lit lamp is a thing of the id-map."""
    camera, light = canvas.camera, canvas.light
    x, y, z = signal.x_m, signal.y_m, signal.z_m
    scale = camera.pixels_per_metre(x)
    pitch, radius = lamp_pitch_m(signal), signal.lamp_m / 2
    half_w, half_h = pitch * 1.5 + 0.08, radius + 0.09
    steel = light.shade((150, 150, 148), x)
    pole_y = signal.pole_y_m
    frame = camera.project(
        np.array(
            [
                [x, pole_y, 0.0],
                [x, pole_y, z + 0.5],
                [x, pole_y, z + 0.35],
                [x, y, z + 0.35],
                [x, y + half_w, z - half_h],
                [x, y - half_w, z - half_h],
                [x, y - half_w, z + half_h],
                [x, y + half_w, z + half_h],
            ]
        )
    )
    canvas.line(frame[0], frame[1], steel, 0.2 * scale)
    canvas.line(frame[2], frame[3], steel, 0.12 * scale)
    tone = signal.housing
    canvas.fill(frame[4:8], light.shade((tone, tone, tone), x, 0.9))
    canvas.mark(frame[4:8], ID_NONE)
    strength = {Light.DAY: 0.25, Light.DUSK: 0.6, Light.NIGHT: 0.85}[light.air.light]
    for index, colour in enumerate(LAMP_ORDER):
        lit = colour is signal.colour
        u, v = camera.point(x, y + (1 - index) * pitch, z)
        size = radius * scale
        canvas.disc(u, v - 0.03 * scale, size * 1.18, light.shade((26, 26, 26), x))
        if not lit:
            canvas.disc(u, v, size, light.shade(_UNLIT[colour], x))
            continue
        glare = light.shine(_LIT[colour], x)
        canvas.disc(u, v, size, glare)
        canvas.glow(u, v, size * 0.8, (60, 60, 60))
        power = (glare[0] * strength, glare[1] * strength, glare[2] * strength)
        canvas.glow(u, v, size * 3.0, power)
        box = np.array(
            [[u - size, v - size], [u + size, v - size], [u + size, v + size], [u - size, v + size]]
        )
        octagon = np.concatenate([box * [1, 0.5] + [0, v * 0.5], box * [0.5, 1] + [u * 0.5, 0]])
        canvas.mark_hull(octagon, ID_SIGNAL)
        canvas.register(ID_SIGNAL, box)
        if light.air.weather is Weather.RAIN:
            floor = camera.point(x * 0.55, y, 0.0)[1]
            wet = (glare[0] * 0.2, glare[1] * 0.2, glare[2] * 0.2)
            canvas.glow(u, floor, size * 2.0, wet, 5.0)
