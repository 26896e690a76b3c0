"""Quantiles are numpy's."""

from __future__ import annotations

import numpy as np
import pytest

from vlm_driving.bench.stats import Spread


def test_a_spread_has_numpys_quantiles() -> None:
    values = np.random.default_rng(3).gamma(2.0, 10.0, size=137).tolist()
    spread = Spread.of(values)
    assert (spread.p50, spread.p90, spread.p99) == pytest.approx(
        tuple(np.quantile(values, [0.5, 0.9, 0.99]))
    )
    assert (spread.n, spread.min, spread.max) == (137, min(values), max(values))


def test_one_value_is_its_own_spread_and_none_is_refused() -> None:
    assert Spread.of([7.0]).to_json() == {
        "n": 1, "p50": 7.0, "p90": 7.0, "p99": 7.0, "min": 7.0, "max": 7.0
    }  # fmt: skip
    with pytest.raises(ValueError, match="at least one value"):
        Spread.of([])
