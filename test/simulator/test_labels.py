"""The labels of the stride-8 grid."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from simulator.scene_builders import person, scene_with, signal, vehicle

from vlm_driving.simulator import CellClass, dense_labels, render, sample_scene, visible_facts
from vlm_driving.simulator.scene import (
    Arrow,
    BlindKind,
    Blindness,
    Flagger,
    Gesture,
    Obstacle,
    ObstacleKind,
    PedestrianPlace,
    Railway,
    RoadSign,
    RoadWorks,
    Scene,
    SignalColour,
    SignKind,
    VehicleRole,
)


def shown(scene: Scene) -> set[CellClass]:
    return {CellClass(c) for c in np.unique(dense_labels(scene, render(scene)).cls)}


def test_labels_agree_with_facts() -> None:
    lamps = {
        SignalColour.RED: CellClass.SIGNAL_RED,
        SignalColour.YELLOW: CellClass.SIGNAL_YELLOW,
        SignalColour.GREEN: CellClass.SIGNAL_GREEN,
        SignalColour.OFF: CellClass.SIGNAL_OFF,
    }
    for index in range(60):
        scene = sample_scene(51, index)
        rendering = render(scene)
        facts = visible_facts(scene, rendering)
        labels = dense_labels(scene, rendering, facts)
        assert labels.cls.shape == (20, 40) and labels.box.shape == (20, 40, 4)
        cells = {CellClass(c) for c in np.unique(labels.cls)}
        colour = None if facts.signal is None else facts.signal.colour
        assert cells & set(lamps.values()) <= ({lamps[colour]} if colour else set())
        absent = {
            CellClass.PEDESTRIAN: facts.pedestrians,
            CellClass.CYCLIST: facts.cyclists,
            CellClass.ONCOMING: facts.oncoming,
            CellClass.PARKED: facts.parked,
            CellClass.CROSSING_VEHICLE: facts.crossing_vehicle,
            CellClass.WORKS: facts.works,
            CellClass.OBSTACLE: facts.obstacle,
        }
        assert not [c for c, fact in absent.items() if not fact and c in cells]
        things = labels.cls >= CellClass.VEHICLE_AHEAD
        assert np.array_equal(labels.range_m > 0, things)
        assert not labels.box[~things].any()


def test_each_thing_has_its_class() -> None:
    guard = Flagger(16.0, 1.0, Gesture.HOLD, (40, 90, 220))
    box = Obstacle(ObstacleKind.BOX, 14.0, -1.0, 0.6, 0.5, (60.0, 120.0, 180.0))
    cases = {
        CellClass.SIGNAL_OFF: scene_with(signal=signal(22.0, SignalColour.OFF)),
        CellClass.CROSSING_VEHICLE: scene_with(vehicles=(vehicle(20, 0, VehicleRole.CROSSING),)),
        CellClass.FLAGGER_HOLD: scene_with(flagger=guard),
        CellClass.FLAGGER_PROCEED: scene_with(flagger=replace(guard, gesture=Gesture.PROCEED)),
        CellClass.WORKS: scene_with(works=RoadWorks(15.0, 40.0, 1, 0.9, 3.0)),
        CellClass.OBSTACLE: scene_with(obstacle=box),
        CellClass.RAILWAY_OPEN: scene_with(railway=Railway(18.0, 4.0, False, 3.4)),
        CellClass.RAILWAY_CLOSED: scene_with(railway=Railway(18.0, 4.0, True, 3.4)),
        CellClass.STOP_SIGN: scene_with(signs=(RoadSign(SignKind.STOP, 16.0, 2.6, 2.2, 0.8),)),
        CellClass.SPEED_SIGN: scene_with(
            signs=(RoadSign(SignKind.SPEED_LIMIT, 25.0, 2.6, 2.2, 0.8, 40),)
        ),
        CellClass.STOP_TEXT: scene_with(stop_text_m=9.0),
    }
    background = {CellClass.OTHER, CellClass.ROAD, CellClass.LANE_LINE}
    for expected, scene in cases.items():
        assert shown(scene) - background == {expected}


def test_an_arrow_wins_over_the_lamp_above_it_and_keeps_its_direction() -> None:
    for arrow, cls in (
        (Arrow.LEFT, CellClass.ARROW_LEFT),
        (Arrow.STRAIGHT, CellClass.ARROW_STRAIGHT),
        (Arrow.RIGHT, CellClass.ARROW_RIGHT),
    ):
        assert cls in shown(scene_with(signal=replace(signal(22.0), arrows=(arrow,))))
    both = replace(signal(14.0), z_m=4.0, lamp_m=0.45, arrows=(Arrow.LEFT, Arrow.RIGHT))
    seen = shown(scene_with(signal=both))
    assert {CellClass.ARROW_LEFT, CellClass.ARROW_RIGHT} <= seen
    assert CellClass.ARROW_STRAIGHT not in seen


def test_a_person_wins_over_the_vehicle_behind() -> None:
    van = vehicle(20.0, 0.0, VehicleRole.AHEAD)
    walker = person(18.0, 0.0, PedestrianPlace.ROAD)
    scene = scene_with(vehicles=(van,), pedestrians=(walker,))
    assert CellClass.PEDESTRIAN in shown(scene)


def test_a_blind_picture_is_other_everywhere() -> None:
    car = vehicle(15.0, 0.0, VehicleRole.AHEAD)
    scene = scene_with(vehicles=(car,), blind=Blindness(BlindKind.SHEET, 0.9, 1))
    labels = dense_labels(scene, render(scene))
    assert not labels.cls.any() and not labels.range_m.any() and not labels.box.any()


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
