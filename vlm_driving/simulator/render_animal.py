"""Draws animals: which one it is shows in the size."""

from __future__ import annotations

from vlm_driving.simulator.canvas import ID_ANIMAL, Canvas
from vlm_driving.simulator.render_pedestrian_figure import Figure, ground_shadow
from vlm_driving.simulator.scene import Animal, Colour

_DEER_M = 0.95
_DOG_M = 0.42
_CROW_M = 0.45


def draw_animal(canvas: Canvas, animal: Animal) -> None:
    """Draw the animal as ID_ANIMAL.

    From 0.95 m height it is a deer, from 0.42 m a dog; below that a crow where it is shorter than
    0.45 m, else a cat.
    """
    ground_shadow(canvas, (animal.x_m, animal.y_m), animal.length_m * 0.5, 0.2)
    figure = Figure()
    long, high, colour = animal.length_m, animal.height_m, animal.colour
    if animal.heading == 0 and high >= _DOG_M:
        _end_on(figure, long, high, colour)
    elif high >= _DEER_M:
        _deer(figure, long, high, colour)
    elif high >= _DOG_M:
        _four_legs(figure, long, high, colour, tail=(0.52, 0.92))
    elif long < _CROW_M:
        _crow(figure, long, high)
    else:
        _four_legs(figure, long, high, colour, tail=(0.66, 1.0))
    place = (animal.x_m, animal.y_m, 0.0)
    box = figure.paint(canvas, place, 1.0, ID_ANIMAL, mirror=animal.heading < 0)
    canvas.register(ID_ANIMAL, box)


def _four_legs(
    figure: Figure, long: float, high: float, colour: Colour, tail: tuple[float, float]
) -> None:
    """A dog or a cat that walks to the left."""
    thin = 0.045 * long
    for across, gain in ((0.24, 0.7), (-0.2, 0.7), (0.32, 0.95), (-0.3, 0.95)):
        foot = (across + (0.06 if gain < 0.8 else -0.03)) * long
        figure.limb((across * long, 0.5 * high), (foot, thin), (1.5 * thin, thin), colour, gain)
    figure.limb(
        (-0.34 * long, 0.62 * high), (-tail[0] * long, tail[1] * high), (thin, 0.7 * thin), colour
    )
    figure.limb(
        (0.28 * long, 0.60 * high), (-0.3 * long, 0.60 * high), (0.17 * high, 0.15 * high), colour
    )
    figure.limb(
        (0.32 * long, 0.66 * high), (0.44 * long, 0.84 * high), (0.12 * high, 0.1 * high), colour
    )
    figure.disc((0.46 * long, 0.84 * high), 0.135 * high, colour, 1.05)
    figure.limb(
        (0.5 * long, 0.80 * high), (0.58 * long, 0.78 * high), (0.07 * high, 0.055 * high), colour
    )
    figure.limb(
        (0.42 * long, 0.9 * high),
        (0.41 * long, 0.98 * high),
        (0.05 * high, 0.02 * high),
        colour,
        0.7,
    )


def _deer(figure: Figure, long: float, high: float, colour: Colour) -> None:
    """Long legs, a long neck, a white tail, small antlers."""
    thin = 0.025 * long
    for across, gain in ((0.22, 0.7), (-0.24, 0.7), (0.3, 0.92), (-0.32, 0.92)):
        foot = (across - 0.04) * long
        figure.limb((across * long, 0.5 * high), (foot, thin), (1.8 * thin, thin), colour, gain)
    figure.limb(
        (0.26 * long, 0.56 * high), (-0.32 * long, 0.57 * high), (0.13 * high, 0.12 * high), colour
    )
    figure.disc((-0.45 * long, 0.6 * high), 0.05 * high, (230, 235, 240))
    figure.limb(
        (0.3 * long, 0.6 * high), (0.42 * long, 0.84 * high), (0.08 * high, 0.05 * high), colour
    )
    figure.limb(
        (0.42 * long, 0.86 * high), (0.56 * long, 0.82 * high), (0.055 * high, 0.03 * high), colour
    )
    for across in (0.32, 0.46):
        tip = (across * long, 0.99 * high)
        figure.limb((0.41 * long, 0.9 * high), tip, (thin * 0.6, thin * 0.4), (90, 120, 150))


def _crow(figure: Figure, long: float, high: float) -> None:
    black: Colour = (38, 34, 34)
    for across in (0.02, -0.08):
        figure.limb(
            (across * long, 0.3 * high), (across * long, 0.0), (0.02 * long, 0.02 * long), black
        )
    figure.limb(
        (0.15 * long, 0.6 * high), (-0.3 * long, 0.38 * high), (0.22 * high, 0.12 * high), black
    )
    figure.limb(
        (-0.3 * long, 0.38 * high),
        (-0.5 * long, 0.26 * high),
        (0.1 * high, 0.06 * high),
        black,
        0.8,
    )
    figure.disc((0.26 * long, 0.84 * high), 0.15 * high, black, 1.2)
    figure.limb(
        (0.34 * long, 0.82 * high),
        (0.5 * long, 0.78 * high),
        (0.06 * high, 0.02 * high),
        black,
        1.6,
    )


def _end_on(figure: Figure, long: float, high: float, colour: Colour) -> None:
    """Any larger animal that looks at us."""
    wide = 0.16 * long
    for side, gain in ((1.0, 0.8), (-1.0, 0.95)):
        figure.limb((0.6 * wide * side, 0.5 * high), (0.6 * wide * side, 0.02 * high),
                    (0.3 * wide, 0.2 * wide), colour, gain)  # fmt: skip
    figure.limb((0.0, 0.6 * high), (0.0, 0.5 * high), (wide, 0.9 * wide), colour)
    figure.limb((0.0, 0.66 * high), (0.0, 0.84 * high), (0.55 * wide, 0.5 * wide), colour, 0.9)
    figure.limb((0.0, 0.88 * high), (0.0, 0.80 * high), (0.6 * wide, 0.4 * wide), colour, 1.08)
    for side in (1.0, -1.0):
        figure.limb((0.4 * wide * side, 0.93 * high), (0.75 * wide * side, 0.98 * high),
                    (0.18 * wide, 0.1 * wide), colour, 0.75)  # fmt: skip
