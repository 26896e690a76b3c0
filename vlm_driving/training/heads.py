"""Dense and scene heads that teach the encoder, dropped at export.

All read what the decoder will read: one head stands on the stride-8 cells, where
small things are found fast, one on the image tokens themselves, so that each token holds
its 4x4 cells in a form that one linear layer can read, and one on the summary of the scene.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from vlm_driving.training.vision import Features, VisionConfig


@dataclass(frozen=True, slots=True)
class CellTruth:
    """Ground truth of a batch on the stride-8 grid (rows H/8, columns W/8).

    Attributes:
        classes: (batch, rows, columns) int64.
        range_m: (batch, rows, columns) float32, 0 where there is no object.
        box: (batch, rows, columns, 4) float32 in cell units, 0 where there is none.
        scene: (batch, facts) int64, -1 where a fact does not apply.
    """

    classes: Tensor
    range_m: Tensor
    box: Tensor
    scene: Tensor


class DenseHeads(nn.Module):
    """Class, range and box a cell, and categorical facts a scene."""

    def __init__(
        self, config: VisionConfig, cell_classes: int, scene_facts: Mapping[str, int]
    ) -> None:
        super().__init__()
        self.cell_classes = cell_classes
        self.scene_facts = dict(scene_facts)
        outputs = cell_classes + 1 + 4  # class logits, log range, box
        self.cells = nn.Conv2d(config.stride8[0], outputs, 1)
        self.tokens = nn.Linear(config.token_features, 16 * outputs)
        self.grid = (config.height // 32, config.width // 32)
        self.scene = nn.Linear(config.summary[1], sum(self.scene_facts.values()))

    def forward(self, seen: Features) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Both maps (batch, classes + 5, rows, columns) and one logit tensor a fact."""
        rows, columns = self.grid
        maps = self.tokens(seen.tokens).transpose(1, 2).unflatten(2, (rows, columns))
        logits = self.scene(seen.summary)
        return (
            self.cells(seen.cells),
            functional.pixel_shuffle(maps, 4),
            list(logits.split(list(self.scene_facts.values()), dim=1)),
        )


def map_loss(prediction: Tensor, truth: CellTruth, class_weights: Tensor) -> tuple[Tensor, Tensor]:
    """Loss of one map and its class loss alone, both scalars."""
    classes = len(class_weights)
    logits = prediction[:, :classes].float()
    class_loss = functional.cross_entropy(logits, truth.classes, class_weights)
    object_cell = truth.range_m > 0
    if not bool(object_cell.any()):
        return class_loss, class_loss
    log_range = torch.log(truth.range_m[object_cell])
    range_loss = functional.smooth_l1_loss(
        prediction[:, classes][object_cell].float() + 3.0, log_range
    )
    boxes = prediction[:, classes + 1 :].permute(0, 2, 3, 1)[object_cell].float()
    # Boxes of near things are wide: compare on a scale that treats small ones fairly.
    box_loss = functional.smooth_l1_loss(boxes, squash(truth.box[object_cell]))
    return class_loss + 0.5 * range_loss + 0.2 * box_loss, class_loss


def squash(box: Tensor) -> Tensor:
    """Sign-preserving square root."""
    return torch.sign(box) * torch.sqrt(box.abs() + 1e-6)


def scene_loss(logits: list[Tensor], truth: Tensor) -> Tensor:
    """Mean cross entropy over the facts that apply."""
    losses = [
        functional.cross_entropy(logit.float(), truth[:, i], ignore_index=-1)
        for i, logit in enumerate(logits)
        if bool((truth[:, i] >= 0).any())
    ]
    return torch.stack(losses).mean()
