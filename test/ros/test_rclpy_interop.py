"""The port on real rclpy with bare DDS in another process, and with rclpy's own messages."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("rclpy", reason="needs rclpy: source a ROS 2 workspace")

import rclpy.node
from support.spun import DOMAIN, PATIENCE_S, heard, wait_for

from vlm_driving.ros.messages import (
    BoolMessage,
    ClassificationMessage,
    CompressedImageMessage,
    DiagnosticLevel,
    DiagnosticsMessage,
    DiagnosticStatus,
    FloatMessage,
    Header,
    ImageMessage,
    Kind,
    SpeedMessage,
    TextMessage,
)
from vlm_driving.ros.port import Qos
from vlm_driving.ros.rclpy_messages import message_class

HERE = Path(__file__).parent
RELIABLE = Qos(reliable=True, depth=5)
PIXELS = bytes(range(256)) * (1280 * 720 * 3 // 256)
MESSAGES = {
    Kind.IMAGE: ImageMessage(Header(7, "cam"), 720, 1280, "bgr8", False, 3840, PIXELS),
    Kind.COMPRESSED_IMAGE: CompressedImageMessage(Header(8, "cam"), "jpeg", PIXELS[:150_001]),
    Kind.TEXT: TextMessage("前方の車両に注意"),
    Kind.BOOL: BoolMessage(True),
    Kind.FLOAT: FloatMessage(1.5),
    Kind.ODOMETRY: SpeedMessage(9, 36.0),
    Kind.TWIST: SpeedMessage(10, 18.0),
    Kind.CLASSIFICATION: ClassificationMessage(Header(11, "cam"), (("speed/STOP", 0.5),)),
    Kind.DIAGNOSTICS: DiagnosticsMessage(
        12, (DiagnosticStatus(DiagnosticLevel.WARN, "n", "遅い", "id", (("a", "1"),)),)
    ),
}


@pytest.fixture
def program():
    """Starts a program with bare DDS that lives until the test ends."""
    pytest.importorskip("cyclonedds", reason="needs cyclonedds: pip install 'vlm_driving[dds]'")
    started: list[Any] = []

    def start(name, *arguments):
        path = os.pathsep.join(part for part in sys.path if part)
        # Cyclone's own Python package brings its own library: ROS's must not be found first.
        rest = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
        process: Any = subprocess.Popen(
            [sys.executable, str(HERE / name), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**rest, "PYTHONPATH": path},
        )
        started.append(process)
        assert process.stdout.readline() == b"ready\n"
        return process

    yield start
    for process in started:
        process.stdin.close()
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 0


def plain(message):
    """With bytes in place of views, to be compared."""
    if isinstance(message, (ImageMessage, CompressedImageMessage)):
        fields = {name: getattr(message, name) for name in message.__slots__}
        return type(message)(**{**fields, "data": bytes(message.data)})
    return message


def test_every_kind_goes_to_bare_dds_in_another_process_and_comes_back_the_same(port, program):
    program("dds_echo.py", DOMAIN)
    for kind, message in MESSAGES.items():
        name = kind.name.lower()
        got, back = heard(port, f"/back/{name}", kind, RELIABLE)
        there = port.publisher(f"/there/{name}", kind, RELIABLE)
        wait_for(lambda there=there, back=back: there.subscriber_count() == 1 == back.matched())
        assert there.publish(message)
        answer = plain(got.get(timeout=PATIENCE_S))
        if isinstance(message, SpeedMessage):
            assert answer.speed_kmh == pytest.approx(message.speed_kmh)
            assert answer.stamp_ns == message.stamp_ns
        else:
            assert answer == message


def test_the_messages_of_rclpy_itself_are_read_and_written(port, spun):
    # As mypy runs without ROS, they are fetched as the port itself does it.
    odometry, diagnostics = message_class(Kind.ODOMETRY), message_class(Kind.DIAGNOSTICS)
    other = spun.add(rclpy.node.Node, "other")
    got, subscription = heard(port, "/odometry", Kind.ODOMETRY)
    theirs = other.create_publisher(odometry, "/odometry", 1)
    wait_for(lambda: subscription.matched() == 1)
    message = odometry()
    message.header.stamp.sec, message.twist.twist.linear.x = 3, 5.0
    message.twist.twist.linear.y = 12.0
    theirs.publish(message)
    speed = got.get(timeout=PATIENCE_S)
    assert (speed.stamp_ns, speed.speed_kmh) == (3_000_000_000, pytest.approx(46.8))

    arrays: queue.Queue[Any] = queue.Queue()
    other.create_subscription(diagnostics, "/diagnostics", arrays.put, 1)
    ours = port.publisher("/diagnostics", Kind.DIAGNOSTICS)
    wait_for(lambda: ours.subscriber_count() == 1)
    ours.publish(MESSAGES[Kind.DIAGNOSTICS])
    array = arrays.get(timeout=PATIENCE_S)
    (status,) = array.status
    assert (array.header.stamp.nanosec, status.level, status.message) == (12, b"\x01", "遅い")
    assert (status.values[0].key, status.values[0].value) == ("a", "1")


def test_images_of_the_test_sender_arrive_with_its_node_unnamed_and_its_qos_told(port, program):
    got, subscription = heard(port, "/camera/image", Kind.IMAGE, RELIABLE)
    program("dds_sender.py", "raw", DOMAIN)
    assert got.get(timeout=PATIENCE_S).height == 720
    (info,) = port.publishers("/camera/image")
    assert (info.type_name, info.qos.reliable, info.node) == (Kind.IMAGE.value, True, "")
    assert subscription.matched() == 1


def test_a_velocity_report_of_autoware_is_read_where_its_package_is(port, spun):
    needed = "needs autoware_vehicle_msgs: source a workspace that has Autoware's messages"
    pytest.importorskip("autoware_vehicle_msgs", reason=needed)
    report = message_class(Kind.VELOCITY_REPORT)
    other = spun.add(rclpy.node.Node, "vehicle")
    got, subscription = heard(port, "/vehicle/status/velocity_status", Kind.VELOCITY_REPORT)
    theirs = other.create_publisher(report, "/vehicle/status/velocity_status", 1)
    wait_for(lambda: subscription.matched() == 1)
    message = report()
    message.header.stamp.sec, message.longitudinal_velocity = 3, 10.0
    theirs.publish(message)
    speed = got.get(timeout=PATIENCE_S)
    assert (speed.stamp_ns, speed.speed_kmh) == (3_000_000_000, pytest.approx(36.0))
