"""What holds for the advice of any facts."""

from __future__ import annotations

import numpy as np
import pytest
from simulator.random_facts import random_facts

from vlm_driving.simulator import Facts, advise, decide
from vlm_driving.simulator.advice_terms import Cause, in_the_way
from vlm_driving.simulator.scene import Arrow, CyclistPlace, Gesture, SignalColour

SPEEDS = (None, 0.0, 5.0, 15.0, 30.0, 45.0, 70.0)


@pytest.fixture(scope="module")
def cases() -> list[tuple[Facts, float | None]]:
    """Some hundred random facts, each with one of the speeds."""
    rng = np.random.default_rng(17)
    return [
        (random_facts(rng, blind_share=0.0), SPEEDS[int(rng.integers(len(SPEEDS)))])
        for _ in range(600)
    ]


def must_not_speed_up(facts: Facts, standing: bool) -> bool:
    """What nobody may accelerate towards, said without the rules of the advice."""
    flagger, colour = facts.flagger, facts.signal and facts.signal.colour
    straight = facts.signal is not None and Arrow.STRAIGHT in facts.signal.arrows
    told = colour is SignalColour.RED and not straight and flagger is None
    near_red = told and facts.signal is not None and facts.signal.range_m < 45.0
    held = flagger is not None and flagger.gesture is Gesture.HOLD
    shut = facts.railway is not None and facts.railway.closed and facts.railway.range_m < 45.0
    people = any(in_the_way(p) and p.range_m < 45.0 for p in facts.pedestrians)
    riders = any(c.place is CyclistPlace.CROSSING and c.range_m < 45.0 for c in facts.cyclists)
    crosser = facts.crossing_vehicle is not None and facts.crossing_vehicle.in_lane
    braking = facts.lead is not None and bool(facts.lead.braking) and facts.lead.range_m < 20.0
    to_check = not standing and (
        facts.railway is not None
        or (facts.stop_sign_m is not None and facts.signal is None and flagger is None)
    )
    return any((near_red, held, shut, people, riders, crosser, braking, to_check))


def test_nobody_speeds_up_towards_a_stop(cases: list[tuple[Facts, float | None]]) -> None:
    seen = 0
    for facts, speed in cases:
        if must_not_speed_up(facts, speed == 0.0):
            seen += 1
            assert advise(facts, speed).speed.value != "ACCELERATE", (facts, speed)
    assert seen > 100


def test_a_stop_has_its_cause_and_keeps_the_path(cases: list[tuple[Facts, float | None]]) -> None:
    may_stop = {
        "pedestrian", "cyclist_crossing", "flagger_hold", "railway_closed", "railway", "red",
        "red_arrow", "yellow", "stop_sign", "crossing_vehicle", "obstacle", "waiting", "jam",
        "lead", "works", "parked", "encroaching", "cyclist",
    }  # fmt: skip
    for facts, speed in cases:
        decision = decide(facts, speed)
        if decision.advice.speed.value == "STOP":
            assert decision.speed_cause.value in may_stop
            assert decision.advice.path.value == "KEEP"
            assert decision.advice.hazards
        assert (decision.advice.path.value == "KEEP") == (decision.path_cause is Cause.NONE)


def test_a_standing_ego_stays_or_goes(cases: list[tuple[Facts, float | None]]) -> None:
    for facts, _ in cases:
        assert advise(facts, 0.0).speed.value in ("STOP", "ACCELERATE")


def test_faster_is_never_told_less(cases: list[tuple[Facts, float | None]]) -> None:
    """A higher speed gets the same or more careful advice (a yellow signal apart)."""
    care = {"ACCELERATE": 0, "KEEP": 1, "DECELERATE": 2, "STOP": 3}
    for facts, _ in cases:
        if facts.signal is not None and facts.signal.colour is SignalColour.YELLOW:
            continue
        cares = [care[advise(facts, v).speed.value] for v in (5.0, 15.0, 30.0, 45.0, 70.0, 90.0)]
        assert cares == sorted(cares), facts


def test_hazards_are_few_and_each_once(cases: list[tuple[Facts, float | None]]) -> None:
    for facts, speed in cases:
        hazards = advise(facts, speed).hazards
        assert len(hazards) <= 3 and len(set(hazards)) == len(hazards)
