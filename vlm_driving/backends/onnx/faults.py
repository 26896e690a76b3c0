"""Why a GPU cannot be used, told from what onnxruntime and the loader say about it.

Their messages are written for those who build them: half a page of C++ signatures around the few
words that matter. Here are those words, the cause they stand for, and what mends it.
"""

from __future__ import annotations

import re
from enum import Enum

from vlm_driving.core import UserError


class Fault(Enum):
    """A cause that its user can mend, each in another way."""

    NO_PACKAGE = "no onnxruntime"
    NO_WHEEL = "no GPU wheel"
    TWO_WHEELS = "two wheels"
    NO_DRIVER = "no driver"
    NO_DEVICE = "no device"
    OLD_DRIVER = "driver too old"
    WRONG_LIBRARIES = "wrong CUDA libraries"
    NO_TENSORRT = "no TensorRT"
    WRONG_GPU = "GPU not supported"
    OUT_OF_MEMORY = "out of memory"
    DEVICE_LOST = "device lost"
    FELL_BACK = "fell back to the CPU"
    PARTLY_CPU = "partly on the CPU"
    GRAPH_REFUSED = "graph not accepted"
    NO_CAPTURE = "no CUDA graph"
    DISAGREES = "answers differ"
    UNKNOWN = "unknown"


# The first that matches wins: particular causes stand before those that also mention them. A
# library that cannot be loaded is told apart by its name; a failed call by CUDA's own number.
_SIGNS: tuple[tuple[Fault, re.Pattern[str]], ...] = tuple(
    (fault, re.compile(pattern, re.IGNORECASE))
    for fault, pattern in (
        (Fault.NO_DRIVER, r"libcuda\.so(\.1)?: cannot open|libnvidia-ml\.so\S*: cannot open"),
        (
            Fault.NO_TENSORRT,
            r"libnvinfer\S*: (cannot open|undefined)|libnvonnxparser\S*: cannot open"
            r"|install TensorRT libraries|providers_tensorrt\S* with error"
            r"|TensorRT EP could not open shared library",
        ),
        (
            Fault.WRONG_LIBRARIES,
            r"lib(cublas|cublasLt|cudart|cudnn|cufft|curand|nvrtc|nvJitLink)\w*\.so\S*: "
            r"(cannot open|version|undefined)"
            r"|CUDNN_STATUS_(NOT_INITIALIZED|VERSION_MISMATCH|SUBLIBRARY\w*)"
            r"|CUBLAS_STATUS_NOT_INITIALIZED|Failed to initialize CUDNN"
            r"|undefined symbol: \w*(cuda|cudnn|cublas)"
            r"|LoadLibrary failed with error 126",
        ),
        (
            Fault.OUT_OF_MEMORY,
            r"CUDA failure 2\b|out of memory|Failed to allocate memory|CUBLAS_STATUS_ALLOC_FAILED"
            r"|CUDNN_STATUS_ALLOC_FAILED|std::bad_alloc|Available memory of \d+ is smaller",
        ),
        (
            Fault.OLD_DRIVER,
            r"CUDA failure (35|803|804)\b|driver version is insufficient"
            r"|forward compatibility was attempted",
        ),
        (
            Fault.NO_DEVICE,
            r"CUDA failure (100|101|46)\b|no CUDA-capable device|invalid device ordinal"
            r"|all CUDA-capable devices are busy",
        ),
        (Fault.WRONG_GPU, r"CUDA failure (209|222)\b|no kernel image is available"),
        (
            Fault.DEVICE_LOST,
            r"CUDA failure (700|702|719|716|214|999|4)\b|illegal memory access"
            r"|unspecified launch failure|driver shutting down|device-side assert"
            r"|GPU is lost|uncorrectable ECC error",
        ),
        (
            Fault.NO_CAPTURE,
            r"cannot use the (CUDA )?graph (capture )?feature|CUDA failure 90[0-9]\b"
            r"|when stream is capturing",
        ),
        (
            Fault.NO_WHEEL,
            r"provider type '?CUDAExecutionProvider'? is not|CUDA execution provider is not enabled"
            r"|'CUDAExecutionProvider' is not in available provider names",
        ),
        (
            Fault.GRAPH_REFUSED,
            r"NOT_IMPLEMENTED|Could not find an implementation|INVALID_GRAPH|INVALID_PROTOBUF"
            r"|not a registered function/op|Unsupported model IR version|opset \d+ is under"
            r"|(failed|could not) (to )?(build|create)\w*( TensorRT)? (\w+ )?engine"
            r"|TensorRT input: .* has no shape specified|Type Error: Type",
        ),
        (Fault.WRONG_LIBRARIES, r"Failed to load (shared )?library|cannot open shared object file"),
    )
)


