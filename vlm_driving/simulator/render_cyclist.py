"""Draws cyclists: side on, from behind and from the front, on city and on sports bicycles."""

from __future__ import annotations

import math

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.render_pedestrian import SKIN
from vlm_driving.simulator.render_pedestrian_figure import Figure, Flat, ground_shadow
from vlm_driving.simulator.scene import Colour, Cyclist, CyclistPlace, Light, Weather

_TYRE: Colour = (32, 32, 32)
_STEEL: Colour = (165, 165, 165)
_SHOES: Colour = (45, 45, 50)
_LAMP: Colour = (235, 255, 255)
_TAIL: Colour = (40, 30, 235)
_RIM_M = 0.33
_FIGURE_M = 1.70
"""Top of the head of a figure of scale 1."""


def draw_cyclist(canvas: Canvas, cyclist: Cyclist, thing: int) -> None:
    """Draw one cyclist as `thing` of the id-map; `height_m` is the top of the head."""
    pick = int(cyclist.frame[0] * 3 + cyclist.coat[1] * 5 + cyclist.height_m * 331)
    scale = cyclist.height_m / _FIGURE_M
    x, y = cyclist.x_m, cyclist.y_m
    across = cyclist.heading != 0 or cyclist.place is CyclistPlace.CROSSING
    ground_shadow(canvas, (x, y), 0.85 if across else 0.25, 0.4 if across else 1.2)
    figure = Figure()
    if across:
        side_on(figure, cyclist, pick)
        box = figure.paint(canvas, (x, y, 0.0), scale, thing, mirror=cyclist.heading < 0)
        ahead = 0.62 * (-1 if cyclist.heading < 0 else 1)
        lamps = [(y + ahead * scale, 0.78, _LAMP, 0.05), (y - ahead * scale, 0.62, _TAIL, 0.04)]
    else:
        front = cyclist.place is CyclistPlace.ONCOMING or (
            cyclist.place is CyclistPlace.PAVEMENT and pick % 2 == 0
        )
        _end_on(figure, cyclist, pick, front)
        box = figure.paint(canvas, (x, y, 0.0), scale, thing)
        lamps = [(y, 0.78, _LAMP, 0.07)] if front else [(y, 0.64, _TAIL, 0.05)]
    canvas.register(thing, box)
    if cyclist.lamp:
        for lamp_y, up, colour, radius in lamps:
            _light(canvas, (x, lamp_y, up * scale), colour, radius, not across)


def _light(
    canvas: Canvas, at: tuple[float, float, float], colour: Colour, radius: float, ours: bool
) -> None:
    """A lamp; `ours`: it points along the road."""
    u, v = canvas.camera.point(*at)
    size = radius * canvas.camera.pixels_per_metre(at[0])
    shine = canvas.light.shine(colour, at[0])
    canvas.disc(u, v, max(0.7, size), shine)
    air = canvas.light.air
    power = {Light.DAY: 0.15, Light.BACKLIGHT: 0.2, Light.DUSK: 0.5, Light.NIGHT: 0.8}[air.light]
    power *= 1.0 if ours else 0.5
    glow = (shine[0] * power, shine[1] * power, shine[2] * power)
    canvas.glow(u, v, max(2.5, size * 3.5), glow)
    if ours and air.weather is Weather.RAIN and air.wetness < 0.05:
        floor = canvas.camera.point(at[0], at[1], 0.0)[1]
        wet = (glow[0] * 0.35, glow[1] * 0.35, glow[2] * 0.35)
        canvas.glow(u, 2 * floor - v, max(2.0, size), wet, 3.5)


