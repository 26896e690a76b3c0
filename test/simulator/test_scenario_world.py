"""What a scenario says happens, once and always the same; the ego does what advice says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from vlm_driving.core import Advice, PathAdvice, SpeedAdvice
from vlm_driving.simulator.scenario import (
    Controller,
    EgoState,
    Judge,
    Moment,
    ScenarioWorld,
    Sight,
    parse_scenario,
)
from vlm_driving.simulator.scenario.score import touched
from vlm_driving.simulator.scene import (
    Gesture,
    PedestrianPlace,
    Scene,
    SignalColour,
    SignKind,
    VehicleRole,
)

DT = 0.1


def world(*events: dict[str, Any], seed: int = 1, **road: Any) -> ScenarioWorld:
    data = {
        "description": "test",
        "road": {"class": "street", "lane_width_m": 3.2, **road},
        "length_m": 500,
        "seconds": 30,
        "events": list(events),
    }
    return ScenarioWorld(parse_scenario(data, "test", "test"), seed)


def at(place: ScenarioWorld, t_s: float, s_m: float, mps: float = 0.0) -> Scene:
    return place.scene_at(t_s, EgoState(s_m, mps))


def advice(speed: str, path: str = "KEEP") -> Advice:
    return Advice(SpeedAdvice(speed), PathAdvice(path), 1.0)


def test_scenes_depend_on_scenario_and_seed_alone() -> None:
    events = [{"kind": "parked", "at_m": 40}, {"kind": "oncoming", "at_m": 0}]
    scenes = [at(world(*events, seed=seed), 1.0, 10.0) for seed in (3, 3, 4)]
    assert scenes[0] == scenes[1] != scenes[2]
    assert scenes[0].vehicles[0].colour != scenes[2].vehicles[0].colour
    assert scenes[0].camera != scenes[2].camera and scenes[0].buildings != scenes[2].buildings


def test_a_signal_waits_for_its_trigger_then_runs_its_phases() -> None:
    phases = [{"colour": c, "seconds": 2} for c in ("green", "yellow", "red")]
    place = world({"kind": "signal", "at_m": 100, "trigger_m": 50, "phases": phases})
    seen = [
        at(place, t, s).signal for t, s in ((9, 40), (10, 50), (12.5, 60), (14.5, 70), (16, 75))
    ]
    colours = [signal.colour for signal in seen if signal is not None]
    green, yellow, red = SignalColour.GREEN, SignalColour.YELLOW, SignalColour.RED
    assert colours == [green, green, yellow, red, green]
    scene = at(place, 17, 80)
    assert scene.stop_line_m == pytest.approx(20)
    assert scene.signal is not None and scene.signal.x_m > 30


def test_a_walker_waits_crosses_and_is_over() -> None:
    walkers = [{"side": "left", "trigger_m": 30, "delay_s": 1, "mps": 1.5}]
    place = world({"kind": "crossing", "at_m": 60, "walkers": walkers})
    people = [at(place, t, s).pedestrians[0] for t, s in ((0, 0), (1, 31), (3.5, 40), (12, 41))]
    waiting, crossing = PedestrianPlace.WAITING, PedestrianPlace.CROSSING
    assert [p.place for p in people] == [waiting, waiting, crossing, PedestrianPlace.PAVEMENT]
    ys = [p.y_m for p in people]
    assert ys[0] == ys[1] > ys[2] > ys[3] and people[2].heading == -1


def test_a_lead_vehicle_follows_its_profile_and_shows_its_brakes() -> None:
    profile = [{"at_s": 0, "kmh": 36}, {"at_s": 4, "kmh": 36}, {"at_s": 8, "kmh": 0}]
    place = world({"kind": "lead", "at_m": 20, "profile": profile})
    cars = [at(place, t / 10, 0.0).vehicles[0] for t in range(0, 101)]
    assert cars[40].x_m == pytest.approx(60.0, abs=0.1)
    assert cars[100].x_m == pytest.approx(80.0, abs=0.3)
    assert [cars[i].braking for i in (20, 60, 100)] == [False, True, True]


def test_queue_flagger_bars_and_crossing_vehicle_keep_their_times() -> None:
    place = world(
        {"kind": "queue", "at_m": 60, "count": 3, "trigger_m": 30, "after_s": 4},
        {"kind": "works", "at_m": 150, "trigger_m": 40,
         "gestures": [{"gesture": "hold", "seconds": 5}, {"gesture": "proceed", "seconds": 1}]},
        {"kind": "level_crossing", "at_m": 250, "trigger_m": 50, "closed_s": 6},
        {"kind": "crossing_vehicle", "at_m": 350, "trigger_m": 40, "kmh": 36, "side": "left"},
    )  # fmt: skip
    assert {v.braking for v in at(place, 0, 35).vehicles} == {True}
    tails = [min(v.x_m for v in at(place, t, 40).vehicles) for t in (3, 6.5, 12)]
    assert tails[0] == 20 and tails[2] > tails[0] + 10
    flaggers = [at(place, t, 120).flagger for t in (20, 24, 26, 60)]
    gestures = [guard.gesture for guard in flaggers if guard is not None]
    assert gestures == [Gesture.HOLD, Gesture.HOLD, Gesture.PROCEED, Gesture.PROCEED]
    bars = [at(place, t, s).railway for t, s in ((70, 190), (71, 200), (76, 240), (78, 240))]
    assert [bar.closed for bar in bars if bar is not None] == [True, True, True, False]
    assert not at(place, 80, 300).vehicles
    ys = [at(place, 90 + t, 312).vehicles[0].y_m for t in (0, 1, 2, 3)]
    assert ys == sorted(ys, reverse=True) and ys[0] > 20 and abs(ys[2]) < 6


def test_signs_bends_and_tunnels_stand_where_they_are_said_to() -> None:
    place = world(
        {"kind": "stop_sign", "at_m": 40},
        {"kind": "speed_limit", "at_m": 100, "kmh": 30},
        {"kind": "curve", "at_m": 150, "length_m": 100, "radius_m": 100, "side": "right"},
        {"kind": "tunnel", "at_m": 300, "length_m": 50},
    )
    scene = at(place, 0, 20)
    assert scene.signs[0].kind is SignKind.STOP and scene.stop_text_m == pytest.approx(11.4)
    assert [place.limit_mps(s) * 3.6 for s in (99, 101)] == pytest.approx([40, 30])
    bends = [at(place, 1, s).road.curvature_per_m for s in (100, 150, 190, 260)]
    assert bends[0] == bends[3] == 0 and bends[2] == pytest.approx(-0.01)
    assert bends[2] < bends[1] < 0
    outside, inside = at(place, 2, 280), at(place, 3, 310)
    assert outside.tunnel is not None and outside.tunnel.x_near_m == pytest.approx(20)
    assert inside.tunnel is not None and inside.tunnel.x_near_m < 0 and not inside.buildings


def test_long_works_show_from_their_near_end_on() -> None:
    place = world({"kind": "works", "at_m": 150, "length_m": 200})
    shown = [at(place, 0, s).works for s in (30, 45, 200, 345, 349)]
    near = [None if works is None else works.x_near_m for works in shown]
    assert near == [None, 105, -50, -195, None]


def test_of_two_tunnels_the_nearer_shows_in_whatever_order_they_are_written() -> None:
    tunnels = [{"kind": "tunnel", "at_m": at, "length_m": 30} for at in (140, 60)]
    for events in (tunnels, tunnels[::-1]):
        shown = [at(world(*events), 0, s).tunnel for s in (0, 70, 95)]
        assert [tunnel and round(tunnel.x_near_m) for tunnel in shown] == [60, -10, 45]


def test_nearer_things_come_first_and_passed_ones_go() -> None:
    place = world({"kind": "obstacle", "at_m": 50}, {"kind": "obstacle", "at_m": 80})
    obstacles = [at(place, 0, s).obstacle for s in (0, 52, 54, 90)]
    assert [None if o is None else round(o.x_m) for o in obstacles] == [50, -2, 26, None]


def test_speeds_follow_advice() -> None:
    ego, controller = EgoState(0.0, 10.0), Controller()
    for name, change in (
        ("KEEP", 0.0),
        ("ACCELERATE", 0.12),
        ("DECELERATE", -0.18),
        ("STOP", -0.35),
    ):
        after = controller.drive(ego, advice(name), 15.0, DT)
        assert after.speed_mps - ego.speed_mps == pytest.approx(change), name
        assert after.s_m == pytest.approx((ego.speed_mps + after.speed_mps) / 2 * DT)
    assert controller.drive(ego, advice("ACCELERATE"), 9.0, DT).speed_mps == 10.0
    assert controller.drive(EgoState(0, 0.1), advice("STOP"), 9.0, DT).speed_mps == 0.0


def test_without_advice_the_last_holds_for_half_a_second_then_it_slows_down() -> None:
    ego, controller = EgoState(0.0, 10.0), Controller()
    ego = controller.drive(ego, advice("ACCELERATE"), 30.0, DT)
    speeds = []
    for _ in range(10):
        ego = controller.drive(ego, None, 30.0, DT)
        speeds.append(ego.speed_mps)
    assert speeds[4] == pytest.approx(10.72) and speeds[9] == pytest.approx(10.22)
    assert Controller().drive(EgoState(0, 5.0), None, 30.0, DT).speed_mps == pytest.approx(4.9)


def test_a_shift_is_one_step_and_the_way_back_waits_until_the_thing_is_passed() -> None:
    ego, controller = EgoState(0.0, 8.0), Controller()
    for _ in range(5):  # advice ends once the ego is off the middle; the step is finished
        ego = controller.drive(ego, advice("KEEP", "SHIFT_RIGHT"), 8.0, DT)
    for _ in range(30):
        ego = controller.drive(ego, advice("KEEP"), 8.0, DT)
    assert ego.offset_m == pytest.approx(-1.2)
    began = ego.s_m
    while ego.offset_m < -1.19:
        ego = controller.drive(ego, advice("KEEP", "SHIFT_LEFT"), 8.0, DT)
    assert ego.s_m - began > 6.0
    before = ego
    ego = controller.drive(ego, advice("KEEP", "SHIFT_LEFT"), 8.0, DT)
    assert ego.offset_m - before.offset_m == pytest.approx(0.08)
    for _ in range(30):
        ego = controller.drive(ego, advice("KEEP"), 8.0, DT)
    assert ego.offset_m == pytest.approx(0.0)
    standing = controller.drive(EgoState(0.0, 0.0), advice("STOP", "SHIFT_LEFT"), 8.0, DT)
    assert standing.offset_m == 0.0
    narrow = Controller(left_room_m=0.3)
    ego = EgoState(0.0, 8.0)
    for _ in range(20):
        ego = narrow.drive(ego, advice("KEEP", "SHIFT_LEFT"), 8.0, DT)
    assert ego.offset_m == pytest.approx(0.3)


def judge_through(place: ScenarioWorld, speeds: list[tuple[float, float]]) -> Judge:
    """Drive straight on; `speeds` are (from metre, metres a second)."""
    judge, ego, t = Judge(), EgoState(0.0, 10.0), 0.0
    while ego.s_m < 70 and t < 11:
        mps = [v for s, v in speeds if s <= ego.s_m][-1]
        ego = EgoState(ego.s_m + mps * DT, mps)
        sight = Sight(place.scene_at(t, ego), 320, 180)
        judge.see(Moment(t, ego, sight, place.rules, advice("KEEP")), DT)
        t += DT
    return judge


def test_the_judge_counts_what_was_done_wrong_once() -> None:
    red = {"kind": "signal", "at_m": 60, "phases": [{"colour": "red", "seconds": 600}]}
    arrow = {"kind": "signal", "at_m": 60,
             "phases": [{"colour": "red", "seconds": 600, "arrows": ["straight"]}]}  # fmt: skip
    stop = {"kind": "stop_sign", "at_m": 60}
    bar = {"kind": "level_crossing", "at_m": 60, "closed_s": 100}
    parked = {"kind": "parked", "at_m": 60, "overlap_m": 1.2}
    fast = [(0.0, 10.0)]
    score = judge_through(world(red), fast).score
    assert (score.red_lights, score.reds_met, score.collisions) == (1, 1, 0)
    assert judge_through(world(arrow), fast).score.red_lights == 0
    assert judge_through(world(stop), fast).score.missed_stops == 1
    assert judge_through(world(stop), [(0, 10.0), (52, 0.5), (55, 5.0)]).score.missed_stops == 0
    assert judge_through(world(bar), fast).score.collisions == 1
    guard = {"kind": "works", "at_m": 60, "overlap_m": 2.5, "machine": False,
             "gestures": [{"gesture": "hold", "seconds": 60}]}  # fmt: skip
    beside = world(guard).scene_at(0.0, EgoState(58.5, 5.0, 1.2))  # he is level with the doors
    assert "flagger" in touched(beside)
    assert "flagger" not in touched(replace(beside, ego_offset_m=0.0))
    score = judge_through(world(parked), fast).score
    assert score.collisions == 1 and score.incidents[0].kind == "collision"
    assert score.incidents[0].t_s == pytest.approx((60 - 1.6) / 10, abs=0.2)


def test_standing_is_needless_only_where_nothing_asks_for_it() -> None:
    red = {"kind": "signal", "at_m": 60, "phases": [{"colour": "red", "seconds": 600}]}
    slow = [(0.0, 10.0), (50.0, 0.0)]
    assert judge_through(world(red), slow).score.needless_stops == 0
    assert judge_through(world(), slow).score.needless_stops == 1


def test_roles_are_those_of_the_road() -> None:
    place = world(
        {"kind": "oncoming", "at_m": 0, "encroach_m": 0.4}, {"kind": "parked", "at_m": 30}
    )
    at(place, 0, 0)
    cars = {v.role: v for v in at(place, 2, 1).vehicles}
    oncoming, parked = cars[VehicleRole.ONCOMING], cars[VehicleRole.PARKED]
    over = oncoming.y_m + oncoming.width_m / 2 - place.road.centre_m
    assert over == pytest.approx(0.4)
    assert place.road.left_m - (parked.y_m - parked.width_m / 2) == pytest.approx(0.8)
