"""Draws what lines the road: buildings, walls, poles, trees, boards, gantries."""

from __future__ import annotations

from collections.abc import Sequence

from vlm_driving.simulator.compositions import (
    BUILDING_PATTERNS,
    HELD_OUT_BUILDING_PATTERNS,
    Part,
    pick_variant,
)
from vlm_driving.simulator.sampling_world import Rng, between, chance, pick, tinted
from vlm_driving.simulator.scene import (
    Building,
    Colour,
    EdgeKind,
    Prop,
    PropKind,
    Road,
    RoadClass,
)

Gaps = Sequence[tuple[float, float]]
FARTHEST_M = 95.0
_BOARD_COLOURS: tuple[Colour, ...] = (
    (40, 35, 220),
    (70, 160, 30),
    (200, 110, 30),
    (30, 150, 240),
    (230, 230, 230),
    (40, 200, 240),
)
_WALLS: tuple[Colour, ...] = (
    (225, 225, 228),
    (190, 205, 215),
    (150, 165, 180),
    (120, 125, 150),
    (165, 170, 165),
    (95, 105, 120),
    (200, 190, 175),
)


def sample_buildings(
    rng: Rng, road: Road, density: float, gaps: Gaps = (), part: Part = Part.TRAIN
) -> tuple[Building, ...]:
    """Blocks along both sides; towns leave hardly a gap."""
    out: list[Building] = []
    town = road.road_class is RoadClass.RESIDENTIAL
    for sign in (1.0, -1.0):
        inner = road.left_m if sign > 0 else -road.right_m
        margin = between(rng, 0.8, 2.5) if town else between(rng, 0.5, 5.0 - 3.0 * density)
        front = inner + road.shoulder_m + road.pavement_m + margin
        x = between(rng, -8, 6)
        while x < FARTHEST_M:
            length = between(rng, 6, 13) if town else between(rng, 7, 22)
            blocked = [high for low, high in gaps if x + length > low - 1 and x < high + 1]
            if blocked:
                x = max(blocked) + 1.5
                continue
            if chance(rng, 0.12 + 0.8 * density) and x + length > 4:
                most = 2 if town else 2 + round(4 * density)
                floors = 1 + pick(rng, most + 1)
                colour = tinted(rng, _WALLS[pick(rng, len(_WALLS))], 25)
                depth = sign * (front + between(rng, 0, 2.0))
                height = floors * between(rng, 2.8, 3.5)
                look = pick_variant(
                    part,
                    BUILDING_PATTERNS,
                    HELD_OUT_BUILDING_PATTERNS,
                    float(rng.random()),
                    float(rng.random()),
                )
                pattern = pick(rng, 1 << 13) * BUILDING_PATTERNS + look
                out.append(Building(x, x + length, depth, height, floors, colour, pattern))
            x += length + between(rng, 0.3, 4 + 22 * (1 - density) ** 2)
    return tuple(out)


def sample_props(rng: Rng, road: Road, density: float, gaps: Gaps = ()) -> tuple[Prop, ...]:
    """Clutter behind the road's edge, of the sort that the road's class has."""
    if road.road_class is RoadClass.EXPRESSWAY:
        return _expressway(rng, road)
    town = road.road_class is RoadClass.RESIDENTIAL
    out: list[Prop] = []
    if town:
        out += _block_walls(rng, road, density, gaps)
    out += _poles(rng, road, gaps, 0.9 if town else 0.45 + 0.3 * density)
    count = int(rng.integers(2, 7 + round(6 * density)))
    for _ in range(count):
        sign = 1.0 if chance(rng, 0.5) else -1.0
        x = 6.0 + 74.0 * float(rng.random()) ** 1.3
        if any(low < x < high for low, high in gaps):
            continue
        out.append(_one(rng, road, density, sign, x))
    return tuple(out)


def _one(rng: Rng, road: Road, density: float, sign: float, x: float) -> Prop:
    inner = (road.left_m if sign > 0 else -road.right_m) + road.shoulder_m
    beyond = inner + road.pavement_m
    draw = rng.random() + 0.12 * density
    pattern = int(rng.integers(0, 1 << 16))
    if draw < 0.34:
        height = between(rng, 3, 8)
        green = tinted(rng, (48, 95, 62), 22)
        # crowns are wide: what stands at the kerb must keep them off the lane
        y = sign * (beyond + 0.5 + height * 0.18 + between(rng, 0, 6))
        return Prop(PropKind.TREE, x, y, height, height * 0.55, green, pattern)
    if draw < 0.48:
        y = sign * (inner + between(rng, 0.3, 0.8))
        return Prop(PropKind.LAMP, x, y, between(rng, 6, 9), 0.18, (135, 135, 130), pattern)
    if draw < 0.54:
        y = sign * (inner + between(rng, 0.2, 0.5))
        colour = tinted(rng, (60, 150, 235), 20)
        return Prop(PropKind.REFLECTOR, x, y, between(rng, 0.7, 1.0), 0.12, colour, pattern)
    if draw < 0.62:
        y = sign * (inner + between(rng, 0.4, 0.9))
        grey = tinted(rng, (120, 120, 120), 20)
        return Prop(PropKind.WIRE, x, y, between(rng, 6.5, 9.0), 0.1, grey, pattern)
    if draw < 0.84:
        y = sign * (beyond + between(rng, 0.6, 2.0))
        colour = tinted(rng, _BOARD_COLOURS[pick(rng, 6)], 15)
        height, wide = between(rng, 2.5, 6.5), between(rng, 0.7, 2.6)
        return Prop(PropKind.BOARD, x, y + sign * wide / 2, height, wide, colour, pattern)
    if draw < 0.95:
        y = sign * (beyond + 0.7)
        colour = tinted(rng, ((225, 225, 225), (40, 35, 200))[pick(rng, 2)], 15)
        return Prop(PropKind.VENDING, x, y, 1.85, 1.0, colour, pattern)
    wide = between(rng, 1, 3)
    y = sign * (beyond + between(rng, 0.5, 1.5) + wide / 2)
    green = tinted(rng, (45, 88, 60), 18)
    return Prop(PropKind.HEDGE, x, y, between(rng, 0.6, 1.3), wide, green, pattern)


