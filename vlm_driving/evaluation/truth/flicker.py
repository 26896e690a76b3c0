"""Flicker: advice that changes where what is right does not.

Changes are looked for between neighbouring frames that both have a truth; frames without advice
are passed over (a timeout takes back nothing that was said), unless the silence lasts: what was
said before it is not held against what is said after it. A change that comes within a second
of one in the truth, before it or after it, is borne out by it, each by another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vlm_driving.evaluation.truth.judging import JudgedFrame, course_of

NEAR_NS = 1_000_000_000
GAP_NS = 5_000_000_000
"""Frames further apart are no neighbours: nobody knows what was right, or said, in between."""
_NS_A_MINUTE = 60_000_000_000


@dataclass(frozen=True, slots=True)
class Changes:
    """How often advice changed.

    Attributes:
        published: changes of what was published; None where no two neighbours were advised.
        truth: changes of what is right.
        flicker: published changes that none in the truth bears out; None likewise.
        minutes: that were looked at.
        advised_minutes: those in which advice stood: silence makes no flicker rarer.
    """

    published: int | None
    truth: int
    flicker: int | None
    minutes: float
    advised_minutes: float

    def published_a_minute(self) -> float | None:
        """`published` for a minute with advice; None where there was none."""
        return _a_minute(self.published, self.advised_minutes)

    def flicker_a_minute(self) -> float | None:
        """`flicker` for a minute with advice; None where there was none."""
        return _a_minute(self.flicker, self.advised_minutes)

    def truth_a_minute(self) -> float | None:
        """`truth` for a minute of the drive; None where nothing was looked at."""
        return _a_minute(self.truth, self.minutes)


def _a_minute(count: int | None, minutes: float) -> float | None:
    return None if count is None or minutes <= 0 else round(count / minutes, 3)


def changes_of(frames: Iterable[JudgedFrame]) -> Changes:
    """Count the changes of a run's frames, each camera by itself."""
    by_camera: dict[str, list[JudgedFrame]] = {}
    for frame in frames:
        if frame.truth.advised:
            by_camera.setdefault(frame.report.camera, []).append(frame)
    published = truth = flicker = total_ns = advised_ns = 0
    for group in by_camera.values():
        for drive in _unbroken(sorted(group, key=lambda frame: frame.report.stamp_ns)):
            total_ns += _length_ns(drive)
            due = _change_stamps([(f.report.stamp_ns, f.truth.course) for f in drive])
            stretches = _unbroken([f for f in drive if course_of(f.report) is not None])
            said = [
                stamp
                for stretch in stretches
                for stamp in _change_stamps(
                    [(f.report.stamp_ns, course_of(f.report)) for f in stretch]
                )
            ]
            advised_ns += sum(map(_length_ns, stretches))
            published, truth = published + len(said), truth + len(due)
            flicker += _not_borne_out(said, due)
    minutes, advised = total_ns / _NS_A_MINUTE, advised_ns / _NS_A_MINUTE
    if not advised_ns:  # who is silent does not flicker, which is no merit
        return Changes(None, truth, None, minutes, 0.0)
    return Changes(published, truth, flicker, minutes, advised)


def _length_ns(frames: Sequence[JudgedFrame]) -> int:
    return frames[-1].report.stamp_ns - frames[0].report.stamp_ns


def _unbroken(frames: Sequence[JudgedFrame]) -> list[list[JudgedFrame]]:
    """The frames of one camera, parted where too long a time lies between two."""
    parts: list[list[JudgedFrame]] = []
    for frame in frames:
        if parts and frame.report.stamp_ns - parts[-1][-1].report.stamp_ns <= GAP_NS:
            parts[-1].append(frame)
        else:
            parts.append([frame])
    return parts


def _change_stamps(said: Sequence[tuple[int, object]]) -> list[int]:
    """The stamps at which something new is said."""
    return [
        stamp for (_, before), (stamp, now) in zip(said, said[1:], strict=False) if now != before
    ]


def _not_borne_out(said: Sequence[int], due: Sequence[int]) -> int:
    """Changes that have no change in the truth within a second; both are in order of time."""
    left = list(due)
    alone = 0
    for stamp in said:
        while left and left[0] < stamp - NEAR_NS:
            left.pop(0)
        if left and left[0] <= stamp + NEAR_NS:
            left.pop(0)
        else:
            alone += 1
    return alone
