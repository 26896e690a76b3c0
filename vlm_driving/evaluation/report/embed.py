"""Data inside an HTML page: nothing that a model or a bag says can become markup."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TYPES = {b"\xff\xd8": "image/jpeg", b"\x89P": "image/png"}


class Texts:
    """A table of unlike texts: reports repeat themselves."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: object) -> int:
        """Where the text stands in the table; -1 for None and the empty text."""
        if text is None or text == "":
            return -1
        return self._places.setdefault(str(text), len(self._places))

    def table(self) -> list[str]:
        """All texts, in order of their places."""
        return list(self._places)


def json_script(data: object) -> str:
    """The data as JSON that no HTML parser can leave: no `<`, no line separators of JavaScript."""
    text = json.dumps(clean(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in ("<", ">", "&", "\u2028", "\u2029"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def clean(value: Any) -> Any:
    """The same data without what JSON cannot say: NaN and infinities become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): clean(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(one) for one in value]
    return value


def number(value: object, digits: int = 1) -> float | None:
    """A finite number, rounded; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return round(float(value), digits)


def words(value: object) -> list[str]:
    """The texts of a list; nothing for what is no list."""
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else []


def mapping(value: object) -> Mapping[str, Any]:
    """An object; empty for everything else."""
    return value if isinstance(value, Mapping) else {}


def picture(path: Path) -> str | None:
    """A small picture as a data URI; None where there is none that a browser shows."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    kind = _TYPES.get(data[:2])
    if kind is None:
        return None
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
