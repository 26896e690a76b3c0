"""The reference gives the same bits everywhere; the small network's are committed.

Whoever changes one of these hashes changes the arithmetic: raise `image.FORMAT` with it, and
say in docs/fpga.md what is different.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from vlm_driving.backends.fpga import numeric
from vlm_driving.backends.fpga.image import DeviceImage, digest
from vlm_driving.backends.fpga.reference import Network, unshuffle
from vlm_driving.backends.fpga.vectors import (
    SMALL,
    known_answers,
    noise,
    standard_pixels,
    standard_rows,
)
from vlm_driving.core import UserError

IMAGE = "afd231d22ba46e14c9adba0250fdd28b853c212d22d0c5befbd69413ca99e444"
INPUT = "08c86ed6cef94a36b1d0eecf2d955685d118f9c1dac62ed5cdb958a7b6840abd"
ANSWERS = {
    "encode": "e18423e4b3dd52d42ff8fc237b21df9ebf3572c78a500d0f4c1974743a93c301",
    "prefill": "1c19822d9ad200a0a2095b3b69c8fe4f2576ddf8e48762c18d2c27eb729f17ed",
    "decode": "c5b4d472c59561678d125fc8533b7e56b38787deb71bb363214c1df2b284483d",
}


@pytest.fixture
def network(small_image) -> Network:
    return Network(small_image)


def rows(count: int, seed: int = 9) -> np.ndarray:
    values = noise(count * SMALL.hidden, seed) % 60001 - 30000
    return values.astype(np.int32).reshape(count, SMALL.hidden)


def test_the_packed_small_network_is_the_committed_one_to_the_byte(small_image):
    assert digest(small_image.to_bytes()).hex() == IMAGE


def test_the_known_answers_are_the_committed_ones(small_image):
    assert dict(small_image.answers) == ANSWERS


def test_the_standard_input_is_the_committed_one():
    data = standard_pixels(SMALL).tobytes() + standard_rows(SMALL).tobytes()
    assert hashlib.sha256(data).hexdigest() == INPUT


def test_answers_tell_pictures_and_tokens_apart(network):
    pixels = standard_pixels(SMALL)
    changed = pixels.copy()
    changed[1, 5, 7] += 400
    assert not np.array_equal(network.encode(pixels), network.encode(changed))
    first = network.extend(rows(3), 0)
    assert np.unique(first).size > SMALL.vocab // 2
    assert not np.array_equal(first, network.extend(rows(3, seed=10), 0))


def test_one_launch_of_many_tokens_and_many_of_one_give_the_same_bits(network):
    given = rows(7)
    whole = network.extend(given, 0)
    for place in range(7):
        last = network.extend(given[place : place + 1], place)
    assert np.array_equal(whole, last)
    network.extend(given[:4], 0)
    assert np.array_equal(whole, network.extend(given[4:], 4))


def test_what_stood_behind_a_rewound_place_leaves_no_trace(network, small_image):
    given = rows(6)
    network.extend(rows(20, seed=11), 0)
    network.extend(given[:4], 0)
    network.extend(rows(9, seed=12), 4)
    again = network.extend(given[4:], 4)
    assert np.array_equal(again, Network(small_image).extend(given, 0))


def test_products_in_whole_numbers_give_the_same_answers(small_image, monkeypatch):
    def whole(codes, weights):
        return codes.astype(np.int64) @ weights.astype(np.int64)

    monkeypatch.setattr(numeric, "product", whole)
    assert known_answers(Network(small_image)) == ANSWERS


def test_two_runs_are_identical(small_image):
    assert known_answers(Network(small_image)) == known_answers(Network(small_image))


def test_the_largest_inputs_do_not_overflow(network):
    most = np.full((2, SMALL.hidden), (1 << 31) - 1, np.int32)
    most[:, ::2] *= -1
    logits = network.extend(most, 0)
    assert np.abs(logits.astype(np.int64)).max() < (1 << 31) - 1
    features = network.encode(np.full((3, SMALL.height, SMALL.width), 32767, np.int16))
    assert np.abs(features.astype(np.int64)).max() < (1 << 31) - 1


@pytest.mark.parametrize(("count", "start"), [(0, 0), (1, 32), (3, 30), (1, -1)])
def test_tokens_that_do_not_fit_are_refused(network, count, start):
    with pytest.raises(ValueError, match="the cache holds 32"):
        network.extend(rows(5)[:count], start)


def test_unshuffling_keeps_a_blocks_pixels_together_by_channel():
    planes = np.arange(2 * 4 * 4).reshape(2, 4, 4)
    places = unshuffle(planes, 2)
    assert places.shape == (2, 2, 8)
    assert places[0, 1].tolist() == [2, 3, 6, 7, 18, 19, 22, 23]


def test_an_image_is_read_back_as_it_was(small_image):
    file = small_image.to_bytes()
    again = DeviceImage.from_bytes(file)
    assert again.to_bytes() == file
    assert again.shape == small_image.shape
    assert known_answers(Network(again)) == dict(small_image.answers)


@pytest.mark.parametrize("cut", [0, 7, 200, -100])
def test_a_damaged_image_is_refused_with_the_remedy(small_image, cut):
    with pytest.raises(UserError, match="pack the bundle again"):
        DeviceImage.from_bytes(small_image.to_bytes()[:cut])


def test_an_image_of_another_format_is_refused(small_image):
    file = small_image.to_bytes().replace(b'"format":1', b'"format":7')
    with pytest.raises(UserError, match="its format is 7, here it is 1"):
        DeviceImage.from_bytes(file)
