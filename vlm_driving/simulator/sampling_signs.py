"""Draws signs beside the road, and gantries over it."""

from __future__ import annotations

from vlm_driving.simulator.compositions import (
    HELD_OUT_SIGN_VARIANTS,
    SIGN_VARIANTS,
    Setting,
    pick_variant,
)
from vlm_driving.simulator.sampling_draft import Draft
from vlm_driving.simulator.sampling_world import between, chance, pick
from vlm_driving.simulator.scene import RoadClass, RoadSign, SignKind

_LIMITS: dict[RoadClass, tuple[int, ...]] = {
    RoadClass.RESIDENTIAL: (20, 30, 30, 30, 40),
    RoadClass.STREET: (30, 40, 40, 40, 50),
    RoadClass.ARTERIAL: (40, 50, 50, 60, 60),
    RoadClass.EXPRESSWAY: (50, 60, 80, 80, 100),
}
_OTHERS = (
    SignKind.NO_PARKING,
    SignKind.NO_PARKING,
    SignKind.WARNING,
    SignKind.WARNING,
    SignKind.CROSSING,
    SignKind.DIRECTION,
    SignKind.NO_ENTRY,
)


def _add(draft: Draft, kind: SignKind, x: float, z: float, size: float, value: int = 0) -> None:
    rng = draft.rng
    variant = pick_variant(
        draft.part,
        SIGN_VARIANTS,
        HELD_OUT_SIGN_VARIANTS,
        float(rng.random()),
        float(rng.random()),
    )
    if kind is SignKind.DIRECTION:  # odd ones are green: an expressway's
        green = draft.road.road_class is RoadClass.EXPRESSWAY
        variant = min(variant // 2 * 2, SIGN_VARIANTS - 2) + green
    y = draft.left_m + between(rng, 0.25, 0.55)
    if not draft.free(x - 0.3, x + 0.3, y - 0.2, y + 0.2):
        return
    draft.reserve(x - 0.1, x + 0.1, y - 0.1, y + 0.1)
    draft.signs.append(RoadSign(kind, x, y, z, size, value, variant))


def add_stop_sign(draft: Draft, x_m: float) -> None:
    """止まれ at the left, far enough ahead to be in the picture."""
    _add(
        draft,
        SignKind.STOP,
        max(x_m, 1.95 * (draft.left_m + 0.5)),
        between(draft.rng, 1.9, 2.6),
        between(draft.rng, 0.65, 0.9),
    )


def add_speed_limit(draft: Draft, farthest: float = 22.0) -> None:
    """A speed-limit sign whose number can mostly be read."""
    rng = draft.rng
    values = _LIMITS[draft.road.road_class]
    wide = draft.road.road_class is RoadClass.EXPRESSWAY
    nearest = max(5.0, 2.0 * (draft.left_m + 0.4))
    x = nearest + max(3.0, farthest - nearest) * float(rng.random()) ** 1.8
    draft.limit_kmh = values[pick(rng, len(values))]
    size = between(rng, 0.85, 1.2) if wide else between(rng, 0.6, 0.85)
    _add(draft, SignKind.SPEED_LIMIT, x, between(rng, 1.8, 2.8), size, draft.limit_kmh)


def add_other_signs(draft: Draft) -> None:
    """Signs that mean nothing for the advice, clear of the junction."""
    rng = draft.rng
    for _ in range(1 + pick(rng, 2)):
        kind = _OTHERS[pick(rng, len(_OTHERS))]
        if not draft.on_foot:
            kind = SignKind.DIRECTION if chance(rng, 0.5) else SignKind.WARNING
        x = max(6.0, 2.0 * draft.left_m) + 34.0 * float(rng.random())
        taken = any(abs(sign.x_m - x) < 2.5 for sign in draft.signs)
        if taken or any(low < x < high for low, high in draft.gaps):
            continue
        large = kind is SignKind.DIRECTION
        size = between(rng, 1.4, 2.4) if large else between(rng, 0.55, 0.75)
        if large and draft.setting is Setting.RESIDENTIAL:
            continue
        _add(draft, kind, x, between(rng, 3.2, 5.2) if large else between(rng, 1.9, 2.7), size)
