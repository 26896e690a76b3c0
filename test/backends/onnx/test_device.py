"""What is asked of onnxruntime, and how it is seen that something else was given."""

from __future__ import annotations

from pathlib import Path

from vlm_driving.backends.onnx.device import (
    CPU,
    CPU_PROVIDER,
    CUDA_PROVIDER,
    TENSORRT_PROVIDER,
    cuda,
    missing_providers,
    stranded_operators,
    tensorrt,
)


def test_the_processor_asks_for_nothing_else() -> None:
    assert CPU.on_host and CPU.wanted == ()
    assert CPU.for_onnxruntime() == [CPU_PROVIDER]


def test_a_gpu_is_asked_for_by_its_number_and_the_processor_comes_last() -> None:
    placement = cuda(1)
    options = dict(placement.providers[0].options)
    assert placement.for_onnxruntime() == [(CUDA_PROVIDER, options), CPU_PROVIDER]
    assert options["device_id"] == "1"
    assert "enable_cuda_graph" not in options
    assert not placement.on_host and placement.number == 1


def test_cuda_graphs_are_asked_for_where_they_are_wanted() -> None:
    assert cuda(graphs=True).providers[0].options["enable_cuda_graph"] == "1"


def test_tensorrt_reads_its_engine_from_the_cache_and_leaves_the_rest_to_cuda() -> None:
    placement = tensorrt(Path("/cache/engines"), 2, half=False)
    assert placement.wanted == (TENSORRT_PROVIDER, CUDA_PROVIDER)
    first, second = placement.providers
    assert first.options["trt_engine_cache_enable"] == "1"
    assert first.options["trt_engine_cache_path"] == "/cache/engines"
    assert first.options["trt_fp16_enable"] == "0"
    assert {first.options["device_id"], second.options["device_id"]} == {"2"}


def test_a_provider_that_did_not_come_is_named() -> None:
    both = (TENSORRT_PROVIDER, CUDA_PROVIDER)
    assert missing_providers(both, [CPU_PROVIDER]) == both
    assert missing_providers(both, [CUDA_PROVIDER, CPU_PROVIDER]) == (TENSORRT_PROVIDER,)
    assert missing_providers((CUDA_PROVIDER,), [CUDA_PROVIDER, CPU_PROVIDER]) == ()
    assert missing_providers((), [CPU_PROVIDER]) == ()


def test_attention_on_the_processor_is_stranded_and_sums_on_shapes_are_not() -> None:
    assigned = [
        (CPU_PROVIDER, ["Shape", "GroupQueryAttention", "Cast", "GroupQueryAttention"]),
        (CUDA_PROVIDER, ["MatMulNBits", "Mul"]),
        (CPU_PROVIDER, ["Conv"]),
    ]
    assert stranded_operators(assigned, (CUDA_PROVIDER,)) == ("Conv", "GroupQueryAttention")
    assert stranded_operators(assigned, ()) == ()
    assert stranded_operators([(CPU_PROVIDER, ["Shape"])], (CUDA_PROVIDER,)) == ()
