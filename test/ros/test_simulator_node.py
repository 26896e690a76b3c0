"""The simulator as a node, on real DDS, heard by another."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("cyclonedds", reason="needs cyclonedds: pip install 'vlm_driving[dds]'")

from rosbags.highlevel import AnyReader
from rosbags.typesys import Stores, get_typestore
from support.simulator_nodes import (
    PATIENCE_S,
    Listener,
    Running,
    all_of,
    offline,
    scenario,
    wait_for,
)

from vlm_driving.core import Advice, PathAdvice, SpeedAdvice, UserError
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.parameters import preset
from vlm_driving.ros.port import LATCHED, Qos
from vlm_driving.ros.simulator import driver as driver_module
from vlm_driving.simulator.scenario import (
    KEEP,
    ScenarioWorld,
    TruthDriver,
    drive,
    load_scenario,
    loop,
)
from vlm_driving.simulator_recording import START_NS, TRUTH_TOPIC, write_scenario

DOMAIN = 50 + os.getpid() % 5
DEEP = Qos(depth=2000)
CERTAIN = Qos(reliable=True, depth=1000)
IMAGES = "/simulator/front/image_raw"
TRUTHS = "/simulator/ground_truth"
FRAME_NS, TICK_NS = 100_000_000, 5_000_000
STOP = Advice(SpeedAdvice.STOP, PathAdvice.KEEP, 0.9)
LOCKSTEP = {"advice_wait_ms": 20_000.0}


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch):
    monkeypatch.setenv("ROS_LOCALHOST_ONLY", "1")
    monkeypatch.delenv("CYCLONEDDS_URI", raising=False)


@pytest.fixture
def listener():
    made = Listener(DOMAIN)
    yield made
    made.port.shutdown()


@pytest.fixture
def start():
    started: list[Running] = []

    def make(path, heard=(), **parameters):
        started.append(Running(DOMAIN, path, heard, **parameters))
        return started[-1]

    yield make
    for one in started:
        one.end()


class Silent:
    """Who never says anything."""

    name = "silent"

    def advise(self, t_s: float, sight: Any) -> None:
        return None

    def figures(self) -> dict[str, Any]:
        return {}


def what_counts(score: dict[str, Any]) -> dict[str, Any]:
    """A score without what says whose it is."""
    return {k: v for k, v in score.items() if k not in ("schema", "scenario", "seed", "driver")}


def test_pictures_and_speed_are_those_of_the_drive_by_the_ground_truth(tmp_path, listener, start):
    path = scenario(tmp_path)
    speeds = listener.hear("/simulator/twist", Kind.TWIST, CERTAIN)
    jpegs = listener.hear(IMAGES + "/compressed", Kind.COMPRESSED_IMAGE, DEEP)
    pictures = listener.hear(IMAGES, Kind.IMAGE, DEEP)
    heard = ("/simulator/twist", IMAGES + "/compressed", IMAGES)
    start(path, heard, closed_loop=False).join()
    world = ScenarioWorld(load_scenario(path), 1)
    moments = list(drive(world, TruthDriver(), size=(160, 90)))
    stamps = [START_NS + i * FRAME_NS for i in range(14)]
    for stamp_ns, moment, image in zip(stamps, moments, all_of(pictures, 14), strict=True):
        assert (image.header.stamp_ns, image.header.frame_id) == (stamp_ns, "front_camera")
        assert (image.width, image.height, image.encoding, image.step) == (160, 90, "bgr8", 480)
        assert bytes(image.data) == moment.sight.rendering.image.tobytes()
    for stamp_ns, moment, speed in zip(stamps, moments, all_of(speeds, 14), strict=True):
        assert speed.stamp_ns == stamp_ns
        assert speed.speed_kmh == pytest.approx(moment.ego.speed_kmh)
    assert moments[-1].ego.speed_kmh < moments[0].ego.speed_kmh  # it has seen the signal
    for stamp_ns, moment, jpeg in zip(stamps, moments, all_of(jpegs, 14), strict=True):
        assert (jpeg.header.stamp_ns, jpeg.format) == (stamp_ns, "bgr8; jpeg compressed bgr8")
        decoded: Any = cv2.imdecode(np.frombuffer(jpeg.data, np.uint8), cv2.IMREAD_COLOR)
        difference = decoded.astype(int) - moment.sight.rendering.image
        assert decoded.shape == (90, 160, 3) and np.abs(difference).mean() < 12


def test_it_publishes_what_its_preset_says(tmp_path, listener, start):
    node = start(scenario(tmp_path), closed_loop=False)  # waits for who watches
    known = preset("builtin_simulator")
    (stream,) = known.source.streams
    speed = known.settings.speed
    wait_for(lambda: listener.port.publishers("/simulator/score"))
    (image,) = listener.port.publishers(stream.topic)
    assert (image.type_name, image.qos.reliable) == (stream.type, stream.reliability == "reliable")
    (twist,) = listener.port.publishers(speed.topic)
    assert twist.type_name.endswith(f"/{speed.type}")
    (clock,) = listener.port.publishers("/clock")
    assert (clock.type_name, clock.qos.reliable) == ("rosgraph_msgs/msg/Clock", False)
    pictures = listener.hear(stream.topic, Kind.IMAGE, DEEP)
    node.join()
    first, second = all_of(pictures, 2)
    assert first.encoding == stream.encoding
    assert 1e9 / (second.header.stamp_ns - first.header.stamp_ns) == stream.rate_hz
    assert known.source.clock_hz == 1e9 / TICK_NS


def test_the_clock_has_every_tick_and_no_stamp_is_ahead_of_it(tmp_path, listener, start):
    ticks = listener.hear("/clock", Kind.CLOCK, DEEP)
    listener.hear(IMAGES, Kind.IMAGE)
    node = start(scenario(tmp_path), ("/clock", IMAGES), closed_loop=False)
    node.join()
    now_ns, images, times = 0, 0, []
    for topic, message in node.written.messages:
        if topic == "/clock":
            now_ns = message.now_ns
            times.append(now_ns)
        elif topic == IMAGES:
            images += 1
            assert message.header.stamp_ns == now_ns  # at its time: neither ahead nor old
        elif topic == "/simulator/twist":
            assert message.stamp_ns == now_ns
    assert images == 14
    after = sorted(set(times))  # the first one comes again while it waits
    assert times[-len(after) :] == after == [START_NS + i * TICK_NS for i in range(len(after))]
    assert len(after) > 13 * 20
    heard = [ticks.get().now_ns for _ in range(ticks.qsize())]
    assert heard == sorted(heard) and set(heard) <= set(after)
    assert len(set(heard)) > 200


def test_the_ground_truth_is_that_of_the_bags(tmp_path, listener, start):
    path = scenario(tmp_path)
    write_scenario(tmp_path / "bag", ScenarioWorld(load_scenario(path), 3), 10.0)
    with AnyReader(
        [tmp_path / "bag"], default_typestore=get_typestore(Stores.ROS2_HUMBLE)
    ) as reader:
        connections = [one for one in reader.connections if one.topic == TRUTH_TOPIC]
        recorded: list[Any] = [
            reader.deserialize(raw, one.msgtype) for one, _, raw in reader.messages(connections)
        ]
    truths = listener.hear(TRUTHS, Kind.TEXT, CERTAIN)
    size = {"width": 640, "height": 360}
    start(path, (TRUTHS,), closed_loop=False, seed=3, start_wait_s=0.0, **size).join()
    assert [one.data for one in all_of(truths, 14)] == [one.data for one in recorded]


@pytest.mark.parametrize("advice", [STOP, KEEP.advice], ids=["stop", "keep"])
def test_advice_leads_the_ego_as_it_does_offline(tmp_path, listener, start, advice):
    path = scenario(tmp_path, seconds=4)
    node = start(path, **LOCKSTEP)
    listener.advise(advice)
    (score,) = node.join()
    assert (score["driver"], score["scenario"], score["seed"]) == ("advice", "short", 1)
    assert what_counts(score) == offline(path, loop.Constant("same", advice))
    assert score["without_advice"] == 0
    assert (score["red_lights"], score["progress_m"] > 30) == ((0, False), (1, True))[
        advice is KEEP.advice
    ]


def test_without_advice_the_ego_slows_down_as_it_does_offline(tmp_path, start):
    path = scenario(tmp_path)
    node = start(path, start_wait_s=0.0)
    (score,) = node.join()
    assert what_counts(score) == offline(path, Silent())
    assert score["without_advice"] == 14


def test_empty_results_are_no_advice(tmp_path, listener, start):
    path = scenario(tmp_path)
    node = start(path, **LOCKSTEP)
    listener.advise(None)
    (score,) = node.join()
    assert what_counts(score) == offline(path, Silent())


def test_in_real_time_advice_reaches_the_ego_too(tmp_path, listener, start):
    path = scenario(tmp_path, seconds=2)
    node = start(path, rate=1.0, advice_topic="/other/advice", advice_valid_ms=1000.0)
    listener.advise(STOP, "/other/advice")
    began_s = time.monotonic()
    (score,) = node.join()
    assert time.monotonic() - began_s > 1.8
    assert score["without_advice"] < 10
    assert score["progress_m"] < offline(path, Silent())["progress_m"] - 0.5


def test_pictures_that_take_too_long_slow_time_down_and_none_is_left_out(
    tmp_path, listener, start, monkeypatch
):
    real: Any = vars(loop)["render"]

    def slow(*args: Any) -> Any:
        time.sleep(0.13)
        return real(*args)

    monkeypatch.setattr(loop, "render", slow)
    monkeypatch.setattr(driver_module, "PACE_FRAMES", 4)
    listener.hear(IMAGES, Kind.IMAGE)
    node = start(scenario(tmp_path, seconds=1), closed_loop=False, rate=1.0)
    node.join()
    written = node.written.messages
    stamps = [m.header.stamp_ns for topic, m in written if topic == IMAGES]
    assert stamps == [START_NS + i * FRAME_NS for i in range(10)]
    times = [m.now_ns for topic, m in written if topic == "/clock"]
    assert set(np.diff(times).tolist()) <= {0, TICK_NS}
    assert any("give smaller width and height" in line for line in node.lines)


def test_in_a_loop_time_goes_on_and_the_last_score_is_kept(tmp_path, listener, start):
    pictures = listener.hear(IMAGES, Kind.IMAGE, DEEP)
    node = start(scenario(tmp_path), closed_loop=False, loop=True)
    images = all_of(pictures, 30)
    assert [one.header.stamp_ns for one in images] == [START_NS + i * FRAME_NS for i in range(30)]
    assert bytes(images[0].data) == bytes(images[14].data) == bytes(images[28].data)
    wait_for(lambda: len(node.scores) >= 2)
    late = listener.hear("/simulator/score", Kind.TEXT, LATCHED)
    score = json.loads(late.get(timeout=PATIENCE_S).data)
    assert score == node.scores[0]
    assert score["schema"] == "vlm_driving/simulator_score/1"
    said = [line for line in node.lines if "0 collisions, 0 red lights run of 1" in line]
    assert len(said) >= 2


def test_random_drives_differ_and_come_again_for_the_same_seed(start):
    def first_pictures():
        node = start("random", closed_loop=False, start_wait_s=0.0)
        wait_for(lambda: any(topic == IMAGES for topic, _ in node.written.messages))
        node.end()
        (drives,) = [line for line in node.lines if "Drives " in line]
        image = next(m for topic, m in node.written.messages if topic == IMAGES)
        return drives.split("Drives ")[1], bytes(image.data)

    assert first_pictures() == first_pictures()


def test_the_start_waits_for_who_watches_and_advises_while_time_stands(tmp_path, listener, start):
    times = listener.hear("/clock", Kind.CLOCK, DEEP)
    node = start(scenario(tmp_path), **LOCKSTEP)
    assert {one.now_ns for one in all_of(times, 3)} == {START_NS}
    assert not any(topic == IMAGES for topic, _ in node.written.messages)
    (waits,) = node.lines
    assert f"subscriber of {IMAGES} and a publisher of /vlm_driving/advice" in waits
    listener.advise(STOP)
    (score,) = node.join()
    assert score["frames"] == 14


def test_a_scenario_that_is_not_there_is_one_sentence(start):
    with pytest.raises(UserError, match="no scenario 'signls' ships.*did you mean signals"):
        start("signls")
    with pytest.raises(UserError, match=r"/no/such\.yaml"):
        start("/no/such.yaml")


def test_a_stop_ends_it_in_the_middle_and_leaves_no_score(tmp_path: Path, listener, start):
    pictures = listener.hear(IMAGES, Kind.IMAGE, DEEP)
    node = start(scenario(tmp_path, seconds=60), closed_loop=False, rate=1.0)
    pictures.get(timeout=PATIENCE_S)
    node.end()
    assert node.scores == []
    assert "Ended early: short, seed 1" in node.lines[-1]
