"""The trainable whole: vision tower, dense heads and a stock Llama decoder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM

from vlm_driving.training.data import Batch
from vlm_driving.training.heads import DenseHeads, map_loss, scene_loss
from vlm_driving.training.vision import VisionConfig, VisionTower


def decoder_config(vocabulary: int, hidden: int, layers: int, end_token: int) -> LlamaConfig:
    """A small stock Llama: grouped-query attention, tied embeddings."""
    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        intermediate_size=hidden * 11 // 4,
        num_hidden_layers=layers,
        num_attention_heads=hidden // 32,
        num_key_value_heads=hidden // 64,
        head_dim=32,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=end_token,
        pad_token_id=None,
        attention_dropout=0.0,
    )


class Seer(nn.Module):
    """Vision tower and dense heads: the part that the encoder stage trains."""

    def __init__(
        self,
        config: VisionConfig,
        scene_facts: Mapping[str, int],
        class_weights: Tensor,
    ) -> None:
        super().__init__()
        self.tower = VisionTower(config, fused=False)
        self.heads = DenseHeads(config, len(class_weights), scene_facts)
        self.register_buffer("class_weights", class_weights)
        self.class_weights: Tensor

    def losses(self, batch: Batch, pixels: Tensor) -> tuple[Tensor, Tensor, dict[str, float]]:
        """Dense loss, image tokens (batch, n, features), and figures for the log."""
        cells, tokens = self.tower.features(pixels)
        near, deep, scene = self.heads(cells, tokens)
        near_loss, near_class = map_loss(near, batch.truth, self.class_weights)
        deep_loss, deep_class = map_loss(deep, batch.truth, self.class_weights)
        facts_loss = scene_loss(scene, batch.truth.scene)
        figures = {
            "cell_class": float(near_class.detach()),
            "token_class": float(deep_class.detach()),
            "scene": float(facts_loss.detach()),
        }
        for i, name in enumerate(self.heads.scene_facts):
            known = batch.truth.scene[:, i] >= 0
            if bool(known.any()):
                right = scene[i].argmax(1)[known] == batch.truth.scene[known, i]
                figures[f"fact_{name}"] = float(right.float().mean())
        return near_loss + deep_loss + facts_loss, tokens, figures


def normalize(pixels: Tensor) -> Tensor:
    """(batch, 3, H, W) uint8 -> float in -1..1, as the bundle's preprocessing gives it."""
    return ((pixels.float() / 255 - 0.5) / 0.5).contiguous(memory_format=torch.channels_last)


def answer_loss(
    language: LlamaForCausalLM, image: Tensor, batch: Batch, token_weights: Tensor
) -> tuple[Tensor, dict[str, float]]:
    """Weighted cross entropy over the answer, and figures for the log.

    Args:
        language: the decoder.
        image: (batch, tokens, hidden).
        batch: texts.
        token_weights: (vocabulary,) weight of each target token.
    """
    states = answer_states(language, image, batch)[batch.answered]
    targets = batch.after[batch.answered]
    logits = language.lm_head(states).float()
    each = functional.cross_entropy(logits, targets, reduction="none")
    weights = token_weights[targets]
    loss = (each * weights).sum() / weights.sum()
    first = batch.answered.int().argmax(dim=1)
    row = torch.arange(len(first))
    position = torch.cumsum(batch.answered.sum(1), 0) - batch.answered.sum(1)
    speed = logits[position].argmax(1) == batch.after[row, first]
    path = logits[position + 1].argmax(1) == batch.after[row, first + 1]
    figures = {
        "text": float(each.detach().mean()),
        "token_right": float((logits.argmax(1) == targets).float().mean()),
        "speed_right": float(speed.float().mean()),
        "path_right": float(path.float().mean()),
    }
    return loss, figures


def answer_states(language: LlamaForCausalLM, image: Tensor, batch: Batch) -> Tensor:
    """(batch, n, hidden): position i holds the state that predicts `after[:, i]`."""
    embed = language.get_input_embeddings()
    before = embed(batch.before).expand(image.shape[0], -1, -1)
    inputs = torch.cat([before, image.to(before.dtype), embed(batch.after)], dim=1)
    hidden = language.model(inputs_embeds=inputs, use_cache=False).last_hidden_state
    start = before.shape[1] + image.shape[1]
    # The state before a token predicts it: shift by one.
    states: Tensor = hidden[:, start - 1 : -1]
    return states


def save_checkpoint_dir(path: Path, tower: VisionTower, language: LlamaForCausalLM) -> None:
    """Write `vision.safetensors`, `vision.json` and `llama/`, in fp32, batch norm folded."""
    path.mkdir(parents=True, exist_ok=True)
    fused = tower.fuse()
    save_file(
        {k: v.contiguous() for k, v in fused.state_dict().items()}, path / "vision.safetensors"
    )
    (path / "vision.json").write_text(json.dumps(tower.config.to_json(), indent=1) + "\n")
    language.float().save_pretrained(path / "llama")
