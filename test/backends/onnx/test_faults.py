"""Real error texts, and the cause and remedy that each is told as."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vlm_driving.backends.onnx.faults import Fault, ProviderFault, classify, essence, sentence

LOAD = (
    "/onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1952 onnxruntime::Provider& "
    "onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library "
    "libonnxruntime_providers_{provider}.so with error: {said}\n"
)
CALL = (
    "/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:129 std::conditional_t<THRW, "
    "void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, "
    "ERRTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true] {said} ; "
    "GPU=0 ; hostname=car ; file=/onnxruntime_src/cuda_execution_provider.cc ; line=182 ; "
    "expr=cudaSetDevice(info_.device_id); "
)
ARENA = (
    "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Conv "
    "node. Name:'/features/Conv' Status Message: /onnxruntime_src/onnxruntime/core/framework/"
    "bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::"
    "Stream*, bool, onnxruntime::WaitNotificationFn) Failed to allocate memory for requested "
    "buffer of size 939524096"
)


def missing(library: str, provider: str = "cuda") -> str:
    said = f"{library}: cannot open shared object file: No such file or directory"
    return LOAD.format(provider=provider, said=said)


CASES = [
    (missing("libcublasLt.so.12"), Fault.WRONG_LIBRARIES),
    (missing("libcudnn.so.9"), Fault.WRONG_LIBRARIES),
    (missing("libcudnn_adv.so.9"), Fault.WRONG_LIBRARIES),
    (missing("libcudart.so.13"), Fault.WRONG_LIBRARIES),
    (missing("libcurand.so.10"), Fault.WRONG_LIBRARIES),
    (missing("libcuda.so.1"), Fault.NO_DRIVER),
    (missing("libnvinfer.so.10", "tensorrt"), Fault.NO_TENSORRT),
    (missing("libcublas.so.12", "tensorrt"), Fault.NO_TENSORRT),
    (
        LOAD.format(
            provider="tensorrt",
            said="libnvinfer_plugin.so.8: undefined symbol: _ZN5pwgen18nvrtcCreateProgramE",
        ),
        Fault.NO_TENSORRT,
    ),
    (
        "EP Error onnxruntime_pybind_state.cc:456 RegisterTensorRTPluginsAsCustomOps Please "
        "install TensorRT libraries as mentioned in the GPU requirements page",
        Fault.NO_TENSORRT,
    ),
    (CALL.format(said="CUDNN failure 1001: CUDNN_STATUS_NOT_INITIALIZED"), Fault.WRONG_LIBRARIES),
    (
        "EP_FAIL : Non-zero status code returned while running Conv node. Name:'/features/Conv' "
        "Status Message: Failed to initialize CUDNN Frontend",
        Fault.WRONG_LIBRARIES,
    ),
    (
        CALL.format(
            said="CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version"
        ),
        Fault.OLD_DRIVER,
    ),
    (CALL.format(said="CUDA failure 100: no CUDA-capable device is detected"), Fault.NO_DEVICE),
    (CALL.format(said="CUDA failure 101: invalid device ordinal"), Fault.NO_DEVICE),
    (CALL.format(said="CUDA failure 2: out of memory"), Fault.OUT_OF_MEMORY),
    (ARENA, Fault.OUT_OF_MEMORY),
    (CALL.format(said="CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED"), Fault.OUT_OF_MEMORY),
    (
        CALL.format(
            said="CUDA failure 209: no kernel image is available for execution on the device"
        ),
        Fault.WRONG_GPU,
    ),
    (
        CALL.format(said="CUDA failure 700: an illegal memory access was encountered"),
        Fault.DEVICE_LOST,
    ),
    (CALL.format(said="CUDA failure 719: unspecified launch failure"), Fault.DEVICE_LOST),
    (
        "[ONNXRuntimeError] : 1 : FAIL : This session cannot use the graph capture feature as "
        "requested by the user as all compute graph nodes have not been partitioned to the "
        "CUDAExecutionProvider",
        Fault.NO_CAPTURE,
    ),
    (
        CALL.format(said="CUDA failure 900: operation not permitted when stream is capturing"),
        Fault.NO_CAPTURE,
    ),
    (
        "[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : Could not find an implementation for "
        "GroupQueryAttention(1) node with name 'attention'",
        Fault.GRAPH_REFUSED,
    ),
    (
        "[ONNXRuntimeError] : 10 : INVALID_GRAPH : This is an invalid model. Type Error: Type "
        "'tensor(float)' of input parameter (x) is invalid.",
        Fault.GRAPH_REFUSED,
    ),
    (
        "[ONNXRuntimeError] : 11 : EP_FAIL : TensorRT EP could not build engine for fused node: "
        "TensorrtExecutionProvider_TRTKernel_graph_main_1",
        Fault.GRAPH_REFUSED,
    ),
    (
        "Specified provider 'CUDAExecutionProvider' is not in available provider names.",
        Fault.NO_WHEEL,
    ),
    ("something that nobody has seen yet", Fault.UNKNOWN),
    ("", Fault.UNKNOWN),
]


@pytest.mark.parametrize(("text", "fault"), CASES, ids=lambda value: getattr(value, "name", None))
def test_a_text_is_taken_for_what_it_means(text: str, fault: Fault) -> None:
    assert classify(text) is fault


def test_a_number_that_only_begins_alike_is_another_failure() -> None:
    assert classify(CALL.format(said="CUDA failure 2000: never heard of")) is Fault.UNKNOWN


@pytest.mark.parametrize("fault", Fault)
def test_every_cause_is_one_sentence_with_a_remedy(fault: Fault) -> None:
    text = sentence(fault, missing("libcudnn.so.9"), "/model/decoder.onnx")
    assert text.endswith(".") and "\n" not in text and "{" not in text
    assert "; " in text  # cause; remedy
    assert "/onnxruntime_src/" not in text
    assert str(ProviderFault(fault, "x")) == sentence(fault, "x")


def test_the_words_that_matter_are_kept_and_the_signature_is_not() -> None:
    assert essence(missing("libcudnn.so.9")) == (
        "libcudnn.so.9: cannot open shared object file: No such file or directory"
    )
    assert essence(CALL.format(said="CUDA failure 2: out of memory")) == (
        "CUDA failure 2: out of memory"
    )
    assert essence("x" * 500).endswith("…") and len(essence("x" * 500)) <= 160
    assert essence(" \n ") == ""


def test_two_packages_are_uninstalled_by_their_names() -> None:
    text = sentence(Fault.TWO_WHEELS, "onnxruntime and onnxruntime-gpu")
    assert "`pip uninstall -y onnxruntime onnxruntime-gpu`" in text
    assert "`pip install onnxruntime-gpu`" in text


@pytest.mark.parametrize("page", ["backends.md", "backends.ja.md"])
@pytest.mark.parametrize("fault", Fault)
def test_every_cause_is_in_the_docs(fault: Fault, page: str, repository: Path) -> None:
    text = " ".join((repository / "docs" / page).read_text(encoding="utf-8").split())
    cause = sentence(fault, "SAID", "SAID").partition(";")[0]
    parts = [part.strip() for part in re.split(r"\(?SAID\)?|\(.*\)", cause)]
    longest = max(parts, key=len)
    # Pages may leave the rest of a long cause out, but not how it begins.
    assert " ".join(longest.split()[:5]) in text
