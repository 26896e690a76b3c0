"""From what was sent and heard to figures, and from figures to a verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vlm_driving.ros.measuring.growth import Growth, growth
from vlm_driving.ros.measuring.judging import cycle_figures, end_figure, steady_figures
from vlm_driving.ros.measuring.lifecycle import Cycle, frames_after
from vlm_driving.ros.measuring.plan import NodePlan
from vlm_driving.ros.measuring.reckoning import reckon
from vlm_driving.ros.measuring.records import (
    Diagnosed,
    Heard,
    Sent,
    read_diagnostics,
    read_report,
    read_sent,
)
from vlm_driving.ros.measuring.table import was_busy
from vlm_driving.ros.measuring.vitals import Held
from vlm_driving.ros.messages import DiagnosticsMessage, DiagnosticStatus

MS, S = 1_000_000, 1_000_000_000
BEGIN, END = 100 * S, 110 * S
STAMPS = [99 * S + n * 100 * MS for n in range(130)]
"""From a second before it counts until two seconds after it."""


def sent(stamp_ns: int, camera: str = "front") -> Sent:
    return Sent(camera, stamp_ns, True, 2.0, 0.5)


def heard(stamp_ns: int, outcome: str = "ok", total_ms: float = 90.0, **more) -> Heard:
    received_ns = stamp_ns + round(total_ms * MS)
    return Heard(
        "front", stamp_ns, received_ns, outcome, **{"latency_ms": 85.0, "budget_ms": 200.0, **more}
    )


def diagnosed(at_s: float, late: int = 0, callback_ms: str = "0.500", dropped: int = 0):
    values = {"callback_p99_ms": callback_ms, "lost/dropped": f"{dropped}: newer"}
    return Diagnosed(round(at_s * S), {"front": values}, {"late": str(late), "late_explained": "0"})


TOLD = [diagnosed(at) for at in range(99, 115)]


def figures(steady, cameras: int = 1, share: float = 0.2, mb: Growth | None = None):
    plan = NodePlan(10, cameras=cameras)
    return {one.key: one for one in steady_figures(plan, steady, share, mb, mb)}


def test_every_frame_answered_in_time_keeps_every_figure():
    steady = reckon(
        [sent(at) for at in STAMPS], [heard(at) for at in STAMPS], TOLD, BEGIN, END, 10.0
    )
    assert (steady.sent, steady.outcomes, steady.ok_share) == (100, {"ok": 100}, 1.0)
    assert steady.report_ms is not None and steady.report_ms.p99 == pytest.approx(90.0)
    assert (steady.late, steady.unreported, steady.untold, steady.strange) == (0, 0, 0, 0)
    assert steady.callback_ms == 0.5
    assert steady.rate_hz == pytest.approx(10.0)
    still = Growth(100.0, 101.0, 102.0, 0.1, 600.0)
    assert all(one.kept for one in figures(steady, mb=still).values())


def test_three_of_a_hundred_without_an_answer_miss_the_share():
    outcomes = {STAMPS[30]: "timeout", STAMPS[31]: "truncated", STAMPS[32]: "unsure"}
    reports = [heard(at, outcomes.get(at, "ok")) for at in STAMPS]
    steady = reckon([sent(at) for at in STAMPS], reports, TOLD, BEGIN, END, 10.0)
    assert steady.ok_share == 0.97
    assert figures(steady)["ok_share"].kept is False
    assert figures(steady, cameras=3)["ok_share"].kept is None


def test_slow_reports_miss_the_quantile():
    slow = set(STAMPS[20:23])
    reports = [heard(at, total_ms=230.0 if at in slow else 90.0) for at in STAMPS]
    steady = reckon([sent(at) for at in STAMPS], reports, TOLD, BEGIN, END, 10.0)
    assert figures(steady)["report_p99_ms"].kept is False


def test_a_report_that_owns_up_to_being_late_is_late_and_so_is_one_that_diagnostics_count():
    reports = [heard(at, latency_ms=201.0 if at == STAMPS[50] else 85.0) for at in STAMPS]
    frames = [sent(at) for at in STAMPS]
    assert reckon(frames, reports, TOLD, BEGIN, END, 10.0).late == 1
    # Stale frames were never taken into work: no deadline was missed.
    stale = [heard(at, "stale", latency_ms=500.0) for at in STAMPS]
    assert reckon(frames, stale, TOLD, BEGIN, END, 10.0).late == 0
    counting = [diagnosed(at, late=4 if at < 105 else 6) for at in range(99, 115)]
    steady = reckon(frames, [heard(at) for at in STAMPS], counting, BEGIN, END, 10.0)
    assert steady.late == 2
    assert figures(steady)["late"].kept is False


def test_a_frame_without_a_report_has_to_be_told_of():
    gone = STAMPS[60]
    reports = [heard(at) for at in STAMPS if at != gone]
    frames = [sent(at) for at in STAMPS]
    steady = reckon(frames, reports, TOLD, BEGIN, END, 10.0)
    assert (steady.unreported, steady.untold) == (1, 1)
    assert figures(steady)["untold"].kept is False
    telling = [diagnosed(at, dropped=int(at - 10 < gone / S <= at)) for at in range(99, 118)]
    steady = reckon(frames, reports, telling, BEGIN, END, 10.0)
    assert (steady.unreported, steady.untold, steady.told["dropped"]) == (1, 0, 1)
    assert figures(steady)["untold"].kept is True


def test_second_reports_and_reports_of_no_frame_are_strange():
    reports = [heard(at) for at in STAMPS] + [heard(STAMPS[40]), heard(STAMPS[40] + 1)]
    steady = reckon([sent(at) for at in STAMPS], reports, TOLD, BEGIN, END, 10.0)
    assert steady.strange == 2
    assert figures(steady)["strange"].kept is False


def test_what_was_not_measured_was_not_reached():
    steady = reckon([sent(at) for at in STAMPS], [], [], BEGIN, END, 10.0)
    found = figures(steady)
    for key in ("ok_share", "report_p99_ms", "callback_p99_ms", "untold"):
        assert found[key].kept is False, key
    dumb = reckon([sent(at) for at in STAMPS], [heard(at) for at in STAMPS], [], BEGIN, END, 10.0)
    assert figures(dumb)["untold"].kept is False
    nothing = figures(reckon([], [], [], BEGIN, END, 10.0))
    assert nothing["late"].kept is False


def test_a_slow_callback_and_a_busy_node_are_missed():
    slow = [diagnosed(at, callback_ms="2.100") for at in range(99, 115)]
    steady = reckon(
        [sent(at) for at in STAMPS], [heard(at) for at in STAMPS], slow, BEGIN, END, 10.0
    )
    assert figures(steady)["callback_p99_ms"].kept is False
    assert figures(steady, share=0.3)["node_cpu"].kept is False


def test_memory_that_climbs_is_growth_and_a_single_step_up_and_down_is_none():
    climbing = growth([(float(t), 100 + t / 60) for t in range(0, 600, 2)])
    assert climbing is not None
    assert climbing.per_hour == pytest.approx(60.0)
    assert climbing.grown == pytest.approx(7.5, abs=0.1)
    wavy = growth([(float(t), 100 + 8 * (t % 20 == 0)) for t in range(0, 600, 2)])
    assert wavy is not None and wavy.grown == 0 and wavy.per_hour == 0
    assert growth([(0.0, 1.0)]) is None
    steady = reckon(
        [sent(at) for at in STAMPS], [heard(at) for at in STAMPS], TOLD, BEGIN, END, 10.0
    )
    assert figures(steady, mb=climbing)["node_grown_mb"].kept is False
    assert figures(steady, mb=wavy)["workers_grown_mb"].kept is True
    short = replace(climbing, seconds=20.0)
    assert figures(steady, mb=short)["node_grown_mb"].kept is None


def cycle(first_ms: float = 150.0, frames: int = 1, strays: int = 0, **held) -> Cycle:
    now = Held(**{"processes": 0, "threads": 9, "files": 9, "memory_mb": 50.0, **held})
    return Cycle({"activate": 3.0}, first_ms, frames, 80.0, strays, now)


def judged(cycles) -> dict[str, bool | None]:
    return {one.key: one.kept for one in cycle_figures(cycles)}


def test_cycles_that_leave_nothing_behind_keep_every_figure():
    assert set(judged([cycle()] * 10).values()) == {True}
    assert cycle_figures([]) == []
    assert judged([cycle()])["left_behind"] is None


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        ("first_report_ms", cycle(first_ms=301.0)),
        ("frames_after_deactivate", cycle(frames=2)),
        ("frames_after_deactivate", cycle(strays=1)),
        ("left_behind", cycle(processes=1)),
        ("left_behind", cycle(threads=10)),
        ("left_behind", cycle(files=10)),
    ],
)
def test_one_bad_cycle_misses_its_figure(key, bad):
    kept = judged([*[cycle()] * 11, bad])
    assert [name for name, value in kept.items() if value is False] == [key]


def test_a_megabyte_a_cycle_is_growth():
    assert judged([cycle(memory_mb=50.0 + n) for n in range(20)])["cycles_grown_mb"] is False
    once = [cycle(memory_mb=min(70.0, 50.0 + 5 * n)) for n in range(20)]
    assert judged(once)["cycles_grown_mb"] is True


def test_whatever_goes_wrong_at_the_end_is_missed():
    assert end_figure([]).kept is True
    found = end_figure(["the node did not end"])
    assert (found.kept, found.note) == (False, "the node did not end")


def test_frames_after_deactivation_are_those_of_one_camera_and_published_after_it():
    at = 200 * S
    late = [replace(heard(at - 50 * MS), camera=camera) for camera in ("front", "left")]
    on_the_way = heard(at - 85 * MS - 1, total_ms=95.0)  # published before, came after
    assert frames_after([on_the_way, *late, *late], at) == 1


def test_frames_and_reports_are_read_as_they_were_written():
    one = sent(5)
    assert read_sent(one.line()) == one
    assert read_sent("ready") is None
    text = '{"camera":"front","stamp_ns":1,"outcome":"ok","latency_ms":null,"budget_ms":200.0}'
    found = read_report(text, 7)
    assert found == Heard("front", 1, 7, "ok", None, 200.0)
    assert found.published_ns == 7


def test_frames_that_a_starved_sender_left_out_are_counted():
    frames = [sent(at) for n, at in enumerate(STAMPS) if n not in (40, 41, 70)]
    steady = reckon(frames, [], TOLD, BEGIN, END, 10.0)
    assert (steady.sent, steady.left_out) == (97, 3)
    assert reckon([sent(at) for at in STAMPS], [], TOLD, BEGIN, END, 10.0).left_out == 0


@pytest.mark.parametrize(
    ("load", "late_ms", "left_out", "busy"),
    [(0.3, 5.0, 0, False), (1.1, 5.0, 0, True), (0.3, 21.0, 0, True), (0.3, 5.0, 1, True)],
)
def test_a_machine_that_is_busy_is_told_from_its_load_and_from_the_sender(
    load, late_ms, left_out, busy
):
    result = {
        "machine": {"load_1m": load, "cores": 2},
        "steady": {"sender": {"late_ms": late_ms, "left_out": left_out}},
    }
    assert was_busy(result) is busy


def test_only_the_nodes_own_diagnostics_count():
    other = DiagnosticStatus(0, "camera_driver: camera front", "OK", values=(("late", "9"),))
    assert read_diagnostics(DiagnosticsMessage(1, (other,)), "vlm_driving") is None
    values = (("lost/dropped", "3: a newer frame"), ("lost/skipped", "1: too many"))
    own = DiagnosticStatus(0, "vlm_driving: camera front", "OK", values=values)
    found = read_diagnostics(DiagnosticsMessage(1, (other, own)), "vlm_driving")
    assert found is not None
    assert found.lost("front", ("dropped", "skipped")) == 4
    assert found.lost("left", ("dropped",)) == 0
