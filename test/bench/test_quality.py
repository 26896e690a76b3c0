"""The advice part of the examination, for a constant and for a tiny model."""

from __future__ import annotations

from pathlib import Path

from support.exam_candidates import Constant
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends.onnx import open_runner
from vlm_driving.bench.quality import advice_quality
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine


def test_a_constant_scores_the_same_with_any_picture() -> None:
    seen: list[None] = []
    found = advice_quality(Constant(), seed=3, scenes=8, each=lambda: seen.append(None))
    assert (found["seed"], found["scenes"], len(seen)) == (3, 8, 8)
    assert found["advice"]["n"] == 8
    assert found["advice"]["exact"] == found["advice"]["other_image"]
    assert found["hazards"]["claimed"] == 0


def test_a_tiny_model_is_scored_from_picture_to_figure(tmp_path: Path) -> None:
    bundle = ModelBundle.load(make_tiny_bundle(tmp_path / "tiny"))
    engine = Engine(bundle, open_runner(bundle, threads=1))
    found = advice_quality(engine, seed=3, scenes=4)
    assert 0.0 <= found["advice"]["exact_before_threshold"] <= 1.0
    assert set(found["classes"]) == {"speed", "path"}
