from __future__ import annotations

import pytest

from vlm_driving.core import UserError
from vlm_driving.ros.dds.names import (
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
