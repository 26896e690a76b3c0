"""Starting the emulator as a process of its own, and talking to it."""

from __future__ import annotations

import json
import mmap
import os
import select
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from vlm_driving.backends.fpga.faults import Faults
from vlm_driving.backends.fpga.protocol import PAGE
from vlm_driving.backends.fpga.transport import DeviceFault

_START_MS = 60_000
_END_S = 5.0
_PACKAGE_ROOT = Path(__file__).resolve().parents[3]


class EmulatorTransport:
    """A child process behind anonymous shared memory and a socket pair.

    Nothing of it has a name in the file system. The child ends when its parent ends or
    closes the socket; open it in a thread that lives as long as it is used, because Linux
    takes that thread for the parent.
    """

    def __init__(
        self, buffer_bytes: int, faults: Faults | None = None, *, threads: int = 1
    ) -> None:
        """Start it and wait until it is ready.

        Args:
            buffer_bytes: of the shared buffer.
            faults: what it shall do wrong.
            threads: that compute a product.

        Raises:
            DeviceFault: if it ends before it is ready.
        """
        self.size = PAGE + buffer_bytes
        memory = os.memfd_create("vlm-fpga-sim", os.MFD_CLOEXEC)
        ours, theirs = socket.socketpair()
        try:
            os.ftruncate(memory, self.size)
            self._map = mmap.mmap(memory, self.size)
            program = [sys.executable, "-m", "vlm_driving.backends.fpga.emulator"]
            options = {"--control": theirs.fileno(), "--memory": memory, "--parent": os.getpid()}
            self._child = subprocess.Popen(
                [
                    *program,
                    *(str(part) for pair in options.items() for part in pair),
                    "--faults",
                    json.dumps(asdict(faults or Faults())),
                ],
                pass_fds=(theirs.fileno(), memory),
                stdin=subprocess.DEVNULL,
                env=_environment(threads),
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
            os.close(memory)
        self._control = ours
        whole = memoryview(self._map)
        self.registers = whole[:PAGE]
        self.buffer = whole[PAGE:]
        whole.release()
        try:
            if not self.wait(_START_MS):
                raise DeviceFault(f"the emulator was not ready after {_START_MS // 1000} s")
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Of the emulator."""
        return self._child.pid

    def ring(self) -> None:
        """One byte to the emulator."""
        try:
            self._control.sendall(b"d")
        except OSError as error:
            raise self._gone(error) from None

    def wait(self, timeout_ms: int) -> bool:
        """One byte from the emulator."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        if not poll.poll(max(0, timeout_ms)):
            return False
        try:
            if self._control.recv(1):
                return True
        except OSError as error:
            raise self._gone(error) from None
        raise self._gone(None)

    def close(self) -> None:
        """End the emulator, at once if it does not go by itself, and free the memory."""
        self._control.close()
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait(_END_S)
        self.registers.release()
        self.buffer.release()
        self._map.close()

    def _gone(self, error: OSError | None) -> DeviceFault:
        try:
            code = str(self._child.wait(_END_S))
        except subprocess.TimeoutExpired:
            code = "none"
        why = f", {error}" if error else ""
        return DeviceFault(f"the emulator's process is gone (exit status {code}{why})")


def _environment(threads: int) -> dict[str, str]:
    """Ours, with this very package first and few threads."""
    known = os.environ.get("PYTHONPATH")
    paths = [str(_PACKAGE_ROOT), *([known] if known else [])]
    counts = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    return {**os.environ, **counts, "PYTHONPATH": os.pathsep.join(paths)}
