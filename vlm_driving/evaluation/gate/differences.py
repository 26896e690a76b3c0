"""The difference of two runs in what both have, with an interval that tells a drop from noise.

Questions, or frames, are drawn with both runs' figures together: what is hard for both cancels.
Frames that follow one another are alike, so whole stretches of a recording are drawn, not frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vlm_driving.evaluation.scores.bootstrap import (
    RESAMPLES,
    SEED,
    Integers,
    Sample,
    draw,
    macro,
)
from vlm_driving.evaluation.truth.intervals import BLOCK_S

FEWEST = 10
"""Fewer questions of a category, or stretches of a recording, have no interval."""
FEWEST_IN_ALL = 20
"""Fewer questions than that have none over all categories: drawn from few, it is too narrow."""
_UNITS = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """The run minus the reference, over what both have.

    Attributes:
        run: mean of the run.
        reference: mean of the reference.
        mean: their difference.
        low: of its 95 % interval; None where there are too few to tell.
        high: likewise.
        n: pairs.
    """

    run: float
    reference: float
    mean: float
    low: float | None
    high: float | None
    n: int

    @property
    def significant(self) -> bool | None:
        """Whether the interval leaves 0 out; None where there is none."""
        if self.low is None or self.high is None:
            return None
        return self.low > 0 or self.high < 0


def by_category(
    pairs: Mapping[str, Sequence[tuple[float, float]]],
) -> tuple[Difference | None, dict[str, Difference]]:
    """The difference of the macro means, and each category's.

    Args:
        pairs: scores of the run and of the reference, question by question.
    """
    runs, references, differences = [], [], []
    found: dict[str, Difference] = {}
    for place, (name, scores) in enumerate(pairs.items()):
        if not scores:
            continue
        # A seed of its own: categories of one size must not be drawn in step.
        mine, theirs = draw([a for a, _ in scores], [b for _, b in scores], seed=SEED + place)
        runs.append(mine)
        references.append(theirs)
        differences.append(_minus(mine, theirs))
        found[name] = _difference(mine, theirs, differences[-1], mine.n)
    if not found:
        return None, {}
    whole = macro(differences)
    return _difference(macro(runs), macro(references), whole, whole.n, FEWEST_IN_ALL), found


def by_stretches(pairs: Sequence[tuple[int, float, float]]) -> Difference | None:
    """The difference of two means over frames.

    Args:
        pairs: stamp_ns, and the figures of the run and of the reference.
    """
    if not pairs:
        return None
    mine = _units([a for _, a, _ in pairs])
    theirs = _units([b for _, _, b in pairs])
    blocks: dict[int, int] = {}
    places = [
        blocks.setdefault(int(stamp // (BLOCK_S * 1e9)), len(blocks)) for stamp, _, _ in pairs
    ]
    sums = np.zeros((3, len(blocks)), dtype=np.int64)  # of the run, the reference, and frames
    for row, column in zip(sums, (mine, theirs, np.ones_like(mine)), strict=True):
        np.add.at(row, places, column)
    generator = np.random.RandomState(SEED)
    drawn = np.empty((3, RESAMPLES), dtype=np.int64)
    for i in range(RESAMPLES):
        chosen = (generator.random_sample(len(blocks)) * len(blocks)).astype(np.int64)
        drawn[:, i] = sums[:, chosen].sum(axis=1)
    resampled = drawn[:2] / (drawn[2] * float(_UNITS))
    n = len(pairs)
    a, b = (
        Sample(int(column.sum()) / (n * _UNITS), means, n)
        for column, means in zip((mine, theirs), resampled, strict=True)
    )
    return _difference(a, b, _minus(a, b), len(blocks))


def _units(values: Sequence[float]) -> Integers:
    """Whole numbers of 1/10,000, whose sums are exact."""
    return np.array([round(value * _UNITS) for value in values], dtype=np.int64)


def _minus(mine: Sample, theirs: Sample) -> Sample:
    return Sample(mine.mean - theirs.mean, mine.resampled - theirs.resampled, mine.n)


def _difference(
    mine: Sample, theirs: Sample, both: Sample, independent: int, fewest: int = FEWEST
) -> Difference:
    figure = both.figure()
    told = independent >= fewest or not both.resampled.any()
    return Difference(
        mine.mean,
        theirs.mean,
        round(both.mean, 6),
        round(figure.low, 6) if told else None,
        round(figure.high, 6) if told else None,
        both.n,
    )
