"""Scenarios: roads with events, read from YAML, driven in a closed loop and judged."""

from vlm_driving.simulator.scenario.ego import Controller, EgoState
from vlm_driving.simulator.scenario.load import load_scenario, parse_scenario
from vlm_driving.simulator.scenario.loop import (
    DECELERATE,
    KEEP,
    Driver,
    Moment,
    Sight,
    TruthDriver,
    drive,
)
from vlm_driving.simulator.scenario.schema import Scenario
from vlm_driving.simulator.scenario.score import Judge, Score
from vlm_driving.simulator.scenario.world import ScenarioWorld

__all__ = [
    "DECELERATE",
    "KEEP",
    "Controller",
    "Driver",
    "EgoState",
    "Judge",
    "Moment",
    "Scenario",
    "ScenarioWorld",
    "Score",
    "Sight",
    "TruthDriver",
    "drive",
    "load_scenario",
    "parse_scenario",
]
