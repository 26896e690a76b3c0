"""What lines a long road: buildings, props and passers-by, clear of the junctions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vlm_driving.simulator.sampling_roadside import sample_buildings, sample_props
from vlm_driving.simulator.sampling_world import Rng
from vlm_driving.simulator.scene import Building, Prop, Road

BLOCK_M = 95.0
"""What the samplers of single scenes fill at a time."""

Gaps = Sequence[tuple[float, float]]


def roadside(
    rng: Rng, road: Road, length_m: float, density: float, junctions: Gaps, clear: Gaps
) -> tuple[tuple[Building, ...], tuple[Prop, ...]]:
    """Buildings off the `junctions`, props off what has to stay `clear`; x from the start on."""
    buildings: list[Building] = []
    props: list[Prop] = []
    for start in np.arange(0.0, length_m + 120.0, BLOCK_M).tolist():
        for block in sample_buildings(rng, road, density):
            near, far = block.x_near_m + start, block.x_far_m + start
            if not any(near < high and far > low for low, high in junctions):
                buildings.append(replace(block, x_near_m=near, x_far_m=far))
        for prop in sample_props(rng, road, density):
            end = prop.x_m + (prop.width_m if prop.kind.value == "block_wall" else 0.0)
            if not any(low < end + start and prop.x_m + start < high for low, high in clear):
                props.append(replace(prop, x_m=prop.x_m + start))
    return tuple(buildings), tuple(props)
