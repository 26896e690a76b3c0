"""On a real middleware, with a real process at the other end."""

from __future__ import annotations

import importlib.util
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("cyclonedds", reason="needs cyclonedds: pip install 'vlm_driving[dds]'")

from cyclonedds.domain import DomainParticipant
from cyclonedds.idl import make_idl_struct
from cyclonedds.pub import DataWriter
from cyclonedds.sub import DataReader
from cyclonedds.topic import Topic

from vlm_driving.ros import callbacks
from vlm_driving.ros.codecs import decode
from vlm_driving.ros.dds.log import DdsLog
from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.messages import BoolMessage, ClockMessage, Kind, TextMessage
from vlm_driving.ros.port import LATCHED, SENSOR, Qos

SENDER = Path(__file__).with_name("dds_sender.py")
PATIENCE_S = 20.0
DOMAIN = 100 + os.getpid() % 100  # apart from another test run on this machine


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch):
    monkeypatch.setenv("ROS_LOCALHOST_ONLY", "1")
    monkeypatch.delenv("CYCLONEDDS_URI", raising=False)


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def port(lines):
    made = DdsPort("listener", domain=DOMAIN, log=DdsLog("listener", lines.append))
    yield made
    made.shutdown()


@pytest.fixture
def sender():
    started: list[Any] = []

    def start(what):
        arguments = [sys.executable, str(SENDER), what, str(DOMAIN)]
        path = os.pathsep.join(part for part in sys.path if part)
        process: Any = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        started.append(process)
        assert process.stdout.readline() == b"ready\n"
        return process

    yield start
    for process in started:
        process.stdin.close()
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 0


