"""What a drive came to: collisions, red lights, missed stops, needless stops, progress."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vlm_driving.core import Advice, SpeedAdvice
from vlm_driving.simulator.advice_terms import STANDING_KMH
from vlm_driving.simulator.render_works import works_strip
from vlm_driving.simulator.scenario.actor import Rule, RuleKind
from vlm_driving.simulator.scenario.ego import EGO_FRONT_M, EGO_HALF_M, EGO_REAR_M
from vlm_driving.simulator.scenario.loop import Moment
from vlm_driving.simulator.scene import CyclistPlace, Scene, VehicleRole

STOP_BEFORE_M = 12.0
"""Who stood with the camera this near to a stop sign's line has stopped for it."""
NEEDLESS_S = 3.0
RED_M = 40.0

Box = tuple[float, float, float, float]
"""x from and to, y from and to."""


@dataclass(frozen=True, slots=True)
class Incident:
    """What went wrong, and when."""

    t_s: float
    kind: str
    what: str


@dataclass(slots=True)
class Score:
    """Counts of one drive.

    `reds_met` are signals that were red while their line was ahead, nearer than 40 m;
    `advice_changes` are frames whose speed advice differs from the one before.
    """

    collisions: int = 0
    red_lights: int = 0
    reds_met: int = 0
    missed_stops: int = 0
    needless_stops: int = 0
    progress_m: float = 0.0
    seconds: float = 0.0
    advice_changes: int = 0
    frames: int = 0
    without_advice: int = 0
    incidents: list[Incident] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "collisions": self.collisions,
            "red_lights": self.red_lights,
            "reds_met": self.reds_met,
            "missed_stops": self.missed_stops,
            "needless_stops": self.needless_stops,
            "progress_m": round(self.progress_m, 1),
            "seconds": round(self.seconds, 1),
            "advice_changes": self.advice_changes,
            "frames": self.frames,
            "without_advice": self.without_advice,
            "incidents": [
                {"t_s": round(i.t_s, 1), "kind": i.kind, "what": i.what} for i in self.incidents
            ],
        }


class Judge:
    """Watches a drive, moment by moment."""

    def __init__(self) -> None:
        self.score = Score()
        self._touching: frozenset[str] = frozenset()
        self._before: dict[tuple[RuleKind, int], Rule] = {}
        self._stood: set[int] = set()
        self._reds: set[int] = set()
        self._stand_began_s: float | None = None
        self._last_due_s = -NEEDLESS_S
        self._counted = False
        self._last: Advice | None = None

    def see(self, moment: Moment, dt: float) -> None:
        """Take in one moment, `dt` seconds after the last."""
        score = self.score
        score.frames += 1
        score.seconds = moment.t_s + dt
        score.progress_m = moment.ego.s_m
        self._collide(moment)
        self._lines(moment)
        self._needless(moment)
        if moment.advice is None:
            score.without_advice += 1
        else:
            if self._last is not None and moment.advice.speed is not self._last.speed:
                score.advice_changes += 1
            self._last = moment.advice

    def _note(self, moment: Moment, kind: str, what: str) -> None:
        self.score.incidents.append(Incident(moment.t_s, kind, what))

    def _collide(self, moment: Moment) -> None:
        touching = frozenset(touched(moment.sight.scene))
        for what in sorted(touching - self._touching):
            self.score.collisions += 1
            self._note(moment, "collision", what)
        self._touching = touching

    def _lines(self, moment: Moment) -> None:
        """Lines that the car's front has crossed since the moment before."""
        standing = moment.ego.speed_kmh < STANDING_KMH
        now = {(rule.kind, rule.event): rule for rule in moment.rules}
        for key, rule in now.items():
            if rule.kind is RuleKind.STOP_SIGN and standing and 0 < rule.x_m < STOP_BEFORE_M:
                self._stood.add(rule.event)
            if rule.kind is RuleKind.SIGNAL and rule.closed and EGO_FRONT_M < rule.x_m < RED_M:
                self._reds.add(rule.event)
            before = self._before.get(key)
            if before is None or not before.x_m > EGO_FRONT_M >= rule.x_m:
                continue
            if rule.kind is RuleKind.SIGNAL and before.closed:
                self.score.red_lights += 1
                self._note(moment, "red_light", f"event {rule.event + 1}")
            elif rule.kind is RuleKind.BAR and before.closed:
                self.score.collisions += 1
                self._note(moment, "collision", "bar")
            elif rule.kind is RuleKind.STOP_SIGN and rule.event not in self._stood:
                self.score.missed_stops += 1
                self._note(moment, "missed_stop", f"event {rule.event + 1}")
        self._before = now
        self.score.reds_met = len(self._reds)

    def _needless(self, moment: Moment) -> None:
        """Standing longer than 3 s while nothing has asked for it within the last 3 s."""
        if moment.ego.speed_mps > 0.1:
            self._stand_began_s, self._counted = None, False
            return
        if self._stand_began_s is None:
            self._stand_began_s = moment.t_s
        if moment.sight.truth.speed is SpeedAdvice.STOP:
            self._last_due_s = moment.t_s
        since = moment.t_s - max(self._stand_began_s, self._last_due_s)
        if since > NEEDLESS_S and not self._counted:
            self.score.needless_stops += 1
            self._counted = True
            self._note(moment, "needless_stop", "")


def touched(scene: Scene) -> list[str]:
    """Names of what the ego's box covers; kinds with a number."""
    ego = (
        EGO_REAR_M,
        EGO_FRONT_M,
        scene.ego_offset_m - EGO_HALF_M,
        scene.ego_offset_m + EGO_HALF_M,
    )
    return sorted({name for name, box in _solids(scene) if _meet(ego, box)})


def _solids(scene: Scene) -> Iterator[tuple[str, Box]]:
    for car in scene.vehicles:
        across = car.role is VehicleRole.CROSSING
        deep, wide = (car.width_m, car.length_m) if across else (car.length_m, car.width_m)
        name = f"{car.role.value} {car.kind.value}"
        yield name, (car.x_m, car.x_m + deep, car.y_m - wide / 2, car.y_m + wide / 2)
    for person in scene.pedestrians:
        yield "pedestrian", _around(person.x_m, person.y_m, 0.25, 0.25)
    for rider in scene.cyclists:
        along = (0.3, 0.8) if rider.place is CyclistPlace.CROSSING else (0.8, 0.3)
        yield "cyclist", _around(rider.x_m, rider.y_m, *along)
    if scene.obstacle is not None:
        thing = scene.obstacle
        yield "obstacle", _around(thing.x_m, thing.y_m, 0.3, thing.width_m / 2)
    if scene.flagger is not None:
        yield "flagger", _around(scene.flagger.x_m, scene.flagger.y_m, 0.25, 0.25)
    if scene.works is not None:
        border, outer = works_strip(scene, scene.works)
        near, far = scene.works.x_near_m, scene.works.x_far_m
        yield "works", (near, far, min(border, outer), max(border, outer))


def _around(x: float, y: float, dx: float, dy: float) -> Box:
    return x - dx, x + dx, y - dy, y + dy


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]
