"""Which promises a soak broke: pure, from what was offered and heard to sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vlm_driving.core import Outcome
from vlm_driving.soak.kinds import Fault
from vlm_driving.soak.records import Heard, Offered
from vlm_driving.soak.schedule import AFTERMATH_S

LEAST_FRAMES = 100
"""A share of fewer frames says nothing, and breaks no promise."""
LEAST_WINDOWS = 3
"""A fault that never hit in so many windows leaves the soak without its proof."""
MOST_GROWTH_MB = 10.0
_FROZEN_AFTER = 3
_FROZEN_SPAN_NS = 200_000_000
_NS_PER_S = 1_000_000_000
_NAMED = 5  # frames that a sentence names


@dataclass(frozen=True, slots=True)
class Struck:
    """One fault as it was carried out. Monotonic ns.

    Attributes:
        fault: the kind.
        begin_ns: when it began.
        end_ns: when it ended; what it broke may take longer to be whole again.
        hits: how often it struck: frames, answers, starts, or 1.
        backend: that it struck, or None.
        broken: what went wrong that must not, in words; empty where nothing did.
    """

    fault: Fault
    begin_ns: int
    end_ns: int
    hits: int
    backend: str | None = None
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """A part of some frames, and the least that was promised."""

    name: str
    frames: int
    part: int
    least: float

    @property
    def value(self) -> float | None:
        """From 0 to 1; None without frames."""
        return self.part / self.frames if self.frames else None

    @property
    def judged(self) -> bool:
        """Whether there are enough frames to tell."""
        return self.frames >= LEAST_FRAMES

    @property
    def broken(self) -> bool:
        """Whether less came than was promised."""
        return self.judged and self.part < self.least * self.frames


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that a verdict is about.

    Attributes:
        offered: frames, in order.
        heard: reports, in order of publishing.
        struck: faults.
        preferred: the first backend of the ladder.
        growth_mb: memory that each process gained, by its name.
        left_behind: what was there at the end and not at the beginning, in words.
    """

    offered: Sequence[Offered]
    heard: Sequence[Heard]
    struck: Sequence[Struck] = ()
    preferred: str = "onnx-cpu"
    growth_mb: dict[str, float] = field(default_factory=dict)
    left_behind: Sequence[str] = ()


def broken_promises(evidence: Evidence, shares: Sequence[Share]) -> list[str]:
    """One sentence for each promise that was broken; empty if all were kept."""
    offered = {frame.sequence: frame for frame in evidence.offered}
    counts = Counter(report.sequence for report in evidence.heard)
    broken = [
        *_told("frames without a report", (n for n in offered if n not in counts)),
        *_told("frames with more than one report", (n for n, c in counts.items() if c > 1)),
        *_told("reports about frames that nobody offered", (n for n in counts if n not in offered)),
    ]
    pairs = [(offered[h.sequence], h) for h in evidence.heard if h.sequence in offered]
    broken += _told("late reports", (f.sequence for f, h in pairs if late(f, h) and not h.stalled))
    for wrong in sorted({h.wrong for _, h in pairs if h.wrong is not None}):
        broken += _told(
            f"reports with {wrong.value}", (f.sequence for f, h in pairs if h.wrong is wrong)
        )
    broken += _dishonest(pairs)
    broken += [
        f"{one.name}: {one.value or 0:.2%} of {one.frames} frames, {one.least:.0%} was promised"
        for one in shares
        if one.broken
    ]
    broken += [
        f"the memory of {name} grew by {grown:.1f} MB, less than {MOST_GROWTH_MB:g} was promised"
        for name, grown in evidence.growth_mb.items()
        if grown >= MOST_GROWTH_MB
    ]
    broken += [f"left behind: {what}" for what in evidence.left_behind]
    broken += [f"{one.fault.value}: {words}" for one in evidence.struck for words in one.broken]
    for fault in Fault:
        windows = [one for one in evidence.struck if one.fault is fault]
        if len(windows) >= LEAST_WINDOWS and not any(one.hits for one in windows):
            broken.append(f"{fault.value} never hit anything in {len(windows)} attempts")
    return broken


