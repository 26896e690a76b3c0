"""A scenario made to stand and move: the scene around the ego at any moment of a drive."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from vlm_driving.simulator.compositions import Setting, Theme
from vlm_driving.simulator.sampling_light import (
    sample_atmosphere,
    sample_sensor,
    sample_windscreen,
)
from vlm_driving.simulator.sampling_road import sample_theme_road
from vlm_driving.simulator.sampling_world import Rng, between
from vlm_driving.simulator.scenario import actors_junction, actors_road, actors_traffic
from vlm_driving.simulator.scenario import schema_events as schema
from vlm_driving.simulator.scenario.actor import (
    MAX_CYCLISTS,
    MAX_PEOPLE,
    MAX_VEHICLES,
    SIGHT_M,
    Actor,
    Rule,
    Setup,
    View,
)
from vlm_driving.simulator.scenario.ego import EGO_HALF_M, STEP_M, EgoState
from vlm_driving.simulator.scenario.roadside import roadside
from vlm_driving.simulator.scenario.schema import Scenario
from vlm_driving.simulator.scene import (
    Atmosphere,
    CameraPose,
    RoadClass,
    Scene,
    Sensor,
    Weather,
    Windscreen,
)

RAMP_M = 30.0
"""A bend comes and goes over this way."""
BEND_AHEAD_M = 8.0
"""The picture is bent as the road is this far ahead."""
LEAST_HAZE_M = {Weather.FOG: 45.0, Weather.SNOW: 110.0, Weather.RAIN: 120.0}
EDGE_M = 0.25
"""Room that the ego leaves to the carriageway's end."""

_ACTORS: dict[type, Callable[[Any, Setup], Actor]] = {
    schema.Signal: actors_junction.SignalActor,
    schema.Crossing: actors_junction.CrossingActor,
    schema.StopSign: actors_junction.StopSignActor,
    schema.LevelCrossing: actors_junction.LevelCrossingActor,
    schema.CrossingVehicle: actors_junction.CrossingVehicleActor,
    schema.Lead: actors_traffic.LeadActor,
    schema.Queue: actors_traffic.QueueActor,
    schema.Parked: actors_traffic.ParkedActor,
    schema.Oncoming: actors_traffic.OncomingActor,
    schema.Cyclist: actors_traffic.CyclistActor,
    schema.Pedestrian: actors_traffic.PedestrianActor,
    schema.Works: actors_road.WorksActor,
    schema.Obstacle: actors_road.ObstacleActor,
    schema.Tunnel: actors_road.TunnelActor,
    schema.SpeedLimit: actors_road.SpeedLimitActor,
}


