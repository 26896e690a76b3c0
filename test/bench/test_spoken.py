"""What a Japanese sentence names, in the words of our captions."""

from __future__ import annotations

import numpy as np
import pytest

from vlm_driving.bench.spoken import names_lead, names_pedestrian, signal_colours
from vlm_driving.simulator import (
    advise,
    describe,
    render,
    sample_scene,
    visible_facts,
)
from vlm_driving.simulator.scene import PedestrianPlace


@pytest.mark.parametrize(
    ("text", "colours"),
    [
        ("赤信号なので、停止線の手前で停止してください。", {"red"}),
        ("約30m先の信号は赤で、右の対向車線を車が来ています。", {"red"}),
        ("前方の信号が青のため、今の速度で進んでください。", {"green"}),
        ("黄信号ですが安全に止まれないので、通過しましょう。", {"yellow"}),
        ("前方約20mの信号が黄色です。", {"yellow"}),
        ("赤信号です。約20m先の信号は青です。", {"red", "green"}),
        ("赤い乗用車がいます。", set()),
        ("", set()),
    ],
)
def test_signal_colours(text: str, colours: set[str]) -> None:
    assert signal_colours(text) == colours


def test_what_is_denied_is_not_named() -> None:
    assert names_pedestrian("横断歩道を歩行者が渡っています。")
    assert not names_pedestrian("前方に車や歩行者は見えません。")
    assert names_pedestrian("歩行者がいます。前方に車は見えません。")
    assert names_lead("約20m先にトラックがいます。")
    assert names_lead("先行車がいるため、車間を保って進んでください。")
    assert not names_lead("前方に車や歩行者は見えません。")
    assert not names_lead("右の対向車線を約20m先から車が来ています。")


def test_the_simulators_own_captions_are_read_rightly() -> None:
    wrong: list[object] = []
    for index in range(60):
        scene = sample_scene(11, index)
        facts = visible_facts(scene, render(scene))
        if facts.blind is not None:
            continue
        advice = advise(facts, scene.ego_speed_kmh)
        words = describe(facts, advice, np.random.default_rng(index), scene.ego_speed_kmh)
        text = words.advice_ja + words.description_ja
        signal = set() if facts.signal is None else {facts.signal.colour.value}
        places = {p.place for p in facts.pedestrians}
        if signal_colours(text) != signal:
            wrong.append((text, signal))
        if places != {PedestrianPlace.PAVEMENT} and names_pedestrian(text) != bool(places):
            wrong.append((text, places))
        # Three clauses at most: a signal, a person and an oncoming car can crowd out the lead.
        if names_lead(text) and facts.lead is None:
            wrong.append((text, facts.lead))
    assert wrong == []
