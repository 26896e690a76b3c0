"""Each preset with the whole node on a real middleware, and a process that imitates its source.

The sources were read, not run. Parameters are those of the preset's own file but for two: the
budget is generous, since a slow machine must not turn an answer into a time-out where that is not
the question, and diagnostics come more often, so that no test has to wait for them.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from statistics import median
from typing import Any, cast

import numpy as np
import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("cyclonedds", reason="needs cyclonedds: pip install 'vlm_driving[dds]'")

from support.imitated_sources import BLUE, GREEN, IMITATIONS, RED, SPEED_KMH, S
from support.watched_node import ANSWERED, Road, watched

from vlm_driving.pipeline.opening import OpenedPool, open_pool
from vlm_driving.pipeline.pool import WorkerPool
from vlm_driving.ros import configured as configured_module
from vlm_driving.ros.messages import DiagnosticLevel
from vlm_driving.ros.parameters import SOURCES

DOMAINS = range(85, 90)
HONEST = {"frames_lost"}
"""A slow machine may lose frames; that this is told is no false alarm."""
OLD_MS = 500.0
"""Far below what preflight takes for a wrong clock, far above what a busy machine adds."""
PAUSE_S = 2.6
"""Longer than preflight's patience."""


@pytest.fixture(scope="module", autouse=True)
def this_machine_alone():
    """In a domain that no other test run on this machine has taken."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("ROS_LOCALHOST_ONLY", "1")
        patch.setenv("ROS_DOMAIN_ID", str(taken_domain(stack)))
        patch.delenv("CYCLONEDDS_URI", raising=False)
        yield


def taken_domain(stack: ExitStack) -> int:
    for number in DOMAINS:
        mark = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        try:
            mark.bind(f"\0vlm_driving/test/domain/{number}")  # gone with this process
        except OSError:
            continue
        return number
    return DOMAINS[os.getpid() % len(DOMAINS)]


@pytest.fixture(scope="module", autouse=True)
def shared_workers(this_machine_alone):
    """One pool of real workers for all: the presets ask for the same, and loading takes time."""
    opened: list[OpenedPool] = []
    asked: list[tuple] = []

    class Kept:
        def __init__(self, pool):
            self._pool = pool

        def __getattr__(self, name):
            return getattr(self._pool, name)

        def close(self):
            return ()

    def open_once(*args, say, **kwargs) -> OpenedPool:
        if not opened:
            opened.append(real(*args, **kwargs, say=say))
            asked.append((args, kwargs))
        assert asked[0] == (args, kwargs)
        return replace(opened[0], pool=cast(WorkerPool, Kept(opened[0].pool)))

    real: Any = open_pool
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(configured_module, "open_pool", open_once)
        yield
    for one in opened:
        one.close()


@pytest.fixture(scope="module")
def road(this_machine_alone, repository):
    made = Road(repository)
    yield made
    made.close()


def looks_like(found: np.ndarray, bgr: tuple[int, int, int]) -> bool:
    return bool(np.all(np.abs(found - np.array(bgr) - 12) < 40))  # noise adds 12


def check_reports(reports: list[dict], name: str, sent: list[int]) -> None:
    imitation = IMITATIONS[name]
    assert {one["outcome"] for one in reports} <= ANSWERED
    assert {one["stamp_ns"] for one in reports} <= set(sent)
    assert len({one["stamp_ns"] for one in reports}) == len(reports)
    assert {one["stamp_source"] for one in reports} == {"header"}
    assert {one["frame_id"] for one in reports} == {imitation.images[0].frame_id}
    ages = [one["age_on_arrival_ms"] for one in reports]
    assert -tick_ms(name) <= median(ages) <= OLD_MS, ages


def tick_ms(name: str) -> float:
    """One period of /clock: a stamp may be ahead of the newest one that was heard."""
    imitation = IMITATIONS[name]
    if imitation.clock is None:
        return 0.0
    return 1e3 / imitation.clock.hz if imitation.clock.hz else imitation.step_ns / 1e6


@pytest.mark.parametrize("name", sorted(set(SOURCES) - {"builtin_simulator"}))
def test_a_preset_answers_what_its_source_publishes(name, road):
    if name == "autoware_vehicle":  # both transports are there before the node looks
        road(f"start {name}")
    with watched(name) as car:
        if name != "autoware_vehicle":
            road(f"start {name}")
        car.answered(1)
        car.forget()
        reports = car.answered(6)
        assert looks_like(car.colours()[0], RED) and looks_like(car.colours()[1], GREEN)
        speed = IMITATIONS[name].speed
        expected = None if speed is None else pytest.approx(SPEED_KMH, abs=0.01)
        assert reports[-1]["ego_speed_kmh"] == expected
        car.until(lambda: len(car.all("diagnostics")) >= 3, "diagnostics")
        assert car.causes() <= HONEST, car.log.lines
        check_reports(car.reports(), name, road("stop"))
        assert not car.log.said("error")


def test_the_simulator_that_ships_is_answered_and_heard():
    command = [sys.executable, "-m", "vlm_driving", "sim-node", "--width=640", "--height=360"]
    with watched("builtin_simulator") as car:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            car.answered(1)
            car.forget()  # while it came up, nobody published
            reports = car.answered(6)
            car.until(lambda: len(car.all("diagnostics")) >= 3, "diagnostics")
            assert car.causes() <= HONEST, car.log.lines
            assert {one["outcome"] for one in car.reports()} <= ANSWERED
            assert {one["stamp_source"] for one in reports} == {"header"}
            assert -5.0 <= median(one["age_on_arrival_ms"] for one in reports) <= OLD_MS
            assert reports[-1]["ego_speed_kmh"] > 0
        finally:
            process.terminate()
            process.wait(20)


@pytest.mark.parametrize(("name", "left"), [("autoware_raw", RED), ("autoware_compressed", BLUE)])
def test_a_vehicle_with_one_transport_alone_is_heard_by_it(name, left, road):
    with watched("autoware_vehicle") as car:
        road(f"start {name}")
        car.answered(1)
        car.forget()
        car.answered(3)
        assert looks_like(car.colours()[0], left)
        assert car.causes() <= HONEST, car.log.lines
        check_reports(car.reports(), name, road("stop"))


@pytest.mark.parametrize("name", ["carla_bridge", "awsim", "nuscenes"])
def test_a_pause_is_told_as_a_pause_and_nothing_else(name, road):
    ticking_ns = IMITATIONS[name].begins_ns + round((IMITATIONS[name].clock.late_s + 0.2) * S)
    with watched(name) as car:
        road(f"start {name}")
        car.answered(3, lambda one: one["stamp_ns"] > ticking_ns)
        road("pause")
        car.forget()
        time.sleep(PAUSE_S)  # a pause is time that passes
        assert car.causes() - HONEST == {"clock_stopped"}, car.log.lines
        road("resume")
        car.until(lambda: len(car.reports()) >= 4, "answers after the pause")
        # STALE, "no frame for 2.6 s", is true from the first tick to the first frame.
        assert DiagnosticLevel.ERROR not in {one.level for one in car.statuses()}
        assert car.causes() - HONEST == {"clock_stopped"}
        car.forget()
        car.until(lambda: len(car.all("diagnostics")) >= 2, "diagnostics")
        assert car.causes() <= HONEST, car.log.lines
        assert not car.log.said("error")
        road("stop")


@pytest.mark.parametrize("name", ["carla_bridge", "carla_native", "awsim", "nuscenes"])
def test_a_simulation_that_begins_again_is_answered_again(name, road):
    begins_ns, clock = IMITATIONS[name].begins_ns, IMITATIONS[name].clock
    ticking_ns = round(clock.late_s * S)  # until then a node cannot know that time jumped
    with watched(name) as car:
        road(f"start {name}")
        before = car.answered(12, lambda one: one["stamp_ns"] > begins_ns + ticking_ns)
        begun_ns = before[-1]["stamp_ns"]
        road("again")
        car.forget()
        car.answered(6, lambda one: begins_ns + ticking_ns < one["stamp_ns"] < begun_ns)
        car.forget()
        reports = car.answered(4)
        sent = road("stop")
        assert reports[-1]["stamp_ns"] > begins_ns + ticking_ns
        assert car.causes() <= HONEST, car.log.lines
        check_reports(car.reports(), name, sent)
