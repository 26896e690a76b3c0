"""Trials and measurements: beside the one that answers, costing words and never advice."""

from __future__ import annotations

from support.ladder_world import NAMES, Race, at, see, trial

from vlm_driving.pipeline.breaker import Ending, Gate
from vlm_driving.pipeline.ladder_state import (
    Advised,
    Cancel,
    Close,
    Failed,
    Finished,
    Freed,
    Judge,
    Start,
    Tick,
)
from vlm_driving.pipeline.ladder_wake import wake_ns

FPGA, GPU, CPU = NAMES


def test_the_answer_of_a_trial_is_not_published_instead_of_a_healthy_one():
    race = Race(trial(FPGA, p99=30), see(CPU, 110))
    race(Advised(FPGA), 20)
    assert race(Finished(FPGA), 40) == (Judge(FPGA, Ending.SUCCESS, at(0)),)
    assert race.published == []
    race(Advised(CPU), 100)
    race(Finished(CPU), 120)
    decision = race.decision
    assert (decision.backend, decision.fallback_from) == (CPU, (FPGA,))
    assert decision.reason == "fpga: on trial"


def test_the_answer_of_a_trial_is_better_than_none():
    race = Race(trial(FPGA, p99=30), see(CPU, 110))
    race(Advised(FPGA), 20)
    race(Finished(FPGA), 40)
    race(Failed(CPU, Ending.CRASH), 60)
    decision = race.decision
    assert (decision.backend, decision.fallback_from) == (FPGA, ())
    assert decision.reason == "onnx-cpu: failed (crash)"
    assert race.state.closed_ns == at(60)


def test_the_watch_publishes_the_answer_of_a_trial_where_the_healthy_one_is_silent():
    race = Race(trial(FPGA, p99=30), see(CPU, 110))
    race(Advised(FPGA), 20)
    race(Close(), 194)
    assert race.decision.backend == FPGA
    assert race.decision.reason == "onnx-cpu: no advice in time"


def test_the_advice_of_a_trial_does_not_hold_up_a_fallback():
    race = Race(trial(FPGA, p99=30), see(GPU, 60), see(CPU, 110))
    race(Advised(FPGA), 20)
    race(Tick(), 80)
    assert race.starts == {FPGA: 0, GPU: 0, CPU: 80}


def test_a_trial_at_work_is_not_counted_on_when_the_healthy_one_fails():
    race = Race(trial(FPGA, p99=30), see(GPU, 60), see(CPU, 110))
    race(Failed(GPU, Ending.HANG), 10)
    assert race.starts == {FPGA: 0, GPU: 0, CPU: 10}


def test_a_trial_goes_on_after_the_report_and_is_judged_by_its_advice():
    race = Race(trial(FPGA, p99=230), see(CPU, 60))
    assert race.state.entry(FPGA).until_ns == at(230)  # its whole need, beyond the frame's time
    race(Advised(CPU), 50)
    actions = race(Finished(CPU), 80)
    assert Cancel(FPGA) not in actions
    assert not race.state.over
    assert race(Advised(FPGA), 225) == (Cancel(FPGA), Judge(FPGA, Ending.SUCCESS, at(0)))
    assert race.state.over
    assert race.state.late == 0  # it had time of its own
    assert race.decision.backend == CPU


def test_a_trial_that_stays_silent_is_slow_at_the_end_of_its_own_time():
    race = Race(trial(FPGA, p99=230), see(CPU, 60))
    race(Close(), 194)
    assert wake_ns(race.state, at(194)) == at(230)
    assert race(Tick(), 229) == ()
    assert race(Tick(), 230) == (Cancel(FPGA), Judge(FPGA, Ending.SLOW, at(0)))
    assert race.state.over


def test_a_trial_on_shared_cores_begins_when_advice_is_there():
    race = Race(trial(FPGA, p99=90, cores="cpu"), see(CPU, 100, cores="cpu"))
    assert race.starts == {CPU: 0}
    actions = race(Advised(CPU), 70)
    assert actions == (Start(FPGA, at(190), True),)
    race(Finished(CPU), 110)
    assert race.decision.backend == CPU
    assert race.decision.asked == (FPGA, CPU)


