"""The lifecycle node on real rclpy, asked by another node as a user's tools would."""

from __future__ import annotations

import queue
import threading
import time
from pathlib import Path
from typing import Any

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("rclpy", reason="needs rclpy: source a ROS 2 workspace")

import rclpy.node
from lifecycle_msgs.msg import Transition, TransitionEvent
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.parameter import Parameter
from std_srvs.srv import SetBool
from support.spun import LOOPBACK, PATIENCE_S, Spun, wait_for
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.ros.messages import Header, ImageMessage, Kind
from vlm_driving.ros.node import NodeState
from vlm_driving.ros.port import SENSOR
from vlm_driving.ros.rclpy_node import VlmDrivingNode
from vlm_driving.ros.rclpy_port import RclpyPort


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch):
    monkeypatch.setenv("CYCLONEDDS_URI", LOOPBACK)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    return make_tiny_bundle(tmp_path_factory.mktemp("model") / "tiny")


class User:
    """Another node in another context, with what a user may ask."""

    def __init__(self) -> None:
        self.spun = Spun()
        self.node = self.spun.add(rclpy.node.Node, "user")
        self.port = RclpyPort(self.node)
        self.passed: queue.Queue[Any] = queue.Queue()
        self.node.create_subscription(
            TransitionEvent,
            "/vlm_driving/transition_event",
            lambda event: self.passed.put(event.goal_state.label),
            10,
        )
        self._change = self.node.create_client(ChangeState, "/vlm_driving/change_state")
        self._get = self.node.create_client(GetState, "/vlm_driving/get_state")
        self._enable = self.node.create_client(SetBool, "/vlm_driving/enable")
        for client in (self._change, self._get, self._enable):
            assert client.wait_for_service(PATIENCE_S)

    def change(self, number: int, wait: bool = True) -> Any:
        request = ChangeState.Request(transition=Transition(id=number))
        future = self._change.call_async(request)
        return self._result(future).success if wait else future

    @property
    def state(self) -> str:
        return self._result(self._get.call_async(GetState.Request())).current_state.label

    def enable(self, on: bool) -> Any:
        return self._result(self._enable.call_async(SetBool.Request(data=on)))

    def _result(self, future: Any) -> Any:
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        assert done.wait(PATIENCE_S)
        return future.result()

    def close(self) -> None:
        self.port.shutdown()
        self.spun.close()


CONFIGURE, CLEANUP = Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_CLEANUP
ACTIVATE, DEACTIVATE = Transition.TRANSITION_ACTIVATE, Transition.TRANSITION_DEACTIVATE


@pytest.fixture
def make(bundle):
    """Makes a node with these parameters, and a user of it."""
    made: list[Any] = []

    def start(**given):
        words = {
            "model": str(bundle),
            "backends": "onnx-cpu",
            "budget_ms": 5000.0,
            "camera.front.topic": "/camera/image",
            "camera.front.transport": "raw",
            **given,
        }
        spun = Spun()
        made.append(spun)
        node = spun.add(
            VlmDrivingNode,
            parameter_overrides=[Parameter(name, value=value) for name, value in words.items()],
        )
        user = User()
        made.insert(0, user)
        return node, user

    yield start
    for one in made:
        if isinstance(one, Spun):
            for node in one.nodes:
                node.end()
        one.close()


def entities(node):
    return tuple(
        len(list(kind))
        for kind in (node.subscriptions, node.publishers, node.timers, node.waitables)
    )


def test_a_life_with_frames_in_it_and_nothing_is_left_behind(make):
    node, user = make()
    before = entities(node)
    reports: queue.Queue[Any] = queue.Queue()
    user.port.subscribe("/vlm_driving/front/report", Kind.TEXT, reports.put)
    camera = user.port.publisher("/camera/image", Kind.IMAGE, SENSOR)
    pixels = bytes(64 * 32 * 3)
    for cycle in range(2):
        assert user.state == "unconfigured"
        assert user.change(CONFIGURE) and user.state == "inactive"
        assert user.change(ACTIVATE) and user.state == "active"
        wait_for(lambda: camera.subscriber_count() == 1)
        image = ImageMessage(
            Header(time.time_ns(), f"c{cycle}"), 32, 64, "bgr8", False, 192, pixels
        )

        def answered(image=image):
            camera.publish(image)
            return not reports.empty()

        wait_for(answered)
        assert user.change(DEACTIVATE) and user.state == "inactive"
        wait_for(lambda: camera.subscriber_count() == 0)
        while not reports.empty():
            assert '"schema":"vlm_driving/report/1"' in reports.get().data
        assert user.change(CLEANUP)
        wait_for(lambda: entities(node) == before)


