"""Where roads, people or rails cross ours: signals, zebras, stop signs, railways."""

from __future__ import annotations

import math
from dataclasses import replace

from vlm_driving.simulator.sampling_actors import sample_cyclist, sample_pedestrian, sample_vehicle
from vlm_driving.simulator.sampling_world import between, pick
from vlm_driving.simulator.scenario import schema_events as schema
from vlm_driving.simulator.scenario.actor import Rule, RuleKind, Setup, Trigger, View
from vlm_driving.simulator.scene import (
    Arrow,
    Crossing,
    CrossRoad,
    Cyclist,
    CyclistPlace,
    Pedestrian,
    PedestrianPlace,
    Railway,
    RoadSign,
    Signal,
    SignalColour,
    SignKind,
    VehicleRole,
)

STOP_TEXT_BEFORE_M = 8.6
WAIT_ASIDE_M = 0.6
"""How far beyond the carriageway's end people wait."""
OUT_OF_SIGHT_M = 24.0
"""A crossing vehicle comes from so far aside."""


def line_of(view: View, at_m: float) -> float:
    """Metres to a stop line, which is offered to the scene."""
    x = at_m - view.ego.s_m
    view.offer("stop_line_m", x, x)
    return x


class SignalActor:
    """A signal with its line, zebra and road across."""

    def __init__(self, event: schema.Signal, setup: Setup) -> None:
        rng = setup.rng
        self._event, self._index = event, setup.event
        self._clock = Trigger(event.at_m, event.trigger_m)
        after = event.at_m + 2.0
        self._zebra: Crossing | None = None
        if event.zebra:
            self._zebra = Crossing(after, between(rng, 3.2, 4.2))
            after += self._zebra.depth_m + 1.0
        self._across = None
        if event.cross_road_m > 0:
            self._across = CrossRoad(after, after + event.cross_road_m)
            after += event.cross_road_m
        self._signal = Signal(
            after + 1.0,
            between(rng, -0.6, 1.8),
            between(rng, 4.9, 5.5),
            between(rng, 0.3, 0.34),
            event.phases[0].colour,
            setup.left_m + between(rng, 0.4, 0.9),
            between(rng, 60, 180),
        )

    def phase(self, view: View) -> schema.SignalPhase:
        """What it shows now."""
        phases, since = self._event.phases, self._clock.seconds(view)
        if since is None:
            return phases[0]
        at = (since + self._event.offset_s) % sum(p.seconds for p in phases)
        for phase in phases:
            at -= phase.seconds
            if at < 0:
                return phase
        return phases[-1]

    def show(self, view: View) -> None:
        """Offer the signal, its line, its zebra and the road across."""
        phase, s = self.phase(view), view.ego.s_m
        x = line_of(view, self._event.at_m)
        red = phase.colour is SignalColour.RED and Arrow.STRAIGHT not in phase.arrows
        view.rules.append(Rule(RuleKind.SIGNAL, self._index, x, red))
        if self._zebra is not None:
            far = self._zebra.x_m + self._zebra.depth_m - s
            view.offer("crossing", far, replace(self._zebra, x_m=self._zebra.x_m - s), 2.8)
        show_cross_road(view, self._across)
        at = self._signal.x_m - s
        view.offer(
            "signal",
            at,
            replace(self._signal, x_m=at, colour=phase.colour, arrows=phase.arrows),
        )


def show_cross_road(view: View, road: CrossRoad | None) -> None:
    """Offer a road across until it is passed."""
    if road is not None:
        near, far = road.x_near_m - view.ego.s_m, road.x_far_m - view.ego.s_m
        view.offer("cross_road", far, CrossRoad(near, far), 2.8)


class WalkerActor:
    """Waits beside the road, walks or rides across, stays on the other side."""

    def __init__(
        self, walker: schema.Walker, setup: Setup, x_m: float, at_m: float, rides: bool
    ) -> None:
        rng = setup.rng
        left, right = setup.left_m + WAIT_ASIDE_M, setup.right_m - WAIT_ASIDE_M
        from_left = walker.side is schema.From.LEFT
        self._from, self._to = (left, right) if from_left else (right, left)
        self._edges = (setup.left_m, setup.right_m)
        self._clock = Trigger(at_m, walker.trigger_m)
        self._walker, self._x = walker, x_m
        y = self._from
        self._look: Pedestrian | Cyclist
        if rides:
            self._look = sample_cyclist(rng, setup.air, CyclistPlace.PAVEMENT, x_m, y)
        else:
            look = sample_pedestrian(rng, setup.air, PedestrianPlace.WAITING, x_m, y, walker.age)
            self._look = replace(look, heading=0, stride=0.1)

    def show(self, view: View) -> None:
        """Stand, cross, or have crossed."""
        since = self._clock.seconds(view)
        walked = 0.0
        if since is not None:
            walked = max(0.0, since - self._walker.delay_s) * self._walker.mps
        sign = 1.0 if self._to > self._from else -1.0
        walked = min(walked, abs(self._to - self._from))
        y, x = self._from + sign * walked, self._x - view.ego.s_m
        on_road = self._edges[1] - 0.3 < y < self._edges[0] + 0.3
        heading = int(sign) if on_road else 0
        look = self._look
        if isinstance(look, Cyclist):
            place = CyclistPlace.CROSSING if on_road else CyclistPlace.PAVEMENT
            phase = (look.phase + 0.35 * walked) % 1.0
            view.cyclist(replace(look, place=place, x_m=x, y_m=y, heading=heading, phase=phase))
            return
        waits = PedestrianPlace.WAITING if walked == 0.0 else PedestrianPlace.PAVEMENT
        view.person(
            replace(
                look,
                place=PedestrianPlace.CROSSING if on_road else waits,
                x_m=x,
                y_m=y,
                heading=heading,
                stride=0.15 + 0.85 * abs(math.sin(3.2 * walked)) if on_road else 0.1,
            )
        )


