"""Descriptions are read back into facts, and measured against them."""

from __future__ import annotations

import numpy as np
import pytest
from simulator.random_facts import random_facts

from vlm_driving.core import (
    Advice,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    PathAdvice,
    SpeedAdvice,
)
from vlm_driving.simulator import Facts, advise, describe
from vlm_driving.simulator.fact_types import (
    LeadFact,
    Offset,
    PedestrianFact,
    Side,
    SignalFact,
)
from vlm_driving.simulator.parse_compare import compare
from vlm_driving.simulator.parse_contradictions import contradicts
from vlm_driving.simulator.parse_ja import claims
from vlm_driving.simulator.parse_terms import Claim, ClaimKind, claim
from vlm_driving.simulator.scene import (
    Age,
    Light,
    PedestrianPlace,
    SignalColour,
    VehicleKind,
    Weather,
)

K = ClaimKind
SCENE = Facts(
    Light.NIGHT,
    Weather.RAIN,
    Offset.CENTER,
    2,
    signal=SignalFact(SignalColour.RED, 30.0),
    lead=LeadFact(18.0, VehicleKind.TRUCK, True),
    crossing_m=24.0,
    pedestrians=(PedestrianFact(25.0, Side.LEFT, PedestrianPlace.WAITING, Age.CHILD),),
)


def test_our_own_descriptions_are_read_back_without_fault() -> None:
    for index in range(1500):
        rng = np.random.default_rng([83, index])
        facts = random_facts(rng)
        speed = (None, 0.0, 30.0, 55.0)[index % 4]
        advice = None if facts.blind else advise(facts, speed)
        words = describe(facts, advice, rng, speed)
        found = compare(claims(words.description_ja), facts)
        assert not found.false_claims, (words, found.false_claims)
        assert not found.missed, (words, found.missed)
        if advice is not None:
            assert contradicts(words.description_ja, advice) == [], words
            assert contradicts(words.advice_ja, advice) == [], words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("前方の信号は赤です。", [claim(K.SIGNAL, colour="red")]),
        ("信号機が青色に点灯しています。", [claim(K.SIGNAL, colour="green")]),
        (
            "信号は赤ですが、左折の青い矢印が出ています。",
            [claim(K.SIGNAL, colour="red"), claim(K.ARROW, direction="left")],
        ),
        ("交差点の信号は消灯しています。", [claim(K.SIGNAL, colour="off")]),
        (
            "20m先のトラックがブレーキをかけています。",
            [claim(K.LEAD, range_m=20.0, vehicle="truck", braking="yes")],
        ),
        ("対向車線にバスがいます。", [claim(K.ONCOMING, vehicle="bus")]),
        (
            "対向車が中央線を越えています。",
            [claim(K.ONCOMING, encroaching="yes")],
        ),
        ("左側に軽自動車が停車しています。", [claim(K.PARKED, vehicle="kei")]),
        ("隣の車線を車が走っています。", [claim(K.OTHER_VEHICLE)]),
        (
            "右からトラックが横切っています。",
            [claim(K.CROSSING_VEHICLE, vehicle="truck")],
        ),
        (
            "横断歩道を、子どもが渡っています。",
            [claim(K.PEDESTRIAN, place="crossing", age="child"), claim(K.CROSSING)],
        ),
        (
            "左の歩道にお年寄りが2人います。",
            [claim(K.PEDESTRIAN, place="pavement", side="left", age="elderly", count="2")],
        ),
        ("自転車が車道の左端を走っています。", [claim(K.CYCLIST, place="lane", side="left")]),
        (
            "車や歩行者は見えません。",
            [claim(K.LEAD, negated=True), claim(K.PEDESTRIAN, negated=True)],
        ),
        ("対向車はいません。", [claim(K.ONCOMING, negated=True)]),
        ("右側で工事をしています。", [claim(K.WORKS, side="right")]),
        ("交通誘導員が赤旗で停止を求めています。", [claim(K.FLAGGER, gesture="hold")]),
        ("ガードマンが進むよう合図しています。", [claim(K.FLAGGER, gesture="proceed")]),
        (
            "進路上に段ボール箱が落ちています。",
            [claim(K.OBSTACLE, thing="box", side="center")],
        ),
        ("踏切の遮断機が下りています。", [claim(K.RAILWAY, state="closed")]),
        ("一時停止の標識があります。", [claim(K.STOP_SIGN)]),
        ("路面に止まれの表示があります。", [claim(K.STOP_SIGN)]),
        ("制限速度は40キロです。", [claim(K.LIMIT, kmh="40")]),
        ("道は右に緩やかにカーブしています。", [claim(K.CURVE, side="right")]),
        ("渋滞の最後尾が見えます。", [claim(K.JAM)]),
        ("トンネルの中です。", [claim(K.TUNNEL, place="inside")]),
        ("この先にトンネルがあります。", [claim(K.TUNNEL, place="ahead")]),
        ("自車は車線の左に寄っています。", [claim(K.OFFSET, side="left")]),
        ("進路上に障害物はありません。", [claim(K.CLEAR)]),
        ("レンズが汚れて前が見えません。", [claim(K.BLIND)]),
        (
            "雨の夜、片側二車線の幹線道路です。",
            [
                claim(K.LIGHT, value="night"),
                claim(K.WEATHER, value="rain"),
                claim(K.ROAD, value="arterial"),
                claim(K.LANES, value="2"),
            ],
        ),
        ("雨は降っていません。", []),
        ("障害物は何も見えません。", [claim(K.CLEAR)]),
        (
            "夜で暗いですが、前方に歩行者は見えません。",
            [claim(K.LIGHT, value="night"), claim(K.PEDESTRIAN, negated=True)],
        ),
        (
            "赤信号で停止しているバスがいます。",
            [claim(K.SIGNAL, colour="red"), claim(K.LEAD, vehicle="bus")],
        ),
        ("赤いトラックが前方にいます。", [claim(K.LEAD, vehicle="truck")]),
        ("自転車に乗った人が横断しています。", [claim(K.CYCLIST, place="crossing")]),
        ("駐車車両の陰に人がいるかもしれません。", []),
        ("バス停の前に歩行者がいます。", [claim(K.PEDESTRIAN)]),
        ("こんにちは。", []),
    ],
)
def test_wording_of_others_is_understood(text: str, expected: list[Claim]) -> None:
    assert list(claims(text).items) == expected


