"""Draws the guard: HOLD is an arm straight out at shoulder height, PROCEED a low sweep."""

from __future__ import annotations

import numpy as np

from vlm_driving.simulator.canvas import ID_FLAGGER, Canvas
from vlm_driving.simulator.render_pedestrian import REFLECTING, SKIN
from vlm_driving.simulator.render_pedestrian_figure import Figure, Flat, ground_shadow
from vlm_driving.simulator.scene import Colour, Flagger, Gesture

_RED: Colour = (35, 30, 225)
_WHITE: Colour = (240, 242, 242)
_SHOES: Colour = (40, 40, 42)
_VESTS: tuple[Colour, ...] = ((40, 235, 205), (30, 110, 245), (45, 45, 60), (40, 215, 245))
_HELMETS: tuple[Colour, ...] = (_WHITE, (40, 205, 240), (200, 150, 60), _WHITE)
_STICK: Colour = (50, 40, 255)


def draw_flagger(canvas: Canvas, flagger: Flagger) -> None:
    """Draw the guard as ID_FLAGGER, 1.7 m tall, with flags or a red light stick."""
    x, y, pick = flagger.x_m, flagger.y_m, flagger.variant
    mirror = pick % 2 == 1
    hold = flagger.gesture is Gesture.HOLD
    ground_shadow(canvas, (x, y), 0.35, 0.3)
    night = canvas.light.air.headlamps > 0
    figure = Figure()
    shoulder: Flat = (0.18, 1.36)
    if hold:
        hand: Flat = (0.78, 1.37)
    else:
        hand = (0.50, 0.92)
    cloth = flagger.coat
    _legs(figure, cloth)
    other = (-0.18, 1.36)
    if hold and pick % 4 >= 2:  # both arms out
        _arm(figure, other, (-0.78, 1.37), cloth)
    elif hold:
        _arm(figure, other, (-0.30, 0.80), cloth)
    else:
        _arm(figure, other, (-0.30, 0.80), cloth)
        if not flagger.light_stick:  # the red flag, furled along the leg
            figure.limb((-0.31, 0.82), (-0.33, 0.35), (0.025, 0.045), _RED, 0.8)
    _trunk(figure, cloth, _VESTS[pick % 4], night)
    _arm(figure, shoulder, hand, cloth)
    figure.band((shoulder[0] + 0.3 * (hand[0] - 0.18), shoulder[1] + 0.3 * (hand[1] - 1.36)),
                (shoulder[0] + 0.4 * (hand[0] - 0.18), shoulder[1] + 0.4 * (hand[1] - 1.36)),
                0.06, REFLECTING, 1.6 if night else 1.0)  # fmt: skip
    _head(figure, _HELMETS[pick % 4])
    if not flagger.light_stick:
        _flag(figure, hand, hold)
    box = figure.paint(canvas, (x, y, 0.0), 1.0, ID_FLAGGER, mirror)
    if flagger.light_stick:
        tip = (1.40, 1.39) if hold else (0.92, 0.52)
        ends = _stick(canvas, (x, y), hand, tip, mirror)
        box = np.concatenate([box, ends])
    canvas.register(ID_FLAGGER, box)


def _legs(figure: Figure, cloth: Colour) -> None:
    for side, gain in ((1.0, 0.82), (-1.0, 0.92)):
        figure.limb((0.09 * side, 0.84), (0.13 * side, 0.08), (0.105, 0.065), cloth, gain)
        figure.limb((0.14 * side, 0.05), (0.15 * side, 0.03), (0.06, 0.05), _SHOES)


def _arm(figure: Figure, shoulder: Flat, hand: Flat, cloth: Colour) -> None:
    figure.limb(shoulder, hand, (0.075, 0.05), cloth, 0.88)
    figure.disc(hand, 0.05, _WHITE, 0.95)


def _trunk(figure: Figure, cloth: Colour, vest: Colour, night: bool) -> None:
    body = [(0.16, 0.80), (-0.16, 0.80), (-0.18, 1.1), (-0.215, 1.36), (-0.12, 1.44), (0.12, 1.44),
            (0.215, 1.36), (0.18, 1.1)]  # fmt: skip
    figure.polygon(body, cloth)
    gain = 1.5 if night else 1.0
    figure.polygon(
        [(0.16, 0.90), (-0.16, 0.90), (-0.19, 1.36), (-0.11, 1.43), (0.11, 1.43), (0.19, 1.36)],
        vest, gain,
    )  # fmt: skip
    shine = 2.0 if night else 1.0
    for up in (1.0, 1.14):
        figure.polygon(
            [(0.17, up), (-0.17, up), (-0.17, up + 0.055), (0.17, up + 0.055)], REFLECTING, shine
        )
    for side in (1.0, -1.0):
        figure.limb((0.1 * side, 1.18), (0.1 * side, 1.40), (0.026, 0.026), REFLECTING, shine)


def _head(figure: Figure, helmet: Colour) -> None:
    figure.limb((0.0, 1.42), (0.0, 1.54), (0.06, 0.06), SKIN, 0.85)
    figure.disc((0.0, 1.56), 0.105, SKIN)
    figure.polygon(
        [(0.15, 1.585), (-0.15, 1.585), (-0.13, 1.66), (-0.07, 1.72), (0.07, 1.72), (0.13, 1.66)],
        helmet,
    )
    figure.limb((0.16, 1.59), (-0.16, 1.59), (0.02, 0.02), helmet, 0.8)


def _flag(figure: Figure, hand: Flat, hold: bool) -> None:
    """HOLD: a red flag held straight out. PROCEED: a white one swept low."""
    if hold:
        figure.band(hand, (hand[0] + 0.72, hand[1] + 0.05), 0.012, (120, 150, 180))
        figure.polygon(
            [
                (hand[0] + 0.16, hand[1] + 0.02),
                (hand[0] + 0.70, hand[1] + 0.05),
                (hand[0] + 0.74, hand[1] - 0.40),
                (hand[0] + 0.45, hand[1] - 0.46),
                (hand[0] + 0.14, hand[1] - 0.42),
            ],
            _RED,
        )
        return
    tip = (hand[0] + 0.50, hand[1] - 0.42)
    figure.band(hand, tip, 0.012, (120, 150, 180))
    figure.polygon(
        [
            (hand[0] + 0.10, hand[1] - 0.08),
            tip,
            (tip[0] - 0.26, tip[1] - 0.28),
            (hand[0] - 0.14, hand[1] - 0.36),
        ],
        _WHITE,
    )


def _stick(
    canvas: Canvas, at: tuple[float, float], hand: Flat, tip: Flat, mirror: bool
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """A red light stick from `hand` to `tip`; gives its two ends in pixels."""
    x, y = at
    turn = -1.0 if mirror else 1.0
    ends = canvas.camera.project(
        np.array([[x, y + turn * hand[0], hand[1]], [x, y + turn * tip[0], tip[1]]])
    )
    scale = canvas.camera.pixels_per_metre(x)
    shine = canvas.light.shine(_STICK, x)
    glow = (shine[0] * 0.5, shine[1] * 0.5, shine[2] * 0.5)
    for share in (0.15, 0.5, 0.85):
        u, v = (ends[0] + (ends[1] - ends[0]) * share).tolist()
        canvas.glow(u, v, max(3.0, 0.3 * scale), glow)
    canvas.line(ends[0], ends[1], shine, max(1.5, 0.065 * scale))
    aside = np.array([0.0, 0.04 * scale])
    canvas.mark(np.stack([ends[0] - aside, ends[1] - aside, ends[1] + aside, ends[0] + aside]),
                ID_FLAGGER)  # fmt: skip
    return ends
