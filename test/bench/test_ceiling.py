"""The ceiling is bandwidth over bytes, and says when the cache makes it meaningless."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.tiny_graphs import (
    HEAD,
    HEADS,
    HIDDEN,
    KV_HEADS,
    LAYERS,
    make_weights,
    save_decoder,
    save_embed_tokens,
)

from vlm_driving.bench.ceiling import Ceiling
from vlm_driving.bench.graph_bytes import KvShape, weight_bytes_a_token
from vlm_driving.core import UserError

VOCABULARY = 300


def test_the_ceiling_is_bandwidth_over_weights_and_cache() -> None:
    ceiling = Ceiling(weight_bytes=900_000_000, kv_bytes=100_000_000, gbps=20.0, l3_bytes=1)
    assert ceiling.bytes_a_token == 1_000_000_000
    assert ceiling.tokens_per_s == 20.0
    assert not ceiling.fits_cache
    assert "do not fit" in ceiling.note


def test_a_model_that_fits_the_cache_is_not_limited_by_memory() -> None:
    ceiling = Ceiling(weight_bytes=9_000_000, kv_bytes=0, gbps=20.0, l3_bytes=32_000_000)
    assert ceiling.fits_cache
    assert "does not limit" in ceiling.note
    assert ceiling.to_json()["fits_cache"] is True


def test_the_cache_of_a_token_is_keys_and_values_of_all_layers() -> None:
    assert KvShape(layers=6, kv_heads=4, head_dim=32).bytes_a_token == 2 * 6 * 4 * 32 * 4


@pytest.mark.parametrize("kind", ["gqa", "concat"])
def test_the_weights_of_a_token_are_the_matrices_of_the_decoder(tmp_path: Path, kind: str) -> None:
    weights = make_weights(VOCABULARY, np.zeros(VOCABULARY, np.float32), stride=16, seed=0)
    path = tmp_path / "decoder.onnx"
    save_decoder(path, weights, kind)
    layer = HIDDEN * (HEADS + 2 * KV_HEADS) * HEAD + HEADS * HEAD * HIDDEN + 4 * HIDDEN * HIDDEN
    matrices = 4 * (LAYERS * layer + HIDDEN * VOCABULARY + VOCABULARY)
    # Besides the matrices there are a few scalar and shape constants.
    assert matrices <= weight_bytes_a_token(path) <= matrices + 600


def test_an_embedding_table_is_picked_from_and_not_read(tmp_path: Path) -> None:
    weights = make_weights(VOCABULARY, np.zeros(VOCABULARY, np.float32), stride=16, seed=0)
    path = tmp_path / "embed.onnx"
    save_embed_tokens(path, weights)
    assert weight_bytes_a_token(path) == 0


def test_a_file_that_is_no_model_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "decoder.onnx"
    path.write_bytes(b"\xff" * 40)
    with pytest.raises(UserError, match="decoder.onnx is no readable ONNX model"):
        weight_bytes_a_token(path)
