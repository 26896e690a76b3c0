"""The plan for one frame: every small ladder, and each line of the module's tables."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from support.ladder_world import MS, NAMES, at, make_plan, ns, see, trial

from vlm_driving.core import UserError
from vlm_driving.pipeline.breaker import Breaker, BreakerSettings, Gate
from vlm_driving.pipeline.ladder_plan import PREFERRED, Role
from vlm_driving.pipeline.ladder_view import LadderSettings, view
from vlm_driving.pipeline.latency import ADVICE, DONE, Latencies

FPGA, GPU, CPU = NAMES


def roles(made):
    return {step.backend: step.role.value for step in made.steps}


def starts(made):
    """Milliseconds from the frame by backend."""
    return {
        step.backend: (step.start_ns - at(0)) / MS
        for step in made.steps
        if step.start_ns is not None
    }


def test_the_preferred_starts_now_and_the_others_at_their_latest_instants():
    made = make_plan(see(FPGA, 30), see(GPU, 60), see(CPU, 110))
    assert roles(made) == {FPGA: "first", GPU: "fallback", CPU: "fallback"}
    assert starts(made) == {FPGA: 0, GPU: 130, CPU: 80}
    assert (made.fallback_from, made.reason) == ((), PREFERRED)


def test_the_margin_is_taken_before_a_p99_is_believed():
    settings = LadderSettings(margin=1.5)
    made = make_plan(see(FPGA, 30), see(CPU, 100), settings=settings)
    assert starts(made) == {FPGA: 0, CPU: 40}


def test_what_was_not_measured_is_planned_with_its_prior():
    settings = LadderSettings(margin=1.0, prior_ms={CPU: 150.0}, default_prior_ms=40.0)
    made = make_plan(see(FPGA, None), see(CPU, None), settings=settings)
    assert [step.need_ns for step in made.steps] == [ns(40), ns(150)]
    assert [step.typical_ns for step in made.steps] == [ns(40), ns(150)]


def test_one_that_does_not_fit_is_passed_over_and_named():
    made = make_plan(see(FPGA, 191), see(GPU, 190), see(CPU, 50))
    assert roles(made) == {FPGA: "reserve", GPU: "first", CPU: "fallback"}
    assert made.fallback_from == (FPGA,)
    assert made.reason == "fpga: too slow for the time left"


def test_where_nothing_fits_the_likely_soonest_starts_at_once():
    made = make_plan(see(FPGA, 300, p50=150), see(GPU, 400, p50=120), see(CPU, 250, p50=200))
    assert roles(made) == {FPGA: "reserve", GPU: "first", CPU: "reserve"}
    assert starts(made) == {GPU: 0}


def test_one_that_will_be_free_in_time_is_waited_for_and_another_is_not():
    soon, late = see(FPGA, 60, busy_since=-80), see(FPGA, 180, busy_since=-80)
    assert starts(make_plan(soon, see(CPU, 100))) == {FPGA: 20, CPU: 90}
    assert starts(make_plan(late, see(CPU, 100))) == {CPU: 0}


def test_one_that_is_overdue_with_an_older_frame_stands_by():
    made = make_plan(see(FPGA, 30, busy_since=-101), see(CPU, 100))
    assert roles(made) == {FPGA: "standby", CPU: "first"}
    assert made.reason == "fpga: still busy with an older frame"


def test_one_that_began_in_the_future_by_a_jumping_clock_stands_by():
    assert roles(make_plan(see(FPGA, 30, busy_since=5)))[FPGA] == "standby"


def test_a_trial_runs_beside_the_healthy_one_and_never_instead_of_it():
    made = make_plan(trial(FPGA), see(CPU, 100))
    assert roles(made) == {FPGA: "beside", CPU: "first"}
    assert starts(made) == {FPGA: 0, CPU: 0}
    assert made.reason == "fpga: on trial"


def test_a_trial_on_the_cores_of_a_healthy_one_waits_for_advice():
    made = make_plan(trial(FPGA, cores="cpu"), see(CPU, 100, cores="cpu"))
    assert roles(made) == {FPGA: "beside", CPU: "first"}
    assert starts(made) == {CPU: 0}


def test_one_trial_beside_a_frame_is_enough():
    made = make_plan(trial(FPGA), trial(GPU), see(CPU))
    assert roles(made) == {FPGA: "beside", GPU: "reserve", CPU: "first"}


def test_where_none_is_healthy_those_on_trial_make_up_the_ladder():
    made = make_plan(trial(FPGA, p99=50), trial(GPU, p99=60), see(CPU, gate=Gate.OPEN))
    assert roles(made) == {FPGA: "first", GPU: "fallback"}
    assert [step.spare for step in made.steps] == [False, False]


def test_a_slow_one_that_has_rested_is_measured_beside():
    fresh, rested = see(FPGA, 300, last_start=-999), see(FPGA, 300, last_start=-1000)
    assert roles(make_plan(fresh, see(CPU)))[FPGA] == "reserve"
    assert roles(make_plan(rested, see(CPU)))[FPGA] == "beside"
    assert roles(make_plan(see(FPGA, 300, last_start=None), see(CPU)))[FPGA] == "beside"
    assert roles(make_plan(rested, trial(GPU), see(CPU))) == {
        FPGA: "reserve",
        GPU: "beside",
        CPU: "first",
    }


def test_a_less_preferred_slow_one_is_not_measured():
    made = make_plan(see(FPGA), see(CPU, 300, last_start=None))
    assert roles(made) == {FPGA: "first", CPU: "reserve"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "warming"}, "worker is warming"),
        ({"state": "waiting"}, "worker is waiting"),
        ({"gate": Gate.OPEN}, "breaker is open"),
        ({"gate": Gate.TRIAL_RUNNING}, "its trial is still running"),
    ],
)
def test_a_refusal_says_why(changes, reason):
    made = make_plan(see(FPGA, **changes), see(CPU))
    assert [(one.backend, one.reason) for one in made.refusals] == [(FPGA, reason)]
    assert made.reason == f"fpga: {reason}"


def test_a_plan_without_any_backend_says_why():
    made = make_plan(see(FPGA, state="broken"), see(CPU, gate=Gate.OPEN))
    assert (made.first, made.fallback_from) == (None, ())
    assert made.reason == "fpga: worker is broken, onnx-cpu: breaker is open"
    assert make_plan().reason == "no backend on the ladder"


def test_nothing_starts_when_the_time_is_over():
    made = make_plan(see(FPGA), see(CPU), now=190)
    assert made.steps == ()
    assert made.reason == "fpga: no time was left, onnx-cpu: no time was left"


def test_without_a_limit_the_preferred_works_and_the_others_wait_for_its_failure():
    made = make_plan(see(FPGA, 10_000), see(CPU), until=None)
    assert roles(made) == {FPGA: "first", CPU: "reserve"}


def test_two_backends_of_one_name_are_a_mistake():
    with pytest.raises(ValueError, match="two backends of one name"):
        make_plan(see(CPU), see(CPU))


def test_a_view_is_made_of_breaker_and_latencies():
    latencies = Latencies()
    for ms in range(1, 101):
        latencies.add(ADVICE, float(ms), 0)
        latencies.add(DONE, 2.0 * ms, 0)
    made = view(CPU, "ready", Breaker(), latencies, 0, breaker_settings=BreakerSettings())
    assert made.gate is Gate.CLOSED
    assert (made.advice_p50_ms, made.advice_p99_ms, made.busy_p99_ms) == (50.0, 99.0, 198.0)


@pytest.mark.parametrize(
    "changes", [{"margin": 0.9}, {"default_prior_ms": 0.0}, {"prior_ms": {"x": -1}}]
)
def test_settings_that_make_no_sense_are_refused(changes):
    with pytest.raises(UserError):
        LadderSettings(**changes)


WORKERS: dict[str, dict[str, Any]] = {
    "ready": {},
    "busy, soon free": {"busy_since": -80},
    "busy, overdue": {"busy_since": -150},
    "dead": {"state": "broken"},
}


def kinds_of(name, workers, gates, cores=("",)):
    """Every kind of one backend, less the differences in a refused one that nobody looks at."""
    p99 = 60 + NAMES.index(name)
    for worker, gate, fits, where in product(workers, gates, (True, False), cores):
        usable = worker != "dead" and gate in (Gate.CLOSED, Gate.TRIAL_DUE)
        if usable or fits:
            made = see(name, p99 if fits else 5 * p99, gate=gate, cores=where, **WORKERS[worker])
            yield worker, gate, fits, made


def test_every_ladder_of_three_keeps_the_rules():
    """All of worker state x breaker x fits or not, for three backends."""
    for ladder in product(*(list(kinds_of(name, WORKERS, Gate)) for name in NAMES)):
        _check_plan(ladder, make_plan(*(one[3] for one in ladder)))


def test_every_ladder_of_three_on_shared_cores_keeps_the_rules():
    columns = [
        list(kinds_of(name, ("ready",), (Gate.CLOSED, Gate.TRIAL_DUE), ("", "cpu")))
        for name in NAMES
    ]
    for ladder in product(*columns):
        _check_plan(ladder, make_plan(*(one[3] for one in ladder)))


def p50(step):
    return step.typical_ns / MS


def _check_plan(ladder, made):
    steps = {step.backend: step for step in made.steps}
    kinds = {one[3].name: one[:3] for one in ladder}
    usable = [
        name
        for name, (worker, gate, _) in kinds.items()
        if worker != "dead" and gate in (Gate.CLOSED, Gate.TRIAL_DUE)
    ]
    assert list(steps) == usable
    assert [one.backend for one in made.refusals] == [n for n in NAMES if n not in usable]
    free = [name for name in usable if kinds[name][0] != "busy, overdue"]
    rungs = [n for n in free if kinds[n][1] is Gate.CLOSED] or free
    fitting = [name for name in rungs if kinds[name][2]]
    if rungs:
        assert made.first is not None
        # The first that fits; with none, the one likely soonest (busy ones are free at 20).
        soonest = min(rungs, key=lambda n: 20 * (kinds[n][0] != "ready") + p50(steps[n]))
        assert made.first.backend == (fitting[0] if fitting else soonest)
        assert made.fallback_from == NAMES[: made.first.rank]
        assert made.first.start_ns == (at(20) if kinds[made.first.backend][0] != "ready" else at(0))
    else:
        assert made.first is None
    assert made.reason
    beside = [step for step in made.steps if step.role is Role.BESIDE]
    assert len(beside) <= 1
    for step in made.steps:
        _check_step(step, kinds[step.backend], fitting, rungs, made)


def _check_step(step, kind, fitting, rungs, made):
    worker, gate, _ = kind
    assert step.trial == (gate is Gate.TRIAL_DUE)
    # Never instead of a healthy one: a spare is not what the plan begins with, or falls back on.
    any_healthy = any(not other.trial for other in made.steps if other.backend in rungs)
    assert step.spare == (step.trial and any_healthy)
    assert not step.spare or step.role in (Role.BESIDE, Role.RESERVE, Role.STANDBY)
    assert (step.role is Role.STANDBY) == (worker == "busy, overdue")
    if step.role is Role.FALLBACK:
        assert step.backend in fitting
        assert step.start_ns + step.need_ns == made.work_until_ns
        assert step.start_ns >= step.free_ns
    elif step.backend in fitting:
        assert step.role is Role.FIRST
    if step.role is Role.BESIDE:
        others = [one for one in made.steps if one.backend in rungs and one is not step]
        assert (step.start_ns is None) == any(step.shares_cores(other) for other in others)
    if step.start_ns is not None:
        assert at(0) <= step.start_ns < made.work_until_ns
