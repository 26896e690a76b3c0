"""Asking so that the words of a question do not give its answer away.

For each kind the answers' shares over a set of scenes decide how often each is asked: within one
polarity ("no:red" and "no:oncoming" are both "no") the most common answer is thinned to the
second most common, and then the more common polarity to the other. So no constant answer to a
kind is right much more than half of the time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping


def acceptances(counts: Mapping[str, int]) -> dict[str, float]:
    """How often to ask for each answer key (0 to 1), from how often it is true."""
    by_polarity: dict[str, dict[str, float]] = defaultdict(dict)
    for key, count in counts.items():
        by_polarity[key.split(":")[0]][key] = float(count)
    out: dict[str, float] = {}
    kept: dict[str, float] = {}
    for polarity, group in by_polarity.items():
        cap = _second(list(group.values()))
        for key, often in group.items():
            out[key] = min(1.0, cap / often)
        kept[polarity] = sum(out[key] * often for key, often in group.items())
    least = _second(list(kept.values()))
    return {key: share * min(1.0, least / kept[key.split(":")[0]]) for key, share in out.items()}


def _second(values: list[float]) -> float:
    """The second largest, or the only one."""
    return sorted(values)[-2:][0]


def tally(keys: Iterable[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """Acceptances of each kind from (kind, answer key) pairs of many scenes."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, key in keys:
        counts[kind][key] += 1
    return {kind: acceptances(counter) for kind, counter in sorted(counts.items())}
