"""The encoder: shapes, and the fused form that ships."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.train

import torch  # noqa: E402

from vlm_driving.training.vision import VisionConfig, VisionTower  # noqa: E402

SMALL = VisionConfig(
    height=64, width=96, stride4=(8, 1), stride8=(12, 1), stride16=(16, 1), projector=24, hidden=20
)


def test_one_token_stands_for_each_32_by_32_pixels_and_four_for_the_whole() -> None:
    tower = VisionTower(SMALL)
    assert (SMALL.grid_tokens, SMALL.tokens) == (6, 10)
    assert tower(torch.zeros(2, 3, 64, 96)).shape == (2, 10, 20)


def test_sizes_that_do_not_divide_are_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 32"):
        VisionConfig(height=100)


def test_fusing_batch_norm_keeps_the_function() -> None:
    torch.manual_seed(0)
    tower = VisionTower(SMALL, fused=False)
    tower.train()
    for _ in range(3):  # give batch norm statistics that differ from its start
        tower(torch.randn(4, 3, 64, 96) * 2 + 1)
    tower.eval()
    pixels = torch.randn(2, 3, 64, 96)
    with torch.no_grad():
        expected, fused = tower(pixels), tower.fuse()(pixels)
    assert torch.allclose(expected, fused, atol=1e-5)
    assert not torch.allclose(expected, VisionTower(SMALL)(pixels), atol=1e-2)


def test_a_config_survives_json() -> None:
    import json

    assert VisionConfig.from_json(json.loads(json.dumps(SMALL.to_json()))) == SMALL


def test_a_fused_tower_is_built_from_its_config_alone() -> None:
    torch.manual_seed(0)
    fused = VisionTower(SMALL, fused=False).eval().fuse()
    twin = VisionTower.from_config(SMALL.to_json())
    twin.load_state_dict(fused.state_dict())
    pixels = torch.randn(1, 3, 64, 96)
    with torch.no_grad():
        assert torch.equal(fused(pixels), twin(pixels))
