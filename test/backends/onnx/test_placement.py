"""The device's way through encoder and decoder, on a device that every machine has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from support.placements import ELSEWHERE
from support.tiny_bundle import make_tiny_bundle
from support.tiny_graphs import HIDDEN

from vlm_driving.backends.onnx.device import CUDA_PROVIDER, cuda
from vlm_driving.backends.onnx.faults import Fault, ProviderFault
from vlm_driving.backends.onnx.resident import ResidentRun
from vlm_driving.backends.onnx.runner import GraphPlan, OnnxRunner, open_planned, open_runner
from vlm_driving.backends.onnx.sessions import SessionSettings, open_session
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine

KINDS = ["concat", "gqa", "gqa-lengths", "gqa-last", "concat-keep", "gqa-fp16", "concat-fp16"]
SETTINGS = SessionSettings(threads=1)
only_without_gpu = pytest.mark.skipif(
    CUDA_PROVIDER in onnxruntime.get_available_providers(), reason="this is a GPU package"
)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ModelBundle]:
    root = tmp_path_factory.mktemp("bundles")
    return {kind: ModelBundle.load(make_tiny_bundle(root / kind, kind)) for kind in KINDS}


def elsewhere(bundle: ModelBundle) -> OnnxRunner:
    graphs = bundle.manifest.graphs
    vision, decoder = map(bundle.graph_path, (graphs.vision_encoder, graphs.decoder))
    plan = GraphPlan("onnx-elsewhere", vision, decoder, ELSEWHERE, ELSEWHERE)
    return open_planned(bundle, plan, SETTINGS)


def picture(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (72, 128, 3), dtype=np.uint8)


@pytest.mark.parametrize("kind", KINDS)
def test_answers_are_the_same_wherever_the_buffers_are(
    bundles: dict[str, ModelBundle], kind: str
) -> None:
    here = Engine(bundles[kind], open_runner(bundles[kind], threads=1))
    there = Engine(bundles[kind], elsewhere(bundles[kind]))
    for seed in range(3):  # the third comes after two others have filled every buffer
        expected = list(here.answer(picture(seed), 40.0))[:-1]
        assert list(there.answer(picture(seed), 40.0))[:-1] == expected


@pytest.mark.parametrize("kind", KINDS)
def test_rewinding_there_is_exact(bundles: dict[str, ModelBundle], kind: str) -> None:
    runner = elsewhere(bundles[kind])
    rng = np.random.default_rng(0)
    first, second = (rng.standard_normal((1, n, HIDDEN)).astype(np.float32) for n in (9, 5))
    runner.extend(first)
    expected = runner.extend(second).copy()
    for _ in range(2):
        runner.rewind(9)
        np.testing.assert_array_equal(runner.extend(second), expected)


def test_the_runner_has_the_name_of_its_plan(bundles: dict[str, ModelBundle]) -> None:
    assert elsewhere(bundles["gqa"]).name == "onnx-elsewhere"


def test_a_resident_run_keeps_its_buffers_and_gives_copies(
    bundles: dict[str, ModelBundle],
) -> None:
    bundle = bundles["gqa"]
    path = bundle.graph_path(bundle.manifest.graphs.vision_encoder)
    session = open_session(path, SETTINGS, steady_shapes=True)
    output = session.get_outputs()[0].name
    shape = (1, 3, bundle.preprocess.height, bundle.preprocess.width)
    zeros, ones = np.zeros(shape, np.float32), np.ones(shape, np.float32)
    run = ResidentRun(session, {"pixel_values": zeros}, output, ELSEWHERE)
    results = [run({"pixel_values": value}) for value in (ones, zeros, ones)]
    expected = [session.run([output], {"pixel_values": value})[0] for value in (ones, zeros)]
    np.testing.assert_array_equal(results[0], expected[0])  # not overwritten by the later ones
    np.testing.assert_array_equal(results[1], expected[1])
    np.testing.assert_array_equal(results[2], expected[0])
    assert zeros.max() == 0.0


@only_without_gpu
@pytest.mark.filterwarnings("error::UserWarning")
def test_falling_back_without_a_word_is_an_error_here(bundles: dict[str, ModelBundle]) -> None:
    bundle = bundles["gqa"]
    path = bundle.graph_path(bundle.manifest.graphs.decoder)
    with pytest.raises(ProviderFault, match="fell back to the CPU") as caught:
        open_session(path, SETTINGS, steady_shapes=False, placement=cuda())
    assert caught.value.fault is Fault.FELL_BACK
    assert CUDA_PROVIDER in str(caught.value)


def test_a_graph_that_no_device_would_take_is_told_as_such(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"\x08\x08not a graph")
    with pytest.raises(ProviderFault) as caught:
        open_session(broken, SETTINGS, steady_shapes=False, placement=cuda())
    assert caught.value.fault is Fault.GRAPH_REFUSED
    assert str(broken) in str(caught.value)
