"""The vehicle's one advice: the most cautious fresh one among its front cameras. Pure.

* **Fresh** is advice on a frame that was captured no longer than `validity_ms` ago (monotonic
  time; stamps of different cameras need not agree). A later frame of the same camera replaces it.
  A later frame without an answer does not: a time-out says nothing about the road. A later frame
  about which the model was *unsure* takes back leave to go on (KEEP, ACCELERATE), never a warning.
* **Speed** is the most cautious: STOP, DECELERATE, KEEP, ACCELERATE. **Path** is what all fresh
  front cameras say; where they disagree it is KEEP, for who sees a reason to shift cannot know
  what the other camera sees on that side.
* **valid_until** is when the last camera that asks for this very speed is no longer fresh: until
  then the advice stands on at least one frame. Afterwards it is void, whoever still shows it.
* **Text** stays for `hold_ms`, so that it can be read, unless the vehicle gets more cautious: that
  is shown at once. A text that is held says of which frame it is, and for which speed and path it
  was said. With nothing fresh there is no text, held or not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from vlm_driving.core import (
    Advice,
    CameraRole,
    Hazard,
    Outcome,
    PathAdvice,
    SceneReport,
    SpeedAdvice,
    UserError,
)
from vlm_driving.core.deadline import NS_PER_MS

CAUTION = (SpeedAdvice.ACCELERATE, SpeedAdvice.KEEP, SpeedAdvice.DECELERATE, SpeedAdvice.STOP)
"""Later is more cautious."""
_SPEED_JA = {
    SpeedAdvice.STOP: "停止してください。",
    SpeedAdvice.DECELERATE: "減速してください。",
    SpeedAdvice.KEEP: "今の速度を保ってください。",
    SpeedAdvice.ACCELERATE: "加速して構いません。",
}
_SHIFT_JA = {PathAdvice.SHIFT_LEFT: "左に寄って、", PathAdvice.SHIFT_RIGHT: "右に寄って、"}


@dataclass(frozen=True, slots=True)
class VehicleSettings:
    """How long advice and its text stand.

    Attributes:
        validity_ms: from the capture of a frame.
        hold_ms: that a text is shown at least.
    """

    validity_ms: float = 500.0
    hold_ms: float = 1000.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.validity_ms) and self.validity_ms > 0):
            raise UserError(
                f"The validity of advice is a positive number of milliseconds, got "
                f"{self.validity_ms}; 500 is the default."
            )
        if not (math.isfinite(self.hold_ms) and self.hold_ms >= 0):
            raise UserError(f"A text is held for zero or more ms, got {self.hold_ms}.")


@dataclass(frozen=True, slots=True)
class CameraAdvice:
    """What one front camera said last.

    Attributes:
        camera: its name.
        captured_ns: monotonic instant of capture: arrival less the age on arrival.
        stamp_ns: time of capture, ROS time.
        advice: what to do; None where the model was unsure.
        text_ja: the advice in words; may be empty where they were cut.
        heard_ns: `captured_ns`, or that of a later frame about which the model was unsure.
    """

    camera: str
    captured_ns: int
    stamp_ns: int
    advice: Advice | None
    text_ja: str
    heard_ns: int


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text on its way to a reader.

    Attributes:
        text_ja: one sentence or two.
        speed: that it was said for.
        path: that it was said for.
        stamp_ns: of the frame that it was said about, ROS time.
        since_ns: monotonic instant at which it was shown first.
    """

    text_ja: str
    speed: SpeedAdvice
    path: PathAdvice
    stamp_ns: int
    since_ns: int


@dataclass(frozen=True, slots=True)
class VehicleAdvice:
    """The vehicle's one advice.

    Attributes:
        speed: the most cautious one.
        path: the one that all agree on, else KEEP.
        confidence: the least among the cameras that ask for this speed.
        hazards: of all fresh front cameras, each once, those of the deciding ones first.
        cameras: that ask for this speed, newest first.
        stamp_ns: of the newest frame among theirs, ROS time.
        valid_until_ns: monotonic instant from which the advice is void.
        text: what to show; may be held from an earlier frame, and says so.
    """

    speed: SpeedAdvice
    path: PathAdvice
    confidence: float
    hazards: tuple[Hazard, ...]
    cameras: tuple[str, ...]
    stamp_ns: int
    valid_until_ns: int
    text: ShownText

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "speed": self.speed.value,
            "path": self.path.value,
            "confidence": round(self.confidence, 4),
            "hazards": [hazard.to_json() for hazard in self.hazards],
            "cameras": list(self.cameras),
            "stamp_ns": self.stamp_ns,
            "valid_until_ns": self.valid_until_ns,
            "text_ja": self.text.text_ja,
            "text_speed": self.text.speed.value,
            "text_path": self.text.path.value,
            "text_stamp_ns": self.text.stamp_ns,
        }


