"""Opponents run our weights rightly, so that beating them means something."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support.export_models import own_checkpoint
from support.reference_runner import ReferenceRunner
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends.onnx import open_runner
from vlm_driving.bench.against import Setting, against_genai, against_transformers, generate
from vlm_driving.bench.answers import answer_whole
from vlm_driving.bench.frames import simulator_frames
from vlm_driving.bench.identity import compare
from vlm_driving.cli import main
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.cursor import Embedder
from vlm_driving.runtime.engine import Engine
from vlm_driving.training.export.own import export_own
from vlm_driving.training.export.reference import load_reference
from vlm_driving.training.opponents.genai import GenaiOpponent
from vlm_driving.training.opponents.transformers import TransformersRunner, open_opponent

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    folder = tmp_path_factory.mktemp("opponents")
    checkpoint = own_checkpoint(folder / "checkpoint")
    return ModelBundle.load(export_own(checkpoint, folder / "bundle"))


@pytest.mark.parametrize("cache", ["dynamic", "static"])
@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
def test_caches_and_layouts_change_nothing_that_is_said(
    bundle: ModelBundle, cache: str, layout: str
) -> None:
    tower, language, _ = load_reference(bundle.root)
    slow = ReferenceRunner(tower, language.get_input_embeddings(), language)
    expected = Engine(bundle, slow)
    runner = TransformersRunner(tower, language, 256, cache=cache, layout=layout)
    engine = Engine(bundle, runner)
    for frame in simulator_frames(1).some(2, "a test"):
        ours = answer_whole(engine, frame.image, frame.ego_speed_kmh)
        theirs = answer_whole(expected, frame.image, frame.ego_speed_kmh)
        assert ours.sections == theirs.sections
        assert ours.advice.confidence == pytest.approx(theirs.advice.confidence, abs=1e-4)


@pytest.mark.parametrize("cache", ["dynamic", "static"])
def test_rewinding_forgets_exactly(bundle: ModelBundle, cache: str) -> None:
    tower, language, _ = load_reference(bundle.root)
    runner = TransformersRunner(tower, language, 64, cache=cache)
    prefix, tail, other = (runner.embed(np.array([ids])) for ids in ([5, 6, 7], [8, 9], [20, 21]))
    runner.extend(prefix)
    first = runner.extend(tail).copy()
    runner.rewind(3)
    runner.extend(other)
    runner.rewind(3)
    assert runner.length == 3
    np.testing.assert_allclose(runner.extend(tail), first, atol=1e-5)


def test_the_opponents_settings_are_the_faster_of_what_was_tried(bundle: ModelBundle) -> None:
    runner, settings = open_opponent(bundle.root, capacity=128, threads=1)
    trials = settings.trials_ms
    assert settings.attention == "sdpa"
    assert trials[settings.cache] == min(trials["dynamic"], trials["static"])
    assert trials[settings.layout] == min(trials["contiguous"], trials["channels_last"])
    assert runner.length == 0


def test_against_transformers_everyone_writes_the_same_tokens(bundle: ModelBundle) -> None:
    setting = Setting(bundle, threads=1, warm_ups=1)
    found = against_transformers(setting, simulator_frames(2).some(4, "a test"))
    assert found["frames"] == 3
    assert {who: s["n"] for who, s in found["total_ms"].items()} == {
        "shipped": 3,
        "ours_fp32": 3,
        "transformers": 3,
    }
    assert found["ratio_p50"] > 0
    assert found["ratio_p50_fp32"] > 0
    assert found["opponent"]["compiled"] is False


def test_genai_writes_what_our_loop_writes(bundle: ModelBundle, tmp_path: Path) -> None:
    theirs = GenaiOpponent(bundle, tmp_path / "genai", threads=1)
    runner = open_runner(bundle, threads=1)
    for seed in range(3):
        prompt = np.random.default_rng(seed).integers(5, 300, 40)
        ids, _, _ = generate(runner, Embedder(runner), prompt, 20)
        done = theirs.generate(prompt.tolist(), 20)
        assert done.ids == ids[: len(done.ids)]


def test_against_genai_counts_rounds_with_the_same_tokens(bundle: ModelBundle) -> None:
    found = against_genai(Setting(bundle, threads=1, warm_ups=1), 30, tokens=12, rounds=3)
    assert found["identical_rounds"] == found["rounds"] == 3
    assert found["ms_per_token"]["ours"]["n"] == 3
    assert found["precision"] == "int8"


def test_a_decoder_that_genai_cannot_run_is_refused(tmp_path: Path) -> None:
    concat = ModelBundle.load(make_tiny_bundle(tmp_path / "concat", "concat"))
    with pytest.raises(UserError, match="has no GroupQueryAttention"):
        GenaiOpponent(concat, tmp_path / "genai", threads=1)


def test_level_1_is_token_identical_to_transformers(bundle: ModelBundle) -> None:
    found = compare(bundle, simulator_frames(3).some(3, "a test"), threads=1)
    assert found["token_identical"] == found["frames"] == 3
    assert found["tokens_compared"] > 100
    assert 0 <= found["shipped_advice_agrees"] <= 3


def test_the_command_compares_with_both(
    bundle: ModelBundle, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--frames", "2", "--warmup", "0", "--cold", "0", "--threads", "1", "--identity", "1"]
    opponents = ["--against", "transformers", "--against", "genai", "--against-frames", "2"]
    assert main(["bench", "--model", str(bundle.root), *words, *opponents]) == 0
    printed = capsys.readouterr()
    result = json.loads(printed.out.strip().splitlines()[-1])
    assert result["against"]["transformers"]["ratio_p50"] > 0
    assert result["against"]["genai"]["ratio_p50"] > 0
    assert result["identity"]["frames"] == 1
    assert "against genai" in printed.err


def test_weights_that_are_not_ours_are_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_tiny_bundle(tmp_path / "tiny", "gqa")
    words = ["--frames", "1", "--warmup", "0", "--cold", "0", "--against", "transformers"]
    assert main(["bench", "--model", str(root), *words]) == 2
    assert "was not made from a checkpoint of ours" in capsys.readouterr().err
