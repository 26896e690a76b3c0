"""Ladder, race, breaker and latencies together: many frames on a clock that is made up.

The dispatcher here is as small as it can be: whatever it had to decide by itself would be
missing from the parts that it uses.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import replace
from itertools import count

import pytest

from vlm_driving.pipeline.breaker import (
    Breaker,
    BreakerSettings,
    Ended,
    Gate,
    TrialBegun,
    advance,
    gate,
)
from vlm_driving.pipeline.ladder import plan
from vlm_driving.pipeline.ladder_race import begin, react
from vlm_driving.pipeline.ladder_state import (
    Advised,
    Close,
    Finished,
    Freed,
    Judge,
    Publish,
    Refused,
    Start,
    Tick,
)
from vlm_driving.pipeline.ladder_view import LadderSettings, view
from vlm_driving.pipeline.ladder_wake import wake_ns
from vlm_driving.pipeline.latency import ADVICE, DONE, Latencies

MS = 1_000_000
# A prior is what the warm-up took: a fallback is seldom asked, and has to be counted on.
SETTINGS = LadderSettings(remeasure_ms=1000.0, prior_ms={"onnx-cpu": 75.0})
BREAKER = BreakerSettings(back_off_ms=300.0, successes_to_close=2, trial_limit_ms=1000.0)
FPGA, CPU = "fpga", "onnx-cpu"


class Backend:
    """A backend whose time to advice is told frame by frame; None for one that hangs."""

    def __init__(self, name, advice_ms):
        self.name, self.advice_ms = name, advice_ms
        self.breaker, self.latencies = Breaker(), Latencies()
        self.busy_ns = self.last_ns = None
        self.opened = 0


class Vehicle:
    """Frames at 10 Hz, each with 190 ms to work and closed at 195 ms."""

    def __init__(self, *backends):
        self.backends = {backend.name: backend for backend in backends}
        self.decisions, self.actions = [], []
        self.queue, self.order = [], count()
        self.race = self.waiting = None

    def drive(self, frames):
        for number in range(frames):
            self.put((1000 + number * 100) * MS, "frame", number)
        while self.queue:
            now_ns, _, what, *rest = heapq.heappop(self.queue)
            getattr(self, f"_{what}")(now_ns, *rest)

    def put(self, now_ns, what, *rest):
        heapq.heappush(self.queue, (now_ns, next(self.order), what, *rest))

    def _frame(self, now_ns, number):
        """One race at a time: the newest frame waits until the one before is decided."""
        self.waiting = (now_ns, number)
        if self.race is None:
            self._begin(now_ns)

    def _begin(self, now_ns):
        arrived_ns, number = self.waiting or (0, 0)
        self.waiting = None
        views = [
            view(
                one.name,
                "ready" if one.busy_ns is None else "busy",
                one.breaker,
                one.latencies,
                now_ns,
                breaker_settings=BREAKER,
                busy_since_ns=one.busy_ns,
                last_start_ns=one.last_ns,
            )
            for one in self.backends.values()
        ]
        until_ns = arrived_ns + 190 * MS
        self.race = {"state": begin(plan(views, now_ns, until_ns, SETTINGS)), "frame": number}
        self.put(arrived_ns + 195 * MS, "event", self.race, Close())
        self._event(now_ns, self.race, Tick())

    def _event(self, now_ns, race, event):
        race["state"], actions = react(race["state"], event, now_ns)
        for action in actions:
            self.actions.append((now_ns, race["frame"], action))
            if isinstance(action, Start):
                self._start(now_ns, race, self.backends[action.backend], action)
            elif isinstance(action, Judge):
                one = self.backends[action.backend]
                closed = gate(one.breaker, now_ns, BREAKER) is Gate.CLOSED
                ended = Ended(action.how, action.begun_ns)
                one.breaker = advance(one.breaker, ended, now_ns, BREAKER)
                one.opened += closed and gate(one.breaker, now_ns, BREAKER) is Gate.OPEN
            elif isinstance(action, Publish):
                self.decisions.append((race["frame"], now_ns, action.decision))
                self.race = None
        wake = wake_ns(race["state"], now_ns)
        if wake is not None and not race["state"].over:
            self.put(wake, "event", race, Tick())
        if self.race is None and self.waiting is not None:
            self._begin(now_ns)

    def _start(self, now_ns, race, one, action):
        if action.trial:
            one.breaker = advance(one.breaker, TrialBegun(), now_ns, BREAKER)
        if one.busy_ns is not None:
            self._event(now_ns, race, Refused(one.name))
            return
        one.busy_ns = one.last_ns = now_ns
        ms = one.advice_ms(race["frame"])
        if ms is None:  # hung: its worker is killed and back after 400 ms
            self.put(now_ns + 400 * MS, "freed", one)
            return
        advice_ns, done_ns = now_ns + round(ms * MS), now_ns + round((ms + 20) * MS)
        # A worker looks at its deadline between tokens.
        if advice_ns <= action.until_ns:
            self.put(advice_ns, "advice", race, one, now_ns)
        end_ns = min(done_ns, max(action.until_ns, now_ns) + MS)
        self.put(end_ns, "done", race, one, now_ns)

    def _advice(self, now_ns, race, one, begun_ns):
        one.latencies.add(ADVICE, (now_ns - begun_ns) / MS, now_ns)
        self._event(now_ns, race, Advised(one.name))

    def _done(self, now_ns, race, one, begun_ns):
        one.latencies.add(DONE, (now_ns - begun_ns) / MS, now_ns)
        self._event(now_ns, race, Finished(one.name))
        self._freed(now_ns, one)

    def _freed(self, now_ns, one):
        one.busy_ns = None
        if self.race is not None:
            self._event(now_ns, self.race, Freed(one.name))


def answered(vehicle, first=0, last=10**9):
    return [d.backend for frame, _, d in vehicle.decisions if first <= frame < last]


def test_a_healthy_ladder_is_answered_by_the_preferred_alone():
    vehicle = Vehicle(Backend(FPGA, lambda n: 30), Backend(CPU, lambda n: 70))
    vehicle.drive(100)
    assert answered(vehicle) == [FPGA] * 100
    assert vehicle.backends[CPU].last_ns is None


def test_while_the_preferred_hangs_the_next_answers_and_afterwards_it_comes_back():
    vehicle = Vehicle(
        Backend(FPGA, lambda n: None if 30 <= n < 90 else 30), Backend(CPU, lambda n: 70)
    )
    vehicle.drive(200)
    assert len(vehicle.decisions) == 200
    assert answered(vehicle, 30, 90) == [CPU] * 60
    assert vehicle.backends[FPGA].opened >= 1
    assert answered(vehicle, 150) == [FPGA] * 50
    reasons = {d.reason for frame, _, d in vehicle.decisions if 30 <= frame < 90}
    assert reasons <= {
        "fpga: no advice in time",
        "fpga: still busy with an older frame",
        "fpga: breaker is open",
        "fpga: on trial",
        "fpga: its trial is still running",
    }
    assert len(reasons) >= 4


def test_one_that_becomes_slow_is_left_and_measured_until_it_is_quick_again():
    vehicle = Vehicle(
        Backend(FPGA, lambda n: 300 if 50 <= n < 100 else 40), Backend(CPU, lambda n: 70)
    )
    vehicle.drive(400)
    assert None not in answered(vehicle)
    assert set(answered(vehicle, 60, 100)) == {CPU}
    assert answered(vehicle, 380) == [FPGA] * 20


def test_one_bad_figure_does_not_shut_out_the_preferred_for_good():
    vehicle = Vehicle(Backend(FPGA, lambda n: 185 if n == 20 else 30), Backend(CPU, lambda n: 70))
    for _ in range(10):  # figures of a slow spell, and never another frame to mend them
        vehicle.backends[FPGA].latencies.add(ADVICE, 185.0, 0)
    vehicle.drive(600)
    asked = [frame for _, frame, a in vehicle.actions if a == Start(FPGA, a_until(a), False)]
    assert len(asked) > 30
    assert FPGA in answered(vehicle, 500)


def a_until(action):
    return getattr(action, "until_ns", None)


@pytest.mark.parametrize("seed", range(5))
def test_every_frame_is_decided_once_in_time_whatever_the_backends_do(seed):
    rng = random.Random(seed)

    def moody(_):
        return rng.choice([None, 20, 60, 60, 60, 120, 185, 250])

    vehicle = Vehicle(Backend(FPGA, moody), Backend("onnx-gpu", moody), Backend(CPU, moody))
    vehicle.drive(150)
    assert sorted(frame for frame, _, _ in vehicle.decisions) == list(range(150))
    for frame, now_ns, decision in vehicle.decisions:
        assert now_ns <= (1000 + frame * 100 + 195) * MS
        assert decision.reason
    assert sum(backend is not None for backend in answered(vehicle)) > 60


def test_the_order_of_frames_does_not_leak_into_a_race():
    """The same backends and the same clock give the same decisions."""

    def run():
        vehicle = Vehicle(Backend(FPGA, lambda n: 30 + n % 7), Backend(CPU, lambda n: 70))
        vehicle.drive(50)
        return [replace(decision) for _, _, decision in vehicle.decisions]

    assert run() == run()
