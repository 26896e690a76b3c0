"""The way to a device: its register page, its buffer, a doorbell and an interrupt."""

from __future__ import annotations

import mmap
import os
import select
from pathlib import Path
from typing import Protocol

from vlm_driving.backends.fpga.protocol import PAGE, Register


class DeviceFault(Exception):
    """The device did not do what the contract says; it must be opened anew."""


class Transport(Protocol):
    """What a driver needs of a device."""

    @property
    def registers(self) -> memoryview:
        """The register page, 4096 bytes, as the device sees it."""
        ...

    @property
    def buffer(self) -> memoryview:
        """Memory that host and device share."""
        ...

    def ring(self) -> None:
        """Tell the device that a launch was submitted; DeviceFault if it is gone."""
        ...

    def wait(self, timeout_ms: int) -> bool:
        """Wait for an interrupt; False if none came. DeviceFault if the device is gone."""
        ...

    def close(self) -> None:
        """Let go of the device; an emulator ends with it. May be called twice."""
        ...


class NodeTransport:
    """A device node in the manner of Linux' UIO.

    Map 0 is the register page, map 1 (at file offset 4096) the buffer; a read of 4 bytes
    waits for an interrupt, and a write of 4 bytes enables the next one.
    """

    def __init__(self, node: Path, buffer_bytes: int) -> None:
        """Open and map; OSError if the node does not allow it."""
        self._file = os.open(node, os.O_RDWR | os.O_CLOEXEC)
        self._maps: list[mmap.mmap] = []
        try:
            self._maps.append(mmap.mmap(self._file, PAGE))
            self._maps.append(mmap.mmap(self._file, buffer_bytes, offset=PAGE))
        except BaseException:
            self.close()
            raise
        self.registers = memoryview(self._maps[0])
        self.buffer = memoryview(self._maps[1])

    def ring(self) -> None:
        """Enable the interrupt, then write the doorbell."""
        try:
            os.write(self._file, (1).to_bytes(4, "little"))
        except OSError as error:
            raise DeviceFault(f"the device node refused a write ({error})") from None
        at = Register.DOORBELL
        self.registers[at : at + 4] = (1).to_bytes(4, "little")

    def wait(self, timeout_ms: int) -> bool:
        """Wait for the node to become readable."""
        poll = select.poll()
        poll.register(self._file, select.POLLIN)
        ready = poll.poll(max(0, timeout_ms))
        if not ready:
            return False
        if ready[0][1] & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
            raise DeviceFault("the device node reports an error")
        os.read(self._file, 4)
        return True

    def close(self) -> None:
        """Unmap and close."""
        for view in (getattr(self, "registers", None), getattr(self, "buffer", None)):
            if view is not None:
                view.release()
        while self._maps:
            self._maps.pop().close()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
