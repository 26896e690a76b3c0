"""What the cameras of a measurement send, and when."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from vlm_driving.core import UserError
from vlm_driving.ros.loading import loader
from vlm_driving.ros.measuring.pictures import made, stamped, sure_pictures
from vlm_driving.ros.measuring.plan import NodePlan, ros_value, topic
from vlm_driving.ros.measuring.records import Sent
from vlm_driving.ros.measuring.sender import Schedule, arguments, read_arguments, send
from vlm_driving.ros.messages import CompressedImageMessage, Header, ImageMessage, Kind


def picture(number: int) -> ImageMessage:
    return ImageMessage(Header(), 1, 1, "bgr8", False, 3, bytes([number] * 3))


def test_cameras_take_turns_evenly_apart():
    schedule = Schedule(3, 10.0, 50.0)
    found = [schedule.next(50.0) for _ in range(6)]
    assert [camera for camera, _ in found] == [0, 1, 2, 0, 1, 2]
    assert [due - 50.0 for _, due in found] == pytest.approx([n / 30 for n in range(6)])


def test_frames_that_are_overdue_are_left_out_and_none_comes_in_a_burst():
    schedule = Schedule(2, 10.0, 0.0)
    assert schedule.next(0.0) == (0, 0.0)
    camera, due_s = schedule.next(1.02)
    assert 1.02 - due_s <= 0.1
    assert camera == round(due_s / 0.05) % 2


def test_every_frame_is_stamped_now_told_of_and_another_picture_than_the_last():
    pictures = tuple(picture(n) for n in range(5))
    shown: dict[str, list[ImageMessage]] = {"front": [], "left": []}
    told: list[Sent] = []
    stop = threading.Event()

    def publish(camera, message):
        shown[camera].append(message)
        if sum(map(len, shown.values())) == 8:
            stop.set()
        return camera == "front"

    before = time.time_ns()
    send(NodePlan(1, cameras=2, rate_hz=50.0), pictures, publish, stop, told.append)
    assert [one.camera for one in told] == ["front", "left"] * 4
    assert {one.accepted for one in told if one.camera == "left"} == {False}
    for camera, messages in shown.items():
        stamps = [message.header.stamp_ns for message in messages]
        assert stamps == [one.stamp_ns for one in told if one.camera == camera]
        assert before <= stamps[0] and stamps == sorted(set(stamps))
        pairs = zip(messages, messages[1:], strict=False)
        assert all(a.data != b.data for a, b in pairs)


@pytest.mark.parametrize(
    ("kind", "type_of"),
    [(Kind.IMAGE, ImageMessage), (Kind.COMPRESSED_IMAGE, CompressedImageMessage)],
)
def test_a_picture_is_what_the_node_makes_of_its_message(kind, type_of):
    ramp = np.arange(64, dtype=np.uint8)
    image = np.dstack([np.tile(ramp, (48, 1))] * 3)
    message = stamped(made(image, kind), Header(7, "front"))
    assert isinstance(message, type_of) and message.header == Header(7, "front")
    seen = loader(message, None)()
    assert seen.shape == image.shape
    assert np.abs(seen.astype(int) - image).max() <= (0 if kind is Kind.IMAGE else 4)


def test_only_pictures_that_the_model_is_sure_of_are_sent():
    asked: list[bytes] = []

    def every_other(message):
        asked.append(bytes(message.data))
        return len(asked) % 2 == 0

    found = sure_pictures(Kind.IMAGE, every_other, 2)
    assert [bytes(one.data) for one in found] == [asked[1], asked[3]]
    assert isinstance(found[0], ImageMessage)
    assert (found[0].width, found[0].height, found[0].step) == (1280, 720, 3840)


def test_a_model_that_is_sure_of_nothing_is_a_clear_error():
    with pytest.raises(UserError, match="sure of 0 of 20 simulated scenes, and 1 are wanted"):
        sure_pictures(Kind.IMAGE, lambda message: False, 1)


def test_the_plan_reaches_the_sender_and_the_node():
    plan = NodePlan(60, cameras=5, transport="compressed", rate_hz=5.0, reliable=True, threads=2)
    told = read_arguments(arguments(plan))
    assert (told.cameras, told.kind, told.rate_hz, told.qos) == (5, plan.kind, 5.0, plan.qos)
    settings = plan.settings
    assert [one.name for one in settings.cameras] == ["front", "left", "right", "rear", "front_2"]
    assert settings.cameras[1].topic == topic("left")
    assert settings.threads == 2
    assert ros_value(plan.parameters["cameras"]) == "[front, left, right, rear, front_2]"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seconds": 0.5}, "--node is from 1 to 86400, got 0.5"),
        ({"cameras": 0}, "--node-cameras is from 1 to 8, got 0"),
        ({"rate_hz": 0.1}, "--node-rate is from 1 to 60, got 0.1"),
        ({"cycles": -1}, "--node-cycles is from 0 to 1000, got -1"),
        ({"seconds": float("nan")}, "--node is from 1"),
    ],
)
def test_a_plan_out_of_range_is_refused(given, said):
    with pytest.raises(UserError, match=said):
        NodePlan(**{"seconds": 10, **given})
