"""Bodies of lorries and buses, in eight styles each."""

from __future__ import annotations

from vlm_driving.simulator.vehicle_shapes import Builder, Face, Material, Shape

TRUCK_STYLES = ("box", "wing", "dump", "tank", "curtain", "flatbed", "refuse", "mixer")
BUS_STYLES = ("route", "coach", "low_floor", "small", "double", "school", "tourer", "night")


def truck_shape(variant: int) -> Shape:
    """A lorry: cab, frame and what it carries."""
    style = TRUCK_STYLES[variant % len(TRUCK_STYLES)]
    shape = Builder()
    low = style in ("dump", "flatbed", "tank")
    roof = 1.0 if low else 0.82
    shape.solid(0.9)
    shape.tyres(0.16)
    cab = shape.frustum(
        (0.75, 1.0, 0.47), (0.76, 0.975, 0.45), (0.13, roof if not low else 0.96), Material.BODY
    )
    _cab(shape, cab, variant % len(TRUCK_STYLES))
    shape.wheels((0.88,), 0.06, 0.14)
    shape.solid(0.4)
    bar = shape.frustum((0.0, 0.72, 0.46), (0.0, 0.72, 0.46), (0.15, 0.28), Material.DARK)
    shape.wheels((0.16, 0.27) if style in ("wing", "mixer", "tank") else (0.2,), 0.06, 0.14)
    shape.sides(bar, (0.42, 0.78, -0.2, 0.5), Material.CHROME, 0.7)
    _load(shape, style)
    _truck_lamps(shape, bar["near"], variant)
    return shape.build()


def _cab(shape: Builder, cab: dict[str, Face], variant: int) -> None:
    front = cab["far"]
    sill = (0.50, 0.46, 0.52, 0.48)[variant % 4]
    shape.decal(front, (0.05, 0.95, sill, 0.88), Material.GLASS, 1.15)
    grille = ((0.18, 0.82, 0.28, 0.44), (0.08, 0.92, 0.22, 0.40), (0.28, 0.72, 0.08, 0.42))
    shape.decal(front, grille[variant % 3], Material.DARK)
    if variant % 4 == 1:
        shape.decal(front, (0.10, 0.90, 0.30, 0.33), Material.CHROME)
    elif variant % 4 == 2:
        shape.decal(front, (0.0, 1.0, 0.40, 0.45), Material.LIVERY)
    if variant % 5 == 3:
        shape.round(front, (0.12, 0.18), (0.075, 0.065), Material.HEAD)
    elif variant % 5 == 4:
        shape.both(front, (0.02, 0.12, 0.10, 0.34), Material.HEAD)
    else:
        shape.both(front, (0.02, 0.20, 0.10, 0.24), Material.HEAD)
    shape.both(front, (0.13, 0.20, 0.25, 0.33), Material.TURN)
    shape.both(front, (0.0, 0.06, 0.90, 0.95), Material.TURN)
    shape.both(front, (-0.10, -0.03, 0.45, 0.72), Material.DARK)
    shape.decal(front, (0.40, 0.60, 0.06, 0.18), Material.PLATE)
    shape.decal(front, (0.0, 1.0, 0.0, 0.05), Material.DARK)
    shape.sides(cab, (0.38, 0.90, 0.50, 0.86), Material.GLASS, 0.8)
    shape.sides(cab, (0.28, 0.295, 0.05, 0.9), Material.DARK)
    shape.sides(cab, (0.93, 1.0, 0.12, 0.24), Material.HEAD)


def _truck_lamps(shape: Builder, bar: Face, variant: int) -> None:
    wide = 0.22 if variant % 2 == 0 else 0.13
    shape.both(bar, (0.0, wide, 0.2, 0.85), Material.TAIL)
    if variant % 4 == 3:
        shape.both(bar, (0.22, 0.30, 0.2, 0.85), Material.TAIL)
    shape.both(bar, (wide, wide + 0.08, 0.25, 0.8), Material.TURN)
    shape.decal(bar, (0.40, 0.60, 0.1, 0.9), Material.PLATE)
    shape.decal(bar, (0.0, 1.0, -0.55, -0.25), Material.DARK, 1.2)
    shape.both(bar, (0.05, 0.16, -0.5, -0.3), Material.REFLECTOR)


