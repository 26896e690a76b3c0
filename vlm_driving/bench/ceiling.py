"""The decode speed that memory bandwidth allows: tokens/s <= bandwidth / bytes read a token.

Every token reads all the decoder's weights and the keys and values of all the tokens before
it. When those bytes are more than the last cache holds they come from memory each time
and the quotient is a ceiling. When they fit, they stay in the cache, and memory no longer
limits anything: the quotient is then a mark to compare with, not a ceiling.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlm_driving.bench.graph_bytes import KvShape
from vlm_driving.bench.machine import Machine


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Bytes that one token reads, and the tokens per second that memory allows for them."""

    weight_bytes: int
    kv_bytes: int
    gbps: float
    l3_bytes: int

    @property
    def bytes_a_token(self) -> int:
        """Weights and cache, in bytes."""
        return self.weight_bytes + self.kv_bytes

    @property
    def tokens_per_s(self) -> float:
        """Bandwidth over bytes a token; infinite for a graph without weights."""
        return self.gbps * 1e9 / self.bytes_a_token if self.bytes_a_token else float("inf")

    @property
    def fits_cache(self) -> bool:
        """Whether the bytes of a token fit in the last cache, so that memory is no limit."""
        return self.bytes_a_token <= self.l3_bytes

    @property
    def note(self) -> str:
        """One sentence on what the figure means here."""
        megabytes, cache = self.bytes_a_token / 1e6, self.l3_bytes / 1e6
        if self.fits_cache:
            return (
                f"{megabytes:.1f} MB a token fit in the last cache ({cache:.1f} MB): "
                "memory bandwidth does not limit decoding here"
            )
        return f"{megabytes:.1f} MB a token do not fit in the last cache ({cache:.1f} MB)"

    def to_json(self) -> dict[str, Any]:
        """Name to value."""
        return {
            "weight_bytes_a_token": self.weight_bytes,
            "kv_bytes_a_token": self.kv_bytes,
            "bytes_a_token": self.bytes_a_token,
            "gbps": round(self.gbps, 2),
            "tokens_per_s": round(self.tokens_per_s, 1),
            "fits_cache": self.fits_cache,
            "note": self.note,
        }


def ceiling(
    machine: Machine, weight_bytes: int, kv: KvShape | None, context_tokens: float
) -> Ceiling:
    """The ceiling of a decoder at a cache filled with `context_tokens` on average.

    A cache of unknown shape (None) counts nothing.
    """
    kv_bytes = 0 if kv is None else round(kv.bytes_a_token * context_tokens)
    return Ceiling(weight_bytes, kv_bytes, machine.gbps, machine.l3_bytes)


def kv_shape(bundle_dir: Path) -> KvShape | None:
    """The cache's shape from config.json, in float32; None where it does not say."""
    try:
        config = json.loads((bundle_dir / "config.json").read_text(encoding="utf-8"))
        text = config.get("text_config", config)
        heads = int(text["num_attention_heads"])
        return KvShape(
            layers=int(text["num_hidden_layers"]),
            kv_heads=int(text.get("num_key_value_heads") or heads),
            head_dim=int(text.get("head_dim") or text["hidden_size"] // heads),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
