"""One frame after its plan: who starts when, who wins, who is judged, in times of the frame."""

from __future__ import annotations

from support.ladder_world import NAMES, Race, at, see

from vlm_driving.core import Outcome
from vlm_driving.pipeline.breaker import Ending, Gate
from vlm_driving.pipeline.ladder_plan import PREFERRED
from vlm_driving.pipeline.ladder_state import (
    Advised,
    Cancel,
    Close,
    CountLate,
    Failed,
    Finished,
    Freed,
    Judge,
    Publish,
    Refused,
    Start,
    Tick,
)
from vlm_driving.pipeline.ladder_wake import wake_ns

FPGA, GPU, CPU = NAMES


def three(**changes):
    """fpga needs 30 ms, gpu 60 (so from 130 on), cpu 110 (so from 80 on)."""
    return Race(see(FPGA, 30), see(GPU, 60), see(CPU, 110), **changes)


def judged(actions):
    return {action.backend: action.how for action in actions if isinstance(action, Judge)}


def wake_ms(race, ms):
    wake = wake_ns(race.state, at(ms))
    return None if wake is None else (wake - at(0)) / 1e6


def test_the_preferred_answers_and_nobody_else_is_asked():
    race = three()
    assert race(Advised(FPGA), 25) == ()
    assert race(Tick(), 150) == ()
    actions = race(Finished(FPGA), 160)
    assert race.starts == {FPGA: 0}
    assert judged(actions) == {FPGA: Ending.SUCCESS}
    decision = race.decision
    assert (decision.backend, decision.fallback_from, decision.reason) == (FPGA, (), PREFERRED)
    assert (decision.outcome, decision.asked) == (None, (FPGA,))
    assert race.state.over


def test_while_the_first_is_silent_each_next_starts_at_its_latest_instant():
    race = three()
    assert wake_ms(race, 0) == 80
    race(Tick(), 79)
    assert race.starts == {FPGA: 0}
    race(Tick(), 80)
    assert wake_ms(race, 80) == 130
    race(Tick(), 130)
    assert race.starts == {FPGA: 0, CPU: 80, GPU: 130}


def test_a_dispatcher_that_wakes_late_still_starts_the_fallback():
    race = three()
    race(Tick(), 95)
    assert race.starts == {FPGA: 0, CPU: 95}
    race(Tick(), 189)
    assert race.starts[GPU] == 189


def test_when_the_first_fails_the_next_starts_at_once():
    race = three()
    actions = race(Failed(FPGA, Ending.CRASH), 7)
    assert actions == (Judge(FPGA, Ending.CRASH, at(0)), Start(GPU, at(190), False))
    race(Advised(GPU), 50)
    race(Finished(GPU), 90)
    decision = race.decision
    assert (decision.backend, decision.fallback_from) == (GPU, (FPGA,))
    assert decision.reason == "fpga: failed (crash)"


def test_while_the_first_is_at_work_a_failed_fallback_calls_for_no_other():
    race = three()
    race(Tick(), 80)
    race(Failed(CPU, Ending.ERROR), 81)
    assert race.starts == {FPGA: 0, CPU: 80}
    race(Failed(FPGA, Ending.HANG), 100)
    assert race.starts[GPU] == 100


def test_a_late_failure_leaves_only_luck_and_luck_is_tried():
    race = Race(see(FPGA, 180), see(CPU, 185, p50=60))
    race(Tick(), 5)
    assert race.starts == {FPGA: 0, CPU: 5}
    race = Race(see(FPGA, 180), see(GPU, 300, p50=90), see(CPU, 300, p50=60))
    race(Failed(FPGA, Ending.ERROR), 100)
    assert race.starts == {FPGA: 0, CPU: 100}


