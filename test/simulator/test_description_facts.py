"""Key facts of descriptions: what a simulated picture shows is due, what it does not is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.keyfact import parse_rubric
from vlm_driving.evaluation.questions import Question
from vlm_driving.simulator.advise import advise
from vlm_driving.simulator.compositions import Part
from vlm_driving.simulator.description_facts import description_rubric
from vlm_driving.simulator.fact_types import (
    Facts,
    LeadFact,
    Offset,
    OncomingFact,
    PedestrianFact,
    Side,
    SignalFact,
)
from vlm_driving.simulator.facts import visible_facts
from vlm_driving.simulator.render import render
from vlm_driving.simulator.sampling import sample
from vlm_driving.simulator.scene import (
    BlindKind,
    Light,
    PedestrianPlace,
    SignalColour,
    VehicleKind,
    Weather,
)
from vlm_driving.simulator.things import things
from vlm_driving.simulator.words_ja import describe

EMPTY = Facts(Light.DAY, Weather.CLEAR, Offset.CENTER, 1)
RED = replace(EMPTY, signal=SignalFact(SignalColour.RED, 20.0))
LEAD = replace(EMPTY, lead=LeadFact(20.0, VehicleKind.SEDAN, braking=False))
WALKER = PedestrianFact(15.0, Side.LEFT, PedestrianPlace.PAVEMENT)
SCENES = 40


def score(text, facts, shown=frozenset()):
    rubric = parse_rubric(description_rubric(facts, shown))
    asked = "この場面の様子を説明してください。"
    return KeyfactJudge().judge(Question("0", "detail", "", "", asked, "", rubric), text).score


@pytest.fixture(scope="module")
def told():
    """Facts, kinds that show and the truth's own words of scenes drawn at random."""
    found = []
    for index in range(SCENES):
        scene = sample(91, index, Part.SEEDS).scene
        rendering = render(scene)
        facts = visible_facts(scene, rendering)
        speed = scene.ego_speed_kmh
        advice = None if facts.blind is not None else advise(facts, speed)
        words = describe(facts, advice, np.random.default_rng(index), speed)
        shown = {one.kind for one in things(scene, rendering, facts) if one.pixels}
        found.append((facts, shown, words.description_ja))
    return found


def test_the_truths_own_words_are_right_and_those_of_another_scene_are_not(told):
    own = [score(text, facts, shown) for facts, shown, text in told]
    assert np.mean(own) >= 9.8
    half = SCENES // 2
    others = [
        score(told[(i + half) % SCENES][2], facts, shown)
        for i, (facts, shown, _) in enumerate(told)
    ]
    assert np.mean(others) <= 2.5


def test_without_a_list_of_things_only_what_the_facts_rule_out_is_wrong(told):
    own = [score(text, facts, None) for facts, _, text in told]
    assert np.mean(own) >= 9.8
    claims = "自転車がいます。信号は赤です。"
    assert score(claims, RED, None) == 10.0
    assert score(claims, RED, {"signal/red"}) == 5.5


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("約20m先の信号は赤です。", RED, 10.0),
        ("約20m先の信号は青です。", RED, 1.0),
        ("信号は見当たりません。", RED, 1.0),
        ("前方に障害物は見当たりません。", EMPTY, 10.0),
        ("高速道路で、前方の道は空いています。", EMPTY, 5.5),
        ("約20m先に車がいます。", LEAD, 10.0),
        ("前のトラックまで約20mです。", LEAD, 5.5),
        ("前の乗用車のブレーキランプは消えています。", LEAD, 10.0),
        ("前の乗用車がブレーキをかけています。", LEAD, 5.5),
        ("", LEAD, 1.0),
    ],
)
def test_a_fair_person_would_say_so(text, facts, expected):
    shown = {"signal/red"} if facts is RED else {"vehicle/sedan/ahead"} if facts is LEAD else set()
    assert score(text, facts, shown) == expected


def test_people_on_the_wrong_side_are_wrong():
    facts, shown = replace(EMPTY, pedestrians=(WALKER,)), {"pedestrian/adult/pavement"}
    assert score("左側の歩道に歩行者がいます。", facts, shown) == 10.0
    assert score("右側の歩道に歩行者がいます。", facts, shown) == 5.5
    assert score("前方で歩行者が渡っています。", facts, shown) == 5.5


def test_what_shows_too_small_to_be_a_fact_is_neither_due_nor_wrong():
    free, both = "前方の道は空いています。", "前方の道は空いていて、自転車がいます。"
    assert score(free, EMPTY, {"cyclist/lane"}) == 10.0
    assert score(both, EMPTY, {"cyclist/lane"}) == 10.0
    assert score(both, EMPTY, set()) == 5.5


def test_night_and_rain_are_one_fact_that_is_due_and_a_clear_day_is_none():
    night = replace(RED, light=Light.NIGHT, weather=Weather.RAIN)
    assert score("雨の降る夜の道です。信号は赤です。", night, {"signal/red"}) == 10.0
    assert score("夜の道です。信号は赤です。", night, {"signal/red"}) == 7.75
    assert score("信号は赤です。", night, {"signal/red"}) == 5.5
    assert score("夜の道です。信号は赤です。", RED, {"signal/red"}) == 5.5


def test_an_oncoming_vehicle_that_keeps_its_lane_does_not_stick_out():
    facts = replace(EMPTY, oncoming=OncomingFact(30.0, encroaching=False))
    shown = {"vehicle/sedan/oncoming"}
    assert score("約30m先に対向車がいます。", facts, shown) == 10.0
    assert score("対向車がこちらの車線にはみ出しています。", facts, shown) == 5.5


def test_of_a_blind_picture_it_is_due_that_nothing_can_be_told():
    blind = replace(EMPTY, blind=BlindKind.MUD)
    assert score("レンズが汚れて前が見えません。", blind) == 10.0
    assert score("片側1車線の道です。前方に車がいます。", blind) == 1.0