def _poles(rng: Rng, road: Road, gaps: Gaps, likely: float) -> list[Prop]:
    """Poles in a row on one side, close to the edge."""
    if not chance(rng, likely):
        return []
    sign = 1.0 if chance(rng, 0.55) else -1.0
    inner = (road.left_m if sign > 0 else -road.right_m) + road.shoulder_m
    y = sign * (inner + between(rng, 0.2, 0.6))
    grey = tinted(rng, (140, 145, 148), 18)
    height, pattern = between(rng, 7.5, 11), int(rng.integers(0, 1 << 16))
    out = []
    x, step = between(rng, 6, 26), between(rng, 22, 34)
    while x < 80:
        if not any(low < x < high for low, high in gaps):
            out.append(Prop(PropKind.POLE, x, y, height, 0.3, grey, pattern))
        x += step
    return out


def _block_walls(rng: Rng, road: Road, density: float, gaps: Gaps) -> list[Prop]:
    """Garden walls along the street: `width_m` is their length along the road."""
    out = []
    for sign in (1.0, -1.0):
        edge = (road.left_m if sign > 0 else -road.right_m) + road.shoulder_m + road.pavement_m
        x = between(rng, 3.2, 8.0)
        while x < 60:
            length = between(rng, 4, 12)
            if chance(rng, 0.35 + 0.45 * density) and not any(
                low < x + length and x < high for low, high in gaps
            ):
                tone = tinted(
                    rng, ((168, 172, 175), (150, 165, 180), (190, 198, 200))[pick(rng, 3)], 15
                )
                y = sign * (edge + between(rng, 0.1, 0.35))
                pattern = int(rng.integers(0, 1 << 16))
                out.append(
                    Prop(PropKind.BLOCK_WALL, x, y, between(rng, 1.1, 1.9), length, tone, pattern)
                )
            x += length + between(rng, 0.8, 5.0)
    return out


def _expressway(rng: Rng, road: Road) -> tuple[Prop, ...]:
    """Lamps, reflectors, trees behind, sometimes a gantry."""
    out: list[Prop] = []
    pattern = int(rng.integers(0, 1 << 16))
    left, right = road.left_m + road.shoulder_m, -road.right_m + road.shoulder_m
    if chance(rng, 0.3):
        x = between(rng, 18, 60)
        blue = tinted(rng, (150, 120, 30), 12)
        out.append(Prop(PropKind.GANTRY, x, 0.0, between(rng, 5.6, 6.6), 5.0, blue, pattern))
    if chance(rng, 0.5):
        x, step = between(rng, 8, 30), between(rng, 25, 40)
        while x < 90:
            out.append(Prop(PropKind.LAMP, x, -right - 0.5, 9.0, 0.2, (140, 140, 135), pattern))
            x += step
    if chance(rng, 0.4) and road.edge is EdgeKind.GUARDRAIL:
        for x in (9.0, 19.0, 29.0, 39.0):
            amber = (60.0, 150.0, 235.0)
            out.append(Prop(PropKind.REFLECTOR, x, left + 0.3, 0.9, 0.12, amber, pattern))
    for _ in range(int(rng.integers(1, 5))):  # groups of trees of one sort
        sign = 1.0 if chance(rng, 0.55) else -1.0
        edge = left if sign > 0 else right
        tall, first = between(rng, 3, 11), 8.0 + 65.0 * float(rng.random())
        green = tinted(rng, (46, 82, 62), 20)
        for _ in range(int(rng.integers(1, 5))):
            height = tall * between(rng, 0.7, 1.2)
            x = first + between(rng, 0.0, 14.0)
            y = sign * (edge + 2.0 + height * 0.25 + between(rng, 0, 7))
            wide = height * between(rng, 0.5, 0.8)
            shade = tinted(rng, green, 8)
            look = int(rng.integers(0, 1 << 16))
            out.append(Prop(PropKind.TREE, x, y, height, wide, shade, look))
    return tuple(out)
