"""The image encoder and projector: pixels in, image tokens for the decoder out.

A plain residual convolutional net. On a small machine nothing else learns to see a
signal lamp of a few pixels from scratch in reasonable time, given labels a cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class VisionConfig:
    """Sizes of the encoder. Height and width are multiples of 32 px."""

    height: int = 160
    width: int = 320
    stride4: tuple[int, int] = (64, 1)  # (channels, residual blocks)
    stride8: tuple[int, int] = (96, 3)
    stride16: tuple[int, int] = (192, 3)
    projector: int = 512
    hidden: int = 256
    summary: tuple[int, int, int] = (40, 384, 4)  # (features a token, hidden, tokens)

    def __post_init__(self) -> None:
        if self.height % 32 or self.width % 32:
            raise ValueError(
                f"height and width are multiples of 32, got {self.height}x{self.width}"
            )

    @property
    def grid_tokens(self) -> int:
        """Tokens that stand for a place: one for each 32x32 px."""
        return (self.height // 32) * (self.width // 32)

    @property
    def tokens(self) -> int:
        """All image tokens: the grid's, then the summary's."""
        return self.grid_tokens + self.summary[2]

    @property
    def token_features(self) -> int:
        """Channels of one token before the projector: 2x2 cells of stride 16."""
        return 4 * self.stride16[0]

    def to_json(self) -> dict[str, Any]:
        """Plain data for `vision.json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> VisionConfig:
        """Read back what `to_json` wrote."""
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
        }
        return cls(**values)


class ConvNorm(nn.Module):
    """A 3x3 convolution, with batch norm while training and none once fused."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, fused: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=fused)
        self.norm: nn.Module = nn.Identity() if fused else nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs, h, w) -> (batch, outputs, h / stride, w / stride)."""
        out: Tensor = self.norm(self.conv(x))
        return out


class Residual(nn.Module):
    """Two convolutions beside the identity."""

    def __init__(self, channels: int, fused: bool) -> None:
        super().__init__()
        self.first = ConvNorm(channels, channels, fused=fused)
        self.second = ConvNorm(channels, channels, fused=fused)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape."""
        return functional.relu(x + self.second(functional.relu(self.first(x))))


class Stage(nn.Module):
    """One convolution into the stage's width, then residual blocks."""

    def __init__(self, inputs: int, channels: int, blocks: int, stride: int, fused: bool) -> None:
        super().__init__()
        self.enter = ConvNorm(inputs, channels, stride, fused)
        self.blocks = nn.ModuleList(Residual(channels, fused) for _ in range(blocks))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs, h, w) -> (batch, channels, h / stride, w / stride)."""
        x = functional.relu(self.enter(x))
        for block in self.blocks:
            x = block(x)
        return x


class Features(NamedTuple):
    """What the tower knows of a batch of pictures.

    Attributes:
        cells: (batch, c8, H/8, W/8).
        tokens: (batch, grid tokens, token features).
        summary: (batch, summary width): the whole scene.
    """

    cells: Tensor
    tokens: Tensor
    summary: Tensor


class VisionTower(nn.Module):
    """Pixels to image tokens.

    `fused=False` is the trainable form with batch norm; `fused=True` is what a bundle
    holds. `fuse()` turns the one into the other.
    """

    def __init__(self, config: VisionConfig, fused: bool = True) -> None:
        super().__init__()
        self.config = config
        self.fused = fused
        (c4, n4), (c8, n8), (c16, n16) = config.stride4, config.stride8, config.stride16
        # A patch of 4x4 px keeps all its 48 values: no pixel of a lamp is thrown away.
        self.stride4 = Stage(48, c4, n4, 1, fused)
        self.stride8 = Stage(c4, c8, n8, 2, fused)
        self.stride16 = Stage(c8, c16, n16, 2, fused)
        self.norm = nn.LayerNorm(config.token_features)
        self.project_in = nn.Linear(config.token_features, config.projector)
        self.project_out = nn.Linear(config.projector, config.hidden)
        narrow, wide, count = config.summary
        self.summary_narrow = nn.Linear(config.token_features, narrow)
        self.summary_mix = nn.Linear(narrow * config.grid_tokens, wide)
        self.summary_out = nn.Linear(wide, count * config.hidden)
        self.position = nn.Parameter(torch.randn(1, config.tokens, config.hidden) * 0.02)

    @classmethod
    def from_config(cls, data: Mapping[str, Any]) -> VisionTower:
        """An untrained fused tower of the sizes in `vision.json`."""
        return cls(VisionConfig.from_json(data), fused=True)

    def features(self, pixel_values: Tensor) -> Features:
        """(batch, 3, H, W) -> what heads and projector read."""
        x = functional.pixel_unshuffle(pixel_values, 4)
        cells = self.stride8(self.stride4(x))
        deep = functional.pixel_unshuffle(self.stride16(cells), 2)
        tokens = self.norm(deep.flatten(2).transpose(1, 2))
        # Every place keeps features of its own on the way into the summary: a mean over
        # places would not tell left from right.
        narrow = functional.relu(self.summary_narrow(tokens)).flatten(1)
        return Features(cells, tokens, functional.relu(self.summary_mix(narrow)))

    def project(self, features: Features) -> Tensor:
        """The (batch, tokens, hidden) that the decoder reads."""
        grid = self.project_out(functional.gelu(self.project_in(features.tokens)))
        summary = self.summary_out(features.summary).unflatten(1, (-1, self.config.hidden))
        return torch.cat([grid, summary], dim=1) + self.position

    def forward(self, pixel_values: Tensor) -> Tensor:
        """(batch, 3, H, W) float -> (batch, tokens, hidden)."""
        return self.project(self.features(pixel_values))

    @torch.no_grad()
    def fuse(self) -> VisionTower:
        """The same function with each batch norm folded into its convolution."""
        twin = VisionTower(self.config, fused=True).eval()
        source, target = dict(self.named_modules()), dict(twin.named_modules())
        for name, module in source.items():
            if isinstance(module, ConvNorm):
                fold_into(module, target[name])
            elif isinstance(module, (nn.Linear, nn.LayerNorm)):
                target[name].load_state_dict(module.state_dict())
        twin.position.copy_(self.position)
        return twin


def fold_into(source: ConvNorm, target: nn.Module) -> None:
    """Write `source`'s convolution and batch norm into `target`'s one convolution."""
    norm = source.norm
    if not (isinstance(norm, nn.BatchNorm2d) and isinstance(target, ConvNorm)):
        raise TypeError("only a trainable ConvNorm folds into a fused one")
    if norm.running_var is None or norm.running_mean is None or target.conv.bias is None:
        raise TypeError("batch norm without running statistics cannot be folded")
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    target.conv.weight.copy_(source.conv.weight * scale[:, None, None, None])
    target.conv.bias.copy_(norm.bias - norm.running_mean * scale)
