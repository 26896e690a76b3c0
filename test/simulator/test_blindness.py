"""Pictures that show too little of a road: how much is hidden, and what replaces it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vlm_driving.core import UserError
from vlm_driving.simulator import render, sample_scene
from vlm_driving.simulator.blindness import cover, make_blind, road_region
from vlm_driving.simulator.foreign_pictures import (
    HELD_OUT_FAMILIES,
    HELD_OUT_GRAIN,
    TRAINING_FAMILIES,
    family_of,
    foreign_picture,
    held_out_grain,
)
from vlm_driving.simulator.sampling_light import WHOLE_PICTURE, sample_blindness
from vlm_driving.simulator.scene import BlindKind, Blindness, Sensor, Windscreen

ON_GLASS = [k for k in BlindKind if k not in WHOLE_PICTURE]
CLEAN = Sensor(0.0, 0.0, 1.0, 1.0, None)


@pytest.mark.parametrize("kind", ON_GLASS)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 1.0])
def test_the_share_of_the_road_that_is_hidden_is_the_one_asked_for(
    kind: BlindKind, share: float
) -> None:
    for grain in range(4):
        mask = cover(Blindness(kind, share, grain), 640, 360)
        hidden = float((mask[road_region(360, 640)] > 127).mean())
        assert abs(hidden - share) < 0.06


def blinded(kind: BlindKind, grain: int, share: float = 1.0) -> NDArray[np.uint8]:
    return render(replace(sample_scene(4, 5), blind=Blindness(kind, share, grain))).small


def test_black_is_black_white_is_white_and_noise_is_neither() -> None:
    for grain in range(6):
        assert blinded(BlindKind.BLACK, grain).mean() < 32
        assert blinded(BlindKind.WHITE, grain).mean() > 190
    different = {blinded(BlindKind.NOISE, grain).tobytes() for grain in range(12)}
    assert len(different) == 12


def test_mist_leaves_nothing_sharp() -> None:
    scene = replace(sample_scene(4, 5), sensor=CLEAN, windscreen=Windscreen())
    image = render(replace(scene, blind=None)).image
    misty = make_blind(image.copy(), replace(scene, blind=Blindness(BlindKind.FOGGED, 0.2, 1)))

    def edges(picture: NDArray[np.uint8]) -> float:
        return float(np.percentile(np.abs(cv2.Laplacian(picture, cv2.CV_32F)), 99))

    assert edges(misty) < 0.25 * edges(image)


def test_a_grain_picks_family_and_seed_and_training_never_meets_the_held_out_ones() -> None:
    assert len(TRAINING_FAMILIES) >= 12
    assert set(HELD_OUT_FAMILIES) == {"room", "document", "animal"}
    assert not set(TRAINING_FAMILIES) & set(HELD_OUT_FAMILIES)
    rng = np.random.default_rng(4)
    drawn = {family_of(sample_blindness(rng, [BlindKind.FOREIGN]).grain)[0] for _ in range(400)}
    assert drawn == set(TRAINING_FAMILIES)
    for family in HELD_OUT_FAMILIES:
        grain = held_out_grain(family, 9)
        assert grain >= HELD_OUT_GRAIN and family_of(grain) == (family, 9)


@pytest.mark.parametrize("family", TRAINING_FAMILIES + HELD_OUT_FAMILIES)
def test_each_family_gives_another_picture_for_each_grain_and_the_same_for_the_same(
    family: str,
) -> None:
    pictures = [foreign_picture(grain, family, 160, 90) for grain in range(3)]
    assert all(p.shape == (90, 160, 3) and p.dtype == np.uint8 for p in pictures)
    assert len({p.tobytes() for p in pictures}) == 3
    assert np.array_equal(pictures[1], foreign_picture(1, family, 160, 90))
    assert max(float(p.std()) for p in pictures) > 4


def test_an_unknown_family_is_named_with_the_remedy() -> None:
    with pytest.raises(UserError, match="choose one of"):
        foreign_picture(1, "spaceship", 64, 36)
    with pytest.raises(UserError, match="room, document, animal"):
        held_out_grain("checker", 1)


def test_blindness_is_drawn_from_the_kinds_asked_for() -> None:
    rng = np.random.default_rng(6)
    drawn = [sample_blindness(rng, [BlindKind.MUD, BlindKind.BLACK]) for _ in range(100)]
    assert {b.kind for b in drawn} == {BlindKind.MUD, BlindKind.BLACK}
    assert all(
        (b.share == 1.0) if b.kind is BlindKind.BLACK else 0.2 <= b.share <= 1.0 for b in drawn
    )