def classify(text: str) -> Fault:
    """The cause that an error text of onnxruntime, CUDA or the loader stands for."""
    return next((fault for fault, sign in _SIGNS if sign.search(text)), Fault.UNKNOWN)


_REASONS = {
    Fault.NO_PACKAGE: "onnxruntime is not installed; run `pip install onnxruntime-gpu`",
    Fault.NO_WHEEL: (
        "the installed onnxruntime has no CUDA provider; run `pip uninstall -y onnxruntime`, "
        "then `pip install onnxruntime-gpu`"
    ),
    Fault.TWO_WHEELS: (
        "{detail} are installed together and overwrite each other's files; run `pip uninstall -y "
        "{packages}`, then `pip install onnxruntime-gpu`"
    ),
    Fault.NO_DRIVER: (
        "there is no NVIDIA driver here; install it, or start the container with `--gpus all`"
    ),
    Fault.NO_DEVICE: (
        "the driver shows no such GPU ({detail}); look at `nvidia-smi` and CUDA_VISIBLE_DEVICES"
    ),
    Fault.OLD_DRIVER: (
        "the NVIDIA driver is too old for the CUDA of this onnxruntime ({detail}); update the "
        "driver, or install an onnxruntime-gpu for the older CUDA"
    ),
    Fault.WRONG_LIBRARIES: (
        "the CUDA or cuDNN libraries of this onnxruntime are missing or of another version "
        "({detail}); run `pip install 'onnxruntime-gpu[cuda,cudnn]'`, or put the right ones on "
        "LD_LIBRARY_PATH"
    ),
    Fault.NO_TENSORRT: (
        "TensorRT's libraries are missing or of another version ({detail}); install the TensorRT "
        "that this onnxruntime names, or build with `--no-tensorrt`"
    ),
    Fault.WRONG_GPU: (
        "this onnxruntime has no kernels for this GPU ({detail}); install a newer onnxruntime-gpu"
    ),
    Fault.OUT_OF_MEMORY: (
        "the GPU has too little free memory ({detail}); end other programs on it, or use a smaller "
        "model"
    ),
    Fault.DEVICE_LOST: (
        "the GPU failed while it was computing ({detail}); look at `dmesg` for Xid errors and "
        "restart the machine if it stays so"
    ),
    Fault.FELL_BACK: (
        "onnxruntime fell back to the CPU without an error (no {detail}); start Python with "
        "`import onnxruntime; onnxruntime.set_default_logger_severity(0)` and open a session to "
        "see why"
    ),
    Fault.PARTLY_CPU: (
        "onnxruntime runs {detail} of {where} on the CPU; make fp16 graphs with `vlm-driving "
        "backends --build`"
    ),
    Fault.GRAPH_REFUSED: (
        "onnxruntime does not accept {where} on this GPU ({detail}); update onnxruntime-gpu, or "
        "make the bundle anew with `vlm-driving export`"
    ),
    Fault.NO_CAPTURE: (
        "{where} cannot be captured as a CUDA graph ({detail}); open it without CUDA graphs"
    ),
    Fault.DISAGREES: (
        "its answer differs from the CPU's ({detail}); build again with `vlm-driving backends "
        "--build --precision fp32`, and report the GPU and versions if it stays so"
    ),
    Fault.UNKNOWN: (
        "onnxruntime cannot use the GPU for {where} ({detail}); update onnxruntime-gpu and the "
        "NVIDIA driver"
    ),
}


class ProviderFault(UserError):
    """A provider is not what was asked for; its text is one sentence with the remedy.

    Attributes:
        fault: the cause.
    """

    def __init__(self, fault: Fault, detail: str = "", where: object = "the graphs") -> None:
        """Put the sentence together.

        Args:
            fault: the cause.
            detail: what was said about it, as long as it likes.
            where: the file that was opened.
        """
        super().__init__(sentence(fault, detail, where))
        self.fault = fault


def sentence(fault: Fault, detail: str = "", where: object = "the graphs") -> str:
    """One sentence with cause and remedy."""
    said = essence(detail) or "no further word of it"
    packages = said.replace(" and ", " ")
    text = _REASONS[fault].format(detail=said, where=where, packages=packages)
    return f"{text}."


_CALL = re.compile(r"((?:CUDA|CUDNN|CUBLAS) failure \d+: [^;]+)")
_LIBRARY = re.compile(r"with error: (.+)")
_MOST = 160


def essence(text: str) -> str:
    """The words that matter of an error text: one line, without C++ signatures."""
    if call := _CALL.search(text):
        return call[1].strip()
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if not lines:
        return ""
    line = lines[0]
    if library := _LIBRARY.search(line):
        line = library[1]
    elif "Status Message:" in line:
        line = line.rsplit("Status Message:", 1)[1]
    line = line.strip().rstrip(".;")
    return line if len(line) <= _MOST else line[: _MOST - 1].rstrip() + "…"
