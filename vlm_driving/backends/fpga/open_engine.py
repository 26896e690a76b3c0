"""The backends fpga and fpga-sim as a worker opens them: proven, and with the name they earn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.fpga.faults import Faults
from vlm_driving.backends.fpga.probe import open_fpga
from vlm_driving.backends.fpga.runner import FpgaRunner, open_fpga_sim
from vlm_driving.backends.fpga.transport import DeviceFault
from vlm_driving.backends.named_engine import NamedEngine
from vlm_driving.core import Deadline, UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.events import Event

OPEN_ENGINE = "vlm_driving.backends.fpga.open_engine:open_engine"
OPEN_SIM_ENGINE = "vlm_driving.backends.fpga.open_engine:open_sim_engine"
"""How a parent names the factories."""

_SIM, _DEVICE = "the emulator", "the accelerator"


class DeviceEngine(NamedEngine):
    """An engine on a device of the contract: what the device does wrong is told in a sentence.

    A device that failed launches nothing more for this process: every further answer fails at
    once, until the worker is started anew.
    """

    device = _DEVICE

    def answer(
        self,
        image_bgr: NDArray[np.uint8],
        ego_speed_kmh: float | None = None,
        deadline: Deadline | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
        task: str | None = None,
    ) -> Iterator[Event]:
        """As `Engine.answer`. Raises UserError for a fault of the device."""
        return self._told(super().answer(image_bgr, ego_speed_kmh, deadline, clock, task))

    def ask(
        self,
        question: str,
        image_bgr: NDArray[np.uint8] | None = None,
        ego_speed_kmh: float | None = None,
        deadline: Deadline | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> Iterator[Event]:
        """As `Engine.ask`. Raises UserError for a fault of the device."""
        return self._told(super().ask(question, image_bgr, ego_speed_kmh, deadline, clock))

    def _told(self, events: Iterator[Event]) -> Iterator[Event]:
        try:
            yield from events
        except DeviceFault as fault:
            raise _failed(self.device, fault) from None


class SimEngine(DeviceEngine):
    """The same on the emulator."""

    device = _SIM


def open_engine(
    bundle: str, threads: int = 0, budget_ms: float = 200.0, name: str | None = None
) -> NamedEngine:
    """Open a bundle on the accelerator, after device, bitstream, answers and speed were proven.

    Args:
        bundle: directory of the bundle.
        threads: none are used; every factory takes them.
        budget_ms: in which an advice has to be done.
        name: fpga; None for the same.

    Raises:
        UserError: saying in one sentence what is missing.
    """
    opened = ModelBundle.load(Path(bundle))
    try:
        return _engine(DeviceEngine, opened, open_fpga(opened, budget_ms=budget_ms), name)
    except DeviceFault as fault:
        raise _failed(_DEVICE, fault) from None


def open_sim_engine(
    bundle: str,
    threads: int = 0,
    faults: Mapping[str, int] | None = None,
    name: str | None = None,
) -> NamedEngine:
    """Open a bundle on an emulator, in a process of its own that ends with this one.

    To be called in a thread that lives as long as the engine: see `EmulatorTransport`.

    Args:
        bundle: directory of the bundle.
        threads: that compute a product in the emulator; 0 for one.
        faults: what the emulator shall do wrong, as in `Faults`; the self-test is then left out.
        name: fpga-sim, with a number behind it for a second one; None for fpga-sim.

    Raises:
        UserError: for a bundle that cannot be loaded or is not covered by the contract, and for an
            emulator that does not start or answers wrongly.
    """
    opened = ModelBundle.load(Path(bundle))
    wrong = None if faults is None else Faults(**faults)
    try:
        runner = open_fpga_sim(opened, faults=wrong, threads=threads or 1)
        return _engine(SimEngine, opened, runner, name)
    except DeviceFault as fault:
        raise _failed(_SIM, fault) from None


def _engine(
    kind: type[DeviceEngine], bundle: ModelBundle, runner: FpgaRunner, name: str | None
) -> NamedEngine:
    try:
        return kind(bundle, runner, name, {"emulated": kind is SimEngine})
    except BaseException:
        runner.close()
        raise


def _failed(device: str, fault: DeviceFault) -> UserError:
    return UserError(f"{device} failed: {fault}; start it anew, or use another backend.")
