"""What was offered and what was published, as small plain data: ten thousand of each are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from vlm_driving.core import Advice, Outcome, SceneReport
from vlm_driving.pipeline.desk import FROZEN
from vlm_driving.soak.kinds import Fault
from vlm_driving.soak.pictures import Expected

CONFIDENCE_WITHIN = 1e-6


class Wrong(str, Enum):
    """How a report's content differs from what the bundle says offline."""

    ADVICE = "advice that the bundle does not give offline"
    STALE_TEXT = "the text of another picture"
    TEXT = "text that the bundle does not write offline"
    UNFINISHED = "ok, although the text is not whole"
    UNSURE = "unsure, although the bundle is sure offline"


@dataclass(frozen=True, slots=True)
class Offered:
    """One frame on arrival. Instants are monotonic ns.

    Attributes:
        sequence: its number.
        picture: number of its picture.
        same: frames before it, in a row, with the same picture on purpose.
        stamp_ns: its stamp, ROS time.
        arrived_ns: when it was offered.
        age_ms: on arrival, in ROS time.
        deadline_ns: when its report is due.
        fault: of the feed that it suffers from, or None.
    """

    sequence: int
    picture: int
    same: int
    stamp_ns: int
    arrived_ns: int
    age_ms: float
    deadline_ns: int
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Heard:
    """One report as it was published.

    Attributes:
        sequence: of its frame.
        published_ns: monotonic instant, measured where it came out.
        outcome: of it.
        backend: that it names, or None.
        fell_back: whether a better-preferred backend gave no answer.
        frozen: it says that the input is frozen.
        opened: the frame was taken out of its slot, so that its picture was looked at.
        wrong: what is wrong with its content, or None.
        stalled: late, and the machine stood still just then.
    """

    sequence: int
    published_ns: int
    outcome: Outcome
    backend: str | None = None
    fell_back: bool = False
    frozen: bool = False
    opened: bool = True
    wrong: Wrong | None = None
    stalled: bool = False

    @property
    def advised(self) -> bool:
        """Whether it carries advice."""
        return self.outcome in (Outcome.OK, Outcome.TRUNCATED)


def wrong_with(report: SceneReport, expected: Expected, others: Sequence[Expected]) -> Wrong | None:
    """What is wrong with a report's content, given the offline answers; None if nothing is."""
    if report.outcome is Outcome.UNSURE:
        return None if report.reason == FROZEN.reason else Wrong.UNSURE
    if report.advice is None:
        return None
    if not same_advice(report.advice, expected.advice):
        return Wrong.ADVICE
    for section in ("advice_ja", "description_ja"):
        text: str = getattr(report, section)
        prefixes = expected.prefixes(section)
        if text not in prefixes:
            stale = any(text in other.prefixes(section) for other in others)
            return Wrong.STALE_TEXT if stale else Wrong.TEXT
        if report.outcome is Outcome.OK and text != prefixes[-1]:
            return Wrong.UNFINISHED
    return None


def same_advice(one: Advice, other: Advice) -> bool:
    """Whether two are the same, confidence to a millionth."""
    return (one.speed, one.path, one.hazards) == (other.speed, other.path, other.hazards) and abs(
        one.confidence - other.confidence
    ) <= CONFIDENCE_WITHIN
