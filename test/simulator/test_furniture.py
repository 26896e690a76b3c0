"""Fixed furniture: what each thing must look like at the model's resolution, and where it is."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from vlm_driving.simulator import Scene, render, sample_scene
from vlm_driving.simulator.canvas import (
    ID_CROSSING,
    ID_LANE,
    ID_NONE,
    ID_RAILWAY,
    ID_SPEED_SIGN,
    ID_STOP_LINE,
    ID_STOP_SIGN,
    ID_STOP_TEXT,
)
from vlm_driving.simulator.render import Rendering
from vlm_driving.simulator.render_faces import face
from vlm_driving.simulator.render_strokes import GLYPHS, stroke_quads
from vlm_driving.simulator.scene import (
    Atmosphere,
    Building,
    CameraPose,
    CentreLine,
    Crossing,
    CrossRoad,
    EdgeKind,
    Light,
    Prop,
    PropKind,
    Railway,
    Road,
    RoadClass,
    RoadSign,
    SignKind,
    Tunnel,
    Weather,
)

ORANGE = (120.0, 190.0, 255.0)


@cache
def _base() -> Scene:
    return sample_scene(3, 8)


def plain(**changes: object) -> Scene:
    """A straight, flat, empty two-lane road on a grey day, seen by a level camera."""
    road = Road(
        lane_width_m=3.2,
        lanes=1,
        ego_lane=0,
        oncoming_lanes=1,
        centre=CentreLine.YELLOW,
        edge=EdgeKind.LINE,
        shoulder_m=0.5,
        pavement_m=0.0,
        curvature_per_m=0.0,
        slope_per_m=0.0,
        asphalt=95.0,
        paint=0.95,
        dash_phase_m=0.0,
        verge=(62.0, 112.0, 100.0),
    )
    air = Atmosphere(
        Light.DAY,
        Weather.CLEAR,
        (0.9, 0.9, 0.9),
        (200.0, 190.0, 180.0),
        (215.0, 212.0, 208.0),
        0.0,
        500.0,
        0.0,
    )
    sensor = replace(_base().sensor, noise=0.0, blur_px=0.0, gain=1.0, gamma=1.0)
    sensor = replace(sensor, jpeg_quality=None, motion_px=0.0, blocks=0.0, lift=0.0)
    scene = Scene(CameraPose(1.4, 0.0, 0.0, math.radians(60)), road, air, sensor, 0.0, None)
    return replace(scene, **changes)  # type: ignore[arg-type]


def with_road(**changes: object) -> Road:
    return replace(plain().road, **changes)  # type: ignore[arg-type]


def sign(kind: SignKind, x_m: float = 12.0, **changes: object) -> RoadSign:
    return replace(RoadSign(kind, x_m, 2.5, 2.3, 0.8), **changes)  # type: ignore[arg-type]


def of(rendering: Rendering, thing: int) -> NDArray[np.uint8]:
    """The (n, 3) pixels of a thing in the model's view."""
    return rendering.small[rendering.ids == thing]


def night() -> Atmosphere:
    dark = replace(plain().atmosphere, light=Light.NIGHT, ambient=(0.15, 0.15, 0.15))
    return replace(dark, sky_top=(15, 12, 10), sky_low=(30, 26, 24), headlamps=0.8)


def redness(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    mean = pixels.astype(float)
    red: NDArray[np.float64] = mean[:, 2] - np.maximum(mean[:, 0], mean[:, 1])
    return red


def test_the_stop_sign_is_a_red_triangle_on_its_tip_with_white_letters() -> None:
    rendering = render(plain(signs=(sign(SignKind.STOP, 8.0),)))
    rows, columns = np.nonzero(rendering.ids == ID_STOP_SIGN)
    top, bottom = rows.min(), rows.max()
    assert np.ptp(columns[rows == top]) > 2 * np.ptp(columns[rows == bottom - 1])
    assert np.median(redness(of(rendering, ID_STOP_SIGN))) > 60
    big = face(SignKind.STOP, 0, 0, 0)[0].astype(int)
    letters = big[16:38, 18:78]
    white = (letters[:, :, :3].min(axis=2) > 170).mean()
    assert 0.2 < white < 0.65, "letters must be neither lost nor one blot"


@pytest.mark.parametrize("value", [20, 30, 40, 50, 60, 80, 100, 120])
def test_speed_limits_are_blue_numbers_in_a_red_ring(value: int) -> None:
    rendering = render(plain(signs=(sign(SignKind.SPEED_LIMIT, 9.0, value=value),)))
    rows, columns = np.nonzero(rendering.ids == ID_SPEED_SIGN)
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=2)
    pixels = of(rendering, ID_SPEED_SIGN).astype(float)
    assert (redness(of(rendering, ID_SPEED_SIGN)) > 40).mean() > 0.15
    assert ((pixels[:, 0] - pixels[:, 2]) > 40).mean() > 0.05
    assert (pixels.min(axis=1) > 150).mean() > 0.1


