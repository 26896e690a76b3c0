"""The schedule: the same seed gives the same faults, each as often as every other one."""

from __future__ import annotations

from collections import Counter

import pytest

from vlm_driving.core import UserError
from vlm_driving.soak.kinds import CHILDREN, Fault, Place, parse_faults
from vlm_driving.soak.schedule import AFTERMATH_S, make_schedule

ALL = tuple(Fault)


def test_the_same_seed_gives_the_same_schedule_and_another_one_another():
    assert make_schedule(300.0, ALL, 5) == make_schedule(300.0, ALL[::-1], 5)
    assert make_schedule(300.0, ALL, 5) != make_schedule(300.0, ALL, 6)


@pytest.mark.parametrize("seed", range(20))
def test_ten_thousand_frames_at_ten_hertz_see_every_fault_more_than_twenty_times(seed: int):
    counts = Counter(window.fault for window in make_schedule(1000.0, ALL, seed))
    assert set(counts) == set(Fault) and min(counts.values()) >= 22


@pytest.mark.parametrize("seed", range(20))
def test_only_faults_with_a_pipeline_of_their_own_overlap_others(seed: int):
    windows = [w for w in make_schedule(1000.0, ALL, seed) if w.fault not in CHILDREN]
    for place in (Place.BACKEND, Place.FEED):
        row = [window for window in windows if window.fault.place is place]
        assert all(a.end_s <= b.begin_s for a, b in zip(row, row[1:], strict=False))


@pytest.mark.parametrize("faults", [ALL, (Fault.HANG,), (Fault.BURST, Fault.SLOW, Fault.KILLED)])
def test_each_round_ends_with_quiet_that_is_longer_than_the_aftermath(faults: tuple[Fault, ...]):
    windows = [w for w in make_schedule(1000.0, faults, 3) if w.fault not in CHILDREN]
    rounds = max(Counter(window.fault for window in windows).values())
    pauses = [b.begin_s - a.end_s for a, b in zip(windows, windows[1:], strict=False)]
    assert sum(pause > AFTERMATH_S for pause in pauses) == rounds - 1


def test_a_short_soak_has_the_faults_that_fit():
    windows = make_schedule(6.0, (Fault.RAISES, Fault.KILLED, Fault.BURST), 1)
    assert len(windows) == 3 and all(w.begin_s > 0 and w.end_s <= 6.0 for w in windows)
    assert make_schedule(0.4, ALL, 1) == () or all(
        w.fault in CHILDREN for w in make_schedule(0.4, ALL, 1)
    )
    assert make_schedule(60.0, (), 1) == ()


def test_faults_are_named_in_a_list():
    assert parse_faults("all") == ALL and parse_faults("none") == ()
    assert parse_faults("killed, slow") == (Fault.SLOW, Fault.KILLED)
    for text in ("all,none", "none,slow"):
        with pytest.raises(UserError, match="all and none stand alone"):
            parse_faults(text)
    for text in ("slow,fire", ""):
        with pytest.raises(UserError, match="name all, none, or some of slow"):
            parse_faults(text)
