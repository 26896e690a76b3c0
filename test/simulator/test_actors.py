"""Vehicles and signals: recognisable by shape and light, and true to the id-map."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from simulator.actor_scenes import GREY, SIZES, person, pixels, plain, size, vehicle

from vlm_driving.simulator import render
from vlm_driving.simulator.canvas import (
    ID_ARROW,
    ID_PEDESTRIAN,
    ID_SIGNAL,
    ID_VEHICLE,
)
from vlm_driving.simulator.scene import (
    Age,
    Arrow,
    Cyclist,
    CyclistPlace,
    Flagger,
    Gesture,
    Light,
    RoadWorks,
    Signal,
    SignalColour,
    VehicleKind,
    VehicleRole,
)


@pytest.mark.parametrize("kind", list(VehicleKind))
@pytest.mark.parametrize("role", [VehicleRole.AHEAD, VehicleRole.ONCOMING, VehicleRole.PARKED])
def test_every_vehicle_shows_at_its_size(kind: VehicleKind, role: VehicleRole) -> None:
    rendering = render(plain(vehicles=(vehicle(kind, role),)))
    wide, high = size(rendering, ID_VEHICLE)
    metre = 160 / math.tan(math.radians(30)) / 14.0
    length, width, height = SIZES[kind]
    ridden = kind is not VehicleKind.MOTORCYCLE or role is not VehicleRole.PARKED
    assert wide == pytest.approx(width * metre, rel=0.2)
    if ridden:
        assert high == pytest.approx(height * metre, rel=0.15)
    assert np.count_nonzero(rendering.ids == ID_VEHICLE) > 0.3 * wide * high


@pytest.mark.parametrize("kind", list(VehicleKind))
def test_a_crossing_vehicle_shows_its_side(kind: VehicleKind) -> None:
    """Its length lies across the picture, and its wheels stand on the road."""
    rendering = render(plain(vehicles=(vehicle(kind, VehicleRole.CROSSING, heading=1),)))
    wide, _ = size(rendering, ID_VEHICLE)
    metre = 160 / math.tan(math.radians(30)) / 14.0
    assert wide == pytest.approx(SIZES[kind][0] * metre, rel=0.18)


@pytest.mark.parametrize("kind", [VehicleKind.SEDAN, VehicleKind.BUS, VehicleKind.MOTORCYCLE])
def test_the_heading_of_a_crossing_vehicle_tells_where_its_headlamps_are(
    kind: VehicleKind,
) -> None:
    def brighter_on_the_left(heading: int) -> bool:
        car = vehicle(kind, VehicleRole.CROSSING, 20.0, heading=heading, headlamps=True)
        rendering = render(plain(Light.NIGHT, vehicles=(car,)))
        grey = rendering.small.min(axis=2) * (rendering.ids == ID_VEHICLE).astype(float)
        return bool(grey[:, :160].max() > grey[:, 160:].max())

    assert brighter_on_the_left(1)
    assert not brighter_on_the_left(-1)


@pytest.mark.parametrize("kind", list(VehicleKind))
def test_variants_of_a_kind_look_different(kind: VehicleKind) -> None:
    for role in (VehicleRole.AHEAD, VehicleRole.ONCOMING):
        looks = {
            render(plain(vehicles=(vehicle(kind, role, variant=v),))).small.tobytes()
            for v in range(8)
        }
        assert len(looks) >= 6


@pytest.mark.parametrize("kind", list(VehicleKind))
@pytest.mark.parametrize("light", [Light.DAY, Light.NIGHT])
def test_brake_lamps_are_brighter_than_tail_lamps(kind: VehicleKind, light: Light) -> None:
    for variant in range(8):
        car = vehicle(kind, VehicleRole.AHEAD, headlamps=True, variant=variant)
        tail, brake = (
            render(plain(light, vehicles=(one,))).small[..., 2].astype(int)
            for one in (car, replace(car, braking=True))
        )
        assert ((brake - tail) > 40).sum() >= 4, variant
        assert (brake - tail).min() > -40, variant


def test_hazard_lamps_light_a_parked_vehicle_on_both_sides() -> None:
    off = vehicle(VehicleKind.SEDAN, VehicleRole.PARKED, 10.0)
    on = replace(off, hazard_lamps=True)
    change = render(plain(vehicles=(on,))).small.astype(int)
    change -= render(plain(vehicles=(off,))).small
    assert change[:, :155, 2].max() > 30 and change[:, 165:, 2].max() > 30


def test_a_vehicle_parked_beside_us_still_shows() -> None:
    car = vehicle(VehicleKind.VAN, VehicleRole.PARKED, 1.0, 2.2)
    rendering = render(plain(vehicles=(car,)))
    shown = rendering.ids == ID_VEHICLE
    assert shown.sum() > 200
    assert np.flatnonzero(shown.any(axis=0)).max() < 160
    gone = render(plain(vehicles=(replace(car, x_m=-6.0),)))
    assert not (gone.ids == ID_VEHICLE).any()


def test_who_walks_beside_a_parked_lorry_is_not_hidden_by_its_side() -> None:
    lorry = vehicle(VehicleKind.TRUCK, VehicleRole.PARKED, 6.0, 2.2)
    walker = person(Age.ADULT, 1.7, x_m=10.0, y_m=0.7)
    alone = render(plain(pedestrians=(walker,)))
    both = render(plain(pedestrians=(walker,), vehicles=(lorry,)))
    shown = [(r.ids == ID_PEDESTRIAN).sum() for r in (alone, both)]
    assert shown[0] == shown[1] > 0
    behind = replace(walker, y_m=2.2)
    hidden = render(plain(pedestrians=(behind,), vehicles=(lorry,)))
    assert (hidden.ids == ID_PEDESTRIAN).sum() == 0


def test_a_taxi_has_a_lamp_on_its_roof() -> None:
    cab = vehicle(VehicleKind.SEDAN, VehicleRole.AHEAD, taxi=True)
    with_lamp = size(render(plain(vehicles=(cab,))), ID_VEHICLE)[1]
    assert with_lamp > size(render(plain(vehicles=(replace(cab, taxi=False),))), ID_VEHICLE)[1]


def signal(colour: SignalColour, *arrows: Arrow) -> Signal:
    return Signal(18.0, 0.0, 5.2, 0.3, colour, 4.0, 60.0, arrows)


def test_a_signal_that_is_off_shows_its_housing_and_nothing_lit() -> None:
    rendering = render(plain(signal=signal(SignalColour.OFF)))
    wide, high = size(rendering, ID_SIGNAL)
    assert wide > 2 * high
    assert pixels(rendering, ID_SIGNAL).mean() < 110


def test_arrows_are_green_lie_under_the_lamps_and_in_their_order() -> None:
    columns = {}
    for arrow in Arrow:
        rendering = render(plain(signal=signal(SignalColour.RED, arrow)))
        v, u = np.nonzero(rendering.ids == ID_ARROW)
        assert v.mean() > np.nonzero(rendering.ids == ID_SIGNAL)[0].mean()
        blue, green, red = pixels(rendering, ID_ARROW).mean(axis=0)
        assert green > 1.3 * red
        columns[arrow] = u.mean()
    assert columns[Arrow.LEFT] < columns[Arrow.STRAIGHT] < columns[Arrow.RIGHT]
    without = render(plain(signal=signal(SignalColour.RED)))
    assert ID_ARROW not in without.things


def test_an_arrow_points_where_it_says() -> None:
    """The lit shape is highest at its wings, which lie towards the tip."""

    def wings(arrow: Arrow) -> float:
        near = replace(signal(SignalColour.RED, arrow), x_m=9.0, z_m=3.0)
        rendering = render(plain(signal=near))
        lit = (rendering.small[..., 1] > 150) & (rendering.ids == ID_ARROW)
        columns = np.flatnonzero(lit.any(axis=0))
        return float(lit.sum(axis=0).argmax() - columns.mean())

    assert wings(Arrow.LEFT) < 0 < wings(Arrow.RIGHT)


def test_what_acts_is_the_same_twice_and_draws_within_any_picture_size() -> None:
    scene = plain(
        vehicles=(vehicle(VehicleKind.BUS, VehicleRole.CROSSING, heading=-1),),
        pedestrians=(person(Age.ELDERLY, 1.5, -1, umbrella=(20, 20, 200)),),
        cyclists=(Cyclist(CyclistPlace.CROSSING, 12.0, 0.0, 1.68, -1, GREY, GREY, GREY),),
        works=RoadWorks(3.0, 20.0, 1, 0.8, 2.0, machine=True, variant=2),
        flagger=Flagger(9.0, -0.5, Gesture.HOLD, GREY),
    )
    for width, height in ((640, 360), (320, 180)):
        first, second = render(scene, width, height), render(scene, width, height)
        assert np.array_equal(first.image, second.image)
        assert first.things == second.things