def test_a_reserve_starts_when_the_first_is_overdue_and_no_fallback_is_to_come():
    race = Race(see(FPGA, 100), see(CPU, 300, p50=60))
    assert wake_ms(race, 0) == 100
    race(Tick(), 99)
    assert race.starts == {FPGA: 0}
    race(Tick(), 100)
    assert race.starts == {FPGA: 0, CPU: 100}
    later = Race(see(FPGA, 20), see(GPU, 60), see(CPU, 300, p50=60))
    later(Tick(), 100)
    assert later.starts == {FPGA: 0}  # the fallback's own instant is 130
    later(Tick(), 130)
    assert later.starts == {FPGA: 0, GPU: 130}


def test_a_better_answer_takes_the_place_of_a_worse_one_before_publishing():
    race = three()
    race(Tick(), 80)
    race(Advised(CPU), 120)
    assert race.state.winner.name == CPU
    actions = race(Advised(FPGA), 130)
    assert actions == (Cancel(CPU), Judge(CPU, Ending.SUCCESS, at(80)))
    race(Close(), 194)
    assert (race.decision.backend, race.decision.fallback_from) == (FPGA, ())


def test_a_worse_answer_does_not_take_the_place_of_a_better_one():
    race = three()
    race(Tick(), 80)
    actions = race(Advised(FPGA), 85)
    assert actions == (Cancel(CPU), Judge(CPU, Ending.EXCUSED, at(80)))
    race(Advised(CPU), 90)
    race(Close(), 194)
    assert race.decision.backend == FPGA


def test_once_there_is_advice_nothing_more_is_started():
    race = three()
    race(Advised(FPGA), 20)
    for ms in (80, 130, 189):
        assert race(Tick(), ms) == ()
    race(Failed(FPGA, Ending.CRASH), 189)
    assert race.decision.backend == FPGA  # words are lost, not advice
    assert race.starts == {FPGA: 0}


def test_a_whole_answer_of_a_fallback_is_published_over_the_head_of_a_silent_first():
    race = three()
    race(Tick(), 80)
    race(Advised(CPU), 150)
    actions = race(Finished(CPU), 170)
    assert judged(actions) == {CPU: Ending.SUCCESS, FPGA: Ending.SLOW}
    assert Cancel(FPGA) in actions
    assert race.decision.fallback_from == (FPGA, GPU)
    assert race.decision.reason == "fpga: no advice in time, onnx-gpu: its turn had not come"


def test_the_watch_closes_with_what_there_is():
    race = three()
    race(Advised(FPGA), 20)
    actions = race(Close(), 194)
    assert [type(action) for action in actions] == [Publish, Cancel, Judge]
    assert race.decision.backend == FPGA
    assert race(Close(), 195) == ()
    assert race(Finished(FPGA), 196) == ()


def test_a_frame_without_advice_is_a_timeout_that_names_who_was_asked():
    race = three()
    race(Tick(), 80)
    race(Tick(), 130)
    actions = race(Close(), 194)
    assert judged(actions) == dict.fromkeys(NAMES, Ending.SLOW)
    decision = race.decision
    assert (decision.backend, decision.fallback_from) == (None, ())
    assert (decision.outcome, decision.asked) == (Outcome.TIMEOUT, NAMES)
    assert decision.reason.startswith("fpga: no advice in time, onnx-gpu: no advice in time")


def test_late_answers_are_counted_once_and_change_nothing():
    race = three()
    race(Close(), 194)
    decision = race.decision
    assert race(Advised(FPGA), 200) == (CountLate(FPGA),)
    assert race(Advised(FPGA), 201) == ()
    assert race(Advised(GPU), 202) == ()  # it was never asked
    assert race.state.late == 1
    assert race.state.decision == decision


def test_who_began_too_late_is_excused_and_who_had_its_time_is_slow():
    race = three()
    race(Failed(FPGA, Ending.CRASH), 150)
    assert race.starts[GPU] == 150
    assert judged(race(Close(), 194))[GPU] is Ending.EXCUSED


def test_an_answer_that_ends_early_without_advice_is_garbage_and_the_next_starts():
    race = three()
    actions = race(Finished(FPGA), 10)
    assert judged(actions) == {FPGA: Ending.GARBAGE}
    assert race.starts == {FPGA: 0, GPU: 10}


