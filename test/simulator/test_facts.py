"""What counts as visible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from simulator.scene_builders import DARK, DAY, facts_of, person, scene_with, signal, vehicle

from vlm_driving.simulator import (
    FACT_TARGETS,
    Facts,
    fact_targets,
    sample_scene,
)
from vlm_driving.simulator.fact_types import Offset, Side
from vlm_driving.simulator.facts_road import CURVE_PER_M
from vlm_driving.simulator.scene import (
    Age,
    Arrow,
    BlindKind,
    Blindness,
    Crossing,
    Cyclist,
    CyclistPlace,
    Flagger,
    Gesture,
    Obstacle,
    ObstacleKind,
    PedestrianPlace,
    Railway,
    RoadSign,
    RoadWorks,
    SignalColour,
    SignKind,
    Tunnel,
    VehicleRole,
    Weather,
)


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
        least = -1 if scene.blind is not None or scene.tunnel is not None else 0
        assert all(least <= t < n for t, n in zip(targets, FACT_TARGETS.values(), strict=True))


def test_age_shows_from_18_pixels() -> None:
    at = PedestrianPlace.PAVEMENT

    def age(x_m: float) -> Age | None:
        child = replace(person(x_m, 3.0, at), height_m=1.2, age=Age.CHILD)
        return facts_of(scene_with(pedestrians=(child,))).pedestrians[0].age

    assert age(14.0) is Age.CHILD
    assert age(30.0) is None


def test_arrows_belong_to_the_signal() -> None:
    lit = replace(signal(25.0), arrows=(Arrow.STRAIGHT, Arrow.RIGHT))
    facts = facts_of(scene_with(signal=lit))
    assert facts.signal is not None and facts.signal.colour is SignalColour.RED
    assert facts.signal.arrows == (Arrow.STRAIGHT, Arrow.RIGHT)


def test_a_signal_that_is_off_shows_by_its_housing() -> None:
    near = facts_of(scene_with(signal=signal(22.0, SignalColour.OFF))).signal
    assert near is not None and near.colour is SignalColour.OFF
    assert facts_of(scene_with(signal=signal(60.0, SignalColour.OFF))).signal is None


def test_a_flagger_too_small_to_read_is_a_person_on_the_road() -> None:
    def guard(x_m: float) -> Facts:
        return facts_of(scene_with(flagger=Flagger(x_m, 0.0, Gesture.HOLD, (40, 90, 220))))

    near = guard(18.0)
    assert near.flagger is not None and near.flagger.gesture is Gesture.HOLD
    assert not near.pedestrians
    far = guard(55.0)
    assert far.flagger is None and far.pedestrians[0].place is PedestrianPlace.ROAD


@pytest.mark.parametrize(
    ("y_m", "heading", "in_lane", "side"),
    [
        (0.0, -1, True, Side.LEFT),
        (0.0, 1, True, Side.RIGHT),
        (6.0, -1, False, Side.LEFT),
        (4.0, -1, True, Side.LEFT),
        (4.0, 1, False, Side.LEFT),
        (-6.0, 1, False, Side.RIGHT),
    ],
)
def test_a_crossing_vehicle_is_in_our_lane_or_beside_it(
    y_m: float, heading: int, in_lane: bool, side: Side
) -> None:
    """4 m away its nose is 1.6 m from our lane's middle: that matters if it comes."""
    car = replace(vehicle(20.0, y_m, VehicleRole.CROSSING), heading=heading)
    fact = facts_of(scene_with(vehicles=(car,))).crossing_vehicle
    assert fact is not None and (fact.in_lane, fact.side) == (in_lane, side)


def test_a_queue_needs_three_vehicles_close_behind_one_another() -> None:
    base = scene_with()
    scene = replace(base, road=replace(base.road, lanes=2, ego_lane=1))

    def queue(*places: tuple[float, float]) -> bool:
        cars = tuple(vehicle(x, y, VehicleRole.AHEAD) for x, y in places)
        return facts_of(replace(scene, vehicles=cars)).jam

    assert queue((18.0, 0.0), (20.0, 3.2), (29.0, 3.2))
    assert not queue((18.0, 0.0), (20.0, 3.2))
    assert not queue((18.0, 0.0), (20.0, 3.2), (50.0, 3.2))
    assert not queue((18.0, 3.2), (26.0, 3.2), (34.0, 3.2))


def test_cyclists_have_side_and_place() -> None:
    dark = (40.0, 40.0, 40.0)
    rider = Cyclist(CyclistPlace.LANE, 18.0, 1.3, 1.7, 0, (30.0, 30.0, 200.0), dark, dark)
    facts = facts_of(scene_with(cyclists=(rider,)))
    assert [(c.side, c.place) for c in facts.cyclists] == [(Side.LEFT, CyclistPlace.LANE)]


