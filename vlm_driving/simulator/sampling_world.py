"""The random numbers of sampling, and the road of a drive."""

from __future__ import annotations

import numpy as np

from vlm_driving.simulator.scene import CentreLine, Colour, EdgeKind, Road

Rng = np.random.Generator


def chance(rng: Rng, probability: float) -> bool:
    """True with this probability."""
    return bool(rng.random() < probability)


def between(rng: Rng, low: float, high: float) -> float:
    """A uniform number."""
    return low + (high - low) * float(rng.random())


def pick(rng: Rng, count: int) -> int:
    """A number from 0 to count - 1."""
    return int(rng.random() * count)


def tinted(rng: Rng, colour: Colour, spread: float) -> Colour:
    """A colour moved at random by up to `spread` a channel and as much in brightness."""
    base = between(rng, -spread, spread)
    b, g, r = (min(255.0, max(0.0, c + base + between(rng, -spread, spread) / 2)) for c in colour)
    return b, g, r


def sample_road(rng: Rng, density: float, lanes: int, ego_lane: int, straight: bool) -> Road:
    """A road with `lanes` in our direction; `straight` keeps it so (near a junction)."""
    oncoming = lanes if chance(rng, 0.75) else max(1, lanes - 1)
    draw = rng.random()
    centre = CentreLine.YELLOW if draw < 0.5 else CentreLine.WHITE
    if lanes == 1 and draw > 0.72:
        centre = CentreLine.WHITE_DASHED
    kerb = chance(rng, 0.25 + 0.5 * density)
    pavement = between(rng, 1.5, 4.0) if chance(rng, 0.3 + 0.65 * density) else 0.0
    bend = 0.0 if straight else between(rng, -1, 1) ** 3 * 0.006
    if chance(rng, 0.3 * density + 0.1):
        verge = tinted(rng, (128, 132, 138), 22)
    else:
        verge = tinted(rng, (62, 112, 100), 24)
    return Road(
        lane_width_m=between(rng, 2.75, 3.5),
        lanes=lanes,
        ego_lane=ego_lane,
        oncoming_lanes=oncoming,
        centre=centre,
        edge=EdgeKind.KERB if kerb else EdgeKind.LINE,
        shoulder_m=between(rng, 0.25, 0.6) if kerb else between(rng, 0.4, 1.4),
        pavement_m=pavement,
        curvature_per_m=bend,
        slope_per_m=between(rng, -1, 1) * 0.0005,
        asphalt=between(rng, 72, 125),
        paint=between(rng, 0.55, 1.0),
        dash_phase_m=between(rng, 0, 10),
        verge=verge,
        grain=int(rng.integers(0, 1 << 16)),
    )