def wait_for(condition):
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def import_sender() -> Any:
    spec: Any = importlib.util.spec_from_file_location("dds_sender", SENDER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def heard(port, topic, kind, qos=SENSOR) -> Any:
    got: queue.Queue[Any] = queue.Queue()
    return got, port.subscribe(topic, kind, got.put, qos)


def test_raw_images_of_another_process_arrive(port, sender):
    got, subscription = heard(port, "/camera/image", Kind.IMAGE)
    sender("raw")
    image = got.get(timeout=PATIENCE_S)
    assert image == import_sender().raw(7)
    assert subscription.matched() == port.publisher_count("/camera/image") == 1


def test_jpeg_images_of_another_process_arrive(port, sender):
    got, _ = heard(port, "camera/image/compressed", Kind.COMPRESSED_IMAGE)
    sender("jpeg")
    assert got.get(timeout=PATIENCE_S) == import_sender().jpeg(7)


def test_a_late_subscriber_gets_what_was_latched(port, sender):
    sender("latched")
    got, _ = heard(port, "/greeting", Kind.TEXT, LATCHED)
    assert got.get(timeout=PATIENCE_S) == TextMessage("先に書いた")


def test_a_reliable_subscriber_of_a_best_effort_publisher_is_told_why(port, sender):
    notices: queue.Queue[Any] = queue.Queue()
    port.on_incompatible_qos(notices.put)
    _, subscription = heard(port, "/greeting", Kind.TEXT, Qos(reliable=True))
    sender("text")
    notice = notices.get(timeout=PATIENCE_S)
    assert (notice.topic, notice.policy, notice.is_publisher) == ("/greeting", "reliability", False)
    assert subscription.matched() == 0
    assert port.publisher_count("/greeting") == 1
    (info,) = port.publishers("/greeting")
    assert info.type_name == "std_msgs/msg/String" and not info.qos.reliable
    late: list[Any] = []
    port.on_incompatible_qos(late.append)
    assert late[0] == notice


def test_a_volatile_publisher_hears_of_a_subscriber_that_wants_old_samples(port):
    notices: queue.Queue[Any] = queue.Queue()
    port.on_incompatible_qos(notices.put)
    publisher = port.publisher("/greeting", Kind.TEXT)
    heard(port, "/greeting", Kind.TEXT, LATCHED)
    found = [notices.get(timeout=PATIENCE_S) for _ in range(2)]
    assert {(one.policy, one.is_publisher) for one in found} == {
        ("durability", True),
        ("durability", False),
    }
    assert publisher.subscriber_count() == 0


def test_a_subscriber_is_counted_and_goes(port):
    publisher = port.publisher("~/answer", Kind.TEXT)
    got, subscription = heard(port, "~/answer", Kind.TEXT, Qos(reliable=True, depth=5))
    wait_for(lambda: publisher.subscriber_count() == 1 == subscription.matched())
    assert publisher.publish(TextMessage("はい"))
    assert got.get(timeout=PATIENCE_S) == TextMessage("はい")
    subscription.close()
    wait_for(lambda: publisher.subscriber_count() == 0)
    publisher.close()
    wait_for(lambda: port.publisher_count("~/answer") == 0)
    assert publisher.publish(TextMessage("いいえ")) is False


def test_the_middleware_own_codec_reads_what_we_write_and_writes_what_we_read(port):
    stock = make_idl_struct("String_", "std_msgs.msg.dds_.String_", {"data": str})
    participant = DomainParticipant(DOMAIN)
    reader = DataReader(participant, Topic(participant, "rt/ours", stock))
    publisher = port.publisher("/ours", Kind.TEXT, LATCHED)
    wait_for(lambda: publisher.subscriber_count() == 1)
    publisher.publish(TextMessage("停止"))
    wait_for(lambda: reader.read(1))
    assert reader.take(1)[0].data == "停止"

    got, subscription = heard(port, "/theirs", Kind.TEXT)
    writer = DataWriter(participant, Topic(participant, "rt/theirs", stock))
    wait_for(lambda: subscription.matched() == 1)
    writer.write(stock(data="進行"))
    assert got.get(timeout=PATIENCE_S) == TextMessage("進行")


def test_a_message_that_cannot_be_read_is_counted_and_logged_and_the_next_one_comes(
    port, lines, monkeypatch
):
    def spoilt_once(kind, cdr):
        monkeypatch.setattr(callbacks, "decode", decode)
        return decode(kind, cdr[:-3])

    # In our hands only: Cyclone itself passes no broken sample on, nor lets one out.
    monkeypatch.setattr(callbacks, "decode", spoilt_once)
    got, subscription = heard(port, "/x", Kind.TEXT, Qos(reliable=True, depth=5))
    publisher = port.publisher("/x", Kind.TEXT)
    wait_for(lambda: publisher.subscriber_count() == 1)
    for text in ("bad", "good"):
        publisher.publish(TextMessage(text))
    assert got.get(timeout=PATIENCE_S) == TextMessage("good")
    assert subscription.undecodable == 1
    assert any("/x: a message was passed over, not a std_msgs" in line for line in lines)


def test_a_callback_that_fails_is_logged_and_called_again(port, lines):
    got: queue.Queue[Any] = queue.Queue()

    def callback(message):
        got.put(message)
        raise RuntimeError("no room")

    port.subscribe("/x", Kind.BOOL, callback, Qos(reliable=True, depth=5))
    publisher = port.publisher("/x", Kind.BOOL)
    wait_for(lambda: publisher.subscriber_count() == 1)
    for value in (True, False):
        publisher.publish(BoolMessage(value))
    assert [got.get(timeout=PATIENCE_S).data for _ in range(2)] == [True, False]
    wait_for(lambda: any("the callback failed, RuntimeError: no room" in line for line in lines))


def test_simulated_time_is_zero_until_the_clock_and_may_go_back(port):
    node = DdsPort("simulated", domain=DOMAIN, use_sim_time=True)
    try:
        assert node.clock.now_ns() == 0
        clock = port.publisher("/clock", Kind.CLOCK)
        wait_for(lambda: clock.subscriber_count() == 1)
        for now_ns in (5_000_000_001, 2):
            clock.publish(ClockMessage(now_ns))
            wait_for(lambda now_ns=now_ns: node.clock.now_ns() == now_ns)
    finally:
        node.shutdown()


def test_after_shutdown_no_callback_comes_and_nothing_is_left(port):
    other = DdsPort("short", domain=DOMAIN)
    ticks: list[Any] = []
    other.timer(0.01, lambda: ticks.append(1))
    other.publisher("/short", Kind.TEXT)
    wait_for(lambda: ticks and port.publisher_count("/short") == 1)
    other.shutdown()
    other.shutdown()
    after = len(ticks)
    wait_for(lambda: port.publisher_count("/short") == 0)
    assert len(ticks) == after
    with pytest.raises(RuntimeError, match="shut down"):
        other.publisher("/short", Kind.TEXT)


def test_a_cancelled_timer_is_not_called_again(port):
    calls: list[Any] = []

    def once() -> None:
        calls.append(1)
        timer.cancel()

    timer = port.timer(0.01, once)
    beside: list[Any] = []
    port.timer(0.01, lambda: beside.append(1))
    wait_for(lambda: len(beside) > 5)
    assert len(calls) == 1


def test_one_topic_with_two_types_shows_both_to_whoever_asks(port):
    heard(port, "/camera", Kind.IMAGE)
    port.publisher("/camera", Kind.COMPRESSED_IMAGE)
    wait_for(lambda: port.publisher_count("/camera") == 1)
    assert [info.type_name for info in port.publishers("/camera")] == [Kind.COMPRESSED_IMAGE.value]


def test_a_port_that_comes_and_goes_leaves_no_thread_and_no_file_open():
    def left():
        return threading.active_count(), len(os.listdir("/proc/self/fd"))

    if not Path("/proc/self/fd").exists():
        pytest.skip("no /proc: this system does not list open files")
    before = left()
    for _ in range(5):
        made = DdsPort("brief", domain=DOMAIN + 2)
        made.subscribe("/x", Kind.IMAGE, print)
        made.publisher("~/y", Kind.TEXT)
        made.timer(1.0, print)
        made.shutdown()
    assert left() == before
