"""The port on real rclpy: names, QoS, graph, clock, and what goes wrong."""

from __future__ import annotations

import queue
import sys
from typing import Any

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("rclpy", reason="needs rclpy: source a ROS 2 workspace")

from rclpy.parameter import Parameter
from support.spun import PATIENCE_S, Spun, heard, wait_for

from vlm_driving.core import UserError
from vlm_driving.ros import callbacks, rclpy_messages
from vlm_driving.ros.codecs import decode
from vlm_driving.ros.messages import BoolMessage, ClockMessage, Kind, TextMessage
from vlm_driving.ros.port import LATCHED, SENSOR, Qos

RELIABLE = Qos(reliable=True, depth=5)
SWAP = ("--ros-args", "-r", "/swap_a:=/swap_b", "-r", "/swap_b:=/swap_a")


@pytest.fixture
def spun(loopback_alone):
    made = Spun(*SWAP)
    yield made
    made.close()


def test_a_late_subscriber_gets_what_was_latched_and_sees_who_latched_it(port):
    port.publisher("~/greeting", Kind.TEXT, LATCHED).publish(TextMessage("先に書いた"))
    got, _ = heard(port, "~/greeting", Kind.TEXT, LATCHED)
    assert got.get(timeout=PATIENCE_S) == TextMessage("先に書いた")
    (info,) = port.publishers("~/greeting")
    assert (info.node, info.qos.transient_local) == ("/car/listener", True)
    assert port.topics()["/car/listener/greeting"] == (info.type_name,)


def test_ends_that_cannot_talk_are_both_told_why_and_so_is_who_asks_later(port):
    notices: queue.Queue[Any] = queue.Queue()
    port.on_incompatible_qos(notices.put)
    publisher = port.publisher("/greeting", Kind.TEXT, SENSOR)
    _, subscription = heard(port, "/greeting", Kind.TEXT, RELIABLE)
    found = [notices.get(timeout=PATIENCE_S) for _ in range(2)]
    assert {(one.topic, one.policy, one.is_publisher) for one in found} == {
        ("/greeting", "reliability", True),
        ("/greeting", "reliability", False),
    }
    assert publisher.subscriber_count() == 0 == subscription.matched()
    late: list[Any] = []
    port.on_incompatible_qos(late.append)
    assert sorted(late, key=str) == sorted(found, key=str)


def test_two_topics_that_are_remapped_to_each_other_are_not_remapped_back(port):
    a, b = port.resolve("/swap_a"), port.resolve("/swap_b")
    assert (a, b) == ("/swap_b", "/swap_a")
    got, subscription = heard(port, a, Kind.TEXT, RELIABLE)
    assert subscription.topic == "/swap_b"
    publisher = port.publisher(a, Kind.TEXT, RELIABLE)
    wait_for(lambda: publisher.subscriber_count() == 1)
    publisher.publish(TextMessage("x"))
    assert got.get(timeout=PATIENCE_S) == TextMessage("x")
    assert port.publisher_count(a) == 1


def test_a_name_that_is_none_and_a_package_that_is_missing_are_told_with_the_remedy(
    port, monkeypatch
):
    with pytest.raises(UserError, match="double slash"):
        port.subscribe("/a//b", Kind.TEXT, print)
    monkeypatch.setenv("ROS_DISTRO", "jazzy")
    monkeypatch.setitem(sys.modules, "autoware_vehicle_msgs.msg", None)
    with pytest.raises(UserError, match="apt install ros-jazzy-autoware-vehicle-msgs"):
        rclpy_messages.message_class(Kind.VELOCITY_REPORT)


def test_a_message_that_cannot_be_read_is_counted_and_logged_and_the_next_one_comes(
    port, lines, monkeypatch
):
    def spoilt_once(kind, cdr):
        monkeypatch.setattr(callbacks, "decode", decode)
        return decode(kind, cdr[:-3])

    monkeypatch.setattr(callbacks, "decode", spoilt_once)
    got, subscription = heard(port, "/x", Kind.TEXT, RELIABLE)
    publisher = port.publisher("/x", Kind.TEXT)
    wait_for(lambda: publisher.subscriber_count() == 1)
    for text in ("bad", "good"):
        publisher.publish(TextMessage(text))
    assert got.get(timeout=PATIENCE_S) == TextMessage("good")
    assert subscription.undecodable == 1
    assert any("/x: a message was passed over, not a std_msgs" in text for _, text in lines.heard)


def test_a_callback_that_fails_is_logged_and_called_again(port, lines):
    got: queue.Queue[Any] = queue.Queue()

    def callback(message):
        got.put(message)
        raise RuntimeError("no room")

    port.subscribe("/x", Kind.BOOL, callback, RELIABLE)
    publisher = port.publisher("/x", Kind.BOOL)
    wait_for(lambda: publisher.subscriber_count() == 1)
    for value in (True, False):
        publisher.publish(BoolMessage(value))
    assert [got.get(timeout=PATIENCE_S).data for _ in range(2)] == [True, False]
    assert ("error", "/x: the callback failed, RuntimeError: no room") in lines.heard


def test_simulated_time_is_that_of_the_clock_topic_and_does_not_stop_the_timers(port, spun):
    assert not port.clock.is_simulated and port.clock.now_ns() > 1e18
    spun.nodes[0].set_parameters([Parameter("use_sim_time", value=True)])
    assert port.clock.is_simulated and port.clock.now_ns() == 0
    ticks: list[Any] = []
    port.timer(0.01, lambda: ticks.append(1))
    clock = port.publisher("/clock", Kind.CLOCK)
    wait_for(lambda: clock.subscriber_count() == 1)
    for now_ns in (5_000_000_001, 2):  # back, as when a bag begins again
        clock.publish(ClockMessage(now_ns))
        wait_for(lambda now_ns=now_ns: port.clock.now_ns() == now_ns)
    before = len(ticks)
    wait_for(lambda: len(ticks) > before + 3)
