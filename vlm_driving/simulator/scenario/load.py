"""Reads scenario files; whatever is wrong in one is told in a sentence with file, key, remedy."""

from __future__ import annotations

import difflib
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import yaml

from vlm_driving.core import UserError
from vlm_driving.simulator.scenario.schema import EVENTS, NOT_ON_EXPRESSWAYS, Scenario
from vlm_driving.simulator.scenario.schema_events import Oncoming, Range
from vlm_driving.simulator.scene import RoadClass

_LARGEST_BYTES = 1 << 20


class _RepeatedKey(Exception):
    """A mapping has a key twice; YAML would silently keep the last."""


class _UniqueKeys(yaml.SafeLoader):
    """YAML's safe loader, but a key that comes twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping of `node`. Raises _RepeatedKey."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise _RepeatedKey(f"{key.value} (line {key.start_mark.line + 1})")
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def load_scenario(path: Path) -> Scenario:
    """The scenario of a YAML file.

    Raises:
        UserError: the file cannot be read, is no YAML mapping, has an unknown key, lacks one, or
            says what cannot be.
    """
    return parse_scenario(_mapping(path), str(path), path.stem)


def parse_scenario(data: Mapping[str, object], where: str, name: str) -> Scenario:
    """A scenario from plain data; `where` is what errors call it. Raises UserError."""
    scenario = _read(Scenario, {"name": name, **data}, where)
    assert isinstance(scenario, Scenario)
    _check(scenario, where)
    return scenario


def _mapping(path: Path) -> dict[str, object]:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise UserError(f"{path} is larger than 1 MiB: a scenario is a short YAML file.")
        content = yaml.load(path.read_text(encoding="utf-8"), _UniqueKeys)
    except OSError as error:
        raise UserError(
            f"cannot read the scenario {path} ({error.strerror}): name an existing YAML file, or "
            "one that --list-scenarios shows."
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text: save it as UTF-8 YAML.") from error
    except RecursionError as error:
        raise UserError(
            f"{path} is nested too deeply: write it as the shipped ones are."
        ) from error
    except _RepeatedKey as error:
        raise UserError(f"{path} sets {error} twice: keep one of the lines.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark is not None else ""
        raise UserError(f"{path} is not YAML{line}: compare it with a shipped scenario.") from error
    except ValueError as error:  # a date that no calendar has, for one
        raise UserError(f"{path} has a value that is none ({error}): mend or quote it.") from error
    if not isinstance(content, dict):
        raise UserError(f"{path} holds no keys: a scenario needs road, length_m, seconds, events.")
    if "name" in content:
        raise UserError(f"unknown key name in {path}: a scenario is named by its file.")
    return content


def _read(kind: Any, data: object, where: str) -> Any:
    """A dataclass of type `kind` from a mapping."""
    if not isinstance(data, Mapping):
        raise UserError(f"{where} must be a mapping of keys to values, but is {_short(data)}.")
    known = {_key(f.name): f for f in fields(kind)}
    for key in data:
        if key not in known:
            takes = [one for one in known if one != "name"]  # which the file itself gives
            near = difflib.get_close_matches(str(key), takes, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"it takes {', '.join(takes)}."
            raise UserError(f"unknown key {_short(key)} in {where}: {remedy}")
    hints = get_type_hints(kind, include_extras=True)
    values: dict[str, Any] = {}
    for key, one in known.items():
        if key in data:
            values[one.name] = _value(hints[one.name], data[key], f"{key} in {where}", key)
        elif one.default is MISSING:
            raise UserError(f"{where} lacks {key}: add the key.")
    return kind(**values)


def _key(name: str) -> str:
    """`class` is no name that a field can have."""
    return "class" if name == "road_class" else name


def _value(hint: Any, data: object, where: str, key: str) -> Any:
    limits: Range | None = None
    if get_origin(hint) is Annotated:
        hint, limits = get_args(hint)[:2]
    if key == "events":
        return _events(data, where)
    if get_origin(hint) in (Union, types.UnionType):
        if data is None:
            return None
        inner = next(arg for arg in get_args(hint) if arg is not type(None))
        return _value(inner, data, where, key)
    if get_origin(hint) is tuple:
        if not isinstance(data, list):
            raise UserError(f"{where} must be a list, but is {_short(data)}.")
        inner = get_args(hint)[0]
        return tuple(_value(inner, one, f"{where}, no. {i + 1}", "") for i, one in enumerate(data))
    if is_dataclass(hint):
        return _read(hint, data, where)
    if isinstance(hint, type) and issubclass(hint, Enum):
        words = [str(one.value) for one in hint]
        if data is False and "off" in words:  # YAML takes a bare `off` for false
            data = "off"
        if not isinstance(data, str) or data not in words:
            raise UserError(f"{where} must be one of {', '.join(words)}, but is {_short(data)}.")
        return hint(data)
    return _plain(hint, limits, data, where)


def _plain(hint: Any, limits: Range | None, data: object, where: str) -> Any:
    """A truth value, a text or a number within its limits."""
    if hint is bool or hint is str:
        if not isinstance(data, hint):
            words = "true or false" if hint is bool else "a text"
            raise UserError(f"{where} must be {words}, but is {_short(data)}.")
        return data
    numbers = (int,) if hint is int else (int, float)
    fits = isinstance(data, numbers) and not isinstance(data, bool)
    if fits and limits is not None:
        assert isinstance(data, (int, float))
        fits = math.isfinite(data) if isinstance(data, float) else True
        fits = fits and limits.least <= data <= limits.most
    if not fits:
        words = "a whole number" if hint is int else "a number"
        between = "" if limits is None else f" from {limits.least:g} to {limits.most:g}"
        raise UserError(f"{where} must be {words}{between}, but is {_short(data)}.")
    return hint(data)


def _events(data: object, where: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise UserError(f"{where} must be a list of events, but is {_short(data)}.")
    out = []
    for i, one in enumerate(data):
        at = f"{where}, no. {i + 1}"
        if not isinstance(one, Mapping) or "kind" not in one:
            raise UserError(f"{at} lacks kind: give one of {', '.join(EVENTS)}.")
        name = one["kind"]
        if not isinstance(name, str) or name not in EVENTS:
            near = difflib.get_close_matches(str(name), list(EVENTS), n=1)
            remedy = f"did you mean {near[0]}?" if near else f"use one of {', '.join(EVENTS)}."
            raise UserError(f"unknown kind {_short(name)} in {at}: {remedy}")
        rest = {key: value for key, value in one.items() if key != "kind"}
        out.append(_read(EVENTS[name], rest, f"{at} ({name})"))
    return tuple(out)


def _check(scenario: Scenario, where: str) -> None:
    """What each value alone does not tell."""
    road = scenario.road
    if road.ego_lane >= road.lanes:
        raise UserError(
            f"ego_lane in {where} is {road.ego_lane}, but the road has {road.lanes} lanes our way: "
            "count from 0, the leftmost."
        )
    names = {kind: name for name, kind in EVENTS.items()}
    for i, event in enumerate(scenario.events):
        at = f"events in {where}, no. {i + 1} ({names[type(event)]})"
        if event.at_m > scenario.length_m:
            raise UserError(
                f"at_m in {at} is {event.at_m:g}, beyond the road's length_m of "
                f"{scenario.length_m:g}: lengthen the road or move the event."
            )
        if road.road_class is RoadClass.EXPRESSWAY and isinstance(event, NOT_ON_EXPRESSWAYS):
            raise UserError(f"{at} cannot be on an expressway: take it out or change class.")
        lane = getattr(event, "lane", None)
        if lane is not None and lane >= road.lanes:
            raise UserError(f"lane in {at} is {lane}, but there are {road.lanes}: count from 0.")
        for key in ("phases", "profile"):
            if getattr(event, key, None) == ():
                raise UserError(f"{key} in {at} is empty: give at least one entry.")
        times = [point.at_s for point in getattr(event, "profile", ())]
        if times != sorted(set(times)):
            raise UserError(f"profile in {at} does not go forward in time: order its at_s.")
        if isinstance(event, Oncoming) and road.oncoming_lanes == 0:
            raise UserError(f"{at} needs an oncoming lane: set oncoming_lanes.")


def _short(value: object, most: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 3]}..."
