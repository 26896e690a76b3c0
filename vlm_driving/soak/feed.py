"""What the camera delivers at each tick, and what the ROS clock says: pure.

A driver stamps a frame when it is captured and hands it over `TRANSPORT_MS` later. Its age on
arrival is measured in ROS time, which a simulation may stop, speed up or set; the budget is spent
in monotonic time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vlm_driving.soak.kinds import Fault, Place
from vlm_driving.soak.schedule import Window

NS_PER_S = 1_000_000_000
TRANSPORT_MS = 3.0
BURST = 10
_JUMP_S = 3.0
_STAMP_JUMPS_S = (-2.0, 5.0, 0.0, -0.5)  # back, ahead, right, a little back
_RATES = {Fault.CLOCK_PAUSED: 0.0, Fault.CLOCK_SLOW: 0.1, Fault.CLOCK_FAST: 10.0}
_START_S = 1_750_000_000  # what the ROS clock shows at the first frame


@dataclass(frozen=True, slots=True)
class Delivery:
    """One frame as the camera hands it over.

    Attributes:
        picture: its number.
        same: how many frames before this one, in a row, had the same picture on purpose.
        stamp_ns: ROS time of capture, as the header says.
        age_ms: ROS time on arrival less the stamp.
        fault: that it suffers from, or None.
    """

    picture: int
    same: int
    stamp_ns: int
    age_ms: float
    fault: Fault | None


class Feed:
    """Makes deliveries; to be asked tick by tick, in order."""

    def __init__(self, windows: Sequence[Window], pictures: int, rate: float) -> None:
        """Deliver out of so many pictures, under the windows of the feed's faults."""
        of_feed = [window for window in windows if window.fault.place is Place.FEED]
        self.windows = [_in_transport(window, rate) for window in of_feed]
        self._pictures = pictures
        self._next = 0
        self.at_s = -1.0
        """When something was asked for last."""
        self._tick_of: dict[Window, int] = {}
        self.applied: dict[Window, int] = {}
        """How many frames each window touched; for a silent camera, how many it withheld."""

    def deliver(self, at_s: float) -> list[Delivery]:
        """What arrives at `at_s` seconds from the first frame; often one frame."""
        self.at_s = at_s
        window = next((w for w in self.windows if w.begin_s <= at_s < w.end_s), None)
        if window is None:
            return [self._normal(at_s)]
        tick = self._tick_of.get(window, 0)
        self._tick_of[window] = tick + 1
        if window.fault is Fault.SILENT:
            self.applied[window] = tick + 1
            return []
        if window.fault is Fault.BURST:
            count = BURST if tick == 0 else 1
            fault = Fault.BURST if tick == 0 else None
            made = [self._normal(at_s, fault) for _ in range(count)]
        elif window.fault is Fault.FROZEN:
            made = [self._frozen(at_s, tick)]
        elif window.fault is Fault.STAMPS:
            off_s = _STAMP_JUMPS_S[(tick + window.variant) % len(_STAMP_JUMPS_S)]
            made = [self._normal(at_s, Fault.STAMPS, round(off_s * NS_PER_S))]
        else:
            made = [self._normal(at_s, window.fault)]
        struck = sum(one.fault is not None for one in made)
        self.applied[window] = self.applied.get(window, 0) + struck
        return made

    def _normal(self, at_s: float, fault: Fault | None = None, stamp_off_ns: int = 0) -> Delivery:
        picture = self._next % self._pictures
        self._next += 1
        return self._made(picture, 0, at_s, fault, stamp_off_ns)

    def _frozen(self, at_s: float, tick: int) -> Delivery:
        """The picture before this window's first frame goes on; the next one is another."""
        if tick == 0:
            self._next += 1
        return self._made((self._next - 1) % self._pictures, tick, at_s, Fault.FROZEN, 0)

    def _made(
        self, picture: int, same: int, at_s: float, fault: Fault | None, stamp_off_ns: int
    ) -> Delivery:
        captured_ns = self.ros_ns(at_s - TRANSPORT_MS / 1000)
        stamp_ns = captured_ns + stamp_off_ns
        age_ms = (self.ros_ns(at_s) - stamp_ns) / 1e6
        return Delivery(picture, same, stamp_ns, age_ms, fault)

    def ros_ns(self, at_s: float) -> int:
        """What the ROS clock shows `at_s` seconds from the first frame."""
        shown_s = at_s
        for window in self.windows:
            if (rate := _RATES.get(window.fault)) is not None:
                inside_s = min(max(at_s - window.begin_s, 0.0), window.end_s - window.begin_s)
                shown_s += inside_s * (rate - 1.0)
            elif window.fault is Fault.CLOCK_JUMPS and window.begin_s <= at_s < window.end_s:
                shown_s += _JUMP_S
        return _START_S * NS_PER_S + round(shown_s * NS_PER_S)


def _in_transport(window: Window, rate: float) -> Window:
    """A clock jumps while a frame is on its way, for else no age would show it."""
    if window.fault is not Fault.CLOCK_JUMPS:
        return window
    early_s = TRANSPORT_MS / 2000
    begin_s, end_s = (
        math.ceil(at * rate) / rate - early_s for at in (window.begin_s, window.end_s)
    )
    return replace(window, begin_s=begin_s, end_s=end_s)
