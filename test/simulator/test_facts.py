"""What counts as visible, and the labels that follow from it."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from vlm_driving.simulator import (
    FACT_TARGETS,
    CellClass,
    Facts,
    Scene,
    decide,
    dense_labels,
    fact_targets,
    render,
    sample_scene,
    visible_facts,
)
from vlm_driving.simulator.fact_types import Offset, Side
from vlm_driving.simulator.scene import (
    Atmosphere,
    CameraPose,
    Colour,
    Crossing,
    Light,
    Pedestrian,
    PedestrianPlace,
    Signal,
    SignalColour,
    Vehicle,
    VehicleKind,
    VehicleRole,
    Weather,
)

DAY = Atmosphere(
    Light.DAY, Weather.CLEAR, (1, 1, 1), (220, 160, 100), (235, 215, 195), 0.0, 400.0, 0.0
)
DARK = Atmosphere(
    Light.NIGHT, Weather.CLEAR, (0.06, 0.06, 0.06), (12, 8, 6), (14, 10, 9), 0.0, 400.0, 0.5
)


def scene_with(**changes: object) -> Scene:
    base = sample_scene(3, 8)
    road = replace(
        base.road,
        lanes=1,
        ego_lane=0,
        lane_width_m=3.2,
        oncoming_lanes=1,
        curvature_per_m=0.0,
        slope_per_m=0.0,
        verge=(60.0, 110.0, 100.0),
    )
    scene = Scene(
        camera=CameraPose(1.4, 0.0, 0.0, math.radians(60)),
        road=road,
        atmosphere=DAY,
        sensor=replace(base.sensor, noise=1.0, blur_px=0.0, gain=1.0, gamma=1.0, jpeg_quality=None),
        ego_offset_m=0.0,
        ego_speed_kmh=None,
    )
    return replace(scene, **changes)  # type: ignore[arg-type]


def facts_of(scene: Scene) -> Facts:
    return visible_facts(scene, render(scene))


def signal(x_m: float, colour: SignalColour = SignalColour.RED) -> Signal:
    return Signal(x_m, 0.0, 5.2, 0.3, colour, 3.0, 60.0)


def vehicle(x_m: float, y_m: float, role: VehicleRole, braking: bool = False) -> Vehicle:
    return Vehicle(
        role, VehicleKind.VAN, x_m, y_m, 4.8, 1.8, 1.95, (200.0, 60.0, 60.0), braking=braking
    )


def person(
    x_m: float, y_m: float, place: PedestrianPlace, coat: Colour = (230.0, 230.0, 230.0)
) -> Pedestrian:
    return Pedestrian(place, x_m, y_m, 1.7, 0, 0.5, coat, coat, (30.0, 30.0, 30.0))


def test_a_lamp_counts_from_two_pixels_across() -> None:
    """A lamp of 0.3 m has 2 px at 41.6 m with a view of 60 degrees."""
    assert facts_of(scene_with(signal=signal(38.0))).signal is not None
    assert facts_of(scene_with(signal=signal(46.0))).signal is None


def test_a_signal_out_of_the_picture_is_no_fact() -> None:
    assert facts_of(scene_with(signal=signal(9.0))).signal is None


def test_a_person_counts_from_six_pixels() -> None:
    at = PedestrianPlace.PAVEMENT
    assert facts_of(scene_with(pedestrians=(person(40.0, 4.0, at),))).pedestrians
    assert not facts_of(scene_with(pedestrians=(person(90.0, 4.0, at),))).pedestrians


def test_what_is_hidden_is_no_fact() -> None:
    lorry = replace(vehicle(10.0, 0.0, VehicleRole.AHEAD), width_m=2.2, height_m=3.0)
    behind = person(30.0, 0.0, PedestrianPlace.ROAD)
    assert facts_of(scene_with(pedestrians=(behind,))).pedestrians
    assert not facts_of(scene_with(pedestrians=(behind,), vehicles=(lorry,))).pedestrians


def test_a_dark_person_in_the_dark_is_no_fact_until_the_headlamps_reach() -> None:
    dark = (16.0, 16.0, 16.0)
    far = person(38.0, 4.5, PedestrianPlace.PAVEMENT, dark)
    near = person(8.0, 1.5, PedestrianPlace.ROAD, (200.0, 200.0, 200.0))
    assert not facts_of(scene_with(atmosphere=DARK, pedestrians=(far,))).pedestrians
    assert facts_of(scene_with(atmosphere=DARK, pedestrians=(near,))).pedestrians


def test_lead_oncoming_and_parked_are_told_apart() -> None:
    facts = facts_of(
        scene_with(
            vehicles=(
                vehicle(30.0, 0.2, VehicleRole.AHEAD, braking=True),
                vehicle(22.0, -3.2, VehicleRole.ONCOMING),
                vehicle(14.0, 2.3, VehicleRole.PARKED),
            )
        )
    )
    assert facts.lead is not None and facts.lead.braking and facts.lead.range_m == 30.0
    assert facts.oncoming is not None and not facts.oncoming.encroaching
    assert facts.parked is not None and facts.parked.overlap_m == pytest.approx(0.2)
    over = facts_of(scene_with(vehicles=(vehicle(20.0, -1.7, VehicleRole.ONCOMING),)))
    assert over.oncoming is not None and over.oncoming.encroaching


def test_brake_lamps_that_are_too_small_are_neither_on_nor_off() -> None:
    far = facts_of(scene_with(vehicles=(vehicle(76.0, 0.0, VehicleRole.AHEAD, braking=True),)))
    assert far.lead is not None and far.lead.braking is None


@pytest.mark.parametrize(
    ("offset_m", "expected"),
    [(0.2, Offset.CENTER), (0.5, Offset.LEFT), (-0.5, Offset.RIGHT)],
)
def test_offset(offset_m: float, expected: Offset) -> None:
    assert facts_of(scene_with(ego_offset_m=offset_m)).offset is expected


def test_no_sampled_offset_lies_in_the_unclear_band() -> None:
    offsets = [abs(sample_scene(31, i).ego_offset_m) for i in range(200)]
    assert not [offset for offset in offsets if 0.25 < offset < 0.45]


def test_without_a_visible_crossing_nobody_waits_at_one_or_crosses_on_one() -> None:
    crosser = person(34.0, 0.0, PedestrianPlace.CROSSING)
    far = facts_of(scene_with(crossing=Crossing(32.5, 3.5), pedestrians=(crosser,)))
    assert far.crossing_m is None and far.pedestrians[0].place is PedestrianPlace.ROAD
    near = facts_of(
        scene_with(crossing=Crossing(12.0, 3.5), pedestrians=(replace(crosser, x_m=14.0),))
    )
    assert near.crossing_m == 12.0
    assert near.pedestrians[0].place is PedestrianPlace.CROSSING
    assert near.pedestrians[0].side is Side.CENTER


def test_targets_stay_within_their_classes() -> None:
    for index in range(40):
        scene = sample_scene(41, index)
        targets = fact_targets(facts_of(scene))
        assert targets.shape == (len(FACT_TARGETS),) and targets.dtype == np.int64
        assert all(0 <= t < n for t, n in zip(targets, FACT_TARGETS.values(), strict=True))


def test_dense_labels_agree_with_facts() -> None:
    for index in range(60):
        scene = sample_scene(51, index)
        rendering = render(scene)
        facts = visible_facts(scene, rendering)
        labels = dense_labels(scene, rendering, facts)
        assert labels.cls.shape == (20, 40) and labels.box.shape == (20, 40, 4)
        shown = set(labels.cls.ravel().tolist())
        lamps = {
            SignalColour.RED: CellClass.SIGNAL_RED,
            SignalColour.YELLOW: CellClass.SIGNAL_YELLOW,
            SignalColour.GREEN: CellClass.SIGNAL_GREEN,
        }
        expected = set() if facts.signal is None else {int(lamps[facts.signal.colour])}
        assert shown & {int(c) for c in lamps.values()} == expected
        if not facts.pedestrians:
            assert int(CellClass.PEDESTRIAN) not in shown
        if facts.oncoming is None:
            assert int(CellClass.ONCOMING) not in shown
        if facts.parked is None:
            assert int(CellClass.PARKED) not in shown
        things = labels.cls >= CellClass.VEHICLE_AHEAD
        assert np.array_equal(labels.range_m > 0, things)
        assert not labels.box[~things].any()


def test_a_box_is_relative_to_its_cell_in_strides() -> None:
    scene = scene_with(vehicles=(vehicle(15.0, 0.0, VehicleRole.AHEAD),))
    rendering = render(scene)
    labels = dense_labels(scene, rendering)
    rows, columns = np.nonzero(labels.cls == CellClass.VEHICLE_AHEAD)
    centres = np.stack([columns, rows, columns, rows], axis=1) * 8.0 + 4.0
    boxes = labels.box[rows, columns] * 8.0 + centres
    assert np.allclose(boxes, boxes[0], atol=1e-3)
    focal_px = 160 / math.tan(math.radians(30))
    assert boxes[0, 2] - boxes[0, 0] == pytest.approx(focal_px * 1.8 / 15, abs=1)
    assert np.all(labels.range_m[rows, columns] == 15.0)


def test_the_sampling_is_balanced_over_300_scenes() -> None:
    speeds: Counter[str] = Counter()
    paths: Counter[str] = Counter()
    signals: Counter[str] = Counter()
    unknown = 0
    for index in range(300):
        scene = sample_scene(61, index)
        facts = visible_facts(scene, render(scene, 320, 180))
        advice = decide(facts, scene.ego_speed_kmh).advice
        speeds[advice.speed.value] += 1
        paths[advice.path.value] += 1
        signals["none" if facts.signal is None else facts.signal.colour.value] += 1
        unknown += scene.ego_speed_kmh is None
    assert all(
        0.15 <= speeds[s] / 300 <= 0.36 for s in ("STOP", "DECELERATE", "KEEP", "ACCELERATE")
    )
    assert all(0.07 <= paths[p] / 300 <= 0.2 for p in ("SHIFT_LEFT", "SHIFT_RIGHT"))
    assert 0.35 <= 1 - signals["none"] / 300 <= 0.57
    assert min(signals["red"], signals["green"]) > 1.2 * signals["yellow"]
    assert 0.42 <= unknown / 300 <= 0.58
