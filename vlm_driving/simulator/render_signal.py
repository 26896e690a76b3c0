"""Draws the horizontal signal: seen by the driver, green is left, yellow middle, red right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import ID_ARROW, ID_NONE, ID_SIGNAL, Canvas
from vlm_driving.simulator.scene import Arrow, Colour, Light, Signal, SignalColour, Weather

LAMP_ORDER = (SignalColour.GREEN, SignalColour.YELLOW, SignalColour.RED)
"""From the driver's left to right, as on Japanese roads."""
ARROW_ORDER = (Arrow.LEFT, Arrow.STRAIGHT, Arrow.RIGHT)
"""From the driver's left to right, each under one of the three lamps."""

_LED: dict[SignalColour, Colour] = {
    SignalColour.GREEN: (190, 240, 25),
    SignalColour.YELLOW: (25, 195, 255),
    SignalColour.RED: (40, 28, 255),
}
_BULB: dict[SignalColour, Colour] = {
    SignalColour.GREEN: (165, 240, 60),
    SignalColour.YELLOW: (55, 210, 255),
    SignalColour.RED: (55, 55, 255),
}
_UNLIT: dict[SignalColour, Colour] = {
    SignalColour.GREEN: (48, 52, 34),
    SignalColour.YELLOW: (34, 50, 56),
    SignalColour.RED: (36, 32, 54),
}
_GLOW = {Light.DAY: 0.25, Light.BACKLIGHT: 0.3, Light.DUSK: 0.6, Light.NIGHT: 0.85}
_ARROW_LIT: Colour = (185, 250, 60)
_STRAIGHT = np.array(  # (across, up) in lamp radii, pointing up
    [
        [0.0, 0.92],
        [0.72, 0.16],
        [0.28, 0.16],
        [0.28, -0.85],
        [-0.28, -0.85],
        [-0.28, 0.16],
        [-0.72, 0.16],
    ]
)
_TURNED: dict[Arrow, NDArray[np.float64]] = {
    Arrow.STRAIGHT: _STRAIGHT * [1, -1],
    Arrow.LEFT: _STRAIGHT[:, ::-1] * [-1, 1],
    Arrow.RIGHT: _STRAIGHT[:, ::-1],
}
_OCTAGON = np.array(
    [[1, 0.5], [0.5, 1], [-0.5, 1], [-1, 0.5], [-1, -0.5], [-0.5, -1], [0.5, -1], [1, -0.5]],
    dtype=np.float64,
)


def lamp_pitch_m(signal: Signal) -> float:
    """Distance between the middles of neighbouring lamps."""
    return signal.lamp_m * 1.28


def is_flat(signal: Signal) -> bool:
    """Whether it is of the newer kind: a thin panel with LEDs and without hoods."""
    return int(signal.housing * 10) % 3 == 0


def draw_signal(canvas: Canvas, signal: Signal) -> None:
    """Draw pole, arm, housing, lamps and arrows.

    The lit lamp is ID_SIGNAL in the id-map (of a signal that is off, the whole housing), the lit
    arrows together are ID_ARROW.
    """
    camera, light = canvas.camera, canvas.light
    x, y, z = signal.x_m, signal.y_m, signal.z_m
    scale = camera.pixels_per_metre(x)
    pitch, radius = lamp_pitch_m(signal), signal.lamp_m / 2
    flat = is_flat(signal)
    half_w, half_h = pitch * 1.5 + (0.02 if flat else 0.08), radius + (0.05 if flat else 0.09)
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
    # some poles are painted brown or dark, as in town centres
    steel: Colour = (70, 82, 98) if int(signal.housing) % 5 == 0 else (150, 150, 148)
    canvas.line(frame[0], frame[1], light.shade(steel, x), 0.2 * scale)
    canvas.line(frame[2], frame[3], light.shade(steel, x), 0.12 * scale)
    tone = signal.housing
    canvas.fill(frame[4:8], light.shade((tone, tone, tone), x, 0.9))
    off = signal.colour is SignalColour.OFF
    canvas.mark(frame[4:8], ID_SIGNAL if off else ID_NONE)
    lit_colours = _LED if flat else _BULB
    for index, colour in enumerate(LAMP_ORDER):
        lit = colour is signal.colour
        u, v = camera.point(x, y + (1 - index) * pitch, z)
        size = radius * scale
        if flat:
            canvas.disc(u, v, size * 1.1, light.shade((70, 70, 70), x))
        else:
            canvas.disc(u, v - 0.03 * scale, size * 1.18, light.shade((26, 26, 26), x))
        if lit:
            _lit_lamp(canvas, signal, (u, v), size, lit_colours[colour])
            continue
        canvas.disc(u, v, size, light.shade(_UNLIT[colour], x))
        if not flat and size > 2.5:  # the hood's shadow on the lens
            lid = _OCTAGON[4:8] * [size, 0.9 * size] + [u, v]
            canvas.fill(lid, light.shade((20, 20, 20), x))
    if off:
        canvas.register(ID_SIGNAL, frame[4:8])
    if signal.arrows:
        _draw_arrows(canvas, signal, scale)


