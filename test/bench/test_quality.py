"""The scores of hand-made answers, and of a tiny model that looks at nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends.onnx import open_runner
from vlm_driving.bench.quality import (
    QUALITY_SEED,
    Judged,
    Said,
    Truth,
    judge_scenes,
    require_unseen,
    score,
    truth_of,
)
from vlm_driving.core import UserError
from vlm_driving.resources import default_bundle
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.simulator.fact_types import (
    Facts,
    LeadFact,
    Offset,
    PedestrianFact,
    Side,
    SignalFact,
)
from vlm_driving.simulator.scene import (
    Light,
    PedestrianPlace,
    SignalColour,
    VehicleKind,
    Weather,
)


def said(speed: str, signal: str = "none", unsure: bool = False, lead: bool = False) -> Said:
    return Said(speed, "KEEP", unsure, signal, pedestrian=False, lead=lead)


def truth(speed: str, signal: str = "none", pedestrian: bool | None = False) -> Truth:
    return Truth(speed, "KEEP", signal, pedestrian, lead=False)


JUDGED = [
    Judged(truth("STOP", "red"), said("STOP", "red"), said("KEEP", "green")),
    Judged(truth("STOP", "red"), said("STOP", "mixed", unsure=True), said("KEEP")),
    Judged(truth("KEEP", "green"), said("KEEP"), said("KEEP", "green")),
    Judged(truth("KEEP", pedestrian=None), said("STOP", "red"), said("KEEP", lead=True)),
]


def test_advice_is_scored_beside_another_picture_and_the_best_constant() -> None:
    speed = score(JUDGED)["advice"]["speed"]
    # STOP: 2 of 3 claims right, both found -> 0.8; KEEP: 1 of 1, 1 of 2 -> 2/3.
    assert speed["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2, abs=1e-4)
    # KEEP always: precision 1/2, recall 1 -> 2/3; STOP 0.
    assert speed["macro_f1_other_image"] == pytest.approx(1 / 3, abs=1e-4)
    assert speed["macro_f1_best_constant"] == pytest.approx(1 / 3, abs=1e-4)
    assert speed["classes"]["STOP"] == {"n": 2, "f1": 0.8}
    # The unsure STOP published nothing: STOP has 1 of 2 claims and 1 of 2 found.
    assert speed["macro_f1_unsure_is_wrong"] == pytest.approx((0.5 + 2 / 3) / 2, abs=1e-4)


def test_pairs_are_scored_over_the_pairs_that_occur() -> None:
    joint = score(JUDGED)["advice"]["joint"]
    assert set(joint["classes"]) == {"STOP KEEP", "KEEP KEEP"}


def test_a_colour_counts_only_when_it_is_named_alone() -> None:
    found = score(JUDGED)["red_green"]
    assert (found["n"], found["accuracy"]) == (3, pytest.approx(1 / 3, abs=1e-4))
    assert (found["not_named"], found["wrong_colour"]) == (1, 1)
    assert found["accuracy_best_constant"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["best_constant"] == "red"
    assert found["other_image"]["accuracy"] == pytest.approx(1 / 3, abs=1e-4)
    assert score(JUDGED)["signal_invented"]["accuracy"] == 1.0


def test_being_unsure_is_scored_apart() -> None:
    selective = score(JUDGED)["selective"]
    assert selective["all"]["accuracy"] == 0.75
    assert (selective["sure"]["n"], selective["unsure"]["n"]) == (3, 1)
    assert selective["answered_share"] == 0.75


def test_scenes_in_which_a_question_does_not_arise_are_left_out() -> None:
    found = score(JUDGED)
    assert found["pedestrian"]["n"] == 3
    assert found["lead"]["n"] == 4
    assert found["lead"]["recall"] is None


def facts(**changes: object) -> Facts:
    base = {"light": Light.DAY, "weather": Weather.CLEAR, "offset": Offset.CENTER, "lanes": 1}
    return Facts(**{**base, **changes})  # type: ignore[arg-type]


def test_truth_is_what_shows() -> None:
    on_pavement = PedestrianFact(20.0, Side.LEFT, PedestrianPlace.PAVEMENT)
    crossing = PedestrianFact(20.0, Side.CENTER, PedestrianPlace.CROSSING)
    assert truth_of(facts(), 40.0).pedestrian is False
    assert truth_of(facts(pedestrians=(on_pavement,)), 40.0).pedestrian is None
    assert truth_of(facts(pedestrians=(on_pavement, crossing)), 40.0).pedestrian is True
    seen = truth_of(
        facts(
            signal=SignalFact(SignalColour.RED, 20.0),
            lead=LeadFact(30.0, VehicleKind.SEDAN, braking=None),
        ),
        40.0,
    )
    assert (seen.signal, seen.lead, seen.speed) == ("red", True, "STOP")


def test_a_tiny_model_is_scored_from_picture_to_figure(tmp_path: Path) -> None:
    bundle = ModelBundle.load(make_tiny_bundle(tmp_path / "tiny"))
    engine = Engine(bundle, open_runner(bundle, threads=1))
    judged = list(judge_scenes(engine, seed=3, scenes=4))
    assert len(judged) == 4
    result = score(judged)
    assert result["scenes"] == 4
    assert 0.0 <= result["advice"]["joint"]["macro_f1"] <= 1.0


def test_scenes_that_taught_the_model_are_refused() -> None:
    shipped = ModelBundle.load(default_bundle())
    seed = shipped.manifest.provenance["seed"]
    for taught in (seed, seed + 1_000_000):
        with pytest.raises(UserError, match=f"learned from scenes of seed {taught}"):
            require_unseen(shipped, taught)
    require_unseen(shipped, QUALITY_SEED)


def test_a_bundle_that_tells_no_seed_is_scored_on_any(tmp_path: Path) -> None:
    require_unseen(ModelBundle.load(make_tiny_bundle(tmp_path / "tiny")), 1)
