"""What a text claims, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class ClaimKind(str, Enum):
    """What a claim is about; the attributes that go with it stand beside."""

    SIGNAL = "signal"
    """colour"""
    ARROW = "arrow"
    """direction"""
    LEAD = "lead"
    """vehicle, braking"""
    JAM = "jam"
    ONCOMING = "oncoming"
    """vehicle, encroaching"""
    PARKED = "parked"
    """vehicle"""
    CROSSING_VEHICLE = "crossing_vehicle"
    """vehicle, side"""
    OTHER_VEHICLE = "other_vehicle"
    PEDESTRIAN = "pedestrian"
    """place, side, age, count"""
    CYCLIST = "cyclist"
    """place, side"""
    WORKS = "works"
    """side, overlap"""
    FLAGGER = "flagger"
    """gesture"""
    OBSTACLE = "obstacle"
    """thing, side"""
    RAILWAY = "railway"
    """state"""
    CROSSING = "crossing"
    STOP_SIGN = "stop_sign"
    STOP_LINE = "stop_line"
    LIMIT = "limit"
    """kmh"""
    LIGHT = "light"
    """value"""
    WEATHER = "weather"
    """value"""
    ROAD = "road"
    """value"""
    LANES = "lanes"
    """value"""
    TUNNEL = "tunnel"
    """place: inside or ahead"""
    CURVE = "curve"
    """side"""
    OFFSET = "offset"
    """side"""
    CLEAR = "clear"
    """Nothing stands in the way."""
    BLIND = "blind"
    """Nothing (or no road) can be seen."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a text states; `negated`: that there is no such thing.

    Attributes that the text leaves open are missing from `attributes`.
    """

    kind: ClaimKind
    attributes: frozenset[tuple[str, str]] = frozenset()
    negated: bool = False
    range_m: float | None = None

    def get(self, name: str) -> str | None:
        """An attribute's value, or None where the text leaves it open."""
        return next((value for key, value in self.attributes if key == name), None)


@dataclass(frozen=True, slots=True)
class Claims:
    """All claims of a text, in its order, without repetitions."""

    items: tuple[Claim, ...] = field(default=())

    def of(self, kind: ClaimKind) -> tuple[Claim, ...]:
        """The claims of one kind."""
        return tuple(claim for claim in self.items if claim.kind is kind)


def claim(
    kind: ClaimKind, negated: bool = False, range_m: float | None = None, **attributes: str | None
) -> Claim:
    """A claim with those attributes that are not None."""
    known = frozenset((key, value) for key, value in attributes.items() if value is not None)
    return Claim(kind, known, negated, range_m)
