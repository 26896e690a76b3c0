"""Stock models to bundles: the runtime writes what transformers writes, token for token."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support import stock_models
from support.reference_runner import Recorder, ReferenceRunner, greedy, whole_answer

from vlm_driving.backends.onnx import open_runner
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.preprocess import preprocess
from vlm_driving.training.export.foreign import ForeignOptions, export_foreign

pytestmark = pytest.mark.train

TOKENS, END = 32, 1


@dataclass(frozen=True)
class Exported:
    """A tiny model, its directory and its bundle in float32."""

    model: Any
    source: Path
    bundle: ModelBundle
    kind: str


FAMILIES: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "llava-llama": (stock_models.llava, "auto", "shared"),
    "llava-siglip": (stock_models.llava_siglip, "auto", "shared"),
    "smolvlm": (stock_models.smolvlm, "auto", "shared"),
    "llava-qwen2-concat": (lambda path: stock_models.llava(path, "qwen2"), "concat", "growing"),
}


@pytest.fixture(scope="module", params=FAMILIES)
def exported(request, tmp_path_factory) -> Exported:
    make, decoder, kind = FAMILIES[request.param]
    home = tmp_path_factory.mktemp(request.param)
    model = make(home / "source")
    options = ForeignOptions(precision="fp32", decoder=decoder)
    out = export_foreign(home / "source", home / "bundle", options)
    return Exported(model, home / "source", ModelBundle.load(out), kind)


def images() -> list[np.ndarray]:
    rng = np.random.default_rng(11)
    return [rng.integers(0, 256, (72, 128, 3), dtype=np.uint8) for _ in range(3)]


def reference(model: Any) -> ReferenceRunner:
    five = model.config.model_type == "smolvlm"

    def encode(pixels: torch.Tensor) -> torch.Tensor:
        features = model.model.get_image_features(pixels[None] if five else pixels)
        return torch.stack(list(features.pooler_output))

    return ReferenceRunner(encode, model.get_input_embeddings(), model)


def test_free_text_is_that_of_transformers(exported):
    """Nothing masked: `generate` from ids and pixels against the runtime's three graphs."""
    model, bundle = exported.model, exported.bundle
    runner = open_runner(bundle, threads=1)
    assert runner.kind.value == exported.kind
    image_id = model.config.image_token_id
    five = model.config.model_type == "smolvlm"
    for seed, image in enumerate(images()):
        ids = np.random.default_rng(seed).integers(5, 300, 12)
        pixels = preprocess(image, bundle.preprocess)
        whole = [*ids[:4], *[image_id] * bundle.image_tokens, *ids[4:]]
        with torch.inference_mode():
            written = model.generate(
                input_ids=torch.tensor([whole]),
                attention_mask=torch.ones(1, len(whole), dtype=torch.int64),
                pixel_values=torch.from_numpy(pixels[None] if five else pixels),
                max_new_tokens=TOKENS,
                min_new_tokens=TOKENS,
                do_sample=False,
                pad_token_id=0,
            )[0, len(whole) :].tolist()
        prompt = np.concatenate(
            [runner.embed(ids[None, :4]), runner.encode(pixels), runner.embed(ids[None, 4:])], 1
        )
        # `generate` keeps the end token out until its minimum length.
        assert greedy(runner, prompt, TOKENS, never=END) == written
        assert len(set(written)) > 3, "a text that repeats one token proves little"


def test_answer_under_the_grammar_is_that_of_transformers(exported):
    ours = Engine(exported.bundle, Recorder(open_runner(exported.bundle, threads=1)))
    theirs = Engine(exported.bundle, Recorder(reference(exported.model)))
    for image, speed in zip(images(), (None, 0.0, 47.6), strict=True):
        said = whole_answer(ours, image, speed)
        assert said == whole_answer(theirs, image, speed)
        assert len(said[-1]) >= 24


def test_bundle_says_how_to_prompt(exported):
    prompts = exported.bundle.prompts
    if exported.model.config.model_type == "smolvlm":
        assert prompts.prefix == "<|im_start|>User:<fake_token_around_image><global-img>"
        assert prompts.suffix == "<fake_token_around_image> "
        assert prompts.task.endswith("<end_of_utterance>\nAssistant:")
    else:
        assert (prompts.prefix, prompts.suffix) == ("USER: ", "\n")
        assert prompts.task.endswith(" ASSISTANT:")
    assert exported.bundle.manifest.end_tokens == ("</s>",)


