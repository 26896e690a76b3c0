"""Draws people: adults, children with school bags, elderly people with sticks or push carts."""

from __future__ import annotations

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.render_pedestrian_figure import Figure, Flat, ground_shadow
from vlm_driving.simulator.scene import Age, Colour, Pedestrian

SKIN: Colour = (150, 175, 215)
REFLECTING: Colour = (235, 240, 240)
_SHOES: Colour = (45, 45, 50)
_YELLOW: Colour = (40, 210, 245)
_GREY: tuple[Colour, ...] = ((190, 190, 190), (225, 225, 225), (140, 140, 145))
_SCHOOL_BAGS: tuple[Colour, ...] = (
    (40, 35, 190),
    (35, 35, 38),
    (120, 60, 30),
    (170, 110, 190),
    (60, 90, 140),
)


def draw_pedestrian(canvas: Canvas, person: Pedestrian, thing: int) -> None:
    """Draw one person as `thing` of the id-map. Flat figures that face the camera."""
    pick = int(person.height_m * 977 + person.coat[0] * 31 + person.trousers[1] * 17)
    ground_shadow(canvas, (person.x_m, person.y_m), 0.32, 0.3)
    figure = Figure()
    if person.heading == 0:
        _front_on(figure, person, pick)
    else:
        _side_on(figure, person, pick)
    if canvas.light.air.headlamps > 0 and pick % 3 == 0:  # bits that send our light back
        for across in (-0.055, 0.055):
            figure.limb((across, 0.13), (across, 0.14), (0.014, 0.014), REFLECTING, 1.2)
    place = (person.x_m, person.y_m, 0.0)
    # in the figure a side-on person walks to the left
    box = figure.paint(canvas, place, person.height_m, thing, mirror=person.heading < 0)
    canvas.register(thing, box)


def _side_on(figure: Figure, person: Pedestrian, pick: int) -> None:
    """A person who walks to the left."""
    child, old = person.age is Age.CHILD, person.age is Age.ELDERLY
    lean = 0.10 if old else 0.02
    hip: Flat = (0.0, 0.47 if not child else 0.43)
    neck: Flat = (lean, (0.80 if not old else 0.76) - (0.05 if child else 0.0))
    step = person.stride * (0.10 if old else 0.17)
    coat, cloth = person.coat, person.trousers
    skirt = not old and not child and pick % 5 == 0
    legs = SKIN if skirt or (child and pick % 2 == 0) else cloth
    girth = 0.088 if child else 0.078
    far_hand = (lean - 0.6 * step - 0.02, 0.43)
    _arm(figure, (neck[0], neck[1] - 0.03), far_hand, coat, 0.7)
    _leg(figure, hip, (-step - 0.02, 0.03), legs, 0.72, bend=-0.02)
    _leg(figure, hip, (step, 0.025), legs, 0.95, bend=0.04)
    if skirt:
        figure.polygon([(0.11, 0.26), (-0.11, 0.26), (-0.06, 0.50), (0.07, 0.50)], cloth, 0.95)
    if child:
        bag = _SCHOOL_BAGS[pick % 5]
        figure.polygon([(-0.07, 0.48), (-0.21, 0.48), (-0.21, 0.72), (-0.08, 0.76)], bag, 0.9)
    figure.limb(hip, (neck[0], neck[1] - 0.05), (girth, girth * 1.08), coat)
    if child:
        figure.band((neck[0] - 0.04, 0.72), (0.03, 0.54), 0.012, (60, 60, 60))
    hand = (lean + 0.7 * step + 0.04, 0.45)
    if old:
        hand = (0.24, 0.47)
        if pick % 3 == 0:
            _push_cart(figure, 0.34)
        else:
            figure.band(hand, (0.30, 0.0), 0.009, (70, 90, 120))
    elif not child and pick % 11 == 4 and person.umbrella is None:
        hand = (0.2, 0.56)
        _pram(figure, 0.42, person.bag or (120, 80, 60))
    if person.umbrella is not None:
        hand = (0.12, 0.60)
    _arm(figure, (neck[0], neck[1] - 0.03), hand, coat, 0.88)
    if person.bag is not None and not child:
        figure.polygon(
            [
                (hand[0] + 0.05, 0.28),
                (hand[0] - 0.09, 0.28),
                (hand[0] - 0.08, 0.40),
                (hand[0] + 0.04, 0.40),
            ],
            person.bag,
        )
    _head(figure, person, (neck[0] + lean * 0.5, neck[1]), pick, ahead=0.02)
    if person.umbrella is not None:
        _umbrella(figure, person.umbrella, neck[0] + 0.05, neck[1] + 0.02)


