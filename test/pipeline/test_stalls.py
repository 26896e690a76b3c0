"""What counters before and after a late wake say about its cause."""

from __future__ import annotations

import pytest

from vlm_driving.pipeline.stalls import (
    MACHINE,
    Beat,
    Stall,
    StallKind,
    explaining,
    stall_between,
    stalled_ns,
)

MS = 1_000_000
BEFORE = Beat(1000 * MS, 9000 * MS, 50 * MS, 300 * MS)


def after(passed_ms, waited_ms=0.0, cpu_ms=0.0, slept_ms=0.0, others_ms=0.0):
    return Beat(
        BEFORE.monotonic_ns + round(passed_ms * MS),
        BEFORE.boot_ns + round((passed_ms + slept_ms) * MS),
        50 * MS + round(waited_ms * MS),
        BEFORE.cpu_ns + round(cpu_ms * MS),
        round(others_ms * MS),
    )


def judged(beat, before=BEFORE):
    return stall_between(before, beat, period_ns=5 * MS, least_ns=15 * MS)


def test_a_wake_in_time_is_no_stall():
    assert judged(after(5)) is None
    assert judged(after(19.9, waited_ms=14)) is None


@pytest.mark.parametrize(
    ("beat", "kind"),
    [
        (after(105, waited_ms=99), StallKind.NO_CPU),
        (after(105, waited_ms=50, cpu_ms=50), StallKind.NO_CPU),
        (after(105, cpu_ms=100), StallKind.OWN_WORK),
        (after(105, waited_ms=20, cpu_ms=80), StallKind.OWN_WORK),
        (after(105, cpu_ms=20, others_ms=80), StallKind.NO_CPU),
        (after(105, cpu_ms=40, others_ms=30), StallKind.OWN_WORK),
        (after(105, waited_ms=1, cpu_ms=1, others_ms=40), StallKind.STOOD_STILL),
    ],
)
def test_the_counters_say_whose_doing_it_was(beat, kind):
    stall = judged(beat)
    assert stall is not None
    assert stall.kind is kind
    assert (stall.begin_ns, stall.end_ns, stall.ms) == (1005 * MS, 1105 * MS, 100)
    assert stall.suspended_ns == 0


def test_without_the_kernels_counter_nothing_is_claimed():
    stall = judged(Beat(1105 * MS, 9105 * MS, None, 300 * MS))
    assert stall is not None
    assert stall.kind is StallKind.UNKNOWN
    assert StallKind.UNKNOWN not in MACHINE


def test_a_suspended_machine_is_noticed_although_monotonic_time_stood_still_with_it():
    stall = judged(after(5.5, slept_ms=60_000))
    assert stall == Stall(1005 * MS, 1005 * MS + MS // 2, StallKind.SUSPENDED, 60_000 * MS)
    assert judged(after(5.5, slept_ms=9)) is None


def test_our_own_work_is_never_the_machines():
    assert StallKind.OWN_WORK not in MACHINE
    assert {StallKind.NO_CPU, StallKind.STOOD_STILL, StallKind.SUSPENDED} == MACHINE


def stall(begin_ms, end_ms, kind=StallKind.STOOD_STILL):
    return Stall(begin_ms * MS, end_ms * MS, kind)


@pytest.mark.parametrize(
    ("begin_ms", "end_ms", "covered_ms"),
    [(0, 100, 0), (0, 110, 10), (120, 150, 30), (190, 400, 10), (0, 999, 100), (200, 300, 0)],
)
def test_how_much_of_an_interval_was_stood_still(begin_ms, end_ms, covered_ms):
    assert stalled_ns([stall(100, 200)], begin_ms * MS, end_ms * MS) == covered_ms * MS


def test_time_that_two_stalls_share_counts_once_and_kinds_can_be_chosen():
    stalls = [stall(150, 250), stall(100, 200, StallKind.OWN_WORK), stall(160, 170)]
    assert stalled_ns(stalls, 0, 1000 * MS) == 150 * MS
    assert stalled_ns(stalls, 0, 1000 * MS, {StallKind.OWN_WORK}) == 100 * MS
    assert stalled_ns([], 0, 1000 * MS) == 0


CLOSES, DEADLINE = 195 * MS, 200 * MS


@pytest.mark.parametrize(
    ("stalls", "published_ms", "explained"),
    [
        ([stall(150, 260)], 262, True),
        ([stall(196, 260)], 262, True),
        ([stall(150, 260)], 270, False),  # it was over, and the report still not out
        ([stall(100, 190)], 210, False),  # over before the report was to be closed
        ([stall(202, 215)], 240, False),  # shorter than the lateness
        ([stall(150, 260, StallKind.OWN_WORK)], 262, False),
        ([stall(150, 220), stall(224, 260)], 262, True),  # it woke for a moment
        ([stall(180, 210)], 201, True),
        ([], 210, False),
    ],
)
def test_only_a_stall_where_the_report_was_to_be_closed_explains_its_lateness(
    stalls, published_ms, explained
):
    assert explaining(stalls, CLOSES, DEADLINE, published_ms * MS) == (
        tuple(stalls) if explained else ()
    )


def test_what_counts_as_an_excuse_can_be_narrowed():
    hogged = [stall(150, 260, StallKind.NO_CPU)]
    assert explaining(hogged, CLOSES, DEADLINE, 262 * MS)
    kinds = MACHINE - {StallKind.NO_CPU}
    assert not explaining(hogged, CLOSES, DEADLINE, 262 * MS, kinds=kinds)