def test_one_that_ends_at_its_deadline_without_advice_is_slow():
    race = three()
    assert judged(race(Finished(FPGA), 190)) == {FPGA: Ending.SLOW}


def test_where_everything_broke_the_report_does_not_wait_for_the_deadline():
    race = Race(see(FPGA, 30), see(CPU, 110))
    race(Failed(CPU, Ending.CRASH), 3)
    race(Failed(FPGA, Ending.PROVIDERS), 5)
    decision = race.decision
    assert decision.outcome is Outcome.NO_BACKEND
    assert decision.reason == "fpga: failed (wrong providers), onnx-cpu: failed (crash)"
    assert race.state.closed_ns == at(5)


def test_without_any_usable_backend_the_report_goes_out_at_once():
    race = Race(see(FPGA, gate=Gate.OPEN), see(CPU, state="warming"))
    assert race.decision.outcome is Outcome.NO_BACKEND
    assert race.decision.reason == "fpga: breaker is open, onnx-cpu: worker is warming"
    assert race.state.over


def test_a_worker_that_dies_before_its_turn_is_passed_over():
    race = three()
    assert race(Failed(GPU, Ending.CRASH), 10) == ()  # no request of ours to judge
    race(Failed(FPGA, Ending.CRASH), 20)
    assert race.starts == {FPGA: 0, CPU: 20}


def test_a_worker_that_refuses_is_excused_and_the_next_starts():
    race = three()
    actions = race(Refused(FPGA), 1)
    assert judged(actions) == {FPGA: Ending.EXCUSED}
    assert race.starts == {GPU: 1}
    race(Advised(GPU), 20)
    race(Close(), 194)
    assert race.decision.reason == "fpga: still busy with an older frame"
    assert race.decision.asked == (GPU,)


def test_a_worker_that_refused_is_asked_again_when_it_is_free():
    race = Race(see(FPGA, 30))
    race(Refused(FPGA), 1)
    assert race.starts == {}
    assert wake_ms(race, 1) == 190
    race(Freed(FPGA), 30)
    assert race.starts == {FPGA: 30}
    race(Close(), 194)
    assert race.decision.reason == "fpga: no advice in time"


def test_one_that_is_soon_free_starts_when_it_is_and_earlier_if_told():
    race = Race(see(FPGA, 60, busy_since=-80), see(CPU, 100))
    assert race.starts == {}
    assert wake_ms(race, 0) == 20
    race(Tick(), 20)
    assert race.starts == {FPGA: 20}
    told = Race(see(FPGA, 60, busy_since=-80), see(CPU, 100))
    told(Freed(FPGA), 4)
    assert told.starts == {FPGA: 4}


def test_one_on_standby_is_used_only_if_it_comes_free():
    race = Race(see(FPGA, 30, busy_since=-150))
    assert (race.starts, race.published) == ({}, [])
    race(Freed(FPGA), 100)
    assert race.starts == {FPGA: 100}
    never = Race(see(FPGA, 30, busy_since=-150))
    never(Tick(), 190)
    assert never.decision.outcome is Outcome.TIMEOUT
    assert never.decision.reason == "fpga: still busy with an older frame"


def test_one_that_comes_free_while_another_works_is_its_fallback():
    race = Race(see(FPGA, 30), see(CPU, 100, busy_since=-150))
    race(Freed(CPU), 10)
    assert race.starts == {FPGA: 0}
    assert wake_ms(race, 10) == 90
    late = Race(see(FPGA, 150), see(CPU, 100, busy_since=-150))
    late(Freed(CPU), 91)
    assert wake_ms(late, 91) == 150  # no more than a reserve: when the first is overdue


def test_without_a_limit_only_failure_calls_the_next():
    race = three(until=None)
    race(Tick(), 10**6)
    assert race.starts == {FPGA: 0}
    assert wake_ms(race, 10**6) is None
    actions = race(Failed(FPGA, Ending.ERROR), 10**6)
    assert actions[-1] == Start(GPU, None, False)
