"""Facts out of the JSON that a ground-truth topic carries: `facts_json` backwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from vlm_driving.simulator.fact_types import Facts


def facts_from_json(data: object) -> Facts:
    """The facts as they were, metres to 0.01, without the ids of the id-map.

    Fields that an older writer did not know are at their defaults.

    Raises:
        ValueError: it is not what `facts_json` writes.
    """
    facts = _read(Facts, data, "facts")
    assert isinstance(facts, Facts)
    return facts


def _read(kind: Any, value: Any, name: str) -> Any:
    if get_origin(kind) in (Union, UnionType):
        if value is None:
            return None
        (kind,) = (one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{name} is a list, got {value!r:.80}")
        return tuple(_read(get_args(kind)[0], item, name) for item in value)
    if is_dataclass(kind):
        return _dataclass(kind, value, name)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)  # its ValueError names the value
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{name} is {kind.__name__}, got {value!r:.80}")
    return value


def _dataclass(kind: Any, value: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} is an object, got {value!r:.80}")
    hints, found = _hints(kind), {}
    for one in fields(kind):
        if one.name == "visible":  # never written
            continue
        if one.name in value:
            found[one.name] = _read(hints[one.name], value[one.name], one.name)
        elif one.default is MISSING:
            raise ValueError(f"{name} has no {one.name}")
    return kind(**found)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
