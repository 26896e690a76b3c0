"""The decode speed that memory bandwidth allows: tokens/s <= bandwidth / bytes read a token.

Every token reads all the decoder's weights and the keys and values of all the tokens before
it. When those bytes are more than the last cache holds they come from memory each time
and the quotient is a ceiling. When they fit, they stay in the cache, and memory no longer
limits anything: the quotient is then a mark to compare with, not a ceiling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    machine: Machine, weight_bytes: int, kv_bytes_a_token: int, context_tokens: float
) -> Ceiling:
    """The ceiling of a decoder at a cache filled with `context_tokens` on average."""
    kv_bytes = round(kv_bytes_a_token * context_tokens)
    return Ceiling(weight_bytes, kv_bytes, machine.gbps, machine.l3_bytes)
