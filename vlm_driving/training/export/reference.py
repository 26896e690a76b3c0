"""A bundle's weights back in PyTorch: the opponent of the bench and the truth of tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM

from vlm_driving.core import UserError
from vlm_driving.training.export import embed, graphs, matmul_nbits
from vlm_driving.training.export.own import MODEL_TYPE
from vlm_driving.training.export.vision import read_vision
from vlm_driving.training.export.writer import read_json
from vlm_driving.training.vision import VisionTower

_NORMS = ("input_layernorm", "post_attention_layernorm")


def load_reference(bundle_dir: Path) -> tuple[nn.Module, LlamaForCausalLM, Tokenizer]:
    """Vision tower, language model and tokenizer with the weights that the bundle computes with.

    Quantized weights are dequantized, so a bundle at accuracy level 1 and this model answer
    with the same tokens. Both modules are float32 in eval mode; the embedding table and
    the output head are untied. Raises UserError for a bundle that our training did not make.
    """
    config = read_json(bundle_dir / "config.json")
    if config.get("model_type") != MODEL_TYPE:
        raise UserError(
            f"{bundle_dir} was not made from a checkpoint of ours, so its weights cannot be "
            f"read back; compare with the model that it was exported from."
        )
    files = {n: e["file"] for n, e in read_json(bundle_dir / "bundle.json")["graphs"].items()}
    tower = VisionTower.from_config(config["vision_config"]).eval()
    stored = read_vision(graphs.load(bundle_dir / files["vision_encoder"]))
    tower.load_state_dict(
        {name: torch.from_numpy(stored[name].copy()) for name in tower.state_dict()}
    )
    decoder = graphs.load(bundle_dir / files["decoder"])
    matmul_nbits.dequantize(decoder)
    table = embed.read_table(graphs.load(bundle_dir / files["embed_tokens"]))
    language = _language(config["text_config"], decoder, table)
    return tower, language, Tokenizer.from_file(str(bundle_dir / "tokenizer.json"))


def _language(
    config: dict[str, Any], decoder: onnx.ModelProto, table: NDArray[np.float32]
) -> LlamaForCausalLM:
    llama = LlamaConfig(**{**config, "tie_word_embeddings": False, "dtype": "float32"})
    model = LlamaForCausalLM(llama).float().eval()
    state = llama_state(graphs.weights(decoder), llama)
    state["model.embed_tokens.weight"] = torch.from_numpy(table.copy())
    model.load_state_dict(state)
    return model


def llama_state(arrays: dict[str, NDArray[np.generic]], config: LlamaConfig) -> dict[str, Tensor]:
    """A Llama state dict, without its embedding table, from a fused decoder's float weights."""

    def matrix(name: str) -> NDArray[np.float32]:
        return np.asarray(arrays[f"{name}.MatMul.weight"], np.float32).T

    head = config.head_dim or config.hidden_size // config.num_attention_heads
    queries, keys = config.num_attention_heads * head, config.num_key_value_heads * head
    state: dict[str, NDArray[np.float32]] = {}
    for layer in range(config.num_hidden_layers):
        stem = f"model.layers.{layer}"
        fused = matrix(f"{stem}.attn.qkv_proj")
        parts = np.split(fused, [queries, queries + keys])
        for name, part in zip("qkv", parts, strict=True):
            state[f"{stem}.self_attn.{name}_proj.weight"] = part
        state[f"{stem}.self_attn.o_proj.weight"] = matrix(f"{stem}.attn.o_proj")
        for name in ("gate_proj", "up_proj", "down_proj"):
            state[f"{stem}.mlp.{name}.weight"] = matrix(f"{stem}.mlp.{name}")
        for name in _NORMS:
            state[f"{stem}.{name}.weight"] = np.asarray(arrays[f"{stem}.{name}.weight"], np.float32)
    last = f"model.layers.{config.num_hidden_layers}.final_norm_layernorm.weight"
    state["model.norm.weight"] = np.asarray(arrays[last], np.float32)
    state["lm_head.weight"] = matrix("lm_head")
    return {name: torch.from_numpy(array.copy()) for name, array in state.items()}