def _load(shape: Builder, style: str) -> None:
    if style == "dump":
        bed = shape.frustum((0.0, 0.72, 0.5), (-0.01, 0.73, 0.5), (0.28, 0.62), Material.BODY)
        shape.decal(bed["near"], (0.06, 0.94, 0.12, 0.90), Material.DARK, 1.9)
        for s in (0.2, 0.4, 0.6, 0.8):
            shape.sides(bed, (s, s + 0.02, 0.0, 1.0), Material.DARK, 1.5)
        return
    if style == "flatbed":
        bed = shape.frustum((0.0, 0.73, 0.5), (0.0, 0.73, 0.5), (0.28, 0.48), Material.CARGO)
        for s in (0.25, 0.5, 0.75):
            shape.sides(bed, (s, s + 0.01, 0.0, 1.0), Material.DARK)
        load = shape.frustum((0.06, 0.5, 0.4), (0.08, 0.5, 0.38), (0.48, 0.8), Material.LIVERY)
        shape.decal(load["near"], (0.48, 0.52, 0.0, 1.0), Material.DARK)
        return
    if style == "tank":
        shape.frustum((0.0, 0.72, 0.32), (0.0, 0.72, 0.48), (0.28, 0.46), Material.CHROME)
        tank = shape.frustum((0.0, 0.72, 0.48), (0.0, 0.72, 0.48), (0.46, 0.74), Material.CHROME)
        shape.frustum((0.0, 0.72, 0.48), (0.02, 0.70, 0.26), (0.74, 0.93), Material.CHROME)
        shape.decal(tank["near"], (0.30, 0.70, 0.1, 0.7), Material.LIVERY)
        shape.sides(tank, (0.0, 1.0, 0.35, 0.6), Material.LIVERY)
        return
    if style == "mixer":
        drum = shape.frustum((0.04, 0.70, 0.26), (0.02, 0.72, 0.5), (0.3, 0.6), Material.LIVERY)
        shape.frustum((0.02, 0.72, 0.5), (0.06, 0.58, 0.22), (0.6, 1.0), Material.LIVERY)
        shape.decal(drum["near"], (0.36, 0.64, -0.1, 1.7), Material.CHROME)
        shape.sides(drum, (0.2, 0.3, 0.1, 1.0), Material.DARK, 2.0)
        return
    kind = Material.BODY if style in ("curtain", "refuse") else Material.CARGO
    top = (0.06, 0.72, 0.46) if style == "refuse" else (0.0, 0.74, 0.5)
    box = shape.frustum((0.0, 0.74, 0.5), top, (0.28, 0.92 if style == "refuse" else 1.0), kind)
    near = box["near"]
    shape.decal(near, (0.0, 1.0, 0.0, 0.035), Material.DARK)
    if style == "refuse":
        shape.decal(near, (0.10, 0.90, 0.10, 0.46), Material.DARK, 1.3)
        shape.decal(near, (0.10, 0.90, 0.50, 0.60), Material.LIVERY)
        shape.sides(box, (0.3, 0.9, 0.3, 0.7), Material.LIVERY)
        return
    shape.decal(near, (0.485, 0.515, 0.02, 0.98), Material.DARK)
    if style == "curtain":
        shape.decal(near, (0.06, 0.94, 0.62, 0.80), Material.LIVERY)
        shape.sides(box, (0.05, 0.95, 0.2, 0.8), Material.LIVERY, 0.9)
        return
    shape.both(near, (0.36, 0.38, 0.1, 0.9), Material.CHROME)
    if style == "wing":
        shape.decal(near, (0.0, 1.0, 0.94, 1.0), Material.CHROME)
        shape.both(near, (0.0, 0.03, 0.0, 1.0), Material.CHROME)
        shape.both(near, (0.04, 0.14, 0.92, 0.97), Material.TAIL)
        shape.sides(box, (0.0, 1.0, 0.46, 0.49), Material.DARK)
    shape.sides(box, (0.2, 0.7, 0.4, 0.7), Material.LIVERY, 0.9)


