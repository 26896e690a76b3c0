"""Who drives, stands, rides or walks along the road."""

from __future__ import annotations

import math
from dataclasses import replace

from vlm_driving.simulator.sampling_actors import SMALL, sample_cyclist, sample_pedestrian
from vlm_driving.simulator.sampling_actors import sample_vehicle as sample
from vlm_driving.simulator.sampling_world import between, chance
from vlm_driving.simulator.scenario import schema_events as schema
from vlm_driving.simulator.scenario.actor import Setup, Trigger, View
from vlm_driving.simulator.scene import (
    CyclistPlace,
    Light,
    PedestrianPlace,
    Vehicle,
    VehicleKind,
    VehicleRole,
    Weather,
)

BRAKES_MPS2 = -0.6
"""Slower change lights no brake lamps."""
STANDS_MPS = 0.3
QUEUE_GAP_M = (1.6, 3.2)
QUEUE_DELAY_S = 1.2
"""Each in a queue moves off so much later than the one before it."""
QUEUE_ACCELERATION = 1.3
_QUEUE_KINDS = (VehicleKind.SEDAN, VehicleKind.VAN, VehicleKind.TRUCK, VehicleKind.BUS)
_ROAD_KINDS = {VehicleKind.KEI: 0.3, VehicleKind.SEDAN: 0.4, VehicleKind.VAN: 0.3}


def _lamps(car: Vehicle, setup: Setup) -> Vehicle:
    """Lamps on wherever it is dark or wet."""
    clear = setup.air.light in (Light.DAY, Light.BACKLIGHT) and setup.air.weather is Weather.CLEAR
    return car if clear else replace(car, headlamps=True)


class LeadActor:
    """A vehicle of our direction with a speed for every moment."""

    def __init__(self, event: schema.Lead, setup: Setup) -> None:
        road = setup.road
        lane = road.ego_lane if event.lane is None else event.lane
        y = road.left_m - (lane + 0.5) * road.lane_width_m + between(setup.rng, -0.15, 0.15)
        car = sample(
            setup.rng, setup.air, VehicleRole.AHEAD, event.at_m, y, kinds={event.vehicle: 1.0}
        )
        self._car, self._event = _lamps(car, setup), event
        self._s, self._t, self._gone = event.at_m, 0.0, False

    def speed_at(self, t_s: float) -> float:
        """Metres a second."""
        points = self._event.profile
        before = points[0]
        for point in points:
            if point.at_s > t_s:
                if point is before:
                    break
                share = (t_s - before.at_s) / (point.at_s - before.at_s)
                return (before.kmh + share * (point.kmh - before.kmh)) / 3.6
            before = point
        return before.kmh / 3.6

    def show(self, view: View) -> None:
        """Drive on to now."""
        dt = view.t_s - self._t
        speed, next_speed = self.speed_at(view.t_s), self.speed_at(view.t_s + 0.2)
        self._s += (self.speed_at(self._t) + speed) / 2 * dt
        self._t = view.t_s
        leaves = self._event.leaves_m
        self._gone = self._gone or (leaves is not None and self._s > leaves)
        if not self._gone:
            braking = (next_speed - speed) / 0.2 < BRAKES_MPS2 or speed < STANDS_MPS
            view.vehicle(replace(self._car, x_m=self._s - view.ego.s_m, braking=braking))


class QueueActor:
    """Vehicles that stand behind one another, and move off one after the other."""

    def __init__(self, event: schema.Queue, setup: Setup) -> None:
        rng, road = setup.rng, setup.road
        self._event, self._clock = event, Trigger(event.at_m, event.trigger_m)
        self._cars: list[tuple[Vehicle, float]] = []
        for lane in range(road.lanes):
            y = road.left_m - (lane + 0.5) * road.lane_width_m
            at = event.at_m + (0.0 if lane == road.ego_lane else between(rng, -1.0, 6.0))
            for i in range(event.count):
                # what stands behind still shows over the roofs
                kind = _QUEUE_KINDS[min(i, len(_QUEUE_KINDS) - 1)]
                car = sample(rng, setup.air, VehicleRole.AHEAD, at, y, kinds={kind: 1.0})
                aside = (1 if i % 2 else -1) * between(rng, 0.1, 0.4)
                start_s = event.after_s + (event.count - 1 - i) * QUEUE_DELAY_S
                self._cars.append((_lamps(replace(car, y_m=y + aside), setup), start_s))
                at += car.length_m + between(rng, *QUEUE_GAP_M)

    def show(self, view: View) -> None:
        """Stand, or be off."""
        since = self._clock.seconds(view)
        for car, start_s in self._cars:
            driven = 0.0
            if since is not None and since > start_s:
                t, top = since - start_s, self._event.kmh / 3.6
                rise = top / QUEUE_ACCELERATION
                driven = 0.5 * QUEUE_ACCELERATION * min(t, rise) ** 2 + top * max(0.0, t - rise)
            x = car.x_m + driven - view.ego.s_m
            view.vehicle(replace(car, x_m=x, braking=driven == 0.0))