def late(frame: Offered, report: Heard) -> bool:
    """Whether a frame that was taken into work got its report behind its deadline."""
    return report.outcome.worked_on and report.published_ns > frame.deadline_ns


def figures(evidence: Evidence) -> list[Share]:
    """The shares that were promised."""
    offered = {frame.sequence: frame for frame in evidence.offered}
    pairs = [(offered[h.sequence], h) for h in evidence.heard if h.sequence in offered]
    advised = [f.sequence for f, h in pairs if h.advised]
    whole = Share("frames with advice over the whole soak", len(offered), len(advised), 0.95)
    quiet = [h for f, h in pairs if not _disturbed(f, evidence.struck)]
    hung = [
        h
        for f, h in pairs
        if any(
            one.backend == evidence.preferred and one.begin_ns <= f.arrived_ns < one.end_ns
            for one in evidence.struck
            if one.fault is Fault.HANG and one.hits
        )
    ]
    crowded = [h for f, h in pairs if _within(f, evidence.struck, Fault.HOGS)]
    return [
        whole,
        Share(
            "frames ok or truncated outside fault windows plus 5 s",
            len(quiet),
            sum(h.advised for h in quiet),
            0.99,
        ),
        Share(
            "frames with advice from the next backend while the preferred one hangs",
            len(hung),
            sum(h.advised and h.backend != evidence.preferred for h in hung),
            0.99,
        ),
        Share(
            "frames with advice beside two CPU hogs",
            len(crowded),
            sum(h.advised for h in crowded),
            0.80,
        ),
    ]


def _dishonest(pairs: Sequence[tuple[Offered, Heard]]) -> list[str]:
    """Outcomes that say what is not so: about age, and about a picture that stands still."""
    stale = [
        f.sequence
        for f, h in pairs
        if (h.outcome is Outcome.STALE) != (f.deadline_ns <= f.arrived_ns)
    ]
    malformed = [f.sequence for f, h in pairs if h.outcome is Outcome.MALFORMED]
    moving = [f.sequence for f, h in pairs if h.frozen and f.same < _FROZEN_AFTER - 1]
    return [
        *_told("reports whose outcome does not tell the frame's age (stale)", stale),
        *_told("reports that call a good picture malformed", malformed),
        *_told("reports that call a moving picture frozen", moving),
        *_told("reports with advice on a frozen picture", _advice_on_frozen(pairs)),
    ]


def _advice_on_frozen(pairs: Sequence[tuple[Offered, Heard]]) -> list[int]:
    """Frames whose picture had been seen often and long enough to be called frozen, and was not."""
    found: list[int] = []
    first_ns, seen = 0, 0
    for frame, report in sorted(pairs, key=lambda pair: pair[0].sequence):
        if frame.same == 0:
            first_ns, seen = frame.stamp_ns, 0
        if not report.opened:
            continue
        if seen == 0:
            first_ns = frame.stamp_ns
        seen += 1
        long_enough = frame.stamp_ns - first_ns >= _FROZEN_SPAN_NS
        if seen >= _FROZEN_AFTER and long_enough and report.advised:
            found.append(frame.sequence)
    return found


def _disturbed(frame: Offered, struck: Iterable[Struck]) -> bool:
    """Whether a fault was on when the frame came, or had been in the seconds before."""
    aftermath_ns = round(AFTERMATH_S * _NS_PER_S)
    return frame.fault is not None or any(
        one.begin_ns <= frame.deadline_ns and frame.arrived_ns < one.end_ns + aftermath_ns
        for one in struck
    )


def _within(frame: Offered, struck: Iterable[Struck], fault: Fault) -> bool:
    return any(
        one.fault is fault and one.begin_ns <= frame.arrived_ns < one.end_ns for one in struck
    )


def _told(what: str, sequences: Iterable[int]) -> list[str]:
    """A sentence with the number of frames and the first of them; none for no frames."""
    numbers = sorted(sequences)
    if not numbers:
        return []
    more = ", ..." if len(numbers) > _NAMED else ""
    return [f"{len(numbers)} {what}: frame {', '.join(map(str, numbers[:_NAMED]))}{more}"]
