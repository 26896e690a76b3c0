"""A decoder for text models without a fused builder: past in, past and new tokens out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import onnx
import torch
from torch import Tensor, nn
from transformers import DynamicCache

from vlm_driving.training.export.vision import to_onnx


class ConcatDecoder(nn.Module):
    """A causal language model with its cache as plain tensors.

    Keys and values are (1, heads, length, head size); what comes back is the past with the
    new tokens behind it, as in the merged decoders that the ONNX community ships.
    """

    def __init__(self, language: Any) -> None:
        super().__init__()
        self.body = language.model
        self.head = language.lm_head
        self.config = language.config

    def forward(
        self,
        inputs_embeds: Tensor,
        attention_mask: Tensor,
        position_ids: Tensor,
        past: Sequence[Tensor],
    ) -> tuple[Tensor, ...]:
        """(1, n, hidden), (1, past + n), (1, n), keys and values -> logits and new cache.

        Logits are (1, 1, vocabulary), of the last position alone.
        """
        cache = DynamicCache()
        for layer in range(len(past) // 2):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        columns = torch.arange(attention_mask.shape[1], device=inputs_embeds.device)
        seen = (columns[None, None, :] <= position_ids[:, :, None]) & (attention_mask[:, None] > 0)
        lowest = torch.finfo(inputs_embeds.dtype).min
        bias = torch.where(seen, 0.0, lowest)[:, None]
        states = self.body(
            inputs_embeds=inputs_embeds,
            attention_mask=bias,
            position_ids=position_ids,
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        logits = self.head(states[:, -1:])
        presents = [tensor for layer in cache.layers for tensor in (layer.keys, layer.values)]
        return (logits, *presents)


def build_concat(language: Any) -> onnx.ModelProto:
    """Float32 decoder graph of a transformers causal language model, position_ids included."""
    config = language.config
    language.set_attn_implementation("eager")
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    names = [
        f"{layer}.{part}" for layer in range(config.num_hidden_layers) for part in ("key", "value")
    ]
    past = [torch.zeros(1, config.num_key_value_heads, 5, head) for _ in names]
    args = [
        torch.randn(1, 3, config.hidden_size),
        torch.ones(1, 8, dtype=torch.int64),
        torch.arange(5, 8)[None],
        past,
    ]
    varies = torch.export.Dim.DYNAMIC
    return to_onnx(
        ConcatDecoder(language),
        args,
        [
            "inputs_embeds",
            "attention_mask",
            "position_ids",
            *(f"past_key_values.{n}" for n in names),
        ],
        ["logits", *(f"present.{n}" for n in names)],
        [{1: varies}, {1: varies}, {1: varies}, [{2: varies} for _ in names]],
        optimize=True,
    )
