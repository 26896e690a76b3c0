"""Facts come back out of the JSON that a bag carries."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from simulator.random_facts import random_facts

from vlm_driving.simulator.facts_read import facts_from_json
from vlm_driving.simulator.ground_truth import facts_json


def test_facts_survive_json_but_for_centimetres_and_ids() -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        facts = random_facts(rng, 0.05)
        data = json.loads(json.dumps(facts_json(facts)))
        found = facts_from_json(data)
        assert facts_json(found) == data
        assert found.visible == frozenset()
        assert replace(found, visible=facts.visible).pedestrians == found.pedestrians


def test_what_an_older_writer_did_not_know_is_at_its_default() -> None:
    data = facts_json(random_facts(np.random.default_rng(1), 0.0))
    del data["stop_sign_m"], data["cyclists"]
    found = facts_from_json(data)
    assert found.stop_sign_m is None
    assert found.cyclists == ()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"light": "moonlight"}, "moonlight"),
        ({"lanes": "two"}, "lanes is int"),
        ({"lanes": True}, "lanes is int"),
        ({"pedestrians": {}}, "pedestrians is a list"),
        ({"signal": {"colour": "red"}}, "signal has no range_m"),
        ({"signal": 3}, "signal is an object"),
    ],
)
def test_what_is_no_facts_is_refused_by_name(change: dict[str, object], named: str) -> None:
    data = facts_json(random_facts(np.random.default_rng(1), 0.0)) | change
    with pytest.raises(ValueError, match=named):
        facts_from_json(data)


def test_facts_without_what_every_picture_has_are_refused() -> None:
    with pytest.raises(ValueError, match="no light"):
        facts_from_json({})
