"""Contestants in one run, in turn, on the same frames: whatever the machine does hits all.

Before a contestant begins, the machine rests for a moment, because thread pools go on
spinning for a while after their last work and would slow down whoever comes next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from vlm_driving.bench.stats import Spread

Item = TypeVar("Item")

REST_S = 0.02


@dataclass(frozen=True, slots=True)
class Contestant(Generic[Item]):
    """A name and what it does with one item; returns milliseconds."""

    name: str
    play: Callable[[Item], float]


def alternate(
    contestants: Sequence[Contestant[Item]],
    items: Iterable[Item],
    rest: Callable[[], None] = lambda: time.sleep(REST_S),
    each: Callable[[], None] = lambda: None,
) -> dict[str, list[float]]:
    """Milliseconds of every contestant on every item, by name, in the order of the items.

    The first to play changes with every item (A B C, B C A, ...). Names must differ.
    """
    results: dict[str, list[float]] = {c.name: [] for c in contestants}
    if len(results) != len(contestants):
        raise ValueError("contestants need different names")
    for number, item in enumerate(items):
        turn = number % len(contestants)
        for contestant in (*contestants[turn:], *contestants[:turn]):
            rest()
            results[contestant.name].append(contestant.play(item))
        each()
    return results


def ratio_p50(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """Median of theirs over median of ours: above 1 we are faster."""
    return Spread.of(theirs).p50 / Spread.of(ours).p50


def paired_ratio_p50(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """Median of the ratios item by item. Raises ValueError for unequal lengths."""
    return Spread.of([t / o for t, o in zip(theirs, ours, strict=True)]).p50


def spreads(results: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Name to spread, for JSON."""
    return {name: Spread.of(values).to_json() for name, values in results.items()}
