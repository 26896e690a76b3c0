"""What lies, stands or hangs on the road: works, fallen things, tunnels, speed limits."""

from __future__ import annotations

from dataclasses import replace

from vlm_driving.simulator.sampling_world import between, pick, tinted
from vlm_driving.simulator.scenario import schema_events as schema
from vlm_driving.simulator.scenario.actor import SIGHT_M, Setup, Trigger, View
from vlm_driving.simulator.scene import (
    Colour,
    Flagger,
    Obstacle,
    ObstacleKind,
    RoadClass,
    RoadSign,
    RoadWorks,
    SignKind,
    Tunnel,
)

FLAGGER_BEFORE_M = 2.5
TOUCHABLE_M = -3.0
"""Until here the ego's side or rear can still touch a thing."""
TUNNEL_SIGHT_M = 150.0
WORKS_PASSED_M = 3.0
"""Of works whose far end is nearer than this nothing is left to see."""
_OBSTACLES: dict[ObstacleKind, tuple[tuple[float, float], tuple[float, float], Colour]] = {
    ObstacleKind.BOX: ((0.5, 0.9), (0.45, 0.8), (95, 145, 180)),
    ObstacleKind.TYRE: ((0.6, 0.9), (0.35, 0.7), (38, 38, 40)),
    ObstacleKind.TIMBER: ((0.9, 1.3), (0.3, 0.5), (80, 130, 175)),
    ObstacleKind.SACK: ((0.5, 0.9), (0.4, 0.65), (190, 200, 205)),
}


class WorksActor:
    """A closed strip, perhaps with a guard before it."""

    def __init__(self, event: schema.Works, setup: Setup) -> None:
        rng, road = setup.rng, setup.road
        side = 1 if event.side is schema.From.LEFT else -1
        self._works = RoadWorks(
            event.at_m,
            event.at_m + event.length_m,
            side,
            event.overlap_m,
            between(rng, 1.8, 2.8),
            board=True,
            machine=event.machine,
            variant=pick(rng, 4),
        )
        self._event, self._clock = event, Trigger(event.at_m, event.trigger_m)
        self._flagger: Flagger | None = None
        if event.gestures:
            coat = ((60, 190, 235), (60, 120, 240), (70, 210, 190))[pick(rng, 3)]
            self._flagger = Flagger(
                event.at_m - FLAGGER_BEFORE_M,
                side * (road.lane_width_m / 2 + between(rng, 0.0, 0.3)),
                event.gestures[0].gesture,
                tinted(rng, coat, 20),
                setup.air.headlamps > 0.02,
                pick(rng, 4),
            )

    def show(self, view: View) -> None:
        """Offer strip and guard."""
        s, works = view.ego.s_m, self._works
        near, far = works.x_near_m - s, works.x_far_m - s
        shown, sight_m = replace(works, x_near_m=near, x_far_m=far), SIGHT_M + self._event.length_m
        view.offer("works", far, shown, WORKS_PASSED_M, sight_m)
        if self._flagger is not None:
            since = self._clock.seconds(view) or 0.0
            gesture = self._event.gestures[-1].gesture
            for phase in self._event.gestures:
                since -= phase.seconds
                if since < 0:
                    gesture = phase.gesture
                    break
            x = self._flagger.x_m - s
            view.offer("flagger", x, replace(self._flagger, x_m=x, gesture=gesture), TOUCHABLE_M)


class ObstacleActor:
    """Something lying on the road."""

    def __init__(self, event: schema.Obstacle, setup: Setup) -> None:
        rng = setup.rng
        wide, high, colour = _OBSTACLES[event.what]
        self._look = Obstacle(
            event.what,
            event.at_m,
            event.y_m,
            between(rng, *wide),
            between(rng, *high),
            tinted(rng, colour, 25),
            pick(rng, 4),
        )

    def show(self, view: View) -> None:
        """It lies there until the ego has passed it."""
        x = self._look.x_m - view.ego.s_m
        view.offer("obstacle", x, replace(self._look, x_m=x), TOUCHABLE_M)


class TunnelActor:
    """A tunnel: ahead, around us, behind."""

    def __init__(self, event: schema.Tunnel, setup: Setup) -> None:
        rng = setup.rng
        glow = (90.0, 170.0, 235.0) if pick(rng, 2) else (215.0, 225.0, 225.0)
        end = event.at_m + event.length_m
        self._event = event
        self._look = Tunnel(event.at_m, end, between(rng, 5.4, 6.8), tinted(rng, glow, 12))

    def show(self, view: View) -> None:
        """Offer it until its end is reached."""
        near, far = self._look.x_near_m - view.ego.s_m, self._look.x_far_m - view.ego.s_m
        shown = replace(self._look, x_near_m=near, x_far_m=far)
        view.offer("tunnel", far, shown, 0.0, TUNNEL_SIGHT_M + self._event.length_m)


class SpeedLimitActor:
    """A speed-limit sign at the left."""

    def __init__(self, event: schema.SpeedLimit, setup: Setup) -> None:
        rng = setup.rng
        wide = setup.road.road_class is RoadClass.EXPRESSWAY
        self._look = RoadSign(
            SignKind.SPEED_LIMIT,
            event.at_m,
            setup.left_m + between(rng, 0.3, 0.55),
            between(rng, 2.0, 2.7),
            between(rng, 0.95, 1.2) if wide else between(rng, 0.65, 0.85),
            event.kmh,
            pick(rng, 20),
        )

    def show(self, view: View) -> None:
        """Offer it until it is passed."""
        view.sign(replace(self._look, x_m=self._look.x_m - view.ego.s_m))
