"""What a bundle has to be, and what is said when it is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.tiny_bundle import make_tiny_bundle, seal, tiny_manifest

from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle, seal_bundle


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_tiny_bundle(tmp_path / "tiny")


def refusal(root: Path) -> str:
    with pytest.raises(UserError) as caught:
        ModelBundle.load(root)
    message = str(caught.value)
    assert message.endswith(".") and "\n" not in message
    return message


def rewrite(root: Path, **changes: Any) -> None:
    path = root / "bundle.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, **changes}), encoding="utf-8")


def test_a_sealed_bundle_loads(root):
    bundle = ModelBundle.load(root)
    assert bundle.name == "tiny"
    assert bundle.preprocess.width == 64
    assert [section.name for section in bundle.sections] == ["advice_ja", "description_ja"]
    assert bundle.grammar.hazards is not None and bundle.grammar.hazards.max == 3
    assert bundle.max_positions() == 512


def test_seal_bundle_writes_the_checksums_that_load_expects(root):
    (root / "bundle.json").unlink()
    bundle = seal_bundle(root, tiny_manifest("sealed"))
    assert bundle.name == "sealed"
    assert set(bundle.manifest.sha256) >= {"tokenizer.json", "onnx/embed_tokens.onnx"}


def test_no_directory(tmp_path):
    assert str(tmp_path / "none") in refusal(tmp_path / "none")


def test_a_directory_without_bundle_json_is_sent_to_export(root):
    (root / "bundle.json").unlink()
    assert "vlm-driving export" in refusal(root)


@pytest.mark.parametrize("name", ["tokenizer.json", "onnx/decoder_model_merged.onnx"])
def test_missing_file(root, name):
    (root / name).unlink()
    message = refusal(root)
    assert str(root / name) in message and "missing" in message


def test_changed_file(root):
    path = root / "onnx/vision_encoder.onnx"
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(bytes(data))
    message = refusal(root)
    assert str(path) in message and "changed or truncated" in message


def test_truncated_file(root):
    path = root / "onnx/decoder_model_merged.onnx"
    path.write_bytes(path.read_bytes()[:-1])
    assert str(path) in refusal(root)


def test_truncated_bundle_json(root):
    path = root / "bundle.json"
    path.write_bytes(path.read_bytes()[:100])
    assert "no valid JSON" in refusal(root)


def test_weights_beside_a_graph_need_a_checksum(root):
    (root / "onnx/decoder_model_merged.onnx_data").write_bytes(b"weights")
    assert "no checksum" in refusal(root)


def test_a_model_card_needs_none(root):
    (root / "README.md").write_text("A model card.", encoding="utf-8")
    ModelBundle.load(root)


def test_unknown_key(root):
    rewrite(root, colour="blue")
    message = refusal(root)
    assert "unknown key colour" in message and "bundle.json" in message


def test_unknown_nested_key(root):
    preprocess = {**tiny_manifest()["preprocess"], "gamma": 1.0}
    rewrite(root, preprocess=preprocess)
    assert "unknown key preprocess.gamma" in refusal(root)


def test_missing_key(root):
    prompts = tiny_manifest()["prompts"]
    del prompts["task"]
    rewrite(root, prompts=prompts)
    assert "prompts.task is missing" in refusal(root)


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("image_tokens", 0, "image_tokens must be a whole number of at least 1, got 0"),
        ("image_tokens", True, "image_tokens"),
        ("schema", "vlm_driving/bundle/9", "schema must be vlm_driving/bundle/1"),
        ("normalization", "NFD", "normalization must be NFKC or none, got 'NFD'"),
        ("end_tokens", [], "end_tokens must be a list of at least one string"),
        ("sections", {}, "sections must be a list"),
        ("sha256", {"../secret": "00"}, "must be a path inside the bundle"),
        ("licence", "", "licence must not be empty"),
    ],
)
def test_wrong_values_are_quoted(root, key, value, named):
    rewrite(root, **{key: value})
    assert named in refusal(root)


def test_a_label_that_no_report_knows(root):
    grammar = tiny_manifest()["grammar"]
    grammar["speed"]["labels"]["FLY"] = "<|speed_stop|>"
    rewrite(root, grammar=grammar)
    message = refusal(root)
    assert "grammar.speed.labels.FLY is unknown" in message and "KEEP" in message


def test_nan_is_no_temperature(root):
    calibration = {**tiny_manifest()["calibration"], "temperature": float("nan")}
    rewrite(root, calibration=calibration)
    assert "calibration.temperature must be a finite number" in refusal(root)


def test_an_unknown_placeholder_in_the_ego_prompt(root):
    prompts = {**tiny_manifest()["prompts"], "ego": "車速{speed}km/h。"}
    rewrite(root, prompts=prompts)
    assert "{speed_kmh}" in refusal(root)


def test_hazards_may_be_left_out(root):
    manifest = tiny_manifest()
    manifest["grammar"]["hazards"] = None
    assert ModelBundle.load(seal(root, manifest)).grammar.hazards is None


@pytest.mark.parametrize(
    ("text", "says"),
    [('{"a":' * 100_000, "no valid JSON"), ("[" * 100_000, "no valid JSON")],
    ids=["objects", "lists"],
)
def test_a_bundle_json_nested_without_end_is_one_sentence(root, text, says):
    (root / "bundle.json").write_text(text, encoding="utf-8")
    assert says in refusal(root)


def test_a_number_that_no_float_holds_is_refused(root):
    calibration = {**tiny_manifest("tiny")["calibration"], "temperature": 10**400}
    rewrite(root, calibration=calibration)
    assert "calibration.temperature must be a finite number" in refusal(root)
