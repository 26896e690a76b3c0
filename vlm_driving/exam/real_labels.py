"""Hand-written labels of real frames, and whether a claim is true of one.

A label lists every answer that its writer would accept; what it calls doubtful, or leaves
open, is neither true nor false.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.simulator.parse_terms import Claim, ClaimKind

SCHEMA = "vlm_driving/real_camera_labels/1"
SLACK = 0.15
"""Labelled distances are wide bands already; beyond them this share is forgiven."""
SURELY_M = 60.0
"""Whom a writer is in doubt about is farther away than this."""
FREE_M = 40.0
OBJECTS = frozenset(
    {
        ClaimKind.SIGNAL,
        ClaimKind.ARROW,
        ClaimKind.LEAD,
        ClaimKind.JAM,
        ClaimKind.ONCOMING,
        ClaimKind.PARKED,
        ClaimKind.CROSSING_VEHICLE,
        ClaimKind.OTHER_VEHICLE,
        ClaimKind.PEDESTRIAN,
        ClaimKind.CYCLIST,
        ClaimKind.WORKS,
        ClaimKind.FLAGGER,
        ClaimKind.OBSTACLE,
        ClaimKind.RAILWAY,
        ClaimKind.CROSSING,
        ClaimKind.STOP_SIGN,
        ClaimKind.STOP_LINE,
        ClaimKind.LIMIT,
        ClaimKind.TUNNEL,
    }
)
"""Claims of things that a report can invent."""
_KEYS = (
    *("set", "bag", "topic", "stamp_ns", "clear", "light", "weather", "road", "lanes", "tunnel"),
    *("curve", "curve_strict", "lead", "vehicles", "oncoming_visible", "parked_visible"),
    *("pedestrians", "cyclists", "signal", "crossing", "stop_line", "works", "obstacle", "signs"),
    *("offset", "jam", "doubtful"),
)
_FLAGS = {
    ClaimKind.PARKED: "parked_visible",
    ClaimKind.PEDESTRIAN: "pedestrians",
    ClaimKind.CYCLIST: "cyclists",
    ClaimKind.CROSSING: "crossing",
    ClaimKind.STOP_LINE: "stop_line",
    ClaimKind.WORKS: "works",
    ClaimKind.OBSTACLE: "obstacle",
    ClaimKind.TUNNEL: "tunnel",
}
_NEVER = (
    ClaimKind.CROSSING_VEHICLE,
    ClaimKind.FLAGGER,
    ClaimKind.RAILWAY,
    ClaimKind.STOP_SIGN,
    ClaimKind.ARROW,
)
"""What the labels have no word for, because no labelled frame shows one."""


@dataclass(frozen=True, slots=True)
class Label:
    """What is true of one frame; `values` are those of the file."""

    group: str
    bag: str
    topic: str
    stamp_ns: int
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def read_labels(file: Path) -> tuple[Label, ...]:
    """Read a file of labels. Raises UserError naming the frame that is not whole."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}); check --real.") from error
    except ValueError as error:
        raise UserError(f"{file} is no JSON; --real takes LABELS first, then bags.") from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise UserError(f"{file} holds no labels of real frames (schema {SCHEMA}).")
    frames = found.get("frames")
    if not isinstance(frames, list) or not frames:
        raise UserError(f"{file} labels no frames; add some to its key frames.")
    for number, frame in enumerate(frames):
        missing = [k for k in _KEYS if not isinstance(frame, dict) or k not in frame]
        if missing:
            raise UserError(f"{file}, frame {number}, lacks {', '.join(missing)}; add them.")
    return tuple(
        Label(str(f["set"]), str(f["bag"]), str(f["topic"]), int(f["stamp_ns"]), f) for f in frames
    )


def is_true(claim: Claim, label: Label) -> bool | None:
    """Whether a claim is true of a frame; None where its label leaves that open."""
    if claim.kind is ClaimKind.CURVE and not label["curve_strict"]:
        # a slight bend: straight is right as well, the other side is not
        return True if claim.negated else claim.get("side") in (None, label["curve"])
    positive = _holds(claim, label)
    return None if positive is None else positive is not claim.negated


