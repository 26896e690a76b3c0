"""Simulator nodes on real DDS, and who listens to them."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vlm_driving.core import Advice
from vlm_driving.ros.dds.log import DdsLog
from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.messages import ClassificationMessage, ImageMessage, Kind
from vlm_driving.ros.outputs import advice_results
from vlm_driving.ros.port import RELIABLE, SENSOR, Qos
from vlm_driving.ros.simulator import SimulatorNode, read
from vlm_driving.simulator.scenario import Driver, Judge, ScenarioWorld, drive, load_scenario

PATIENCE_S = 20.0
SMALL = {"width": 160, "height": 90}
ROAD = """
description: a red signal
road: {class: street}
length_m: 100
start_kmh: 36
seconds: SECONDS
events:
  - kind: signal
    at_m: 30
    zebra: false
    cross_road_m: 12
    phases: [{colour: red, seconds: 60}]
"""


def scenario(folder: Path, seconds: float = 1.4) -> Path:
    """A short road with a red signal that the ego meets at 36 km/h."""
    path = folder / "short.yaml"
    path.write_text(ROAD.replace("SECONDS", str(seconds)))
    return path


def wait_for(condition: Callable[[], Any]) -> None:
    """Until it is so."""
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def offline(path: Path, driver: Driver, seed: int = 1) -> dict[str, Any]:
    """The score of `vlm-driving simulate --drive`."""
    judge = Judge()
    size = (SMALL["width"], SMALL["height"])
    for moment in drive(ScenarioWorld(load_scenario(path), seed), driver, size=size):
        judge.see(moment, 0.1)
    return judge.score.to_json()


class Written:
    """A port that notes what is published, in order."""

    def __init__(self, port: DdsPort) -> None:
        self._port = port
        self.messages: list[tuple[str, Any]] = []
        self.publishers_by_topic: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)

    def publisher(self, topic: str, kind: Kind, qos: Qos = RELIABLE) -> Any:
        made = self._port.publisher(topic, kind, qos)
        self.publishers_by_topic[made.topic] = made
        publish = made.publish

        def noted(message: Any) -> bool:
            self.messages.append((made.topic, message))
            return publish(message)

        made.publish = noted  # type: ignore[method-assign]
        return made


class Running:
    """A node that drives in a thread of its own, once all of `heard` are."""

    def __init__(
        self,
        domain: int,
        path: Path | str,
        heard: tuple[str, ...] = (),
        **parameters: object,
    ) -> None:
        self.lines: list[str] = []
        self.port = DdsPort("simulator", domain=domain, log=DdsLog("simulator", self.lines.append))
        self.written = Written(self.port)
        settings = read({"scenario": str(path), "rate": 0.0, **SMALL, **parameters})
        self.node = SimulatorNode(self.written, settings)
        self.scores: list[dict[str, Any]] = []
        self.stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(heard,))
        self._thread.start()

    def join(self) -> list[dict[str, Any]]:
        """The scores, once it has ended."""
        self._thread.join(PATIENCE_S * 3)
        assert not self._thread.is_alive()
        return self.scores

    def end(self) -> None:
        """End it now."""
        self.stop.set()
        self._thread.join(PATIENCE_S)
        self.port.shutdown()
        assert not self._thread.is_alive()

    def _run(self, heard: tuple[str, ...]) -> None:
        made = self.written.publishers_by_topic
        wait_for(lambda: all(made[topic].subscriber_count() for topic in heard))
        self.node.run(self.stop, self.scores.append)


class Listener:
    """Another node: hears everything, and may advise."""

    def __init__(self, domain: int) -> None:
        self.port = DdsPort("listener", domain=domain, log=DdsLog("listener", lambda line: None))

    def hear(self, topic: str, kind: Kind, qos: Qos = SENSOR) -> queue.Queue[Any]:
        """What comes on a topic."""
        got: queue.Queue[Any] = queue.Queue()
        self.port.subscribe(topic, kind, got.put, qos)
        return got

    def advise(self, advice: Advice | None, topic: str = "/vlm_driving/advice") -> None:
        """Say the same of every frame; None says that there is none."""
        publisher = self.port.publisher(topic, Kind.CLASSIFICATION, RELIABLE)
        results = () if advice is None else advice_results(advice)

        def answer(image: Any) -> None:
            assert isinstance(image, ImageMessage)
            publisher.publish(ClassificationMessage(image.header, results))

        # Begun last: pictures begin once both are there, and none may be missed.
        wait_for(lambda: publisher.subscriber_count() == 1)
        self.port.subscribe("/simulator/front/image_raw", Kind.IMAGE, answer, Qos(depth=20))


def all_of(got: queue.Queue[Any], count: int) -> list[Any]:
    """So many of them."""
    return [got.get(timeout=PATIENCE_S) for _ in range(count)]
