"""Our own checkpoint to a bundle, and the bundle's weights back into PyTorch."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from support.export_models import own_checkpoint
from support.reference_runner import Recorder, ReferenceRunner, greedy, whole_answer

from vlm_driving.backends.onnx import open_runner
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.preprocess import preprocess
from vlm_driving.training import command_export
from vlm_driving.training.export.own import export_own
from vlm_driving.training.export.rebuild import rebuild
from vlm_driving.training.export.reference import load_reference

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory) -> Path:
    return own_checkpoint(tmp_path_factory.mktemp("own") / "checkpoint")


@pytest.fixture(scope="module")
def shipped(checkpoint, tmp_path_factory) -> Path:
    """As it ships: int8, fast arithmetic, vision weights stored in half."""
    out = tmp_path_factory.mktemp("own") / "bundle"
    return export_own(checkpoint, out, vision_precision="fp16")


def test_no_file_of_a_bundle_names_the_machine_that_made_it(checkpoint, shipped):
    for path in (p for p in shipped.rglob("*") if p.is_file()):
        data = path.read_bytes()
        for folder in (checkpoint, shipped, Path(np.__file__).parents[1]):
            assert str(folder).encode() not in data, path.name
    text = json.loads((shipped / "config.json").read_text(encoding="utf-8"))["text_config"]
    assert "_name_or_path" not in text


def images() -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    return [rng.integers(0, 256, (90, 180, 3), dtype=np.uint8) for _ in range(4)]


def reference_runner(root: Path) -> ReferenceRunner:
    tower, language, _ = load_reference(root)
    return ReferenceRunner(tower, language.get_input_embeddings(), language)


@pytest.mark.parametrize(("precision", "level"), [("int8", 1), ("int4", 1), ("fp32", 4)])
def test_text_is_that_of_transformers_with_the_dequantized_weights(
    shipped, tmp_path, precision, level
):
    bundle = ModelBundle.load(rebuild(shipped, tmp_path / "again", precision, level))
    ours, theirs = open_runner(bundle, threads=1), reference_runner(bundle.root)
    ids = np.array([[40, 50, 60, 70]])
    for image in images():
        pixels = preprocess(image, bundle.preprocess)
        prompt = np.concatenate([ours.embed(ids), ours.encode(pixels)], 1)
        their_prompt = np.concatenate([theirs.embed(ids), theirs.encode(pixels)], 1)
        np.testing.assert_allclose(prompt, their_prompt, atol=1e-4)
        written = greedy(ours, prompt, 32)
        assert written == greedy(theirs, their_prompt, 32)
        assert len(set(written)) > 3
    under_grammar, expected = Engine(bundle, Recorder(ours)), Engine(bundle, Recorder(theirs))
    for image in images():
        said = whole_answer(under_grammar, image, 33.0)
        assert said == whole_answer(expected, image, 33.0)
        assert len(said[-1]) >= 16


def test_rebuilt_fp32_computes_the_same_function_as_level_1(shipped, tmp_path):
    wide = rebuild(shipped, tmp_path / "wide", "fp32")
    exact = rebuild(shipped, tmp_path / "exact", "int8", 1)
    logits: list[np.ndarray] = []
    for root in (wide, exact):
        runner = open_runner(ModelBundle.load(root), threads=1)
        logits.append(runner.extend(runner.embed(np.arange(20)[None])).copy())
    np.testing.assert_allclose(logits[0], logits[1], atol=1e-4)


def test_fp32_bundle_gives_the_weights_back_unchanged(checkpoint, tmp_path):
    from safetensors.torch import load_file

    out = export_own(checkpoint, tmp_path / "bundle", decoder_precision="fp32")
    tower, language, tokenizer = load_reference(out)
    for name, stored in load_file(checkpoint / "vision.safetensors").items():
        assert tower.state_dict()[name].equal(stored), name
    weights = language.state_dict()
    for name, stored in load_file(checkpoint / "llama" / "model.safetensors").items():
        assert weights[name].equal(stored), name
    assert weights["lm_head.weight"].equal(weights["model.embed_tokens.weight"])
    assert tokenizer.get_vocab_size() == len(weights["lm_head.weight"])


def test_tied_weights_stay_tied_in_int8(shipped):
    weights = load_reference(shipped)[1].state_dict()
    assert weights["lm_head.weight"].equal(weights["model.embed_tokens.weight"])


def test_half_precision_storage_hardly_moves_the_image_tokens(shipped, checkpoint, tmp_path):
    pixels = np.random.default_rng(4).standard_normal((1, 3, 64, 128)).astype(np.float32)
    features = []
    for root in (shipped, export_own(checkpoint, tmp_path / "wide", name="wide")):
        bundle = ModelBundle.load(root)
        features.append(open_runner(bundle, threads=1).encode(pixels))
    assert bundle.name == "wide"
    assert np.abs(features[0] - features[1]).max() < 0.005 * np.abs(features[1]).max()


def test_untied_checkpoint_is_exported_too(tmp_path):
    checkpoint = own_checkpoint(tmp_path / "checkpoint", tied=False)
    weights = load_reference(export_own(checkpoint, tmp_path / "bundle"))[1].state_dict()
    assert not weights["lm_head.weight"].equal(weights["model.embed_tokens.weight"])


def test_graphs_load_on_the_onnxruntime_of_python_3_10(shipped):
    """Version 1.23 refuses opsets above 23 and IR above 12; ours stay below with room."""
    for path in (shipped / "onnx").iterdir():
        model = onnx.load(str(path))
        assert model.ir_version <= 10
        assert all(entry.version <= 21 for entry in model.opset_import)
        assert not model.graph.initializer[0].external_data
        text = str([node.metadata_props for node in model.graph.node]) + model.doc_string
        assert "/" not in text.replace("://", ""), "paths of the machine that exported"


def test_bundle_json_says_what_was_done(shipped, checkpoint):
    manifest = ModelBundle.load(shipped).manifest
    assert manifest.graphs.decoder.precision == "int8"
    assert manifest.graphs.vision_encoder.precision == "fp16"
    done = manifest.provenance["quantization"]
    assert done["accuracy_level"] == 4
    assert 0 < done["worst_relative_error"] < 0.01
    spec = json.loads((checkpoint / "bundle_spec.json").read_text())
    assert manifest.name == spec["name"]


@pytest.mark.parametrize(
    "name", ["vision.safetensors", "vision.json", "llama/config.json", "tokenizer.json"]
)
def test_incomplete_checkpoint_is_refused(tmp_path, name):
    checkpoint = own_checkpoint(tmp_path / "checkpoint")
    (checkpoint / name).unlink()
    with pytest.raises(UserError, match=f"{name} is missing"):
        export_own(checkpoint, tmp_path / "out")
    assert list(tmp_path.iterdir()) == [checkpoint]


def test_unknown_precision_is_refused(checkpoint, tmp_path):
    with pytest.raises(UserError, match="fp32, int8, int4, got 'int3'"):
        export_own(checkpoint, tmp_path / "out", decoder_precision="int3")


def run_command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command_export.configure(parser)
    return command_export.run(parser.parse_args(words))


def test_command_takes_a_checkpoint(checkpoint, tmp_path, capsys):
    assert run_command(str(checkpoint), "--out", str(tmp_path / "b"), "--precision", "fp32") == 0
    assert ModelBundle.load(tmp_path / "b").manifest.graphs.decoder.precision == "fp32"
    told = capsys.readouterr()
    assert told.out == ""
    assert "decoder" in told.err


def test_command_refuses_what_is_not_there_or_already_is(checkpoint, tmp_path):
    with pytest.raises(UserError, match="no directory"):
        run_command(str(tmp_path / "nothing"), "--out", str(tmp_path / "b"))
    (tmp_path / "b").mkdir()
    with pytest.raises(UserError, match="exists already"):
        run_command(str(checkpoint), "--out", str(tmp_path / "b"))


def test_missing_packages_are_one_sentence(monkeypatch, checkpoint, tmp_path):
    from vlm_driving.training.export import needs

    monkeypatch.setattr(needs, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install vlm-driving\[train\]"):
        run_command(str(checkpoint), "--out", str(tmp_path / "b"))
