"""From what was sent and heard to figures. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vlm_driving.bench.stats import Spread
from vlm_driving.ros.measuring.losses import SILENT, Silence, counted, silence
from vlm_driving.ros.measuring.records import Diagnosed, Heard, Sent

_A_PERIOD_NS = 1_000_000_000
_WORKED_ON = ("ok", "truncated", "unsure", "timeout")


@dataclass(frozen=True, slots=True)
class Steady:
    """A node under a steady load.

    Attributes:
        sent: frames that count.
        outcomes: of their reports.
        report_ms: from stamp to the report's arrival, every outcome; None without a report.
        late: reports that were out after their deadline, by their own account or by the
            diagnostics' count, whichever is more.
        late_explained: of the diagnostics' count, those that the machine's standing still explains.
        told: losses without a report that the diagnostics counted, by kind, to about a second.
        unreported: frames without a report.
        uncounted: of these, those that the diagnostics did not count.
        untold: of these, those in whose time they named no cause of losses either.
        strange: reports of a frame that had one, or of no frame that was sent.
        callback_ms: the callbacks' 0.99 quantile by the node's own account, over all callbacks
            until the end (2000 at most), of the camera where it is most; None where it is not told.
        callback_worst_ms: the most it was in any diagnostic.
        diagnostics: how many came.
        rate_hz: at which each camera sent.
        send_late_ms: the most that a frame was sent behind its schedule.
        left_out: frames that a sender without a share of the machine would not send any more;
            to the node they are gaps in the stamps.
        refused: frames that the sender's middleware did not take.
    """

    sent: int
    outcomes: dict[str, int]
    report_ms: Spread | None
    late: int
    late_explained: int
    told: dict[str, int]
    unreported: int
    uncounted: int
    untold: int
    strange: int
    callback_ms: float | None
    callback_worst_ms: float | None
    diagnostics: int
    rate_hz: float
    send_late_ms: float
    left_out: int
    refused: int

    @property
    def ok_share(self) -> float | None:
        """Frames with outcome ok, of all that were sent; None without any."""
        return self.outcomes.get("ok", 0) / self.sent if self.sent else None

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "sent": self.sent,
            "outcomes": self.outcomes,
            "ok_share": None if self.ok_share is None else round(self.ok_share, 4),
            "report_ms": None if self.report_ms is None else self.report_ms.to_json(),
            "late": self.late,
            "late_explained": self.late_explained,
            "unreported": self.unreported,
            "told": self.told,
            "uncounted": self.uncounted,
            "untold": self.untold,
            "strange": self.strange,
            "callback_p99_ms": self.callback_ms,
            "callback_p99_worst_ms": self.callback_worst_ms,
            "diagnostics": self.diagnostics,
            "sender": {
                "rate_hz": round(self.rate_hz, 2),
                "late_ms": round(self.send_late_ms, 1),
                "left_out": self.left_out,
                "refused": self.refused,
            },
        }


def reckon(
    sent: Sequence[Sent],
    heard: Sequence[Heard],
    told: Sequence[Diagnosed],
    begin_ns: int,
    end_ns: int,
    rate_hz: float,
) -> Steady:
    """What the frames with stamps from `begin_ns` until `end_ns` came to.

    Args:
        sent: every frame since the node became active, those that do not count included.
        heard: every report since then, in order.
        told: every diagnostic since then, in order.
        begin_ns: system's clock.
        end_ns: system's clock.
        rate_hz: that each camera was to have.
    """
    due = {one.key: one for one in sent if begin_ns <= one.stamp_ns < end_ns}
    known = {one.key for one in sent}
    first: dict[tuple[str, int], Heard] = {}
    strange = 0
    for report in heard:
        if report.key in first or report.key not in known:
            strange += begin_ns <= report.stamp_ns < end_ns
        else:
            first[report.key] = report
    answered = [first[key] for key in due if key in first]
    silent = [one for one in due.values() if one.key not in first]
    cameras = sorted({one.camera for one in due.values()})
    quiet = Silence()
    for camera in cameras:
        quiet += silence(camera, [one.stamp_ns for one in silent if one.camera == camera], told)
    own_late = sum(_is_late(one) for one in answered)
    during = [one for one in told if begin_ns <= one.stamp_ns < end_ns + _A_PERIOD_NS]
    callbacks = [_callbacks_ms(one) for one in during]
    seen = [value for value in callbacks if value is not None]
    totals = [one.total_ms for one in answered]
    seconds = (end_ns - begin_ns) / 1e9
    return Steady(
        sent=len(due),
        outcomes=dict(Counter(one.outcome for one in answered).most_common()),
        report_ms=Spread.of(totals) if totals else None,
        late=max(own_late, _grown(during, "late")),
        late_explained=_grown(during, "late_explained"),
        told={
            kind: sum(counted(one, (kind,), told, begin_ns, end_ns) for one in cameras)
            for kind in SILENT
        },
        unreported=len(silent),
        uncounted=quiet.uncounted,
        untold=quiet.untold,
        strange=strange,
        callback_ms=seen[-1] if seen else None,
        callback_worst_ms=max(seen, default=None),
        diagnostics=len(during),
        rate_hz=len(due) / seconds / len(cameras) if cameras else 0.0,
        send_late_ms=max((one.late_ms for one in due.values()), default=0.0),
        left_out=max(0, int(seconds * rate_hz) * len(cameras) - len(due)),
        refused=sum(not one.accepted for one in due.values()),
    )


def _is_late(report: Heard) -> bool:
    return (
        report.outcome in _WORKED_ON
        and report.latency_ms is not None
        and report.budget_ms is not None
        and report.latency_ms > report.budget_ms
    )


def _grown(told: Sequence[Diagnosed], count: str) -> int:
    """How much a count of the pipeline's grew from the first of these diagnostics to the last."""
    values = [int(text) for one in told if (text := one.pipeline.get(count, "")).isdigit()]
    return values[-1] - values[0] if values else 0


def _callbacks_ms(told: Diagnosed) -> float | None:
    texts = [values.get("callback_p99_ms", "") for values in told.cameras.values()]
    return max((float(text) for text in texts if text), default=None)
