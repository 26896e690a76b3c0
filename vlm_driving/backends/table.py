"""Every backend of the ladder: how it is asked whether it can be used, and how it is opened.

Nothing is imported before it is asked: a machine without a GPU or an FPGA loads nothing of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlm_driving.backends.usability import Usability
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.runner import Runner

FPGA, FPGA_SIM, ONNX_GPU, ONNX_CPU = "fpga", "fpga-sim", "onnx-gpu", "onnx-cpu"


@dataclass(frozen=True, slots=True)
class Backend:
    """One way to run a bundle.

    Attributes:
        name: in reports and settings.
        probe: says whether it can be used here, by trying.
        open: gives its runner; raises UserError.
        emulated: whether it stands for hardware that is not there: it may be chosen for tests, and
            it never counts as one that keeps a budget.
    """

    name: str
    probe: Callable[[ModelBundle], Usability]
    open: Callable[[ModelBundle], Runner]
    emulated: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What a short measurement found.

    Attributes:
        frames: that were answered.
        stages_ms: quantiles of each stage in milliseconds: stage to {"p50": .., "p99": ..}.
        advice_ms: quantiles from the picture to the whole advice, likewise.
        bytes_a_token: weights and cache that one token reads; None where unknown.
        gbps: memory bandwidth of the device in GB/s (1e9 bytes), measured; None where unknown.
        tokens_per_s: median speed of decoding; None without a token.
        fits_cache: whether those bytes stay in the last cache, so that memory is no limit; None
            where unknown.
    """

    frames: int
    stages_ms: Mapping[str, Mapping[str, float]]
    advice_ms: Mapping[str, float]
    bytes_a_token: int | None = None
    gbps: float | None = None
    tokens_per_s: float | None = None
    fits_cache: bool | None = None

    @property
    def bandwidth_share(self) -> float | None:
        """Bytes that decoding moved a second, as a share of what memory can move."""
        if not (self.bytes_a_token and self.gbps and self.tokens_per_s):
            return None
        return self.bytes_a_token * self.tokens_per_s / (self.gbps * 1e9)

    def to_json(self) -> dict[str, Any]:
        """Name to value."""
        share = self.bandwidth_share
        return {
            "frames": self.frames,
            "advice_ms": dict(self.advice_ms),
            "stages_ms": {name: dict(spread) for name, spread in self.stages_ms.items()},
            "tokens_per_s": self.tokens_per_s,
            "bytes_a_token": self.bytes_a_token,
            "gbps": None if self.gbps is None else round(self.gbps, 2),
            "bandwidth_share": None if share is None else round(share, 4),
            "fits_cache": self.fits_cache,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        backend: its name.
        usability: what it found out about itself.
        figures: what was measured; None where it cannot be used.
        emulated: as the backend's.
    """

    backend: str
    usability: Usability
    figures: Figures | None = None
    emulated: bool = False

    def meets(self, budget_ms: float) -> bool:
        """Whether 99 of 100 advices are there within the budget, on hardware that is there."""
        if self.emulated or self.figures is None or not self.usability.usable:
            return False
        return self.figures.advice_ms["p99"] <= budget_ms

    def to_json(self, budget_ms: float) -> dict[str, Any]:
        """Name to value."""
        return {
            "backend": self.backend,
            "usable": self.usability.usable,
            "reason": self.usability.reason,
            "verified": self.usability.verified,
            "emulated": self.emulated,
            "meets_budget": self.meets(budget_ms),
            "measured": None if self.figures is None else self.figures.to_json(),
            "details": dict(self.usability.details),
        }


Measure = Callable[[Backend, Usability, Runner], Figures]
"""Answers frames with a runner."""


def known_backends(threads: int = 0, budget_ms: float = 200.0) -> tuple[Backend, ...]:
    """All backends in the order of the ladder.

    Args:
        threads: of what runs on the CPU; 0 takes what the process may use, at most 8.
        budget_ms: in which the accelerator has to advise to be usable.
    """
    return (
        Backend(FPGA, lambda b: _probe_fpga(b, budget_ms), _open_fpga),
        Backend(FPGA_SIM, _probe_fpga_sim, _open_fpga_sim, emulated=True),
        Backend(ONNX_GPU, lambda b: _probe_gpu(b, threads), lambda b: _open_gpu(b, threads)),
        Backend(ONNX_CPU, lambda b: _probe_cpu(b, threads), lambda b: _open_cpu(b, threads)),
    )


def fill_table(
    bundle: ModelBundle, backends: tuple[Backend, ...], measure: Measure
) -> Iterator[Row]:
    """Ask every backend, and measure those that can be used; a row as soon as it is known.

    A backend that fails while it is measured is not usable, whatever it said before.

    Args:
        bundle: a verified bundle.
        backends: to ask.
        measure: answers frames with a runner.
    """
    for backend in backends:
        usability = _probed(backend, bundle)
        figures = None
        if usability.usable:
            runner = None
            try:
                runner = backend.open(bundle)
                figures = measure(backend, usability, runner)
            except UserError as error:
                usability = _failed(usability, str(error))
            except Exception as error:  # one backend's fault must not cost the others their rows
                usability = _failed(usability, f"it failed while it was measured ({error!r}).")
            finally:
                _close(runner)
        yield Row(backend.name, usability, figures, backend.emulated)


def _probed(backend: Backend, bundle: ModelBundle) -> Usability:
    try:
        return backend.probe(bundle)
    except UserError as error:
        return Usability(False, str(error), False)
    except Exception as error:  # as above
        return Usability(False, f"it failed while it was asked ({error!r}).", False)


def _failed(usability: Usability, reason: str) -> Usability:
    return Usability(False, reason, False, usability.details)


def _probe_cpu(bundle: ModelBundle, threads: int) -> Usability:
    from vlm_driving.backends.onnx.proof import prove_cpu
    from vlm_driving.backends.onnx.sessions import SessionSettings

    return prove_cpu(bundle, SessionSettings(threads))


def _open_cpu(bundle: ModelBundle, threads: int) -> Runner:
    from vlm_driving.backends.onnx import open_runner

    return open_runner(bundle, threads=threads)


def _probe_gpu(bundle: ModelBundle, threads: int) -> Usability:
    from vlm_driving.backends.onnx.gpu import GpuOptions, probe_gpu

    return probe_gpu(bundle, GpuOptions(threads=threads))


def _open_gpu(bundle: ModelBundle, threads: int) -> Runner:
    from vlm_driving.backends.onnx.gpu import GpuOptions, open_gpu_runner

    return open_gpu_runner(bundle, GpuOptions(threads=threads))


def _probe_fpga(bundle: ModelBundle, budget_ms: float) -> Usability:
    from vlm_driving.backends.fpga.probe import probe_fpga

    return probe_fpga(bundle, budget_ms=budget_ms)


def _open_fpga(bundle: ModelBundle) -> Runner:
    from vlm_driving.backends.fpga.probe import open_fpga

    return open_fpga(bundle)


def _probe_fpga_sim(bundle: ModelBundle) -> Usability:
    """Opening it is the test: it is software, and answers bit by bit as its reference."""
    from vlm_driving.backends.fpga.transport import DeviceFault

    try:
        runner = _open_fpga_sim(bundle)
    except UserError as error:
        return Usability(False, str(error), False)
    except DeviceFault as fault:
        return Usability(False, f"the emulator failed: {fault}.", False)
    _close(runner)
    return Usability(True, None, False, {"emulator": True})


def _open_fpga_sim(bundle: ModelBundle) -> Runner:
    from vlm_driving.backends.fpga.runner import open_fpga_sim

    return open_fpga_sim(bundle)


def _close(runner: Runner | None) -> None:
    """Let go of a device or a process, where the runner has one."""
    close = getattr(runner, "close", None)
    if callable(close):
        close()


def decoder_of(bundle: ModelBundle, usability: Usability) -> Path:
    """The decoder graph that a backend runs: one that was built for it, else the bundle's."""
    named = usability.details.get("decoder")
    return (
        Path(named) if isinstance(named, str) else bundle.graph_path(bundle.manifest.graphs.decoder)
    )
