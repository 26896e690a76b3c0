"""The simulator node's parameters, and what it says of wrong ones."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from vlm_driving.core import UserError
from vlm_driving.ros.simulator.page import table
from vlm_driving.ros.simulator.parameters import PARAMETERS, SimulatorSettings, read
from vlm_driving.ros.simulator.plan import Plan


def test_the_table_is_the_settings_with_their_defaults():
    assert {one.name: one.default for one in PARAMETERS} == asdict(SimulatorSettings())
    assert read({}) == SimulatorSettings()
    for one in PARAMETERS:
        assert one.checked(one.default) == one.default
        assert one.en.endswith(".") and one.ja.endswith("。")


def test_what_is_given_counts_and_what_every_node_has_is_passed_over():
    settings = read({"seed": 7, "rate": 2, "use_sim_time": False, "loop": True})
    assert (settings.seed, settings.rate, settings.loop) == (7, 2.0, True)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"seeds": 1}, "did you mean seed?"),
        ({"seed": -1}, "seed is -1, but takes a whole number from 0 to 999999999999"),
        ({"rate": float("nan")}, "rate is nan"),
        ({"rate": 101.0}, "from 0 to 100"),
        ({"width": 10_000}, "from 64 to 3840 px"),
        ({"advice_topic": "/a//b"}, "double slash"),
        ({"closed_loop": "yes"}, "true or false"),
    ],
)
def test_what_cannot_be_is_one_sentence(given, what):
    with pytest.raises(UserError) as caught:
        read(given)
    assert what in str(caught.value)


def test_a_loop_drives_the_same_again_and_random_others():
    again = iter(Plan(read({"loop": True, "seed": 5})))
    assert [(one.name, seed) for one, seed in (next(again), next(again))] == [("signals", 5)] * 2
    assert [(one.name, seed) for one, seed in Plan(read({}))] == [("signals", 1)]

    def some(seed):
        plan = iter(Plan(read({"loop": True, "seed": seed, "scenario": "random"})))
        return [(one.name, number) for one, number in (next(plan) for _ in range(20))]

    drives = some(5)
    assert drives == some(5) and drives != some(6)
    assert len({name for name, _ in drives}) >= 14  # all that ship
    assert [number for _, number in drives] == list(range(5, 25))


@pytest.mark.parametrize(
    ("name", "japanese"), [("ros_simulator", False), ("ros_simulator.ja", True)]
)
def test_the_pages_have_the_table(name, japanese, repository):
    page = (repository / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert table(japanese) in page, "write the table of vlm_driving.ros.simulator.page into it"
    assert (
        "not a safety-rated component" in page or "機能安全の認証を受けた部品ではありません" in page
    )
