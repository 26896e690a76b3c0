"""Questions: right by their own rubric, wrong by every other truth's, and not guessable."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pytest
from simulator.random_facts import random_facts

from vlm_driving.evaluation.keyfact import parse_rubric, score
from vlm_driving.simulator.fact_types import (
    Facts,
    FlaggerFact,
    Offset,
    ParkedFact,
    PedestrianFact,
    Side,
    SignalFact,
)
from vlm_driving.simulator.questions import (
    CATEGORIES,
    KINDS,
    VOICES,
    Question,
    ask,
    measure_balance,
    questions,
)
from vlm_driving.simulator.questions.generate import reply_to
from vlm_driving.simulator.questions.held_out_wordings import HELD_OUT, held_out_question
from vlm_driving.simulator.questions.measure import table
from vlm_driving.simulator.questions.reasons import HAZARD_JA
from vlm_driving.simulator.questions.terms import Reply
from vlm_driving.simulator.scene import (
    Age,
    Gesture,
    Light,
    PedestrianPlace,
    RoadClass,
    SignalColour,
    VehicleKind,
    Weather,
)

SPEEDS = (None, None, None, 0.0, 0.0, 15.0, 30.0, 40.0, 50.0, 60.0, 80.0)


def _worlds(seed: int, count: int, blind: float = 0.0) -> list[tuple[Facts, float | None]]:
    rng = np.random.default_rng(seed)
    return [
        (random_facts(rng, blind), SPEEDS[int(rng.integers(len(SPEEDS)))]) for _ in range(count)
    ]


def _right(answer: str, rubric: Any) -> bool:
    return score(answer, parse_rubric(rubric)).right


def _replies(seed: int, count: int) -> dict[str, dict[str, Reply]]:
    """One reply of each answer key of each kind."""
    found: dict[str, dict[str, Reply]] = defaultdict(dict)
    for facts, speed in _worlds(seed, count):
        for name, kind in KINDS.items():
            reply = reply_to(kind, facts, speed)
            if reply is not None:
                found[name].setdefault(reply.key, reply)
    return found


def test_every_kind_has_its_share_of_wordings_and_comes_up() -> None:
    replies = _replies(1, 700)
    assert len(KINDS) >= 30
    assert Counter(kind.category for kind in KINDS.values()).keys() == set(CATEGORIES)
    for name, kind in KINDS.items():
        for voice in kind.voices:
            assert len(set(kind.wordings(voice))) >= 6, name
        assert len(replies[name]) >= 2, f"{name} has only one answer: {replies[name].keys()}"
        assert all(len(set(r.answers)) >= 3 for r in replies[name].values()), name


def test_answers_are_right_by_their_own_rubric() -> None:
    wrong = {
        (name, answer)
        for name, replies in _replies(2, 500).items()
        for reply in replies.values()
        for answer in reply.answers
        if not _right(answer, reply.rubric)
    }
    assert not wrong


def test_answers_are_wrong_by_the_rubric_of_another_truth() -> None:
    passed = []
    for name, replies in _replies(3, 500).items():
        if KINDS[name].category == "detail" or name == "lead_distance":
            continue
        for key, reply in replies.items():
            for other, truth in replies.items():
                if other != key and _right(reply.answers[0], truth.rubric):
                    passed.append((name, key, other, reply.answers[0]))
    assert not passed


def test_who_lists_every_hazard_has_not_named_the_main_one() -> None:
    everything = "、".join(ja for ja, _ in HAZARD_JA.values()) + "です。"
    replies = _replies(11, 1200)["main_hazard"]
    named = {key: reply for key, reply in replies.items() if key != "none"}
    assert len(named) >= 10
    for key, reply in named.items():
        assert not _right(everything, reply.rubric), key


def test_descriptions_of_an_empty_part_and_of_a_full_one_exclude_each_other() -> None:
    for name, replies in _replies(4, 500).items():
        empty = replies.get("none")
        if KINDS[name].category != "detail" or empty is None:
            continue
        for key, reply in replies.items():
            if key != "none":
                assert not _right(reply.answers[0], empty.rubric), (name, reply.answers[0])
                assert not _right(empty.answers[0], reply.rubric), (name, key)


@pytest.fixture(scope="module")
def balanced() -> list[Question]:
    """Questions of many scenes, balanced for just these."""
    worlds = _worlds(5, 2500)
    shares = measure_balance(worlds)
    rng = np.random.default_rng(6)
    return [q for facts, speed in worlds for q in questions(facts, speed, rng, 6, shares)]


def test_no_kind_can_be_answered_without_the_picture(balanced: list[Question]) -> None:
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for question in balanced:
        seen[question.kind][question.answer_key] += 1
    for name, keys in seen.items():
        total = sum(keys.values())
        if total >= 40:
            assert keys.most_common(1)[0][1] / total <= 0.7, (name, keys)


def test_one_wording_answers_yes_and_no_alike(balanced: list[Question]) -> None:
    by_text: dict[str, Counter[str]] = defaultdict(Counter)
    for question in balanced:
        if question.rubric["form"] == "yes_no":
            text = question.text.split("。")[-2]
            by_text[question.kind + text][question.rubric["lead"][0]] += 1
    tested = 0
    for text, keys in by_text.items():
        total = sum(keys.values())
        if total >= 50:
            tested += 1
            assert keys.most_common(1)[0][1] / total <= 0.8, (text, keys)
    assert tested >= 10


def test_the_table_of_balance_is_what_was_measured() -> None:
    worlds = _worlds(17, 400)
    found: dict[str, Any] = {}
    exec(table(worlds), found)  # noqa: S102
    measured = measure_balance(worlds)
    assert found["ACCEPTANCES"]["has_flagger"]["no"] == pytest.approx(
        measured["has_flagger"]["no"], rel=0.06
    )
    assert "yes" not in found["ACCEPTANCES"]["has_flagger"]


@pytest.mark.parametrize("name", ["may_turn_right", "may_turn_left", "may_ride_on"])
def test_who_stands_in_the_road_comes_before_every_move(name: str) -> None:
    person = PedestrianFact(8.0, Side.CENTER, PedestrianPlace.ROAD, Age.ADULT)
    reply = reply_to(KINDS[name], _clear(pedestrians=(person,)), 30.0)
    assert reply is not None and reply.key == "no:pedestrian"


def test_questions_are_distinct_and_the_same_for_the_same_rng() -> None:
    for facts, speed in _worlds(9, 30):
        found = questions(facts, speed, np.random.default_rng(1), 6)
        assert len(found) == 6
        assert len({q.kind for q in found}) == 6
        assert found == questions(facts, speed, np.random.default_rng(1), 6)


def test_all_voices_ask() -> None:
    rng = np.random.default_rng(10)
    voices = Counter(ask(facts, speed, rng).voice for facts, speed in _worlds(11, 200))
    assert set(voices) == set(VOICES)


def test_a_blind_camera_gives_no_answers() -> None:
    rng = np.random.default_rng(12)
    for facts, speed in _worlds(13, 40, blind=1.0):
        for question in questions(facts, speed, rng, 3):
            assert question.answer_key == "blind"
            assert _right(question.answer, question.rubric)
            assert not _right("はい、問題ありません。", question.rubric)


def test_a_flagger_holds_although_the_light_is_green() -> None:
    facts = _clear(
        signal=SignalFact(SignalColour.GREEN, 25.0), flagger=FlaggerFact(8.0, Gesture.HOLD)
    )
    for name in ("may_turn_right", "may_turn_left", "may_go_straight", "may_ride_on"):
        reply = reply_to(KINDS[name], facts, 30.0)
        assert reply is not None and reply.key == "no:flagger", name
    reply = reply_to(KINDS["why_not_go"], facts, 0.0)
    assert reply is not None and "誘導員" in reply.answers[0]


@pytest.mark.parametrize(
    ("colour", "may_turn", "may_cross"),
    [
        (SignalColour.RED, "no:red", "yes:go_red"),
        (SignalColour.YELLOW, "no:yellow", "no:yellow"),
        (SignalColour.GREEN, "yes", "no:green"),
    ],
)
def test_the_cars_light_means_the_contrary_for_who_walks(
    colour: SignalColour, may_turn: str, may_cross: str
) -> None:
    facts = _clear(signal=SignalFact(colour, 25.0))
    turn = reply_to(KINDS["may_turn_right"], facts, 30.0)
    cross = reply_to(KINDS["may_cross"], facts, 30.0)
    assert turn is not None and turn.key == may_turn
    assert cross is not None and cross.key == may_cross


@pytest.mark.parametrize(
    ("kind", "key"),
    [(VehicleKind.TRUCK, "yes"), (VehicleKind.SEDAN, None), (VehicleKind.MOTORCYCLE, "no")],
)
def test_only_large_vehicles_hide_people_for_sure(kind: VehicleKind, key: str | None) -> None:
    facts = _clear(parked=ParkedFact(15.0, 0.0, kind))
    reply = reply_to(KINDS["behind_parked"], facts, 30.0)
    assert (None if reply is None else reply.key) == key
    if kind is VehicleKind.MOTORCYCLE:
        spot = reply_to(KINDS["blind_spot"], facts, 30.0)
        assert spot is not None and spot.key == "none"


@pytest.mark.parametrize("name", ["blind_spot", "behind_parked", "guard_stop", "guard_people"])
def test_nobody_walks_on_an_expressway(name: str) -> None:
    facts = _clear(road=RoadClass.EXPRESSWAY, parked=ParkedFact(15.0, 0.0, VehicleKind.TRUCK))
    assert reply_to(KINDS[name], facts, 80.0) is None


def test_a_guard_who_lets_us_go_is_no_reason_against_a_turn() -> None:
    facts = _clear(flagger=FlaggerFact(14.0, Gesture.PROCEED))
    reply = reply_to(KINDS["may_turn_left"], facts, 50.0)
    assert reply is not None and reply.key == "yes"


def test_who_does_not_know_the_speed_does_not_call_it_too_high() -> None:
    facts = _clear(road=RoadClass.EXPRESSWAY, speed_limit_kmh=50)
    reply = reply_to(KINDS["next_action"], facts, None)
    assert reply is not None and reply.key == "DECELERATE:too_fast"
    assert not any("超えて" in answer or "より速い" in answer for answer in reply.answers)


def test_held_out_wordings_are_never_produced() -> None:
    produced = {t for kind in KINDS.values() for v in kind.voices for t in kind.wordings(v)}
    assert len(HELD_OUT) == len({text for _, text in HELD_OUT}) == 200
    assert {kind for kind, _ in HELD_OUT} == set(KINDS)
    assert not {text for _, text in HELD_OUT} & produced
    rng = np.random.default_rng(14)
    for facts, speed in _worlds(15, 300):
        for question in questions(facts, speed, rng, 5):
            assert not any(question.text.endswith(text) for _, text in HELD_OUT)


def test_a_held_out_wording_gets_the_truth_of_its_kind() -> None:
    facts = _clear(signal=SignalFact(SignalColour.RED, 25.0))
    rng = np.random.default_rng(16)
    asked = [held_out_question(kind, text, facts, 30.0, rng) for kind, text in HELD_OUT]
    found = [q for q in asked if q is not None]
    assert len(found) > 120
    assert all(isinstance(q, Question) and _right(q.answer, q.rubric) for q in found)
    assert {q.answer_key for q in found if q.kind == "signal_colour"} == {"red"}


def _clear(**facts: Any) -> Facts:
    return Facts(Light.DAY, Weather.CLEAR, Offset.CENTER, 1, **facts)
