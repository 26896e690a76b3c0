"""A bundle on real frames that somebody has labelled without seeing any answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from vlm_driving.exam.answering import Candidate, whole_report
from vlm_driving.exam.metrics import ratio, share
from vlm_driving.exam.real_frames import CHANGES, RealFrame
from vlm_driving.exam.real_labels import Label, is_invented, is_true, middle_m
from vlm_driving.exam.records import Report
from vlm_driving.exam.scenes import draw
from vlm_driving.exam.seeds import TEXT_ONLY_SEED
from vlm_driving.simulator import describe
from vlm_driving.simulator.compositions import Part
from vlm_driving.simulator.parse_ja import claims
from vlm_driving.simulator.parse_terms import Claim, ClaimKind

NEAR_M = 40.0
CONSTANTS = 200
"""Scenes whose reports are tried as a constant one."""
_OF_HAZARD = {
    "pedestrian": ClaimKind.PEDESTRIAN,
    "cyclist": ClaimKind.CYCLIST,
    "vehicle_ahead": ClaimKind.LEAD,
    "oncoming": ClaimKind.ONCOMING,
    "parked": ClaimKind.PARKED,
    "signal": ClaimKind.SIGNAL,
    "crossing": ClaimKind.CROSSING,
    "roadwork": ClaimKind.WORKS,
    "flagger": ClaimKind.FLAGGER,
    "crossing_vehicle": ClaimKind.CROSSING_VEHICLE,
    "railway": ClaimKind.RAILWAY,
    "stop_sign": ClaimKind.STOP_SIGN,
    "obstacle": ClaimKind.OBSTACLE,
}
_NAMES_VEHICLE = {
    ("ahead", True): {ClaimKind.LEAD, ClaimKind.JAM},
    ("ahead", False): {ClaimKind.OTHER_VEHICLE, ClaimKind.JAM},
    ("oncoming", True): {ClaimKind.ONCOMING},
    ("oncoming", False): {ClaimKind.ONCOMING},
    ("parked", True): {ClaimKind.PARKED},
    ("parked", False): {ClaimKind.PARKED},
}
"""What names a vehicle of a direction, in our lane or not."""
_FOLLOWS: dict[str, Callable[[Report, Sequence[Claim]], bool]] = {
    "darkened": lambda r, said: r.unsure or _says(said, ClaimKind.LIGHT, ("night", "dusk")),
    "rained_on": lambda r, said: r.unsure or _says(said, ClaimKind.WEATHER, ("rain",)),
    "half_covered": lambda r, said: r.unsure,
}


@dataclass(frozen=True, slots=True)
class RealRecord:
    """A frame's report, and what it says of the changed pictures."""

    label: Label
    report: Report
    changed: Mapping[str, Report]

    def to_json(self) -> dict[str, Any]:
        """For answers.jsonl."""
        return {
            "part": f"real_{self.label.group}",
            "bag": self.label.bag,
            "stamp_ns": self.label.stamp_ns,
            "own": asdict(self.report),
            "changed": {name: asdict(r) for name, r in self.changed.items()},
        }


def sit_real(
    candidate: Candidate, frames: Sequence[RealFrame], each: Callable[[int], None]
) -> list[RealRecord]:
    """Answer each frame as it is, and darkened, rained on and half covered."""
    out = []
    for number, frame in enumerate(frames):
        own = whole_report(candidate, frame.image, frame.ego_speed_kmh)
        changed = {
            name: whole_report(candidate, change(frame.image, number), frame.ego_speed_kmh)
            for name, change in CHANGES.items()
        }
        out.append(RealRecord(frame.label, own, changed))
        each(1)
    return out


def real_figures(records: Sequence[RealRecord], constants: Sequence[Report]) -> dict[str, Any]:
    """The figures of each set of frames (tuning, final), beside the best of constant reports."""
    groups = sorted({r.label.group for r in records})
    return {
        group: _group_figures([r for r in records if r.label.group == group], constants)
        for group in groups
    }