def test_a_configure_that_fails_says_why_and_can_be_tried_again(make, capfd, bundle):
    node, user = make(model="/no/such/model")
    assert user.change(CONFIGURE) is False
    assert user.state == "unconfigured"
    passed = [user.passed.get(timeout=PATIENCE_S) for _ in range(3)]
    assert passed == ["configuring", "errorprocessing", "unconfigured"]
    (line,) = (x for x in capfd.readouterr().err.splitlines() if "cannot configure" in x)
    assert "[ERROR]" in line and "/no/such/model" in line
    (result,) = node.set_parameters([Parameter("model", value=str(bundle))])
    assert result.successful
    assert user.change(CONFIGURE) and user.state == "inactive"


def test_parameters_that_are_wrong_fail_configure_with_their_sentence(make, capfd):
    _, user = make(budget_ms=5.0)
    capfd.readouterr()
    assert user.change(CONFIGURE) is False
    assert user.state == "unconfigured"
    assert (
        "cannot configure: budget_ms is 5.0, but takes a number from 10" in capfd.readouterr().err
    )


def test_a_fault_of_ours_in_a_transition_is_told_and_ends_unconfigured(make, capfd, monkeypatch):
    node, user = make()
    assert user.change(CONFIGURE)

    def broken() -> None:
        raise RuntimeError("wheel fell off")

    monkeypatch.setattr(node.vlm, "activate", broken)
    assert user.change(ACTIVATE) is False
    assert user.state == "unconfigured" and node.vlm.state is NodeState.UNCONFIGURED
    assert "cannot activate: RuntimeError: wheel fell off" in capfd.readouterr().err


def test_a_transition_that_the_state_does_not_have_is_refused_and_the_node_lives(make, capfd):
    _, user = make()
    assert user.change(ACTIVATE) is False
    assert user.state == "unconfigured"
    assert "A request was refused" in capfd.readouterr().err


def test_while_it_configures_it_says_so_and_what_comes_waits_its_turn(make, monkeypatch):
    node, user = make()
    begun, go_on = threading.Event(), threading.Event()
    configure = node.vlm.configure

    def slow(settings) -> None:
        begun.set()
        assert go_on.wait(PATIENCE_S)
        configure(settings)

    monkeypatch.setattr(node.vlm, "configure", slow)
    configuring, activating = user.change(CONFIGURE, wait=False), user.change(ACTIVATE, wait=False)
    assert begun.wait(PATIENCE_S)
    assert user.state == "configuring"
    (refused,) = node.set_parameters([Parameter("budget_ms", value=100.0)])
    assert "in a transition" in refused.reason
    go_on.set()
    wait_for(lambda: configuring.done() and activating.done())
    assert user.state == "active"


def test_configured_live_parameters_change_and_the_others_ask_for_a_reconfigure(make):
    node, user = make()
    assert user.change(CONFIGURE)
    (live,) = node.set_parameters([Parameter("budget_ms", value=300)])
    assert live.successful and node.vlm.settings.budget_ms == 300.0
    for name, value in (
        ("threads", 2),
        ("cameras", ["left"]),
        ("qos_overrides./camera/image.subscription.depth", 2),
    ):
        (result,) = node.set_parameters([Parameter(name, value=value)])
        assert not result.successful and "then configure it again" in result.reason
    assert user.change(CLEANUP)
    (result,) = node.set_parameters([Parameter("threads", value=2)])
    assert result.successful
    assert user.change(CONFIGURE) and node.vlm.settings.threads == 2


def test_enable_is_answered_every_time(make):
    _, user = make()
    for number in range(100):
        response = user.enable(number % 2 == 0)
        assert response.success and "unconfigured" in response.message


def test_autostart_makes_the_real_transitions(make):
    node, user = make(autostart=True)
    node.begin()
    passed = [user.passed.get(timeout=PATIENCE_S) for _ in range(4)]
    assert passed == ["configuring", "inactive", "activating", "active"]
    assert user.state == "active"


def test_shut_down_it_is_finalized_and_answers_still(make):
    node, user = make()
    assert user.change(CONFIGURE)
    assert user.change(Transition.TRANSITION_INACTIVE_SHUTDOWN)
    assert user.state == "finalized" and node.vlm.state is NodeState.FINALIZED
    assert user.change(CONFIGURE) is False
