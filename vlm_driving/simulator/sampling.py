"""Draws whole scenes: the same (seed, index, part) gives the same scene on every machine.

A scene has a theme first: road, light and weather and the one thing it is about are drawn
together (see `compositions` for which triples a part may show). Then the road that the theme
needs, the theme itself, other traffic and people beside it, and what lines the road.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vlm_driving.simulator.compositions import (
    TRAINING_BLIND_KINDS,
    Part,
    Setting,
    Theme,
    Triple,
)
from vlm_driving.simulator.sampling_draft import Draft
from vlm_driving.simulator.sampling_fill import ego_offset, ego_speed, fill
from vlm_driving.simulator.sampling_junction import (
    crossing_vehicle,
    cyclist_crossing,
    people_on_crossing,
    people_waiting,
    railway,
    signal,
    stop_sign,
    zebra,
)
from vlm_driving.simulator.sampling_light import (
    sample_atmosphere,
    sample_blindness,
    sample_camera,
    sample_sensor,
    sample_windscreen,
)
from vlm_driving.simulator.sampling_people import (
    cyclist_in_lane,
    cyclist_on_pavement,
    cyclist_oncoming,
    on_pavement,
    on_road,
)
from vlm_driving.simulator.sampling_road import sample_theme_road, sample_tunnel
from vlm_driving.simulator.sampling_roadside import sample_buildings, sample_props
from vlm_driving.simulator.sampling_signs import add_speed_limit
from vlm_driving.simulator.sampling_themes import draw_triple
from vlm_driving.simulator.sampling_traffic import (
    flagger,
    jam,
    lead,
    narrow,
    obstacle,
    oncoming,
    parked,
    works,
)
from vlm_driving.simulator.sampling_world import Rng, between, chance, pick
from vlm_driving.simulator.scene import Building, Gesture, Prop, PropKind, Scene, SignalColour

BLIND_SHARE = 0.06
"""Blind pictures among the scenes of `Part.TRAIN`."""
_DENSITY = {  # how built-up it is, from and to
    Setting.RESIDENTIAL: (0.35, 1.0),
    Setting.STREET: (0.1, 1.0),
    Setting.ARTERIAL: (0.3, 1.0),
    Setting.EXPRESSWAY: (0.0, 0.25),
    Setting.TUNNEL: (0.0, 0.3),
}
_PARTS = (Part.TRAIN, Part.SEEDS, Part.COMPOSITIONS)


@dataclass(frozen=True, slots=True)
class Sampled:
    """A scene and what it is about, for slices of a figure."""

    scene: Scene
    triple: Triple

    @property
    def theme(self) -> Theme:
        """The main theme."""
        return self.triple.theme


def sample_scene(seed: int, index: int, part: Part = Part.TRAIN) -> Scene:
    """Scene number `index` of a set; `seed` and `index` are 0 or more."""
    return sample(seed, index, part).scene


def sample(seed: int, index: int, part: Part = Part.TRAIN) -> Sampled:
    """Scene number `index` of a set, with its theme."""
    rng = _generator(seed, index, part)
    triple = draw_triple(part, float(rng.random()))
    density = between(rng, *_DENSITY[triple.setting])
    road = sample_theme_road(rng, triple.setting, triple.theme, density)
    tunnel = sample_tunnel(rng) if triple.setting is Setting.TUNNEL else None
    inside = tunnel is not None and tunnel.x_near_m <= 0.0
    air = sample_atmosphere(rng, triple.light, triple.weather, density, inside)
    draft = Draft(rng, triple, part, road, air, density, tunnel=tunnel)
    _THEMES[triple.theme](draft)
    fill(draft)
    offset = ego_offset(rng, road.lane_width_m)
    speed = ego_speed(draft)
    blind = None
    if part is Part.TRAIN and chance(rng, BLIND_SHARE):
        blind = sample_blindness(rng, TRAINING_BLIND_KINDS)
    gaps = draft.gaps
    if tunnel is not None:
        gaps = [*gaps, (max(tunnel.x_near_m, 0.0) - 6.0, 999.0)]
    return Sampled(
        Scene(
            camera=sample_camera(rng),
            road=road,
            atmosphere=air,
            sensor=sample_sensor(rng, triple.light),
            ego_offset_m=offset,
            ego_speed_kmh=speed,
            vehicles=tuple(draft.vehicles),
            pedestrians=tuple(draft.pedestrians),
            signal=draft.signal,
            stop_line_m=draft.stop_line_m,
            crossing=draft.crossing,
            cross_road=draft.cross_road,
            buildings=() if inside else _buildings(rng, draft, gaps),
            props=() if inside else _props(rng, draft, gaps),
            skyline=int(rng.integers(0, 1 << 20)) if chance(rng, 0.85) else 0,
            grain=int(rng.integers(0, 1 << 30)),
            cyclists=tuple(draft.cyclists),
            flagger=draft.flagger,
            works=draft.works,
            obstacle=draft.obstacle,
            railway=draft.railway,
            signs=tuple(draft.signs),
            stop_text_m=draft.stop_text_m,
            tunnel=tunnel,
            animals=tuple(draft.animals),
            windscreen=sample_windscreen(rng, triple.light, triple.weather),
            blind=blind,
        ),
        triple,
    )


def _generator(seed: int, index: int, part: Part) -> Rng:
    return np.random.default_rng(np.random.SeedSequence([seed, index, _PARTS.index(part)]))


_WIDE = (PropKind.BOARD, PropKind.VENDING, PropKind.HEDGE)


def _props(rng: Rng, draft: Draft, gaps: list[tuple[float, float]]) -> tuple[Prop, ...]:
    """Props that stand neither in a gap nor in something else."""
    out = []
    for prop in sample_props(rng, draft.road, draft.density, gaps):
        x, y = prop.x_m, prop.y_m
        if any(low < x < high for low, high in gaps):
            continue
        wall = prop.kind is PropKind.BLOCK_WALL  # its width lies along the road
        half = prop.width_m / 2 if prop.kind in _WIDE else 0.1 if wall else 0.25
        end = x + prop.width_m if wall else x + 0.3
        if prop.kind is PropKind.GANTRY or draft.free(x - 0.3, end, y - half, y + half):
            out.append(prop)
    return tuple(out)


def _buildings(rng: Rng, draft: Draft, gaps: list[tuple[float, float]]) -> tuple[Building, ...]:
    """Buildings; where somebody stands at the front one it moves back."""
    out = []
    for block in sample_buildings(rng, draft.road, draft.density, gaps, draft.part):
        y = block.y_m
        deep = (y - 0.2, y + 6.0) if y > 0 else (y - 6.0, y + 0.2)
        if not draft.free(block.x_near_m, block.x_far_m, *deep):
            block = replace(block, y_m=y + (3.0 if y > 0 else -3.0))
        out.append(block)
    return tuple(out)


def _flagger(gesture: Gesture) -> Callable[[Draft], None]:
    def build(draft: Draft) -> None:
        if chance(draft.rng, 0.25):  # the light is green, but the guard decides
            signal(draft, SignalColour.GREEN, paint=False)
        flagger(draft, gesture)

    return build


def _crossing_people(draft: Draft) -> None:
    zebra(draft)
    people_on_crossing(draft)


def _crossing_waiting(draft: Draft) -> None:
    zebra(draft)
    people_waiting(draft)


def _arrow(draft: Draft) -> None:
    signal(draft, SignalColour.RED, arrows=True)


_THEMES: dict[Theme, Callable[[Draft], object]] = {
    Theme.CLEAR: lambda draft: None,
    Theme.SIGNAL_RED: lambda draft: signal(draft, SignalColour.RED),
    Theme.SIGNAL_YELLOW: lambda draft: signal(draft, SignalColour.YELLOW),
    Theme.SIGNAL_GREEN: lambda draft: signal(draft, SignalColour.GREEN),
    Theme.SIGNAL_OFF: lambda draft: signal(draft, SignalColour.OFF),
    Theme.SIGNAL_ARROW: _arrow,
    Theme.STOP_SIGN: stop_sign,
    Theme.CROSSING_EMPTY: zebra,
    Theme.CROSSING_PEOPLE: _crossing_people,
    Theme.CROSSING_WAITING: _crossing_waiting,
    Theme.LEAD: lambda draft: lead(draft, braking=False),
    Theme.LEAD_BRAKING: lambda draft: lead(draft, braking=True, farthest=32.0),
    Theme.JAM: jam,
    Theme.ONCOMING: lambda draft: oncoming(draft, encroaching=False),
    Theme.ENCROACHING: lambda draft: oncoming(draft, encroaching=True),
    Theme.PARKED: parked,
    Theme.PARKED_HIDING: lambda draft: parked(draft, hiding=True),
    Theme.CROSSING_VEHICLE: crossing_vehicle,
    Theme.CYCLIST_LANE: cyclist_in_lane,
    Theme.CYCLIST_CROSSING: cyclist_crossing,
    Theme.CYCLIST_ONCOMING: cyclist_oncoming,
    Theme.CYCLIST_PAVEMENT: cyclist_on_pavement,
    Theme.PEDESTRIAN_ROAD: on_road,
    Theme.PEDESTRIAN_PAVEMENT: lambda draft: on_pavement(draft, 1 + pick(draft.rng, 3)),
    Theme.WORKS: works,
    Theme.FLAGGER_HOLD: _flagger(Gesture.HOLD),
    Theme.FLAGGER_PROCEED: _flagger(Gesture.PROCEED),
    Theme.OBSTACLE: obstacle,
    Theme.RAILWAY_OPEN: lambda draft: railway(draft, closed=False),
    Theme.RAILWAY_CLOSED: lambda draft: railway(draft, closed=True),
    Theme.CURVE: lambda draft: None,
    Theme.SPEED_LIMIT: add_speed_limit,
    Theme.NARROW: narrow,
}
