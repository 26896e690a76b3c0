from __future__ import annotations

import pytest

from vlm_driving.core import UserError
from vlm_driving.ros.dds.names import (
    check_node,
    resolve,
    topic_from_wire,
    topic_on_wire,
    type_from_wire,
    type_on_wire,
)


@pytest.mark.parametrize(
    ("topic", "namespace", "full"),
    [
        ("/camera/image", "/car", "/camera/image"),
        ("camera/image", "/car", "/car/camera/image"),
        ("camera", "/", "/camera"),
        ("~/front/report", "/", "/vlm/front/report"),
        ("~/front/report", "car", "/car/vlm/front/report"),
    ],
)
def test_a_topic_has_one_full_name(topic, namespace, full):
    assert resolve(topic, "vlm", namespace) == full


def test_a_double_slash_is_named():
    with pytest.raises(UserError, match="double slash"):
        resolve("/camera//image", "vlm")


@pytest.mark.parametrize("topic", ["", "/", "/a/", "/a b", "/1st", "/カメラ", "~x"])
def test_what_is_no_name_is_refused(topic):
    with pytest.raises(UserError, match="no ROS name"):
        resolve(topic, "vlm")


def test_names_on_the_wire_are_those_of_ros():
    assert topic_on_wire("/a/b") == "rt/a/b"
    assert type_on_wire("std_msgs/msg/String") == "std_msgs::msg::dds_::String_"


def test_names_come_back_from_the_wire():
    assert topic_from_wire("rt/a/b") == "/a/b"
    assert topic_from_wire("rq/aRequest") is None
    assert type_from_wire("sensor_msgs::msg::dds_::Image_") == "sensor_msgs/msg/Image"
    assert type_from_wire("Other") == "Other"


@pytest.mark.parametrize("node", ["", "a b", "/x", "a/b", "9a", "日本"])
def test_a_name_that_no_node_may_have_is_named_as_the_node_s(node):
    with pytest.raises(UserError, match=f"node's name {node!r}"):
        check_node(node, "/")


@pytest.mark.parametrize("namespace", ["/a b", "a//b", "/1"])
def test_a_namespace_that_is_none_is_named_as_such(namespace):
    with pytest.raises(UserError, match="namespace"):
        check_node("node", namespace)


@pytest.mark.parametrize("namespace", ["", "/", "a", "/a/b/"])
def test_a_namespace_may_be_written_with_or_without_its_slashes(namespace):
    check_node("node", namespace)
