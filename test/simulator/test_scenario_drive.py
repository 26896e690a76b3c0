"""Who sees the ground truth drives every shipped scenario well; who looks at nothing does not.

This is what proves that scenarios, `advise` and the controller fit together.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from vlm_driving.resources import config_dir
from vlm_driving.simulator.scenario import (
    KEEP,
    Driver,
    Judge,
    ScenarioWorld,
    Score,
    TruthDriver,
    drive,
    load_scenario,
)

SHIPPED = sorted((config_dir() / "scenarios").glob("*.yaml"))
SMALL = (320, 180)
"""The model's scale: half of the work of the usual picture."""
SEED = 1


def score_of(path: Path, driver: Driver, seed: int = SEED) -> Score:
    judge = Judge()
    for moment in drive(ScenarioWorld(load_scenario(path), seed), driver, size=SMALL):
        judge.see(moment, 0.1)
    return judge.score


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_careful_driver_does_no_wrong_and_gets_on(path: Path) -> None:
    score = score_of(path, TruthDriver())
    assert score.incidents == []
    assert score.progress_m > 0.6 * load_scenario(path).length_m


def test_who_looks_at_nothing_does_harm_in_every_scenario() -> None:
    harmless = []
    for path in SHIPPED:
        score = score_of(path, KEEP)
        if score.collisions + score.red_lights + score.missed_stops == 0:
            harmless.append(path.stem)
    assert harmless == []
