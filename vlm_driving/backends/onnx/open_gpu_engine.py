"""The onnx-gpu backend as a worker opens it: proven before it may carry its name."""

from __future__ import annotations

from pathlib import Path

from vlm_driving.backends.named_engine import NamedEngine
from vlm_driving.backends.onnx.gpu import GpuOptions, open_gpu_runner
from vlm_driving.runtime.bundle import ModelBundle

OPEN_ENGINE = "vlm_driving.backends.onnx.open_gpu_engine:open_engine"
"""How a parent names the factory."""


def open_engine(
    bundle: str,
    number: int = 0,
    threads: int = 0,
    cuda_graphs: bool = False,
    name: str | None = None,
) -> NamedEngine:
    """Open a bundle on a GPU; nothing is built here, and nothing is answered yet.

    Graphs that `vlm-driving backends --build` has made are taken where they are whole and of this
    machine, else the bundle's own.

    Args:
        bundle: directory of the bundle.
        number: which GPU.
        threads: of the graphs that stay on the CPU; 0 chooses.
        cuda_graphs: whether the vision encoder is launched as one captured CUDA graph.
        name: onnx-gpu, with a number behind it for a second one; None for onnx-gpu.

    Raises:
        UserError: for a bundle that cannot be loaded; a ProviderFault, saying in one sentence why
            the GPU is not usable.
    """
    opened = ModelBundle.load(Path(bundle))
    options = GpuOptions(number=number, threads=threads, cuda_graphs=cuda_graphs)
    return NamedEngine(opened, open_gpu_runner(opened, options), name, {"gpu": number})
