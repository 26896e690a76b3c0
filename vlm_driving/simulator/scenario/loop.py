"""The closed loop: what is seen becomes advice, advice moves the ego, and it is seen again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from vlm_driving.core import Advice, PathAdvice, SpeedAdvice
from vlm_driving.simulator.advise import advise
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.facts import visible_facts
from vlm_driving.simulator.render import Rendering, render
from vlm_driving.simulator.scenario.actor import Rule
from vlm_driving.simulator.scenario.ego import Controller, EgoState
from vlm_driving.simulator.scenario.world import ScenarioWorld
from vlm_driving.simulator.scene import Scene

FPS = 10.0
WIDTH, HEIGHT = 640, 360


class Sight:
    """One moment as it can be looked at; picture and facts are made when first asked for."""

    def __init__(self, scene: Scene, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.scene = scene
        self._size = (width, height)
        self._rendering: Rendering | None = None
        self._facts: Facts | None = None
        self._truth: Advice | None = None

    @property
    def rendering(self) -> Rendering:
        """The picture."""
        if self._rendering is None:
            self._rendering = render(self.scene, *self._size)
        return self._rendering

    @property
    def facts(self) -> Facts:
        """What it shows."""
        if self._facts is None:
            self._facts = visible_facts(self.scene, self.rendering)
        return self._facts

    @property
    def truth(self) -> Advice:
        """What a careful driver would do."""
        if self._truth is None:
            self._truth = advise(self.facts, self.scene.ego_speed_kmh)
        return self._truth


class Driver(Protocol):
    """Something that advises."""

    @property
    def name(self) -> str:
        """What tables call it."""
        ...

    def advise(self, t_s: float, sight: Sight) -> Advice | None:
        """Advice on this moment; None: none in time, or unsure."""
        ...

    def figures(self) -> dict[str, Any]:
        """What it knows of itself after a drive: latencies, outcomes; may be empty."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same advice, whatever shows."""

    name: str
    advice: Advice

    def advise(self, t_s: float, sight: Sight) -> Advice | None:
        """The same as ever."""
        return self.advice

    def figures(self) -> dict[str, Any]:
        """Nothing."""
        return {}


@dataclass(frozen=True, slots=True)
class TruthDriver:
    """Advises from the facts that the picture shows."""

    name: str = "truth"

    def advise(self, t_s: float, sight: Sight) -> Advice | None:
        """What a careful driver would do."""
        return sight.truth

    def figures(self) -> dict[str, Any]:
        """Nothing."""
        return {}


KEEP = Constant("keep", Advice(SpeedAdvice.KEEP, PathAdvice.KEEP, 1.0))
DECELERATE = Constant("decelerate", Advice(SpeedAdvice.DECELERATE, PathAdvice.KEEP, 1.0))


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a drive: the state that was seen, and the advice that it led to."""

    t_s: float
    ego: EgoState
    sight: Sight
    rules: tuple[Rule, ...]
    advice: Advice | None


def drive(
    world: ScenarioWorld,
    driver: Driver,
    fps: float = FPS,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> Iterator[Moment]:
    """Drive a scenario to the end of its time or of its road, one moment a frame.

    Simulated time goes on by a frame, however long an answer takes; `size` is the picture's
    width and height in pixels.
    """
    dt, ego = 1.0 / fps, world.start
    controller = Controller(*world.room_m)
    for index in range(frames(world, fps)):
        if ego.s_m >= world.scenario.length_m:
            return
        t_s = index * dt
        sight = Sight(world.scene_at(t_s, ego), *size)
        advice = driver.advise(t_s, sight)
        yield Moment(t_s, ego, sight, world.rules, advice)
        ego = controller.drive(ego, advice, world.limit_mps(ego.s_m), dt)


def frames(world: ScenarioWorld, fps: float = FPS) -> int:
    """The most frames that a drive can have."""
    return max(1, round(world.scenario.seconds * fps))
