"""Draws motorcycles and scooters with their riders, and parked ones without."""

from __future__ import annotations

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.render_pedestrian_figure import Figure, ground_shadow
from vlm_driving.simulator.scene import Colour, Light, Vehicle, VehicleRole, Weather

MOTORCYCLE_STYLES = ("scooter", "naked", "tourer", "sport", "delivery", "cruiser", "cub", "trail")
DRY = 0.05
"""Wetness from which on the road mirrors lamps by itself (see `ground_wet`)."""
_FIGURE_M = 1.66
"""Top of the helmet of a figure of scale 1."""
_TYRE: Colour = (30, 30, 30)
_STEEL: Colour = (150, 150, 150)
_DARK: Colour = (45, 45, 45)
_HELMETS: tuple[Colour, ...] = (
    (235, 235, 235),
    (30, 30, 32),
    (40, 40, 200),
    (170, 90, 30),
    (200, 205, 205),
)
_JACKETS: tuple[Colour, ...] = (
    (45, 45, 48),
    (120, 70, 35),
    (60, 85, 60),
    (45, 45, 160),
    (200, 200, 200),
    (60, 190, 215),
    (90, 95, 110),
)
_GLOW = {Light.DAY: 0.25, Light.BACKLIGHT: 0.3, Light.DUSK: 0.55, Light.NIGHT: 0.85}

Lamp = tuple[float, float, float, Colour, float]
"""Across and up in the figure's metres, radius, colour, strength of its glow."""


def draw_motorcycle(canvas: Canvas, vehicle: Vehicle, thing: int) -> None:
    """Draw one motorcycle as `thing` of the id-map; `height_m` is the top of the helmet.

    A parked one has no rider, and is as much lower as that makes it.
    """
    style = MOTORCYCLE_STYLES[vehicle.variant % len(MOTORCYCLE_STYLES)]
    across = vehicle.role is VehicleRole.CROSSING
    scale = vehicle.height_m / _FIGURE_M
    x = vehicle.x_m + (vehicle.width_m / 2 if across else 0.25)
    if x < 1.0:
        return
    mirror = across and vehicle.heading < 0
    ground_shadow(canvas, (x, vehicle.y_m), 1.0 if across else 0.36, 0.5 if across else 1.6)
    figure = Figure()
    rider = vehicle.role is not VehicleRole.PARKED
    if across:
        _side_on(figure, vehicle, style)
    else:
        _end_on(figure, vehicle, style, vehicle.role is VehicleRole.ONCOMING, rider)
    box = figure.paint(canvas, (x, vehicle.y_m, 0.0), scale, thing, mirror)
    canvas.register(thing, box)
    for y, z, radius, colour, power in _lamps(vehicle, style):
        y = vehicle.y_m + scale * (-y if mirror else y)
        _light(canvas, (x, y, z * scale), radius * scale, colour, power)


def _lamps(vehicle: Vehicle, style: str) -> list[Lamp]:
    """The lamps that are lit. Motorcycles' headlamps are on by day too."""
    out: list[Lamp] = []
    riding = vehicle.role is not VehicleRole.PARKED
    head_up = 0.88 if style in ("scooter", "delivery", "cub") else 0.98
    across = vehicle.role is VehicleRole.CROSSING
    head: Colour = (245, 255, 255)
    if riding and (across or vehicle.role is VehicleRole.ONCOMING):
        out.append(
            (
                0.72 if across else 0.0,
                head_up,
                0.04 if across else 0.095,
                head,
                0.5 if across else 1.2,
            )
        )
    if vehicle.role is not VehicleRole.ONCOMING:
        at = -0.92 if across else 0.0
        if vehicle.braking:
            out.append((at, 0.80, 0.05 if across else 0.085, (70, 60, 255), 1.0))
        elif vehicle.headlamps:
            out.append((at, 0.80, 0.04 if across else 0.06, (26, 18, 160), 0.5))
    if vehicle.hazard_lamps and not across:
        out.extend((y, 0.78, 0.04, (40, 165, 255), 0.8) for y in (0.21, -0.21))
    return out


def _light(
    canvas: Canvas, at: tuple[float, float, float], radius: float, colour: Colour, power: float
) -> None:
    u, v = canvas.camera.point(*at)
    size = max(0.7, radius * canvas.camera.pixels_per_metre(at[0]))
    shine = canvas.light.shine(colour, at[0])
    canvas.disc(u, v, size, shine)
    air = canvas.light.air
    power = min(1.0, power * _GLOW[air.light])
    glow = (shine[0] * power, shine[1] * power, shine[2] * power)
    canvas.glow(u, v, min(90.0, max(2.5, size * 3.5)), glow)
    if air.weather is Weather.RAIN and air.wetness < DRY:
        floor = canvas.camera.point(at[0], at[1], 0.0)[1]
        wet = (glow[0] * 0.4, glow[1] * 0.4, glow[2] * 0.4)
        canvas.glow(u, floor + 0.7 * (floor - v), max(2.0, size), wet, 3.5)