def test_works_have_side_and_reach() -> None:
    facts = facts_of(scene_with(works=RoadWorks(15.0, 40.0, 1, 0.9, 3.0)))
    assert facts.works is not None
    assert (facts.works.side, facts.works.overlap_m) == (Side.LEFT, 0.9)


@pytest.mark.parametrize(
    ("y_m", "side"), [(0.0, Side.CENTER), (1.2, Side.CENTER), (2.2, Side.LEFT), (-2.2, Side.RIGHT)]
)
def test_an_object_lies_in_our_path_or_beside_it(y_m: float, side: Side) -> None:
    box = Obstacle(ObstacleKind.BOX, 14.0, y_m, 0.6, 0.5, (60.0, 120.0, 180.0))
    fact = facts_of(scene_with(obstacle=box)).obstacle
    assert fact is not None and fact.side is side


def test_a_level_crossing_counts_once_its_lamps_can_be_seen() -> None:
    near = facts_of(scene_with(railway=Railway(18.0, 4.0, True, 3.4))).railway
    assert near is not None and near.closed
    assert facts_of(scene_with(railway=Railway(70.0, 4.0, True, 3.4))).railway is None


def test_a_stop_sign_and_the_painted_word_count_alike() -> None:
    sign = RoadSign(SignKind.STOP, 16.0, 2.6, 2.2, 0.8)
    assert facts_of(scene_with(signs=(sign,))).stop_sign_m == 16.0
    assert facts_of(scene_with(stop_text_m=9.0)).stop_sign_m == 9.0
    assert facts_of(scene_with(signs=(sign,), stop_text_m=9.0)).stop_sign_m == 9.0


def test_a_speed_limit_counts_where_its_number_can_be_read() -> None:
    def limit(x_m: float) -> int | None:
        sign = RoadSign(SignKind.SPEED_LIMIT, x_m, 2.6, 2.2, 0.8, 40)
        return facts_of(scene_with(signs=(sign,))).speed_limit_kmh

    assert limit(12.0) == 40
    assert limit(25.0) is None


def test_a_bend_counts_by_its_sharpness() -> None:
    base = scene_with()
    sharp = 1.3 * CURVE_PER_M[base.road.road_class]

    def curve(bend: float) -> Side | None:
        return facts_of(replace(base, road=replace(base.road, curvature_per_m=bend))).curve

    assert curve(sharp) is Side.LEFT and curve(-sharp) is Side.RIGHT
    assert curve(0.5 * sharp) is None


def test_what_no_line_and_no_edge_shows_is_taken_as_usual() -> None:
    """In thick fog neither lanes, offset nor a bend can be seen."""
    fog = replace(DAY, weather=Weather.FOG, haze_m=1.2, sky_low=(200, 200, 200))
    base = scene_with(atmosphere=fog, ego_offset_m=0.6)
    hidden = replace(base, road=replace(base.road, lanes=3, ego_lane=1, curvature_per_m=0.02))
    facts = facts_of(hidden)
    assert (facts.lanes, facts.offset, facts.curve) == (1, Offset.CENTER, None)
    assert facts_of(replace(hidden, atmosphere=DAY)).lanes == 3


def test_fog_swallows_things() -> None:
    fog = replace(DAY, weather=Weather.FOG, haze_m=12.0, sky_low=(200, 200, 200))
    car = vehicle(50.0, 0.0, VehicleRole.AHEAD)
    assert facts_of(scene_with(vehicles=(car,))).lead is not None
    assert facts_of(scene_with(vehicles=(car,), atmosphere=fog)).lead is None


def test_a_parked_vehicle_alongside_counts_while_enough_of_it_shows() -> None:
    car = replace(vehicle(3.4, 2.0, VehicleRole.PARKED), length_m=4.8)
    parked = facts_of(scene_with(vehicles=(car,))).parked
    assert parked is not None and parked.range_m == 3.4


def test_inside_a_tunnel_and_before_one() -> None:
    lamps = (120.0, 190.0, 230.0)
    inside = facts_of(scene_with(tunnel=Tunnel(-20.0, 80.0, 5.0, lamps)))
    assert inside.tunnel and inside.tunnel_ahead_m is None
    before = facts_of(scene_with(tunnel=Tunnel(30.0, 120.0, 5.0, lamps)))
    assert not before.tunnel and before.tunnel_ahead_m == 30.0


def test_a_blind_picture_has_no_other_facts() -> None:
    car = vehicle(15.0, 0.0, VehicleRole.AHEAD)
    blind = facts_of(scene_with(vehicles=(car,), blind=Blindness(BlindKind.MUD, 0.6, 3)))
    assert blind.blind is BlindKind.MUD and blind.lead is None and not blind.visible
    targets = fact_targets(blind)
    assert targets.max() > 0 and sorted(set(targets.tolist()))[0] == -1
    assert np.count_nonzero(targets >= 0) == 1
    spots = facts_of(scene_with(vehicles=(car,), blind=Blindness(BlindKind.MUD, 0.1, 3)))
    assert spots.blind is None