def test_a_list_is_taken_apart_and_its_negation_reaches_all_of_it() -> None:
    found = claims("前方に赤信号、横断中の歩行者、それに左側の駐車車両が見えます。")
    assert [c.kind for c in found.items] == [K.SIGNAL, K.PEDESTRIAN, K.PARKED]
    found = claims("対向車、自転車、歩行者は見えません。")
    assert {(c.kind, c.negated) for c in found.items} == {
        (K.ONCOMING, True),
        (K.CYCLIST, True),
        (K.PEDESTRIAN, True),
    }


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("信号は青です。", K.SIGNAL),
        ("前方にバスがいます。", K.LEAD),
        ("約60m先のトラックがブレーキをかけています。", K.LEAD),
        ("横断歩道を歩行者が渡っています。", K.PEDESTRIAN),
        ("右側に横断を待つ子どもがいます。", K.PEDESTRIAN),
        ("歩行者は見えません。", K.PEDESTRIAN),
        ("自転車がいます。", K.CYCLIST),
        ("霧が出ています。", K.WEATHER),
        ("進路上に障害物は見えません。", K.CLEAR),
        ("真っ暗で何も見えません。", K.BLIND),
    ],
)
def test_what_the_facts_do_not_hold_is_false(text: str, kind: ClaimKind) -> None:
    found = compare(claims(text), SCENE)
    assert [c.kind for c in found.false_claims if c.kind is kind] == [kind]


def test_precision_and_recall_of_a_half_right_text() -> None:
    found = compare(claims("夜の道路です。25m先の信号は赤です。対向車がいます。"), SCENE)
    assert [c.kind for c in found.false_claims] == [K.ONCOMING]
    assert "weather" in found.missed
    assert {"lead", "walker_waiting"} <= set(found.missed)
    assert 0.0 < found.recall < 1.0
    assert 0.0 < found.precision < 1.0


def _advice(
    speed: SpeedAdvice, path: PathAdvice = PathAdvice.KEEP, kind: HazardKind | None = None
) -> Advice:
    hazard = () if kind is None else (Hazard(kind, HazardSide.CENTER, HazardRange.NEAR),)
    return Advice(speed, path, 1.0, hazard)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("加速してください。", _advice(SpeedAdvice.STOP)),
        ("このまま進みましょう。", _advice(SpeedAdvice.STOP)),
        ("速度を上げましょう。", _advice(SpeedAdvice.DECELERATE)),
        ("停止してください。", _advice(SpeedAdvice.KEEP)),
        ("減速しましょう。", _advice(SpeedAdvice.ACCELERATE)),
        ("信号は赤です。", _advice(SpeedAdvice.ACCELERATE)),
        ("前方は青信号です。", _advice(SpeedAdvice.STOP, kind=HazardKind.SIGNAL)),
        ("右に寄って減速してください。", _advice(SpeedAdvice.DECELERATE, PathAdvice.SHIFT_LEFT)),
        ("左へ戻りましょう。", _advice(SpeedAdvice.KEEP)),
        ("歩行者はいません。", _advice(SpeedAdvice.STOP, kind=HazardKind.PEDESTRIAN)),
        ("進路上に障害物はありません。", _advice(SpeedAdvice.STOP, kind=HazardKind.OBSTACLE)),
    ],
)
def test_prose_against_the_advice_is_found(text: str, advice: Advice) -> None:
    assert contradicts(text, advice)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("左側に車が止まっています。自車は右に寄っています。", _advice(SpeedAdvice.KEEP)),
        ("信号は赤ですが、直進の青矢印が出ています。", _advice(SpeedAdvice.ACCELERATE)),
        (
            "信号は青ですが、歩行者が渡っています。",
            _advice(SpeedAdvice.STOP, kind=HazardKind.PEDESTRIAN),
        ),
        ("停止に備えて減速しましょう。", _advice(SpeedAdvice.DECELERATE)),
        ("黄信号ですが安全に止まれないので、そのまま通過してください。", _advice(SpeedAdvice.KEEP)),
    ],
)
def test_prose_that_goes_with_the_advice_is_left_alone(text: str, advice: Advice) -> None:
    assert contradicts(text, advice) == []
