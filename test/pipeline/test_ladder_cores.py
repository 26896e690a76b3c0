"""A fallback on the cores of one that is nearly done: it waits on proof, and never for long."""

from __future__ import annotations

import pytest
from support.ladder_world import NAMES, Race, at, ns, see

from vlm_driving.pipeline.breaker import Ending
from vlm_driving.pipeline.ladder_state import Failed, Nearing, Tick
from vlm_driving.pipeline.ladder_wake import wake_ns

FPGA, GPU, CPU = NAMES


def wake_ms(race, ms):
    return (wake_ns(race.state, at(ms)) - at(0)) / 1e6


def test_a_fallback_on_other_cores_is_never_put_off():
    race = Race(see(FPGA, 100, cores="npu"), see(CPU, 130, p50=60, cores="cpu"))
    race(Nearing(FPGA), 55)
    race(Tick(), 60)
    assert race.starts == {FPGA: 0, CPU: 60}


def test_a_fallback_on_the_same_cores_waits_only_for_one_that_shows_life():
    def race():
        return Race(see(FPGA, 100, cores="cpu"), see(CPU, 130, p50=60, cores="cpu"))

    silent = race()
    silent(Tick(), 60)
    assert silent.starts == {FPGA: 0, CPU: 60}
    near = race()
    near(Nearing(FPGA), 55)
    near(Tick(), 60)
    assert near.starts == {FPGA: 0}
    assert wake_ms(near, 60) == 100
    near(Tick(), 100)
    assert near.starts == {FPGA: 0, CPU: 100}


def test_a_fallback_is_never_put_off_beyond_its_own_median():
    race = Race(see(FPGA, 150, cores="cpu"), see(CPU, 130, p50=100, cores="cpu"))
    race(Nearing(FPGA), 50)
    assert wake_ms(race, 60) == 90
    race(Tick(), 90)
    assert race.starts == {FPGA: 0, CPU: 90}
    assert race.state.entry(CPU).step.need_ns == ns(130)


def test_one_that_showed_life_and_then_failed_holds_up_nobody():
    race = Race(see(FPGA, 100, cores="cpu"), see(CPU, 130, p50=60, cores="cpu"))
    race(Nearing(FPGA), 55)
    race(Failed(FPGA, Ending.HANG), 70)
    assert race.starts == {FPGA: 0, CPU: 70}


def test_what_is_no_failure_cannot_fail_a_backend():
    with pytest.raises(ValueError, match="success is no failure"):
        Failed(FPGA, Ending.SUCCESS)
