"""People, cyclists, works and beasts: told apart by shape, colour and light."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from simulator.actor_scenes import person, pixels, plain, reds, size

from vlm_driving.simulator import render
from vlm_driving.simulator.canvas import (
    ID_ANIMAL,
    ID_CYCLIST,
    ID_FLAGGER,
    ID_OBSTACLE,
    ID_PEDESTRIAN,
    ID_WORKS,
)
from vlm_driving.simulator.scene import (
    Age,
    Animal,
    Cyclist,
    CyclistPlace,
    Flagger,
    Gesture,
    Light,
    Obstacle,
    ObstacleKind,
    Pedestrian,
    RoadWorks,
)


def test_a_child_is_small_and_has_a_large_head() -> None:
    """The head takes a larger share of the height: the mask is wider there."""

    def head_share(one: Pedestrian) -> float:
        rendering = render(plain(pedestrians=(one,)), 1280, 720)
        rows, _ = np.nonzero(rendering.ids == ID_PEDESTRIAN)
        wide = np.bincount(rows - rows.min())
        return float(wide[: len(wide) // 8].max() / len(wide))

    child = person(Age.CHILD, 1.2, x_m=5.0)
    adult = person(Age.ADULT, 1.7, x_m=5.0 * 1.7 / 1.2)
    assert head_share(child) > 1.1 * head_share(adult)


def test_an_elderly_person_is_bent_forward() -> None:
    """Walking to the left, the head is left of where the person stands; an adult's is above it."""

    def lean(age: Age) -> float:
        rendering = render(plain(pedestrians=(person(age, 1.6, 1, stride=0.2),)))
        rows, columns = np.nonzero(rendering.ids == ID_PEDESTRIAN)
        return float(159.5 - columns[rows <= rows.min() + 3].mean())

    assert lean(Age.ELDERLY) > lean(Age.ADULT) + 1.5


@pytest.mark.parametrize("age", list(Age))
@pytest.mark.parametrize("heading", [-1, 0, 1])
def test_a_person_is_as_high_as_said_and_narrow(age: Age, heading: int) -> None:
    rendering = render(plain(pedestrians=(person(age, 1.5, heading),)))
    wide, high = size(rendering, ID_PEDESTRIAN)
    assert high == pytest.approx(1.5 * 160 / math.tan(math.radians(30)) / 10, rel=0.1)
    assert wide < 0.75 * high


def cyclist(place: CyclistPlace, heading: int = 0, **more: object) -> Cyclist:
    one = Cyclist(place, 12.0, 0.0, 1.68, heading, (60, 120, 200), (60, 50, 40), (200, 60, 40))
    return replace(one, **more)  # type: ignore[arg-type]


def test_a_cyclist_is_wide_from_the_side_and_narrow_from_behind() -> None:
    across = render(plain(cyclists=(cyclist(CyclistPlace.CROSSING, 1),)))
    behind = render(plain(cyclists=(cyclist(CyclistPlace.LANE),)))
    assert size(across, ID_CYCLIST)[0] > 2 * size(behind, ID_CYCLIST)[0]
    for rendering in (across, behind):
        assert size(rendering, ID_CYCLIST)[1] == pytest.approx(1.68 * 277 / 12, rel=0.08)


def test_each_cyclist_has_an_id_of_its_own() -> None:
    two = (cyclist(CyclistPlace.LANE), cyclist(CyclistPlace.ONCOMING, y_m=-2.0))
    rendering = render(plain(cyclists=two))
    assert (rendering.ids == ID_CYCLIST).any() and (rendering.ids == ID_CYCLIST + 1).any()


def test_a_cyclists_lamp_shows_at_night_red_behind_and_white_before() -> None:
    def change(place: CyclistPlace) -> NDArray[np.int64]:
        dark, lit = (
            render(plain(Light.NIGHT, cyclists=(cyclist(place, lamp=lamp),))).small.astype(int)
            for lamp in (False, True)
        )
        delta: NDArray[np.int64] = (lit - dark).reshape(-1, 3).sum(axis=0)
        return delta

    blue, green, red = change(CyclistPlace.LANE)
    assert red > 2 * max(green, blue, 1)
    blue, green, red = change(CyclistPlace.ONCOMING)
    assert min(blue, green, red) > 0.5 * max(blue, green, red)