def test_no_two_limits_have_the_same_face_even_at_twelve_pixels() -> None:
    values = (20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120)
    small = [face(SignKind.SPEED_LIMIT, v, 0, 0)[3].astype(float) for v in values]
    for i, one in enumerate(small):
        for other in small[:i]:
            assert np.abs(one - other).max() > 25


@pytest.mark.parametrize("kind", list(SignKind))
def test_only_faces_that_carry_a_fact_are_things(kind: SignKind) -> None:
    rendering = render(plain(signs=(sign(kind, value=40),)))
    expected = {SignKind.STOP: {ID_STOP_SIGN}, SignKind.SPEED_LIMIT: {ID_SPEED_SIGN}}
    assert set(rendering.things) == expected.get(kind, set())
    bare = render(plain())
    assert np.abs(rendering.small.astype(int) - bare.small).max() > 60


def test_a_sign_spans_the_pixels_that_its_size_and_distance_give() -> None:
    for variant in (0, 5, 11, 17):
        face_at = sign(SignKind.SPEED_LIMIT, 14.0, value=40, variant=variant)
        left, top, right, bottom = render(plain(signs=(face_at,))).things[ID_SPEED_SIGN].box
        expected = 160 / math.tan(math.radians(30)) * 0.8 / 14.0
        assert bottom - top == pytest.approx(expected, rel=0.08)
        assert right - left == pytest.approx(expected, rel=0.18)


def test_a_reflecting_face_outshines_matt_things_at_night() -> None:
    scene = plain(atmosphere=night(), signs=(sign(SignKind.SPEED_LIMIT, 20.0, value=40),))
    rendering = render(scene)
    assert of(rendering, ID_SPEED_SIGN).max() > 3 * rendering.small[10:40].mean()


def test_variants_differ_and_a_variant_is_always_the_same() -> None:
    def shown(variant: int) -> NDArray[np.uint8]:
        return render(plain(signs=(sign(SignKind.STOP, 6.0, variant=variant),))).image

    assert np.array_equal(shown(7), shown(7))
    assert len({shown(v).tobytes() for v in range(12)}) >= 10


def test_the_painted_word_lies_on_the_ego_lane_before_the_stop_line() -> None:
    rendering = render(plain(stop_line_m=17.0, stop_text_m=8.0))
    rows, columns = np.nonzero(rendering.ids == ID_STOP_TEXT)
    line_rows, _ = np.nonzero(rendering.ids == ID_STOP_LINE)
    assert line_rows.max() <= rows.min()
    assert columns.mean() == pytest.approx(160, abs=3)
    bright = of(rendering, ID_STOP_TEXT).min(axis=1) > 150
    assert 0.2 < bright.mean() < 0.75
    empty = render(plain(stop_line_m=17.0))
    assert ID_STOP_TEXT not in empty.things


@pytest.mark.parametrize("glyph", sorted(GLYPHS))
def test_strokes_stay_in_their_square(glyph: str) -> None:
    points = np.array([p for stroke in GLYPHS[glyph] for p in stroke])
    assert points.min() >= -0.01 and points.max() <= 1.01
    assert len(stroke_quads(glyph, 0.06)) >= len(GLYPHS[glyph])


def test_wear_takes_paint_away_but_leaves_lines_stop_line_and_crossing_readable() -> None:
    def scene(wear: float) -> Rendering:
        return render(plain(road=with_road(wear=wear), stop_line_m=9.0, crossing=Crossing(11, 4)))

    fresh, worn = scene(0.0), scene(1.0)
    assert np.array_equal(fresh.ids == ID_CROSSING, worn.ids == ID_CROSSING)
    for thing in (ID_STOP_LINE, ID_LANE):
        before = float(of(fresh, thing).mean())
        after = float(of(worn, thing).mean())
        assert 0.55 * before < after < before - 1.0


