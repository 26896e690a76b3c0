"""Every value that a report can hold has words for its reader."""

from __future__ import annotations

import pytest

from vlm_driving.core import (
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    Outcome,
    PathAdvice,
    SpeedAdvice,
)
from vlm_driving.evaluation.labels import OUTCOME_JA, PATH_JA, SPEED_JA, hazard_ja


@pytest.mark.parametrize("kind", HazardKind)
def test_every_hazard_can_be_shown(kind: HazardKind) -> None:
    shown = {hazard_ja(Hazard(kind, side, far)) for side in HazardSide for far in HazardRange}
    assert len(shown) == len(HazardSide) * len(HazardRange)


def test_every_advice_and_outcome_has_a_word() -> None:
    assert (set(SPEED_JA), set(PATH_JA), set(OUTCOME_JA)) == (
        set(SpeedAdvice),
        set(PathAdvice),
        set(Outcome),
    )
