"""The advice grammar as bundle.json writes it: labels and the texts that a model writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vlm_driving.core import HazardKind, HazardRange, HazardSide, PathAdvice, SpeedAdvice
from vlm_driving.runtime.fields import Fields


@dataclass(frozen=True, slots=True)
class LabelGroup:
    """One choice of the grammar: a forced lead, then one of the labels.

    `labels` maps the name that a report uses to the text that the model writes.
    """

    lead: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HazardGrammar:
    """Up to `max` times kind, side, range.

    `end` stands beside the kinds and ends a list that is shorter; a full list has no end.
    """

    max: int
    end: str
    kind: LabelGroup
    side: LabelGroup
    range: LabelGroup


@dataclass(frozen=True, slots=True)
class GrammarSpec:
    """The advice grammar; no hazards where the bundle was not trained for them."""

    speed: LabelGroup
    path: LabelGroup
    hazards: HazardGrammar | None


def parse_grammar(fields: Fields) -> GrammarSpec:
    """Check the object `grammar`. Raises UserError naming the wrong key."""
    speed = _labels(fields.fields("speed"), tuple(e.value for e in SpeedAdvice))
    path = _labels(fields.fields("path"), tuple(e.value for e in PathAdvice))
    item = fields.optional_fields("hazards")
    hazards = None
    if item is not None:
        hazards = HazardGrammar(
            max=item.whole("max", least=1),
            end=item.text("end", empty=False),
            kind=_labels(item.fields("kind"), tuple(e.value for e in HazardKind)),
            side=_labels(item.fields("side"), tuple(e.value for e in HazardSide)),
            range=_labels(item.fields("range"), tuple(e.value for e in HazardRange)),
        )
        item.done()
    fields.done()
    return GrammarSpec(speed, path, hazards)


def _labels(fields: Fields, known: tuple[str, ...]) -> LabelGroup:
    group = LabelGroup(fields.text("lead"), fields.text_mapping("labels"))
    if not group.labels:
        raise fields.error("labels", "must name at least one label")
    for name, text in group.labels.items():
        if name not in known:
            raise fields.error(f"labels.{name}", f"is unknown; known: {', '.join(known)}")
        if not text:
            raise fields.error(f"labels.{name}", "must not be empty")
    fields.done()
    return group
