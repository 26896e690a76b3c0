"""The GPU backend on a machine that only pretends to have one: its graphs run on the processor."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.placements import ELSEWHERE
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends.onnx import gpu
from vlm_driving.backends.onnx.device import CUDA_PROVIDER, TENSORRT_PROVIDER
from vlm_driving.backends.onnx.engines import find_built, new_build
from vlm_driving.backends.onnx.faults import Fault, ProviderFault
from vlm_driving.backends.onnx.gpu import (
    GpuOptions,
    build_gpu,
    open_gpu_runner,
    plan_graphs,
    probe_gpu,
    target_of,
)
from vlm_driving.backends.onnx.gpu_environment import GpuEnvironment
from vlm_driving.backends.onnx.open_gpu_engine import open_engine
from vlm_driving.runtime.bundle import ModelBundle

HERE = GpuEnvironment("1.31.1", "12.8", ("NVIDIA L4",), tensorrt=True)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return ModelBundle.load(make_tiny_bundle(tmp_path_factory.mktemp("gpu") / "tiny", "gqa"))


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU that is the processor, with the buffers' ways of a GPU; no TensorRT."""
    monkeypatch.setattr(gpu, "require_gpu", lambda number: HERE)
    monkeypatch.setattr(gpu, "cuda", lambda number=0, graphs=False: ELSEWHERE)


@pytest.fixture
def options(tmp_path: Path) -> GpuOptions:
    return GpuOptions(threads=1, cache=tmp_path / "cache")


def no_gpu(number: int) -> GpuEnvironment:
    raise ProviderFault(Fault.NO_DRIVER)


def test_without_a_gpu_it_says_why_and_opens_nothing(
    bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "require_gpu", no_gpu)
    found = probe_gpu(bundle)
    assert (found.usable, found.verified) == (False, False)
    assert found.reason is not None and "no NVIDIA driver" in found.reason
    assert found.details == {"fault": "no_driver"}
    for call in (open_gpu_runner, build_gpu):
        with pytest.raises(ProviderFault, match="no NVIDIA driver"):
            call(bundle)


def test_the_processors_package_is_refused_for_real(bundle: ModelBundle) -> None:
    import onnxruntime

    if CUDA_PROVIDER in onnxruntime.get_available_providers():
        pytest.skip("this is a GPU package")
    with pytest.raises(ProviderFault) as caught:
        open_engine(str(bundle.root))
    assert caught.value.fault in (Fault.NO_WHEEL, Fault.TWO_WHEELS)


def test_it_is_proven_before_it_has_its_name(
    bundle: ModelBundle, options: GpuOptions, pretended: None
) -> None:
    assert open_gpu_runner(bundle, options).name == "onnx-gpu"
    found = probe_gpu(bundle, options)
    assert found.usable and found.verified
    assert found.details["device"] == "NVIDIA L4"
    assert str(found.details["graphs"]).startswith("the bundle's own (fp16: nothing was built")


def test_built_graphs_are_taken_and_half_precision_first(
    bundle: ModelBundle, options: GpuOptions, pretended: None
) -> None:
    full = build_gpu(bundle, GpuOptions(threads=1, cache=options.cache, precision="fp32"))
    planned = plan_graphs(bundle, HERE, options)
    assert (planned.graphs.decoder, planned.precision) == (full.decoder, "fp32")
    half = build_gpu(bundle, options)
    planned = plan_graphs(bundle, HERE, options)
    assert (planned.graphs.decoder, planned.precision) == (half.decoder, "fp16")
    assert planned.graphs.vision == half.vision
    found = probe_gpu(bundle, options)
    assert found.usable and found.details["decoder"] == str(half.decoder)


def test_an_engine_is_used_where_it_was_built_and_never_without(
    bundle: ModelBundle, options: GpuOptions
) -> None:
    assert options.cache is not None
    target = target_of(HERE, 0, "fp16")
    with new_build(options.cache, bundle, target) as work:
        for name in ("vision_encoder.onnx", "decoder.onnx"):
            (work / name).write_text(name)
        (work / "tensorrt").mkdir()
        (work / "tensorrt" / "main.engine").write_text("engine")
    graphs = bundle.manifest.graphs
    planned = plan_graphs(bundle, HERE, options).graphs
    assert planned.vision_on.wanted == (TENSORRT_PROVIDER, CUDA_PROVIDER)
    assert planned.vision == bundle.graph_path(graphs.vision_encoder)
    assert planned.decoder_on.wanted == (CUDA_PROVIDER,)
    without = GpuEnvironment("1.31.1", "12.8", ("NVIDIA L4",), tensorrt=False)
    assert plan_graphs(bundle, without, options).graphs.vision_on.wanted == (CUDA_PROVIDER,)
    captured = GpuOptions(cache=options.cache, cuda_graphs=True)
    vision_on = plan_graphs(bundle, HERE, captured).graphs.vision_on
    assert vision_on.providers[0].options["enable_cuda_graph"] == "1"


def test_a_version_is_part_of_what_is_built_for(bundle: ModelBundle, options: GpuOptions) -> None:
    assert options.cache is not None
    newer = GpuEnvironment("1.31.1", "12.8", ("NVIDIA L4",), True, {"tensorrt": "10.9"})
    with new_build(options.cache, bundle, target_of(HERE, 0, "fp16")):
        pass
    assert "versions changed" in find_built(options.cache, bundle, target_of(newer, 0, "fp16")).why


def test_a_silent_fall_back_is_told_in_the_loaders_words(
    bundle: ModelBundle, options: GpuOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_back(*given: object) -> None:
        raise ProviderFault(Fault.FELL_BACK, CUDA_PROVIDER)

    said = "libcudnn.so.9: cannot open shared object file: No such file or directory"
    monkeypatch.setattr(gpu, "require_gpu", lambda number: HERE)
    monkeypatch.setattr(gpu, "open_planned", fall_back)
    monkeypatch.setattr(gpu, "library_error", lambda ort, provider: f"with error: {said}")
    with pytest.raises(ProviderFault) as caught:
        open_gpu_runner(bundle, options)
    assert caught.value.fault is Fault.WRONG_LIBRARIES and said in str(caught.value)
    monkeypatch.setattr(gpu, "library_error", lambda ort, provider: None)
    with pytest.raises(ProviderFault) as caught:
        open_gpu_runner(bundle, options)
    assert caught.value.fault is Fault.FELL_BACK


def test_a_worker_opens_it_by_name(
    bundle: ModelBundle, pretended: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    engine = open_engine(str(bundle.root), threads=1)
    assert (engine.name, engine.model) == ("onnx-gpu", "tiny")
