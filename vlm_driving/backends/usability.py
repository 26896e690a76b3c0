"""Whether a backend can be used on this machine, and what is known about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Usability:
    """What a backend found out about itself.

    Attributes:
        usable: whether it can answer frames here, proven by having answered one.
        reason: why it cannot, in one sentence with the remedy; None exactly where it can.
        verified: whether it was run on the hardware that it is named after. Only a run makes it
            so: a backend that merely opens is not verified.
        details: what else is worth showing, by name: providers, versions, device, addresses.
    """

    usable: bool
    reason: str | None
    verified: bool
    details: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.usable == (self.reason is not None):
            raise ValueError("a backend has a reason exactly when it is not usable")
        if self.verified and not self.usable:
            raise ValueError("a backend that cannot run here was not verified here")