def is_invented(claim: Claim, label: Label) -> bool:
    """Whether nothing of the kind is in the frame, whatever the claim says about it."""
    if claim.negated or claim.kind not in OBJECTS:
        return False
    near = claim.range_m if claim.kind is ClaimKind.LEAD else None
    return _holds(Claim(claim.kind, range_m=near), label, exact=False) is False


def _holds(claim: Claim, label: Label, exact: bool = True) -> bool | None:
    kind = claim.kind
    if kind in _FLAGS:
        name = _FLAGS[kind]
        return None if name in label["doubtful"] else bool(label[name])
    if kind in _NEVER:
        return False
    if kind is ClaimKind.LEAD:
        return _lead(claim, label, exact)
    if kind in (ClaimKind.ONCOMING, ClaimKind.OTHER_VEHICLE):
        return _others(claim, label, exact)
    if kind is ClaimKind.LIMIT:
        return None if label["signs"] or "signs" in label["doubtful"] else False
    return _plain(claim, label)


def _plain(claim: Claim, label: Label) -> bool | None:
    kind, value = claim.kind, claim.get("value")
    if kind in (ClaimKind.LIGHT, ClaimKind.WEATHER):
        return bool(value == label[kind.value])
    if kind is ClaimKind.ROAD:
        return value in label["road"]
    if kind is ClaimKind.LANES:
        return value in {str(n) for n in label["lanes"]}
    if kind is ClaimKind.OFFSET:
        return claim.get("side") in label["offset"]
    if kind is ClaimKind.CURVE:
        return label["curve"] is not None and claim.get("side") in (None, label["curve"])
    if kind is ClaimKind.JAM:
        return None if label["jam"] is None else bool(label["jam"])
    if kind is ClaimKind.SIGNAL:
        return label["signal"] is not None and claim.get("colour") in (None, label["signal"])
    if kind is ClaimKind.CLEAR:
        lead = label["lead"]
        return lead is None or middle_m(lead) > FREE_M
    if kind is ClaimKind.BLIND:
        return not label["clear"]
    return None


def _lead(claim: Claim, label: Label, exact: bool) -> bool | None:
    lead = label["lead"]
    near = claim.range_m is not None and claim.range_m < SURELY_M
    if "lead" in label["doubtful"]:
        return False if near and (lead is None or lead["range_m"][0] > SURELY_M) else None
    if lead is None:
        return False
    if not exact:
        return True
    said = claim.get("vehicle")
    # a small car and a saloon are hard to tell apart: whoever says one may mean the other
    kinds = set(lead["kind"]) | ({"sedan", "kei"} if "sedan" in lead["kind"] else set())
    if said is not None and said not in kinds:
        return False
    if claim.get("braking") is not None:
        if lead["braking"] is None:
            return None
        if (claim.get("braking") == "yes") is not lead["braking"]:
            return False
    return _in_band(claim.range_m, lead["range_m"])


def _others(claim: Claim, label: Label, exact: bool) -> bool | None:
    oncoming = claim.kind is ClaimKind.ONCOMING
    if oncoming and "oncoming_visible" in label["doubtful"]:
        return None
    if oncoming and exact and claim.get("encroaching") == "yes":
        return False
    cars = [
        car
        for car in label["vehicles"]
        if (car["direction"] == "oncoming") is oncoming and (oncoming or car["side"] != "center")
    ]
    if not cars:  # farther ones are not listed
        return oncoming and bool(label["oncoming_visible"])
    return not exact or any(_in_band(claim.range_m, car["range_m"]) for car in cars)


def middle_m(thing: Mapping[str, Any]) -> float:
    """The middle of a labelled band of distances."""
    low, high = thing["range_m"]
    return float(low + high) / 2


def _in_band(range_m: float | None, band: list[float]) -> bool:
    return range_m is None or band[0] * (1 - SLACK) <= range_m <= band[1] * (1 + SLACK)
