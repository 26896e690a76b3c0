"""The shipped bundle speaks through the emulator, and says what it says on the CPU."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vlm_driving.backends.fpga import DeviceFault, open_fpga_sim
from vlm_driving.backends.fpga.driver import TimeOuts
from vlm_driving.backends.fpga.faults import Faults
from vlm_driving.backends.fpga.image import DeviceImage
from vlm_driving.backends.fpga.pack import pack
from vlm_driving.backends.fpga.reference import Network
from vlm_driving.backends.fpga.runner import FpgaRunner
from vlm_driving.backends.onnx import OnnxRunner, open_runner
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.events import AdviceDecoded, Done, Finish, Sentence
from vlm_driving.runtime.preprocess import preprocess
from vlm_driving.simulator import render, sample_scene

SCENES = 6


@pytest.fixture(scope="module")
def bundle(repository) -> ModelBundle:
    return ModelBundle.load(repository / "models" / "driving-ja")


@pytest.fixture(scope="module")
def image(bundle) -> DeviceImage:
    return pack(bundle)


@pytest.fixture(scope="module")
def sim(bundle, image):
    with open_fpga_sim(bundle, image=image) as runner:
        yield runner


@pytest.fixture(scope="module")
def cpu(bundle) -> OnnxRunner:
    return open_runner(bundle, threads=1)


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    return [render(sample_scene(77, index)).image for index in range(SCENES)]


def say(engine: Engine, picture: np.ndarray) -> tuple[AdviceDecoded, str, Done]:
    events = list(engine.answer(picture, 40.0))
    advice = next(event for event in events if isinstance(event, AdviceDecoded))
    text = "".join(event.text for event in events if isinstance(event, Sentence))
    assert isinstance(events[-1], Done)
    return advice, text, events[-1]


def test_it_never_calls_itself_the_accelerator(sim):
    assert sim.name == "fpga-sim"


def test_it_gives_the_engine_whole_answers_and_the_cpus_advice(bundle, sim, cpu, pictures):
    ours, theirs = Engine(bundle, sim), Engine(bundle, cpu)
    same = 0
    for picture in pictures:
        (mine, text, done), (other, _, _) = say(ours, picture), say(theirs, picture)
        same += (mine.advice.speed, mine.advice.path) == (other.advice.speed, other.advice.path)
        assert text
        assert done.finish is Finish.COMPLETE
        assert mine.legal_mass == pytest.approx(other.legal_mass, abs=0.2)
    assert same >= SCENES - 1  # a close call may fall the other way


def test_its_logits_stay_near_the_cpus(bundle, sim, cpu, pictures):
    for picture in pictures[:2]:
        pixels = preprocess(picture, bundle.preprocess)
        features = cpu.encode(pixels).copy()
        error = np.linalg.norm(sim.encode(pixels) - features) / np.linalg.norm(features)
        assert error < 0.1
        sim.rewind(0)
        cpu.rewind(0)
        near, exact = sim.extend(features), cpu.extend(features)
        assert np.abs(near - exact).max() < 0.5 * exact.std()


def test_two_runs_are_identical(bundle, image, pictures):
    spoken = []
    for _ in range(2):
        with open_fpga_sim(bundle, image=image) as runner:
            advice, text, _ = say(Engine(bundle, runner), pictures[0])
            spoken.append((advice, text))
    assert spoken[0] == spoken[1]


def test_rewinding_is_exact(sim, image):
    embeds = sim.embed(np.arange(20)[None])
    sim.rewind(0)
    whole = sim.extend(embeds).copy()
    sim.rewind(5)
    sim.extend(embeds[:, ::-1])
    sim.rewind(5)
    assert np.array_equal(sim.extend(embeds[:, 5:]), whole)
    assert sim.length == 20
    network = Network(image)
    assert np.array_equal(whole * 65536, network.extend(image.tensors["embed"][:20], 0))


def test_embeddings_go_out_and_come_back_without_loss(sim, image):
    embeds = sim.embed(np.array([[0, 5, 2047]]))
    assert embeds.dtype == np.float32
    assert embeds.shape == (1, 3, image.shape.hidden)
    assert np.array_equal(np.rint(embeds[0] * 65536), image.tensors["embed"][[0, 5, 2047]])


def test_what_does_not_fit_is_refused(sim):
    sim.rewind(0)
    with pytest.raises(ValueError, match="the cache holds"):
        sim.extend(np.zeros((1, sim.capacity + 1, 256), np.float32))
    with pytest.raises(ValueError, match="cannot rewind"):
        sim.rewind(1)
    assert sim.length == 0


def test_one_token_is_one_launch(sim):
    sim.rewind(0)
    before = sim.counters.decode.launches
    for place in range(3):
        sim.extend(sim.embed(np.array([[place]])))
    assert sim.counters.decode.launches == before + 3
    assert sim.counters.load.launches == 1
    assert sim.counters.bytes_a_token > 3_000_000


def test_a_fault_of_the_device_is_no_token(bundle, image):
    faults = Faults(hang_at=3)
    limits = TimeOuts(60_000, 60_000, 60_000, 100)
    with open_fpga_sim(bundle, image=image, faults=faults, time_outs=limits) as runner:
        assert isinstance(runner, FpgaRunner)
        one = runner.embed(np.array([[1]]))
        with pytest.raises(DeviceFault):  # a busy machine may time out the first as well
            for _ in range(2):
                runner.extend(one)
        assert runner.length < 2


def test_an_image_of_another_bundle_is_refused(bundle, small_image):
    other = replace(small_image, source={"onnx/vision_encoder.onnx": "0" * 64})
    with pytest.raises(UserError, match="packed from another onnx/vision_encoder.onnx"):
        open_fpga_sim(bundle, image=other)
