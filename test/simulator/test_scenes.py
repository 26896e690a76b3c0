"""Scenes, pictures and geometry: the same numbers give the same world, and it looks right."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from simulator.scene_builders import scene_with

from vlm_driving.simulator import MODEL_VIEW, render, sample_scene, visible_facts
from vlm_driving.simulator.camera import Camera
from vlm_driving.simulator.canvas import ID_LANE, ID_SIGNAL, ID_VEHICLE
from vlm_driving.simulator.render_signal import LAMP_ORDER
from vlm_driving.simulator.scene import (
    Signal,
    SignalColour,
    Vehicle,
    VehicleKind,
    VehicleRole,
)


def car(x_m: float, y_m: float = 0.0, role: VehicleRole = VehicleRole.AHEAD) -> Vehicle:
    return Vehicle(role, VehicleKind.KEI, x_m, y_m, 3.4, 1.5, 1.7, (230.0, 230.0, 230.0))


def test_the_same_seed_and_index_give_the_same_scene_and_the_same_pixels() -> None:
    assert sample_scene(5, 17) == sample_scene(5, 17)
    assert sample_scene(5, 17) != sample_scene(5, 18)
    assert sample_scene(5, 17) != sample_scene(6, 17)
    first, second = render(sample_scene(5, 17)), render(sample_scene(5, 17))
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.ids, second.ids)


def test_a_rendering_has_the_shapes_it_promises() -> None:
    rendering = render(sample_scene(5, 1))
    assert rendering.image.shape == (360, 640, 3) and rendering.image.dtype == np.uint8
    assert rendering.ids.shape == (160, 320) and rendering.ids.dtype == np.int32
    assert np.array_equal(rendering.small, MODEL_VIEW.apply(rendering.image))
    assert render(sample_scene(5, 1), 1280, 720).image.shape == (720, 1280, 3)


def test_the_view_is_half_the_picture_less_ten_rows_above_and_below() -> None:
    assert MODEL_VIEW.scale(640, 360) == 0.5
    assert MODEL_VIEW.crop(640, 360) == (0.0, 10.0)


def test_a_car_spans_the_pixels_that_its_width_and_distance_give() -> None:
    rendering = render(scene_with(vehicles=(car(20.0),)))
    focal_px = 160 / math.tan(math.radians(30))  # at the model's resolution
    columns = np.flatnonzero((rendering.ids == ID_VEHICLE).any(axis=0))
    assert columns[-1] - columns[0] + 1 == pytest.approx(focal_px * 1.5 / 20, abs=2)
    left, _, right, bottom = rendering.things[ID_VEHICLE].box
    assert right - left == pytest.approx(focal_px * 1.5 / 20, abs=1)
    assert bottom == pytest.approx(80 + focal_px * 1.4 / 20, abs=0.5)


def test_the_camera_keeps_left_left_and_up_up() -> None:
    scene = scene_with()
    camera = Camera.of(scene, 640, 360)
    assert camera.point(20, 0, 1.4) == pytest.approx((320, 180))
    assert camera.point(20, 1, 1.4)[0] < 320
    assert camera.point(20, 0, 2.4)[1] < 180
    up = replace(scene, camera=replace(scene.camera, pitch_rad=0.02))
    assert Camera.of(up, 640, 360).point(20, 0, 1.4)[1] > 180
    left = replace(scene, camera=replace(scene.camera, yaw_rad=0.02))
    assert Camera.of(left, 640, 360).point(20, 0, 1.4)[0] > 320


def test_traffic_keeps_left() -> None:
    """Oncoming lanes lie to the right; oncoming cars are seen right of the ego lane."""
    seen = 0
    for index in range(40):
        scene = sample_scene(11, index)
        assert scene.road.right_m <= scene.road.centre_m < 0 < scene.road.left_m
        for vehicle in scene.vehicles:
            if vehicle.role is VehicleRole.ONCOMING:
                assert vehicle.y_m < 0
                seen += 1
            if vehicle.role is VehicleRole.PARKED:
                assert vehicle.y_m > 0
    assert seen > 5


@pytest.mark.parametrize("colour", [c for c in SignalColour if c is not SignalColour.OFF])
def test_lamps_stand_in_the_japanese_order_green_left_red_right(colour: SignalColour) -> None:
    assert LAMP_ORDER == (SignalColour.GREEN, SignalColour.YELLOW, SignalColour.RED)
    signal = Signal(20.0, 0.0, 5.2, 0.3, colour, 3.0, 60.0)
    rendering = render(scene_with(signal=signal))
    rows, columns = np.nonzero(rendering.ids == ID_SIGNAL)
    assert len(rows) >= 4
    step = {SignalColour.GREEN: -1, SignalColour.YELLOW: 0, SignalColour.RED: 1}[colour]
    assert np.sign(round((columns.mean() + 0.5 - 160) / 3)) == step
    blue, green, red = rendering.small[rows, columns].astype(float).mean(axis=0)
    expected = {
        SignalColour.GREEN: green > 1.5 * red,
        SignalColour.YELLOW: red > 1.5 * blue and green > 1.3 * blue,
        SignalColour.RED: red > 1.5 * green,
    }
    assert expected[colour]


def test_drifting_left_moves_the_lane_lines_to_the_right() -> None:
    def middle_of_lines(offset_m: float) -> float:
        ids = render(scene_with(ego_offset_m=offset_m)).ids
        return float(np.flatnonzero((ids[110:] == ID_LANE).any(axis=0)).mean())

    assert middle_of_lines(0.8) > middle_of_lines(0.0) > middle_of_lines(-0.8)


def test_many_scenes_render_and_stay_within_the_bounds_of_the_camera() -> None:
    for index in range(60):
        scene = sample_scene(21, index)
        assert 1.1 <= scene.camera.height_m <= 2.4
        assert -2.6 <= math.degrees(scene.camera.pitch_rad) <= 4.6
        assert 50 <= math.degrees(scene.camera.hfov_rad) <= 75
        assert scene.ego_speed_kmh is None or 0 <= scene.ego_speed_kmh <= 110
        visible_facts(scene, render(scene, 320, 180))
