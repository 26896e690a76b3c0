"""The whole examination: which scenes are sat, and what is counted of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from vlm_driving.exam import figures_advice as adv
from vlm_driving.exam import figures_prose as words
from vlm_driving.exam import figures_trust as trust
from vlm_driving.exam.answering import Candidate
from vlm_driving.exam.blind_set import KINDS as BLIND_KINDS
from vlm_driving.exam.figures_questions import questions, slice_rights
from vlm_driving.exam.metrics import points, share
from vlm_driving.exam.records import BlindRecord, SceneRecord
from vlm_driving.exam.room import Advance, Room
from vlm_driving.exam.sitting import Paper, sit, sit_blind, sit_real_pictures
from vlm_driving.exam.slicing import by_slice, overall_and_slices
from vlm_driving.exam.text_only import Tally, TextOnly, learn, tally
from vlm_driving.simulator.compositions import Part

Bar = Callable[[str, int], AbstractContextManager[Advance]]
"""(what is done, how many) to a progress bar that is told how many have just been done."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is examined.

    Attributes:
        seed: of all sets.
        scenes: of unseen seeds; half as many compositions, a quarter as many blind pictures.
    """

    seed: int
    scenes: int

    @property
    def compositions(self) -> int:
        """Scenes of unseen compositions."""
        return max(1, self.scenes // 2)

    @property
    def blind(self) -> int:
        """Pictures that show no road, or too little of it."""
        return max(len(BLIND_KINDS), self.scenes // 4)


@dataclass(frozen=True, slots=True)
class Sat:
    """All answers of one examination."""

    text_only: TextOnly
    seeds: Sequence[SceneRecord]
    compositions: Sequence[SceneRecord]
    blind: Sequence[BlindRecord]
    real_pictures: Sequence[BlindRecord]


def examine(room: Room, plan: Plan, bar: Bar) -> Sat:
    """Let a candidate answer everything."""
    text_only = study(room, plan.scenes, bar)
    paper = Paper(plan.seed, Part.SEEDS, text_only, other_image=True, wording=True)
    unseen = Paper(plan.seed, Part.COMPOSITIONS, text_only)
    with bar("unseen seeds", plan.scenes) as advance:
        seeds = room.run(sit, (paper,), plan.scenes, advance)
    with bar("unseen compositions", plan.compositions) as advance:
        compositions = room.run(sit, (unseen,), plan.compositions, advance)
    with bar("pictures without a road", plan.blind) as advance:
        blind = room.run(sit_blind, (plan.seed,), plan.blind, advance)
    real = room.run(_real, (), 1, lambda done: None)
    return Sat(text_only, seeds, compositions, blind, real)


def study(room: Room, scenes: int, bar: Bar) -> TextOnly:
    """What the opponent without eyes learns from as many scenes of its own."""
    with bar("what text alone knows", scenes) as advance:
        return learn(room.run(_tally, (), scenes, advance))


def sit_again(room: Room, plan: Plan, bar: Bar) -> list[SceneRecord]:
    """Another bundle on the scenes of unseen seeds: report and questions."""
    paper = Paper(plan.seed, Part.SEEDS)
    with bar("the other bundle", plan.scenes) as advance:
        return room.run(sit, (paper,), plan.scenes, advance)


def figures(sat: Sat) -> dict[str, Any]:
    """Everything that is counted, as one JSON object."""
    seeds, held_out = sat.seeds, sat.compositions

    def advice(records: Sequence[SceneRecord]) -> dict[str, Any]:
        return adv.advice(records, sat.text_only)

    asked = [a for r in seeds for a in r.asked]
    worded = [r.wording for r in seeds if r.wording is not None]
    own_questions = questions(asked)
    return {
        "advice": {**overall_and_slices(seeds, advice), "classes": adv.classes(seeds)},
        "missed_stops": adv.missed_stops([*seeds, *held_out]),
        "hazards": {
            **overall_and_slices(seeds, adv.hazards),
            "kinds": adv.hazard_kinds(seeds),
        },
        "questions": own_questions and {**own_questions, "slices": by_slice(seeds, slice_rights)},
        "wording": _wording(worded, asked),
        "compositions": _compositions(sat, advice),
        "prose": {**overall_and_slices(seeds, words.prose), **words.prose_details(seeds)},
        "calibration": {
            **overall_and_slices(seeds, trust.calibration),
            "worst_claimed_slice": trust.worst_slice(seeds),
        },
        "clear": overall_and_slices(seeds, trust.clear),
        "blind": trust.blind(sat.blind),
        "real_pictures": {
            r.kind: {"unsure": r.own.unsure, "says_so": r.says_blind} for r in sat.real_pictures
        },
        "sight": trust.sight(seeds),
    }


def difference(own: Sequence[SceneRecord], other: Sequence[SceneRecord]) -> dict[str, Any]:
    """The headline figures of two bundles on the same scenes, and ours less theirs in points."""
    mine, theirs = headline(own), headline(other)
    gaps = {name: points(mine[name], theirs[name]) for name in mine}
    return {
        "own": mine,
        "other": theirs,
        "points": gaps,
        "least_points": min((gap for gap in gaps.values() if gap is not None), default=None),
        "same_advice": share(a.own.pair == b.own.pair for a, b in zip(own, other, strict=True)),
    }


def headline(records: Sequence[SceneRecord]) -> dict[str, float | None]:
    """The few figures by which two sets, or two bundles, are compared."""
    found, hazards, prose = adv.advice(records), adv.hazards(records), words.prose(records)
    rights = slice_rights(records)
    return {
        "advice_exact": found["exact"],
        "macro_recall_speed": found["macro_recall_speed"],
        "macro_recall_path": found["macro_recall_path"],
        "stop_recall": found["stop_recall"],
        "hazards_f1": hazards["f1"],
        "questions": rights["right"],
        "conv": rights["conv"],
        "detail": rights["detail"],
        "complex": rights["complex"],
        "prose_precision": prose["precision"],
        "prose_recall": prose["recall"],
    }


def _compositions(sat: Sat, advice: Callable[[Sequence[SceneRecord]], Any]) -> dict[str, Any]:
    asked = [a for r in sat.compositions for a in r.asked]
    own, seeds = headline(sat.compositions), headline(sat.seeds)
    return {
        "n": len(sat.compositions),
        "own": own,
        "points_above_seeds": {name: points(own[name], seeds[name]) for name in own},
        "advice": overall_and_slices(sat.compositions, advice),
        "hazards": adv.hazards(sat.compositions),
        "questions": questions(asked),
        "prose": words.prose(sat.compositions),
        "calibration": trust.calibration(sat.compositions),
        "clear": trust.clear(sat.compositions),
    }


def _wording(worded: Sequence[Any], asked: Sequence[Any]) -> dict[str, Any] | None:
    found = questions(worded)
    if found is None:
        return None
    usual = questions(asked)
    return {
        **found,
        "wordings_asked": len({a.text for a in worded}),
        "points_above_usual": points(found["right"], None if usual is None else usual["right"]),
    }


def _tally(candidate: Candidate, first: int, count: int) -> list[Tally]:
    return [tally(first, count)]


def _real(candidate: Candidate, first: int, count: int) -> list[BlindRecord]:
    return sit_real_pictures(candidate)
