"""The short measurement behind the table of backends."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends.onnx import open_runner
from vlm_driving.backends.usability import Usability
from vlm_driving.bench import backend_figures
from vlm_driving.bench.backend_figures import (
    LEAST_FRAMES,
    PATIENCE_NS,
    WARM_UPS,
    counted_memory,
    measure_backend,
)
from vlm_driving.bench.frames import simulator_frames
from vlm_driving.runtime.bundle import ModelBundle

PROVEN = Usability(True, None, True)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return ModelBundle.load(make_tiny_bundle(tmp_path_factory.mktemp("figures") / "tiny", "gqa"))


@pytest.fixture(autouse=True)
def _known_bandwidth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_figures, "memory_gbps", lambda *given, **named: (10.0, 8.0, 9.0))
    monkeypatch.setattr(backend_figures, "measure_gbps", lambda placement: 1000.0)


class Clock:
    """Nanoseconds that pass by `step` with each look."""

    def __init__(self, step: int) -> None:
        self.now = 0
        self.step = step

    def __call__(self) -> int:
        self.now += self.step
        return self.now


def measure(bundle: ModelBundle, name: str, count: int, **named: Any):
    runner = open_runner(bundle, threads=1)
    usability = named.pop("usability", PROVEN)
    return measure_backend(bundle, name, usability, runner, simulator_frames(), count, **named)


def test_every_frame_is_told_and_warming_up_is_not_counted(bundle: ModelBundle) -> None:
    told: list[int] = []
    figures = measure(bundle, "onnx-cpu", 4, each=lambda: told.append(1))
    assert figures.frames == 4 and len(told) == 4 + WARM_UPS
    assert set(figures.stages_ms) == {"preprocess", "encode", "prefill", "decode"}
    assert 0 < figures.advice_ms["p50"] <= figures.advice_ms["p99"]


def test_a_slow_backend_gets_fewer_frames(bundle: ModelBundle) -> None:
    figures = measure(bundle, "onnx-cpu", 50, clock=Clock(PATIENCE_NS))
    assert figures.frames == LEAST_FRAMES


def test_the_processors_bytes_and_bandwidth(bundle: ModelBundle) -> None:
    figures = measure(bundle, "onnx-cpu", 2)
    assert figures.gbps == 10.0 and figures.fits_cache is True
    assert figures.bytes_a_token is not None and figures.bytes_a_token > 10_000
    assert figures.bandwidth_share is not None


def test_a_gpus_keys_and_values_are_halved_with_its_graphs(bundle: ModelBundle) -> None:
    full = measure(bundle, "onnx-gpu", 2)
    halved = Usability(True, None, True, {"precision": "fp16"})
    half = measure(bundle, "onnx-gpu", 2, usability=halved)
    assert full.gbps == 1000.0 and full.fits_cache is None
    assert half.bytes_a_token is not None and full.bytes_a_token is not None
    assert half.bytes_a_token < full.bytes_a_token  # the weights here are the same file


def test_a_device_that_counts_is_believed() -> None:
    decode = SimpleNamespace(launches=4, memory_read=4000)
    counting = SimpleNamespace(counters=SimpleNamespace(decode=decode, bandwidth=25_000_000_000))
    memory = counted_memory(counting)
    assert (memory.bytes_a_token, memory.gbps) == (1000, 25.0)
    counting.counters.bandwidth = 0
    assert counted_memory(counting).gbps is None
    assert counted_memory(SimpleNamespace()).bytes_a_token is None


def test_an_emulators_memory_is_not_the_processors(bundle: ModelBundle) -> None:
    figures = measure(bundle, "fpga-sim", 2)
    assert (figures.bytes_a_token, figures.gbps, figures.fits_cache) == (None, None, None)