def community(exported: Exported, path: Path) -> Path:
    """The same graphs as a directory that was downloaded: no bundle.json."""
    shutil.copytree(exported.bundle.root, path)
    (path / "bundle.json").unlink()
    return path


def test_community_directory_becomes_the_same_bundle(exported, tmp_path):
    source = community(exported, tmp_path / "downloaded")
    out = export_foreign(source, tmp_path / "bundle", ForeignOptions(name="again"))
    made = ModelBundle.load(out)
    assert made.name == "again"
    assert made.image_tokens == exported.bundle.image_tokens
    assert made.preprocess == exported.bundle.preprocess
    assert made.manifest.graphs == exported.bundle.manifest.graphs
    image = images()[0]
    engines = [
        Engine(bundle, Recorder(open_runner(bundle, threads=1)))
        for bundle in (exported.bundle, made)
    ]
    before, after = (whole_answer(engine, image, 20.0) for engine in engines)
    assert after == before


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    """A LLaVA directory to break copies of."""
    home = tmp_path_factory.mktemp("plain") / "source"
    stock_models.llava(home)
    return home


def broken(plain: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(plain, tmp_path / "source"))


@pytest.mark.parametrize("precision", ["int8", "int4"])
def test_quantized_bundle_is_proved_and_smaller(plain, tmp_path, precision):
    out = export_foreign(plain, tmp_path / "bundle", ForeignOptions(precision=precision))
    bundle = ModelBundle.load(out)
    assert bundle.manifest.graphs.decoder.precision == precision
    assert bundle.max_positions() == 512


def test_downloaded_graphs_are_chosen_by_precision(plain, tmp_path):
    out = export_foreign(plain, tmp_path / "int8", ForeignOptions(precision="int8"))
    source = Path(shutil.copytree(out, tmp_path / "downloaded"))
    (source / "bundle.json").unlink()
    onnx = source / "onnx"
    shutil.copy(onnx / "decoder_model_merged.onnx", onnx / "decoder_model_merged_q4.onnx")
    (onnx / "decoder_model_merged.onnx").rename(onnx / "decoder_model_merged_int8.onnx")
    made = ModelBundle.load(
        export_foreign(source, tmp_path / "bundle", ForeignOptions(precision="int4"))
    )
    decoder = made.manifest.graphs.decoder
    assert (decoder.file, decoder.precision) == ("onnx/decoder_model_merged_q4.onnx", "int4")
    assert not (made.root / "onnx" / "decoder_model_merged_int8.onnx").exists()


def test_unknown_architecture_is_refused(plain, tmp_path):
    source = broken(plain, tmp_path)
    (source / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(UserError, match=r"'bert' is not supported.*llava"):
        export_foreign(source, tmp_path / "out", ForeignOptions())
    (source / "config.json").write_text(json.dumps({"model_type": "no_such_thing"}))
    with pytest.raises(UserError, match="no architecture that this transformers knows"):
        export_foreign(source, tmp_path / "out", ForeignOptions())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["tokenizer.json", "config.json", "preprocessor_config.json"])
def test_missing_file_is_named(plain, tmp_path, name):
    source = broken(plain, tmp_path)
    (source / name).unlink()
    with pytest.raises(UserError, match=f"{name}.*fetch"):
        export_foreign(source, tmp_path / "out", ForeignOptions())


def test_existing_output_is_kept(plain, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(UserError, match="exists already"):
        export_foreign(plain, tmp_path / "out", ForeignOptions())


def test_missing_weights_are_one_sentence(plain, tmp_path):
    source = broken(plain, tmp_path)
    (source / "model.safetensors").unlink()
    with pytest.raises(UserError, match="weights cannot be loaded"):
        export_foreign(source, tmp_path / "out", ForeignOptions())


def test_decoder_graph_that_was_not_downloaded_whole_is_named(exported, tmp_path):
    source = community(exported, tmp_path / "downloaded")
    (source / "onnx" / "decoder_model_merged.onnx").write_text("version https://git-lfs")
    with pytest.raises(UserError, match=r"decoder_model_merged.onnx is no ONNX file"):
        export_foreign(source, tmp_path / "out", ForeignOptions())
    (source / "onnx" / "embed_tokens.onnx").unlink()
    with pytest.raises(UserError, match="no usable embed_tokens graph"):
        export_foreign(source, tmp_path / "out", ForeignOptions())
