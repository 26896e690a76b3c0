"""Frames that got no report, and whether the diagnostics tell of them. Pure.

Each /diagnostics counts what was lost in the ten seconds before it, each loss at the moment when
the node found out. So a message at `t` must tell of the frames sent between `t - 9 s` and
`t - 3 s`: the node knew of each by then, and none has left the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vlm_driving.ros.measuring.records import Diagnosed
from vlm_driving.ros.preflight_causes import CauseKind

SILENT = ("dropped", "lost_on_the_way", "skipped")
"""Losses without a report; all others are told by a report of their own."""
CAUSES = frozenset(
    one.value
    for one in (
        CauseKind.FRAMES_LOST,
        CauseKind.FRAMES_STOPPED,
        CauseKind.NOT_DELIVERED,
        CauseKind.SOCKET_BUFFERS,
        CauseKind.SHARED_MEMORY,
        CauseKind.QOS_MISMATCH,
    )
)
"""These say why frames do not come, be it without their number."""
WINDOW_NS = 10_000_000_000
KNOWN_NS = 3_000_000_000
"""After so long the node knows that a frame will not come."""
HELD_NS = 9_000_000_000
"""For so long each of them is in the window, with a second to spare."""
_HALF_A_PERIOD_NS = 500_000_000


@dataclass(frozen=True, slots=True)
class Silence:
    """Frames without a report that the diagnostics did not count.

    Attributes:
        uncounted: all of them.
        untold: of these, those in whose time no diagnostic named a cause of losses either.
    """

    uncounted: int = 0
    untold: int = 0

    def __add__(self, other: Silence) -> Silence:
        return Silence(self.uncounted + other.uncounted, self.untold + other.untold)


def silence(camera: str, stamps_ns: Sequence[int], told: Sequence[Diagnosed]) -> Silence:
    """Which frames without a report no diagnostic accounts for.

    Args:
        camera: whose frames.
        stamps_ns: of its frames without a report.
        told: all diagnostics, in order.
    """
    found = Silence()
    left = sorted(stamps_ns)
    while left:
        first = left[0]
        able = [one for one in told if KNOWN_NS <= one.stamp_ns - first < HELD_NS]
        if not able:
            found += Silence(1, 1)
            left = left[1:]
            continue
        at_ns = able[-1].stamp_ns
        group = [stamp for stamp in left if stamp <= at_ns - KNOWN_NS]
        missing = max(0, len(group) - able[-1].lost(camera, SILENT))
        meanwhile = [one for one in told if first <= one.stamp_ns <= at_ns]
        named = any(one.causes(camera) & CAUSES for one in meanwhile)
        found += Silence(missing, 0 if named else missing)
        left = left[len(group) :]
    return found


def counted(
    camera: str, kinds: tuple[str, ...], told: Sequence[Diagnosed], begin_ns: int, end_ns: int
) -> int:
    """How many losses the diagnostics counted from one moment to another, to about a second.

    Args:
        camera: whose.
        kinds: of loss.
        told: all diagnostics since the node became active, in order.
        begin_ns: from when, system's clock.
        end_ns: until when.
    """
    return max(0, _until(camera, kinds, told, end_ns) - _until(camera, kinds, told, begin_ns))


def _until(camera: str, kinds: tuple[str, ...], told: Sequence[Diagnosed], at_ns: int) -> int:
    """All losses since the node became active: window behind window."""
    total = 0
    for one in reversed(told):
        if one.stamp_ns <= at_ns + _HALF_A_PERIOD_NS:
            total += one.lost(camera, kinds)
            at_ns = one.stamp_ns - WINDOW_NS
    return total