def side_on(figure: Figure, cyclist: Cyclist, pick: int) -> None:
    """A cyclist who rides to the left, in metres."""
    sporty = pick % 4 == 3
    rear, front, crank = (-0.52, _RIM_M), (0.54, _RIM_M), (0.0, 0.30)
    seat: Flat = (-0.18, 0.86 if not sporty else 0.92)
    bar: Flat = (0.30, 1.0) if not sporty else (0.42, 0.92)
    shoulder: Flat = (0.04, 1.36) if not sporty else (0.24, 1.28)
    hip: Flat = (seat[0], seat[1] + 0.07)
    turn = cyclist.phase * 2 * math.pi
    feet = [
        (crank[0] + 0.17 * math.cos(turn + k * math.pi), 0.30 + 0.17 * math.sin(turn + k * math.pi))
        for k in (1, 0)
    ]
    _pedalling_leg(figure, hip, feet[0], cyclist.trousers, 0.7)
    for hub in (rear, front):
        figure.ring(hub, _RIM_M - 0.02, 0.035, _TYRE)
        figure.disc(hub, 0.04, _STEEL)
    head: Flat = (0.40, 0.88)
    tubes = [(rear, crank), (crank, seat), (rear, (seat[0] + 0.03, seat[1] - 0.15)), (head, front)]
    tubes += [((seat[0] + 0.03, 0.80), head)] if sporty else [((-0.06, 0.50), (0.38, 0.76))]
    tubes += [(crank, (0.41, 0.80))]
    for a, b in tubes:
        figure.limb(a, b, (0.022, 0.022), cyclist.frame)
    figure.band(head, bar, 0.016, _STEEL)
    figure.limb((seat[0] - 0.12, seat[1]), (seat[0] + 0.1, seat[1]), (0.04, 0.025), _TYRE)
    if not sporty:
        basket = [(0.44, 0.70), (0.68, 0.70), (0.74, 0.96), (0.42, 0.96)]
        figure.polygon(basket, (150, 152, 150), 0.75)
        figure.limb((-0.75, 0.66), (-0.2, 0.70), (0.02, 0.02), _STEEL)
        if pick % 5 == 1:  # a child's seat behind the rider
            figure.polygon([(-0.72, 0.70), (-0.38, 0.70), (-0.40, 1.0), (-0.78, 1.1)], (60, 60, 66))
    _pedalling_leg(figure, hip, feet[1], cyclist.trousers, 0.95)
    figure.limb(hip, (shoulder[0], shoulder[1] - 0.06), (0.13, 0.14), cyclist.coat)
    _arm(figure, (shoulder[0] + 0.02, shoulder[1] - 0.05), bar, cyclist.coat)
    _head(figure, (shoulder[0] + (0.05 if not sporty else 0.10), shoulder[1]), cyclist, 0.035)


def _pedalling_leg(figure: Figure, hip: Flat, foot: Flat, colour: Colour, gain: float) -> None:
    """Two bones of 0.43 m with the knee ahead of the line from hip to foot."""
    ahead, down = foot[0] - hip[0], foot[1] - hip[1]
    reach = min(math.hypot(ahead, down), 0.855)
    bow = math.sqrt(max(0.0, 0.43**2 - (reach / 2) ** 2)) / max(reach, 0.1)
    knee = (hip[0] + ahead / 2 - down * bow, hip[1] + down / 2 + ahead * bow)
    figure.limb(hip, knee, (0.10, 0.07), colour, gain)
    figure.limb(knee, foot, (0.068, 0.045), colour, gain)
    figure.limb(
        (foot[0] - 0.05, foot[1] - 0.02), (foot[0] + 0.1, foot[1] - 0.03), (0.035, 0.03), _SHOES
    )


def _arm(figure: Figure, shoulder: Flat, hand: Flat, colour: Colour) -> None:
    figure.limb(shoulder, hand, (0.062, 0.042), colour, 0.86)
    figure.disc(hand, 0.04, SKIN, 0.95)


