"""The device side of the contract, by the integer reference, in a process of its own.

`python -m vlm_driving.backends.fpga.emulator` is started by `emulated.EmulatorTransport`. It
calls itself an emulator in its registers and has no way to say anything else.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import mmap
import os
import select
import signal
import socket
import struct
import threading
import time
import zlib
from collections.abc import Sequence

import numpy as np

from vlm_driving.backends.fpga.faults import Faults
from vlm_driving.backends.fpga.image import FORMAT, DeviceImage, digest
from vlm_driving.backends.fpga.protocol import (
    DIGEST,
    MINOR,
    PAGE,
    Completion,
    Descriptor,
    Error,
    Identity,
    Kind,
    Operation,
    ProtocolError,
    Register,
    State,
    Status,
)
from vlm_driving.backends.fpga.reference import Network
from vlm_driving.backends.fpga.traffic import Traffic
from vlm_driving.core import UserError

_BEAT_S = 0.05
_PR_SET_PDEATHSIG = 1


class _LaunchError(Exception):
    def __init__(self, code: Error) -> None:
        super().__init__(code.name)
        self.code = code


class Device:
    """Registers, buffer and network: everything but the process around them."""

    def __init__(self, registers: memoryview, buffer: memoryview, faults: Faults) -> None:
        """Write the identity and become ready."""
        self._registers = registers
        self._buffer = buffer
        self._faults = faults
        self._network: Network | None = None
        self._traffic = Traffic(0, 0, 0)
        self._deadline_ns = 0
        identity = Identity(faults.major, MINOR, Kind.EMULATOR, FORMAT)
        registers[: len(identity.pack())] = identity.pack()
        self._put("<Q", Register.BUFFER_BYTES, len(buffer))
        self._put("<I", Register.STATE, Status.READY)

    def beat(self) -> None:
        """Say that the control lives."""
        at = Register.STATE + 20
        (beats,) = struct.unpack_from("<I", self._registers, at)
        self._put("<I", at, (beats + 1) & 0xFFFFFFFF)

    def launch(self) -> None:
        """Do what the descriptor says, and write how it ended."""
        started = time.monotonic_ns()
        state = State.unpack(self._registers[Register.STATE :])
        self._put("<I", Register.STATE, Status.BUSY)
        self._put("<I", Register.STATE + 16, 0)
        error, answer, read, written = Error.NONE, b"", 0, 0
        try:
            if state.status == Status.FAULT:  # until a reset every launch ends as the last did
                raise _LaunchError(Error(state.error))
            launch = self._descriptor(state.submitted)
            self._deadline_ns = started + launch.timeout_ms * 1_000_000
            self._misbehave(launch.sequence)
            answer = self._answer(launch)
            self._check_time()
            read, written = self._traffic.moved(launch.operation, launch.start, launch.count)
            self._buffer[launch.out_offset : launch.out_offset + len(answer)] = answer
            if launch.sequence == self._faults.corrupt_at:
                self._buffer[launch.out_offset] ^= 1
        except _LaunchError as problem:
            error = problem.code
        except Exception:  # a device has no traceback to show; its state names the code
            error = Error.INTERNAL
        done = Completion(
            error=error,
            sequence=state.submitted,
            out_bytes=len(answer) if error is Error.NONE else 0,
            out_crc=zlib.crc32(answer) if error is Error.NONE else 0,
            busy_ns=time.monotonic_ns() - started,
            memory_read=read,
            memory_written=written,
        )
        at = Register.COMPLETION
        self._registers[at : at + Completion.SIZE] = done.pack()
        if error is not Error.NONE:
            self._put("<I", Register.STATE + 4, error)
        ended = Status.FAULT if error in (Error.TIMEOUT, Error.INTERNAL) else Status.READY
        self._put("<I", Register.STATE, ended)
        self._put("<I", Register.STATE + 12, state.submitted)

    def _descriptor(self, submitted: int) -> Descriptor:
        at = Register.DESCRIPTOR
        try:
            launch = Descriptor.unpack(self._registers[at : at + Descriptor.SIZE])
        except ProtocolError:
            raise _LaunchError(Error.DESCRIPTOR) from None
        if launch.sequence != submitted:
            raise _LaunchError(Error.DESCRIPTOR)
        for offset, size in (
            (launch.in_offset, launch.in_bytes),
            (launch.out_offset, launch.out_bytes),
        ):
            if offset % PAGE or offset + size > len(self._buffer):
                raise _LaunchError(Error.RANGE)
        return launch

    def _answer(self, launch: Descriptor) -> bytes:
        end = launch.in_offset + launch.in_bytes
        given = bytes(self._buffer[launch.in_offset : end])
        if zlib.crc32(given) != launch.in_crc:
            raise _LaunchError(Error.INPUT)
        if launch.operation == Operation.LOAD:
            return self._load(launch, given)
        network = self._network
        if network is None:
            raise _LaunchError(Error.NO_IMAGE)
        shape = network.shape
        if launch.operation == Operation.ENCODE:
            planes = (3, shape.height, shape.width)
            answered = 4 * shape.image_tokens * shape.hidden
            self._require(launch, 2 * int(np.prod(planes)), answered)
            return network.encode(np.frombuffer(given, "<i2").reshape(planes)).tobytes()
        if launch.operation not in (Operation.PREFILL, Operation.DECODE):
            raise _LaunchError(Error.OPERATION)
        if launch.operation == Operation.DECODE and launch.count != 1:
            raise _LaunchError(Error.RANGE)
        if launch.count < 1 or launch.start + launch.count > shape.positions:
            raise _LaunchError(Error.POSITION)
        self._require(launch, 4 * launch.count * shape.hidden, 4 * shape.vocab)
        rows = np.frombuffer(given, "<i4").reshape(launch.count, shape.hidden)
        return network.extend(rows, launch.start).tobytes()

    def _load(self, launch: Descriptor, given: bytes) -> bytes:
        self._require(launch, launch.in_bytes, DIGEST)
        try:
            image = DeviceImage.from_bytes(given)
            self._network = Network(image, self._step)
        except (UserError, KeyError, ValueError):
            raise _LaunchError(Error.IMAGE) from None
        self._traffic = Traffic.of(image)
        name = digest(given)
        self._registers[Register.IMAGE : Register.IMAGE + DIGEST] = name
        return name

    @staticmethod
    def _require(launch: Descriptor, in_bytes: int, out_bytes: int) -> None:
        if (launch.in_bytes, launch.out_bytes) != (in_bytes, out_bytes):
            raise _LaunchError(Error.RANGE)

    def _step(self) -> None:
        at = Register.STATE + 16
        (step,) = struct.unpack_from("<I", self._registers, at)
        self._put("<I", at, step + 1)
        self._check_time()

    def _check_time(self) -> None:
        if time.monotonic_ns() > self._deadline_ns:
            raise _LaunchError(Error.TIMEOUT)

    def _misbehave(self, sequence: int) -> None:
        faults = self._faults
        if sequence == faults.die_at:
            os._exit(3)
        while sequence == faults.hang_at:
            time.sleep(3600)
        if faults.slow_ms and sequence >= faults.slow_from:
            time.sleep(faults.slow_ms / 1000)

    def _put(self, layout: str, at: int, value: int) -> None:
        struct.pack_into(layout, self._registers, at, value)


def serve(device: Device, control: socket.socket) -> None:
    """Answer the doorbell until the other side is gone."""
    while control.recv(1):
        device.launch()
        control.sendall(b"i")


def _beat_and_watch(device: Device, control: socket.socket) -> None:
    """Beat while the host is there; end the process when it is not, even within a launch."""
    poll = select.poll()
    poll.register(control, select.POLLRDHUP)
    while not poll.poll(_BEAT_S * 1000):
        device.beat()
    os._exit(0)


def _die_with_parent(parent: int) -> None:
    """Be killed when the parent ends, also while stopped."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before that
        os._exit(0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Map the memory, become ready, serve."""
    parser = argparse.ArgumentParser(description="Emulates the accelerator, for tests.")
    for name in ("control", "memory", "parent"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--faults", default="{}")
    options = parser.parse_args(arguments)
    _die_with_parent(options.parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    whole = memoryview(mmap.mmap(options.memory, 0))
    os.close(options.memory)
    device = Device(whole[:PAGE], whole[PAGE:], Faults(**json.loads(options.faults)))
    with socket.socket(fileno=options.control) as control:
        threading.Thread(target=_beat_and_watch, args=(device, control), daemon=True).start()
        control.sendall(b"i")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            serve(device, control)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