@pytest.mark.parametrize("variant", range(8))
def test_the_two_gestures_of_a_flagger_differ_in_height_and_colour(variant: int) -> None:
    """HOLD: red at shoulder height, far out. PROCEED: none there, something white and low."""

    def flag(gesture: Gesture) -> NDArray[np.bool_]:
        guard = Flagger(18.0, 0.0, gesture, (120, 70, 40), variant=variant)
        rendering = render(plain(flagger=guard))
        assert size(rendering, ID_FLAGGER)[1] >= 24
        return reds(rendering, ID_FLAGGER)

    shoulder, hold, proceed = 80 - 277 * 0.1 / 18, flag(Gesture.HOLD), flag(Gesture.PROCEED)
    out = np.abs(np.arange(320) - 159.5) > 10
    assert hold[int(shoulder) : int(shoulder) + 12, out].sum() >= 12
    assert proceed[:, out].sum() == 0
    assert proceed[: int(shoulder) + 4].sum() == 0


@pytest.mark.parametrize("variant", range(4))
def test_a_light_stick_at_night_is_level_to_hold_and_hangs_to_proceed(variant: int) -> None:
    def slope(gesture: Gesture) -> float:
        guard = Flagger(14.0, 0.0, gesture, (120, 70, 40), True, variant)
        rows, columns = np.nonzero(reds(render(plain(Light.NIGHT, flagger=guard)), ID_FLAGGER))
        assert len(rows) >= 6
        return float(np.ptp(rows)) / max(1.0, float(np.ptp(columns)))

    assert slope(Gesture.HOLD) < 0.4 < slope(Gesture.PROCEED)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("variant", range(6))
def test_road_works_stand_on_their_side_and_keep_to_their_border(side: int, variant: int) -> None:
    works = RoadWorks(12.0, 30.0, side, 1.0, 2.5, machine=variant % 2 == 0, variant=variant)
    rendering = render(plain(works=works))
    columns = np.nonzero(rendering.ids[80:] == ID_WORKS)[1]
    assert len(columns) > 100
    border = 160 - side * 277 * 0.6 / 14.0  # at the end of the aslant row of cones
    inside = (columns - border) * side < 8
    assert inside.mean() > 0.9


def test_cones_are_red_or_orange_and_banded_white() -> None:
    works = RoadWorks(8.0, 30.0, 1, 1.0, 2.0, board=False)
    blue, green, red = pixels(render(plain(works=works)), ID_WORKS).T
    assert ((red > 150) & (green < 0.6 * red)).sum() > 20
    assert (np.minimum(np.minimum(blue, green), red) > 180).sum() > 5


def test_at_night_an_arrow_of_lamps_points_to_the_free_side() -> None:
    def amber_columns(side: int) -> float:
        works = RoadWorks(10.0, 30.0, side, 1.0, 2.0, board=False)
        rendering = render(plain(Light.NIGHT, works=works))
        area = rendering.small[:78].astype(int)
        rows, columns = np.nonzero((area[..., 2] > 150) & (area[..., 0] < 0.7 * area[..., 2]))
        assert len(rows) > 5
        outer = np.abs(rows - np.median(rows)) >= 2  # the wings
        return float(columns[outer].mean() - columns.mean())

    assert amber_columns(1) > 0 > amber_columns(-1)


@pytest.mark.parametrize("kind", list(ObstacleKind))
@pytest.mark.parametrize("variant", range(4))
def test_an_obstacle_has_the_size_that_its_numbers_give(kind: ObstacleKind, variant: int) -> None:
    wide_m, high_m = {
        ObstacleKind.BOX: (0.7, 0.5),
        ObstacleKind.TYRE: (0.65, 0.65) if variant % 2 else (0.65, 0.22),
        ObstacleKind.TIMBER: (1.6, 0.3),
        ObstacleKind.SACK: (0.8, 0.45),
    }[kind]
    thing = Obstacle(kind, 10.0, 0.0, wide_m, high_m, (90, 140, 185), variant)
    rendering = render(plain(obstacle=thing))
    wide, high = size(rendering, ID_OBSTACLE)
    assert wide == pytest.approx(wide_m * 27.7, rel=0.3)
    assert 0.8 * high_m * 27.7 < high < 1.6 * high_m * 27.7
    assert (rendering.ids == ID_OBSTACLE).sum() > 0.3 * wide_m * high_m * 27.7**2


@pytest.mark.parametrize(("length_m", "height_m"), [(0.4, 0.3), (0.5, 0.3), (0.9, 0.6), (1.6, 1.4)])
@pytest.mark.parametrize("heading", [-1, 0, 1])
def test_animals_are_drawn_at_their_size(length_m: float, height_m: float, heading: int) -> None:
    beast = Animal(8.0, 0.0, length_m, height_m, heading, (60, 100, 150))
    rendering = render(plain(animals=(beast,)))
    assert size(rendering, ID_ANIMAL)[1] == pytest.approx(height_m * 277 / 8, rel=0.2)
    assert (rendering.ids == ID_ANIMAL).sum() > 10
