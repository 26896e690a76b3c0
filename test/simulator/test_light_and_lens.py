"""Light, weather, glass and sensor: each shows, none moves what the id-map says."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import cv2
import numpy as np
import pytest

from vlm_driving.simulator import render, sample_scene
from vlm_driving.simulator.canvas import ID_LANE, ID_NONE, ID_ROAD
from vlm_driving.simulator.glass_textures import barrel_maps
from vlm_driving.simulator.lighting import Lighting
from vlm_driving.simulator.sampling_light import (
    sample_atmosphere,
    sample_camera,
    sample_sensor,
    sample_windscreen,
)
from vlm_driving.simulator.scene import (
    Atmosphere,
    Building,
    CameraPose,
    Light,
    Prop,
    PropKind,
    Scene,
    Sensor,
    Vehicle,
    VehicleKind,
    VehicleRole,
    Weather,
    Windscreen,
)

CLEAN = Sensor(0.0, 0.0, 1.0, 1.0, None)


def air(
    light: Light = Light.DAY, weather: Weather = Weather.CLEAR, **changes: object
) -> Atmosphere:
    base = sample_atmosphere(np.random.default_rng(5), light, weather, 0.5)
    return replace(base, clouds=0.0, **changes)  # type: ignore[arg-type]


def empty(**changes: object) -> Scene:
    """A straight, flat, empty road with a clean lens."""
    base = sample_scene(3, 8)
    road = replace(
        base.road,
        lanes=1,
        ego_lane=0,
        lane_width_m=3.2,
        oncoming_lanes=1,
        curvature_per_m=0.0,
        slope_per_m=0.0,
        wear=0.0,
        asphalt=100.0,
        pavement_m=0.0,
        verge=(62.0, 112.0, 100.0),
        paint=1.0,
    )
    scene = Scene(
        camera=CameraPose(1.4, 0.0, 0.0, math.radians(60)),
        road=road,
        atmosphere=air(shadows=0.0),
        sensor=CLEAN,
        ego_offset_m=0.0,
        ego_speed_kmh=None,
    )
    return replace(scene, **changes)  # type: ignore[arg-type]


def road_mean(scene: Scene) -> float:
    seen = render(scene)
    return float(seen.small[seen.ids == ID_ROAD].mean())


def truck(x_m: float) -> Vehicle:
    return Vehicle(
        VehicleRole.AHEAD, VehicleKind.TRUCK, x_m, 0.0, 8.0, 2.4, 3.2, (240.0, 240.0, 240.0)
    )


# --- light and weather ---------------------------------------------------------------------------


@pytest.mark.parametrize("light", list(Light))
@pytest.mark.parametrize("weather", list(Weather))
def test_every_light_in_every_weather_renders_the_same_pixels_twice(
    light: Light, weather: Weather
) -> None:
    rng = np.random.default_rng(7)
    scene = replace(
        sample_scene(4, 2),
        tunnel=None,
        atmosphere=sample_atmosphere(rng, light, weather, 0.5),
        sensor=sample_sensor(rng, light),
        windscreen=sample_windscreen(rng, light, weather),
    )
    first, second = render(scene), render(scene)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.ids, second.ids)


def test_night_is_darker_than_dusk_and_dusk_darker_than_day() -> None:
    means = [
        float(render(empty(atmosphere=air(k))).small.mean())
        for k in (Light.NIGHT, Light.DUSK, Light.DAY)
    ]
    assert means[0] + 15 < means[1] < means[2] - 15


def test_fog_makes_far_things_vanish_but_not_near_ones() -> None:
    fog = air(Light.DAY, Weather.FOG, haze_m=20.0)

    def contrast(x_m: float) -> float:
        with_truck = render(empty(atmosphere=fog, vehicles=(truck(x_m),))).small.astype(int)
        without = render(empty(atmosphere=fog)).small.astype(int)
        return float(np.percentile(np.abs(with_truck - without), 99.9))

    assert contrast(70.0) < 16
    assert contrast(9.0) > 40
    assert Lighting(fog).clearness(70.0) < 0.05 < 0.5 < Lighting(fog).clearness(9.0)


def test_rain_darkens_the_road_and_lamps_are_mirrored_in_it() -> None:
    dry = render(empty(atmosphere=air(wetness=0.0, shadows=0.0)))
    wet = render(empty(atmosphere=air(wetness=0.8, shadows=0.0)))
    near, far = (slice(135, 155), slice(140, 180)), (slice(86, 92), slice(158, 162))
    assert wet.small[near].mean() < dry.small[near].mean() - 5
    assert wet.small[far].mean() > dry.small[far].mean() + 10  # the sky, seen at a flat angle
    night = empty(atmosphere=air(Light.NIGHT, Weather.CLEAR, wetness=1.0))
    braking = replace(truck(16.0), braking=True)
    lit = render(replace(night, vehicles=(braking,)))
    unlit = render(replace(night, vehicles=(replace(braking, braking=False),)))
    below = lit.ids[110:150] == ID_ROAD
    red = (lit.small[110:150, :, 2].astype(int) - unlit.small[110:150, :, 2])[below]
    assert red.max() > 10


def test_snow_whitens_the_verge_and_hides_paint_from_the_id_map() -> None:
    bare = render(empty(atmosphere=air(Light.DAY, Weather.CLEAR)))
    deep = render(empty(atmosphere=air(Light.DAY, Weather.SNOW, snow_cover=1.0)))
    verge = (slice(120, 155), slice(0, 25))
    assert deep.small[verge].mean() > bare.small[verge].mean() + 50
    assert np.count_nonzero(deep.ids == ID_LANE) < 0.5 * np.count_nonzero(bare.ids == ID_LANE)
    thin = render(empty(atmosphere=air(Light.DAY, Weather.SNOW, snow_cover=0.2)))
    assert np.count_nonzero(thin.ids == ID_LANE) > 0.8 * np.count_nonzero(bare.ids == ID_LANE)


def test_a_low_sun_burns_out_where_it_stands_and_leaves_faces_dark() -> None:
    low = air(Light.BACKLIGHT, sun_u=-0.5)
    seen = render(empty(atmosphere=low)).small
    assert seen[20:70, 60:100].mean() > 240  # left of the middle
    rng = np.random.default_rng(1)
    for _ in range(20):
        assert sample_atmosphere(rng, Light.BACKLIGHT, Weather.CLEAR, 0.5).sun_u is not None
        assert max(sample_atmosphere(rng, Light.BACKLIGHT, Weather.CLEAR, 0.5).ambient) < 0.6


def test_trees_cast_shadows_only_where_the_sun_is_strong() -> None:
    tree = Prop(PropKind.TREE, 9.0, 3.5, 6.0, 3.5, (48.0, 95.0, 62.0), 5)
    wall = Building(5.0, 40.0, 6.0, 9.0, 3, (150.0, 150.0, 150.0), 0)
    for thing in ({"props": (tree,)}, {"buildings": (wall,)}):
        darkest = []
        for grain in (1 << 8, 3 << 8, 90 << 7, 400 << 7, 500 << 7):  # where the sun stands
            bright = empty(atmosphere=air(shadows=0.0), grain=grain, **thing)
            shaded = replace(bright, atmosphere=air(shadows=1.0))
            change = render(shaded).small.astype(int) - render(bright).small
            assert change.max() <= 6
            darkest.append(int(change.min()))
        assert min(darkest) < -25


def test_street_lamps_light_the_road_at_night_alone() -> None:
    lamp = Prop(PropKind.LAMP, 14.0, 2.6, 7.0, 0.18, (135.0, 135.0, 130.0), 0)
    for light, brighter in ((Light.NIGHT, True), (Light.DAY, False)):
        scene = empty(atmosphere=air(light, shadows=0.0))
        gained = road_mean(replace(scene, props=(lamp,))) - road_mean(scene)
        assert (gained > 2.0) is brighter


def test_an_old_road_has_patches_that_come_towards_the_ego() -> None:
    old = empty(grain=12345)
    old = replace(old, road=replace(old.road, wear=1.0))
    new = render(replace(old, road=replace(old.road, wear=0.0))).small.astype(int)
    assert np.abs(render(old).small - new).max() > 15
    later = replace(old, road=replace(old.road, dash_phase_m=old.road.dash_phase_m + 64.0))
    assert np.array_equal(render(old).ids == ID_NONE, render(later).ids == ID_NONE)


def test_a_tunnel_has_no_sky_no_rain_and_no_sun() -> None:
    inside = sample_atmosphere(np.random.default_rng(2), Light.BACKLIGHT, Weather.RAIN, 0.5, True)
    assert inside.sun_u is None and inside.wetness == 0.0 and inside.shadows == 0.0
    assert max(inside.sky_top) < 90
    assert inside.light is Light.BACKLIGHT and inside.weather is Weather.RAIN


# --- glass and sensor ----------------------------------------------------------------------------


def test_the_lens_moves_nothing_by_more_than_two_pixels_of_the_models_view() -> None:
    for step in (-2, -1, 1, 2):
        fixed, _ = barrel_maps(640, 360, step)
        v, u = np.mgrid[0:360, 0:640]
        moved = np.hypot(fixed[..., 0] - u, fixed[..., 1] - v)
        assert 0 < moved.max() <= 4


@pytest.mark.parametrize(
    "glass",
    [
        Windscreen(drops=0.8, grain=3),
        Windscreen(dirt=1.0, grain=3),
        Windscreen(reflection=0.8, grain=3),
        Windscreen(vignette=1.0, grain=3),
        Windscreen(wiper=0.5, grain=3),
        Windscreen(bonnet=0.15, grain=3),
        Windscreen(distortion=1.0, grain=3),
        Windscreen(tint=(0.9, 1.0, 1.1), grain=3),
    ],
)
def test_each_thing_on_the_glass_shows_and_blinds_nobody(glass: Windscreen) -> None:
    scene = replace(sample_scene(4, 5), blind=None, sensor=CLEAN, windscreen=Windscreen())
    clean = render(scene).small.astype(int)
    change = np.abs(render(replace(scene, windscreen=glass)).small - clean)
    assert change.max() > 8
    assert np.count_nonzero(change.max(axis=2) > 60) < 0.3 * change.shape[0] * change.shape[1]


def test_what_bonnet_and_wiper_hide_is_no_road() -> None:
    bare = render(empty()).ids
    with_bonnet = render(empty(windscreen=Windscreen(bonnet=0.15))).ids
    assert (bare[158, 140:180] != ID_NONE).all()
    assert (with_bonnet[152:160, 140:180] == ID_NONE).all()
    assert np.array_equal(with_bonnet[:120], bare[:120])
    wiped = render(empty(windscreen=Windscreen(wiper=0.4))).ids
    assert 30 < np.count_nonzero((wiped == ID_NONE) & (bare != ID_NONE)) < 2500


def test_the_sensor_adds_what_it_is_asked_for() -> None:
    scene = empty()
    clean = render(scene).image
    sharp = cv2.Laplacian(clean, cv2.CV_32F).std()
    flat = clean.astype(int)
    noisy = render(replace(scene, sensor=replace(CLEAN, noise=6.0))).image
    assert 4.0 < np.abs(noisy - flat).mean() * 1.25 < 8.0
    for soft in (replace(CLEAN, blur_px=1.2), replace(CLEAN, motion_px=6.0)):
        assert cv2.Laplacian(render(replace(scene, sensor=soft)).image, cv2.CV_32F).std() < sharp
    assert render(replace(scene, sensor=replace(CLEAN, lift=16.0))).image.min() >= 15
    for coded in (replace(CLEAN, blocks=0.8), replace(CLEAN, jpeg_quality=45)):
        change = np.abs(render(replace(scene, sensor=coded)).image - flat)
        assert 0.2 < change.mean() < 12


def test_half_of_the_pictures_are_jpegs_and_ranges_hold() -> None:
    rng = np.random.default_rng(3)
    sensors = [sample_sensor(rng, Light.DAY) for _ in range(400)]
    coded = [s.jpeg_quality for s in sensors if s.jpeg_quality is not None]
    assert 0.26 < len(coded) / 400 < 0.42
    assert min(coded) >= 40 and max(coded) <= 95
    poses = [sample_camera(rng) for _ in range(200)]
    assert all(1.0 < p.height_m < 2.5 and 0.8 < p.hfov_rad < 1.4 for p in poses)
    for weather in Weather:
        for _ in range(50):
            made = sample_atmosphere(rng, Light.DAY, weather, 0.5)
            assert (
                (made.haze_m < 80) is (weather is Weather.FOG)
                or weather is Weather.SNOW
                or (weather is Weather.RAIN)
            )
            assert (made.snow_cover > 0) is (weather is Weather.SNOW)
            assert weather is not Weather.RAIN or made.wetness >= 0.35


def test_the_effects_are_cheap_enough() -> None:
    """A generous bound: it fails when an effect becomes an order of magnitude slower."""
    scene = empty(atmosphere=air(Light.DAY, Weather.SNOW, snow_cover=0.8, wetness=0.3))
    scene = replace(scene, windscreen=Windscreen(drops=0.5, dirt=0.5, vignette=0.5, grain=2))
    render(scene)
    start = time.process_time()
    for _ in range(10):
        render(scene)
    assert (time.process_time() - start) / 10 < 0.06
