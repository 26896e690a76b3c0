"""Small ladders for tests: views by kind, plans, and a race that is played by hand."""

from __future__ import annotations

from itertools import product

from vlm_driving.pipeline.breaker import Gate
from vlm_driving.pipeline.ladder import plan
from vlm_driving.pipeline.ladder_race import begin, react
from vlm_driving.pipeline.ladder_state import Publish, Refused, Start, Tick
from vlm_driving.pipeline.ladder_view import BackendView, LadderSettings

MS = 1_000_000
SETTINGS = LadderSettings(margin=1.0, remeasure_ms=1000.0)
NAMES = ("fpga", "onnx-gpu", "onnx-cpu")
NOW_MS = 10_000
UNTIL_MS = 10_190


def ns(ms):
    return round(ms * MS)


def at(ms):
    """An instant `ms` after the frame was taken into work."""
    return ns(NOW_MS + ms)


def see(name, p99=60.0, p50=None, busy_since=None, busy_p99=100.0, last_start=0.0, **changes):
    """A view in ms; instants count from the frame."""
    values = {
        "name": name,
        "advice_p50_ms": p99 / 2 if p50 is None and p99 is not None else p50,
        "advice_p99_ms": p99,
        "state": "ready" if busy_since is None else "busy",
        "busy_since_ns": None if busy_since is None else at(busy_since),
        "busy_p99_ms": busy_p99,
        "last_start_ns": None if last_start is None else at(last_start),
    }
    return BackendView(**{**values, **changes})


def trial(name, **changes):
    return see(name, gate=Gate.TRIAL_DUE, **changes)


def make_plan(*views, until=190.0, now=0.0, settings=SETTINGS):
    return plan(views, at(now), None if until is None else at(until), settings)


KINDS = {
    "fits": lambda name: see(name, 60),
    "fits, on the cpu": lambda name: see(name, 110, p50=80, cores="cpu"),
    "slow": lambda name: see(name, 300, last_start=None),
    "soon free": lambda name: see(name, 120, busy_since=-80),
    "stands by": lambda name: see(name, 60, busy_since=-150),
    "on trial": lambda name: trial(name, p99=60),
    "on trial, on the cpu": lambda name: trial(name, p99=100, cores="cpu"),
    "broken": lambda name: see(name, state="broken"),
}


def ladders(count, kinds):
    """Every choice of kinds for the first backends of the ladder, and their views."""
    for chosen in product(kinds, repeat=count):
        yield chosen, [KINDS[kind](name) for kind, name in zip(chosen, NAMES, strict=False)]


class Race:
    """Plays a race: `race(event, ms)` returns the actions; starts are noted with their times."""

    def __init__(self, *views, until=190.0, settings=SETTINGS):
        self.plan = make_plan(*views, until=until, settings=settings)
        self.state = begin(self.plan)
        self.starts = {}
        self.published = []
        self(Tick(), 0)

    def __call__(self, event, ms):
        if isinstance(event, Refused):
            del self.starts[event.backend]
        self.state, actions = react(self.state, event, at(ms))
        for action in actions:
            if isinstance(action, Start):
                assert action.backend not in self.starts, "started twice"
                self.starts[action.backend] = ms
            elif isinstance(action, Publish):
                self.published.append(action.decision)
        return actions

    @property
    def decision(self):
        assert len(self.published) == 1
        return self.published[0]