def _head(figure: Figure, neck: Flat, cyclist: Cyclist, ahead: float, back: bool = False) -> None:
    middle = (neck[0] + ahead, neck[1] + 0.20)
    hair: Colour = (40, 42, 48)
    figure.limb(neck, middle, (0.055, 0.055), SKIN, 0.85)
    figure.disc((middle[0] - 0.5 * ahead, middle[1] + 0.01), 0.115, hair)
    if not back:
        figure.disc((middle[0] + 0.6 * ahead, middle[1] - 0.02), 0.092, SKIN)
    if cyclist.helmet is not None:
        top = middle[1] + 0.045
        figure.polygon(
            [
                (middle[0] + 0.135, top - 0.02),
                (middle[0] - 0.135, top - 0.02),
                (middle[0] - 0.12, top + 0.055),
                (middle[0] - 0.05, top + 0.10),
                (middle[0] + 0.05, top + 0.10),
                (middle[0] + 0.12, top + 0.055),
            ],
            cyclist.helmet,
        )


def _end_on(figure: Figure, cyclist: Cyclist, pick: int, front: bool) -> None:
    """A cyclist from behind or from the front, in metres."""
    lift = 0.12 * math.sin(cyclist.phase * 2 * math.pi)
    coat, cloth = cyclist.coat, cyclist.trousers
    sporty = pick % 4 == 3
    if not front:
        figure.limb((0.27, 1.0), (-0.27, 1.0), (0.02, 0.02), _STEEL)
    figure.limb((0.0, 0.04), (0.0, 0.62), (0.033, 0.033), _TYRE)
    figure.limb((0.0, 0.30), (0.0, 0.86), (0.026, 0.03), cyclist.frame)
    for side, up in ((1.0, lift), (-1.0, -lift)):
        hip, foot = (0.09 * side, 0.94), (0.12 * side, 0.28 + up)
        knee = (0.15 * side, 0.62 + up * (1.0 if front else 0.6))
        figure.limb(hip, knee, (0.095, 0.075), cloth, 0.95 if side < 0 else 0.85)
        figure.limb(knee, foot, (0.068, 0.05), cloth, 0.85 if side < 0 else 0.76)
        figure.limb(foot, (foot[0], foot[1] - 0.05), (0.05, 0.045), _SHOES)
    shoulder = 1.37 if not sporty else 1.28
    for side in (1.0, -1.0):
        elbow = (0.27 * side, 1.13)
        figure.limb((0.17 * side, shoulder - 0.05), elbow, (0.065, 0.055), coat, 0.82)
        figure.limb(elbow, (0.25 * side, 1.0), (0.05, 0.042), coat, 0.78)
        figure.disc((0.25 * side, 0.99), 0.042, SKIN, 0.9)
    figure.polygon(
        [
            (0.15, 0.86),
            (-0.15, 0.86),
            (-0.165, 1.0),
            (-0.205, shoulder - 0.06),
            (-0.13, shoulder + 0.01),
            (0.13, shoulder + 0.01),
            (0.205, shoulder - 0.06),
            (0.165, 1.0),
        ],
        coat,
    )
    if front:
        figure.limb((0.28, 1.0), (-0.28, 1.0), (0.022, 0.022), _STEEL)
        if not sporty:
            basket = [(0.17, 0.70), (-0.17, 0.70), (-0.20, 0.95), (0.20, 0.95)]
            figure.polygon(basket, (150, 152, 150), 0.72)
        figure.disc((0.0, 0.78), 0.045, (215, 215, 215))
    else:
        figure.limb((0.1, 0.86), (-0.1, 0.86), (0.05, 0.05), _TYRE)
        if not sporty:
            figure.polygon(
                [(0.055, 0.36), (-0.055, 0.36), (-0.04, 0.66), (0.04, 0.66)], _STEEL, 0.7
            )
        figure.disc((0.0, 0.64), 0.038, (40, 30, 170), 1.1)
        if pick % 3 == 1:  # a rucksack
            figure.polygon(
                [(0.14, 0.98), (-0.14, 0.98), (-0.13, 1.32), (0.13, 1.32)],
                ((pick * 37) % 160 + 20.0, (pick * 57) % 150 + 20.0, (pick * 91) % 180 + 20.0),
            )
    _head(figure, (0.0, shoulder), cyclist, 0.0, back=not front)
