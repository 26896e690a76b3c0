"""Descriptions measured against facts: what is true, what is false, what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.parse_terms import Claim, ClaimKind, Claims
from vlm_driving.simulator.parse_truth import holds
from vlm_driving.simulator.scene import Light, Weather
from vlm_driving.simulator.words_salience import Topic, obliged_topics

_OF_TOPIC: dict[Topic, tuple[ClaimKind, str | None, str | None]] = {
    Topic.SIGNAL: (ClaimKind.SIGNAL, None, None),
    Topic.WALKER_CROSSING: (ClaimKind.PEDESTRIAN, "place", "crossing"),
    Topic.WALKER_LANE: (ClaimKind.PEDESTRIAN, "place", "road"),
    Topic.WALKER_EDGE: (ClaimKind.PEDESTRIAN, "place", "road"),
    Topic.WALKER_WAITING: (ClaimKind.PEDESTRIAN, "place", "waiting"),
    Topic.WALKER_PAVEMENT: (ClaimKind.PEDESTRIAN, "place", "pavement"),
    Topic.CYCLIST_CROSSING: (ClaimKind.CYCLIST, "place", "crossing"),
    Topic.CYCLIST_LANE: (ClaimKind.CYCLIST, "place", "lane"),
    Topic.CYCLIST_ONCOMING: (ClaimKind.CYCLIST, "place", "oncoming"),
    Topic.CYCLIST_PAVEMENT: (ClaimKind.CYCLIST, "place", "pavement"),
    Topic.LEAD: (ClaimKind.LEAD, None, None),
    Topic.JAM: (ClaimKind.JAM, None, None),
    Topic.ONCOMING: (ClaimKind.ONCOMING, None, None),
    Topic.ENCROACHING: (ClaimKind.ONCOMING, "encroaching", "yes"),
    Topic.PARKED: (ClaimKind.PARKED, None, None),
    Topic.CROSSING_VEHICLE: (ClaimKind.CROSSING_VEHICLE, None, None),
    Topic.OTHER_VEHICLE: (ClaimKind.OTHER_VEHICLE, None, None),
    Topic.WORKS: (ClaimKind.WORKS, None, None),
    Topic.FLAGGER: (ClaimKind.FLAGGER, None, None),
    Topic.OBSTACLE: (ClaimKind.OBSTACLE, None, None),
    Topic.RAILWAY: (ClaimKind.RAILWAY, None, None),
    Topic.STOP_SIGN: (ClaimKind.STOP_SIGN, None, None),
    Topic.STOP_LINE: (ClaimKind.STOP_LINE, None, None),
    Topic.CROSSING: (ClaimKind.CROSSING, None, None),
    Topic.LIMIT: (ClaimKind.LIMIT, None, None),
    Topic.CURVE: (ClaimKind.CURVE, None, None),
    Topic.TUNNEL_AHEAD: (ClaimKind.TUNNEL, "place", "ahead"),
    Topic.OFFSET: (ClaimKind.OFFSET, None, None),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A description against facts; `missed` names what had to be said and was not.

    Names in `missed` and `due` are those of `Topic`, and light, weather, tunnel, blind.
    """

    true_claims: tuple[Claim, ...]
    false_claims: tuple[Claim, ...]
    missed: tuple[str, ...]
    due: tuple[str, ...]

    @property
    def precision(self) -> float:
        """Share of the claims that are true; 1 where nothing is claimed."""
        total = len(self.true_claims) + len(self.false_claims)
        return len(self.true_claims) / total if total else 1.0

    @property
    def recall(self) -> float:
        """Share of what is due that is said; 1 where nothing is due."""
        return 1.0 - len(self.missed) / len(self.due) if self.due else 1.0


def compare(claims: Claims, facts: Facts) -> Comparison:
    """Which claims hold, which do not, and what had to be said but is not among those that hold."""
    true = tuple(claim for claim in claims.items if holds(claim, facts))
    false = tuple(claim for claim in claims.items if claim not in true)
    due = salient(facts)
    missed = tuple(name for name in due if not any(_says(claim, name) for claim in true))
    return Comparison(true, false, missed, due)


def salient(facts: Facts) -> tuple[str, ...]:
    """Names of all that a description of these facts has to say."""
    if facts.blind is not None:
        return (ClaimKind.BLIND.value,)
    due = [topic.value for topic in obliged_topics(facts)]
    if facts.tunnel:
        return (*due, ClaimKind.TUNNEL.value)
    if facts.light is not Light.DAY:
        due.append(ClaimKind.LIGHT.value)
    if facts.weather is not Weather.CLEAR:
        due.append(ClaimKind.WEATHER.value)
    return tuple(due)


def _says(claim: Claim, name: str) -> bool:
    if claim.negated and name != Topic.CROSSING.value:
        return False
    if name == ClaimKind.TUNNEL.value:
        return claim.kind is ClaimKind.TUNNEL and claim.get("place") == "inside"
    if name in (ClaimKind.LIGHT.value, ClaimKind.WEATHER.value, ClaimKind.BLIND.value):
        return claim.kind.value == name
    kind, attribute, value = _OF_TOPIC[Topic(name)]
    if claim.kind is not kind:
        return False
    if attribute is None or claim.get(attribute) == value:
        return name != Topic.SIGNAL.value or claim.get("colour") is not None
    # A looser sentence that leaves the place open still tells of the thing.
    return claim.get(attribute) is None and kind in (ClaimKind.PEDESTRIAN, ClaimKind.CYCLIST)
