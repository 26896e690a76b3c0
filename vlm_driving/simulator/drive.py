"""A drive of some seconds through a small town, picture by picture.

The ego follows a car, goes round a parked one, lets a person cross, stops at a red signal and
goes on when it turns green; a longer drive meets the same things again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from vlm_driving.simulator.drive_world import PASSED_M, Stage, World, make_world
from vlm_driving.simulator.scene import (
    Light,
    Pedestrian,
    PedestrianPlace,
    Road,
    Scene,
    Signal,
    SignalColour,
    Vehicle,
    Weather,
)

CRUISE_MPS = 11.0
MAX_ACCELERATION = 1.8
MAX_BRAKING = 3.0
COMFORTABLE_BRAKING = 1.7
WALK_MPS = 1.5
ONCOMING_MPS = 10.0
SIGHT_M = 110.0


@dataclass(slots=True)
class _Phase:
    """What has happened at one stage: when the person set out and the signal changed."""

    walk_began_s: float | None = None
    yellow_began_s: float | None = None
    green_again: bool = False


@dataclass(slots=True)
class _Moment:
    """Where the ego is along the road, its speed and offset, and what moves with the clock."""

    phases: list[_Phase]
    t_s: float = 0.0
    s_m: float = 0.0
    speed_mps: float = 8.0
    offset_m: float = 0.0
    waited_s: float = 0.0
    lead_s_m: float = 28.0
    lead_mps: float = 8.5
    lead_braking: bool = False


class Drive:
    """`len(drive)` pictures; iterating yields (seconds from the start, scene).

    The same arguments give the same scenes; every iteration starts anew.
    """

    def __init__(
        self,
        seed: int,
        seconds: float = 30.0,
        fps: float = 10.0,
        light: Light = Light.DAY,
        weather: Weather = Weather.CLEAR,
    ) -> None:
        self.seed = seed
        self.seconds = seconds
        self.fps = fps
        self.world: World = make_world(seed, seconds * CRUISE_MPS + 200.0, light, weather)

    def __len__(self) -> int:
        return max(1, round(self.seconds * self.fps))

    def __iter__(self) -> Iterator[tuple[float, Scene]]:
        hidden = self._in_the_way()
        for index, moment in enumerate(self._moments()):
            yield moment.t_s, self._scene(moment, index, hidden)

    def _moments(self) -> Iterator[_Moment]:
        """The states, one a picture. A state changes once the next is asked for."""
        now = _Moment(phases=[_Phase() for _ in self.world.stages])
        dt = 1.0 / self.fps
        for index in range(len(self)):
            now.t_s = index * dt
            now.lead_braking = 4.5 < now.t_s < 6.8
            for stage, phase in zip(self.world.stages, now.phases, strict=True):
                _advance(stage, phase, now)
            yield now
            target = 4.2 if now.lead_braking else 13.5 if now.t_s > 6.8 else 8.5
            now.lead_mps += float(np.clip(target - now.lead_mps, -2.2 * dt, 1.6 * dt))
            now.lead_s_m += now.lead_mps * dt
            self._move(now, dt)

    def _in_the_way(self) -> frozenset[int]:
        """Oncoming cars that would meet the ego beside a parked one; they stay at home."""
        hidden: set[int] = set()
        for now in self._moments():
            if any(-12.0 < st.parked.x_m - now.s_m < 42.0 for st in self.world.stages):
                for i, car in enumerate(self.world.oncoming):
                    if -8.0 < _oncoming_x(car, now) < 75.0:
                        hidden.add(i)
        return frozenset(hidden)

    def _move(self, now: _Moment, dt: float) -> None:
        """Drive on for `dt` seconds."""
        limit = CRUISE_MPS
        gap = now.lead_s_m - now.s_m
        if gap < 60.0:
            limit = min(limit, max(0.0, now.lead_mps + (gap - 6.0 - 1.8 * now.speed_mps) * 0.3))
        shift = 0.0
        for stage, phase in zip(self.world.stages, now.phases, strict=True):
            ahead = stage.parked.x_m - now.s_m
            if -8.0 < ahead < 28.0:
                shift = -stage.pass_offset_m
                limit = min(limit, 8.0)
            stops = []
            if phase.walk_began_s is not None and self._on_road(stage, phase, now.t_s):
                stops.append(stage.crossing.x_m - 5.0)
            if phase.yellow_began_s is not None and not phase.green_again:
                stops.append(stage.stop_line_m - 5.5)
            for stop in stops:
                room = stop - now.s_m
                if room > -3.0:
                    limit = min(limit, math.sqrt(2 * COMFORTABLE_BRAKING * max(0.0, room)))
        change = float(np.clip(limit - now.speed_mps, -MAX_BRAKING * dt, MAX_ACCELERATION * dt))
        now.speed_mps = max(0.0, now.speed_mps + change)
        if now.speed_mps < 0.25 and limit < 0.25:
            now.speed_mps = 0.0
        now.waited_s = now.waited_s + dt if now.speed_mps == 0.0 else 0.0
        now.s_m += now.speed_mps * dt
        step = 0.14 * now.speed_mps * dt
        now.offset_m += float(np.clip(shift - now.offset_m, -step, step))

    def _on_road(self, stage: Stage, phase: _Phase, t: float) -> bool:
        y = _walker_y(stage, phase, t)
        return y > self.world.road.right_m - self.world.road.shoulder_m

    def _scene(self, now: _Moment, index: int, hidden: frozenset[int]) -> Scene:
        world, s = self.world, now.s_m
        vehicles: list[Vehicle] = []
        if now.lead_s_m - s < 90.0:
            vehicles.append(replace(world.lead, x_m=now.lead_s_m - s, braking=now.lead_braking))
        for i, car in enumerate(world.oncoming):
            x = _oncoming_x(car, now)
            if i not in hidden and 4.5 < x < SIGHT_M:
                vehicles.append(replace(car, x_m=x))
        people = [replace(p, x_m=p.x_m - s) for p in world.people if 3.0 < p.x_m - s < 70.0]
        signal, stop_line, crossing, cross = None, None, None, None
        for stage, phase in zip(world.stages, now.phases, strict=True):
            if PASSED_M < stage.parked.x_m - s < SIGHT_M:
                vehicles.append(replace(stage.parked, x_m=stage.parked.x_m - s))
            if 3.0 < stage.crossing.x_m - s < 70.0:
                people.append(_walker(stage, phase, now.t_s, world.road, s))
            if signal is None and PASSED_M < stage.signal.x_m - s < SIGHT_M:
                colour = _signal_colour(phase, now.t_s)
                signal = _signal_at(stage.signal, s, colour)
                cross = replace(
                    stage.cross_road,
                    x_near_m=stage.cross_road.x_near_m - s,
                    x_far_m=stage.cross_road.x_far_m - s,
                )
            for zebra, line in (
                (stage.crossing, stage.crossing_line_m),
                (stage.signal_crossing, stage.stop_line_m),
            ):
                if crossing is None and PASSED_M < zebra.x_m + zebra.depth_m - s < SIGHT_M:
                    crossing = replace(zebra, x_m=zebra.x_m - s)
                    stop_line = line - s if line - s > PASSED_M else None
        return Scene(
            camera=world.camera,
            road=replace(
                world.road, dash_phase_m=world.road.dash_phase_m + s, grain=int(s / 0.4) * 37
            ),
            atmosphere=world.atmosphere,
            sensor=replace(world.sensor, grain=(index * 7_368_787 + self.seed) % (1 << 30)),
            ego_offset_m=now.offset_m,
            ego_speed_kmh=round(now.speed_mps * 3.6, 1),
            vehicles=tuple(vehicles[:20]),
            pedestrians=tuple(people[:20]),
            signal=signal,
            stop_line_m=stop_line,
            crossing=crossing,
            cross_road=cross,
            buildings=tuple(
                replace(b, x_near_m=b.x_near_m - s, x_far_m=b.x_far_m - s)
                for b in world.buildings
                if b.x_far_m - s > 3.0 and b.x_near_m - s < SIGHT_M
            ),
            props=tuple(
                replace(p, x_m=p.x_m - s) for p in world.props if 3.0 < p.x_m - s < SIGHT_M
            ),
            skyline=world.skyline,
            grain=world.grain,
        )


def _oncoming_x(car: Vehicle, now: _Moment) -> float:
    return car.x_m - ONCOMING_MPS * now.t_s - now.s_m


def _advance(stage: Stage, phase: _Phase, now: _Moment) -> None:
    """Let the person set out and the signal change as the ego comes near."""
    if phase.walk_began_s is None and 0.0 < stage.crossing.x_m - now.s_m < 32.0:
        phase.walk_began_s = now.t_s
    to_line = stage.stop_line_m - now.s_m
    if phase.yellow_began_s is None and 0.0 < to_line < 38.0:
        phase.yellow_began_s = now.t_s
    if phase.yellow_began_s is not None and to_line < 12.0 and now.waited_s > 3.0:
        phase.green_again = True


def _signal_colour(phase: _Phase, t: float) -> SignalColour:
    if phase.yellow_began_s is None or phase.green_again:
        return SignalColour.GREEN
    return SignalColour.YELLOW if t - phase.yellow_began_s < 2.0 else SignalColour.RED


def _signal_at(signal: Signal, s: float, colour: SignalColour) -> Signal:
    return replace(signal, x_m=signal.x_m - s, colour=colour)


def _walker_y(stage: Stage, phase: _Phase, t: float) -> float:
    walked = 0.0 if phase.walk_began_s is None else WALK_MPS * (t - phase.walk_began_s)
    return max(stage.walker.y_m - walked, stage.walk_to_y_m)


def _walker(stage: Stage, phase: _Phase, t: float, road: Road, s: float) -> Pedestrian:
    """The person at the crossing: waits on the left, walks to the right, stays there."""
    y = _walker_y(stage, phase, t)
    left, right = road.left_m + road.shoulder_m, road.right_m - road.shoulder_m
    if y > left:
        place, heading = PedestrianPlace.WAITING, 0
    elif y > right:
        place, heading = PedestrianPlace.CROSSING, -1
    else:
        place, heading = PedestrianPlace.PAVEMENT, 0
    stride = 0.15 + 0.85 * abs(math.sin(4.5 * t)) if heading else 0.1
    return replace(
        stage.walker,
        place=place,
        x_m=stage.walker.x_m - s,
        y_m=y,
        heading=heading,
        stride=stride,
    )
