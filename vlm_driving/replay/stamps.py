"""Which stamp counts for a recorded frame, and how old the frame was on arrival."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vlm_driving.core import StampSource
from vlm_driving.core.deadline import NS_PER_MS

DECIDING_FRAMES = 3
"""How many frames at the beginning tell which clock the stamps are of."""
UNRELATED_NS = 10_000_000_000
"""Header and log clocks further apart than this are different clocks, not an old frame."""


@dataclass(frozen=True, slots=True)
class StampClock:
    """How the header's clock stands to the log's clock.

    Attributes:
        offset_ns: header time minus log time; zero where both are the same clock. It is
            not zero for recordings of a simulator, whose stamps begin at zero.
    """

    offset_ns: int = 0

    @classmethod
    def of_first_frames(cls, times: Iterable[tuple[int, int]]) -> StampClock:
        """Decide from the (stamp_ns, log_ns) of the first frames.

        A zero stamp decides nothing: a simulator's first one is zero as well. Of three
        frames, one with a wild stamp is overruled.
        """
        differences_ns = sorted((stamp - log for stamp, log in times if stamp != 0), key=abs)
        if not differences_ns:
            return cls()
        middle_ns = differences_ns[(len(differences_ns) - 1) // 2]
        return cls() if abs(middle_ns) <= UNRELATED_NS else cls(middle_ns)

    def note(self) -> str | None:
        """What a reader of the summary has to know, or None."""
        if self.offset_ns == 0:
            return None
        seconds = self.offset_ns / 1e9
        return (
            f"Header stamps and recording times are different clocks ({seconds:+.3f} s apart at "
            "the beginning), so ages are counted from there."
        )


def choose_stamp(stamp_ns: int, log_ns: int) -> tuple[int, StampSource]:
    """The header's stamp, or the time of arrival where the header has none."""
    if stamp_ns == 0:
        return log_ns, StampSource.ARRIVAL
    return stamp_ns, StampSource.HEADER


def age_ms(stamp_ns: int, source: StampSource, now_log_ns: int, clock: StampClock) -> float:
    """Age at a moment of the recording, milliseconds; negative when the stamp is ahead."""
    offset_ns = 0 if source is StampSource.ARRIVAL else clock.offset_ns
    return (now_log_ns + offset_ns - stamp_ns) / NS_PER_MS
