"""Parameters on a real rclpy node: declared, refused with a sentence, changed live."""

from __future__ import annotations

import threading

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("rclpy", reason="needs rclpy: source a ROS 2 workspace")

from rclpy.parameter import Parameter
from support.spun import LOOPBACK, Spun

from vlm_driving.core import UserError
from vlm_driving.ros.parameters import parameters_of
from vlm_driving.ros.rclpy_node import VlmDrivingNode


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch):
    monkeypatch.setenv("CYCLONEDDS_URI", LOOPBACK)


@pytest.fixture
def make(capfd):
    """Makes a node with these parameters, as on the command line."""
    made: list[Spun] = []

    def start(**parameters):
        words = [word for name, text in parameters.items() for word in ("-p", f"{name}:={text}")]
        made.append(Spun("--ros-args", *words))
        return made[-1].add(VlmDrivingNode)

    yield start
    for spun in made:
        for node in spun.nodes:
            node.end()
        spun.close()


def lines(capfd, text):
    return [line for line in capfd.readouterr().err.splitlines() if text in line]


def put(node, **values):
    """One request, as from the parameter service."""
    return node.set_parameters_atomically(
        [Parameter(name.replace("__", "."), value=value) for name, value in values.items()]
    )


def test_every_row_of_the_table_is_declared_with_its_text_type_and_limits(make):
    node = make(cameras="[front, left]")
    for row in parameters_of(("front", "left")):
        found = node.describe_parameter(row.name)
        assert row.en in found.description and not found.read_only
        if row.name != "cameras":
            value = node.get_parameter(row.name).value
            assert value == row.default and isinstance(value, type(row.default))
    budget = node.describe_parameter("budget_ms")
    assert (budget.floating_point_range[0].from_value, budget.type) == (10.0, 3)
    assert node.describe_parameter("frozen_after_frames").integer_range[0].to_value == 1000
    assert node.get_parameter("camera.left.topic").value == "~/left/image"


def test_what_is_given_counts_and_a_whole_number_is_taken_for_a_double(make):
    node = make(
        budget_ms=150,
        cameras="[left]",
        **{
            "camera.left.topic": "/cam",
            "qos_overrides./cam.subscription.depth": 3,
            "qos_overrides./cam.subscription.reliability": "reliable",
        },
    )
    settings = node._vlm_parameters.settings()
    assert settings.budget_ms == 150.0 == node.get_parameter("budget_ms").value
    assert [(one.name, one.topic) for one in settings.cameras] == [("left", "/cam")]
    override = settings.qos("/cam")
    assert (override.depth, override.reliability, override.durability) == (3, "reliable", None)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("budget_ms", "5", "budget_ms is 5, but takes a number from 10 to 60000 ms"),
        ("budget_ms", "'fast'", "budget_ms is 'fast', but takes a number"),
        ("budgt_ms", "200", "Unknown parameter budgt_ms: did you mean budget_ms?"),
        ("camera.frnt.topic", "/x", "camera.frnt.* is set, but cameras is [front]"),
        ("cameras", "[a b]", "cameras is ['a b'], but takes a list of one or more different names"),
    ],
)
def test_what_cannot_be_taken_is_told_in_one_line_and_the_node_lives(
    make, capfd, name, text, sentence
):
    node = make(**{name: text})
    with pytest.raises(UserError) as refused:
        node._vlm_parameters.settings()
    assert str(refused.value).startswith(sentence)
    (line,) = lines(capfd, sentence)
    assert "[ERROR]" in line and "cannot be configured as it is" in line
    assert node.get_parameter("budget_ms").value == 200.0


def test_a_wrong_one_that_is_set_right_is_forgotten(make):
    node = make(budget_ms=5)
    assert put(node, budget_ms=300).successful
    assert (
        node._vlm_parameters.settings().budget_ms == 300.0 == node.get_parameter("budget_ms").value
    )
    assert node.describe_parameter("budget_ms").type == 3


def test_what_is_refused_is_told_to_the_asker_and_to_the_log_and_changes_nothing(make, capfd):
    node = make()
    for values, reason in (
        ({"budget_ms": 5}, "budget_ms is 5, but takes a number from 10 to 60000 ms"),
        ({"budget_ms": "x"}, "budget_ms is 'x', but takes a number from 10"),
        ({"hold_ms": 1, "budgt_ms": 2}, "Unknown parameter budgt_ms: did you mean budget_ms?"),
    ):
        result = put(node, **values)
        assert not result.successful and result.reason.startswith(reason)
        assert len(lines(capfd, reason)) == 1
    result = node.set_parameters_atomically([Parameter("budget_ms")])
    assert not result.successful and "cannot be undeclared" in result.reason
    assert node.get_parameter("budget_ms").value == 200.0
    assert node.get_parameter("hold_ms").value == 1000.0


def test_unconfigured_everything_may_change_cameras_and_overrides_included(make):
    node = make()
    assert put(node, cameras=["left", "right"]).successful
    assert put(node, camera__left__topic="/cam").successful
    assert put(node, **{"qos_overrides./cam.subscription.depth": 4}).successful
    # Two that go together, one after the other: only the whole has to be right.
    assert put(node, diagnostics__miss_warn=0.9).successful
    with pytest.raises(UserError, match="miss_warn is 0.9, but may not be above"):
        node._vlm_parameters.settings()
    assert put(node, diagnostics__miss_error=0.95).successful
    settings = node._vlm_parameters.settings()
    assert [one.topic for one in settings.cameras] == ["/cam", "~/right/image"]
    assert settings.qos("/cam").depth == 4
    assert node.get_parameter("camera.right.role").value == "auto"


def test_while_the_node_is_in_a_transition_nothing_is_set(make):
    node = make()
    begun, go_on = threading.Event(), threading.Event()

    def transition() -> None:
        begun.set()
        assert go_on.wait(20.0)

    node._vlm_turns.do(transition)
    assert begun.wait(20.0)
    result = put(node, budget_ms=100)
    go_on.set()
    assert not result.successful and "in a transition" in result.reason


def test_use_sim_time_is_followed_live_and_described(make):
    node = make(use_sim_time="true")
    assert node.get_clock().ros_time_is_active
    assert "/clock" in node.describe_parameter("use_sim_time").description
    assert put(node, use_sim_time=False).successful
    assert not node.get_clock().ros_time_is_active