def report_figures(pairs: Sequence[tuple[Label, Report]]) -> dict[str, Any]:
    """How true reports are of their frames; unsure ones state nothing."""
    told = [(label, report, _said(report)) for label, report in pairs]
    verdicts = [is_true(c, label) for label, _, said in told for c in said]
    clear = [(label, report) for label, report in pairs if label["clear"]]
    near = [
        any(c.kind in _names(car) and not c.negated for c in named)
        for label, report, said in told
        for named in [[*said, *_hazards(report)]]
        for car in label["vehicles"]
        if middle_m(car) <= NEAR_M and not _doubted(car, label)
    ]
    invented = sum(
        len({c.kind for c in [*said, *_hazards(report)] if is_invented(c, label)})
        for label, report, said in told
    )
    return {
        "frames": len(pairs),
        "facts": sum(v is not None for v in verdicts),
        "facts_true": share(v for v in verdicts if v is not None),
        "facts_left_open": sum(v is None for v in verdicts),
        "invented_a_report": ratio(invented, len(pairs)),
        "vehicles_near": len(near),
        "vehicles_near_named": share(near),
        "clear_not_refused": share(not report.unsure for _, report in clear),
    }


def constant_reports(count: int = CONSTANTS) -> list[Report]:
    """True reports of simulated scenes: who always gives one of them looks at nothing."""
    out = []
    for index in range(count):
        drawn = draw(TEXT_ONLY_SEED, index, Part.SEEDS)
        words = describe(drawn.facts, drawn.advice, np.random.default_rng(index))
        out.append(
            Report(
                speed=drawn.truth.speed,
                path=drawn.truth.path,
                hazards=drawn.truth.hazards,
                confidence=1.0,
                legal_mass=1.0,
                unsure=False,
                blind=False,
                description_ja=words.description_ja,
            )
        )
    return out


def best_constant(
    labels: Sequence[Label], constants: Sequence[Report]
) -> tuple[Report, dict[str, Any]]:
    """The report that fits all frames best when it is always given, and its figures.

    Best is the largest of facts true plus vehicles named less things invented.
    """
    tried = [(r, report_figures([(label, r) for label in labels])) for r in constants]
    return max(tried, key=lambda one: _worth(one[1]))


def _worth(figures: Mapping[str, Any]) -> float:
    gained = (figures["facts_true"] or 0.0) + (figures["vehicles_near_named"] or 0.0)
    return float(gained - (figures["invented_a_report"] or 0.0))


def _group_figures(records: Sequence[RealRecord], constants: Sequence[Report]) -> dict[str, Any]:
    constant, constant_figures = best_constant([r.label for r in records], constants)
    false = [
        f"{'no ' if c.negated else ''}{c.kind.value}"
        for r in records
        for c in _said(r.report)
        if is_true(c, r.label) is False
    ]
    return {
        **report_figures([(r.label, r.report) for r in records]),
        "false_claims": {name: false.count(name) for name in sorted(set(false))},
        "constant": {"description_ja": constant.description_ja, **constant_figures},
        "changed": {
            name: {
                "follows": share(follows(r.changed[name], _said(r.changed[name])) for r in records),
                "unsure": share(r.changed[name].unsure for r in records),
                "follows_when_sure": share(
                    follows(r.changed[name], _said(r.changed[name]))
                    for r in records
                    if not r.changed[name].unsure
                ),
                "unchanged_says_so": share(follows(r.report, _said(r.report)) for r in records),
            }
            for name, follows in _FOLLOWS.items()
        },
    }


def _names(car: Mapping[str, Any]) -> set[ClaimKind]:
    return _NAMES_VEHICLE[car["direction"], car["side"] == "center"]


def _said(report: Report) -> tuple[Claim, ...]:
    return () if report.unsure else claims(report.description_ja).items


def _hazards(report: Report) -> list[Claim]:
    if report.unsure:
        return []
    return [Claim(_OF_HAZARD[kind]) for kind, _, _ in report.hazards if kind in _OF_HAZARD]


def _says(said: Sequence[Claim], kind: ClaimKind, values: tuple[str, ...]) -> bool:
    return any(c.kind is kind and c.get("value") in values for c in said)


def _doubted(car: Mapping[str, Any], label: Label) -> bool:
    name = {"oncoming": "oncoming_visible", "parked": "parked_visible"}.get(car["direction"])
    if name is None and car["side"] == "center":
        name = "lead"
    return name is not None and name in label["doubtful"]