def test_a_road_without_centre_line_has_edge_lines_only() -> None:
    road = with_road(centre=CentreLine.NONE, road_class=RoadClass.RESIDENTIAL, lane_width_m=2.4)
    kerbed = replace(road, edge=EdgeKind.KERB)
    for each in (road, kerbed):
        ids = render(plain(road=each)).ids
        columns = np.flatnonzero(ids[150] == ID_LANE)
        assert len(columns) and columns.max() < 130, "only the left edge is this near"
        far = np.flatnonzero(ids[100] == ID_LANE)
        assert far.min() < 150 and far.max() > 190 and not ((far > 150) & (far < 190)).any()


def test_a_guardrail_stands_left_of_the_edge_line_and_opens_at_a_junction() -> None:
    road = with_road(edge=EdgeKind.GUARDRAIL, grain=4)
    with_rail, without = render(plain(road=road)), render(plain(road=with_road(grain=4)))
    changed = np.abs(with_rail.small.astype(int) - without.small).max(axis=2) > 25
    rows, columns = np.nonzero(changed)
    assert len(rows) > 300 and columns.max() < 160
    opened = render(plain(road=road, cross_road=CrossRoad(8.0, 16.0)))
    plain_opened = render(plain(road=with_road(grain=4), cross_road=CrossRoad(8.0, 16.0)))
    rest = np.abs(opened.small.astype(int) - plain_opened.small).max(axis=2) > 25
    assert rest.sum() < 0.75 * changed.sum()


def test_an_expressway_has_a_median_rail_instead_of_oncoming_lanes() -> None:
    road = with_road(road_class=RoadClass.EXPRESSWAY, oncoming_lanes=0, edge=EdgeKind.GUARDRAIL)
    fast, slow = render(plain(road=road)), render(plain(road=with_road(oncoming_lanes=0)))
    changed = np.abs(fast.small.astype(int) - slow.small).max(axis=2) > 25
    assert changed[:, 170:].sum() > 200


@pytest.mark.parametrize("closed", [True, False])
def test_bars_lie_across_our_lanes_only_when_the_level_crossing_is_closed(closed: bool) -> None:
    rendering = render(plain(railway=Railway(14.0, 4.5, closed, 2.6)))
    ahead = rendering.ids[:, 140:158] == ID_RAILWAY
    assert bool(ahead.any()) is closed
    red = redness(of(rendering, ID_RAILWAY))
    assert bool((red > 110).sum() >= 4) is closed
    pixels = of(rendering, ID_RAILWAY).astype(float)
    yellow = np.minimum(pixels[:, 1], pixels[:, 2]) - pixels[:, 0]
    assert (yellow > 60).mean() > 0.12
    left, top, right, bottom = rendering.things[ID_RAILWAY].box
    assert bottom - top > 35 and left < 120 and right > 180


def test_the_rails_run_across_the_road_in_front_of_the_mast() -> None:
    scene = plain(railway=Railway(10.0, 4.5, False, 2.6))
    changed = np.abs(render(scene).small.astype(int) - render(plain()).small).max(axis=2) > 12
    height = 80 + 160 / math.tan(math.radians(30)) * 1.4 / np.array([14.5, 10.0])
    rows = np.flatnonzero(changed[:, 150:156].mean(axis=1) > 0.9)
    assert len(rows) and rows.min() >= height[0] - 2 and rows.max() <= height[1] + 2


def test_inside_a_tunnel_no_sky_shows_but_the_bright_end_does() -> None:
    scene = plain(tunnel=Tunnel(-30.0, 60.0, 5.6, ORANGE))
    rendering = render(scene)
    assert rendering.small[:40].mean() < 0.6 * render(plain()).small[:40].mean()
    assert rendering.small[74:79, 155:162].mean() > 220
    closed = render(plain(tunnel=Tunnel(-30.0, 400.0, 5.6, ORANGE)))
    assert closed.small[74:79, 155:162].mean() < 140
    lit = closed.small[:60].reshape(-1, 3).astype(float)
    lamps = lit[lit.max(axis=1) > 225]
    assert len(lamps) > 20 and lamps[:, 2].mean() > lamps[:, 0].mean() + 20


def test_a_portal_ahead_is_a_dark_mouth_in_a_hill() -> None:
    rendering = render(plain(tunnel=Tunnel(30.0, 400.0, 5.6, ORANGE), grain=5))
    focal = 160 / math.tan(math.radians(30))
    row = int(80 - focal * (2.5 - 1.4) / 30)
    mouth, hill = rendering.small[row, 140:150], rendering.small[row, 40:60]
    assert mouth.mean() < 90
    assert (hill[:, 1].astype(int) - hill[:, 0]).mean() > 5
    assert rendering.ids[row, 50] == ID_NONE


