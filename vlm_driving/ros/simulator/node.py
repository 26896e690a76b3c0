"""The simulator as a node: drives one after another, watched and judged."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from vlm_driving.ros.port import Port
from vlm_driving.ros.simulator.clock import POLL_S, ClockStopped, SimulatedClock
from vlm_driving.ros.simulator.driver import RoadDriver
from vlm_driving.ros.simulator.heard import HeardAdvice
from vlm_driving.ros.simulator.parameters import SimulatorSettings
from vlm_driving.ros.simulator.plan import Plan
from vlm_driving.ros.simulator.stage import IMAGE_TOPIC, Stage
from vlm_driving.simulator.scenario import Judge, Moment, Scenario, ScenarioWorld, Score, drive
from vlm_driving.simulator.scenario.loop import FPS
from vlm_driving.simulator_recording import START_NS

NODE = "simulator"
"""Its name, where nobody gives it another."""
SCHEMA = "vlm_driving/simulator_score/1"
PROGRESS_EVERY_S = 10.0

OnScore = Callable[[dict[str, Any]], None]


class SimulatorNode:
    """Publishes a simulated drive, and lets the ego follow the advice that comes back.

    Topics, below the node's name: `front/image_raw`, `front/image_raw/compressed`, `twist`,
    `ground_truth`, `score`; and `/clock`, at 200 Hz of simulated time. An image is published
    right after the /clock of its stamp, and time stands until then.
    """

    def __init__(self, port: Port, settings: SimulatorSettings) -> None:
        """Read what is to be driven, and announce the topics.

        Args:
            port: with which it publishes and hears; not shut down by it.
            settings: how it drives.

        Raises:
            UserError: the scenario is not there or wrong, or a message type is not installed.
        """
        self._port = port
        self._settings = settings
        self._plan = Plan(settings)
        self._stage = Stage(port)
        self._heard: HeardAdvice | None = None
        if settings.closed_loop:
            self._heard = HeardAdvice(port, settings.advice_topic, settings.advice_valid_ms)
            if settings.rate != 1 and settings.advice_wait_ms == 0:
                self._port.log.warn(
                    f"The rate is {settings.rate:g}, so advice seems slower or faster than it is: "
                    "set advice_wait_ms, or rate to 1."
                )

    def run(self, stop: threading.Event, on_score: OnScore | None = None) -> list[dict[str, Any]]:
        """Drive until the plan ends, or `stop` is set; gives the score of every whole drive.

        `on_score` gets each of them as it comes. Raises what publishing raises.
        """
        scores: list[dict[str, Any]] = []
        clock = SimulatedClock(self._stage.tell_time, self._settings.rate, START_NS, stop)
        try:
            self._wait_for_the_others(stop)
            clock.start()
            frames = 0
            for scenario, seed in self._plan:
                judge = Judge()
                driver = RoadDriver(
                    self._settings,
                    clock,
                    self._stage,
                    self._heard,
                    self._port.log,
                    stop,
                    seed,
                    frames,
                )
                try:
                    self._drive(scenario, seed, driver, judge)
                except ClockStopped:
                    self._port.log.info(f"Ended early: {said(scenario, seed, judge.score)}")
                    raise
                frames += driver.frames
                self._port.log.info(said(scenario, seed, judge.score))
                score = {
                    "schema": SCHEMA,
                    "scenario": scenario.name,
                    "seed": seed,
                    "driver": driver.name,
                    **judge.score.to_json(),
                }
                self._stage.tell_score(score)
                scores.append(score)
                if on_score is not None:
                    on_score(score)
        except ClockStopped:
            pass
        finally:
            clock.close()
        return scores

    def _wait_for_the_others(self, stop: threading.Event) -> None:
        """Let time stand at its beginning until somebody watches, and advises."""
        wait_s, log = self._settings.start_wait_s, self._port.log
        give_up = time.monotonic() + wait_s
        told = False
        while missing := self._missing():
            if stop.is_set():
                raise ClockStopped
            if time.monotonic() >= give_up:
                if wait_s:
                    log.warn(f"Begins after start_wait_s, {wait_s:g} s, without {missing}.")
                return
            if not told:
                log.info(f"Waits for {missing}, {wait_s:g} s at most.")
                told = True
            self._stage.tell_time(START_NS)
            stop.wait(POLL_S)

    def _missing(self) -> str:
        """Who is not there yet, in words; nothing where all are."""
        missing = []
        if not self._stage.is_watched():
            missing.append(f"a subscriber of {self._port.resolve(IMAGE_TOPIC)}")
        if self._heard is not None and not self._heard.is_there():
            missing.append(f"a publisher of {self._heard.topic}")
        return " and ".join(missing)

    def _drive(self, scenario: Scenario, seed: int, driver: RoadDriver, judge: Judge) -> None:
        settings, log = self._settings, self._port.log
        by = "the advice on " + self._heard.topic if self._heard else "the ground truth"
        log.info(f"Drives {scenario.name} with seed {seed} by {by}: {scenario.description}")
        world = ScenarioWorld(scenario, seed)
        for moment in drive(world, driver, FPS, (settings.width, settings.height)):
            judge.see(moment, 1.0 / FPS)
            log.info(progress(scenario, moment), throttle_s=PROGRESS_EVERY_S, key="progress")


def progress(scenario: Scenario, moment: Moment) -> str:
    """Where a drive is, in a line."""
    advice = moment.advice
    heard = "no advice" if advice is None else f"{advice.speed.value}, path {advice.path.value}"
    return (
        f"{scenario.name}: {moment.t_s:.0f} of {scenario.seconds:g} s, {moment.ego.s_m:.0f} of "
        f"{scenario.length_m:g} m, {moment.ego.speed_kmh:.0f} km/h, {heard}."
    )


def said(scenario: Scenario, seed: int, score: Score) -> str:
    """What a drive came to, in a line."""
    return (
        f"{scenario.name}, seed {seed}: {score.collisions} collisions, {score.red_lights} red "
        f"lights run of {score.reds_met}, {score.missed_stops} stop signs missed, "
        f"{score.needless_stops} needless stops, {score.progress_m:.0f} of "
        f"{scenario.length_m:g} m in {score.seconds:.1f} s, {score.without_advice} of "
        f"{score.frames} frames without advice."
    )
