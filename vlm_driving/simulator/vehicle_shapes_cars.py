"""Bodies of passenger cars: kei cars, saloons and their kin, and vans, in eight styles each."""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.simulator.scene import VehicleKind
from vlm_driving.simulator.vehicle_shapes import Builder, Face, Material, Shape

Cut = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class CarStyle:
    """Proportions and details of one body.

    Attributes:
        waist: height of the bonnet and of the windows' lower edge.
        base: the cabin at the waist: x of its rear and of its front, half its width.
        top: the same at the roof.
        rear: layout of the rear lamps.
        head: layout of the headlamps.
        grille: the mouth between them.
        floor: height of the sill.
        clad: dark sills and wheel arches.
        panels: no windows behind the front doors.
        bed: an open loading bed behind the cabin.
        spare: a spare wheel on the tailgate.
    """

    waist: float
    base: Cut
    top: Cut
    rear: str = "block"
    head: str = "block"
    grille: str = "slim"
    floor: float = 0.13
    clad: bool = False
    panels: bool = False
    bed: bool = False
    spare: bool = False


CAR_STYLES: dict[VehicleKind, tuple[CarStyle, ...]] = {
    VehicleKind.SEDAN: (
        CarStyle(0.60, (0.10, 0.78, 0.46), (0.24, 0.56, 0.37)),
        CarStyle(0.58, (0.0, 0.76, 0.47), (0.10, 0.56, 0.39), "vertical", "slim", "slim"),
        CarStyle(
            0.60, (0.0, 0.76, 0.48), (0.05, 0.60, 0.42), "bar", "slim", "big", 0.19, clad=True
        ),
        CarStyle(0.62, (0.06, 0.70, 0.44), (0.30, 0.50, 0.34), "rounds", "slim", "none"),
        CarStyle(0.58, (0.0, 0.77, 0.47), (0.04, 0.58, 0.39), "split", "block", "big"),
        CarStyle(0.61, (0.12, 0.76, 0.46), (0.26, 0.54, 0.36), "bar", "tall", "big"),
        CarStyle(0.56, (0.0, 0.80, 0.47), (0.12, 0.54, 0.38), "corner", "round", "none"),
        CarStyle(
            0.57,
            (0.0, 0.74, 0.48),
            (0.03, 0.62, 0.43),
            "low",
            "round",
            "wide",
            0.2,
            True,
            spare=True,
        ),
    ),
    VehicleKind.KEI: (
        CarStyle(0.52, (0.0, 0.88, 0.485), (0.04, 0.70, 0.43), "vertical"),
        CarStyle(0.56, (0.0, 0.82, 0.48), (0.08, 0.60, 0.41), "block", "round", "none"),
        CarStyle(0.50, (0.0, 0.90, 0.49), (0.02, 0.76, 0.45), "low", "tall", "big"),
        CarStyle(0.50, (0.0, 0.97, 0.49), (0.02, 0.88, 0.46), "low", "block", "none", panels=True),
        CarStyle(0.44, (0.58, 0.99, 0.48), (0.60, 0.88, 0.44), "low", "round", "none", bed=True),
        CarStyle(0.54, (0.0, 0.86, 0.485), (0.05, 0.68, 0.42), "rounds", "round", "wide"),
        CarStyle(0.52, (0.0, 0.80, 0.48), (0.04, 0.64, 0.45), "corner", "slim", "big", 0.17, True),
        CarStyle(
            0.54,
            (0.0, 0.74, 0.47),
            (0.02, 0.62, 0.44),
            "low",
            "round",
            "wide",
            0.2,
            True,
            spare=True,
        ),
    ),
    VehicleKind.VAN: (
        CarStyle(0.50, (0.0, 0.92, 0.485), (0.03, 0.76, 0.44), "vertical"),
        CarStyle(0.48, (0.0, 0.98, 0.49), (0.02, 0.88, 0.45), "low", "block", "wide", panels=True),
        CarStyle(0.50, (0.0, 0.90, 0.485), (0.04, 0.72, 0.44), "bar", "slim", "big"),
        CarStyle(0.48, (0.0, 0.96, 0.49), (0.02, 0.84, 0.46), "corner", "tall", "slim"),
        CarStyle(0.50, (0.0, 0.90, 0.485), (0.05, 0.70, 0.43), "split", "slim", "wide"),
        CarStyle(0.47, (0.0, 0.97, 0.49), (0.01, 0.90, 0.47), "vertical", "round", "none"),
        CarStyle(0.52, (0.0, 0.88, 0.48), (0.06, 0.66, 0.42), "bar", "tall", "big", 0.16, True),
        CarStyle(
            0.46, (0.0, 0.95, 0.49), (0.02, 0.86, 0.47), "rounds", "block", "wide", panels=True
        ),
    ),
}


