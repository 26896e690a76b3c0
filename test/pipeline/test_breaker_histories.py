"""All short histories of a breaker: what must hold whatever happens to its backend."""

from __future__ import annotations

from vlm_driving.pipeline.breaker import (
    Breaker,
    BreakerSettings,
    Ended,
    Ending,
    Gate,
    Phase,
    TrialBegun,
    advance,
    gate,
)

MS = 1_000_000
SETTINGS = BreakerSettings(
    failures_in_row=2,
    window=4,
    window_ms=1000.0,
    least_in_window=3,
    back_off_ms=100.0,
    back_off_cap_ms=200.0,
    successes_to_close=2,
    trial_limit_ms=500.0,
    forget_ms=10_000.0,
)


def test_every_short_history_keeps_the_rules():
    """All histories of six steps over endings, trials, short and long waits."""
    waits_ms = (1, 60, 600)
    # Requests that began now, or before the phase did.
    endings = [(how, old) for how in (Ending.SUCCESS, Ending.HANG) for old in (0, 70)]
    endings.append((Ending.EXCUSED, 0))
    states = {(Breaker(), 1000 * MS)}
    seen = set()
    for _ in range(6):
        following = set()
        for breaker, now_ns in states:
            before = gate(breaker, now_ns, SETTINGS)
            steps = [(breaker, now_ns + wait_ms * MS) for wait_ms in waits_ms]
            for how, old_ms in endings:
                # While a trial runs, what ends is the trial; or else something older.
                running = before is Gate.TRIAL_RUNNING
                begun_ns = (running and breaker.trial_ns) or now_ns
                event = Ended(how, begun_ns - old_ms * MS)
                after = advance(breaker, event, now_ns, SETTINGS)
                steps.append((after, now_ns))
                _check_ending(before, after, how, old_ms, now_ns)
            if before is Gate.TRIAL_DUE:
                after = advance(breaker, TrialBegun(), now_ns, SETTINGS)
                assert gate(after, now_ns, SETTINGS) is Gate.TRIAL_RUNNING
                steps.append((after, now_ns))
            following.update(steps)
        seen |= states
        states = following - seen
    phases = {gate(breaker, now_ns, SETTINGS) for breaker, now_ns in seen}
    assert phases == set(Gate)
    assert len(seen) > 1000


def _check_ending(before, after, how, old_ms, now_ns):
    became = gate(after, now_ns, SETTINGS)
    allowed = {
        Gate.CLOSED: {Gate.CLOSED, Gate.OPEN} if how.failed else {Gate.CLOSED},
        Gate.OPEN: {Gate.OPEN},
        Gate.TRIAL_DUE: {Gate.TRIAL_DUE},  # nothing runs that could be the trial
        Gate.TRIAL_RUNNING: {Gate.TRIAL_RUNNING}
        if old_ms
        else {Gate.OPEN}
        if how.failed
        else {Gate.TRIAL_DUE, Gate.CLOSED},
    }
    assert became in allowed[before], (before, how, old_ms, became)
    if became is Gate.OPEN:
        assert 0 < after.back_off_ns <= SETTINGS.back_off_cap_ms * MS
        assert after.openings >= 1
    if became is Gate.CLOSED:
        assert after.in_row < SETTINGS.failures_in_row
    assert len(after.recent) <= SETTINGS.window
    assert after.phase is Phase.HALF_OPEN or after.trial_ns is None
