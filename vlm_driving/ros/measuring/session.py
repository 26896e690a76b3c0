"""One measurement, from the first process to the last."""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import sys
import threading
import time
from contextlib import ExitStack
from typing import Any

from rich.console import Console

from vlm_driving.core import UserError
from vlm_driving.resources import default_bundle
from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.measuring import judging, sender
from vlm_driving.ros.measuring.children import Child
from vlm_driving.ros.measuring.growth import growth
from vlm_driving.ros.measuring.lifecycle import ChildRemote, Cycle, answers_of, cycle
from vlm_driving.ros.measuring.listener import Listener
from vlm_driving.ros.measuring.machine import machine
from vlm_driving.ros.measuring.plan import NODE, NodePlan, ros_value
from vlm_driving.ros.measuring.reckoning import Steady, reckon
from vlm_driving.ros.measuring.records import Sent, read_sent
from vlm_driving.ros.measuring.steady import Watched, watch
from vlm_driving.ros.measuring.vitals import Held
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.soak.vitals import take_traces

SCHEMA = "vlm_driving/node_bench/1"
_PACKAGE = "vlm_driving.ros.measuring"
_PREPARED_S = 300.0
_READY_S = 90.0
_DISCOVERY_S = 1.0


class Session:
    """Starts processes in the order in which they need each other; ends them in reverse."""

    def __init__(self, plan: NodePlan, console: Console) -> None:
        """Start nothing yet."""
        self._plan = plan
        self._console = console
        self._sent: list[Sent] = []
        self._wrong: list[str] = []

    def run(self) -> dict[str, Any]:
        """Measure; the JSON object.

        Raises:
            UserError: what the user can mend, and a process that fails.
        """
        plan = self._plan
        _check(plan)
        keep_to_this_machine()
        result: dict[str, Any] = {"schema": SCHEMA, "machine": machine(plan.middleware)}
        before = take_traces()
        with ExitStack() as stack:
            port = DdsPort("vlm_driving_bench")
            stack.callback(port.shutdown)
            self._refuse_another(port)
            listener = Listener(port, plan.camera_names)
            cameras = self._start_cameras(stack)
            watched = self._steady(cameras, listener)
            steady = reckon(
                tuple(self._sent),
                listener.reports(),
                listener.told(),
                watched.begin_ns,
                watched.end_ns,
                plan.rate_hz,
            )
            at_first, cycles = self._cycles(cameras, listener) if plan.cycles else (None, [])
        gc.collect()
        after = take_traces()
        self._wrong += [
            f"/dev/shm/{name} was left" for name in sorted(after.shared - before.shared)
        ]
        return result | self._result(watched, steady, at_first, cycles)

    def _steady(self, cameras: Child, listener: Listener) -> Watched:
        self._say(f"starts the node on {'ROS 2' if self._plan.middleware == 'ros' else 'bare DDS'}")
        with ExitStack() as stack:
            node = self._start(stack, "the node", node_command(self._plan))
            return watch(node, cameras, listener, self._plan.seconds, self._console)

    def _cycles(self, cameras: Child, listener: Listener) -> tuple[Held, list[Cycle]]:
        plan = self._plan
        ready = threading.Event()
        answers, take = answers_of(ready.set)
        with ExitStack() as stack:
            if plan.middleware == "ros":
                node = self._start(stack, "the node", node_command(plan, autostart=False))
                driver = self._start(
                    stack,
                    "the lifecycle client",
                    ["-m", f"{_PACKAGE}.rclpy_lifecycle"],
                    take,
                    by_stdin=True,
                )
            else:
                given = json.dumps(plan.parameters)
                command = ["-m", f"{_PACKAGE}.lifecycle_node", given]
                node = driver = self._start(stack, "the node", command, take, by_stdin=True)
            driver.wait_for(ready, _READY_S, "its start was waited for")
            remote = ChildRemote(driver, answers, node.pid)
            at_first = Held.by(node.pid)
            done: list[Cycle] = []
            for number in range(1, plan.cycles + 1):
                node.look("its lifecycle was driven")
                cameras.look("frames were sent")
                done.append(cycle(remote, listener, number, at_first.processes))
                if number % max(1, plan.cycles // 10) == 0:
                    self._say(
                        f"cycle {number} of {plan.cycles}: first report after "
                        f"{done[-1].first_report_ms:.0f} ms"
                    )
            return at_first, done

    def _start_cameras(self, stack: ExitStack) -> Child:
        self._say("makes the pictures")
        ready = threading.Event()

        def take(line: str) -> None:
            if line == sender.READY:
                ready.set()
            elif (one := read_sent(line)) is not None:
                self._sent.append(one)

        command = ["-m", f"{_PACKAGE}.sender", sender.arguments(self._plan)]
        cameras = self._start(stack, "the cameras' process", command, take)
        cameras.wait_for(ready, _PREPARED_S, "the pictures were made")
        cameras.tell("go")
        return cameras

    def _start(
        self,
        stack: ExitStack,
        name: str,
        command: list[str],
        on_line: Any = None,
        by_stdin: bool = False,
    ) -> Child:
        child = Child(name, command, on_line)

        def end() -> None:
            self._wrong += child.end(by_stdin)

        stack.callback(end)
        return child

    def _refuse_another(self, port: DdsPort) -> None:
        """A node that runs already would be measured beside ours."""
        time.sleep(_DISCOVERY_S)
        topic = f"/{NODE}/{self._plan.camera_names[0]}/report"
        if port.publishers(topic):
            raise UserError(
                f"A node {NODE} runs already: end it, or set ROS_DOMAIN_ID to another number."
            )

    def _result(
        self, watched: Watched, steady: Steady, at_first: Held | None, cycles: list[Cycle]
    ) -> dict[str, Any]:
        plan, sampler = self._plan, watched.sampler
        node, workers = growth(sampler.node_mb), growth(sampler.workers_mb)
        figures = [
            *judging.steady_figures(plan, steady, sampler.node_share, node, workers),
            *judging.cycle_figures(cycles),
            judging.end_figure(self._wrong),
        ]
        return {
            "plan": plan_json(plan),
            "kept": all(one.kept is not False for one in figures),
            "figures": {
                one.key: {"text": one.text, "unit": one.unit} | one.to_json() for one in figures
            },
            "steady": steady.to_json(),
            "cpu": {
                "node": _rounded(sampler.node_share),
                "workers": _rounded(sampler.workers_share),
            },
            "memory_mb": {
                "node": None if node is None else node.to_json(),
                "workers": None if workers is None else workers.to_json(),
            },
            "before_cycles": None if at_first is None else held_json(at_first),
            "cycles": [cycle_json(one) for one in cycles],
            "wrong": self._wrong,
        }

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)


