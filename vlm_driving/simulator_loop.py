"""The closed loop with a model in it: its advice drives the ego, beside drivers to compare with.

Frames go through the pipeline with the budget of a replay: what comes later than the budget, or
unsure, counts as none. Simulated time stands still while an answer is worked on.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from vlm_driving.core import Advice, SceneReport
from vlm_driving.pipeline import FrameProcessor, OfferedFrame, PipelineSettings
from vlm_driving.replay.run_writer import create_run_dir, write_error
from vlm_driving.replay.session import OpenedModel
from vlm_driving.simulator.scenario import (
    DECELERATE,
    KEEP,
    Driver,
    Judge,
    Moment,
    Scenario,
    ScenarioWorld,
    Score,
    Sight,
    TruthDriver,
    drive,
)
from vlm_driving.simulator.scenario.loop import FPS, frames
from vlm_driving.simulator_figures import Driven, summary, table
from vlm_driving.simulator_recording import FRAME_ID, START_NS

SCHEMA = "vlm_driving/closed_loop/1"
DRIVERS = ("truth", "keep", "decelerate", "model")

MakeDriver = Callable[[], Driver]
"""A fresh driver for one scenario."""


class ModelDriver:
    """Advises as the pipeline would publish it."""

    name = "model"

    def __init__(self, model: OpenedModel, budget_ms: float) -> None:
        """Prepare for one drive with a warm model."""
        settings = PipelineSettings(budget_ms=budget_ms, backend=model.backend, model=model.name)
        if model.answerer is None:
            raise ValueError("the closed loop answers in this process")
        self._processor = FrameProcessor(model.answerer, self._publish, settings, time.monotonic_ns)
        self._sequence = 0
        self._report: SceneReport | None = None
        self._latencies: list[float] = []
        self._outcomes: Counter[str] = Counter()
        self._late = 0

    def advise(self, t_s: float, sight: Sight) -> Advice | None:
        """The report's advice; None where it is late, unsure, or missing for another reason."""
        image = sight.rendering.image
        self._report = None
        frame = OfferedFrame(
            load=lambda: image,
            camera="front",
            frame_id=FRAME_ID,
            stamp_ns=START_NS + round(t_s * 1e9),
            sequence=self._sequence,
            arrived_ns=time.monotonic_ns(),
            ego_speed_kmh=sight.scene.ego_speed_kmh,
        )
        self._sequence += 1
        job = self._processor.admit(frame)
        if job is not None:
            self._processor.process(job)
        report: SceneReport | None = self._report
        if report is None or report.late():
            self._late += 1
            return None
        return report.advice

    def figures(self) -> dict[str, Any]:
        """Outcomes, reports after their deadline, and latencies of this drive."""
        return {
            "outcomes": dict(self._outcomes),
            "late_reports": self._late,
            "latencies_ms": self._latencies,
        }

    def _publish(self, report: SceneReport, image: object) -> None:
        self._report = report
        self._outcomes[report.outcome.value] += 1
        if report.outcome.answered and report.latency_ms is not None:
            self._latencies.append(report.latency_ms)


def makers(names: Sequence[str], model: OpenedModel | None, budget_ms: float) -> list[MakeDriver]:
    """What makes the drivers of these names, of `DRIVERS`; `model` needs an opened one."""

    def maker(name: str) -> MakeDriver:
        if name == "model":
            assert model is not None
            return lambda: ModelDriver(model, budget_ms)
        constant: dict[str, Driver] = {
            "truth": TruthDriver(),
            "keep": KEEP,
            "decelerate": DECELERATE,
        }
        return lambda: constant[name]

    return [maker(name) for name in names]


def run_loop(
    scenarios: Sequence[Scenario],
    drivers: Sequence[MakeDriver],
    seeds: Sequence[int],
    out: Path | None,
) -> dict[str, Any]:
    """Let every driver drive every scenario, once a seed; gives the object for stdout.

    With `out`, a new directory: a line of JSON a frame in `<driver>/<drive>.jsonl`, a picture
    of every incident, and `figures.json`. A drive is called as its scenario, and by its seed too
    where there are several.

    Raises:
        UserError: `out` exists or cannot be written.
    """
    if out is not None:
        create_run_dir(out)
    console = Console(stderr=True)
    done: list[Driven] = []
    drives = [
        (scenario.name if len(seeds) == 1 else f"{scenario.name}@{seed}", scenario, seed)
        for seed in seeds
        for scenario in scenarios
    ]
    most = sum(frames(ScenarioWorld(s, seed)) for _, s, seed in drives) * len(drivers)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Driving", total=most)
        for make in drivers:
            driven = Driven(make().name, {}, [])
            for name, scenario, seed in drives:
                driver, world = make(), ScenarioWorld(scenario, seed)
                progress.update(task, description=f"{driver.name}: {name}")
                before = progress.tasks[task].completed
                folder = None if out is None else out / driver.name
                driven.scores[name] = _one(
                    name, world, driver, folder, lambda: progress.advance(task)
                )
                driven.figures.append(driver.figures())
                progress.update(task, completed=before + frames(world))
            done.append(driven)
    result: dict[str, Any] = {
        "schema": SCHEMA,
        "seeds": list(seeds),
        "fps": FPS,
        "scenarios": [scenario.name for scenario in scenarios],
        "drivers": {one.name: summary(one, done) for one in done},
    }
    console.print(table(result["drivers"]))
    if out is not None:
        _write(out / "figures.json", json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    return result


def _one(
    called: str,
    world: ScenarioWorld,
    driver: Driver,
    folder: Path | None,
    advance: Callable[[], None],
) -> Score:
    """One drive, judged."""
    judge, lines = Judge(), []
    try:
        for moment in drive(world, driver):
            before = len(judge.score.incidents)
            judge.see(moment, 1.0 / FPS)
            if folder is not None:
                lines.append(json.dumps(_line(moment), ensure_ascii=False))
                for incident in judge.score.incidents[before:]:
                    name = f"{called}-{incident.t_s:05.1f}s-{incident.kind}.jpg"
                    _picture(folder / name, moment)
            advance()
    finally:  # an interrupted drive can be looked at, too
        if folder is not None:
            _write(folder / f"{called}.jsonl", "\n".join([*lines, ""]))
    return judge.score


def _line(moment: Moment) -> dict[str, Any]:
    """One frame of a drive."""
    ego = moment.ego
    return {
        "t_s": round(moment.t_s, 3),
        "s_m": round(ego.s_m, 2),
        "speed_kmh": ego.speed_kmh,
        "offset_m": round(ego.offset_m, 3),
        "advice": None if moment.advice is None else moment.advice.to_json(),
        "truth": moment.sight.truth.to_json(),
    }


def _picture(path: Path, moment: Moment) -> None:
    encoded = cv2.imencode(".jpg", moment.sight.rendering.image)[1]
    _write(path, encoded.tobytes())


def _write(path: Path, content: str | bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
    except OSError as fault:
        raise write_error(path, fault) from None
