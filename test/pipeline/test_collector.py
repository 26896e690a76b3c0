"""The collector waits for a moment in which nobody waits for a report."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from vlm_driving import process
from vlm_driving.pipeline.collector import (
    Collector,
    CollectorSettings,
    Memories,
    choose,
    fits,
    wanted,
)

MS = 1_000_000
SETTINGS = CollectorSettings(
    young=100, middle=10, old=10, full_every_s=10, margin_ms=10, most_pause_ms=2
)
KNOWN = Memories(pauses_ns=(1 * MS, 2 * MS, 30 * MS), full_ns=0)
LATER = 20_000 * MS


class Node:
    """May be part of a circle."""

    other: Node | None = None


def circle() -> weakref.ref[Node]:
    one, two = Node(), Node()
    one.other, two.other = two, one
    return weakref.ref(one)


@pytest.fixture
def clean() -> Iterator[None]:
    """The collector as it was, whatever a test does to it."""
    before, enabled = gc.get_threshold(), gc.isenabled()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)
    (gc.enable if enabled else gc.disable)()


@pytest.mark.parametrize(
    ("counts", "due"),
    [
        ((99, 9, 9), ()),
        ((100, 9, 9), (0,)),
        ((0, 10, 9), (1,)),
        ((0, 0, 10), (2,)),  # it waits for a good moment, however little is new by then
        ((100, 10, 10), (2, 1, 0)),
    ],
)
def test_each_generation_is_due_by_its_own_count(counts, due):
    assert wanted(counts, KNOWN, LATER, SETTINGS) == due


def test_everything_is_looked_at_only_so_often():
    just_done = Memories(KNOWN.pauses_ns, full_ns=LATER - 9_999 * MS)
    assert wanted((0, 0, 50), just_done, LATER, SETTINGS) == ()
    assert wanted((0, 0, 50), just_done, LATER + MS, SETTINGS) == (2,)


def test_without_an_open_report_every_moment_is_good():
    assert all(fits(one, None, KNOWN, LATER, SETTINGS) for one in range(3))


def test_a_young_collection_may_take_twice_its_time_and_still_leave_the_margin():
    assert fits(0, LATER + 12 * MS, KNOWN, LATER, SETTINGS)
    assert not fits(0, LATER + 12 * MS - 1, KNOWN, LATER, SETTINGS)
    assert fits(1, LATER + 14 * MS, KNOWN, LATER, SETTINGS)
    assert not fits(1, LATER + 14 * MS - 1, KNOWN, LATER, SETTINGS)


def test_everything_is_looked_at_while_a_report_is_open_only_after_a_minute_without_a_pause():
    minute = 60_000 * MS
    assert not fits(2, minute - 1 + 1000 * MS, KNOWN, minute - 1, SETTINGS)
    assert fits(2, minute + 70 * MS, KNOWN, minute, SETTINGS)
    assert not fits(2, minute + 70 * MS - 1, KNOWN, minute, SETTINGS)


@pytest.mark.parametrize(
    ("room_ms", "generation"), [(None, 2), (200, 1), (13, 0), (11, None), (-5, None)]
)
def test_what_does_not_fit_leaves_the_moment_to_a_younger_one(room_ms, generation):
    due_ns = None if room_ms is None else LATER + room_ms * MS
    assert choose((100, 10, 10), due_ns, KNOWN, LATER, SETTINGS) == generation


def test_a_long_pause_is_expected_again_and_forgotten_slowly():
    memories = KNOWN.after(0, LATER, LATER + 8 * MS)
    assert memories.pauses_ns == (8 * MS, 2 * MS, 30 * MS)
    assert memories.after(0, LATER, LATER + MS).pauses_ns[0] == 7 * MS
    assert memories.full_ns == 0
    assert memories.after(2, LATER, LATER + MS).full_ns == LATER + MS


@pytest.mark.parametrize(
    "changes", [{"young": 0}, {"margin_ms": -1}, {"full_every_s": float("nan")}]
)
def test_settings_that_cannot_be_are_refused(changes):
    with pytest.raises(ValueError, match="counts are from 1 on"):
        CollectorSettings(**changes)


def test_a_guest_leaves_the_collector_alone(clean, monkeypatch):
    monkeypatch.setattr(process, "_ours", False)
    before = (gc.get_threshold(), gc.get_freeze_count(), gc.isenabled())
    with Collector(CollectorSettings(young=1)) as collector:
        gone = circle()
        assert collector.turn(None) is None
        assert (gc.get_threshold(), gc.get_freeze_count(), gc.isenabled()) == before
    assert gone() is not None


def test_our_program_collects_between_reports_and_not_before_a_deadline(clean):
    now = [LATER]
    settings = CollectorSettings(young=1, middle=1, old=1, full_every_s=0)
    with Collector(settings, clock=lambda: now[0], ours=True) as collector:
        gone = circle()
        assert collector.turn(due_ns=LATER + 5 * MS) is None
        assert gone() is not None
        assert collector.turn(due_ns=LATER + 500 * MS) in (0, 1)
        assert gone() is None


def test_what_is_loaded_is_set_aside_and_comes_back(clean):
    gc.unfreeze()
    before = gc.get_threshold()
    collector = Collector(ours=True)
    collector.open()
    assert gc.get_freeze_count() > 1000
    assert gc.get_threshold()[0] > before[0]
    assert gc.isenabled()  # a net, for a program that never asks
    collector.close()
    collector.close()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
    assert collector.turn(None) is None


def test_what_somebody_else_has_set_aside_stays_there(clean):
    gc.freeze()
    with Collector(ours=True):
        pass
    assert gc.get_freeze_count() > 0


def test_what_survives_a_long_look_at_everything_is_set_aside_too(clean):
    instants = iter(range(0, 10**12, 5 * MS))  # every look at the clock takes 5 ms
    settings = CollectorSettings(young=1, middle=1, old=1, full_every_s=0, most_pause_ms=2)
    with Collector(settings, clock=lambda: next(instants), ours=True) as collector:
        kept = [Node() for _ in range(1000)]
        frozen = gc.get_freeze_count()
        done = []
        while 2 not in done:
            kept.append(Node())
            done.append(collector.turn(None))
        assert gc.get_freeze_count() >= frozen + 1000
        assert collector.memories.pauses_ns[2] >= 5 * MS
