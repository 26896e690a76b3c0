"""What the parent and a worker say to each other, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vlm_driving.pipeline.workers.memory import FrameSlot
from vlm_driving.runtime.events import Event

Detail = str | int | float | bool | None

WARM_MS = "warm_advice_ms"
"""Among a worker's details: the longest time to advice of its warm-up, the first frame left out."""


@dataclass(frozen=True, slots=True)
class Request:
    """One frame to answer, or one question about a frame.

    Attributes:
        id: greater than that of every request that the same worker got before; one frame's id
            may go to several workers.
        slot: where the picture lies.
        shape: (height, width, 3) of the picture.
        ego_speed_kmh: speed of the ego vehicle, or None when it is not known.
        deadline_ns: monotonic instant at which to stop, or None for no limit.
        question: to be answered in place of a report, or None.
        task: what is asked about the frame, in place of the bundle's own words; None for those.
    """

    id: int
    slot: FrameSlot
    shape: tuple[int, int, int]
    ego_speed_kmh: float | None = None
    deadline_ns: int | None = None
    question: str | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True)
class WarmUp:
    """The backend is open; `step` of `steps` answers for warming up are done."""

    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker takes requests.

    Attributes:
        name: of the backend, as it calls itself.
        model: name of the bundle.
        details: whatever else the backend says of itself.
    """

    name: str
    model: str
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The process runs: its Python does, whatever its native code may be stuck in."""

    at_ns: int


@dataclass(frozen=True, slots=True)
class Said:
    """One event of an answer, with the worker's monotonic time; Done is the last."""

    id: int
    at_ns: int
    event: Event


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The request was ended because the parent wanted it to; the last of its events."""

    id: int
    at_ns: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A request ended without an answer, or with `id` None the worker itself.

    Attributes:
        id: of the request.
        reason: one English clause.
        refused: the fault is what was asked, not the backend; of a worker, somebody has to do
            something before it can work, so that starting it again at once is of no use.
    """

    id: int | None
    reason: str
    refused: bool = False


FromWorker = WarmUp | Ready | Heartbeat | Said | Cancelled | Failed
