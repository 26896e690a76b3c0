"""Which of the candidates make a set in which no constant answer does well.

What can be asked about a drive is lopsided: most pictures have no works, most drives one weather.
A set drawn at random rewards whoever always says the same. So questions are exchanged for others
until none of the stock sentences and none of the set's own references earns much over the whole
set, while kinds, moments and wordings repeat little. Where the drive shows too little for that,
the set becomes smaller rather than easier to guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from vlm_driving.driving_questions.candidates import Candidate
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.scores.baselines import STOCK

Floats = NDArray[np.float64]

KIND_COST, MOMENT_COST, WORDING_COST = 0.03, 0.05, 0.15
"""What each pair of questions of one kind, moment or wording is as bad as, in right answers of
the best constant."""
OTHERS_COST = 0.1
"""What the mean square of all constants counts beside the best one."""
MOST_GUESSED = 0.166
"""Share that the best constant may have: 2.5 of 10."""
SMALLER = 0.9
"""The next size that is tried where a set can be guessed."""
FEWEST = 8
MOST_EXCHANGES = 200


def choose(
    pool: Sequence[Candidate], count: int, asked: Iterable[int | None] = ()
) -> list[Candidate]:
    """At most `count` of the candidates of one category, in the pool's order.

    Fewer where there are fewer, or where more would let a constant answer do well.

    Args:
        pool: candidates.
        count: questions.
        asked: stamps that other categories ask about: other moments are preferred.
    """
    if not pool:
        return []
    search = _Search(pool, Counter(asked))
    size = min(count, len(pool))
    tried: list[tuple[float, list[int]]] = []
    while True:
        chosen = search.best_of(size)
        guessed = round(search.guessed(chosen) / size, 6)
        tried.append((guessed, chosen))
        if guessed <= MOST_GUESSED or size <= FEWEST:
            break
        size = max(FEWEST, int(size * SMALLER))
    _, chosen = min(tried, key=lambda one: (max(one[0], MOST_GUESSED), -len(one[1])))
    return [pool[index] for index in sorted(chosen)]


class _Search:
    """Exchanges questions of a set for others of the pool."""

    def __init__(self, pool: Sequence[Candidate], asked: Counter[int | None]) -> None:
        judge = KeyfactJudge()
        texts = list(dict.fromkeys([*STOCK, *(one.question.reference for one in pool)]))
        # One question after the other: its facts are prepared once.
        rows = [[judge.judge(one.question, text).share for text in texts] for one in pool]
        self._gains: Floats = np.array(rows, dtype=np.float64).T  # (constants, candidates)
        places = {text: place for place, text in enumerate(texts)}
        self._own = np.array([places[one.question.reference] for one in pool])  # (candidates,)
        self._stock = len(STOCK)
        self._alike: Floats = (
            KIND_COST * _same([one.kind for one in pool])
            + MOMENT_COST * _same([str(one.question.stamp_ns) for one in pool])
            + WORDING_COST * _same([one.question.text for one in pool])
        )  # (candidates, candidates)
        self._elsewhere: Floats = MOMENT_COST * np.array(
            [asked[one.question.stamp_ns] for one in pool], dtype=np.float64
        )  # (candidates,)

    def guessed(self, chosen: list[int]) -> float:
        """What the best constant earns: a stock sentence, or a reference of the chosen."""
        active = [*range(self._stock), *self._own[chosen]]
        return float(self._gains[np.ix_(active, chosen)].sum(axis=1).max())

    def best_of(self, size: int) -> list[int]:
        """`size` candidates, after all exchanges that make the set better."""
        chosen: list[int] = []
        while len(chosen) < size:
            costs = self._costs(chosen)
            chosen.append(int(costs.argmin()))
        for _ in range(MOST_EXCHANGES):
            now = self._costs(chosen[:-1])[chosen[-1]]
            found = (now - 1e-6, -1, -1)
            for place in range(size):
                costs = self._costs(chosen[:place] + chosen[place + 1 :])
                index = int(costs.argmin())
                if costs[index] < found[0] - 1e-6:
                    found = (costs[index], place, index)
            if found[1] < 0:
                break
            chosen[found[1]] = found[2]
        return chosen

    def _costs(self, rest: list[int]) -> Floats:
        """What the set `rest` and one more candidate costs, by candidate; taken ones: infinite."""
        gains = self._gains
        sums = gains[:, rest].sum(axis=1)  # (constants,)
        active = sorted({*range(self._stock), *self._own[rest].tolist()})
        among = sums[active][:, None] + gains[active]  # (active constants, candidates)
        columns = np.arange(gains.shape[1])
        own = sums[self._own] + gains[self._own, columns]
        best = np.maximum(among.max(axis=0), own)
        # The best constant's runners-up: without them an exchange sees nothing to win.
        others = np.square(among).mean(axis=0)
        repeated = self._alike[rest].sum(axis=0) + self._alike[np.ix_(rest, rest)].sum() / 2.0
        repeated += self._elsewhere[rest].sum() + self._elsewhere
        costs: Floats = np.round(best + OTHERS_COST * others + repeated, 6)
        costs[rest] = np.inf
        return costs


def _same(names: Sequence[str]) -> Floats:
    """1 where two candidates share a name, 0 on the diagonal, (candidates, candidates)."""
    column = np.array(names)
    same: Floats = (column[:, None] == column[None, :]).astype(np.float64)
    np.fill_diagonal(same, 0.0)
    return same
