"""How well a bundle sees and advises, on simulated scenes that its training never met.

Every scene is answered twice, with its own picture and with the picture of another scene
at the same ego speed: a model that does not look at pictures scores the same both times.
Beside every figure stands what the best constant answer would get.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.bench.answers import Answer, answer_whole
from vlm_driving.bench.spoken import names_lead, names_pedestrian, signal_colours
from vlm_driving.bench.stats import (
    accuracy,
    best_constant_accuracy,
    best_constant_macro_f1,
    class_f1,
    macro_f1,
    wilson95,
)
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.simulator import Facts, advise, render, sample_scene, visible_facts
from vlm_driving.simulator.scene import PedestrianPlace

QUALITY_SEED = 7_300_000
"""Scenes of this seed are for the bench; training counts its seeds from 1."""

TAUGHT_OFFSETS = (0, 1_000_000)
"""From a bundle's seed to the seeds whose scenes trained and calibrated it."""

ABSENT = "none"
MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right for one scene. None: the question does not arise there.

    `signal` is the colour of a visible signal, or "none". `pedestrian` is None where people
    are only beside the road, because captions may leave those out.
    """

    speed: str
    path: str
    signal: str
    pedestrian: bool | None
    lead: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What a model answered about one scene."""

    speed: str
    path: str
    unsure: bool
    signal: str
    pedestrian: bool
    lead: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """One scene: the truth, the answer to its picture, and the answer to another picture."""

    truth: Truth
    own: Said
    other: Said


def require_unseen(bundle: ModelBundle, seed: int) -> None:
    """Raise UserError when scenes of `seed` trained or calibrated `bundle`, as it tells."""
    taught = bundle.manifest.provenance.get("seed")
    if isinstance(taught, int) and seed - taught in TAUGHT_OFFSETS:
        raise UserError(
            f"{bundle.name} learned from scenes of seed {seed}, so a score on them says nothing; "
            "give another --seed."
        )


def truth_of(facts: Facts, ego_speed_kmh: float | None) -> Truth:
    """The right answers for visible facts at an ego speed."""
    advice = advise(facts, ego_speed_kmh)
    places = {person.place for person in facts.pedestrians}
    pedestrian = None if places == {PedestrianPlace.PAVEMENT} else bool(places)
    return Truth(
        speed=advice.speed.value,
        path=advice.path.value,
        signal=ABSENT if facts.signal is None else facts.signal.colour.value,
        pedestrian=pedestrian,
        lead=facts.lead is not None,
    )


def said_in(answer: Answer) -> Said:
    """What the labels and the text of an answer say; two signal colours at once are mixed."""
    colours = signal_colours(answer.text)
    speed, path = answer.speed_and_path
    return Said(
        speed=speed,
        path=path,
        unsure=answer.unsure,
        signal=ABSENT if not colours else next(iter(colours)) if len(colours) == 1 else MIXED,
        pedestrian=names_pedestrian(answer.text),
        lead=names_lead(answer.text),
    )


def judge_scenes(
    engine: Engine, seed: int, scenes: int, each: Callable[[], None] = lambda: None
) -> Iterator[Judged]:
    """Answer `scenes` scenes of `seed`; `each` is called after every one."""
    other = render(sample_scene(seed, scenes)).image
    for index in range(scenes):
        scene = sample_scene(seed, index)
        rendering = render(scene)
        facts = visible_facts(scene, rendering)
        speed = scene.ego_speed_kmh
        yield Judged(
            truth_of(facts, speed),
            _ask(engine, rendering.image, speed),
            _ask(engine, other, speed),
        )
        other = rendering.image
        each()


def score(judged: Sequence[Judged]) -> dict[str, Any]:
    """The `quality` object of the bench."""
    truths = [j.truth for j in judged]
    return {
        "scenes": len(judged),
        "advice": {
            "speed": _advice(judged, [t.speed for t in truths], lambda s: s.speed),
            "path": _advice(judged, [t.path for t in truths], lambda s: s.path),
            "joint": _advice(
                judged, [(t.speed, t.path) for t in truths], lambda s: (s.speed, s.path)
            ),
        },
        "selective": _selective(judged),
        "red_green": _red_green(judged),
        "signal_invented": _share(
            [j.own.signal != ABSENT for j in judged if j.truth.signal == ABSENT]
        ),
        "pedestrian": _presence(
            [
                (j.truth.pedestrian, j.own.pedestrian, j.other.pedestrian)
                for j in judged
                if j.truth.pedestrian is not None
            ]
        ),
        "lead": _presence([(j.truth.lead, j.own.lead, j.other.lead) for j in judged]),
    }


