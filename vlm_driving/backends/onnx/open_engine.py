"""The onnx-cpu backend as a worker opens it: a bundle's engine with a name."""

from __future__ import annotations

from pathlib import Path

from vlm_driving.backends.named_engine import NamedEngine
from vlm_driving.backends.onnx.runner import open_runner
from vlm_driving.runtime.bundle import ModelBundle

OPEN_ENGINE = "vlm_driving.backends.onnx.open_engine:open_engine"
"""How a parent names the factory."""


def open_engine(
    bundle: str, threads: int = 0, spin: bool = True, name: str | None = None
) -> NamedEngine:
    """Open a bundle on the CPU; nothing is answered yet.

    Args:
        bundle: directory of the bundle.
        threads: that compute one operator; 0 takes what the process may use, at most 8.
        spin: whether threads wait busily between the operators of a run.
        name: onnx-cpu, with a number behind it for a second one; None for onnx-cpu.

    Raises:
        UserError: for a bundle that cannot be loaded, or no usable onnxruntime.
    """
    opened = ModelBundle.load(Path(bundle))
    return NamedEngine(opened, open_runner(opened, threads=threads, spin=spin), name)
