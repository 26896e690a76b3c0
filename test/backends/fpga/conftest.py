"""The small network, and a device within this process."""

from __future__ import annotations

import pytest

from vlm_driving.backends.fpga.emulator import Device
from vlm_driving.backends.fpga.faults import Faults
from vlm_driving.backends.fpga.image import DeviceImage
from vlm_driving.backends.fpga.pack import matrices, pack_floats, vectors, with_answers
from vlm_driving.backends.fpga.protocol import PAGE, Register
from vlm_driving.backends.fpga.vectors import SMALL, small_floats


@pytest.fixture(scope="session")
def small_image() -> DeviceImage:
    floats = small_floats(list(matrices(SMALL)), list(vectors(SMALL)))
    return with_answers(pack_floats("small", {}, SMALL, floats, 1e-6))


class LoopTransport:
    """A device in this very process, or one that never answers its doorbell."""

    def __init__(self, size: int, faults: Faults | None = None) -> None:
        self.registers = memoryview(bytearray(PAGE))
        self.buffer = memoryview(bytearray(size))
        self.device = Device(self.registers, self.buffer, faults or Faults())
        self.deaf = False
        self.closed = False
        self.waited_ms: list[int] = []
        self.interrupts = 0
        self.now_ns = 0

    def clock(self) -> int:
        return self.now_ns

    def ring(self) -> None:
        if not self.deaf:
            self.device.launch()
            self.interrupts += 1

    def wait(self, timeout_ms: int) -> bool:
        self.waited_ms.append(timeout_ms)
        if self.interrupts:
            self.interrupts -= 1
            return True
        self.now_ns += timeout_ms * 1_000_000
        self.registers[Register.RESET] = 0  # the device has reset itself
        return False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def loop() -> type[LoopTransport]:
    return LoopTransport