def car_shape(kind: VehicleKind, variant: int, taxi: bool) -> Shape:
    """A passenger car's body."""
    styles = CAR_STYLES[kind]
    style = styles[variant % len(styles)]
    shape = Builder()
    shape.tyres(style.floor + 0.05)
    body = shape.frustum(
        (0.0, 1.0, 0.49), (0.0, 0.985, 0.48), (style.floor, style.waist), Material.BODY
    )
    if style.clad:
        shape.sides(body, (0.0, 1.0, 0.0, 0.24), Material.DARK, 0.9)
    else:
        shape.sides(body, (0.04, 0.96, 0.0, 0.08), Material.DARK, 0.8)
    for x in (0.36, 0.62):
        shape.sides(body, (x, x + 0.006, 0.1, 0.98), Material.DARK, 0.9)
    shape.sides(body, (0.0, 0.045, 0.58, 0.86), Material.TAIL)
    shape.sides(body, (0.93, 1.0, 0.58, 0.80), Material.HEAD)
    shape.wheels((0.18, 0.81), 0.075, 0.40 * style.waist if style.waist < 0.5 else 0.195)
    cabin = shape.frustum(style.base, style.top, (style.waist, 1.0), Material.BODY)
    _windows(shape, cabin, style)
    _rear(shape, body["near"], cabin["near"], style, kind)
    _front(shape, body["far"], cabin["far"], style)
    if style.bed:
        shape.sides(body, (0.0, 0.56, 0.55, 1.0), Material.BODY, 1.05)
        shape.decal(body["top"], (0.06, 0.94, 0.02, 0.54), Material.DARK, 1.3)
    if taxi:
        _taxi(shape, body, style)
    return shape.build()


def _windows(shape: Builder, cabin: dict[str, Face], style: CarStyle) -> None:
    shape.sides(cabin, (0.53, 0.90, 0.12, 0.86), Material.GLASS, 0.8)
    if style.bed:
        return
    if not style.panels:
        shape.sides(cabin, (0.10, 0.48, 0.12, 0.86), Material.GLASS, 0.8)


def _rear(shape: Builder, near: Face, cabin: Face, style: CarStyle, kind: VehicleKind) -> None:
    shape.decal(near, (0.0, 1.0, 0.0, 0.28 if style.clad else 0.16), Material.DARK)
    window = (0.10, 0.90, 0.34, 0.86) if style.panels else (0.09, 0.91, 0.12, 0.87)
    shape.decal(cabin, window, Material.GLASS)
    if not style.bed:
        shape.decal(cabin, (0.38, 0.62, 0.87, 0.95), Material.HIGH_STOP)
    lamps = style.rear
    if lamps == "vertical":
        shape.both(near, (0.0, 0.14, 0.50, 0.98), Material.TAIL)
        shape.both(near, (0.0, 0.13, 0.40, 0.50), Material.TURN)
    elif lamps == "bar":
        shape.both(near, (0.0, 0.22, 0.64, 0.86), Material.TAIL)
        shape.decal(near, (0.22, 0.78, 0.73, 0.79), Material.TAIL)
        shape.both(near, (0.0, 0.12, 0.56, 0.64), Material.TURN)
    elif lamps == "low":
        shape.both(near, (0.01, 0.19, 0.24, 0.44), Material.TAIL)
        shape.both(near, (0.19, 0.25, 0.25, 0.43), Material.TURN)
    elif lamps == "rounds":
        shape.round(near, (0.11, 0.70), (0.075, 0.15), Material.TAIL)
        shape.round(near, (0.27, 0.70), (0.055, 0.11), Material.TAIL)
        shape.both(near, (0.02, 0.12, 0.40, 0.50), Material.TURN)
    elif lamps == "split":
        shape.both(near, (0.0, 0.16, 0.58, 0.86), Material.TAIL)
        shape.both(near, (0.18, 0.30, 0.66, 0.82), Material.TAIL)
        shape.both(near, (0.0, 0.15, 0.48, 0.57), Material.TURN)
    elif lamps == "corner":
        shape.both(near, (0.0, 0.10, 0.62, 1.0), Material.TAIL)
        shape.both(cabin, (0.0, 0.09, 0.0, 0.62), Material.TAIL)
        shape.both(near, (0.0, 0.10, 0.50, 0.62), Material.TURN)
    else:
        shape.both(near, (0.0, 0.26, 0.56, 0.84), Material.TAIL)
        shape.both(near, (0.0, 0.08, 0.60, 0.78), Material.TURN)
    if style.spare:
        shape.round(near, (0.5, 0.78), (0.2, 0.34), Material.TYRE)
        shape.decal(near, (0.06, 0.30, 0.48, 0.66), Material.PLATE)
    elif kind is VehicleKind.SEDAN:
        shape.decal(near, (0.39, 0.61, 0.50, 0.71), Material.PLATE)
    else:
        shape.decal(near, (0.38, 0.62, 0.44, 0.62), Material.PLATE)
    shape.decal(near, (0.05, 0.95, 0.26, 0.30), Material.DARK, detail=True)
    shape.both(near, (0.03, 0.13, 0.18, 0.23), Material.REFLECTOR)


