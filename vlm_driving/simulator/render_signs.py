"""Draws road signs with their faces."""

from __future__ import annotations

import math

import numpy as np

from vlm_driving.simulator.canvas import ID_NONE, ID_SPEED_SIGN, ID_STOP_SIGN, Canvas, Points
from vlm_driving.simulator.render_faces import DIRECTION_ASPECT, back_of_disc, face
from vlm_driving.simulator.render_sprite import foil_gain, paste
from vlm_driving.simulator.scene import Colour, Road, RoadSign, SignKind

_POLES: tuple[Colour, ...] = (
    (172, 172, 170),
    (205, 206, 205),
    (70, 88, 104),
    (140, 146, 148),
    (60, 150, 190),
)
OVERHEAD_M = 4.0
"""A sign whose face is higher than this hangs over the road, on an arm from the left edge."""


def draw_sign(canvas: Canvas, sign: RoadSign, road: Road) -> None:
    """Draw the sign; 止まれ is ID_STOP_SIGN, a speed limit ID_SPEED_SIGN.

    `variant` 0 is a new sign on a grey pole; others differ in pole, wear, tilt, back plate and
    (where a kind has several) the face itself.
    """
    spin = (sign.variant * 2654435761) >> 5  # spreads small numbers over all choices
    wear = 0 if sign.variant == 0 else (spin >> 3) % 3
    look = sign.variant % 24
    aspect = DIRECTION_ASPECT if sign.kind is SignKind.DIRECTION else 1.0
    half_w, half_h = sign.size_m / 2, sign.size_m * aspect / 2
    tilt = 0.0 if sign.variant == 0 else ((spin >> 6) % 9 - 4) / 4 * 0.05
    _support(canvas, sign, road, half_w, half_h, spin)
    # its face turns a little about the pole, towards the road or away
    narrow = 1.0 if sign.variant == 0 else 1.0 - 0.03 * ((spin >> 10) % 5)
    corners = _corners(canvas, sign, half_w * narrow, half_h, tilt)
    if sign.variant and (spin >> 14) % 5 == 0 and sign.kind is not SignKind.DIRECTION:
        _back_plate(canvas, corners, sign.x_m)
    gain = foil_gain(canvas, sign.x_m)
    paste(canvas, face(sign.kind, sign.value, look, wear), corners[:3], sign.x_m, gain)
    thing = {SignKind.STOP: ID_STOP_SIGN, SignKind.SPEED_LIMIT: ID_SPEED_SIGN}.get(sign.kind)
    outline = _outline(sign.kind, corners)
    canvas.mark(outline, ID_NONE if thing is None else thing)
    if thing is not None:
        canvas.register(thing, outline)
    if sign.kind is SignKind.NO_PARKING and sign.variant and (spin >> 17) % 2:
        _plate_below(canvas, sign, half_w, half_h)


def _corners(canvas: Canvas, sign: RoadSign, half_w: float, half_h: float, tilt: float) -> Points:
    """Top left, top right, bottom left, bottom right of the face as pixels."""
    flat = np.array([[-half_w, half_h], [half_w, half_h], [-half_w, -half_h], [half_w, -half_h]])
    cos, sin = math.cos(tilt), math.sin(tilt)
    turned = flat @ np.array([[cos, sin], [-sin, cos]])
    points = np.column_stack(
        [np.full(4, sign.x_m), sign.y_m - turned[:, 0], sign.z_m + turned[:, 1]]
    )
    return canvas.camera.project(points)


def _outline(kind: SignKind, corners: Points) -> Points:
    """The face's shape, convex, for the id-map."""
    a, across, down = corners[0], corners[1] - corners[0], corners[2] - corners[0]
    if kind is SignKind.STOP:
        spots = np.array([[0.0, 0.03], [1.0, 0.03], [0.5, 0.89]])
    elif kind is SignKind.WARNING:
        spots = np.array([[0.5, 0.0], [1.0, 0.5], [0.5, 1.0], [0.0, 0.5]])
    elif kind is SignKind.CROSSING:
        spots = np.array([[0.5, 0.0], [1.0, 0.36], [1.0, 1.0], [0.0, 1.0], [0.0, 0.36]])
    elif kind is SignKind.DIRECTION:
        spots = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    else:
        angles = np.arange(10) * (math.tau / 10)
        spots = 0.5 + 0.5 * np.column_stack([np.cos(angles), np.sin(angles)])
    out: Points = a + spots[:, :1] * across + spots[:, 1:] * down
    return out


def _support(
    canvas: Canvas, sign: RoadSign, road: Road, half_w: float, half_h: float, spin: int
) -> None:
    """The pole in the ground, or a tall one with an arm over the road."""
    x, y, z = sign.x_m, sign.y_m, sign.z_m
    colour = canvas.light.shade(_POLES[spin % 5 if sign.variant else 0], x, 0.95)
    scale = canvas.camera.pixels_per_metre(x)
    if z < OVERHEAD_M:
        wide = 0.06 if half_w < 0.5 else 0.09
        sides = (0.0,) if half_w < 0.8 else (-0.6 * half_w, 0.6 * half_w)
        for side in sides:
            _bar(canvas, x, y + side, z + half_h * 0.96, wide, colour)
        return
    side = 1.0 if y >= road.centre_m else -1.0
    edge = road.left_m if side > 0 else road.right_m
    pole_y = edge + side * (road.shoulder_m + 0.5)
    if abs(y) > abs(pole_y):
        pole_y = y
    _bar(canvas, x, pole_y, z + half_h * 0.8, 0.24, colour)
    arms = np.array(
        [[x, pole_y, z + k * half_h] for k in (0.45, -0.45)]
        + [[x, y - side * half_w * 0.8, z + k * half_h] for k in (0.45, -0.45)]
    )
    ends = canvas.camera.project(arms)
    for k in range(2):
        canvas.line(ends[k], ends[2 + k], colour, 0.11 * scale)


def _bar(canvas: Canvas, x: float, y: float, top: float, wide: float, colour: Colour) -> None:
    spots = [[x, y + wide / 2, 0], [x, y - wide / 2, 0], [x, y - wide / 2, top],
             [x, y + wide / 2, top]]  # fmt: skip
    quad = canvas.camera.project(np.array(spots))
    if quad[0, 0] > quad[1, 0] - 1.2:  # thin ones stay visible, as lines of a pixel
        canvas.line((quad[0] + quad[1]) / 2, (quad[2] + quad[3]) / 2, colour, 1)
    else:
        canvas.fill(quad, colour)
    canvas.mark(quad, ID_NONE)


def _back_plate(canvas: Canvas, corners: Points, x_m: float) -> None:
    """Another sign's back shows past the edge: it faces the other way on the same pole."""
    shift = (corners[1] - corners[0]) * 0.14 + (corners[2] - corners[0]) * 0.1
    paste(canvas, back_of_disc(), corners[:3] + shift, x_m, 0.8)


def _plate_below(canvas: Canvas, sign: RoadSign, half_w: float, half_h: float) -> None:
    """The small white plate with hours."""
    top = sign.z_m - half_h - 0.04
    x, y, wide = sign.x_m, sign.y_m, half_w * 0.8
    spots = [[x, y + wide, top - 0.2], [x, y - wide, top - 0.2], [x, y - wide, top],
             [x, y + wide, top]]  # fmt: skip
    quad = canvas.camera.project(np.array(spots))
    canvas.fill(quad, canvas.light.shade((225, 228, 228), x, foil_gain(canvas, x)))
    middle = quad.mean(axis=0)
    canvas.fill(middle + (quad - middle) * [0.7, 0.3], canvas.light.shade((160, 90, 60), x))
