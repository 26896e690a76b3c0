"""The fused decoder: a Hugging Face text model made into one GroupQueryAttention graph."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import onnx

from vlm_driving.core import UserError
from vlm_driving.training.export import graphs
from vlm_driving.training.export.needs import require

FUSED_ARCHITECTURES = frozenset({"LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM"})
"""Text models whose fused graph is tested here."""


def build_fused(text_dir: Path, tokenizer_json: Path) -> onnx.ModelProto:
    """Float32 decoder: inputs_embeds and cache -> logits of the last position.

    Keys and values live in a buffer of fixed length that past and present share. The
    builder runs as a process of its own, offline, because it configures its interpreter.

    Args:
        text_dir: `config.json` and weights of a causal language model.
        tokenizer_json: its tokenizer; the builder asks for one.
    """
    require("onnxruntime_genai", "torch", "transformers", "onnx")
    with tempfile.TemporaryDirectory(prefix="vlm-driving-export-") as name:
        work = Path(name)
        source = work / "source"
        source.mkdir()
        for entry in text_dir.iterdir():
            if entry.is_file() and not entry.name.startswith("tokenizer"):
                (source / entry.name).symlink_to(entry.resolve())
        shutil.copy(tokenizer_json, source / "tokenizer.json")
        (source / "tokenizer_config.json").write_text(
            json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"})
        )
        command = [
            sys.executable,
            "-m",
            "onnxruntime_genai.models.builder",
            "-i",
            str(source),
            "-o",
            str(work / "out"),
            "-p",
            "fp32",
            "-e",
            "cpu",
            "-c",
            str(work / "cache"),
            "--extra_options",
            "exclude_embeds=true",
            "prune_lm_head=true",
            "hf_token=false",
        ]
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=work, check=False
        )
        model_file = work / "out" / "model.onnx"
        if done.returncode != 0 or not model_file.is_file():
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise UserError(
                f"onnxruntime-genai could not build the decoder of {text_dir} ({last}); "
                f"try `--decoder concat`."
            )
        model = graphs.load(model_file)
        built = json.loads((work / "out" / "genai_config.json").read_text(encoding="utf-8"))
    _fix_head_size(model, int(built["model"]["decoder"]["head_size"]))
    graphs.lower_versions(model)
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    return model


def _fix_head_size(model: onnx.ModelProto, head_size: int) -> None:
    """Write the last dimension of keys and values into their types, which a runtime reads."""
    for value in [*model.graph.input, *model.graph.output]:
        if value.name.startswith(("past_key_values.", "present.")):
            dimension = value.type.tensor_type.shape.dim[3]
            dimension.Clear()
            dimension.dim_value = head_size
