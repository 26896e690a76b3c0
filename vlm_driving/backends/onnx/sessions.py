"""Finding one usable onnxruntime, and opening sessions with it."""

from __future__ import annotations

import importlib
import importlib.metadata
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from vlm_driving import process
from vlm_driving.backends.onnx import assignment
from vlm_driving.backends.onnx.device import CPU, Placement, missing_providers
from vlm_driving.backends.onnx.faults import Fault, ProviderFault, classify
from vlm_driving.core import UserError
from vlm_driving.processors import usable_threads

FLAVOURS = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-directml",
    "onnxruntime-openvino",
    "onnxruntime-qnn",
    "onnxruntime-rocm",
    "onnxruntime-migraphx",
)
MOST_THREADS = 256
"""More threads than that are a slip of the finger, and would take all the memory."""
_MOST_INLINE = 1 << 30  # bytes of weights inside a graph's file; a protobuf ends at twice that


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How sessions use the machine.

    Attributes:
        threads: that compute one operator; 0 takes what the process may use, at most 8.
        spin: whether they wait for the next operator busily. It saves some microseconds an
            operator.
        accuracy_level: of int4 and int8 products (1 fp32, 4 int8), in place of the graph's
            own; None leaves it.
    """

    threads: int = 0
    spin: bool = True
    accuracy_level: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.threads <= MOST_THREADS:
            raise UserError(
                f"Threads are from 0 (choose for me) to {MOST_THREADS}, got {self.threads}; "
                "0 is the default."
            )
        if self.accuracy_level not in (None, 0, 1, 2, 3, 4):
            raise UserError(f"accuracy level must be from 0 to 4, got {self.accuracy_level}.")


class _SharedPool:
    """The process's one pool of threads, for all graphs together.

    With a pool each, the decoder's threads still wait busily for its next token while the
    encoder of the next frame needs the cores: it then took twice as long on two cores. Once
    made, the pool is onnxruntime's for the whole process, and no session may have its own: so
    it is made only in a process that is ours. Its size is that of the first session.
    """

    def __init__(self) -> None:
        self.made = False

    def make(self, ort: ModuleType, threads: int) -> None:
        """Make the pool unless there is one; where it cannot be made, sessions keep their own."""
        if self.made:
            return
        try:
            ort.set_global_thread_pool_sizes(threads, 1)
        except Exception:  # onnxruntime's errors share no class below Exception
            return
        self.made = True


_pool = _SharedPool()


def installed_flavours() -> list[str]:
    """The distributions of onnxruntime that are installed here."""
    found = []
    for name in FLAVOURS:
        try:
            importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        found.append(name)
    return found


def import_onnxruntime() -> ModuleType:
    """The one onnxruntime of this environment.

    Raises:
        UserError: if there is none, or if two distributions overwrite each other's files.
    """
    found = installed_flavours()
    if len(found) > 1:
        raise UserError(
            f"{' and '.join(found)} are installed together and overwrite each other's files; "
            f"run `pip uninstall -y {' '.join(found)}`, then `pip install` the one you need."
        )
    try:
        module = importlib.import_module("onnxruntime")
        module.InferenceSession  # noqa: B018  (an empty directory imports as well)
    except (ImportError, AttributeError) as error:
        raise UserError(
            f"onnxruntime cannot be imported ({error}); "
            "run `pip install onnxruntime`, or `pip install onnxruntime-gpu` for NVIDIA."
        ) from None
    return module


def open_session(
    path: Path,
    settings: SessionSettings,
    *,
    steady_shapes: bool,
    placement: Placement = CPU,
    optimized: Path | None = None,
) -> Any:
    """An InferenceSession that runs where it was asked to run, and nowhere else.

    Args:
        path: the graph.
        settings: threads and waiting.
        steady_shapes: whether the inputs keep their shapes, so that memory can be planned.
        placement: providers and device.
        optimized: where onnxruntime writes the graph as it runs it; None writes none.

    Raises:
        UserError: if onnxruntime refuses the graph; a ProviderFault, if a provider is not what
            was asked for.
    """
    ort = import_onnxruntime()
    options = _session_options(ort, settings, steady_shapes)
    if optimized is not None:
        options.optimized_model_filepath = str(optimized)
        if sum(part.stat().st_size for part in path.parent.glob(f"{path.name}*")) > _MOST_INLINE:
            options.add_session_config_entry(
                "session.optimized_model_external_initializers_file_name", f"{optimized.name}.data"
            )
    if placement.wanted:
        assignment.keep(ort, options)
    model: str | bytes = str(path)
    if settings.accuracy_level is not None:
        from vlm_driving.backends.onnx.accuracy import with_accuracy_level

        level = settings.accuracy_level
        options.add_session_config_entry("session.qdq_matmulnbits_accuracy_level", str(level))
        options.add_session_config_entry(
            "session.model_external_initializers_file_folder_path", str(path.parent)
        )
        model = with_accuracy_level(path.read_bytes(), level)
    providers = placement.for_onnxruntime()
    try:
        with warnings.catch_warnings():
            # That a provider is not there is said below, as an error.
            warnings.filterwarnings("ignore", message="Specified provider", category=UserWarning)
            # Without this a device that fails is replaced by the CPU, even between two frames.
            session = ort.InferenceSession(model, options, providers=providers, enable_fallback=0)
    except Exception as error:  # onnxruntime's errors share no class below Exception
        if placement.wanted:
            raise ProviderFault(classify(str(error)), str(error), path) from None
        raise UserError(
            f"{path} cannot be opened by onnxruntime {ort.__version__} ({_first_line(error)}); "
            "update onnxruntime, or make the bundle anew with `vlm-driving export`."
        ) from None
    _require_placement(session, placement, path)
    return session


def _session_options(ort: ModuleType, settings: SessionSettings, steady_shapes: bool) -> Any:
    options = ort.SessionOptions()
    threads = settings.threads or usable_threads()
    if process.is_ours():
        _pool.make(ort, threads)
    if _pool.made:
        options.use_per_session_threads = False
    else:
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.enable_mem_pattern = steady_shapes
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(settings.spin)))
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return options


def _require_placement(session: Any, placement: Placement, path: Path) -> None:
    """Raise a ProviderFault unless the session got its providers, for all that matters."""
    missing = missing_providers(placement.wanted, session.get_providers())
    if missing:
        raise ProviderFault(Fault.FELL_BACK, ", ".join(missing), path)
    assignment.require(assignment.recorded(session), placement, path)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
