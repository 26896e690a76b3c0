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
from vlm_driving.training.packing import Packed, attention, positions
from vlm_driving.training.vision import Features, VisionConfig, VisionTower

SCENE_WEIGHT = 4.0
"""Of the scene's loss, a mean over many targets most of which are easy, beside the maps'."""


def decoder_config(
    vocabulary: int, hidden: int, layers: int, end_token: int, image_tokens: int
) -> LlamaConfig:
    """A small stock Llama: grouped-query attention, tied embeddings.

    `image_tokens` is only noted in it, for learning words without pictures.
    """
    return LlamaConfig(
        vocab_size=vocabulary,
        image_tokens=image_tokens,
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

    def losses(self, batch: Batch, pixels: Tensor) -> tuple[Tensor, Features, dict[str, float]]:
        """Dense loss, what the tower saw, and figures for the log."""
        seen = self.tower.features(pixels)
        near, deep, scene = self.heads(seen)
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
        return near_loss + deep_loss + SCENE_WEIGHT * facts_loss, seen, figures


def normalize(pixels: Tensor) -> Tensor:
    """(batch, 3, H, W) uint8 -> float in -1..1, as the bundle's preprocessing gives it."""
    return ((pixels.float() / 255 - 0.5) / 0.5).contiguous(memory_format=torch.channels_last)


def answer_loss(
    language: LlamaForCausalLM, image: Tensor | None, texts: Packed
) -> tuple[Tensor, dict[str, float]]:
    """Weighted cross entropy over everything answered, and figures for the log.

    Args:
        language: the decoder.
        image: (batch, tokens, hidden), or None to learn the words without any picture.
        texts: what is said.
    """
    learned = texts.weights > 0
    states = answer_states(language, image, texts)[learned]
    targets, weights = texts.goals[learned], texts.weights[learned]
    logits = language.lm_head(states).float()
    each = functional.cross_entropy(logits, targets, reduction="none")
    loss = (each * weights).sum() / weights.sum()
    right = (logits.argmax(1) == targets).float()
    # The first answered token of the first segment is the speed, the next one the path.
    number = texts.segment[learned]
    row = learned.nonzero()[:, 0]
    report = number == 1
    opening = report & ((row != row.roll(1)) | (torch.arange(len(row), device=row.device) == 0))
    asked = number > 1
    figures = {
        "text": float(each.detach()[report].mean()),
        "token_right": float(right.mean()),
        "speed_right": float(right[opening].mean()),
        "path_right": float(right[opening.roll(1)].mean()),
    }
    if bool(asked.any()):
        figures["answer"] = float(each.detach()[asked].mean())
    return loss, figures


def answer_states(language: LlamaForCausalLM, image: Tensor | None, texts: Packed) -> Tensor:
    """(batch, n, hidden): position i holds the state that predicts `texts.goals[:, i]`.

    Without an image its places stay empty: no token stands there, and later positions keep
    their numbers, so that nothing moves when pictures come.
    """
    embed = language.get_input_embeddings()
    rows = texts.tokens.shape[0]
    parts = [embed(texts.before).expand(rows, -1, -1)]
    shown = 0
    if image is not None:
        parts.append(image.to(parts[0].dtype))
        shown = image.shape[1]
    inputs = torch.cat([*parts, embed(texts.tokens)], dim=1)
    place = positions(texts, shown)
    if image is None:
        start = texts.before.shape[0]
        place[:, start:] += language.config.image_tokens
    hidden = language.model(
        inputs_embeds=inputs,
        attention_mask=attention(texts, shown),
        position_ids=place,
        use_cache=False,
    ).last_hidden_state
    start = texts.before.shape[0] + shown
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