def _front_on(figure: Figure, person: Pedestrian, pick: int) -> None:
    """A person who walks along the road: towards us or away from us."""
    child, old = person.age is Age.CHILD, person.age is Age.ELDERLY
    towards = pick % 2 == 0
    step = person.stride * 0.05
    coat, cloth = person.coat, person.trousers
    low = 0.05 if child else 0.04 if old else 0.0
    hip, neck = 0.47 - 0.6 * low, 0.81 - low
    wide = 0.114 if child else 0.106 if old else 0.110
    skirt = not old and not child and pick % 5 == 0
    legs = SKIN if skirt or (child and pick % 4 < 2) else cloth
    _leg(figure, (0.052, hip), (0.065, 0.02 + step), legs, 0.82)
    _leg(figure, (-0.052, hip), (-0.065, 0.02), legs, 0.95)
    if skirt:
        figure.polygon([(0.125, 0.26), (-0.125, 0.26), (-0.085, 0.52), (0.085, 0.52)], cloth)
    if child and towards:
        figure.polygon(
            [(0.13, 0.52), (-0.13, 0.52), (-0.13, 0.74), (0.13, 0.74)], _SCHOOL_BAGS[pick % 5], 0.8
        )
    _arm(figure, (wide - 0.01, neck - 0.05), (wide + 0.03, 0.44 - step), coat, 0.8)
    figure.polygon(
        [
            (0.09, hip - 0.03),
            (-0.09, hip - 0.03),
            (-wide * 0.86, hip + 0.14),
            (-wide, neck - 0.06),
            (-wide * 0.62, neck - 0.005),
            (wide * 0.62, neck - 0.005),
            (wide, neck - 0.06),
            (wide * 0.86, hip + 0.14),
        ],
        coat,
    )
    hand: Flat = (-wide - 0.03, 0.44 + step)
    if old:
        hand = (-wide - 0.09, 0.48)
        if pick % 3 == 0:
            figure.polygon(
                [(0.11, 0.08), (-0.11, 0.08), (-0.11, 0.36), (0.11, 0.36)], (90, 60, 110), 0.9
            )
        else:
            figure.band(hand, (-wide - 0.10, 0.0), 0.009, (70, 90, 120))
    if person.umbrella is not None:
        hand = (-0.07, 0.62)
    _arm(figure, (-wide + 0.01, neck - 0.05), hand, coat, 0.88)
    if child and not towards:
        figure.polygon(
            [
                (0.105, 0.46),
                (-0.105, 0.46),
                (-0.115, 0.72),
                (-0.07, 0.76),
                (0.07, 0.76),
                (0.115, 0.72),
            ],
            _SCHOOL_BAGS[pick % 5],
        )
    elif person.bag is not None and not child:
        if pick % 3 == 1 and not towards:  # a rucksack
            figure.polygon([(0.09, 0.53), (-0.09, 0.53), (-0.08, 0.76), (0.08, 0.76)], person.bag)
        else:
            figure.polygon(
                [
                    (hand[0] + 0.04, 0.28),
                    (hand[0] - 0.08, 0.28),
                    (hand[0] - 0.07, 0.41),
                    (hand[0] + 0.03, 0.41),
                ],
                person.bag,
            )
    _head(figure, person, (0.0, neck), pick, ahead=0.0, back=not towards)
    if person.umbrella is not None:
        _umbrella(figure, person.umbrella, -0.03, neck + 0.03)


def _leg(
    figure: Figure, hip: Flat, foot: Flat, colour: Colour, gain: float, bend: float = 0.0
) -> None:
    knee = ((hip[0] + foot[0]) / 2 + bend, (hip[1] + foot[1]) / 2 + 0.01)
    figure.limb(hip, knee, (0.062, 0.046), colour, gain)
    figure.limb(knee, (foot[0], foot[1] + 0.02), (0.044, 0.03), colour, gain)
    figure.limb((foot[0] + 0.035, foot[1]), (foot[0] - 0.01, foot[1]), (0.02, 0.024), _SHOES)