def node_command(plan: NodePlan, autostart: bool = True) -> list[str]:
    """The node as a user starts it, with the words behind `python`."""
    given = {name: ros_value(value) for name, value in plan.parameters.items()}
    if plan.middleware == "dds":
        words = [word for name, text in given.items() for word in ("-p", f"{name}:={text}")]
        return ["-m", "vlm_driving", "node", *words]
    given["autostart"] = "true" if autostart else "false"
    words = [word for name, text in given.items() for word in ("-p", f"{name}:={text}")]
    return ["-m", "vlm_driving.ros.rclpy_main", "--ros-args", *words]


def keep_to_this_machine() -> None:
    """Nobody else's network is to carry these pictures, unless the user says how it is to be."""
    told = ("ROS_LOCALHOST_ONLY", "ROS_AUTOMATIC_DISCOVERY_RANGE", "CYCLONEDDS_URI")
    if not any(os.environ.get(name) for name in told):
        os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"


def _check(plan: NodePlan) -> None:
    """Raise UserError for what would otherwise be found out in a child, later."""
    _ = plan.settings
    ModelBundle.load(plan.model or default_bundle())
    if plan.middleware == "ros" and importlib.util.find_spec("rclpy") is None:
        raise UserError(
            f"--node-middleware ros needs rclpy, which {sys.executable} cannot import: source the "
            "ROS 2 workspace and run vlm-driving with the Python that it was built for."
        )


def plan_json(plan: NodePlan) -> dict[str, Any]:
    """What was asked for."""
    return {
        "seconds": plan.seconds,
        "cameras": plan.cameras,
        "transport": plan.transport,
        "rate_hz": plan.rate_hz,
        "middleware": plan.middleware,
        "reliable": plan.reliable,
        "cycles": plan.cycles,
        "model": None if plan.model is None else plan.model.name,
        "threads": plan.threads,
        "budget_ms": plan.settings.budget_ms,
    }


def cycle_json(one: Cycle) -> dict[str, Any]:
    """One cycle."""
    return {
        "took_ms": {name: round(ms, 1) for name, ms in one.took_ms.items()},
        "first_report_ms": round(one.first_report_ms, 1),
        "frames_after": one.frames_after,
        "last_output_ms": round(one.last_output_ms, 1),
        "strays": one.strays,
        "held": held_json(one.held),
    }


def held_json(held: Held) -> dict[str, Any]:
    """What a node holds."""
    return {
        "processes": held.processes,
        "threads": held.threads,
        "files": held.files,
        "memory_mb": round(held.memory_mb, 1),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
