"""Cameras and one engine on a clock that only a test turns: no thread, no sleep."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from vlm_driving.pipeline.accounts import (
    CameraShare,
    SharingState,
    Waiting,
    above_rate,
    begin,
    offer,
    open_sharing,
    settle,
    withdraw,
)
from vlm_driving.pipeline.sharing import pick

MS = 1_000_000


@dataclass(frozen=True)
class Camera:
    """Offers frames at `rate_hz` from `phase_ms` on, each up to `jitter_ms` late."""

    share: CameraShare
    rate_hz: float = 5.0
    phase_ms: float = 0.0
    jitter_ms: float = 0.0
    budget_ms: float = 190.0
    silent_ms: tuple[float, float] = (0.0, 0.0)

    def arrivals(self, seconds: float, rng: random.Random) -> list[int]:
        """Instants in ns, rising."""
        period = 1000 / self.rate_hz
        times = [
            self.phase_ms + i * period + rng.uniform(0, self.jitter_ms)
            for i in range(int(seconds * self.rate_hz))
        ]
        begin_ms, end_ms = self.silent_ms
        return sorted(round(t * MS) for t in times if not begin_ms <= t < end_ms)


@dataclass
class Told:
    """What became of the frames: (camera, offered_ns) by ending, in order of ending."""

    endings: list[tuple[str, str, int]] = field(default_factory=list)
    engine_ns: Counter[str] = field(default_factory=Counter)
    longest_gap_ms: dict[str, float] = field(default_factory=dict)
    last_done_ns: dict[str, int] = field(default_factory=dict)

    def count(self, ending: str, camera: str | None = None) -> int:
        """How many frames ended so."""
        return sum(e == ending and camera in (None, c) for e, c, _ in self.endings)

    def answered(self, camera: str, now_ns: int) -> None:
        """Note the time since the last answer of `camera`."""
        gap_ms = (now_ns - self.last_done_ns.get(camera, 0)) / MS
        self.longest_gap_ms[camera] = max(gap_ms, self.longest_gap_ms.get(camera, 0.0))
        self.last_done_ns[camera] = now_ns


class Spare(Protocol):
    """What the engine does while it has no frame to begin."""

    def begin(self, state: SharingState, now_ns: int) -> int | None:
        """Until when the engine is taken, or None."""
        ...

    def go_on(self, state: SharingState, now_ns: int, until_ns: int) -> int:
        """A frame has come: until when the engine is taken now."""
        ...


def simulate(
    cameras: Sequence[Camera],
    engine_ms: float | Callable[[random.Random], float],
    seconds: float,
    *,
    need_ms: float | None = None,
    seed: int = 0,
    spare: Spare | None = None,
    ahead_ms: float = 50.0,
) -> Told:
    """Run the scheduler over `seconds` of camera time.

    The watch closes a frame at its budget; a frame that is in work then has overrun. The
    endings are answered, overrun, waited (closed in its slot), displaced and above_rate.
    """
    rng = random.Random(seed)
    told = Told()
    budgets = {one.share.camera: round(one.budget_ms * MS) for one in cameras}
    coming = sorted((t, one.share.camera) for one in cameras for t in one.arrivals(seconds, rng))
    state = open_sharing([one.share for one in cameras], ahead_ms)
    cost = engine_ms if callable(engine_ms) else lambda _: engine_ms
    need_ns = round((need_ms if need_ms is not None else cost(random.Random(0))) * MS)
    work: tuple[str, Waiting, int, int] | None = None  # camera, frame, begun, ends
    spare_until_ns: int | None = None
    now_ns = 0

    def end(ending: str, camera: str, offered_ns: int) -> None:
        told.endings.append((ending, camera, offered_ns))

    while True:
        if work is not None and work[3] <= now_ns:
            camera, frame, begun_ns, ends_ns = work
            due_ns = frame.work_until_ns or 0
            end("answered" if ends_ns <= due_ns else "overrun", camera, frame.offered_ns)
            if ends_ns <= due_ns:
                told.answered(camera, now_ns)
            engine_ns = min(ends_ns, due_ns) - begun_ns
            told.engine_ns[camera] += engine_ns
            state = settle(state, camera, need_ns, engine_ns)
            work = None
        for account in state.cameras:
            held = account.waiting
            if held is not None and (held.work_until_ns or 0) <= now_ns:
                state = withdraw(state, account.settings.camera)
                end("waited", account.settings.camera, held.offered_ns)
        while coming and coming[0][0] <= now_ns:
            offered_ns, camera = coming.pop(0)
            if above_rate(state, camera, offered_ns) is not None:
                end("above_rate", camera, offered_ns)
                continue
            displaced = state.of(camera).waiting
            if displaced is not None:
                end("displaced", camera, displaced.offered_ns)
            state = offer(state, camera, Waiting(offered_ns, offered_ns + budgets[camera]))
        if spare is not None and spare_until_ns is not None:
            if spare_until_ns > now_ns:
                spare_until_ns = spare.go_on(state, now_ns, spare_until_ns)
            if spare_until_ns <= now_ns:
                spare_until_ns = None
        if not coming and work is None and all(one.waiting is None for one in state.cameras):
            return told
        again_ns: int | None = None
        if work is None and spare_until_ns is None:
            choice = pick(state, now_ns, need_ns)
            again_ns = choice.again_ns
            if choice.camera is not None:
                taken = state.of(choice.camera).waiting
                assert taken is not None
                state = begin(state, choice.camera, need_ns)
                work = (choice.camera, taken, now_ns, now_ns + round(cost(rng) * MS))
            elif spare is not None:
                spare_until_ns = spare.begin(state, now_ns)
        due = [one.waiting.work_until_ns or 0 for one in state.cameras if one.waiting]
        times = [work[3] if work else None, spare_until_ns, again_ns, *due]
        times.append(coming[0][0] if coming else None)
        later = [t for t in times if t is not None]
        assert min(later) > now_ns, "the clock must go on"
        now_ns = min(later)
