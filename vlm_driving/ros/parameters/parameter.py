"""One parameter of the node: what it takes, and what is said when it gets something else."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from vlm_driving.core import UserError

Value = bool | int | float | str | tuple[str, ...]

_TOPIC = re.compile(r"(~/|/)?[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")
_PLAIN = re.compile(r"[A-Za-z/][\w/.-]*")
_WORDS_OF_YAML = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})
_MOST_SHOWN = 80


class Kind(str, Enum):
    """The types of ROS that are used, by their names there."""

    BOOL = "bool"
    INTEGER = "integer"
    DOUBLE = "double"
    STRING = "string"
    STRING_ARRAY = "string_array"


_TAKES = {
    Kind.BOOL: "true or false",
    Kind.INTEGER: "a whole number",
    Kind.DOUBLE: "a number",
    Kind.STRING: "a text",
    Kind.STRING_ARRAY: "a list of one or more different names, as in [front, left]",
}


class Form(str, Enum):
    """What a text has to be, beyond a text."""

    ANY = "any"
    TOPIC = "topic"
    TOPIC_OR_EMPTY = "topic or empty"
    NAME = "name"


_FORMS = {
    Form.TOPIC: "a topic, as in /camera/image_raw, with single slashes",
    Form.TOPIC_OR_EMPTY: 'a topic, as in /vehicle/odometry, with single slashes, or "" for none',
    Form.NAME: "a name of letters, digits and single underscores that begins with a letter",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of the table.

    Attributes:
        name: with dots; may hold a `<camera>` or `<topic>` that stands for a real one.
        kind: its type in ROS.
        default: its value where nobody sets it; None where there is none until somebody does.
        en: what it does, in English.
        ja: the same in Japanese.
        live: whether it may change while the node is configured.
        least: of numbers, inclusive.
        most: of numbers, inclusive.
        choices: of texts; empty for any.
        form: of texts, or of each text of a list.
        unit: of numbers, as it is written; empty for none.
    """

    name: str
    kind: Kind
    default: Value | None
    en: str
    ja: str
    live: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    form: Form = Form.ANY
    unit: str = ""

    @property
    def takes(self) -> str:
        """What it takes, in words."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        words = _FORMS.get(self.form, "") if self.kind is Kind.STRING else ""
        words = words or _TAKES[self.kind]
        if self.least is not None and self.most is not None:
            words += f" from {number_text(self.least)} to {number_text(self.most)}"
        return f"{words} {self.unit}".rstrip()

    def checked(self, value: object) -> Value:
        """The value as its type; a whole number is taken for a double, as people write them.

        Raises:
            UserError: names key, value, what it takes and the remedy.
        """
        found = self._converted(value)
        if found is None:
            raise UserError(
                f"{self.name} is {shown(value)}, but takes {self.takes}: {self._remedy(value)}."
            )
        return found

    def _remedy(self, value: object) -> str:
        near = nearest(value, self.choices) if isinstance(value, str) else None
        if near is not None:
            return f"write {near}"
        if self.form is not Form.ANY and isinstance(value, str) and "//" in value:
            return "it has a double slash, write one"
        if self.default is None:
            return "set it to one of these or leave it out"
        return f"set it within that, or leave it out for {text_of(self.default)}"

    def _converted(self, value: object) -> Value | None:
        if self.kind is Kind.BOOL:
            return value if isinstance(value, bool) else None
        if self.kind is Kind.STRING:
            return value if isinstance(value, str) and self._fits(value) else None
        if self.kind is Kind.STRING_ARRAY:
            return self._names(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        if self.kind is Kind.INTEGER and not isinstance(value, int):
            return None
        try:
            number = float(value)
        except OverflowError:  # a whole number of hundreds of digits
            return None
        if not math.isfinite(number):
            return None
        if self.least is not None and number < self.least:
            return None
        if self.most is not None and number > self.most:
            return None
        return number if self.kind is Kind.DOUBLE else int(value)

    def _names(self, value: object) -> tuple[str, ...] | None:
        if (
            not isinstance(value, (list, tuple))
            or not value
            or len(set(map(str, value))) < len(value)
        ):
            return None
        names = tuple(one for one in value if isinstance(one, str) and self._fits(one))
        return names if len(names) == len(value) else None

    def _fits(self, text: str) -> bool:
        if self.choices:
            return text in self.choices
        if self.form is Form.NAME:
            return _NAME.fullmatch(text) is not None
        if self.form is Form.TOPIC_OR_EMPTY and not text:
            return True
        if self.form in (Form.TOPIC, Form.TOPIC_OR_EMPTY):
            return _TOPIC.fullmatch(text) is not None and "__" not in text
        return True


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like `text`, if any does."""
    near = difflib.get_close_matches(text, list(known), n=1)
    return near[0] if near else None


def shown(value: object) -> str:
    """A value in a sentence, not longer than fits."""
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."


def number_text(value: float) -> str:
    """A limit in a sentence: never with an exponent."""
    return f"{value:.12g}"


def text_of(value: Value) -> str:
    """A value as YAML has it, in ROS's reading: a double keeps its point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(map(text_of, value))}]"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS_OF_YAML
        return value if plain else json.dumps(value, ensure_ascii=False)
    text = repr(value)
    bare = "e" in text and "." not in text
    return text.replace("e", ".0e") if bare else text  # YAML takes 1e-05 for a text
