"""What the sets of the examination consist of, frozen in a file before anything is trained.

Scenes are functions of seed and index, so a manifest holds seeds, counts and a digest of the
sampler; what an examination then meets is counted again and compared (see `differences`). Its
`faults` say what makes the sets unfit to examine with: too little of a class of advice or of
something that changes advice; `unclaimed` names the slices that are too small.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from vlm_driving.core import PathAdvice, SpeedAdvice, UserError
from vlm_driving.exam.blind_set import FIRST_INDEX, KINDS, SHARES
from vlm_driving.exam.examine import Plan
from vlm_driving.exam.records import SceneRecord, Truth
from vlm_driving.exam.scenes import draw, slices_of, things_of
from vlm_driving.exam.seeds import SELECTION_SEED, TAUGHT_OFFSETS, TEXT_ONLY_SEED
from vlm_driving.exam.slicing import LEAST_CLAIMED, SLICES
from vlm_driving.simulator.compositions import Part
from vlm_driving.simulator.questions import KINDS as QUESTION_KINDS
from vlm_driving.simulator.questions.held_out_wordings import HELD_OUT
from vlm_driving.simulator.sampling import sample

SCHEMA = "vlm_driving/exam_manifest/1"
LEAST_A_CLASS, MOST_A_CLASS = 150 / 2000, 0.5
LEAST_A_THING = 0.01
DIGEST_SCENES = 24
RING_1 = (
    *("signal_red", "signal_yellow", "signal_green", "signal_off", "signal_arrow"),
    *("stop_line", "stop_sign", "crossing", "lead", "lead_braking", "jam"),
    *("oncoming", "encroaching", "crossing_vehicle", "parked"),
    *("vehicle_kei", "vehicle_sedan", "vehicle_van", "vehicle_truck", "vehicle_bus"),
    *("vehicle_motorcycle", "cyclist", "pedestrian", "adult", "child", "elderly"),
    *("pedestrian_pavement", "pedestrian_waiting", "pedestrian_crossing", "pedestrian_road"),
    *("works", "flagger_hold", "flagger_proceed", "obstacle", "railway_open", "railway_closed"),
    *("speed_limit", "curve_left", "curve_right", "tunnel", "intersection"),
    *("road_residential", "road_street", "road_arterial", "road_expressway"),
)
"""What has to show in 1 % of the scenes at least (light and weather are slices)."""


def sampler_digest(seed: int) -> str:
    """A digest of the first scenes of every part and of all questions' words."""
    digest = hashlib.sha256()
    for part in Part:
        for index in range(DIGEST_SCENES):
            digest.update(_plain(sample(seed, index, part).scene).encode())
    for name, kind in QUESTION_KINDS.items():
        digest.update("|".join((name, *kind.texts)).encode())
    digest.update("|".join(kind + text for kind, text in HELD_OUT).encode())
    return digest.hexdigest()


def count(seed: int, first: int, size: int) -> list[Counter[str]]:
    """One counter of what scenes `first` to `first + size - 1` of the unseen seeds show."""
    found: Counter[str] = Counter()
    for index in range(first, first + size):
        drawn = draw(seed, index, Part.SEEDS)
        found.update(_names(drawn.truth, slices_of(drawn), things_of(drawn)))
    return [found]


def differences(manifest: Mapping[str, Any], records: Sequence[SceneRecord]) -> list[str]:
    """What the examined scenes show more or less often than the manifest says: a line each.

    Scenes alone do not tell: another renderer, other facts or other advice change the counts.
    """
    met: Counter[str] = Counter()
    for record in records:
        met.update(_names(record.truth, record.slices, record.things))
    frozen = manifest.get("counts") or {}
    return [
        f"{name}: {met[name]} in place of {frozen.get(name, 0)}"
        for name in sorted({*met, *frozen})
        if met[name] != frozen.get(name, 0)
    ]


def _names(truth: Truth, slices: Mapping[str, str], things: Sequence[str]) -> list[str]:
    """What one scene counts as."""
    return [
        *("scenes", f"speed/{truth.speed}", f"path/{truth.path}"),
        *(f"{kind}/{value}" for kind, value in slices.items()),
        *(f"thing/{thing}" for thing in things),
    ]


