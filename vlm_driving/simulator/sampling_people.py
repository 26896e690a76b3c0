"""Themes made of people on foot and of cyclists along the road."""

from __future__ import annotations

from vlm_driving.simulator.sampling_draft import Draft
from vlm_driving.simulator.sampling_traffic import far_or_near
from vlm_driving.simulator.sampling_world import between, chance, pick
from vlm_driving.simulator.scene import CyclistPlace, PedestrianPlace


def on_road(draft: Draft) -> None:
    """Somebody on the carriageway: in our way, or at its left edge."""
    rng, half = draft.rng, draft.road.lane_width_m / 2
    x = far_or_near(rng, 5.5, 32.0)
    if chance(rng, 0.45):
        y = between(rng, -1.0, 1.0) * max(half - 0.75, 0.25)
        draft.halt_m = x - 3.0
    else:
        y = draft.road.left_m - between(rng, 0.05, min(0.6, 0.35 * half))
    draft.person(PedestrianPlace.ROAD, x, y)
    if chance(rng, 0.15):
        draft.person(PedestrianPlace.ROAD, x + between(rng, 0.7, 2.0), y + 0.2)
    draft.clear_m = max(draft.clear_m, x + 3.0)


def on_pavement(draft: Draft, count: int) -> None:
    """People walking beside the road on either side, where the camera sees them."""
    rng = draft.rng
    wide = draft.road.pavement_m
    deep = max(0.5, wide - 0.3) if wide > 0 else 0.45
    for _ in range(count):
        left = chance(rng, 0.65)
        edge = draft.left_m if left else -draft.right_m
        aside = edge + (between(rng, 0.3, deep) if wide > 0 else between(rng, -0.35, 0.1))
        x = far_or_near(rng, max(6.0, 1.9 * aside), 38.0)
        if any(low - 1.0 < x < high + 1.0 for low, high in draft.gaps):
            continue
        draft.person(PedestrianPlace.PAVEMENT, x, aside if left else -aside)


def cyclist_in_lane(draft: Draft) -> None:
    """A cyclist going our way along the left edge of our lane, which is the leftmost one."""
    rng, road = draft.rng, draft.road
    if road.ego_lane > 0:
        return
    x = far_or_near(rng, 5.0, 36.0)
    y = road.left_m - between(rng, 0.15, min(0.9, 0.4 * road.lane_width_m))
    if draft.cyclist(CyclistPlace.LANE, x, y):
        draft.clear_m = max(draft.clear_m, x + 3.0)


def cyclist_oncoming(draft: Draft) -> None:
    """A cyclist towards us: on the far side, or on our side against the rule."""
    rng, road = draft.rng, draft.road
    x = far_or_near(rng, 6.0, 34.0)
    if road.ego_lane == 0 and (chance(rng, 0.5) or road.right_m < -0.42 * x):
        y = road.left_m - between(rng, 0.1, 0.7)
        draft.clear_m = max(draft.clear_m, x + 3.0)
    else:
        y = road.right_m + between(rng, 0.1, 0.6)
    draft.cyclist(CyclistPlace.ONCOMING, x, y)


def cyclist_on_pavement(draft: Draft) -> None:
    """A cyclist beside the road."""
    rng, wide = draft.rng, draft.road.pavement_m
    left = chance(rng, 0.7)
    edge = draft.left_m if left else -draft.right_m
    aside = edge + (
        between(rng, 0.4, max(0.6, wide - 0.4)) if wide > 0 else between(rng, -0.2, 0.2)
    )
    x = far_or_near(rng, max(6.0, 2.0 * aside), 36.0)
    draft.cyclist(CyclistPlace.PAVEMENT, x, aside if left else -aside)


def passers_by(draft: Draft) -> None:
    """People who have nothing to do with the theme."""
    rng = draft.rng
    if chance(rng, 0.15 + 0.3 * draft.density):
        on_pavement(draft, 1 + pick(rng, 3))
    if chance(rng, 0.035):
        cyclist_on_pavement(draft)
    if chance(rng, 0.035):
        cyclist_in_lane(draft)
    if chance(rng, 0.01):
        cyclist_oncoming(draft)