def test_things_in_a_tunnel_show_and_what_its_walls_hide_does_not() -> None:
    tunnel = Tunnel(-30.0, 400.0, 5.6, ORANGE)
    tree = Prop(PropKind.TREE, 15.0, 6.5, 6.0, 3.5, (48.0, 95.0, 62.0), 3)
    bare = render(plain(tunnel=tunnel))
    assert np.array_equal(render(plain(tunnel=tunnel, props=(tree,))).image, bare.image)
    board = render(plain(tunnel=tunnel, signs=(sign(SignKind.SPEED_LIMIT, 14.0, y_m=2.0),)))
    assert (board.ids == ID_SPEED_SIGN).sum() > 50


@pytest.mark.parametrize(
    "prop",
    [
        Prop(PropKind.BLOCK_WALL, -3.0, 3.0, 1.5, 20.0, (165.0, 168.0, 172.0), 13),
        Prop(PropKind.WIRE, 20.0, 2.8, 8.0, 0.1, (40.0, 40.0, 40.0), 11),
        Prop(PropKind.REFLECTOR, 8.0, 2.6, 0.9, 0.12, (60.0, 150.0, 235.0), 0),
        Prop(PropKind.GANTRY, 30.0, 0.0, 5.8, 4.0, (40.0, 120.0, 20.0), 4),
        Prop(PropKind.SIGN, 10.0, 2.8, 2.4, 0.7, (0.0, 0.0, 0.0), 2),
    ],
)
def test_props_show_where_they_stand_and_are_no_things(prop: Prop) -> None:
    rendering, bare = render(plain(props=(prop,))), render(plain())
    changed = np.abs(rendering.small.astype(int) - bare.small).max(axis=2) > 20
    rows, columns = np.nonzero(changed)
    assert len(rows) >= 12
    if prop.kind is PropKind.GANTRY:
        assert rows.min() < 45 and columns.min() < 160 < columns.max()
    else:
        assert columns.mean() < 160
    assert not rendering.things


def test_a_long_wall_hides_what_stands_behind_it_and_nothing_on_the_road() -> None:
    wall = Prop(PropKind.BLOCK_WALL, -3.0, 3.0, 1.8, 40.0, (165.0, 168.0, 172.0), 0)
    behind = sign(SignKind.STOP, 16.0, y_m=4.2, z_m=0.6)
    before = sign(SignKind.STOP, 16.0, y_m=2.4, z_m=0.6)
    hidden = render(plain(props=(wall,), signs=(behind,)))
    shown = render(plain(props=(wall,), signs=(before,)))
    assert not (hidden.ids == ID_STOP_SIGN).any()
    assert (shown.ids == ID_STOP_SIGN).sum() > 20


def test_a_tree_hides_what_stands_behind_its_crown() -> None:
    behind = sign(SignKind.STOP, 20.0, y_m=4.0, z_m=4.0)
    tree = Prop(PropKind.TREE, 12.0, 2.5, 5.0, 3.5, (48.0, 95.0, 62.0), 0)
    open_view = (render(plain(signs=(behind,))).ids == ID_STOP_SIGN).sum()
    hidden = (render(plain(signs=(behind,), props=(tree,))).ids == ID_STOP_SIGN).sum()
    assert open_view > 20 and hidden < 0.2 * open_view


def test_a_low_house_has_a_gable_roof_above_its_walls() -> None:
    house = Building(14.0, 24.0, 5.0, 3.0, 1, (200.0, 205.0, 210.0), 1)
    flat = replace(house, pattern=0)
    with_roof, without = render(plain(buildings=(house,))), render(plain(buildings=(flat,)))
    focal = 160 / math.tan(math.radians(30))
    wall_top = int(80 - focal * (3.0 - 1.4) / 14.0)
    above = (slice(wall_top - 14, wall_top - 4), slice(0, 80))
    sky = render(plain()).small[above].astype(int)
    assert np.abs(with_roof.small[above].astype(int) - sky).max() > 60
    assert np.abs(without.small[above].astype(int) - sky).max() < 20


def test_the_ground_fades_into_haze_without_a_step() -> None:
    air = replace(plain().atmosphere, haze_m=400.0)
    column = render(plain(atmosphere=air)).image[:, 40:200].mean(axis=(1, 2))
    below = column[180 + 16 :]  # right under the horizon it changes fast by nature
    assert np.abs(np.diff(below)).max() < 3.0
