"""Words say what shows, in whole and varied sentences."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from simulator.random_facts import random_facts

from vlm_driving.core import Advice, PathAdvice, SpeedAdvice
from vlm_driving.simulator import Facts, Words, advise, describe
from vlm_driving.simulator.advice_terms import Cause
from vlm_driving.simulator.fact_types import (
    FlaggerFact,
    LeadFact,
    ObstacleFact,
    Offset,
    OncomingFact,
    PedestrianFact,
    Side,
    SignalFact,
)
from vlm_driving.simulator.scene import (
    Age,
    Arrow,
    BlindKind,
    Gesture,
    Light,
    ObstacleKind,
    PedestrianPlace,
    SignalColour,
    VehicleKind,
    Weather,
)
from vlm_driving.simulator.words_ja import topics_to_say
from vlm_driving.simulator.words_plans_ja import MAX_LENGTH, TYPICAL_LENGTH
from vlm_driving.simulator.words_reasons_ja import known, reasons
from vlm_driving.simulator.words_salience import obliged_topics, topic_of_hazard
from vlm_driving.simulator.words_style_ja import also_there, stiffness

ROAD = Facts(Light.DAY, Weather.CLEAR, Offset.CENTER, lanes=1)
COLOURS = {SignalColour.RED: "赤", SignalColour.YELLOW: "黄", SignalColour.GREEN: "青"}
SPEEDS = (None, 0.0, 30.0, 50.0)
NOUNS = re.compile(
    "軽自動車|乗用車|ワゴン車|ミニバン|トラック|バス|バイク|歩行者|子ども|高齢者|お年寄り|人"
    "|段ボール箱|タイヤ|角材|木材|袋|箱|左|右"
)


def spoken_of(facts: Facts, seed: int, speed: float | None = None) -> Words:
    advice = None if facts.blind else advise(facts, speed)
    return describe(facts, advice, np.random.default_rng(seed), speed)


@pytest.fixture(scope="module")
def spoken() -> list[tuple[Facts, str, str]]:
    out = []
    for index in range(2000):
        facts = random_facts(np.random.default_rng([71, index]), blind_share=0.0)
        words = spoken_of(facts, index, SPEEDS[index % 4])
        out.append((facts, words.advice_ja, words.description_ja))
    return out


def test_the_colour_of_the_signal_is_said_if_and_only_if_it_shows(
    spoken: list[tuple[Facts, str, str]],
) -> None:
    for facts, advice_ja, description_ja in spoken:
        plain = description_ja.replace("青矢印", "矢印")
        for colour, word in COLOURS.items():
            shows = facts.signal is not None and facts.signal.colour is colour
            assert (word in plain) == shows, description_ja
            assert shows or word not in advice_ja.replace("青矢印", "矢印")


def test_only_what_shows_is_said(spoken: list[tuple[Facts, str, str]]) -> None:
    for facts, advice_ja, description_ja in spoken:
        text = advice_ja + description_ja
        for word, shows in (
            ("横断歩道", facts.crossing_m is not None),
            ("停止線", facts.stop_line_m is not None),
            ("駐車", facts.parked is not None),
            ("対向車", facts.oncoming is not None),
            ("踏切", facts.railway is not None),
            ("工事", facts.works is not None),
            ("誘導員", facts.flagger is not None),
            ("自転車", bool(facts.cyclists)),
            ("渋滞", facts.jam),
            ("カーブ", facts.curve is not None),
            ("トンネル", facts.tunnel or facts.tunnel_ahead_m is not None),
            ("霧", facts.weather is Weather.FOG),
            ("逆光", facts.light is Light.BACKLIGHT),
            ("夜", facts.light is Light.NIGHT),
        ):
            assert shows or word not in text, text


def test_what_needs_time_is_never_said(spoken: list[tuple[Facts, str, str]]) -> None:
    for _, advice_ja, description_ja in spoken:
        assert not re.search(
            "点滅|ウインカー|近づいてき|接近|加速してい|減速してい", advice_ja + description_ja
        )


def test_sentences_are_whole_short_and_in_normal_form(
    spoken: list[tuple[Facts, str, str]],
) -> None:
    for _, advice_ja, description_ja in spoken:
        assert re.fullmatch(r"[^。]+(ください|ましょう)。", advice_ja)
        assert len(advice_ja) <= 40
        assert re.fullmatch(r"([^。]+(です|ます|ません)。){1,3}", description_ja), description_ja
        assert len(description_ja) <= MAX_LENGTH
        for text in (advice_ja, description_ja):
            assert unicodedata.normalize("NFKC", text) == text
            assert not re.search(r"([にをがはでの])\1|、、|、。|。、", text), text
    lengths = [len(description_ja) for _, _, description_ja in spoken]
    assert np.percentile(lengths, 95) <= TYPICAL_LENGTH
    assert np.mean([len(advice_ja) <= 34 for _, advice_ja, _ in spoken]) >= 0.98


def test_descriptions_differ_in_their_bones_and_seldom_repeat_themselves(
    spoken: list[tuple[Facts, str, str]],
) -> None:
    bones = {NOUNS.sub("N", re.sub(r"\d+", "0", text)) for _, _, text in spoken}
    assert len(bones) >= 500
    assert np.mean([stiffness(text) > 0 for _, _, text in spoken]) <= 0.05


def test_one_scene_is_put_in_many_ways() -> None:
    facts = Facts(
        Light.NIGHT, Weather.RAIN, Offset.LEFT, 2, signal=SignalFact(SignalColour.RED, 22.0)
    )
    advice = advise(facts, None)
    said = [describe(facts, advice, np.random.default_rng(seed)) for seed in range(30)]
    assert said[0] == describe(facts, advice, np.random.default_rng(0))
    assert len({words.advice_ja for words in said}) > 6
    assert len({words.description_ja for words in said}) > 20


def test_at_standstill_the_words_speak_of_staying_and_setting_off() -> None:
    assert re.search("発進|進んで", spoken_of(ROAD, 1, 0.0).advice_ja)
    red = Facts(
        Light.DAY, Weather.CLEAR, Offset.CENTER, 1, signal=SignalFact(SignalColour.RED, 20.0)
    )
    assert re.search("続けて|そのまま|待ち", spoken_of(red, 1, 0.0).advice_ja)


def test_slowing_for_one_thing_and_giving_way_to_another_names_both() -> None:
    facts = Facts(
        Light.DAY,
        Weather.CLEAR,
        Offset.CENTER,
        1,
        signal=SignalFact(SignalColour.RED, 44.0),
        oncoming=OncomingFact(30.0, encroaching=True),
    )
    assert advise(facts, 30.0).speed is SpeedAdvice.DECELERATE
    for seed in range(8):
        said = spoken_of(facts, seed, 30.0).advice_ja
        assert re.fullmatch("(赤信号で、)?対向車も?.*左に寄.*(減速|速度を落).*。", said), said


def test_a_calm_thing_stands_against_one_that_asks_for_care() -> None:
    facts = Facts(
        Light.DAY,
        Weather.CLEAR,
        Offset.CENTER,
        1,
        signal=SignalFact(SignalColour.GREEN, 30.0),
        crossing_m=18.0,
        pedestrians=(PedestrianFact(19.0, Side.CENTER, PedestrianPlace.CROSSING, Age.CHILD),),
    )
    said = [spoken_of(facts, seed, 30.0).description_ja for seed in range(40)]
    assert any(re.search("青.*(です|ます)が、.*子どもが", text) for text in said)
    assert all("子ども" in text and "青" in text for text in said)


def test_the_green_arrow_the_guard_and_the_thing_on_the_road_have_their_words() -> None:
    arrow = Facts(
        Light.DAY,
        Weather.CLEAR,
        Offset.CENTER,
        1,
        signal=SignalFact(SignalColour.RED, 20.0, (Arrow.LEFT, Arrow.STRAIGHT)),
    )
    assert "直進と左折の" in spoken_of(arrow, 3).description_ja
    guard = Facts(
        Light.DAY,
        Weather.CLEAR,
        Offset.CENTER,
        1,
        signal=SignalFact(SignalColour.GREEN, 30.0),
        flagger=FlaggerFact(9.0, Gesture.HOLD),
    )
    words = spoken_of(guard, 3)
    assert re.search("誘導員|警備員", words.description_ja)
    assert "停止" in words.advice_ja
    tyre = Facts(
        Light.DAY,
        Weather.CLEAR,
        Offset.CENTER,
        1,
        obstacle=ObstacleFact(12.0, Side.CENTER, ObstacleKind.TYRE),
        lead=LeadFact(60.0, VehicleKind.BUS, None),
    )
    words = spoken_of(tyre, 3)
    assert "タイヤ" in words.description_ja
    assert "バス" in words.description_ja


@pytest.mark.parametrize("kind", list(BlindKind))
def test_a_blind_picture_gets_the_reason_and_never_a_road(kind: BlindKind) -> None:
    facts = Facts(Light.DAY, Weather.CLEAR, Offset.CENTER, 1, blind=kind)
    said = {spoken_of(facts, seed) for seed in range(20)}
    assert len({words.description_ja for words in said}) >= 4
    for words in said:
        assert not re.search("片側|車線|信号|歩行者|進んで|加速|減速", words.description_ja)
        assert not re.search("進んで|加速|減速|停止し", words.advice_ja)
        if kind is BlindKind.FOREIGN:
            assert "道路" in words.description_ja or "前方を写した" in words.description_ja


def test_facts_that_are_not_blind_need_advice() -> None:
    with pytest.raises(ValueError, match="blind"):
        describe(ROAD, None, np.random.default_rng(0))


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_words_of_its_own(cause: Cause) -> None:
    assert known(cause)
    for speed in SpeedAdvice:
        said = reasons(ROAD, speed, cause)
        assert said
        for text in said:
            assert text == "" or text.endswith(("ので、", "ため、"))


def test_advice_that_the_rules_would_not_give_still_gets_a_sentence() -> None:
    odd = Advice(SpeedAdvice.STOP, PathAdvice.KEEP, 0.4)
    assert describe(ROAD, odd, np.random.default_rng(0)).advice_ja.endswith("。")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("左端に歩行者が見え、右側の歩道に歩行者がいます。", "右側の歩道にも歩行者がいます"),
        ("対向の自転車がいて、左側の歩道に2台の自転車がいます。", "歩道にも2台の自転車が"),
        ("左端を自転車が走っています。歩道に歩行者がいます。", "歩道に歩行者がいます"),
        ("横断歩道を渡る人はおらず、歩道に歩行者がいます。", "歩道に歩行者がいます"),
    ],
)
def test_others_of_a_kind_are_told_of_as_others(text: str, said: str) -> None:
    assert said in also_there(text)


def test_a_thing_on_the_right_is_no_reason_to_go_back_to_the_right() -> None:
    tyre = ObstacleFact(5.0, Side.RIGHT, ObstacleKind.TYRE)
    facts = replace(ROAD, offset=Offset.LEFT, obstacle=tyre)
    said = [spoken_of(facts, seed, 30.0).advice_ja for seed in range(20)]
    assert not any("右側に" in text and re.search("右[へに](戻|寄)", text) for text in said)


def test_an_unknown_speed_is_not_called_too_high() -> None:
    facts = replace(ROAD, speed_limit_kmh=20)
    assert not any("超えて" in spoken_of(facts, seed).advice_ja for seed in range(20))


def test_who_stands_at_a_stop_sign_looks_before_starting() -> None:
    facts = replace(ROAD, stop_sign_m=4.0)
    for seed in range(10):
        words = spoken_of(facts, seed, 0.0)
        assert re.search("確かめて発進|確認して発進", words.advice_ja), words.advice_ja


def test_what_decides_the_advice_comes_first_or_second() -> None:
    for index in range(400):
        facts = random_facts(np.random.default_rng([91, index]), blind_share=0.0)
        advice = advise(facts, 40.0)
        if not advice.hazards:
            continue
        decisive = topic_of_hazard(advice.hazards[0], facts)
        topics = topics_to_say(facts, advice, np.random.default_rng(index))
        assert decisive in topics[:2]
        assert set(obliged_topics(facts)) <= set(topics)
