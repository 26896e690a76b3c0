"""Parameter files in ROS's own form: node names, `ros__parameters`, nested or dotted keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from vlm_driving.config import _read_mapping
from vlm_driving.core import UserError

PARAMETERS = "ros__parameters"
NODE = "/vlm_driving"
"""Name of the node where nobody gives it another."""


def load(path: Path, node: str = NODE) -> dict[str, object]:
    """The flat parameters that the file at `path` sets for a node; later blocks win.

    Args:
        path: a YAML file.
        node: full name with namespace, as in /vehicle/vlm_driving.

    Raises:
        UserError: the file cannot be read or has another form, or none of its blocks is for the
            node; the sentence says what to write.
    """
    try:
        blocks = list(_blocks(_read_mapping(path), "", path))
        chosen = [dict(_flat(values, "", path)) for at, values in blocks if _matches(at, node)]
    except RecursionError:  # an anchor that holds itself
        raise UserError(f"{path} has a block that holds itself: write it without `*`.") from None
    if not chosen:
        patterns = ", ".join(pattern for pattern, _ in blocks) or "nothing"
        raise UserError(
            f"{path} sets parameters of {patterns}, none of {node}: write them below /**: and "
            f"{PARAMETERS}: in it."
        )
    found: dict[str, object] = {}
    for values in chosen:
        found.update(values)
    return found


def _blocks(
    content: Mapping[object, object], name: str, path: Path
) -> Iterator[tuple[str, Mapping[object, object]]]:
    for key, inner in content.items():
        if key == PARAMETERS and name:
            if inner is not None and not isinstance(inner, dict):
                raise UserError(
                    f"{PARAMETERS} of {name} in {path} holds no keys: write one `key: value` a "
                    "line."
                )
            yield name, inner or {}
            continue
        if isinstance(key, str) and inner is None:
            raise UserError(
                f"{path} has nothing below {key}: write {PARAMETERS}: there and below that the "
                "parameters."
            )
        if not isinstance(key, str) or not isinstance(inner, dict):
            raise UserError(
                f"{path} has {key} where the name of a node belongs: write /**: and below it "
                f"{PARAMETERS}: and below that the parameters."
            )
        yield from _blocks(inner, f"{name}/{key.strip('/')}", path)


def _matches(pattern: str, node: str) -> bool:
    """Whether a block is for `node`: `*` is one part of a name and `**` any number of them."""
    parts = [part for part in pattern.split("/") if part]
    words = {"**": r"(?:/[^/]+)*", "*": r"/[^/]+"}
    return re.fullmatch("".join(words.get(p, "/" + re.escape(p)) for p in parts), node) is not None


def _flat(values: Mapping[object, object], start: str, path: Path) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if not isinstance(key, str):
            raise UserError(f"{path} has the key {key}, which is no text: put it in quotes.")
        if isinstance(value, dict):
            yield from _flat(value, f"{start}{key}.", path)
        else:
            yield start + key, value
