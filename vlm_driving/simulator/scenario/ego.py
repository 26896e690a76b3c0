"""The ego car: where it is, and what it makes of advice.

The controller knows advice, its own speed and the road's limits, nothing of what stands there:

| advice | what it does |
|---|---|
| KEEP | holds the speed |
| ACCELERATE | +1.2 m/s2, up to the road's speed limit |
| DECELERATE | -1.8 m/s2 |
| STOP | -3.5 m/s2, then stands |
| SHIFT_LEFT, SHIFT_RIGHT | one step of 1.2 m sideways: off the middle of the lane, or back to it |
| path KEEP | stays on the step where it is |
| none (late, unsure) | goes by the last advice for 0.5 s, then -1.0 m/s2 |

Sideways it moves with at most 0.8 m/s and 0.14 m a metre driven, and takes the next step only
once the last one is done. A step back to the middle begins 6 m after it was first asked for:
what has left the picture is still beside the car. A step ends where the carriageway ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.core import Advice, PathAdvice, SpeedAdvice

ACCELERATION = {
    SpeedAdvice.KEEP: 0.0,
    SpeedAdvice.ACCELERATE: 1.2,
    SpeedAdvice.DECELERATE: -1.8,
    SpeedAdvice.STOP: -3.5,
}
"""Metres a second squared."""
BLIND_BRAKING = -1.0
PATIENCE_S = 0.5
STEP_M = 1.2
SIDEWAYS_MPS = 0.8
SIDEWAYS_SLOPE = 0.14
CLEAR_M = 6.0
SETTLED_M = 0.05
EGO_FRONT_M, EGO_REAR_M, EGO_HALF_M = 1.6, -2.8, 0.85
"""The car around its camera: ahead of it, behind it, and to either side."""


@dataclass(frozen=True, slots=True)
class EgoState:
    """Metres along the road (of the camera), speed, metres left of the lane's middle."""

    s_m: float
    speed_mps: float
    offset_m: float = 0.0

    @property
    def speed_kmh(self) -> float:
        """As a speedometer tells it."""
        return round(self.speed_mps * 3.6, 1)


class Controller:
    """Drives by advice; one a drive, for it remembers."""

    def __init__(self, left_room_m: float = STEP_M, right_room_m: float = STEP_M) -> None:
        """Prepare for a road that leaves so much room beside the middle of the lane."""
        self._steps = (-min(STEP_M, max(right_room_m, 0.0)), 0.0, min(STEP_M, max(left_room_m, 0)))
        self._step = 1
        self._last: Advice | None = None
        self._silent_s = 0.0
        self._back_from_m: float | None = None

    def drive(self, ego: EgoState, advice: Advice | None, limit_mps: float, dt: float) -> EgoState:
        """The state `dt` seconds later, under a road's speed limit."""
        if advice is not None:
            self._last, self._silent_s = advice, 0.0
        else:
            self._silent_s += dt
        known = self._last if self._silent_s <= PATIENCE_S + 1e-6 else None
        speed = self._speed(ego, known, limit_mps, dt)
        driven = (ego.speed_mps + speed) / 2 * dt
        if known is not None:
            self._choose_step(ego, known.path)
        most = min(SIDEWAYS_MPS * dt, SIDEWAYS_SLOPE * driven)
        away = self._steps[self._step] - ego.offset_m
        return EgoState(ego.s_m + driven, speed, ego.offset_m + max(-most, min(most, away)))

    def _speed(self, ego: EgoState, advice: Advice | None, limit_mps: float, dt: float) -> float:
        wish = BLIND_BRAKING if advice is None else ACCELERATION[advice.speed]
        speed = ego.speed_mps + wish * dt
        if wish > 0:
            speed = max(ego.speed_mps, min(speed, limit_mps))
        return max(0.0, speed)

    def _choose_step(self, ego: EgoState, path: PathAdvice) -> None:
        if path is PathAdvice.KEEP:
            self._back_from_m = None
            return
        if abs(ego.offset_m - self._steps[self._step]) > SETTLED_M:
            return
        wanted = self._step + (1 if path is PathAdvice.SHIFT_LEFT else -1)
        if not 0 <= wanted <= 2:
            return
        if wanted == 1:
            if self._back_from_m is None:
                self._back_from_m = ego.s_m
            if ego.s_m - self._back_from_m < CLEAR_M:
                return
        self._back_from_m = None
        self._step = wanted