@dataclass(frozen=True, slots=True)
class VehicleHistory:
    """What was said by each camera last, and what is shown."""

    latest: tuple[CameraAdvice, ...] = ()
    shown: ShownText | None = None


def heard(
    history: VehicleHistory,
    report: SceneReport,
    role: CameraRole,
    captured_ns: int,
) -> VehicleHistory:
    """Take in one report.

    Args:
        history: so far.
        report: any; one that says nothing about the road changes nothing.
        role: of its camera; only front cameras advise.
        captured_ns: monotonic instant of capture.
    """
    if not role.advises or report.outcome not in (Outcome.OK, Outcome.TRUNCATED, Outcome.UNSURE):
        return history
    old = next((one for one in history.latest if one.camera == report.camera), None)
    if old is not None and old.heard_ns > captured_ns:
        return history  # reports of two workers may overtake each other
    if report.advice is None and old is not None and _warns(old.advice):
        new = replace(old, heard_ns=captured_ns)
    else:
        text_ja = "" if report.advice is None else report.advice_ja
        new = CameraAdvice(
            report.camera, captured_ns, report.stamp_ns, report.advice, text_ja, captured_ns
        )
    others = tuple(one for one in history.latest if one.camera != report.camera)
    return replace(history, latest=(*others, new))


def vehicle_advice(
    history: VehicleHistory, now_ns: int, settings: VehicleSettings
) -> tuple[VehicleHistory, VehicleAdvice | None]:
    """What the vehicle says at `now_ns`, and the history that knows it; None if nothing is fresh.

    Args:
        history: so far.
        now_ns: monotonic.
        settings: how long advice and its text stand.
    """
    validity_ns = round(settings.validity_ms * NS_PER_MS)
    fresh = [
        (one.advice, one)
        for one in sorted(history.latest, key=lambda one: (-one.captured_ns, one.camera))
        if one.advice is not None and one.captured_ns + validity_ns > now_ns
    ]
    if not fresh:
        return replace(history, shown=None), None
    speed = max((advice.speed for advice, _ in fresh), key=_caution)
    path = _agreed(advice.path for advice, _ in fresh)
    deciding = [(advice, one) for advice, one in fresh if advice.speed is speed]
    others = [(advice, one) for advice, one in fresh if advice.speed is not speed]
    text = _text(history.shown, _wording(deciding, speed, path, now_ns), now_ns, settings)
    newest = deciding[0][1]
    said = VehicleAdvice(
        speed=speed,
        path=path,
        confidence=min(advice.confidence for advice, _ in deciding),
        hazards=tuple(dict.fromkeys(h for advice, _ in deciding + others for h in advice.hazards)),
        cameras=tuple(one.camera for _, one in deciding),
        stamp_ns=newest.stamp_ns,
        valid_until_ns=newest.captured_ns + validity_ns,
        text=text,
    )
    return replace(history, shown=text), said


def _caution(speed: SpeedAdvice) -> int:
    return CAUTION.index(speed)


def _warns(advice: Advice | None) -> bool:
    return advice is not None and _caution(advice.speed) > _caution(SpeedAdvice.KEEP)


def _agreed(paths: Iterable[PathAdvice]) -> PathAdvice:
    said = set(paths)
    return said.pop() if len(said) == 1 else PathAdvice.KEEP


def _wording(
    deciding: list[tuple[Advice, CameraAdvice]],
    speed: SpeedAdvice,
    path: PathAdvice,
    now_ns: int,
) -> ShownText:
    """The newest words that were said for this speed and path; plain ones if there are none."""
    for advice, one in deciding:
        if advice.path is path and one.text_ja:
            return ShownText(one.text_ja, speed, path, one.stamp_ns, now_ns)
    plain = _SHIFT_JA.get(path, "") + _SPEED_JA[speed]
    return ShownText(plain, speed, path, deciding[0][1].stamp_ns, now_ns)


def _text(
    shown: ShownText | None, new: ShownText, now_ns: int, settings: VehicleSettings
) -> ShownText:
    """The text that is shown, or the new one if it may take its place."""
    if shown is None or _caution(new.speed) > _caution(shown.speed):
        return new
    if (new.text_ja, new.speed, new.path) == (shown.text_ja, shown.speed, shown.path):
        return replace(new, since_ns=shown.since_ns)
    return shown if now_ns - shown.since_ns < settings.hold_ms * NS_PER_MS else new
