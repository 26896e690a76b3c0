"""What a picture is of, in one word: the `image_category` of a driving question."""

from __future__ import annotations

from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.scene import Light, PedestrianPlace, RoadClass, Weather

THEMES = (
    "level_crossing",
    "works",
    "signal",
    "people",
    "junction",
    "obstacle",
    "traffic",
    "tunnel",
    "expressway",
    "poor_sight",
    "open_road",
)


def theme_of(facts: Facts) -> str:
    """The weightiest theme of a picture, one of `THEMES`."""
    on_pavement = (PedestrianPlace.PAVEMENT,)
    near_people = any(p.place not in on_pavement for p in facts.pedestrians) or facts.cyclists
    dull = facts.weather is not Weather.CLEAR or facts.light is Light.NIGHT
    found = (
        (facts.railway, "level_crossing"),
        (facts.works or facts.flagger, "works"),
        (facts.signal, "signal"),
        (near_people, "people"),
        (facts.crossing_m or facts.stop_sign_m or facts.crossing_vehicle, "junction"),
        (facts.obstacle or facts.parked, "obstacle"),
        (facts.lead or facts.oncoming or facts.jam, "traffic"),
        (facts.tunnel or facts.tunnel_ahead_m, "tunnel"),
        (facts.road is RoadClass.EXPRESSWAY, "expressway"),
        (dull, "poor_sight"),
    )
    return next((name for fact, name in found if fact), "open_road")
