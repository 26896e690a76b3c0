"""The sizes of the network that the contract describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from vlm_driving.core import UserError

PATCH = 4
"""Pixels a side that one cell of the first stage takes in."""


@dataclass(frozen=True, slots=True)
class StageShape:
    """One stage of the encoder: a convolution into it, then residual blocks."""

    channels: int
    blocks: int


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """Everything that a device must know before it sees a weight.

    Attributes:
        height: of the picture, pixels, a multiple of 32.
        width: likewise.
        stages: at strides 4, 8 and 16.
        projector: width of the projector's inner layer.
        narrow: features a place on the way into the summary.
        mix: width of the summary.
        summary_tokens: image tokens of the summary.
        hidden: width of a token.
        inner: width of a layer's gate.
        vocab: tokens.
        layers: of the decoder.
        heads: that ask.
        kv_heads: that are asked.
        head_size: even.
        positions: tokens of the longest sequence.
    """

    height: int
    width: int
    stages: tuple[StageShape, StageShape, StageShape]
    projector: int
    narrow: int
    mix: int
    summary_tokens: int
    hidden: int
    inner: int
    vocab: int
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    positions: int

    def __post_init__(self) -> None:
        if self.height % 32 or self.width % 32:
            raise UserError(
                f"the encoder's pictures are multiples of 32 px, not {self.width}x{self.height}; "
                "train the model with such a size."
            )
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, int) and value < 1:
                raise UserError(f"{item.name} is {value} in config.json; export the bundle again.")
        if self.heads % self.kv_heads or self.head_size % 2:
            raise UserError(
                f"{self.heads} heads over {self.kv_heads} of size {self.head_size} cannot be "
                "grouped evenly; train the model with such numbers."
            )

    @property
    def token_features(self) -> int:
        """Channels of one place before the projector: 2x2 cells of stride 16."""
        return 4 * self.stages[2].channels

    @property
    def grid_tokens(self) -> int:
        """Image tokens that stand for a place of 32x32 px."""
        return (self.height // 32) * (self.width // 32)

    @property
    def image_tokens(self) -> int:
        """The grid's, then the summary's."""
        return self.grid_tokens + self.summary_tokens

    def to_json(self) -> dict[str, Any]:
        """Plain data for the image's header."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> NetworkShape:
        """Read back what `to_json` wrote; KeyError or TypeError where it did not."""
        stages = tuple(StageShape(**stage) for stage in data["stages"])
        return cls(**{**data, "stages": stages})

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> NetworkShape:
        """From the config.json of a bundle of our own architecture.

        Raises:
            UserError: for any other architecture.
        """
        try:
            vision, text = config["vision_config"], config["text_config"]
            if config["model_type"] != "vlm_driving" or text["hidden_act"] != "silu":
                raise ValueError
            rope = text["rope_parameters"]["rope_type"]
            if rope != "default" or text["attention_bias"] or text["mlp_bias"]:
                raise ValueError
            return cls(
                height=vision["height"],
                width=vision["width"],
                stages=(
                    StageShape(*vision["stride4"]),
                    StageShape(*vision["stride8"]),
                    StageShape(*vision["stride16"]),
                ),
                projector=vision["projector"],
                narrow=vision["summary"][0],
                mix=vision["summary"][1],
                summary_tokens=vision["summary"][2],
                hidden=text["hidden_size"],
                inner=text["intermediate_size"],
                vocab=text["vocab_size"],
                layers=text["num_hidden_layers"],
                heads=text["num_attention_heads"],
                kv_heads=text["num_key_value_heads"],
                head_size=text["head_dim"],
                positions=text["max_position_embeddings"],
            )
        except (KeyError, TypeError, ValueError, IndexError):
            raise UserError(
                "the FPGA contract covers the architecture of `vlm-driving train` alone, and "
                "config.json describes another; run this model with onnx-cpu or onnx-gpu."
            ) from None
