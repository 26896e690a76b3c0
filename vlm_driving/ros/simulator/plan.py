"""Which drives come one after another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vlm_driving.ros.simulator.parameters import RANDOM, SimulatorSettings
from vlm_driving.simulator.scenario import Scenario, load_scenario
from vlm_driving.simulator_command import find, shipped


class Plan:
    """Pairs of scenario and seed; its files are read at once, so that errors come early."""

    def __init__(self, settings: SimulatorSettings) -> None:
        """Read what is to be driven. Raises UserError for a file that is missing or wrong."""
        self._seed = settings.seed
        self._is_random = settings.scenario == RANDOM
        self._is_endless = settings.loop
        paths = shipped() if self._is_random else [find(settings.scenario)]
        self._scenarios = [load_scenario(path) for path in paths]

    def __iter__(self) -> Iterator[tuple[Scenario, int]]:
        """One drive, or endless ones; random ones are drawn by the seed, and differ in looks."""
        order = np.random.default_rng(self._seed).permutation(len(self._scenarios))
        number = 0
        while number == 0 or self._is_endless:
            seed = self._seed + number if self._is_random else self._seed
            yield self._scenarios[order[number % len(order)]], seed
            number += 1
