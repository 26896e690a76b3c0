"""The scenes of the examination with their truth, slices and what of them cannot be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vlm_driving.core import Advice
from vlm_driving.exam.records import Sight, Truth
from vlm_driving.simulator import Facts, Rendering, Scene, decide, render, visible_facts
from vlm_driving.simulator.canvas import (
    ID_COUNT,
    ID_CYCLIST,
    ID_FLAGGER,
    ID_OBSTACLE,
    ID_PEDESTRIAN,
    ID_SIGNAL,
    ID_SPEED_SIGN,
    ID_STOP_SIGN,
    ID_VEHICLE,
)
from vlm_driving.simulator.compositions import Part
from vlm_driving.simulator.facts_seen import (
    MIN_FLAT_PX,
    MIN_HEIGHT_PX,
    MIN_LAMP_PX,
    MIN_VISIBLE_SHARE,
    height_px,
)
from vlm_driving.simulator.sampling import Sampled, sample
from vlm_driving.simulator.sampling_coverage import shown
from vlm_driving.simulator.scene import SignKind

EXAMINED_TO_M = {
    "vehicle": 80.0,
    "pedestrian": 40.0,
    "cyclist": 40.0,
    "signal": 60.0,
    "sign": 30.0,
    "flagger": 30.0,
    "obstacle": 25.0,
}
"""Distances up to which things are examined."""
BANDS_M = (0.0, 15.0, 25.0, 40.0, 60.0, 80.0)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A scene, its picture, and what is right for it."""

    sampled: Sampled
    rendering: Rendering
    facts: Facts
    advice: Advice
    truth: Truth

    @property
    def scene(self) -> Scene:
        """The scene."""
        return self.sampled.scene


def draw(seed: int, index: int, part: Part) -> Drawn:
    """Scene `index` of a set that shows roads."""
    sampled = sample(seed, index, part)
    rendering = render(sampled.scene)
    facts = visible_facts(sampled.scene, rendering)
    decision = decide(facts, sampled.scene.ego_speed_kmh)
    advice = decision.advice
    hazards = tuple((h.kind.value, h.side.value, h.range.value) for h in advice.hazards)
    truth = Truth(advice.speed.value, advice.path.value, hazards, decision.speed_cause.value)
    return Drawn(sampled, rendering, facts, advice, truth)


def slices_of(drawn: Drawn) -> dict[str, str]:
    """The slice of each kind that a scene belongs to."""
    triple = drawn.sampled.triple
    hazards = drawn.truth.hazards
    return {
        "road": triple.setting.value,
        "light": triple.light.value,
        "weather": triple.weather.value,
        "theme": triple.theme.value,
        "ego_speed": "unknown" if drawn.scene.ego_speed_kmh is None else "known",
        "range": hazards[0][2] if hazards else "none",
    }


def things_of(drawn: Drawn) -> tuple[str, ...]:
    """Names of all that shows, each once, the road included."""
    names = set(shown(drawn.facts))
    names.add(f"road_{drawn.facts.road.value}")
    if drawn.scene.cross_road is not None:
        names.add("intersection")
    return tuple(sorted(names))


def ego_class(ego_speed_kmh: float | None) -> str:
    """What a text-only opponent can tell apart of the ego's speed."""
    if ego_speed_kmh is None:
        return "unknown"
    if ego_speed_kmh < 3.0:
        return "standing"
    return f"{int(ego_speed_kmh // 10) * 10} km/h"


def sight_of(drawn: Drawn) -> tuple[Sight, ...]:
    """Each thing of the scene and whether it shows at the model's resolution."""
    rendering, facts = drawn.rendering, drawn.facts
    pixels = np.bincount(rendering.ids.ravel(), minlength=ID_COUNT)
    out = []
    for thing, number, x_m in _things(drawn.scene):
        if x_m <= 0.0:
            continue
        view = rendering.things.get(number)
        if number in facts.visible:
            state = "seen"
        elif view is None or view.pixels == 0:
            state = "outside"
        elif height_px(rendering, number) < _least_px(thing):
            state = "small"
        elif pixels[number] < MIN_VISIBLE_SHARE * view.pixels:
            state = "covered"
        else:
            state = "faint"
        out.append(Sight(thing, _band(x_m), x_m <= EXAMINED_TO_M[thing], state))
    return tuple(out)


def _things(scene: Scene) -> list[tuple[str, int, float]]:
    """(name, id of the id-map, distance) of what is examined by distance."""
    out = [("vehicle", ID_VEHICLE + i, v.x_m) for i, v in enumerate(scene.vehicles)]
    out += [("pedestrian", ID_PEDESTRIAN + i, p.x_m) for i, p in enumerate(scene.pedestrians)]
    out += [("cyclist", ID_CYCLIST + i, c.x_m) for i, c in enumerate(scene.cyclists)]
    if scene.signal is not None:
        out.append(("signal", ID_SIGNAL, scene.signal.x_m))
    if scene.flagger is not None:
        out.append(("flagger", ID_FLAGGER, scene.flagger.x_m))
    if scene.obstacle is not None:
        out.append(("obstacle", ID_OBSTACLE, scene.obstacle.x_m))
    for kind, number in ((SignKind.STOP, ID_STOP_SIGN), (SignKind.SPEED_LIMIT, ID_SPEED_SIGN)):
        found = [s.x_m for s in scene.signs if s.kind is kind]
        if found:
            out.append(("sign", number, min(found)))
    return out


def _least_px(thing: str) -> float:
    return {"signal": MIN_LAMP_PX, "obstacle": MIN_FLAT_PX}.get(thing, MIN_HEIGHT_PX)


def _band(x_m: float) -> str:
    far = [edge for edge in BANDS_M if edge <= x_m][-1]
    higher = [edge for edge in BANDS_M if edge > x_m]
    return f"{far:.0f}-{higher[0]:.0f} m" if higher else f"over {far:.0f} m"
