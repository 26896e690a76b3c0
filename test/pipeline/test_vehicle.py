"""One advice for the vehicle: the most cautious fresh one, and a text that can be read."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from vlm_driving.core import (
    Advice,
    CameraRole,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    Outcome,
    PathAdvice,
    SceneReport,
    SpeedAdvice,
    UserError,
)
from vlm_driving.pipeline.vehicle import (
    CAUTION,
    VehicleHistory,
    VehicleSettings,
    heard,
    vehicle_advice,
)

MS = 1_000_000
STOP, SLOW, KEEP, GO = (
    SpeedAdvice.STOP,
    SpeedAdvice.DECELERATE,
    SpeedAdvice.KEEP,
    SpeedAdvice.ACCELERATE,
)
STRAIGHT, LEFT, RIGHT = PathAdvice.KEEP, PathAdvice.SHIFT_LEFT, PathAdvice.SHIFT_RIGHT
SETTINGS = VehicleSettings(validity_ms=500, hold_ms=1000)
PERSON = Hazard(HazardKind.PEDESTRIAN, HazardSide.LEFT, HazardRange.NEAR)
SIGNAL = Hazard(HazardKind.SIGNAL, HazardSide.CENTER, HazardRange.FAR)


def report(
    speed,
    path=STRAIGHT,
    camera="front",
    text=None,
    outcome=Outcome.OK,
    stamp=7,
    conf=0.9,
    hazards=(),
):
    advice = None if speed is None else Advice(speed, path, conf, tuple(hazards))
    words = (f"{camera}:{speed.value}" if speed else "") if text is None else text
    return SceneReport(camera, "optical", stamp, 0, outcome, advice=advice, advice_ja=words)


class Vehicle:
    """A history that time passes over."""

    def __init__(self):
        self.history = VehicleHistory()

    def hear(self, at_ms, speed, *args, role=CameraRole.FRONT, **kwargs):
        said = report(speed, *args, **kwargs)
        self.history = heard(self.history, said, role, at_ms * MS)
        return self

    def at(self, ms):
        self.history, advice = vehicle_advice(self.history, ms * MS, SETTINGS)
        return advice


def test_the_order_of_caution():
    assert CAUTION == (GO, KEEP, SLOW, STOP)


@pytest.mark.parametrize("speeds", list(product(CAUTION, repeat=3)))
def test_the_most_cautious_speed_wins_whatever_the_order_of_cameras(speeds):
    for order in permutations(range(3)):
        vehicle = Vehicle()
        for i in order:
            vehicle.hear(0, speeds[i], camera=f"front{i}")
        assert vehicle.at(10).speed is max(speeds, key=CAUTION.index)


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        (LEFT, LEFT, LEFT),
        (LEFT, RIGHT, STRAIGHT),
        (STRAIGHT, LEFT, STRAIGHT),
        (STRAIGHT, STRAIGHT, STRAIGHT),
    ],
)
def test_the_path_is_what_all_say_and_straight_where_they_disagree(one, other, path):
    vehicle = Vehicle().hear(0, SLOW, one, "wide").hear(0, KEEP, other, "tele")
    assert vehicle.at(10).path is path


def test_only_front_cameras_advise_the_vehicle():
    vehicle = Vehicle().hear(0, KEEP).hear(0, STOP, camera="rear", role=CameraRole.REAR)
    assert vehicle.at(10).speed is KEEP


def test_advice_is_void_when_its_frame_is_too_old():
    vehicle = Vehicle().hear(100, STOP)
    assert vehicle.at(110).valid_until_ns == 600 * MS
    assert vehicle.at(599) is not None
    assert vehicle.at(600) is None
    assert Vehicle().at(0) is None


def test_it_stands_as_long_as_one_camera_asks_for_this_speed():
    vehicle = Vehicle().hear(0, STOP, camera="a").hear(80, STOP, camera="b")
    vehicle.hear(200, KEEP, camera="c")
    said = vehicle.at(210)
    assert said.valid_until_ns == 580 * MS
    assert said.cameras == ("b", "a")
    assert vehicle.at(579).speed is STOP
    assert vehicle.at(580).speed is KEEP


def test_a_newer_frame_of_the_same_camera_replaces_its_advice_and_an_older_one_does_not():
    vehicle = Vehicle().hear(100, STOP).hear(200, KEEP)
    assert vehicle.at(210).speed is KEEP
    assert vehicle.hear(150, STOP).at(210).speed is KEEP


@pytest.mark.parametrize("outcome", [Outcome.TIMEOUT, Outcome.DROPPED, Outcome.NO_BACKEND])
def test_a_frame_without_an_answer_changes_nothing(outcome):
    vehicle = Vehicle().hear(0, KEEP).hear(100, None, outcome=outcome)
    assert vehicle.at(110).speed is KEEP
    assert vehicle.at(500) is None


@pytest.mark.parametrize(
    ("before", "after"), [(STOP, STOP), (SLOW, SLOW), (KEEP, None), (GO, None)]
)
def test_an_unsure_frame_takes_back_leave_to_go_on_but_no_warning(before, after):
    vehicle = Vehicle().hear(0, before).hear(100, None, outcome=Outcome.UNSURE, text="不明")
    said = vehicle.at(110)
    assert (said and said.speed) is after
    # What was captured before the unsure one and comes late gives no leave either.
    said = vehicle.hear(50, GO).at(120)
    assert (said and said.speed) is after
    assert vehicle.hear(130, GO).at(140).speed is GO


def test_confidence_is_the_least_of_the_deciding_cameras_and_hazards_are_gathered_once():
    vehicle = Vehicle()
    vehicle.hear(0, KEEP, camera="a", conf=0.3, hazards=[PERSON])
    vehicle.hear(0, SLOW, camera="b", conf=0.8, hazards=[SIGNAL])
    vehicle.hear(0, SLOW, camera="c", conf=0.6, hazards=[SIGNAL, PERSON])
    said = vehicle.at(10)
    assert said.confidence == 0.6
    assert said.hazards == (SIGNAL, PERSON)


def test_a_text_is_held_for_a_second_although_the_next_one_is_there():
    vehicle = Vehicle().hear(0, SLOW, text="A", stamp=1)
    texts = []
    for ms in range(0, 2500, 100):
        vehicle.hear(ms, SLOW, text="A" if ms < 100 else f"B{ms // 1000}", stamp=ms)
        texts.append(vehicle.at(ms).text.text_ja)
    assert texts == ["A"] * 10 + ["B1"] * 10 + ["B2"] * 5


def test_more_caution_is_shown_at_once_and_less_has_to_wait():
    vehicle = Vehicle().hear(0, KEEP, text="そのまま。")
    assert vehicle.at(0).text.text_ja == "そのまま。"
    said = vehicle.hear(100, STOP, text="停止。").at(100)
    assert (said.speed, said.text.text_ja) == (STOP, "停止。")
    said = vehicle.hear(200, KEEP, text="どうぞ。", stamp=9).at(200)
    # The advice itself is never held: only its words are, and they say what they were said for.
    assert (said.speed, said.text.text_ja, said.text.speed) == (KEEP, "停止。", STOP)
    for ms in range(300, 1200, 100):
        said = vehicle.hear(ms, KEEP, text="どうぞ。").at(ms)
        assert (said.text.text_ja == "どうぞ。") == (ms >= 1100)


def test_the_same_text_about_a_newer_frame_is_about_that_frame():
    vehicle = Vehicle().hear(0, SLOW, text="A", stamp=1)
    assert vehicle.at(0).text.stamp_ns == 1
    text = vehicle.hear(100, SLOW, text="A", stamp=2).at(100).text
    assert (text.stamp_ns, text.since_ns) == (2, 0)


def test_no_text_is_held_when_nothing_is_fresh():
    vehicle = Vehicle().hear(0, STOP, text="停止。")
    assert vehicle.at(0).text.text_ja == "停止。"
    assert vehicle.at(500) is None
    assert vehicle.hear(510, KEEP, text="どうぞ。").at(520).text.text_ja == "どうぞ。"


def test_words_of_another_path_are_not_used_and_missing_words_are_plain_ones():
    vehicle = Vehicle().hear(0, SLOW, LEFT, "a", "左に寄って減速。").hear(0, KEEP, STRAIGHT, "b")
    assert vehicle.at(10).text.text_ja == "減速してください。"
    assert Vehicle().hear(0, SLOW, LEFT, text="").at(10).text.text_ja == (
        "左に寄って、減速してください。"
    )


def test_the_same_history_and_time_say_the_same():
    history = Vehicle().hear(0, SLOW, camera="a").hear(50, STOP, camera="b").history
    assert vehicle_advice(history, 60 * MS, SETTINGS) == vehicle_advice(history, 60 * MS, SETTINGS)
    assert history.shown is None


def test_as_json():
    said = Vehicle().hear(100, STOP, hazards=[PERSON]).at(110)
    assert said.to_json() == {
        "speed": "STOP",
        "path": "KEEP",
        "confidence": 0.9,
        "hazards": [{"kind": "pedestrian", "side": "left", "range": "near"}],
        "cameras": ["front"],
        "stamp_ns": 7,
        "valid_until_ns": 600 * MS,
        "text_ja": "front:STOP",
        "text_speed": "STOP",
        "text_path": "KEEP",
        "text_stamp_ns": 7,
    }


@pytest.mark.parametrize("wrong", [{"validity_ms": 0}, {"hold_ms": -1}, {"hold_ms": float("nan")}])
def test_settings_that_make_no_sense_are_explained(wrong):
    with pytest.raises(UserError):
        VehicleSettings(**wrong)
