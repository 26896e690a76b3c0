"""Configuration files: YAML with known keys, each with a type and a range.

A file may set what the command line may set; the command line wins. `null` leaves a key at the
program's own choice. A key that is not known is an error, never ignored: a misspelt
`budget_ms` must not leave a vehicle on the default.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from vlm_driving.core.errors import UserError

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of a configuration file.

    Attributes:
        key: the name, as the command line's option with underscores, unit last.
        kind: bool, int, float or str; a float key takes whole numbers too.
        above: numbers must be greater than this.
        least: numbers must be at least this.
        most: numbers must be at most this.
        choices: the words that a str key takes; empty for any.
        listed: whether a str key takes a list too, which becomes one text with commas.
    """

    key: str
    kind: type[bool] | type[int] | type[float] | type[str]
    above: float | None = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    listed: bool = False

    @property
    def allowed(self) -> str:
        """What the key takes, in words."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        name = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
        words = name[self.kind]
        if self.listed:
            words += " with commas, or a list of texts"
        if self.above is not None:
            words += f" greater than {self.above:g}"
        if self.least is not None:
            words += f" of at least {self.least:g}"
        if self.most is not None:
            joined = " of" if self.least is None and self.above is None else " and"
            words += f"{joined} at most {self.most:g}"
        return words

    def accepts(self, value: object) -> bool:
        """Whether `value`, as read from YAML, may be given to this key."""
        if self.kind is bool or isinstance(value, bool):
            return self.kind is bool and isinstance(value, bool)
        if self.kind is str:
            return isinstance(value, str) and (not self.choices or value in self.choices)
        number_types = (int, float) if self.kind is float else (int,)
        if not isinstance(value, number_types) or not _is_finite(value):
            return False
        if self.above is not None and value <= self.above:
            return False
        if self.most is not None and value > self.most:
            return False
        return self.least is None or value >= self.least


# What `vlm-driving replay --config FILE` reads; config/replay.yaml explains each key.
REPLAY_SETTINGS = (
    Setting("model", str),
    Setting("camera_topic", str),
    Setting("speed_topic", str),
    Setting("pace", str, choices=("realtime", "every-frame")),
    Setting("rate", float, above=0),
    Setting("start_s", float, least=0),
    Setting("duration_s", float, above=0),
    Setting("budget_ms", float, above=0),
    Setting("backends", str, listed=True),
    Setting("threads", int, least=0),
    Setting("frozen_after_frames", int, least=0),
    Setting("bag_out", str),
    Setting("storage", str, choices=("mcap", "sqlite3")),
    Setting("annotated", bool),
    Setting("questions", str),
    Setting("question_budget_ms", float, above=0),
    Setting("other_scene", bool),
)


def load_settings(path: Path, settings: Sequence[Setting]) -> dict[str, Value]:
    """Read the keys that the file at `path` sets to something other than null.

    Args:
        path: a YAML file with one mapping of keys to values; an empty file sets nothing.
        settings: the keys that are known.

    Raises:
        UserError: the file cannot be read, is not a mapping, has a key that is not known (the
            nearest known one is named), or a value outside a key's range.
    """
    known = {setting.key: setting for setting in settings}
    chosen: dict[str, Value] = {}
    for key, value in _read_mapping(path).items():
        setting = known.get(key) if isinstance(key, str) else None
        if setting is None:
            raise UserError(_unknown_key(key, path, list(known)))
        if value is None:
            continue
        if setting.listed and isinstance(value, list) and all(isinstance(v, str) for v in value):
            value = ",".join(value)
        if not setting.accepts(value):
            raise UserError(f"{key} in {path} must be {setting.allowed}, but is {_short(value)}.")
        assert isinstance(value, (bool, int, float, str))
        chosen[setting.key] = float(value) if setting.kind is float else value
    return chosen


class _RepeatedKey(Exception):
    """A mapping has a key twice; YAML would silently keep the last."""


class _UniqueKeys(yaml.SafeLoader):
    """YAML's safe loader, but a key that comes twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping of `node`. Raises _RepeatedKey."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):  # its value may not be hashable
                continue
            if key.value in seen:
                raise _RepeatedKey(key.value)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _short(value: object, most: int = 80) -> str:
    """What a file says, not longer than fits into a sentence."""
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _is_finite(value: int | float) -> bool:
    """Whether a float can hold `value`, and it is a number."""
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def _read_mapping(path: Path) -> Mapping[object, object]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _UniqueKeys)
    except OSError as error:
        raise UserError(
            f"cannot read the configuration {path} ({error.strerror}): name an existing YAML file."
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text: save it as UTF-8 YAML.") from error
    except RecursionError as error:
        raise UserError(f"{path} is nested too deeply: write one `key: value` a line.") from error
    except _RepeatedKey as error:
        raise UserError(f"{path} sets {error} twice: keep one of the lines.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark is not None else ""
        raise UserError(f"{path} is not YAML{line}: write one `key: value` a line.") from error
    except ValueError as error:  # a date that no calendar has, for one
        raise UserError(
            f"{path} has a value that is none ({error}): write one `key: value` a line."
        ) from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UserError(
            f"{path} holds a {type(content).__name__}, not keys: write one `key: value` a line."
        )
    return content


def _unknown_key(key: object, path: Path, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(str(key), known, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"the known keys are {', '.join(known)}."
    return f"unknown key {key} in {path}: {remedy}"
