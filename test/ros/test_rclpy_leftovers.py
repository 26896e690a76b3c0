"""Names of others that rclpy refuses, and subscribers that hang, on real rclpy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("rclpy", reason="needs rclpy: source a ROS 2 workspace")
pytest.importorskip("cyclonedds", reason="needs cyclonedds: pip install 'vlm_driving[dds]'")

from support.spun import DOMAIN, LOOPBACK, PATIENCE_S, Lines, Spun, spun_port, wait_for

from vlm_driving.ros.messages import Kind, TextMessage
from vlm_driving.ros.socket_buffers import make_room

LISTENER = Path(__file__).with_name("hanging_listener.py")
WRITER = """
import sys, time
from cyclonedds.domain import DomainParticipant
from cyclonedds.pub import DataWriter
from cyclonedds.topic import Topic
from vlm_driving.ros.dds.wire import wire_type
from vlm_driving.ros.messages import Kind
participant = DomainParticipant(int(sys.argv[1]))
kept = [
    DataWriter(participant, Topic(participant, name, wire_type(Kind.IMAGE)))
    for name in sys.argv[2:]
]
sys.stdin.read()
"""


@pytest.fixture
def port(monkeypatch):
    for name in ("ROS_LOCALHOST_ONLY", "ROS_AUTOMATIC_DISCOVERY_RANGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CYCLONEDDS_URI", LOOPBACK)
    make_room(os.environ)
    spun = Spun()
    made = spun_port(spun, Lines())
    yield made
    made.shutdown()
    spun.close()


def environment() -> dict[str, str]:
    """Of a process that finds what this one does."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}


def test_names_that_break_the_rules_of_ros_are_told_as_they_are(port):
    names = ("/carla//hero/image", "/9/image")
    command = [sys.executable, "-c", WRITER, str(DOMAIN), *(f"rt{name}" for name in names)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment()) as writer:
        try:
            wait_for(lambda: set(names) <= set(port.topics()))
            for name in names:
                (found,) = port.publishers(name)
                assert found.type_name == "sensor_msgs/msg/Image"
                assert port.publisher_count(name) == 1
        finally:
            writer.kill()


def test_a_subscriber_that_hangs_does_not_stop_the_interpreter_when_a_topic_is_closed(port):
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
            longest_s, gone = 0.0, threading.Event()
            publisher.close()
            end_s = before_s = time.monotonic()
            while before_s < end_s + PATIENCE_S and not gone.wait(0.005):
                now_s = time.monotonic()
                longest_s, before_s = max(longest_s, now_s - before_s), now_s
                if port.publisher_count("/hanging") == 0:
                    gone.set()
            assert gone.is_set() and longest_s < 0.6  # Cyclone by itself: a second
        finally:
            listener.kill()
