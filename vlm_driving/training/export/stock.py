"""From a Hugging Face directory of a stock model to a bundle."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForImageTextToText,
    LlavaForConditionalGeneration,
)

from vlm_driving.core import UserError
from vlm_driving.training.export import embed, graphs, matmul_nbits
from vlm_driving.training.export.concat import build_concat
from vlm_driving.training.export.decoder import FUSED_ARCHITECTURES, build_fused
from vlm_driving.training.export.needs import Say, without_bars
from vlm_driving.training.export.towers import Idefics3Encoder, LlavaEncoder
from vlm_driving.training.export.vision import store_half, to_onnx
from vlm_driving.training.export.writer import (
    DECODER_FILE,
    EMBED_FILE,
    VISION_FILE,
    graph_entries,
)


@dataclass(frozen=True, slots=True)
class Family:
    """How one architecture is taken apart.

    Attributes:
        encoder: makes the vision module of a loaded model.
        inputs: makes the example inputs of that module from an image side in pixels.
        language: gives the text body of a loaded model.
    """

    encoder: Callable[[Any], nn.Module]
    inputs: Callable[[int], dict[str, Tensor]]
    language: Callable[[Any], Any]


def _square(side: int) -> dict[str, Tensor]:
    return {"pixel_values": torch.rand(1, 3, side, side)}


def _square_with_mask(side: int) -> dict[str, Tensor]:
    return {
        "pixel_values": torch.rand(1, 1, 3, side, side),
        "pixel_attention_mask": torch.ones(1, 1, side, side, dtype=torch.bool),
    }


_IDEFICS3 = Family(
    Idefics3Encoder,
    _square_with_mask,
    lambda model: model.model.text_model,
)
FAMILIES: dict[str, Family] = {
    "llava": Family(
        LlavaEncoder,
        _square,
        lambda model: model.model.language_model,
    ),
    "idefics3": _IDEFICS3,
    "smolvlm": _IDEFICS3,
}


def read_config(source: Path) -> Any:
    """The model's configuration. Raises UserError for one that transformers does not know."""
    try:
        return AutoConfig.from_pretrained(source, local_files_only=True)
    except (ValueError, KeyError, OSError) as error:
        raise UserError(
            f"{source}: config.json is of no architecture that this transformers knows "
            f"({str(error).splitlines()[0]}); known here: {', '.join(FAMILIES)}."
        ) from None


def family_of(config: Any, source: Path) -> Family:
    """The family of a configuration. Raises UserError for one that is not supported."""
    family = FAMILIES.get(config.model_type)
    if family is None:
        raise UserError(
            f"{source}: the architecture {config.model_type!r} is not supported; "
            f"known: {', '.join(FAMILIES)}, or a directory of ONNX graphs."
        )
    return family


@dataclass(frozen=True, slots=True)
class StockGraphs:
    """What `write_graphs` wrote."""

    entries: dict[str, dict[str, str]]
    image_tokens: int
    note: dict[str, Any]


def write_graphs(
    source: Path,
    work: Path,
    *,
    image_side: int,
    precision: str,
    accuracy_level: int,
    decoder: str,
    vision_precision: str,
    say: Say,
) -> StockGraphs:
    """Write the three graphs of the model in `source` below `work`.

    Args:
        source: Hugging Face directory with weights.
        work: bundle directory.
        image_side: pixels of the square input.
        precision: fp32, int8 or int4 of the decoder.
        accuracy_level: of a quantized decoder.
        vision_precision: fp32, or fp16 for weights that rest in half precision.
        decoder: auto, gqa (fused, one buffer of keys and values) or concat (past and present).
        say: takes lines of progress.

    Raises:
        UserError: for a model that cannot be loaded or a decoder that cannot be built.
    """
    config = read_config(source)
    family = family_of(config, source)
    say(f"loading {source} ...")
    with without_bars():
        model = _load(source, config)
        say("vision encoder ...")
        encoder = family.encoder(model).eval()
        example = family.inputs(image_side)
        with torch.no_grad():
            image_tokens = int(encoder(*example.values()).shape[1])
        vision = to_onnx(
            encoder, list(example.values()), list(example), ["image_features"], optimize=True
        )
        if vision_precision == "fp16":
            store_half(vision)
        graphs.save(vision, work / VISION_FILE)
        say("embedding table ...")
        table = np.asarray(model.get_input_embeddings().weight.detach().numpy(), np.float32)
        embed_precision = "fp32" if precision == "fp32" else "int8"
        graphs.save(embed.build(table, embed_precision), work / EMBED_FILE)
        say("decoder ...")
        language = _causal(model, family, config)
        graph = _decoder_graph(language, source, decoder)
    note: dict[str, Any] = {"method": "none"}
    if precision != "fp32":
        say(f"quantizing to {precision} ...")
        done = matmul_nbits.quantize(graph, int(precision.removeprefix("int")), accuracy_level)
        note = {
            "method": f"weight-only {precision}, blocks of 32",
            "accuracy_level": accuracy_level,
            "worst_relative_error": round(done.worst_relative_error, 5),
        }
    graphs.save(graph, work / DECODER_FILE)
    entries = graph_entries(
        {"vision_encoder": vision_precision, "embed_tokens": embed_precision, "decoder": precision}
    )
    return StockGraphs(entries, image_tokens, note)


def _load(source: Path, config: Any) -> Any:
    """The whole model in float32, eager attention (what exports everywhere)."""
    maker = (
        LlavaForConditionalGeneration
        if config.model_type == "llava"
        else AutoModelForImageTextToText
    )
    try:
        return maker.from_pretrained(
            source, dtype=torch.float32, local_files_only=True, attn_implementation="eager"
        ).eval()
    except (OSError, ValueError, RuntimeError) as error:
        raise UserError(
            f"{source}: the weights cannot be loaded ({str(error).splitlines()[0]}); "
            f"fetch the whole directory again."
        ) from None


def _causal(model: Any, family: Family, config: Any) -> Any:
    """The text part as a causal language model of its own, sharing the weights."""
    with torch.device("meta"):
        language = AutoModelForCausalLM.from_config(config.text_config)
    language.model = family.language(model)
    language.lm_head = model.lm_head
    # What counts is whether the weights are one, not which of the two configurations says so.
    language.config.tie_word_embeddings = (
        model.lm_head.weight is model.get_input_embeddings().weight
    )
    return language.eval()


def _decoder_graph(language: Any, source: Path, decoder: str) -> onnx.ModelProto:
    architecture = type(language).__name__
    if decoder == "auto":
        decoder = "gqa" if architecture in FUSED_ARCHITECTURES else "concat"
    if decoder == "concat":
        return build_concat(language)
    with tempfile.TemporaryDirectory(prefix="vlm-driving-text-") as name:
        text_dir = Path(name)
        language.save_pretrained(text_dir)
        written = json.loads((text_dir / "config.json").read_text(encoding="utf-8"))
        written["architectures"] = [architecture]
        (text_dir / "config.json").write_text(json.dumps(written), encoding="utf-8")
        return build_fused(text_dir, source / "tokenizer.json")