def build(plan: Plan, counters: Sequence[Counter[str]]) -> dict[str, Any]:
    """The manifest of a plan, from the counters of its unseen seeds."""
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return {
        "schema": SCHEMA,
        "sampler": sampler_digest(plan.seed),
        "seed": plan.seed,
        "scenes": plan.scenes,
        "sets": {
            "seeds": {"part": Part.SEEDS.value, "first": 0, "count": plan.scenes},
            "compositions": {
                "part": Part.COMPOSITIONS.value,
                "first": 0,
                "count": plan.compositions,
            },
            "wording": {"wordings": len(HELD_OUT), "scenes": "those of seeds"},
            "blind": {
                "first": FIRST_INDEX,
                "count": plan.blind,
                "kinds": list(KINDS),
                "shares": list(SHARES),
            },
            "text_only": {"seed": TEXT_ONLY_SEED, "count": plan.scenes},
            "selection": {"seed": SELECTION_SEED},
            "training": {"forbidden": [plan.seed - offset for offset in TAUGHT_OFFSETS]},
        },
        "counts": dict(sorted(total.items())),
        "faults": faults(total),
        "unclaimed": unclaimed(total),
    }


def faults(total: Mapping[str, int]) -> list[str]:
    """What makes a set unfit: a sentence each."""
    scenes = total["scenes"]
    out = []
    for name in (
        *(f"speed/{s.value}" for s in SpeedAdvice),
        *(f"path/{p.value}" for p in PathAdvice),
    ):
        share = total.get(name, 0) / scenes
        if share < LEAST_A_CLASS:
            out.append(f"{name} is right in {share:.1%} of the scenes, less than 7.5 %")
        # Keeping the path is what one mostly does: only speeds are bounded from above.
        if share > MOST_A_CLASS and name.startswith("speed/"):
            out.append(f"{name} is right in {share:.1%} of the scenes, more than 50 %")
    for thing in RING_1:
        share = total.get(f"thing/{thing}", 0) / scenes
        if share < LEAST_A_THING:
            out.append(f"{thing} shows in {share:.2%} of the scenes, less than 1 %")
    return out


def unclaimed(total: Mapping[str, int]) -> list[str]:
    """Slices of too few scenes for a claim."""
    return [
        name
        for name, n in sorted(total.items())
        if name.split("/")[0] in SLICES and n < LEAST_CLAIMED
    ]


def write(manifest: Mapping[str, Any], file: Path) -> None:
    """Write a manifest. Raises UserError where that cannot be."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{file} cannot be written ({error.strerror}); name another file with --write-manifest."
        ) from error


def read(file: Path) -> dict[str, Any]:
    """Read a manifest. Raises UserError where it is none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}); check --manifest.") from error
    except ValueError as error:
        raise UserError(f"{file} is no JSON; write a manifest with --write-manifest.") from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise UserError(f"{file} is no examination manifest; write one with --write-manifest.")
    return found


def require_same(manifest: Mapping[str, Any], plan: Plan, file: Path) -> None:
    """Raise UserError unless the manifest describes the scenes of this plan."""
    for name, value in (("seed", plan.seed), ("scenes", plan.scenes)):
        if manifest.get(name) != value:
            raise UserError(
                f"{file} was written for --{name} {manifest.get(name)}, not for {value}: give "
                "that, or leave --manifest out."
            )
    if manifest.get("sampler") != sampler_digest(plan.seed):
        raise UserError(
            f"The simulator draws other scenes than when {file} was written: examine with that "
            "version, or write a new manifest before training anew."
        )


def _plain(value: Any) -> str:
    """A value as text that does not hang on a number's type or last digits."""
    if is_dataclass(value):
        inner = ",".join(f"{f.name}={_plain(getattr(value, f.name))}" for f in fields(value))
        return f"{type(value).__name__}({inner})"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (tuple, list)):
        return "[" + ",".join(map(_plain, value)) + "]"
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return str(value)
    return f"{float(value):.6g}"
