"""From what is known about a camera's topic to named causes, one sentence with its remedy each.

Pure: the node gathers a `CameraTopic` now and then and hands the causes to the log and to the
diagnostics.

* No publisher: with the topics that were probably meant.
* Publisher but no frames: type, QoS, shared memory between containers, socket buffers, network.
* Frames that stopped, or of which some are lost on the way.
* Stamps far from now: clocks not set, simulated time missing or wrongly on, headers never filled.
* Messages that are no picture: encoding, step, size.
* Two publishers on one topic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from vlm_driving.ros.camera_topic import CameraTopic
from vlm_driving.ros.preflight_causes import Cause, CauseKind, PreflightSettings
from vlm_driving.ros.preflight_content import content
from vlm_driving.ros.preflight_silence import silence, two_publishers
from vlm_driving.ros.preflight_stamps import stamps

LOG_AGAIN_NS = 60_000_000_000
"""A cause that lasts is said again after this long."""

_Key = tuple[str, CauseKind]


def preflight(view: CameraTopic, settings: PreflightSettings | None = None) -> tuple[Cause, ...]:
    """All causes at this moment, what keeps frames away first; each kind at most once."""
    settings = settings or PreflightSettings()
    found = (
        *silence(view, settings),
        *stamps(view, settings),
        *content(view, settings),
        *two_publishers(view),
    )
    return tuple({cause.kind: cause for cause in reversed(found)}.values())[::-1]


@dataclass(frozen=True, slots=True)
class LoggedCause:
    """A cause that lasts.

    Attributes:
        began_ns: monotonic instant of its first sight.
        said_ns: monotonic instant of its last line in the log.
    """

    began_ns: int
    said_ns: int


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One line for the log.

    Attributes:
        severity: `error`, `warn`, or `info` for an end.
        text: one sentence.
    """

    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class CauseLog:
    """What the log has said so far."""

    lasting: Mapping[_Key, LoggedCause] = field(default_factory=lambda: MappingProxyType({}))


def lines(
    log: CauseLog, causes: Sequence[Cause], now_ns: int, again_ns: int = LOG_AGAIN_NS
) -> tuple[CauseLog, tuple[CauseLine, ...]]:
    """What to log now: causes that began, that still last after a minute, and that ended.

    Args:
        log: so far.
        causes: all that are there now, of all cameras.
        now_ns: monotonic.
        again_ns: after which a cause that lasts is said again.

    Returns:
        The log that knows it, and the lines.
    """
    said: list[CauseLine] = []
    lasting: dict[_Key, LoggedCause] = {}
    for cause in causes:
        key = (cause.camera, cause.kind)
        if key in lasting:
            continue
        old = log.lasting.get(key)
        severity = "error" if cause.kind.blocks else "warn"
        if old is None:
            lasting[key] = LoggedCause(now_ns, now_ns)
            said.append(CauseLine(severity, cause.sentence))
        elif now_ns - old.said_ns >= again_ns:
            lasting[key] = LoggedCause(old.began_ns, now_ns)
            since = f" (for {_seconds(now_ns - old.began_ns)} s now)"
            said.append(CauseLine(severity, cause.sentence + since))
        else:
            lasting[key] = old
    for (camera, kind), old in log.lasting.items():
        if (camera, kind) not in lasting:
            text = (
                f"Camera {camera}: {kind.value} is over after {_seconds(now_ns - old.began_ns)} s."
            )
            said.append(CauseLine("info", text))
    return CauseLog(MappingProxyType(lasting)), tuple(said)


def _seconds(ns: int) -> str:
    return f"{max(0, ns) / 1e9:.0f}"
