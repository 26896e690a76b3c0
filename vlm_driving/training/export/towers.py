"""Vision towers of stock models, as modules with plain tensors in and out."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class LlavaEncoder(nn.Module):
    """CLIP or SigLIP tower and projector: (1, 3, H, W) -> (1, tokens, hidden)."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        config = model.config
        self.tower = model.model.vision_tower
        self.projector = model.model.multi_modal_projector
        layer = config.vision_feature_layer
        self.layers = [layer] if isinstance(layer, int) else list(layer)
        self.drop_first = config.vision_feature_select_strategy == "default"

    def forward(self, pixel_values: Tensor) -> Tensor:
        """Features of the configured layers, without the class token where that is the rule."""
        hidden = self.tower(pixel_values, output_hidden_states=True).hidden_states
        chosen = [hidden[layer] for layer in self.layers]
        if self.drop_first:
            chosen = [features[:, 1:] for features in chosen]
        out: Tensor = self.projector(torch.cat(chosen, dim=-1))
        return out


class Idefics3Encoder(nn.Module):
    """SigLIP tower and pixel-shuffle connector of Idefics3 and SmolVLM, one whole image."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.tower = model.model.vision_model
        self.connector = model.model.connector
        self.patch = model.config.vision_config.patch_size

    def forward(self, pixel_values: Tensor, pixel_attention_mask: Tensor) -> Tensor:
        """(1, 1, 3, H, W) and (1, 1, H, W) bool -> (1, tokens, hidden).

        The shapes are those of the graphs that the ONNX community ships; a patch counts
        when any of its pixels does.
        """
        mask = pixel_attention_mask[0].to(torch.float32)
        patches = nn.functional.max_pool2d(mask[:, None], self.patch)[:, 0] > 0
        states = self.tower(
            pixel_values=pixel_values[0], patch_attention_mask=patches
        ).last_hidden_state
        out: Tensor = self.connector(states)
        return out