def _clothes(vehicle: Vehicle) -> tuple[Colour, Colour, Colour]:
    """Jacket, trousers, helmet."""
    pick = int(vehicle.colour[0] * 3 + vehicle.colour[1] * 5 + vehicle.colour[2] * 7)
    pick += vehicle.variant * 11
    trousers: Colour = (70, 55, 45) if pick % 2 else (45, 45, 45)
    return _JACKETS[pick % len(_JACKETS)], trousers, _HELMETS[pick % len(_HELMETS)]


def _end_on(figure: Figure, vehicle: Vehicle, style: str, front: bool, rider: bool) -> None:
    """From behind or from the front, in metres."""
    coat, cloth, helmet = _clothes(vehicle)
    scooter = style in ("scooter", "delivery", "cub")
    paint = vehicle.colour
    wheel = 0.055 if scooter else 0.08
    if not front:
        figure.limb((0.33, 1.02), (-0.33, 1.02), (0.022, 0.022), _DARK)
        _mirrors(figure)
    figure.limb((0.0, wheel), (0.0, 0.55), (wheel, wheel), _TYRE)
    if front and rider:
        _rider(figure, coat, cloth, helmet, front)
    if scooter:
        if front:  # the leg shield
            figure.polygon(
                [
                    (0.16, 0.34),
                    (-0.16, 0.34),
                    (-0.24, 0.62),
                    (-0.17, 1.0),
                    (0.17, 1.0),
                    (0.24, 0.62),
                ],
                paint,
            )
            figure.limb((0.0, 0.2), (0.0, 0.5), (0.07, 0.1), paint, 0.85)
        else:
            figure.polygon(
                [
                    (0.15, 0.36),
                    (-0.15, 0.36),
                    (-0.19, 0.60),
                    (-0.15, 0.84),
                    (0.15, 0.84),
                    (0.19, 0.60),
                ],
                paint,
            )
    else:
        figure.limb((0.0, 0.50), (0.0, 0.86), (0.12, 0.14), paint, 0.95)
        figure.limb((0.19, 0.42), (0.19, 0.50), (0.055, 0.055), _STEEL, 0.8)
        if front:
            figure.polygon([(0.13, 0.82), (-0.13, 0.82), (-0.16, 1.06), (0.16, 1.06)], paint)
            for side in (0.1, -0.1):
                figure.limb((side, 0.3), (side * 1.1, 0.85), (0.025, 0.025), _STEEL)
    if style == "tourer":
        for side in (1.0, -1.0):
            figure.polygon(
                [(0.16 * side, 0.46), (0.38 * side, 0.46), (0.38 * side, 0.78), (0.16 * side, 0.8)],
                paint,
                0.75,
            )
    figure.limb((0.08, 0.79), (-0.08, 0.79), (0.05, 0.05), (34, 26, 118) if not front else paint)
    if not front:
        figure.polygon([(0.09, 0.54), (-0.09, 0.54), (-0.09, 0.68), (0.09, 0.68)], (215, 225, 220))
        for side in (0.21, -0.21):
            figure.disc((side, 0.78), 0.035, (40, 105, 190))
        if rider:
            _rider(figure, coat, cloth, helmet, front)
        if style == "delivery":
            figure.polygon(
                [(0.24, 0.88), (-0.24, 0.88), (-0.24, 1.30), (0.24, 1.30)], (225, 225, 225)
            )
            figure.polygon([(0.24, 1.04), (-0.24, 1.04), (-0.24, 1.16), (0.24, 1.16)], paint)
        elif style == "tourer":
            figure.polygon([(0.2, 0.9), (-0.2, 0.9), (-0.18, 1.14), (0.18, 1.14)], _DARK, 1.3)
    else:
        figure.limb((0.34, 1.03), (-0.34, 1.03), (0.024, 0.024), _DARK)
        _mirrors(figure)
        up = 0.88 if scooter else 0.98
        figure.disc((0.0, up), 0.085, (215, 215, 210))
        for side in (0.2, -0.2):
            figure.disc((side, up - 0.06), 0.034, (40, 115, 200))
        if style in ("tourer", "scooter"):
            figure.polygon(
                [(0.14, 1.04), (-0.14, 1.04), (-0.1, 1.24), (0.1, 1.24)], (150, 140, 130)
            )


def _mirrors(figure: Figure) -> None:
    for side in (1.0, -1.0):
        figure.band((0.24 * side, 1.02), (0.31 * side, 1.18), 0.01, _DARK)
        figure.limb((0.28 * side, 1.19), (0.36 * side, 1.20), (0.03, 0.03), _DARK)


