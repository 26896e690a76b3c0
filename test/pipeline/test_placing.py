"""Pictures on their way into the workers' memory."""

from __future__ import annotations

import numpy as np
import pytest

from vlm_driving.pipeline.placing import place, thinning
from vlm_driving.pipeline.workers.memory import FrameMemory


@pytest.fixture
def memory():
    memory = FrameMemory(1, 6 * 8 * 3)
    yield memory
    memory.close()


def test_a_picture_that_fits_is_there_as_it_was(memory):
    image = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3)
    placed = place(memory, image)
    assert placed is not None
    assert placed.shape == (6, 8, 3)
    assert np.array_equal(memory.array(placed.slot, placed.shape), image)


def test_a_picture_that_is_too_large_is_thinned_out(memory):
    image = np.arange(11 * 16 * 3, dtype=np.uint8).reshape(11, 16, 3)
    placed = place(memory, image)
    assert placed is not None
    assert placed.shape == (6, 8, 3)
    assert np.array_equal(memory.array(placed.slot, placed.shape), image[::2, ::2])


def test_there_is_none_while_every_place_is_held(memory):
    image = np.zeros((6, 8, 3), np.uint8)
    placed = place(memory, image)
    assert placed is not None
    assert place(memory, image) is None
    memory.release(placed.slot)
    assert place(memory, image) is not None


@pytest.mark.parametrize(
    ("height", "width", "pixels", "step"),
    [
        (720, 1280, 1920 * 1200, 1),
        (1200, 1920, 1920 * 1200, 1),
        (1201, 1920, 1920 * 1200, 2),
        (2160, 3840, 1920 * 1200, 2),
        (4320, 7680, 1920 * 1200, 4),
        (1, 100, 10, 10),
    ],
)
def test_no_more_is_thinned_out_than_has_to_be(height, width, pixels, step):
    assert thinning(height, width, pixels * 3) == step