class ScenarioWorld:
    """One run of a scenario; things remember when the ego came near, so time goes forward only.

    The same scenario, seed and drive give the same scenes. `seed` picks the looks: colours,
    buildings, people, camera, glass. `rules` are the lines across the road of the last scene.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        """Build the road and everything on it; `seed` is 0 or more."""
        self.scenario, self.seed = scenario, seed
        self._name = zlib.crc32(scenario.name.encode())
        rng = self._rng(0)
        spec = scenario.road
        self._air = self._atmosphere(rng, False)
        self._tunnel_air = self._atmosphere(rng, True)
        road = sample_theme_road(rng, Setting(spec.road_class.value), Theme.CLEAR, spec.density)
        self.road = replace(
            road,
            lanes=spec.lanes,
            ego_lane=spec.ego_lane,
            oncoming_lanes=0 if spec.road_class is RoadClass.EXPRESSWAY else spec.oncoming_lanes,
            lane_width_m=spec.lane_width_m or road.lane_width_m,
            pavement_m=road.pavement_m if spec.pavement_m is None else spec.pavement_m,
            curvature_per_m=0.0,
            slope_per_m=0.0,
            paint=max(road.paint, 0.75),
            wear=min(road.wear, 0.4),
        )
        self._camera = CameraPose(
            between(rng, 1.2, 1.6),
            math.radians(between(rng, -0.8, 0.6)),
            math.radians(between(rng, -0.8, 0.8)),
            math.radians(between(rng, 54.0, 62.0)),
        )
        sensor = sample_sensor(rng, scenario.light)
        self._sensor = replace(sensor, motion_px=0.0, blocks=min(sensor.blocks, 0.4))
        self._glass = self._windscreen(rng)
        self._buildings, self._props = roadside(
            rng, self.road, scenario.length_m, spec.density, *self._gaps()
        )
        self._skyline, self._grain = int(rng.integers(1, 1 << 20)), int(rng.integers(0, 1 << 30))
        self._actors: list[Actor] = [
            _ACTORS[type(event)](event, Setup(self._rng(i + 1), self.road, self._air, i))
            for i, event in enumerate(scenario.events)
            if not isinstance(event, schema.Curve)
        ]
        self.rules: tuple[Rule, ...] = ()

    @property
    def start(self) -> EgoState:
        """The ego when the scenario begins."""
        kmh = self.scenario.start_kmh
        return EgoState(0.0, (self.scenario.speed_limit_kmh if kmh is None else kmh) / 3.6)

    @property
    def hfov_rad(self) -> float:
        """The camera's horizontal field of view."""
        return self._camera.hfov_rad

    @property
    def room_m(self) -> tuple[float, float]:
        """How far the ego may go left and right of its lane's middle."""
        road = self.road
        left = road.left_m + road.shoulder_m - EGO_HALF_M - EDGE_M
        right = -(road.right_m - road.shoulder_m) - EGO_HALF_M - EDGE_M
        return max(0.0, min(STEP_M, left)), max(0.0, min(STEP_M, right))

    def limit_mps(self, s_m: float) -> float:
        """The speed limit at a place: the last sign's, else the scenario's."""
        signs = [e for e in self.scenario.events if isinstance(e, schema.SpeedLimit)]
        passed = [e for e in signs if e.at_m <= s_m]
        last = max(passed, key=lambda e: e.at_m, default=None)
        return (self.scenario.speed_limit_kmh if last is None else last.kmh) / 3.6

    def curvature_at(self, s_m: float) -> float:
        """Curvature a metre, left positive."""
        out = 0.0
        for event in self.scenario.events:
            if isinstance(event, schema.Curve):
                into = min(s_m - event.at_m, event.at_m + event.length_m - s_m)
                share = min(1.0, max(0.0, into / min(RAMP_M, event.length_m / 2)))
                out += share / event.radius_m * (1.0 if event.side is schema.From.LEFT else -1.0)
        return out

    def scene_at(self, t_s: float, ego: EgoState) -> Scene:
        """The scene around the ego; `t_s` is never less than in the call before."""
        view = View(t_s, ego)
        for actor in self._actors:
            actor.show(view)
        self.rules = tuple(view.rules)
        s, tunnel = ego.s_m, view.single("tunnel")
        inside = tunnel is not None and tunnel.x_near_m <= 0.0
        road, frame = self.road, round(t_s * 1000)
        return Scene(
            camera=self._camera,
            road=replace(
                road,
                dash_phase_m=road.dash_phase_m + s,
                grain=int(s / 0.4) * 37 + road.grain,
                curvature_per_m=self.curvature_at(s + BEND_AHEAD_M),
            ),
            atmosphere=self._tunnel_air if inside else self._air,
            sensor=self._sensor_at(frame),
            ego_offset_m=ego.offset_m,
            ego_speed_kmh=ego.speed_kmh,
            vehicles=tuple(sorted(view.vehicles, key=lambda v: abs(v.x_m))[:MAX_VEHICLES]),
            pedestrians=tuple(sorted(view.people, key=lambda p: abs(p.x_m))[:MAX_PEOPLE]),
            signal=view.single("signal"),
            stop_line_m=view.single("stop_line_m"),
            crossing=view.single("crossing"),
            cross_road=view.single("cross_road"),
            buildings=()
            if inside
            else tuple(
                replace(b, x_near_m=b.x_near_m - s, x_far_m=b.x_far_m - s)
                for b in self._buildings
                if b.x_far_m - s > 3.0 and b.x_near_m - s < SIGHT_M
            ),
            props=()
            if inside
            else tuple(
                replace(p, x_m=p.x_m - s)
                for p in self._props
                if -14.0 < p.x_m - s < SIGHT_M and (p.x_m - s > 3.0 or p.kind.value == "block_wall")
            ),
            skyline=self._skyline,
            grain=self._grain,
            cyclists=tuple(sorted(view.cyclists, key=lambda c: abs(c.x_m))[:MAX_CYCLISTS]),
            flagger=view.single("flagger"),
            works=view.single("works"),
            obstacle=view.single("obstacle"),
            railway=view.single("railway"),
            signs=tuple(view.signs),
            stop_text_m=view.single("stop_text_m"),
            tunnel=tunnel,
            windscreen=self._glass,
        )

    def _rng(self, part: int) -> Rng:
        return np.random.default_rng(np.random.SeedSequence([self.seed, self._name, part]))

    def _atmosphere(self, rng: Rng, inside: bool) -> Atmosphere:
        scenario = self.scenario
        air = sample_atmosphere(
            rng, scenario.light, scenario.weather, scenario.road.density, inside
        )
        least = LEAST_HAZE_M.get(scenario.weather, 0.0)
        return replace(air, haze_m=max(air.haze_m, least))

    def _windscreen(self, rng: Rng) -> Windscreen:
        glass = sample_windscreen(rng, self.scenario.light, self.scenario.weather)
        return replace(
            glass,
            drops=min(glass.drops, 0.5),
            dirt=min(glass.dirt, 0.4),
            glare=min(glass.glare, 0.4),
            wiper=None,
            bonnet=min(glass.bonnet, 0.08),
            distortion=0.0,  # the camera's intrinsics are those of a pinhole
        )

    def _sensor_at(self, frame: int) -> Sensor:
        grain = (frame * 7_368_787 + self.seed * 31 + self._grain) % (1 << 30)
        return replace(self._sensor, grain=grain)

    def _gaps(self) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
        """Where no buildings, and where no props may stand."""
        junctions: list[tuple[float, float]] = []
        clear: list[tuple[float, float]] = []
        for event in self.scenario.events:
            at = event.at_m
            if isinstance(event, (schema.Signal, schema.StopSign)):
                junctions.append((at, at + event.cross_road_m + 12.0))
                clear.append((at - 9.0, at + event.cross_road_m + 12.0))
            elif isinstance(event, schema.CrossingVehicle):
                junctions.append((at - 2.0, at + event.width_m + 2.0))
            elif isinstance(event, schema.LevelCrossing):
                junctions.append((at - 4.0, at + 12.0))
            elif isinstance(event, schema.Crossing):
                clear.append((at - 4.0, at + 6.0))
            elif isinstance(event, schema.Works):
                clear.append((at - 4.0, at + event.length_m + 2.0))
            elif isinstance(event, schema.Tunnel):
                junctions.append((at - 6.0, at + event.length_m + 6.0))
            elif isinstance(event, schema.SpeedLimit):
                clear.append((at - 12.0, at + 1.0))
        return junctions, junctions + clear
