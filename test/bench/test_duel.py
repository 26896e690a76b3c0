"""Contestants take turns on the same items, and nobody always goes first."""

from __future__ import annotations

import pytest

from vlm_driving.bench.duel import Contestant, alternate, paired_ratio_p50, ratio_p50, spreads


def test_everyone_plays_every_item_and_the_first_changes() -> None:
    played: list[str] = []

    def contestant(name: str, ms: float) -> Contestant[int]:
        def play(item: int) -> float:
            played.append(f"{name}{item}")
            return ms * (item + 1)

        return Contestant(name, play)

    rests: list[None] = []
    results = alternate(
        [contestant("a", 1.0), contestant("b", 10.0)],
        [0, 1, 2],
        rest=lambda: rests.append(None),
    )
    assert played == ["a0", "b0", "b1", "a1", "a2", "b2"]
    assert results == {"a": [1.0, 2.0, 3.0], "b": [10.0, 20.0, 30.0]}
    assert len(rests) == 6


def test_a_ratio_above_one_means_that_we_are_faster() -> None:
    assert ratio_p50([40.0, 50.0, 60.0], [9.0, 10.0, 11.0]) == 5.0
    assert paired_ratio_p50([40.0, 50.0, 60.0], [10.0, 10.0, 10.0]) == 5.0
    with pytest.raises(ValueError):
        paired_ratio_p50([1.0], [1.0, 2.0])


def test_spreads_are_named() -> None:
    assert spreads({"ours": [2.0]})["ours"]["p50"] == 2.0


def test_two_contestants_of_one_name_are_refused() -> None:
    twin: Contestant[int] = Contestant("a", float)
    with pytest.raises(ValueError, match="different names"):
        alternate([twin, twin], [1])
