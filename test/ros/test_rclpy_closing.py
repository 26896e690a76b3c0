"""Ends that close, timers, and the executor that spins them, on real rclpy."""

from __future__ import annotations

import threading
from typing import Any

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("rclpy", reason="needs rclpy: source a ROS 2 workspace")

import rclpy.node
from rclpy.exceptions import InvalidHandle
from rclpy.executors import SingleThreadedExecutor
from support.spun import PATIENCE_S, Lines, Spun, heard, spun_port, wait_for

from vlm_driving.ros import rclpy_executor
from vlm_driving.ros.messages import BoolMessage, Kind, TextMessage
from vlm_driving.ros.port import Qos
from vlm_driving.ros.rclpy_ends import RclpyTimer
from vlm_driving.ros.rclpy_port import RclpyPort

RELIABLE = Qos(reliable=True, depth=5)


def test_a_subscription_is_not_called_again_once_it_is_closed(port):
    begun, go_on = threading.Event(), threading.Event()
    calls: list[Any] = []

    def slow(message):
        calls.append(message)
        begun.set()
        assert go_on.wait(PATIENCE_S)

    subscription = port.subscribe("/x", Kind.BOOL, slow, RELIABLE)
    publisher = port.publisher("/x", Kind.BOOL)
    wait_for(lambda: publisher.subscriber_count() == 1)
    for _ in range(3):
        publisher.publish(BoolMessage(True))
    assert begun.wait(PATIENCE_S)
    closing = threading.Thread(target=subscription.close)
    closing.start()
    closing.join(0.05)
    assert closing.is_alive()  # waits for the call that runs
    go_on.set()
    closing.join(PATIENCE_S)
    wait_for(lambda: publisher.subscriber_count() == 0)
    assert len(calls) == 1
    publisher.close()
    wait_for(lambda: port.publisher_count("/x") == 0)
    assert publisher.publish(BoolMessage(True)) is False


def test_ends_that_come_and_go_on_other_threads_leave_nothing_and_do_not_stop_the_executor(
    port, spun, lines
):
    (node,) = spun.nodes

    def count():
        return len(list(node.subscriptions)), len(list(node.publishers)), len(list(node.waitables))

    before = count()
    beside: list[Any] = []
    port.timer(0.002, lambda: beside.append(1))

    def come_and_go(number):
        for _ in range(15):
            publisher = port.publisher(f"/busy{number}", Kind.TEXT, RELIABLE)
            subscription = port.subscribe(f"/busy{number}", Kind.TEXT, lambda _: None, RELIABLE)
            publisher.publish(TextMessage("x"))
            subscription.close()
            publisher.close()

    threads = [threading.Thread(target=come_and_go, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    ticks = len(beside)
    wait_for(lambda: len(beside) > ticks + 5)
    wait_for(lambda: count() == before)
    assert not [text for level, text in lines.heard if level == "error"]


def test_a_timer_cancels_itself_and_after_shutdown_nothing_is_called(port):
    calls: list[Any] = []

    def once() -> None:
        calls.append(1)
        timer.cancel()

    timer = port.timer(0.01, once)
    beside: list[Any] = []
    port.timer(0.01, lambda: beside.append(1))
    wait_for(lambda: len(beside) > 5)
    port.shutdown()
    after = len(beside)
    port.shutdown()
    assert len(calls) == 1
    assert not threading.Event().wait(0.05) and len(beside) == after
    with pytest.raises(RuntimeError, match="shut down"):
        port.publisher("/x", Kind.TEXT)
    with pytest.raises(ValueError, match="above 0"):
        RclpyTimer(None, 0.0, print, None, port.log)


def test_a_task_is_done_however_the_wake_ups_fall(spun, port):
    """Each asks for the next while the executor is busy with rclpy's own round."""
    done = threading.Semaphore(0)
    for _ in range(500):
        spun.executor.create_task(done.release)
        assert done.acquire(timeout=PATIENCE_S)


def test_another_executor_may_spin_the_node_too():
    spun = Spun()
    stock = SingleThreadedExecutor(context=spun.context)
    node = rclpy.node.Node("stock", context=spun.context)
    stock.add_node(node)
    port = RclpyPort(node)
    try:
        got, subscription = heard(port, "/x", Kind.TEXT, RELIABLE)
        publisher = port.publisher("/x", Kind.TEXT, RELIABLE)
        publisher.publish(TextMessage("a"))
        wait_for(lambda: (stock.spin_once(0.1), not got.empty())[1])
        subscription.close()
        wait_for(lambda: (stock.spin_once(0.01), publisher.subscriber_count() == 0)[1])
        with pytest.raises(InvalidHandle), subscription._subscription.handle:
            pass
        port.shutdown()
    finally:
        stock.shutdown()
        node.destroy_node()
        spun.close()


def test_with_an_rclpy_that_is_not_known_its_own_executor_does_the_work(monkeypatch, capfd):
    def other(executor):
        raise AttributeError("no _guard")

    monkeypatch.setattr(rclpy_executor, "KeptWaitSet", other)
    spun = Spun()
    port = spun_port(spun, Lines())
    try:
        ticks: list[Any] = []
        port.timer(0.01, lambda: ticks.append(1))
        done = threading.Event()
        spun.executor.create_task(done.set)
        assert done.wait(PATIENCE_S)
        wait_for(lambda: len(ticks) > 3)
    finally:
        port.shutdown()
        spun.close()
    assert capfd.readouterr().err.count("This rclpy is not known (no _guard)") == 1


def test_a_callback_that_raises_on_the_bare_node_does_not_end_the_others(spun, port):
    (node,) = spun.nodes

    def broken() -> None:
        raise RuntimeError("bare")

    broken_timer = node.create_timer(0.01, broken)
    beside: list[Any] = []
    port.timer(0.01, lambda: beside.append(1))
    wait_for(lambda: len(beside) > 5)
    node.destroy_timer(broken_timer)
