"""The node says of a bag's frames what the offline harness says: the whole node, on bare DDS.

The same under ROS, with `ros2 bag play` and `record`: test_replay_under_ros.py.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("cyclonedds", reason="needs cyclonedds: pip install 'vlm_driving[dds]'")

from support.replayed import (
    COMPRESSED,
    RAW,
    SPEED,
    Listener,
    Player,
    drive,
    offline,
    raw_drive,
    wait_until,
)

from vlm_driving.replay.compare_outputs import main as compare
from vlm_driving.ros.dds.log import DdsLog
from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.messages import CompressedImageMessage, Message
from vlm_driving.ros.node import VlmNode
from vlm_driving.ros.parameters import read

FRAMES = 8
DOMAIN = 100 + os.getpid() % 100  # apart from another test run on this machine
TRANSPORTS = {COMPRESSED: "compressed", RAW: "raw"}


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch):
    monkeypatch.setenv("ROS_LOCALHOST_ONLY", "1")
    monkeypatch.delenv("CYCLONEDDS_URI", raising=False)


@pytest.fixture(scope="module")
def jpegs(tmp_path_factory) -> Path:
    return drive(tmp_path_factory.mktemp("bags") / "jpegs", FRAMES)


def answered(
    bag: Path,
    camera: str,
    out: Path,
    changed: Callable[[int, Message], Message] = lambda number, message: message,
) -> Path:
    """A bag of what a node says that is played `bag`."""
    here = DdsPort("player", domain=DOMAIN, log=DdsLog("player", lambda line: None))
    port = DdsPort(
        "vlm_driving",
        domain=DOMAIN,
        use_sim_time=True,
        log=DdsLog("vlm_driving", lambda line: None),
    )
    node = VlmNode(port)
    try:
        listener, player = Listener(here), Player(here, camera)
        node.configure(
            read(
                {
                    "camera.front.topic": camera,
                    "camera.front.transport": TRANSPORTS[camera],
                    "speed.topic": SPEED,
                    "speed.type": "TwistStamped",
                    "speed.valid_ms": 60000.0,
                    "use_sim_time": True,
                    # A slow machine must not cut what is compared.
                    "budget_ms": 20000.0,
                    "backends": "onnx-cpu",
                }
            )
        )
        node.activate()
        wait_until(player.matched, "matched")
        assert (active := node._active) is not None

        def taken(now_ns: int, kmh: float | None) -> bool:
            at_hand = active.speed.kmh()
            return port.clock.now_ns() == now_ns and (
                at_hand == kmh or (None not in (at_hand, kmh) and at_hand == pytest.approx(kmh))
            )

        assert player.play(bag, listener, taken, changed) == FRAMES
        return listener.write(out)
    finally:
        node.shutdown()
        port.shutdown()
        here.shutdown()


@pytest.fixture(scope="module")
def said(jpegs, tmp_path_factory) -> Path:
    return offline(jpegs, tmp_path_factory.mktemp("offline") / "said")


def test_played_a_bag_the_node_says_the_same_as_the_offline_harness(jpegs, said, tmp_path, capsys):
    node = answered(jpegs, COMPRESSED, tmp_path / "node")
    assert compare([str(said), str(node)]) == 0
    figures_are_full(capsys.readouterr())


def test_raw_images_with_padded_rows_are_answered_the_same(jpegs, tmp_path, capsys):
    bag = raw_drive(tmp_path / "raw", jpegs)
    said = offline(bag, tmp_path / "said")
    node = answered(bag, RAW, tmp_path / "node")
    capsys.readouterr()
    assert compare([str(said), str(node)]) == 0
    figures_are_full(capsys.readouterr())


def figures_are_full(printed) -> None:
    assert not printed.err
    found = json.loads(printed.out)
    assert (found["compared"], found["truncated"]) == (FRAMES, 0)
    assert found["vehicle_compared"] > FRAMES // 2


def test_another_picture_in_a_frames_place_is_told(jpegs, said, tmp_path, capsys):
    first: list[CompressedImageMessage] = []

    def the_first(number: int, message: Message) -> Message:
        assert isinstance(message, CompressedImageMessage)
        first.append(message)
        return replace(message, data=first[0].data)

    node = answered(jpegs, COMPRESSED, tmp_path / "node", the_first)
    assert compare([str(said), str(node)]) == 1
    assert " advice: offline Advice(" in capsys.readouterr().err
