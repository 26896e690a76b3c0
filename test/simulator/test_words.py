"""Words say what shows, in whole sentences."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pytest

from vlm_driving.simulator import Facts, advise, describe, render, sample_scene, visible_facts
from vlm_driving.simulator.fact_types import Offset, OncomingFact, SignalFact
from vlm_driving.simulator.scene import Light, SignalColour, Weather

ROAD = Facts(Light.DAY, Weather.CLEAR, Offset.CENTER, lanes=1)
COLOURS = {SignalColour.RED: "赤", SignalColour.YELLOW: "黄", SignalColour.GREEN: "青"}


@pytest.fixture(scope="module")
def spoken() -> list[tuple[Facts, str, str]]:
    out = []
    for index in range(150):
        scene = sample_scene(71, index)
        facts = visible_facts(scene, render(scene, 320, 180))
        advice = advise(facts, scene.ego_speed_kmh)
        words = describe(facts, advice, np.random.default_rng(index), scene.ego_speed_kmh)
        out.append((facts, words.advice_ja, words.description_ja))
    return out


def test_the_colour_of_the_signal_is_said_if_and_only_if_it_shows(
    spoken: list[tuple[Facts, str, str]],
) -> None:
    for facts, advice_ja, description_ja in spoken:
        for colour, word in COLOURS.items():
            shows = facts.signal is not None and facts.signal.colour is colour
            assert (word in description_ja) == shows
            assert shows or word not in advice_ja


def test_only_what_shows_is_said(spoken: list[tuple[Facts, str, str]]) -> None:
    for facts, advice_ja, description_ja in spoken:
        text = advice_ja + description_ja
        if not facts.pedestrians:
            assert "歩行者が" not in text
        if facts.crossing_m is None:
            assert "横断歩道" not in text
        if facts.stop_line_m is None:
            assert "停止線" not in text
        if facts.parked is None:
            assert "駐車" not in text
        if facts.oncoming is None:
            assert "対向" not in text
        if facts.weather is Weather.CLEAR:
            assert "雨" not in text
        if facts.light is Light.DAY:
            assert "夜" not in text


def test_sentences_are_whole_short_and_in_normal_form(
    spoken: list[tuple[Facts, str, str]],
) -> None:
    for _, advice_ja, description_ja in spoken:
        assert re.fullmatch(r"[^。]+(ください|ましょう)。", advice_ja)
        assert len(advice_ja) <= 38
        assert re.fullmatch(r"([^。]+(です|ます|ません)。){1,3}", description_ja)
        assert len(description_ja) <= 110
        for text in (advice_ja, description_ja):
            assert unicodedata.normalize("NFKC", text) == text
    assert np.mean([len(advice_ja) for _, advice_ja, _ in spoken]) <= 28


def test_the_same_rng_state_gives_the_same_words_and_others_vary() -> None:
    facts = Facts(
        Light.NIGHT, Weather.RAIN, Offset.LEFT, 2, signal=SignalFact(SignalColour.RED, 22.0)
    )
    advice = advise(facts, None)
    said = [describe(facts, advice, np.random.default_rng(seed)) for seed in range(12)]
    assert said[0] == describe(facts, advice, np.random.default_rng(0))
    assert len({words.advice_ja for words in said}) > 4
    assert len({words.description_ja for words in said}) > 2


def test_at_standstill_the_words_speak_of_staying_and_setting_off() -> None:
    rng = np.random.default_rng(1)
    go = describe(ROAD, advise(ROAD, 0.0), rng, 0.0).advice_ja
    assert re.search("発進|進んで", go)
    red = Facts(
        Light.DAY, Weather.CLEAR, Offset.CENTER, 1, signal=SignalFact(SignalColour.RED, 20.0)
    )
    stay = describe(red, advise(red, 0.0), rng, 0.0).advice_ja
    assert re.search("続けて|そのまま|待ち", stay)


def test_slowing_for_one_thing_and_giving_way_to_another_names_both() -> None:
    facts = Facts(
        Light.DAY,
        Weather.CLEAR,
        Offset.CENTER,
        1,
        signal=SignalFact(SignalColour.RED, 44.0),
        oncoming=OncomingFact(30.0, encroaching=True),
    )
    advice = advise(facts, 20.0)
    for seed in range(8):
        said = describe(facts, advice, np.random.default_rng(seed), 20.0).advice_ja
        assert re.fullmatch("赤信号で、対向車も.*左に寄.*減速.*。", said)