def _front(shape: Builder, far: Face, cabin: Face, style: CarStyle) -> None:
    shape.decal(cabin, (0.06, 0.94, 0.08, 0.90), Material.GLASS, 1.15)
    shape.both(cabin, (-0.10, -0.02, 0.04, 0.22), Material.DARK)  # mirrors
    if style.clad:
        shape.decal(far, (0.0, 1.0, 0.0, 0.26), Material.DARK)
    if style.grille == "big":
        shape.decal(far, (0.26, 0.74, 0.26, 0.80), Material.DARK)
        shape.decal(far, (0.28, 0.72, 0.70, 0.75), Material.CHROME)
    elif style.grille == "wide":
        shape.decal(far, (0.06, 0.94, 0.54, 0.80), Material.DARK)
    elif style.grille == "slim":
        shape.decal(far, (0.26, 0.74, 0.52, 0.74), Material.DARK)
        shape.decal(far, (0.30, 0.70, 0.60, 0.65), Material.CHROME)
    if style.head == "round":
        shape.round(far, (0.14, 0.68), (0.085, 0.16), Material.HEAD)
        shape.both(far, (0.05, 0.20, 0.34, 0.42), Material.TURN)
    elif style.head == "slim":
        shape.both(far, (0.01, 0.24, 0.66, 0.80), Material.HEAD)
        shape.both(far, (0.03, 0.14, 0.30, 0.42), Material.TURN)
    elif style.head == "tall":
        shape.both(far, (0.01, 0.17, 0.40, 0.86), Material.HEAD)
        shape.both(far, (0.18, 0.23, 0.42, 0.80), Material.TURN)
    else:
        shape.both(far, (0.02, 0.23, 0.52, 0.78), Material.HEAD)
        shape.both(far, (0.02, 0.18, 0.40, 0.49), Material.TURN)
    shape.decal(far, (0.40, 0.60, 0.24, 0.42), Material.PLATE)
    shape.decal(far, (0.15, 0.85, 0.12, 0.20), Material.DARK)


def _taxi(shape: Builder, body: dict[str, Face], style: CarStyle) -> None:
    x = (style.top[0] + style.top[1]) / 2 + 0.03
    shape.sides(body, (0.0, 1.0, 0.62, 0.82), Material.LIVERY)
    shape.decal(body["far"], (0.24, 0.76, 0.82, 0.98), Material.LIVERY)
    shape.decal(body["near"], (0.26, 0.74, 0.74, 0.92), Material.LIVERY)
    shape.frustum(
        (x - 0.03, x + 0.03, 0.13), (x - 0.02, x + 0.02, 0.09), (1.0, 1.12), Material.ROOF_LAMP
    )
