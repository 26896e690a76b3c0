"""What a Japanese answer says about signals, people and the vehicle ahead.

Read by the simulator's own reader of descriptions. A sentence that denies (歩行者は見えません)
names nothing.
"""

from __future__ import annotations

from vlm_driving.simulator.parse_ja import claims
from vlm_driving.simulator.parse_terms import ClaimKind


def signal_colours(text: str) -> frozenset[str]:
    """The colours of signals that `text` names: red, yellow, green, or off for a dark one."""
    said = (c.get("colour") for c in claims(text).of(ClaimKind.SIGNAL) if not c.negated)
    return frozenset(colour for colour in said if colour is not None)


def names_pedestrian(text: str) -> bool:
    """Whether `text` says that somebody is on foot."""
    return any(not c.negated for c in claims(text).of(ClaimKind.PEDESTRIAN))


def names_lead(text: str) -> bool:
    """Whether `text` says that a vehicle goes ahead of us."""
    return any(not c.negated for c in claims(text).of(ClaimKind.LEAD))
