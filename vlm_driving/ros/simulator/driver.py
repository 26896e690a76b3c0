"""Takes part in a drive as its driver: shows each frame when its time comes, and hears advice."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from typing import Any

from vlm_driving.core import Advice
from vlm_driving.ros.port import Log
from vlm_driving.ros.simulator.clock import TICK_S, SimulatedClock
from vlm_driving.ros.simulator.heard import HeardAdvice
from vlm_driving.ros.simulator.parameters import SimulatorSettings
from vlm_driving.ros.simulator.stage import Stage
from vlm_driving.simulator.scenario import Sight
from vlm_driving.simulator.scenario.loop import FPS

FRAME_TICKS = round(1.0 / FPS / TICK_S)
REMEMBERED = 20
SPARE = 1.25
"""A picture may take this much longer than the longest of the last ones."""
PACE_FRAMES = 100
"""Over so many the pace is measured."""
LOG_EVERY_S = 10.0


class Lead:
    """How long before a frame's time its making has to begin, from what the last ones took."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._took_s: deque[float] = deque(maxlen=REMEMBERED)
        self._began_s: float | None = None

    def begin(self) -> None:
        """The making of a frame begins."""
        self._began_s = time.monotonic()

    def end(self) -> None:
        """It is ready to be shown."""
        if self._began_s is not None:
            self._took_s.append(time.monotonic() - self._began_s)

    @property
    def ticks(self) -> int:
        """From none to a whole frame; none where nothing waits for real time."""
        if self._rate == 0:
            return 0
        ticks = max(self._took_s, default=TICK_S) * SPARE * self._rate / TICK_S
        return min(FRAME_TICKS, math.ceil(ticks))


class RoadDriver:
    """One drive's driver: advice of the node's, or of the ground truth.

    A frame is made while simulated time goes on, is published at its time, and what is heard
    until the next one has to be made leads from here to there.
    """

    def __init__(
        self,
        settings: SimulatorSettings,
        clock: SimulatedClock,
        stage: Stage,
        heard: HeardAdvice | None,
        log: Log,
        stop: threading.Event,
        seed: int,
        first_frame: int,
    ) -> None:
        """Prepare for one drive.

        Args:
            settings: of the node.
            clock: already started.
            stage: where frames go.
            heard: where advice comes from; None lets the ground truth drive.
            log: of the node.
            stop: ends every wait.
            seed: of the drive, for the words of its ground truth.
            first_frame: how many frames the drives before it had.
        """
        self.name = "truth" if heard is None else "advice"
        self._settings = settings
        self._clock = clock
        self._stage = stage
        self._heard = heard
        self._log = log
        self._stop = stop
        self._seed = seed
        self._first = first_frame
        self._lead = Lead(settings.rate)
        self.frames = 0
        self._shown_s: deque[float] = deque(maxlen=PACE_FRAMES + 1)

    def advise(self, t_s: float, sight: Sight) -> Advice | None:
        """Show the frame at its time; gives what was heard until the next one has to be made.

        Raises:
            ClockStopped: the stop was asked for.
        """
        _ = sight.rendering
        truth = sight.truth if self._heard is None else None
        self._lead.end()
        tick = (self._first + self.frames) * FRAME_TICKS
        stamp_ns = self._clock.ns(tick)
        self._clock.allow(tick)
        self._clock.wait(tick)
        self._stage.show(stamp_ns, sight)
        self._watch_pace()
        after = tick + FRAME_TICKS
        if self._heard is None or self._settings.advice_wait_ms == 0:
            # The next tick is a while off: until then there is time to tell the rest.
            self._clock.allow(after)
        self._stage.tell_truth(tick * TICK_S, sight, self._seed, self.frames)
        self.frames += 1
        if self._heard is None:
            self._clock.allow(after)
            self._lead.begin()
            return truth
        advice = self._hear(tick, stamp_ns)
        self._lead.begin()
        return advice

    def figures(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def _hear(self, tick: int, stamp_ns: int) -> Advice | None:
        assert self._heard is not None
        since_ns = self._clock.ns(self._first * FRAME_TICKS)
        wait_ms = self._settings.advice_wait_ms
        if wait_ms > 0:  # time stands still: what was said holds now
            if not self._heard.wait(stamp_ns, wait_ms, self._stop):
                self._log.warn(
                    f"{self._heard.topic}: nothing was said of a frame within advice_wait_ms, "
                    f"{wait_ms:g} ms; it counts as none.",
                    throttle_s=LOG_EVERY_S,
                    key="advice waited for",
                )
            advice = self._heard.at(stamp_ns, since_ns)
            self._clock.allow(tick + FRAME_TICKS)
            return advice
        last = tick + FRAME_TICKS - self._lead.ticks
        self._clock.wait(last)
        return self._heard.at(self._clock.ns(last), since_ns)

    def _watch_pace(self) -> None:
        """Say so, where the machine does not keep the rate."""
        rate, shown = self._settings.rate, self._shown_s
        shown.append(time.monotonic())
        if rate == 0 or self._settings.advice_wait_ms > 0 or len(shown) < (shown.maxlen or 0):
            return
        real = (len(shown) - 1) / FPS / (shown[-1] - shown[0])
        if real < 0.9 * rate:
            self._log.warn(
                f"Simulated time runs at {real:.2f} of real time, below the rate of {rate:g}: "
                "give smaller width and height, or free the machine.",
                throttle_s=LOG_EVERY_S * 6,
                key="pace",
            )
