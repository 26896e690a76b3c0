"""Advice and description in spoken-navigation Japanese; only what the facts hold is said."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vlm_driving.core import Advice, HazardKind
from vlm_driving.simulator.advice_terms import Cause, Decision
from vlm_driving.simulator.advise import decide
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.scene import SignalColour
from vlm_driving.simulator.words_advice_ja import advice_sentence
from vlm_driving.simulator.words_blind_ja import blind_advice, blind_description
from vlm_driving.simulator.words_forms import Rng
from vlm_driving.simulator.words_plans_ja import compose
from vlm_driving.simulator.words_salience import (
    Topic,
    obliged_topics,
    ranked_topics,
    topic_of_hazard,
)

_ONE_MORE = 0.25
_STAGE = frozenset(
    {
        Topic.SIGNAL,
        Topic.STOP_SIGN,
        Topic.RAILWAY,
        Topic.CROSSING,
        Topic.CURVE,
        Topic.LIMIT,
        Topic.LEAD,
    }
)
"""What may set the stage for that which decides."""
_CAUSE_OF_HAZARD = {
    HazardKind.PEDESTRIAN: Cause.PEDESTRIAN,
    HazardKind.VEHICLE_AHEAD: Cause.LEAD,
    HazardKind.ONCOMING: Cause.ENCROACHING,
    HazardKind.PARKED: Cause.PARKED,
    HazardKind.CROSSING: Cause.CROSSING,
    HazardKind.CYCLIST: Cause.CYCLIST,
    HazardKind.ROADWORK: Cause.WORKS,
    HazardKind.CROSSING_VEHICLE: Cause.CROSSING_VEHICLE,
    HazardKind.RAILWAY: Cause.RAILWAY,
    HazardKind.STOP_SIGN: Cause.STOP_SIGN,
    HazardKind.OBSTACLE: Cause.OBSTACLE,
}
_SPOKEN_COLOUR = {
    SignalColour.RED: Cause.RED,
    SignalColour.YELLOW: Cause.YELLOW,
    SignalColour.OFF: Cause.SIGNAL_OFF,
}


@dataclass(frozen=True, slots=True)
class Words:
    """What is said: one sentence of advice, one to three of description."""

    advice_ja: str
    description_ja: str


def describe(
    facts: Facts, advice: Advice | None, rng: Rng, ego_speed_kmh: float | None = None
) -> Words:
    """Words for a scene; the same rng state gives the same words.

    `ego_speed_kmh` is the speed that `advice` was made for; with it the sentence can tell a
    standing start from speeding up. Blind facts need no advice: the words say why.

    Raises:
        ValueError: Without advice for facts that are not blind.
    """
    if facts.blind is not None:
        return Words(blind_advice(facts.blind, rng), blind_description(facts.blind, rng))
    if advice is None:
        raise ValueError("only blind facts go without advice")
    decision = _decision(facts, advice, ego_speed_kmh)
    return Words(
        advice_sentence(facts, decision, rng, ego_speed_kmh),
        description_sentences(facts, advice, rng),
    )


def description_sentences(facts: Facts, advice: Advice, rng: Rng) -> str:
    """What must be said, what decides the advice first or second, and sometimes one thing more."""
    return compose(facts, topics_to_say(facts, advice, rng), rng)


def topics_to_say(facts: Facts, advice: Advice, rng: Rng) -> list[Topic]:
    """What a description speaks of, in its order: what decides the advice first or second."""
    topics = list(obliged_topics(facts))
    further = [t for t in ranked_topics(facts) if t not in topics]
    if further and len(topics) <= 3 and rng.random() < _ONE_MORE:
        topics.append(further[0])
    decisive = topic_of_hazard(advice.hazards[0], facts) if advice.hazards else None
    if decisive is not None:
        if decisive in topics:
            topics.remove(decisive)
        topics.insert(0, decisive)
    swap = len(topics) > 1 and rng.random() < 0.3
    if swap and topics[1] in _STAGE:  # Second place is early enough.
        topics[0], topics[1] = topics[1], topics[0]
    return topics


def _decision(facts: Facts, advice: Advice, ego_speed_kmh: float | None) -> Decision:
    """The causes behind `advice`; where it is not what this speed gives, its first hazard's."""
    decision = decide(facts, ego_speed_kmh)
    if (decision.advice.speed, decision.advice.path) == (advice.speed, advice.path):
        return replace(decision, advice=advice)
    cause = Cause.AT_SPEED
    if advice.hazards:
        kind = advice.hazards[0].kind
        cause = _CAUSE_OF_HAZARD.get(kind, Cause.AT_SPEED)
        if kind is HazardKind.SIGNAL and facts.signal is not None:
            cause = _SPOKEN_COLOUR.get(facts.signal.colour, Cause.AT_SPEED)
    return Decision(advice, cause, Cause.DRIFT)
