"""A rubric as checked data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vlm_driving.core import UserError

FORMS = ("yes_no", "name", "list", "number", "free")
_KEYS = ("lead", "must", "any", "must_not", "form", "weight")

_ENDS = frozenset("。！？!?\n")

Group = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rubric:
    """Key facts of a right answer; `any_k` of `any_of` are due."""

    lead: Group = ()
    must: tuple[Group, ...] = ()
    any_k: int = 0
    any_of: tuple[Group, ...] = ()
    must_not: tuple[Group, ...] = ()
    form: str | None = None
    weight: float = 1.0


def parse_rubric(data: object) -> Rubric:
    """Check a rubric as JSON gave it.

    Raises:
        UserError: for an unknown key, a value of the wrong type, or a rubric that asks nothing.
    """
    if not isinstance(data, Mapping):
        raise UserError(f"A rubric is an object with {', '.join(_KEYS)}, got {data!r}.")
    for key in data:
        if key not in _KEYS:
            raise UserError(f"Unknown rubric key {key!r}; the known keys are {', '.join(_KEYS)}.")
    any_k, any_of = _any(data.get("any"))
    rubric = Rubric(
        lead=_group(data.get("lead") or [], "lead") if data.get("lead") != [] else (),
        must=_groups(data.get("must"), "must"),
        any_k=any_k,
        any_of=any_of,
        must_not=_groups(data.get("must_not"), "must_not"),
        form=_form(data.get("form")),
        weight=_weight(data.get("weight")),
    )
    if not (rubric.lead or rubric.must or rubric.any_of):
        raise UserError("The rubric asks for nothing; give it lead, must or any.")
    return rubric


def _group(value: object, key: str) -> Group:
    if isinstance(value, (list, tuple)) and not value and key == "lead":
        return ()
    if (
        not isinstance(value, (list, tuple))
        or not value
        or not all(isinstance(item, str) and item.strip() for item in value)
    ):
        raise UserError(f"Rubric key {key} takes a list of synonyms, got {value!r}.")
    for item in value:
        if set(item) & _ENDS:
            raise UserError(
                f"The synonym {item!r} of rubric key {key} ends a sentence inside, so no answer "
                "would meet it; leave out the 。 and what follows."
            )
    return tuple(value)


def _groups(value: object, key: str) -> tuple[Group, ...]:
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        raise UserError(f"Rubric key {key} takes a list of lists of synonyms, got {value!r}.")
    return tuple(_group(item, key) for item in value)


def _any(value: Any) -> tuple[int, tuple[Group, ...]]:
    if value is None:
        return 0, ()
    if not isinstance(value, Mapping) or set(value) != {"k", "of"}:
        raise UserError(f"Rubric key any takes an object with k and of, got {value!r}.")
    groups = _groups(value["of"], "any.of")
    k = value["k"]
    if not isinstance(k, int) or isinstance(k, bool) or not 1 <= k <= len(groups):
        raise UserError(
            f"Rubric key any.k is a whole number from 1 to the {len(groups)} groups of any.of, "
            f"got {k!r}."
        )
    return k, groups


def _form(value: object) -> str | None:
    if value is not None and value not in FORMS:
        raise UserError(f"Rubric key form is one of {', '.join(FORMS)}, got {value!r}.")
    return None if value is None else str(value)


def _weight(value: object) -> float:
    if value is None:
        return 1.0
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not math.isfinite(value)
        or value <= 0
    ):
        raise UserError(f"Rubric key weight is a positive number, got {value!r}.")
    return float(value)
