"""Counts what a set of scenes shows: facts, advice and themes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from vlm_driving.simulator.advise import advise
from vlm_driving.simulator.compositions import Part
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.facts import visible_facts
from vlm_driving.simulator.render import render
from vlm_driving.simulator.sampling import sample


def coverage(
    seed: int, count: int, part: Part = Part.TRAIN, width: int = 640, height: int = 360
) -> dict[str, float]:
    """Share of the scenes that show each thing, get each advice and have each theme.

    Args:
        seed: of the set.
        count: how many scenes to draw, from index 0 on.
        part: what the set is for.
        width: of the pictures, in pixels.
        height: of the pictures, in pixels.

    Returns:
        Names to shares from 0 to 1; `fact/...` and `advice/...` leave blind pictures out,
        `blind` is their share.
    """
    counts: Counter[str] = Counter()
    blind = 0
    for index in range(count):
        drawn = sample(seed, index, part)
        scene = drawn.scene
        names = {f"theme/{drawn.theme.value}", f"setting/{drawn.triple.setting.value}"}
        names.add(f"light/{drawn.triple.light.value}")
        names.add(f"weather/{drawn.triple.weather.value}")
        if scene.blind is not None:
            blind += 1
        else:
            facts = visible_facts(scene, render(scene, width, height))
            advice = advise(facts, scene.ego_speed_kmh)
            names.add(f"advice/{advice.speed.value}")
            names.add(f"path/{advice.path.value}")
            names.update(f"fact/{name}" for name in shown(facts))
        counts.update(names)
    seen = max(1, count - blind)
    shares = {
        name: number / (count if name.split("/")[0] in _OF_ALL else seen)
        for name, number in counts.items()
    }
    shares["blind"] = blind / count
    return dict(sorted(shares.items()))


_OF_ALL = ("theme", "setting", "light", "weather")


def shown(facts: Facts) -> Iterator[str]:
    """A name for each thing that the facts tell of."""
    if facts.signal is not None:
        yield f"signal_{facts.signal.colour.value}"
        if facts.signal.arrows:
            yield "signal_arrow"
            yield from (f"arrow_{arrow.value}" for arrow in facts.signal.arrows)
    for name in ("stop_line_m", "crossing_m", "stop_sign_m", "tunnel_ahead_m", "obstacle"):
        if getattr(facts, name) is not None:
            yield name.removesuffix("_m")
    if facts.lead is not None:
        yield "lead"
        yield f"lead_{facts.lead.kind.value}"
        yield f"vehicle_{facts.lead.kind.value}"
        if facts.lead.braking:
            yield "lead_braking"
    if facts.oncoming is not None:
        yield "encroaching" if facts.oncoming.encroaching else "oncoming"
        yield f"oncoming_{facts.oncoming.kind.value}"
        yield f"vehicle_{facts.oncoming.kind.value}"
    if facts.parked is not None:
        yield "parked"
        yield f"parked_{facts.parked.kind.value}"
        yield f"vehicle_{facts.parked.kind.value}"
    if facts.crossing_vehicle is not None:
        yield "crossing_vehicle"
        yield "crossing_in_lane" if facts.crossing_vehicle.in_lane else "crossing_beside"
        yield f"crossing_{facts.crossing_vehicle.kind.value}"
        yield f"vehicle_{facts.crossing_vehicle.kind.value}"
    for person in facts.pedestrians:
        yield "pedestrian"
        yield f"pedestrian_{person.place.value}"
        if person.age is not None:
            yield person.age.value
    for cyclist in facts.cyclists:
        yield "cyclist"
        yield f"cyclist_{cyclist.place.value}"
    if facts.works is not None:
        yield "works"
    if facts.flagger is not None:
        yield f"flagger_{facts.flagger.gesture.value}"
    if facts.railway is not None:
        yield "railway_closed" if facts.railway.closed else "railway_open"
    if facts.speed_limit_kmh is not None:
        yield "speed_limit"
    if facts.curve is not None:
        yield f"curve_{facts.curve.value}"
    if facts.jam:
        yield "jam"
    if facts.tunnel:
        yield "tunnel"