def _lit_lamp(
    canvas: Canvas, signal: Signal, at: tuple[float, float], size: float, colour: Colour
) -> None:
    u, v = at
    light = canvas.light
    glare = light.shine(colour, signal.x_m)
    canvas.disc(u, v, size, glare)
    if not is_flat(signal):
        canvas.glow(u, v, size * 0.8, (60, 60, 60))
    strength = _GLOW[light.air.light]
    canvas.glow(u, v, size * 3.0, _times(glare, strength))
    canvas.mark(_OCTAGON * size + [u, v], ID_SIGNAL)
    canvas.register(ID_SIGNAL, np.array([[u - size, v - size], [u + size, v + size]]))
    if light.air.weather is Weather.RAIN and light.air.wetness < 0.05:
        floor = canvas.camera.point(signal.x_m * 0.55, signal.y_m, 0.0)[1]
        canvas.glow(u, floor, size * 2.0, _times(glare, 0.2), 5.0)


def _draw_arrows(canvas: Canvas, signal: Signal, scale: float) -> None:
    """The second row: lit green arrows, each under the lamp on its side."""
    camera, light, x = canvas.camera, canvas.light, signal.x_m
    pitch, radius = lamp_pitch_m(signal), signal.lamp_m / 2
    z = signal.z_m - signal.lamp_m * 1.38
    slots = ARROW_ORDER if int(signal.housing) % 2 == 0 else signal.arrows
    places = [ARROW_ORDER.index(arrow) for arrow in slots]
    left = signal.y_m + (1.5 - min(places)) * pitch + 0.04
    right = signal.y_m + (0.5 - max(places)) * pitch - 0.04
    low, high = z - radius - 0.07, z + radius + 0.05
    box = camera.project(
        np.array([[x, left, low], [x, right, low], [x, right, high], [x, left, high]])
    )
    tone = signal.housing
    canvas.fill(box, light.shade((tone, tone, tone), x, 0.86))
    canvas.mark(box, ID_NONE)
    size = radius * scale
    glare = light.shine(_ARROW_LIT, x)
    strength = 0.6 * _GLOW[light.air.light]
    extent: list[NDArray[np.float64]] = []
    for place in places:
        arrow = ARROW_ORDER[place]
        u, v = camera.point(x, signal.y_m + (1 - place) * pitch, z)
        canvas.disc(u, v, size, light.shade((22, 24, 20), x))
        if arrow not in signal.arrows:
            continue
        shape = _TURNED[arrow] * size + [u, v]
        canvas.fill_all([shape], glare)
        canvas.glow(u, v, size * 2.2, _times(glare, strength))
        octagon = _OCTAGON * size + [u, v]
        canvas.mark(octagon, ID_ARROW)
        extent.append(octagon)
    canvas.register(ID_ARROW, np.concatenate(extent))


def _times(colour: Colour, power: float) -> Colour:
    return (colour[0] * power, colour[1] * power, colour[2] * power)
