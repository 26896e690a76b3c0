"""Where to drive within the road: the path's part of the table in `advise`."""

from __future__ import annotations

from vlm_driving.core import PathAdvice, SpeedAdvice
from vlm_driving.simulator.advice_terms import IN_LANE_M, WORKS_BLOCK_M, WORKS_INTO_M, Cause
from vlm_driving.simulator.fact_types import CyclistFact, Facts, Offset, Side
from vlm_driving.simulator.scene import CyclistPlace, Gesture, PedestrianPlace

ONCOMING_M = 40.0
"""Nearer than this an oncoming vehicle keeps us on our side."""
OTHER_M = 15.0
"""Nearer than this a vehicle on the next lane keeps us on ours."""
OBSTACLE_M = 45.0
WORKS_M = 50.0
PARKED_M = 40.0
CYCLIST_PASS_M = 40.0
PERSON_M = 30.0
LEFT_ROOM_M = 25.0
"""No room on the left where something stands there nearer than this."""


def waved_on(facts: Facts) -> bool:
    """Whether a flagger lets us pass: he keeps the other direction back."""
    return facts.flagger is not None and facts.flagger.gesture is Gesture.PROCEED


def right_blocked(facts: Facts) -> bool:
    """Whether the way round on the right is taken."""
    if waved_on(facts):
        return False
    oncoming, other = facts.oncoming, facts.other_vehicle_ahead_m
    if facts.lanes == 1:
        return oncoming is not None and oncoming.range_m < ONCOMING_M
    return other is not None and other < OTHER_M


def left_blocked(facts: Facts) -> bool:
    """Whether something at the left edge leaves no room to give way there."""
    parked, works = facts.parked, facts.works
    if parked is not None and parked.range_m < LEFT_ROOM_M and parked.overlap_m > IN_LANE_M:
        return True
    if works is not None and works.side is Side.LEFT and works.overlap_m > WORKS_INTO_M:
        return works.range_m < LEFT_ROOM_M
    return edge_cyclist(facts, LEFT_ROOM_M) is not None or _left_person(facts, LEFT_ROOM_M)


def parked_in_way(facts: Facts) -> bool:
    """Whether a parked vehicle leaves less than a metre beside us."""
    parked = facts.parked
    return parked is not None and parked.range_m < PARKED_M and parked.overlap_m > IN_LANE_M


def works_block(facts: Facts) -> bool:
    """Whether road works take our lane."""
    return facts.works is not None and facts.works.overlap_m > WORKS_BLOCK_M


def edge_cyclist(facts: Facts, within_m: float) -> CyclistFact | None:
    """The nearest cyclist who rides on our lane, whichever way."""
    for cyclist in facts.cyclists:
        rides = cyclist.place is CyclistPlace.LANE or (
            cyclist.place is CyclistPlace.ONCOMING and cyclist.side is not Side.RIGHT
        )
        if rides and cyclist.range_m < within_m:
            return cyclist
    return None


def oncoming_in_way(facts: Facts) -> bool:
    """Whether an oncoming vehicle is near and on our side."""
    oncoming = facts.oncoming
    return oncoming is not None and oncoming.encroaching and oncoming.range_m < ONCOMING_M


def choose_path(facts: Facts, speed: SpeedAdvice) -> tuple[PathAdvice, Cause]:
    """The path and its cause; KEEP has none. A stop keeps the path."""
    if speed is SpeedAdvice.STOP:
        return PathAdvice.KEEP, Cause.NONE
    if oncoming_in_way(facts):
        if facts.offset is Offset.LEFT or left_blocked(facts):
            return PathAdvice.KEEP, Cause.NONE
        return PathAdvice.SHIFT_LEFT, Cause.ENCROACHING
    works = facts.works
    if _works_reach(facts) and works is not None and works.side is Side.RIGHT:
        if facts.offset is Offset.LEFT or left_blocked(facts):
            return PathAdvice.KEEP, Cause.NONE
        return PathAdvice.SHIFT_LEFT, Cause.WORKS
    cause = _reason_to_go_right(facts)
    if cause is not Cause.NONE and not right_blocked(facts):
        if facts.offset is Offset.RIGHT:
            return PathAdvice.KEEP, Cause.NONE
        return PathAdvice.SHIFT_RIGHT, cause
    if facts.offset is Offset.CENTER or _obstacle_in_way_back(facts):
        return PathAdvice.KEEP, Cause.NONE
    back = PathAdvice.SHIFT_RIGHT if facts.offset is Offset.LEFT else PathAdvice.SHIFT_LEFT
    return back, Cause.DRIFT


def _obstacle_in_way_back(facts: Facts) -> bool:
    """Whether an object lies beside us, on the side where the middle of the lane is."""
    thing = facts.obstacle
    if thing is None or thing.range_m >= OBSTACLE_M:
        return False
    return (facts.offset, thing.side) in (
        (Offset.RIGHT, Side.LEFT),
        (Offset.LEFT, Side.RIGHT),
    )


def _works_reach(facts: Facts) -> bool:
    works = facts.works
    return works is not None and works.range_m < WORKS_M and works.overlap_m > WORKS_INTO_M


def _left_person(facts: Facts, within_m: float) -> bool:
    return any(
        p.place is PedestrianPlace.ROAD and p.side is Side.LEFT and p.range_m < within_m
        for p in facts.pedestrians
    )


def _reason_to_go_right(facts: Facts) -> Cause:
    """What stands in our lane, or at its left edge."""
    obstacle = facts.obstacle
    if obstacle is not None and obstacle.side is Side.CENTER and obstacle.range_m < OBSTACLE_M:
        return Cause.OBSTACLE
    if _works_reach(facts):
        return Cause.WORKS
    if parked_in_way(facts):
        return Cause.PARKED
    if edge_cyclist(facts, CYCLIST_PASS_M) is not None:
        return Cause.CYCLIST
    return Cause.ROADSIDE_PEDESTRIAN if _left_person(facts, PERSON_M) else Cause.NONE
