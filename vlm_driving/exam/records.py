"""What is kept of one scene's answers: plain data that travels between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Triple = tuple[str, str, str]
"""A hazard: kind, side, range."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an engine reported; `complete` is False where prose was cut.

    `advice_ja` and `description_ja` are empty where only the advice was asked for.
    """

    speed: str
    path: str
    hazards: tuple[Triple, ...]
    confidence: float
    legal_mass: float
    unsure: bool
    blind: bool
    advice_ja: str = ""
    description_ja: str = ""
    complete: bool = True

    @property
    def pair(self) -> tuple[str, str]:
        """Speed and path, whatever the thresholds say."""
        return self.speed, self.path

    @property
    def published(self) -> tuple[str, str] | None:
        """Speed and path as a report gives them: None where the model is unsure."""
        return None if self.unsure else self.pair

    @property
    def spoken(self) -> tuple[str, str]:
        """Advice and description as a report gives them.

        An unsure model describes nothing, unless it says why it cannot see.
        """
        if self.unsure and not self.blind:
            return "", ""
        return self.advice_ja, self.description_ja


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right for a scene, and why."""

    speed: str
    path: str
    hazards: tuple[Triple, ...]
    cause: str

    @property
    def pair(self) -> tuple[str, str]:
        """Speed and path."""
        return self.speed, self.path


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with what was said to it.

    `other_right`: with another scene's picture; None where that was not asked.
    `constant_right`: of the opponent that knows only the question.
    """

    category: str
    kind: str
    voice: str
    text: str
    key: str
    truth: str
    said: str
    right: bool
    share: float
    constant_right: bool | None
    other_said: str | None = None
    other_right: bool | None = None


@dataclass(frozen=True, slots=True)
class Prose:
    """A description read back: how many claims hold, what was due, what went wrong."""

    true: int
    false: tuple[str, ...]
    due: tuple[str, ...]
    missed: tuple[str, ...]
    contradictions: tuple[str, ...]
    looped: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """A thing of the scene: does it show at the model's resolution, and why not.

    `state` is seen, small, covered, faint or outside; `band` its distance; `within`: nearer
    than the distance up to which such things are examined.
    """

    thing: str
    band: str
    within: bool
    state: str


@dataclass(frozen=True, slots=True)
class SceneRecord:
    """One scene that shows a road."""

    part: str
    index: int
    slices: Mapping[str, str]
    ego_class: str
    ego_speed_kmh: float | None
    things: tuple[str, ...]
    truth: Truth
    own: Report
    other: Report | None = None
    prose: Prose | None = None
    asked: tuple[Asked, ...] = ()
    wording: Asked | None = None
    sight: tuple[Sight, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """For answers.jsonl."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class BlindRecord:
    """One picture that shows no road, or too little of it. `kind` names what is wrong.

    `says_blind`: the words say that nothing can be seen; `invented`: claims about a road.
    """

    index: int
    kind: str
    share: float
    own: Report
    says_blind: bool
    invented: int

    def to_json(self) -> dict[str, Any]:
        """For answers.jsonl."""
        return {"part": "blind", **asdict(self)}