def _rider(figure: Figure, coat: Colour, cloth: Colour, helmet: Colour, front: bool) -> None:
    for side in (1.0, -1.0):
        gain = 0.95 if side < 0 else 0.84
        figure.limb((0.11 * side, 0.82), (0.26 * side, 0.66), (0.10, 0.08), cloth, gain)
        figure.limb((0.26 * side, 0.66), (0.24 * side, 0.34), (0.075, 0.055), cloth, gain * 0.9)
        figure.limb((0.24 * side, 0.32), (0.27 * side, 0.28), (0.06, 0.05), _DARK)
        elbow = (0.34 * side, 1.12)
        figure.limb((0.19 * side, 1.30), elbow, (0.075, 0.065), coat, gain)
        figure.limb(elbow, (0.32 * side, 1.02), (0.06, 0.05), coat, gain * 0.9)
    figure.polygon(
        [
            (0.17, 0.80),
            (-0.17, 0.80),
            (-0.18, 1.0),
            (-0.235, 1.27),
            (-0.15, 1.38),
            (0.15, 1.38),
            (0.235, 1.27),
            (0.18, 1.0),
        ],
        coat,
    )
    figure.disc((0.0, 1.52), 0.138, helmet)
    if front:
        figure.limb((0.06, 1.53), (-0.06, 1.53), (0.052, 0.052), (55, 45, 40))
    else:
        figure.limb((0.07, 1.44), (-0.07, 1.44), (0.025, 0.025), helmet, 0.7)


def _side_on(figure: Figure, vehicle: Vehicle, style: str) -> None:
    """Riding to the left, in metres: the front wheel at 0.68, the rear wheel at -0.66."""
    coat, cloth, helmet = _clothes(vehicle)
    scooter = style in ("scooter", "delivery", "cub")
    paint = vehicle.colour
    rim = 0.24 if scooter else 0.31
    for hub in (-0.66, 0.68):
        figure.disc((hub, rim), rim, _TYRE)
        figure.disc((hub, rim), rim * 0.62, (120, 120, 120), 0.8)
    figure.limb((0.68, rim), (0.50, 0.98), (0.03, 0.03), _STEEL)
    if scooter:
        figure.limb((-0.78, 0.66), (-0.25, 0.56), (0.14, 0.15), paint)
        figure.limb((-0.2, 0.34), (0.28, 0.34), (0.06, 0.06), paint, 0.8)
        figure.limb((0.34, 0.36), (0.52, 0.92), (0.06, 0.09), paint)
    else:
        figure.limb((-0.25, 0.40), (0.22, 0.42), (0.16, 0.18), _STEEL, 0.6)
        figure.limb((-0.05, 0.78), (0.32, 0.84), (0.09, 0.13), paint)
        figure.limb((-0.85, 0.80), (-0.15, 0.74), (0.05, 0.08), paint, 0.8)
        figure.limb((-0.80, 0.36), (-0.1, 0.30), (0.06, 0.04), _STEEL, 0.9)
        if style in ("sport", "tourer"):
            figure.polygon([(0.66, 0.98), (0.30, 0.56), (0.24, 0.84), (0.44, 1.10)], paint, 0.95)
    if style in ("delivery", "tourer"):
        figure.polygon(
            [(-0.50, 0.84), (-0.96, 0.84), (-0.94, 1.26), (-0.50, 1.26)],
            (225, 225, 225) if style == "delivery" else _DARK,
        )
    figure.disc((0.62, 0.92 if scooter else 0.98), 0.075, (210, 210, 205))
    figure.limb((-0.93, 0.80), (-0.86, 0.80), (0.04, 0.04), (34, 26, 130))
    lean = 0.22 if style == "sport" else 0.08
    hip, neck = (-0.26, 0.90), (-0.14 + lean, 1.36 - 0.4 * lean)
    knee, foot = (0.14, 0.72), (-0.02 if not scooter else 0.2, 0.38)
    figure.limb(hip, knee, (0.12, 0.09), cloth)
    figure.limb(knee, foot, (0.08, 0.06), cloth, 0.9)
    figure.limb(foot, (foot[0] + 0.14, foot[1] - 0.04), (0.06, 0.045), _DARK)
    figure.limb(hip, (neck[0], neck[1] - 0.1), (0.15, 0.17), coat)
    elbow = (0.16 + lean * 0.6, 1.08)
    figure.limb((neck[0] + 0.02, neck[1] - 0.1), elbow, (0.075, 0.06), coat, 0.84)
    figure.limb(elbow, (0.44, 1.04), (0.055, 0.045), coat, 0.84)
    figure.disc((neck[0] + 0.06, neck[1] + 0.16), 0.14, helmet)
    figure.limb(
        (neck[0] + 0.14, neck[1] + 0.17),
        (neck[0] + 0.17, neck[1] + 0.16),
        (0.05, 0.045),
        (55, 45, 40),
    )