def test_a_trial_on_shared_cores_does_not_begin_when_the_report_is_closed():
    race = Race(trial(FPGA, p99=90, cores="cpu"), see(CPU, 100, cores="cpu"))
    race(Close(), 194)
    assert race.starts == {CPU: 0}
    assert race.state.over


def test_a_trial_on_shared_cores_is_the_last_resort():
    race = Race(trial(FPGA, p99=90, cores="cpu"), see(CPU, 100, cores="cpu"))
    actions = race(Failed(CPU, Ending.GARBAGE), 30)
    assert actions[-1] == Start(FPGA, at(190), True)
    race(Advised(FPGA), 100)
    race(Finished(FPGA), 110)
    assert race.decision.backend == FPGA


def test_a_second_trial_begins_only_when_nothing_else_is_left():
    race = Race(trial(FPGA), trial(GPU), see(CPU))
    assert race.starts == {FPGA: 0, CPU: 0}
    race(Failed(CPU, Ending.CRASH), 10)
    assert race.starts == {FPGA: 0, CPU: 0}
    race(Failed(FPGA, Ending.CRASH), 20)
    assert race.starts == {FPGA: 0, CPU: 0, GPU: 20}


def test_where_none_is_healthy_a_trial_answers_like_any_other():
    race = Race(trial(FPGA, p99=30), trial(GPU, p99=60), see(CPU, gate=Gate.OPEN))
    assert race.starts == {FPGA: 0}
    race(Failed(FPGA, Ending.HANG), 20)
    race(Advised(GPU), 60)
    race(Finished(GPU), 80)
    decision = race.decision
    assert (decision.backend, decision.fallback_from) == (GPU, (FPGA,))


def test_a_measurement_answers_if_it_is_quicker_than_its_figures_say():
    race = Race(see(FPGA, 300, last_start=None), see(CPU, 100))
    assert race.starts == {FPGA: 0, CPU: 0}
    actions = race(Advised(FPGA), 40)
    assert actions == (Cancel(CPU), Judge(CPU, Ending.EXCUSED, at(0)))
    race(Finished(FPGA), 80)
    assert (race.decision.backend, race.decision.fallback_from) == (FPGA, ())


def test_a_measurement_is_not_counted_on_and_goes_on_after_the_report():
    race = Race(see(FPGA, 300, last_start=None), see(GPU, 100), see(CPU, 100))
    race(Failed(GPU, Ending.ERROR), 10)
    assert race.starts == {FPGA: 0, GPU: 0, CPU: 10}
    race(Advised(CPU), 90)
    race(Finished(CPU), 120)
    assert race.decision.reason == "fpga: no advice in time, onnx-gpu: failed (error)"
    assert race(Tick(), 200) == ()
    assert race(Advised(FPGA), 250) == (Cancel(FPGA), Judge(FPGA, Ending.SUCCESS, at(0)))


def test_a_healthy_one_that_comes_free_does_not_wait_for_a_trial():
    race = Race(see(FPGA, 30, busy_since=-150), trial(CPU, p99=60))
    assert race.starts == {CPU: 0}
    race(Freed(FPGA), 10)
    assert race.starts == {CPU: 0, FPGA: 10}


def test_a_trial_does_not_rob_a_better_one_that_may_still_answer():
    race = Race(see(FPGA, 50, cores="cpu"), trial(GPU, p99=40, cores="cpu"), see(CPU, 100))
    race(Tick(), 90)
    race(Advised(CPU), 150)
    assert race.starts == {FPGA: 0, CPU: 90}
    race(Advised(FPGA), 155)
    assert race.starts == {FPGA: 0, CPU: 90, GPU: 155}


def test_a_spare_that_comes_free_is_no_fallback():
    race = Race(trial(FPGA, p99=30, busy_since=-150), see(CPU, 150))
    race(Freed(FPGA), 10)
    race(Tick(), 160)
    assert race.starts == {CPU: 0}
    race(Failed(CPU, Ending.CRASH), 165)
    assert race.starts == {CPU: 0, FPGA: 165}
