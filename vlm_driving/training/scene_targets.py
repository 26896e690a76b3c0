"""What the summary of a scene has to hold: its facts, and the advice they lead to.

Advice is learned at four ego speeds as plain classes, long before the decoder says it: the
summary then carries what the rules need, not only what the picture shows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import HazardKind, PathAdvice, SpeedAdvice
from vlm_driving.simulator import FACT_TARGETS, Facts, advise, fact_targets

_SPEEDS_KMH: dict[str, float | None] = {"unknown": None, "0": 0.0, "20": 20.0, "60": 60.0}
_SPEED = {speed: i for i, speed in enumerate(SpeedAdvice)}
_PATH = {path: i for i, path in enumerate(PathAdvice)}

SCENE_TARGETS: dict[str, int] = {
    **FACT_TARGETS,
    **{f"speed_at_{name}": len(SpeedAdvice) for name in _SPEEDS_KMH},
    **{f"path_at_{name}": len(PathAdvice) for name in _SPEEDS_KMH},
    **{f"hazard_{kind.value}": 2 for kind in HazardKind},
}
"""Name of a target to its number of classes, in the order of `scene_targets`."""


def scene_targets(facts: Facts) -> NDArray[np.int64]:
    """(len(SCENE_TARGETS),) int64; -1 where a target does not apply."""
    seen = fact_targets(facts)
    if facts.blind is not None:
        nothing = np.full(len(SCENE_TARGETS) - len(seen), -1, np.int64)
        return np.concatenate([seen, nothing])
    advice = [advise(facts, speed) for speed in _SPEEDS_KMH.values()]
    kinds = {hazard.kind for hazard in advice[0].hazards}
    more = [_SPEED[a.speed] for a in advice] + [_PATH[a.path] for a in advice]
    more += [int(kind in kinds) for kind in HazardKind]
    return np.concatenate([seen, np.array(more, np.int64)])