def bus_shape(variant: int) -> Shape:
    """A bus: a route bus with its destination board, or a coach with high windows."""
    style = BUS_STYLES[variant % len(BUS_STYLES)]
    coach = style in ("coach", "double", "tourer", "night")
    shape = Builder()
    shape.tyres(0.14)
    body = shape.frustum((0.0, 1.0, 0.5), (0.005, 0.985, 0.48), (0.09, 1.0), Material.BODY)
    _bus_sides(shape, body, style, coach)
    shape.wheels((0.24, 0.78), 0.048, 0.15)
    near = body["near"]
    if style == "double":
        shape.decal(near, (0.08, 0.92, 0.66, 0.92), Material.GLASS, 1.2)
    else:
        shape.decal(near, (0.09, 0.91, 0.56 if coach else 0.50, 0.82), Material.GLASS, 1.2)
    shape.decal(near, (0.0, 1.0, 0.30, 0.40), Material.LIVERY)
    if not coach:
        shape.decal(near, (0.20, 0.66, 0.85, 0.96), Material.DARK)
        shape.decal(near, (0.22, 0.64, 0.87, 0.94), Material.BOARD)
    shape.decal(near, (0.22, 0.78, 0.12, 0.27), Material.DARK, 1.4)
    shape.decal(near, (0.40, 0.60, 0.86, 0.90), Material.HIGH_STOP)
    _bus_rear_lamps(shape, near, variant)
    shape.decal(near, (0.40, 0.60, 0.03, 0.10), Material.PLATE)
    _bus_front(shape, body["far"], style, coach)
    return shape.build()


def _bus_rear_lamps(shape: Builder, near: Face, variant: int) -> None:
    if variant % 3 == 0:
        shape.both(near, (0.01, 0.09, 0.16, 0.40), Material.TAIL)
        shape.both(near, (0.01, 0.09, 0.41, 0.47), Material.TURN)
    elif variant % 3 == 1:
        shape.both(near, (0.02, 0.19, 0.12, 0.19), Material.TAIL)
        shape.both(near, (0.02, 0.19, 0.20, 0.24), Material.TURN)
    else:
        for t in (0.16, 0.25):
            shape.round(near, (0.07, t), (0.045, 0.036), Material.TAIL)
        shape.round(near, (0.07, 0.34), (0.045, 0.036), Material.TURN)


def _bus_front(shape: Builder, far: Face, style: str, coach: bool) -> None:
    low, high = (0.32, 0.84) if style != "small" else (0.42, 0.82)
    if style == "double":
        shape.decal(far, (0.05, 0.95, 0.62, 0.94), Material.GLASS, 1.2)
        high = 0.52
    shape.decal(far, (0.05, 0.95, low, high), Material.GLASS, 1.2)
    shape.decal(far, (0.0, 1.0, 0.24, 0.30), Material.LIVERY)
    if not coach:
        shape.decal(far, (0.16, 0.84, 0.86, 0.98), Material.DARK)
        shape.decal(far, (0.20, 0.80, 0.88, 0.96), Material.BOARD)
        shape.decal(far, (0.495, 0.505, low, high), Material.DARK)
    shape.both(far, (0.04, 0.22, 0.12, 0.21), Material.HEAD)
    shape.both(far, (0.23, 0.28, 0.12, 0.21), Material.TURN)
    shape.both(far, (-0.09, -0.02, 0.50, 0.76), Material.DARK)
    shape.decal(far, (0.40, 0.60, 0.04, 0.11), Material.PLATE)
    shape.decal(far, (0.0, 1.0, 0.0, 0.03), Material.DARK)


def _bus_sides(shape: Builder, body: dict[str, Face], style: str, coach: bool) -> None:
    low, high = (0.50, 0.84) if coach else (0.42, 0.80)
    shape.sides(body, (0.0, 1.0, 0.22, 0.30), Material.LIVERY)
    if style in ("tourer", "night"):
        shape.sides(body, (0.0, 0.34, 0.30, 0.50), Material.LIVERY, 0.9)
    if style == "double":
        shape.sides(body, (0.02, 0.96, 0.64, 0.92), Material.GLASS, 0.9)
        low, high = 0.28, 0.50
    panes = 6 if coach else 7
    for i in range(panes):
        left = 0.03 + i * 0.95 / panes
        shape.sides(body, (left, left + 0.95 / panes - 0.012, low, high), Material.GLASS, 0.9)
    for left in (0.90,) if coach else (0.86, 0.48):
        shape.sides(body, (left, left + 0.085, 0.05, high), Material.GLASS, 0.7)
    shape.sides(body, (0.975, 1.0, 0.12, 0.2), Material.HEAD)
    shape.sides(body, (0.0, 0.012, 0.16, 0.3), Material.TAIL)
