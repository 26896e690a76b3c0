"""From a checkpoint of our own training to a bundle."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from transformers import LlamaForCausalLM

from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import seal_bundle
from vlm_driving.training.export import embed, graphs, matmul_nbits
from vlm_driving.training.export.blocks import BLOCK
from vlm_driving.training.export.decoder import build_fused
from vlm_driving.training.export.needs import Say, say_stderr, without_bars
from vlm_driving.training.export.vision import export_vision
from vlm_driving.training.export.writer import (
    DECODER_FILE,
    EMBED_FILE,
    VISION_FILE,
    graph_entries,
    new_directory,
    read_json,
    write_json,
)
from vlm_driving.training.vision import VisionTower

MODEL_TYPE = "vlm_driving"
_CHECKPOINT_FILES = (
    "vision.safetensors",
    "vision.json",
    "llama/config.json",
    "tokenizer.json",
    "bundle_spec.json",
)


def export_own(
    checkpoint_dir: Path,
    out_dir: Path,
    *,
    decoder_precision: str = "int8",
    accuracy_level: int = 4,
    vision_precision: str = "fp32",
    block: int = BLOCK,
    name: str | None = None,
    say: Say = say_stderr,
) -> Path:
    """Write a bundle from a checkpoint directory; returns `out_dir`.

    The checkpoint holds `vision.safetensors`, `vision.json`, `llama/` (save_pretrained),
    `tokenizer.json` and `bundle_spec.json` (bundle.json without graphs and checksums). The
    embedding table is int8 where the decoder is quantized, fp32 where it is not. `block` inputs
    share a scale: larger blocks are a little smaller and faster, and err a little more.
    `name` replaces the one in `bundle_spec.json`.
    Raises UserError for a missing file, an unknown precision or an existing `out_dir`.
    """
    matmul_nbits.check_precision(decoder_precision, accuracy_level)
    for file in _CHECKPOINT_FILES:
        if not (checkpoint_dir / file).is_file():
            raise UserError(
                f"{checkpoint_dir} is no checkpoint of ours: {file} is missing; "
                f"run `vlm-driving train` to its end."
            )
    spec = read_json(checkpoint_dir / "bundle_spec.json")
    vision_config = read_json(checkpoint_dir / "vision.json")
    if name is not None:
        spec["name"] = name
    with new_directory(out_dir) as work, without_bars():
        say("vision encoder ...")
        _write_vision(checkpoint_dir, vision_config, spec, work / VISION_FILE, vision_precision)
        language = LlamaForCausalLM.from_pretrained(
            checkpoint_dir / "llama", dtype=torch.float32, local_files_only=True
        ).eval()
        say("embedding table ...")
        table = language.get_input_embeddings().weight.detach().numpy()
        embed_precision = "fp32" if decoder_precision == "fp32" else "int8"
        graphs.save(
            embed.build(np.asarray(table, np.float32), embed_precision, block), work / EMBED_FILE
        )
        say("decoder ...")
        note = _write_decoder(
            language,
            checkpoint_dir / "tokenizer.json",
            work / DECODER_FILE,
            decoder_precision,
            accuracy_level,
            block,
        )
        shutil.copy(checkpoint_dir / "tokenizer.json", work / "tokenizer.json")
        text_config = language.config.to_dict()
        text_config.pop("_name_or_path", None)  # a path of the machine that exported
        write_json(
            work / "config.json",
            {
                "model_type": MODEL_TYPE,
                "vision_config": vision_config,
                "text_config": text_config,
            },
        )
        write_json(work / "preprocessor_config.json", _preprocessor(spec["preprocess"]))
        spec["provenance"] = {**spec.get("provenance", {}), "quantization": note}
        precisions = {
            "vision_encoder": vision_precision,
            "embed_tokens": embed_precision,
            "decoder": decoder_precision,
        }
        seal_bundle(work, {**spec, "graphs": graph_entries(precisions)})
    say(f"wrote {out_dir}")
    return out_dir


def _write_vision(
    checkpoint_dir: Path, config: dict[str, Any], spec: dict[str, Any], out: Path, precision: str
) -> None:
    tower = VisionTower.from_config(config).eval()
    tower.load_state_dict(load_file(checkpoint_dir / "vision.safetensors"))
    preprocess = spec["preprocess"]
    export_vision(tower, (1, 3, preprocess["height"], preprocess["width"]), out, precision)


def _write_decoder(
    language: LlamaForCausalLM,
    tokenizer_json: Path,
    out: Path,
    precision: str,
    level: int,
    block: int,
) -> dict[str, Any]:
    """Build and quantize; returns what was done, for the bundle's provenance."""
    with tempfile.TemporaryDirectory(prefix="vlm-driving-text-") as text_dir:
        language.save_pretrained(text_dir)
        model = build_fused(Path(text_dir), tokenizer_json)
    note: dict[str, Any] = {"method": "none"}
    if precision != "fp32":
        bits = int(precision.removeprefix("int"))
        done = matmul_nbits.quantize(model, bits, level, block=block)
        note = {
            "method": f"weight-only, {bits} bits, blocks of {block}",
            "accuracy_level": level,
            "worst_relative_error": round(done.worst_relative_error, 5),
        }
    graphs.save(model, out)
    return note


def _preprocessor(spec: dict[str, Any]) -> dict[str, Any]:
    """The same preprocessing in the words of a Hugging Face image processor."""
    return {
        "do_resize": True,
        "size": {"height": spec["height"], "width": spec["width"]},
        "do_rescale": True,
        "rescale_factor": spec["rescale"],
        "do_normalize": True,
        "image_mean": spec["mean"],
        "image_std": spec["std"],
    }