class CrossingActor:
    """A zebra without a signal, and who crosses there."""

    def __init__(self, event: schema.Crossing, setup: Setup) -> None:
        rng = setup.rng
        self._event = event
        self._zebra = Crossing(event.at_m, between(rng, 3.2, 4.4))
        self._walkers = [
            WalkerActor(
                walker,
                setup,
                event.at_m + between(rng, 0.6, self._zebra.depth_m - 0.6),
                event.at_m,
                rides,
            )
            for walkers, rides in ((event.walkers, False), (event.cyclists, True))
            for walker in walkers
        ]

    def show(self, view: View) -> None:
        """Offer the zebra and its line, show the people."""
        x = self._zebra.x_m - view.ego.s_m
        view.offer("crossing", x + self._zebra.depth_m, replace(self._zebra, x_m=x), 2.8)
        if self._event.line:
            line_of(view, self._event.at_m - 2.0)
        for walker in self._walkers:
            walker.show(view)


class StopSignActor:
    """止まれ: sign, line, word, and a road across."""

    def __init__(self, event: schema.StopSign, setup: Setup) -> None:
        rng = setup.rng
        self._event, self._index = event, setup.event
        at = event.at_m
        self._sign = RoadSign(
            SignKind.STOP,
            at + between(rng, -0.2, 0.8),
            setup.left_m + between(rng, 0.25, 0.5),
            between(rng, 2.0, 2.5),
            between(rng, 0.7, 0.9),
            variant=pick(rng, 20),
        )
        wide = event.cross_road_m
        self._across = CrossRoad(at + 1.6, at + 1.6 + wide) if wide > 0 else None

    def show(self, view: View) -> None:
        """Offer what there is of it."""
        x = line_of(view, self._event.at_m)
        view.rules.append(Rule(RuleKind.STOP_SIGN, self._index, x, False))
        view.sign(replace(self._sign, x_m=self._sign.x_m - view.ego.s_m))
        show_cross_road(view, self._across)
        if self._event.painted:
            text = x - STOP_TEXT_BEFORE_M
            view.offer("stop_text_m", text, text)


class LevelCrossingActor:
    """Rails across; the bars go up some time after the ego came near."""

    def __init__(self, event: schema.LevelCrossing, setup: Setup) -> None:
        rng = setup.rng
        self._event, self._index = event, setup.event
        self._clock = Trigger(event.at_m, event.trigger_m)
        self._look = Railway(
            event.at_m, between(rng, 3.6, 7.2), False, setup.left_m + between(rng, 0.25, 0.6)
        )

    def show(self, view: View) -> None:
        """Offer rails, bars and line."""
        since, x = self._clock.seconds(view), self._event.at_m - view.ego.s_m
        closed = self._event.closed_s > 0 and (since is None or since < self._event.closed_s)
        line_of(view, self._event.at_m - 2.4)
        view.rules.append(Rule(RuleKind.BAR, self._index, x, closed))
        railway = replace(self._look, x_m=x, closed=closed)
        view.offer("railway", x + railway.depth_m, railway, 2.8)


class CrossingVehicleActor:
    """Comes from a side, crosses, is gone."""

    def __init__(self, event: schema.CrossingVehicle, setup: Setup) -> None:
        rng, at = setup.rng, event.at_m
        self._event = event
        self._across = CrossRoad(at, at + event.width_m)
        self._clock = Trigger(at, event.trigger_m)
        from_left = event.side is schema.From.LEFT
        car = sample_vehicle(
            rng, setup.air, VehicleRole.CROSSING, at, 0.0, kinds={event.vehicle: 1.0}
        )
        # left-hand traffic: from the left it keeps to the near half, from the right to the far
        room = event.width_m / 2 - car.width_m
        x = at + max(0.2, room / 2) + (0.0 if from_left else event.width_m / 2)
        self._car = replace(car, x_m=x, heading=-1 if from_left else 1)

    def show(self, view: View) -> None:
        """Show the road, and the vehicle while it is near ours."""
        show_cross_road(view, self._across)
        since = self._clock.seconds(view)
        if since is None:
            return
        car = self._car
        y = -car.heading * OUT_OF_SIGHT_M + car.heading * self._event.kmh / 3.6 * since
        if abs(y) <= OUT_OF_SIGHT_M + 1.0:
            view.vehicle(replace(car, x_m=car.x_m - view.ego.s_m, y_m=y))
