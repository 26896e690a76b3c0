"""Reading JSON that nobody vouches for: every key, type and range is checked.

A worker whose memory is damaged may send anything. Whatever is wrong with a message is a
`ProtocolFault` here, and nothing else anywhere.
"""

from __future__ import annotations

import json
import math
from enum import Enum
from typing import Any, NoReturn, TypeVar

MOST_WHOLE = 2**63 - 1
_Choice = TypeVar("_Choice", bound=Enum)


class ProtocolFault(Exception):
    """What came is no message; one clause says why."""


def parse(data: bytes) -> Fields:
    """The object that `data` is the JSON text of. Raises ProtocolFault."""
    try:
        value = _DECODER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError):  # a deep enough nest of brackets exhausts the stack
        raise ProtocolFault(f"{data[:24]!r} is no JSON") from None
    return Fields(value, "a message")


class Fields:
    """The keys of one object, each to be taken once; `end` objects to what is left."""

    def __init__(self, value: object, what: str) -> None:
        """Raises ProtocolFault if `value` is no object."""
        if not isinstance(value, dict):
            raise ProtocolFault(f"{what} is no object")
        self._left: dict[str, Any] = dict(value)
        self._what = what

    def whole(self, key: str, least: int = 0, most: int = MOST_WHOLE) -> int:
        """A whole number from `least` to `most`."""
        value = self._take(key)
        if type(value) is not int or not least <= value <= most:
            self._refuse(key, f"a whole number from {least} to {most}")
        return value

    def number(self, key: str, least: float = 0.0, most: float = 1e12) -> float:
        """A finite number from `least` to `most`."""
        value = self._take(key)
        if type(value) not in (int, float) or not least <= value <= most:
            self._refuse(key, f"a number from {least:g} to {most:g}")
        return float(value)

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._take(key)
        if type(value) is not bool:
            self._refuse(key, "true or false")
        return value

    def text(self, key: str, most: int) -> str:
        """A string of at most `most` characters that can be written down as UTF-8."""
        value = self._take(key)
        if type(value) is not str or len(value) > most:
            self._refuse(key, f"a text of at most {most} characters")
        try:
            value.encode()
        except UnicodeEncodeError:  # half a surrogate pair
            self._refuse(key, "a text of whole characters")
        return value

    def choice(self, key: str, among: type[_Choice]) -> _Choice:
        """One of an enumeration's values."""
        value = self._take(key)
        try:
            return among(value)
        except ValueError:
            self._refuse(key, f"one of {', '.join(str(one.value) for one in among)}")

    def part(self, key: str) -> Fields:
        """An object."""
        return Fields(self._take(key), f"{key} of {self._what}")

    def parts(self, key: str, most: int) -> list[Fields]:
        """At most `most` objects."""
        value = self._take(key)
        if type(value) is not list or len(value) > most:
            self._refuse(key, f"a list of at most {most} objects")
        return [Fields(one, f"one of {key} of {self._what}") for one in value]

    def wholes(self, key: str, count: int, least: int = 0, most: int = MOST_WHOLE) -> list[int]:
        """Exactly `count` whole numbers."""
        value = self._take(key)
        if type(value) is not list or len(value) != count:
            self._refuse(key, f"a list of {count} whole numbers")
        if not all(type(one) is int and least <= one <= most for one in value):
            self._refuse(key, f"a list of whole numbers from {least} to {most}")
        return list(value)

    def plain(self, key: str, most: int) -> dict[str, str | int | float | bool | None]:
        """An object of at most `most` keys whose values are texts, finite numbers, flags, null."""
        value = self._take(key)
        if type(value) is not dict or len(value) > most:
            self._refuse(key, f"an object of at most {most} keys")
        for one in value.values():
            if not (one is None or type(one) in (str, int, float, bool)):
                self._refuse(key, "an object of plain values")
            if type(one) is float and not math.isfinite(one):
                self._refuse(key, "an object of finite numbers")
        try:
            "".join(str(one) for item in value.items() for one in item).encode()
        except UnicodeEncodeError:
            self._refuse(key, "an object of texts of whole characters")
        return dict(value)

    def has(self, key: str) -> bool:
        """Whether the key is there, and was not taken."""
        return key in self._left

    def absent(self, key: str) -> bool:
        """Whether the value is null; then it counts as taken."""
        if key in self._left and self._left[key] is None:
            del self._left[key]
            return True
        return False

    def end(self) -> None:
        """Raises ProtocolFault if any key was not taken."""
        if self._left:
            raise ProtocolFault(f"{self._what} has a key {next(iter(self._left))!r:.40}")

    def _take(self, key: str) -> Any:
        try:
            return self._left.pop(key)
        except KeyError:
            raise ProtocolFault(f"{self._what} has no {key}") from None

    def _refuse(self, key: str, wanted: str) -> NoReturn:
        raise ProtocolFault(f"{key} of {self._what} is not {wanted}")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_no_constant)  # to make one takes as long as to use it
