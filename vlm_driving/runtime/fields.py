"""Strict reading of one JSON object: every key is known, present and of the right kind."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from typing import Any

from vlm_driving.core import UserError

_MEND = "correct it there, or make the bundle anew with `vlm-driving export`"


class Fields:
    """Takes the keys of one object out one by one; `done` complains about what is left.

    Every method raises UserError with the file, the key and what would be right.
    """

    def __init__(self, data: object, source: str, path: str = "") -> None:
        self._source = source
        self._path = path
        if not isinstance(data, Mapping):
            raise UserError(f"{source}: {path or 'the file'} must be a JSON object; {_MEND}.")
        self._data = dict(data)

    def error(self, key: str, problem: str) -> UserError:
        """The error of `key`, naming the file."""
        return UserError(f"{self._source}: {self._name(key)} {problem}; {_MEND}.")

    def done(self) -> None:
        """Raise UserError if a key was never asked for."""
        if self._data:
            names = ", ".join(self._name(key) for key in sorted(map(str, self._data)))
            raise UserError(f"{self._source}: unknown key {names}; {_MEND}.")

    def has(self, key: str) -> bool:
        """Whether the key is there, not null, and not asked for yet; for the few optional ones.

        A null is taken as asked for.
        """
        if self._data.get(key) is None:
            self._data.pop(key, None)
            return False
        return True

    def text(self, key: str, *, empty: bool = True) -> str:
        """A string."""
        value = self._take(key)
        if not isinstance(value, str):
            raise self.error(key, f"must be a string, got {value!r}")
        if not value and not empty:
            raise self.error(key, "must not be empty")
        return value

    def optional_text(self, key: str) -> str | None:
        """A string that is not empty, or None where the key is missing or null."""
        return self.text(key, empty=False) if self.has(key) else None

    def choice(self, key: str, known: tuple[str, ...]) -> str:
        """One of the strings `known`."""
        value = self._take(key)
        if value not in known:
            raise self.error(key, f"must be {' or '.join(known)}, got {value!r}")
        return str(value)

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._take(key)
        if not isinstance(value, bool):
            raise self.error(key, f"must be true or false, got {value!r}")
        return value

    def whole(self, key: str, *, least: int) -> int:
        """A whole number of at least `least`."""
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.error(key, f"must be a whole number of at least {least}, got {value!r}")
        return value

    def number(
        self,
        key: str,
        *,
        above: float = -math.inf,
        least: float = -math.inf,
        most: float = math.inf,
    ) -> float:
        """A finite number within the limits."""
        value = self._finite(key, self._take(key))
        if value <= above:
            raise self.error(key, f"must be greater than {above:g}, got {value:g}")
        if not least <= value <= most:
            raise self.error(key, f"must be from {least:g} to {most:g}, got {value:g}")
        return value

    def triple(self, key: str) -> tuple[float, float, float]:
        """Three finite numbers, one a channel."""
        value = self._take(key)
        if not isinstance(value, list) or len(value) != 3:
            raise self.error(key, f"must be a list of three numbers, got {value!r}")
        first, second, third = (self._finite(key, item) for item in value)
        return first, second, third

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of at least one string, none of them empty."""
        value = self._take(key)
        if (
            not isinstance(value, list)
            or not value
            or not all(isinstance(item, str) and item for item in value)
        ):
            raise self.error(key, f"must be a list of at least one string, got {value!r}")
        return tuple(value)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """An object of free form."""
        value = self._take(key)
        if not isinstance(value, Mapping):
            raise self.error(key, f"must be a JSON object, got {value!r}")
        return dict(value)

    def text_mapping(self, key: str) -> Mapping[str, str]:
        """An object whose values are strings."""
        value = self.mapping(key)
        for name, item in value.items():
            if not isinstance(item, str):
                raise self.error(f"{key}.{name}", f"must be a string, got {item!r}")
        return value

    def number_mapping(self, key: str) -> Mapping[str, float]:
        """An object whose values are finite numbers."""
        value = self.mapping(key)
        for name, item in value.items():
            whole = isinstance(item, (int, float)) and not isinstance(item, bool)
            if not whole or not math.isfinite(item):
                raise self.error(f"{key}.{name}", f"must be a number, got {item!r}")
        return {name: float(item) for name, item in value.items()}

    def fields(self, key: str) -> Fields:
        """An object with known keys of its own."""
        return Fields(self._take(key), self._source, self._name(key))

    def optional_fields(self, key: str) -> Fields | None:
        """The same, or None where the file says null."""
        value = self._take(key)
        return None if value is None else Fields(value, self._source, self._name(key))

    def items(self, key: str) -> tuple[Fields, ...]:
        """A list of objects."""
        value = self._take(key)
        if not isinstance(value, list):
            raise self.error(key, f"must be a list, got {value!r}")
        name = self._name(key)
        return tuple(
            Fields(item, self._source, f"{name}[{index}]") for index, item in enumerate(value)
        )

    def _finite(self, key: str, value: object) -> float:
        number = math.nan
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            with contextlib.suppress(OverflowError):  # a whole number of hundreds of digits
                number = float(value)
        if not math.isfinite(number):
            raise self.error(key, f"must be a finite number, got {value!r}")
        return number

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _take(self, key: str) -> Any:
        try:
            return self._data.pop(key)
        except KeyError:
            raise self.error(key, "is missing") from None