def _ask(engine: Engine, image: NDArray[np.uint8], ego_speed_kmh: float | None) -> Said:
    return said_in(answer_whole(engine, image, ego_speed_kmh))


def _advice(
    judged: Sequence[Judged], truth: Sequence[Hashable], part: Callable[[Said], Hashable]
) -> dict[str, Any]:
    own = [part(j.own) for j in judged]
    other = [part(j.other) for j in judged]
    published = [None if j.own.unsure else part(j.own) for j in judged]
    constant = best_constant_macro_f1(truth)
    value, blind = macro_f1(truth, own), macro_f1(truth, other)
    counts = Counter(truth)
    scores = class_f1(truth, own)
    return {
        "n": len(truth),
        "macro_f1": round(value, 4),
        "macro_f1_other_image": round(blind, 4),
        "times_other_image": round(value / blind, 2) if blind else None,
        "macro_f1_best_constant": round(constant.score, 4),
        "best_constant": _label(constant.label),
        "macro_f1_unsure_is_wrong": round(macro_f1(truth, published), 4),
        "accuracy": round(accuracy(truth, own), 4),
        "accuracy_other_image": round(accuracy(truth, other), 4),
        "accuracy_best_constant": round(best_constant_accuracy(truth).score, 4),
        "classes": {_label(c): {"n": counts[c], "f1": round(f1, 4)} for c, f1 in scores.items()},
    }


def _selective(judged: Sequence[Judged]) -> dict[str, Any]:
    """Joint accuracy where the model was sure, where it was not, and over all."""

    def right(answer: Judged) -> bool:
        truth, own = answer.truth, answer.own
        return (truth.speed, truth.path) == (own.speed, own.path)

    return {
        "all": _share([right(j) for j in judged]),
        "sure": _share([right(j) for j in judged if not j.own.unsure]),
        "unsure": _share([right(j) for j in judged if j.own.unsure]),
        "answered_share": round(sum(not j.own.unsure for j in judged) / len(judged), 4),
    }


def _red_green(judged: Sequence[Judged]) -> dict[str, Any]:
    """Scenes with a visible red or green signal: does the text name its colour, and no other."""
    visible = [j for j in judged if j.truth.signal in ("red", "green")]
    truth = [j.truth.signal for j in visible]
    constant = best_constant_accuracy(truth)
    return {
        **_share([j.own.signal == j.truth.signal for j in visible]),
        "other_image": _share([j.other.signal == j.truth.signal for j in visible]),
        "accuracy_best_constant": round(constant.score, 4),
        "best_constant": constant.label,
        "not_named": sum(j.own.signal == ABSENT for j in visible),
        "wrong_colour": sum(j.own.signal not in (ABSENT, j.truth.signal) for j in visible),
    }


def _presence(rows: Sequence[tuple[bool | None, bool, bool]]) -> dict[str, Any]:
    """Rows of (there, named, named with another picture)."""
    there = [bool(row[0]) for row in rows]
    named = [row[1] for row in rows]
    hits = sum(t and n for t, n in zip(there, named, strict=True))
    return {
        **_share([t == n for t, n in zip(there, named, strict=True)]),
        "other_image": _share([t == row[2] for t, row in zip(there, rows, strict=True)]),
        "accuracy_best_constant": round(best_constant_accuracy(there).score, 4),
        "present": sum(there),
        "precision": round(hits / sum(named), 4) if any(named) else None,
        "recall": round(hits / sum(there), 4) if any(there) else None,
    }


def _share(right: Sequence[bool]) -> dict[str, Any]:
    low, high = wilson95(sum(right), len(right))
    return {
        "n": len(right),
        "accuracy": round(sum(right) / len(right), 4) if right else None,
        "ci95": [round(low, 4), round(high, 4)],
    }


def _label(label: Any) -> str:
    return " ".join(label) if isinstance(label, tuple) else str(label)