def _arm(figure: Figure, shoulder: Flat, hand: Flat, colour: Colour, gain: float) -> None:
    figure.limb(shoulder, hand, (0.038, 0.027), colour, gain)
    figure.disc(hand, 0.026, SKIN, 0.95)


def _head(
    figure: Figure, person: Pedestrian, neck: Flat, pick: int, ahead: float, back: bool = False
) -> None:
    """Neck, face and hair (or a cap); a child's head is large."""
    child, old = person.age is Age.CHILD, person.age is Age.ELDERLY
    radius = 0.086 if child else 0.066
    middle = (neck[0] + ahead * 0.5, neck[1] + 0.04 + radius)
    hair = _GREY[pick % 3] if old else person.hair
    figure.limb(neck, middle, (0.035, 0.035), SKIN, 0.85)
    if back:
        figure.limb(middle, (middle[0], middle[1] - 0.012), (radius, radius * 0.9), hair)
    else:
        if not old and pick % 4 == 1:  # long hair
            figure.limb(
                middle, (middle[0] - 2 * ahead, neck[1] - 0.03), (radius, radius * 0.8), hair
            )
        figure.disc((middle[0] - ahead * 0.6, middle[1] + 0.012), radius, hair)
        figure.limb(
            (middle[0] + ahead, middle[1] - 0.008),
            (middle[0] + ahead, middle[1] - 0.024),
            (radius * 0.80, radius * 0.74),
            SKIN,
        )
    if child and pick % 3 != 0:
        top = middle[1] + 0.03
        figure.limb((middle[0], top), (middle[0], top + 0.012), (radius, radius * 0.92), _YELLOW)
        figure.limb(
            (middle[0] - radius, top - 0.01),
            (middle[0] + radius + ahead, top - 0.01),
            (0.016, 0.016),
            _YELLOW,
            0.85,
        )
    elif old and pick % 2 == 0:
        top = middle[1] + 0.03
        figure.limb(
            (middle[0], top),
            (middle[0], top + 0.005),
            (radius, radius * 0.9),
            person.bag or (150, 170, 180),
        )
        figure.band(
            (middle[0] - 0.1, top - 0.01), (middle[0] + 0.1, top - 0.01), 0.013, (120, 140, 150)
        )


def _push_cart(figure: Figure, at: float) -> None:
    """A wheeled shopping cart that elderly people lean on."""
    figure.polygon(
        [(at + 0.11, 0.10), (at - 0.08, 0.10), (at - 0.08, 0.36), (at + 0.11, 0.36)], (110, 70, 120)
    )
    figure.band((at - 0.06, 0.36), (at - 0.10, 0.50), 0.01, (150, 150, 150))
    for across in (-0.06, 0.09):
        figure.disc((at + across, 0.05), 0.045, (40, 40, 40))


def _pram(figure: Figure, at: float, colour: Colour) -> None:
    """A pram with its hood up, pushed ahead."""
    for across in (-0.12, 0.12):
        figure.ring((at + across, 0.08), 0.07, 0.025, (40, 40, 40))
    figure.band((at - 0.1, 0.12), (at - 0.2, 0.56), 0.012, (120, 120, 120))
    figure.limb((at - 0.12, 0.26), (at + 0.16, 0.24), (0.08, 0.07), colour)
    figure.disc((at - 0.08, 0.38), 0.12, colour, 0.8)


def _umbrella(figure: Figure, colour: Colour, across: float, up: float) -> None:
    figure.band((across - 0.02, up - 0.2), (across, up + 0.2), 0.006, (120, 120, 120))
    dome = [
        (-0.31, 0.06),
        (-0.25, 0.15),
        (-0.12, 0.22),
        (0.0, 0.24),
        (0.12, 0.22),
        (0.25, 0.15),
        (0.31, 0.06),
    ]
    figure.polygon([(across + a, up + z) for a, z in dome], colour)
    figure.polygon(
        [
            (across - 0.08, up + 0.06),
            (across - 0.1, up + 0.21),
            (across, up + 0.24),
            (across + 0.08, up + 0.06),
        ],
        colour,
        0.86,
        own=False,
    )