class ParkedActor:
    """A vehicle at the left edge."""

    def __init__(self, event: schema.Parked, setup: Setup) -> None:
        car = sample(
            setup.rng, setup.air, VehicleRole.PARKED, event.at_m, 0.0, kinds={event.vehicle: 1.0}
        )
        y = setup.road.left_m - event.overlap_m + car.width_m / 2
        self._car = replace(car, y_m=y, hazard_lamps=event.hazard_lamps, headlamps=False)

    def show(self, view: View) -> None:
        """It stands."""
        view.vehicle(replace(self._car, x_m=self._car.x_m - view.ego.s_m))


class OncomingActor:
    """Vehicles towards us, from the moment that the ego reaches a place."""

    def __init__(self, event: schema.Oncoming, setup: Setup) -> None:
        rng, road = setup.rng, setup.road
        self._event, self._clock = event, Trigger(event.at_m, 0.0)
        self._cars = []
        narrow = road.lane_width_m < 2.75
        kinds = SMALL if narrow else _ROAD_KINDS
        if event.vehicle is not None:
            kinds = {event.vehicle: 1.0}
        for i in range(event.count):
            x = event.at_m + event.ahead_m + i * event.gap_m
            car = _lamps(sample(rng, setup.air, VehicleRole.ONCOMING, x, 0.0, kinds=kinds), setup)
            y = road.centre_m - road.lane_width_m / 2 + between(rng, -0.15, 0.1)
            if narrow:
                y = road.centre_m - car.width_m / 2 - between(rng, 0.05, 0.2)
            if event.encroach_m > 0:
                y = road.centre_m - car.width_m / 2 + event.encroach_m
            self._cars.append(replace(car, y_m=y))

    def show(self, view: View) -> None:
        """Come nearer."""
        since = self._clock.seconds(view)
        if since is not None:
            come = self._event.kmh / 3.6 * since
            for car in self._cars:
                view.vehicle(replace(car, x_m=car.x_m - come - view.ego.s_m))


class CyclistActor:
    """Rides at the left edge of our lane."""

    def __init__(self, event: schema.Cyclist, setup: Setup) -> None:
        y = setup.road.left_m - event.aside_m
        self._event = event
        self._look = sample_cyclist(setup.rng, setup.air, CyclistPlace.LANE, event.at_m, y)

    def show(self, view: View) -> None:
        """Ride on; who leaves the road is gone."""
        driven = self._event.kmh / 3.6 * view.t_s
        leaves = self._event.leaves_m
        if leaves is None or self._event.at_m + driven < leaves:
            phase = (self._look.phase + 0.35 * driven) % 1.0
            x = self._event.at_m + driven - view.ego.s_m
            view.cyclist(replace(self._look, x_m=x, phase=phase))


class PedestrianActor:
    """Stands or walks beside the road, or steps out across our lane."""

    def __init__(self, event: schema.Pedestrian, setup: Setup) -> None:
        self._event = event
        trigger = None if event.trigger_m is None else Trigger(event.at_m, event.trigger_m)
        self._clock = trigger
        self._y = setup.road.left_m + event.aside_m
        self._to = setup.right_m - 0.6
        self._edge = setup.left_m
        look = sample_pedestrian(setup.rng, setup.air, event.place, event.at_m, self._y, event.age)
        self._look = replace(look, heading=0)
        self._strolls = trigger is None and chance(setup.rng, 0.7)
        self._stroll_mps = between(setup.rng, 0.8, 1.4)

    def show(self, view: View) -> None:
        """Where they have got to."""
        since = None if self._clock is None else self._clock.seconds(view)
        x, y, place, heading = self._event.at_m - view.ego.s_m, self._y, self._event.place, 0
        walked = 0.0
        if since is not None:
            walked = min(since * self._event.mps, self._y - self._to)
            y -= walked
            beside = y > self._edge or y <= self._to
            place = PedestrianPlace.PAVEMENT if beside else PedestrianPlace.ROAD
            heading = 0 if y <= self._to else -1
        elif self._strolls:
            walked = self._stroll_mps * view.t_s
            x += walked
        stride = 0.15 + 0.85 * abs(math.sin(3.2 * walked)) if heading or self._strolls else 0.1
        view.person(replace(self._look, place=place, x_m=x, y_m=y, heading=heading, stride=stride))
