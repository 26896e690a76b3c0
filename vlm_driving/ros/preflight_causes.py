"""The causes that preflight can name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vlm_driving.core import UserError


class CauseKind(str, Enum):
    """What is wrong with a camera's topic. The values are the words in logs and diagnostics."""

    DOUBLE_SLASH = "double_slash"
    NO_PUBLISHER = "no_publisher"
    MISSING_NAMESPACE = "missing_namespace"
    NOTHING_SEEN = "nothing_seen"
    WRONG_TYPE = "wrong_type"
    QOS_MISMATCH = "qos_mismatch"
    SHARED_MEMORY = "shared_memory"
    SOCKET_BUFFERS = "socket_buffers"
    NOT_DELIVERED = "not_delivered"
    FRAMES_STOPPED = "frames_stopped"
    FRAMES_LOST = "frames_lost"
    CLOCK_SILENT = "clock_silent"
    CLOCK_STOPPED = "clock_stopped"
    SIM_TIME_MISSING = "sim_time_missing"
    SIM_TIME_WRONGLY_ON = "sim_time_wrongly_on"
    STAMP_ZERO = "stamp_zero"
    STAMP_OLD = "stamp_old"
    STAMP_FUTURE = "stamp_future"
    ENCODING = "encoding"
    NO_PIXELS = "no_pixels"
    TOO_LARGE = "too_large"
    STEP = "step"
    TRUNCATED = "truncated"
    UNDECODABLE = "undecodable"
    TWO_PUBLISHERS = "two_publishers"

    @property
    def blocks(self) -> bool:
        """Whether no frame, or next to none, can be answered while it lasts."""
        return self not in (
            CauseKind.FRAMES_LOST,
            CauseKind.CLOCK_STOPPED,
            CauseKind.STAMP_FUTURE,
            CauseKind.STAMP_ZERO,
            CauseKind.TOO_LARGE,
            CauseKind.UNDECODABLE,
            CauseKind.TWO_PUBLISHERS,
        )


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong.

    Attributes:
        kind: what.
        camera: whose topic it is.
        sentence: the cause with its remedy, one English sentence.
    """

    kind: CauseKind
    camera: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PreflightSettings:
    """When something counts as wrong.

    Attributes:
        patience_ms: without a publisher or a frame before that is a cause.
        old_ms: age of a stamp on arrival beyond which clocks are meant, not a slow camera.
        future_ms: that a stamp may be ahead: more than a tick of a simulated clock.
        lost_share: of the newest frames that may be missing.
        large_bytes: of one message that is too much for its budget.
    """

    patience_ms: float = 2000.0
    old_ms: float = 1000.0
    future_ms: float = 50.0
    lost_share: float = 0.02
    large_bytes: int = 64_000_000

    def __post_init__(self) -> None:
        for name in ("patience_ms", "old_ms", "future_ms", "large_bytes"):
            value = getattr(self, name)
            if not 0 < value < float("inf"):
                raise UserError(f"Preflight's {name} is a positive number, got {value}.")
        if not 0 <= self.lost_share < 1:
            raise UserError(
                f"Preflight's lost_share is a share from 0 to below 1, got {self.lost_share}."
            )
