"""What would have been right for a frame, and the truths of a run by their frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vlm_driving.core import Hazard, PathAdvice, SceneReport, SpeedAdvice, UserError
from vlm_driving.evaluation.keyfact import Rubric

SPEEDS_APART_KMH = 1.0


@dataclass(frozen=True, slots=True)
class Course:
    """Speed and path, as one advises them together."""

    speed: SpeedAdvice
    path: PathAdvice

    def to_json(self) -> dict[str, str]:
        """Their names."""
        return {"speed": self.speed.value, "path": self.path.value}


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right for one frame; what is not known of it is not judged.

    Attributes:
        camera: its topic, or its name in the reports.
        stamp_ns: of the frame.
        course: the right advice; None: no advice is right (the picture shows no road).
        advised: whether anything is known of advice.
        hazards: all that has to be named; None: not known.
        reference: a right description; "" where nobody wrote one.
        facts: key facts of a right description; None: descriptions are not judged.
        ego_speed_kmh: as the source has it, by which another drive with the same stamps is told;
            None: not known.
    """

    camera: str
    stamp_ns: int
    course: Course | None = None
    advised: bool = False
    hazards: tuple[Hazard, ...] | None = None
    reference: str = ""
    facts: Rubric | None = None
    ego_speed_kmh: float | None = None


@dataclass(frozen=True, slots=True)
class TruthSet:
    """Truths of one source, in the order of their stamps.

    Attributes:
        source: the bag or the file, as it was named.
        truths: no two of one camera and stamp.
        notes: what a reader of the figures should know, one sentence each.
    """

    source: str
    truths: tuple[Truth, ...]
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Truth]:
        return iter(self.truths)

    def __len__(self) -> int:
        return len(self.truths)

    def beside(self, reports: Sequence[SceneReport], camera_topic: str | None) -> dict[int, Truth]:
        """The truth of each report that has one, by the report's place in `reports`.

        A truth belongs to the report with its camera (by name or by topic) and its very stamp. A
        stamp that several reports share belongs to the first of them.

        Args:
            reports: of one run.
            camera_topic: the topic that the run took its pictures from, if it is known.

        Raises:
            UserError: no truth belongs to any report, or the truth is that of another drive; the
                sentence says what differs.
        """
        by_frame = {(truth.camera, truth.stamp_ns): truth for truth in self.truths}
        found: dict[int, Truth] = {}
        used: set[tuple[str, int]] = set()
        for place, report in enumerate(reports):
            names = (report.camera, camera_topic or report.camera)
            key = next((k for n in names if (k := (n, report.stamp_ns)) in by_frame), None)
            if key is not None and key not in used:
                used.add(key)
                found[place] = by_frame[key]
        if not found:
            raise UserError(self._no_match(reports, camera_topic))
        self._check_speeds([(reports[place], truth) for place, truth in found.items()])
        return found

    def _check_speeds(self, pairs: Sequence[tuple[SceneReport, Truth]]) -> None:
        """Simulated drives all have the same stamps, but not the same speeds."""
        apart = sorted(
            abs(report.ego_speed_kmh - truth.ego_speed_kmh)
            for report, truth in pairs
            if report.ego_speed_kmh is not None and truth.ego_speed_kmh is not None
        )
        if apart and apart[len(apart) // 2] > SPEEDS_APART_KMH:
            raise UserError(
                f"{self.source} is another drive than the run's: its speeds are "
                f"{apart[len(apart) // 2]:.1f} km/h off in half of the frames; name the bag that "
                "was replayed with --truth."
            )

    def _no_match(self, reports: Sequence[SceneReport], camera_topic: str | None) -> str:
        stamps = {truth.stamp_ns for truth in self.truths}
        cameras = ", ".join(sorted({truth.camera for truth in self.truths}))
        named = {report.camera for report in reports} | {camera_topic or ""}
        ours = ", ".join(sorted(named - {""}))
        if any(report.stamp_ns in stamps for report in reports):
            return (
                f"{self.source} tells of camera {cameras}, the run of {ours}; give the labels the "
                "run's camera."
            )
        return (
            f"None of the {len(self.truths)} frames in {self.source} is one of the run's "
            f"{len(reports)} (no stamp_ns is the same); name the truth of the bag that "
            "was replayed."
        )


def checked(source: str, truths: Iterable[Truth], notes: Sequence[str] = ()) -> TruthSet:
    """The truths as a set, ordered.

    Raises:
        UserError: there is none, or one frame has two.
    """
    ordered = tuple(sorted(truths, key=lambda truth: (truth.stamp_ns, truth.camera)))
    if not ordered:
        raise UserError(f"{source} holds no truth of any frame; give it one object a frame.")
    counts: Counter[Any] = Counter((truth.camera, truth.stamp_ns) for truth in ordered)
    (camera, stamp_ns), most = counts.most_common(1)[0]
    if most > 1:
        raise UserError(
            f"{source} tells of camera {camera} at stamp_ns {stamp_ns} more than once; keep one."
        )
    return TruthSet(source, ordered, tuple(notes))
