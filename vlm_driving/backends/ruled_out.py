"""Which backends of the ladder cannot be here: found in milliseconds, nothing loaded or opened.

What is not ruled out still has to prove itself, in a worker of its own.
"""

from __future__ import annotations

import ctypes
import importlib.util
from pathlib import Path

from vlm_driving.backends.table import FPGA, ONNX_GPU


def ruled_out(name: str) -> str | None:
    """Why the backend `name` cannot be used here, in one sentence; None where it may."""
    if name == FPGA:
        from vlm_driving.backends.fpga.probe import missing_device

        return missing_device()
    return _no_gpu() if name == ONNX_GPU else None


def _no_gpu() -> str | None:
    """Looks for the provider's library and the driver's; their versions are for the worker."""
    from vlm_driving.backends.onnx.faults import Fault, sentence
    from vlm_driving.backends.onnx.gpu_environment import DRIVER_LIBRARY

    found = importlib.util.find_spec("onnxruntime")
    if found is None or found.origin is None:
        return sentence(Fault.NO_PACKAGE)
    if not list((Path(found.origin).parent / "capi").glob("*onnxruntime_providers_cuda*")):
        return sentence(Fault.NO_WHEEL)
    try:
        ctypes.CDLL(DRIVER_LIBRARY)
    except OSError:
        return sentence(Fault.NO_DRIVER)
    return None
