"""What ends on bare DDS leave when they are closed, and whom they wait for."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("cyclonedds", reason="needs cyclonedds: pip install 'vlm_driving[dds]'")

from cyclonedds.domain import DomainParticipant
from cyclonedds.pub import DataWriter
from cyclonedds.topic import Topic

from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.dds.wire import wire_type
from vlm_driving.ros.messages import BoolMessage, Kind, TextMessage
from vlm_driving.ros.port import RELIABLE

LISTENER = Path(__file__).with_name("hanging_listener.py")
DOMAIN = 100 + os.getpid() % 100
PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch):
    monkeypatch.setenv("ROS_LOCALHOST_ONLY", "1")
    monkeypatch.delenv("CYCLONEDDS_URI", raising=False)


@pytest.fixture
def port():
    made = DdsPort("left", domain=DOMAIN)
    yield made
    made.shutdown()


def wait_for(condition) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


class Ear:
    """Stands for all that a callback holds: a pipeline, its memory, its model."""

    def __init__(self) -> None:
        self.heard = 0

    def hear(self, _message) -> None:
        self.heard += 1


def closed_ends(port) -> list[weakref.ref]:
    """An ear, and two ends of a topic that it has heard; both are closed."""
    ear = Ear()
    subscription = port.subscribe("/x", Kind.BOOL, ear.hear, RELIABLE)
    publisher = port.publisher("/x", Kind.BOOL)
    wait_for(lambda: publisher.subscriber_count() == 1)
    publisher.publish(BoolMessage(True))
    wait_for(lambda: ear.heard == 1)
    subscription.close()
    publisher.close()
    return [weakref.ref(one) for one in (ear, subscription, publisher)]


def environment() -> dict[str, str]:
    """Of a process that finds what this one does."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}


def test_a_port_forgets_what_was_closed_with_all_that_its_callback_holds(port):
    kept = closed_ends(port)
    gc.collect()
    assert [one() for one in kept] == [None, None, None]


def test_names_that_break_the_rules_of_ros_are_told_as_they_are(port):
    participant = DomainParticipant(DOMAIN)
    names = ("/carla//hero/image", "/9/image")
    kept = []
    for name in names:
        topic = Topic(participant, f"rt{name}", wire_type(Kind.IMAGE))
        kept.append(DataWriter(participant, topic))
    wait_for(lambda: set(names) <= set(port.topics()))
    for name in names:
        (found,) = port.publishers(name)
        assert found.type_name == "sensor_msgs/msg/Image"
        assert port.publisher_count(name) == 1


def test_a_subscriber_that_hangs_is_not_waited_for_when_a_topic_is_closed(port):
    publisher = port.publisher("/hanging", Kind.TEXT)
    command = [sys.executable, str(LISTENER), "/hanging", str(DOMAIN)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment()
    ) as listener:
        try:
            wait_for(lambda: publisher.subscriber_count() == 1)
            publisher.publish(TextMessage("読めるうちに"))
            assert listener.stdout is not None and listener.stdout.readline() == "heard\n"
            listener.send_signal(signal.SIGSTOP)
            for _ in range(3):
                assert publisher.publish(TextMessage("x"))
            begun_s = time.monotonic()
            publisher.close()
            assert time.monotonic() - begun_s < 0.6  # Cyclone by itself: a second
        finally:
            listener.kill()
