"""The host's side of the contract: launches under a watchdog, checked and counted."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.fpga.image import FORMAT, DeviceImage, digest
from vlm_driving.backends.fpga.protocol import (
    DIGEST,
    GRACE_MS,
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
    next_sequence,
)
from vlm_driving.backends.fpga.shape import NetworkShape
from vlm_driving.backends.fpga.traffic import Counters, Use
from vlm_driving.backends.fpga.transport import DeviceFault, Transport
from vlm_driving.backends.fpga.vectors import known_answers

_MS = 1_000_000
_IMAGE_AT = 0
_READY_LOOK_MS = 10


@dataclass(frozen=True, slots=True)
class TimeOuts:
    """Milliseconds that a launch may take before the device must end it."""

    load_ms: int = 10_000
    encode_ms: int = 100
    prefill_ms: int = 100
    decode_ms: int = 20

    def of(self, operation: Operation) -> int:
        """The one for an operation."""
        value: int = getattr(self, operation.name.lower() + "_ms")
        return value


FOR_HARDWARE = TimeOuts()
FOR_EMULATOR = TimeOuts(load_ms=60_000, encode_ms=10_000, prefill_ms=10_000, decode_ms=5_000)
"""An emulator shares the processor with everything else: its time-outs only find what hangs."""


@dataclass(frozen=True, slots=True)
class BufferLayout:
    """Where things lie in the buffer, each at a multiple of 4096.

    Attributes:
        input_at: of pictures and tokens.
        output_at: of answers.
        size: of the whole buffer.
    """

    input_at: int
    output_at: int
    size: int

    @classmethod
    def of(cls, shape: NetworkShape, image_bytes: int) -> BufferLayout:
        """The layout for an image file of `image_bytes`."""
        pixels = 3 * shape.height * shape.width * 2
        rows = shape.positions * shape.hidden * 4
        answers = max(shape.image_tokens * shape.hidden, shape.vocab) * 4
        input_at = _aligned(image_bytes)
        output_at = input_at + _aligned(max(pixels, rows))
        return cls(input_at, output_at, output_at + _aligned(max(answers, DIGEST)))


class FpgaDriver:
    """One device with one image. One thread at a time; after a DeviceFault only `close`."""

    def __init__(
        self,
        transport: Transport,
        image: DeviceImage,
        time_outs: TimeOuts,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Check the device's identity and load the image; `transport` is the caller's to close.

        Args:
            transport: to the device.
            image: to make resident.
            time_outs: of launches.
            clock: monotonic nanoseconds.

        Raises:
            DeviceFault: if the device speaks another protocol, is too small, or does not load.
        """
        self.shape = image.shape
        self.counters = Counters()
        self._transport = transport
        self._image = image
        self._time_outs = time_outs
        self._clock = clock
        self._fault: str | None = None
        self.identity = read_identity(transport)
        file = image.to_bytes()
        self._layout = BufferLayout.of(image.shape, len(file))
        registers = transport.registers
        room, bandwidth = struct.unpack_from("<QQ", registers, Register.BUFFER_BYTES)
        if min(room, len(transport.buffer)) < self._layout.size:
            raise DeviceFault(
                f"the device's buffer has {room} bytes, this bundle needs {self._layout.size}"
            )
        self.counters = replace(self.counters, bandwidth=bandwidth)
        self._await_ready()
        self._sequence = self.state().submitted
        answer = self._launch(Operation.LOAD, file, DIGEST, at=_IMAGE_AT)
        resident = bytes(registers[Register.IMAGE : Register.IMAGE + DIGEST])
        if not answer == resident == digest(file):
            raise self._failed("the image that the device made resident is not the one sent")

    @property
    def kind(self) -> Kind:
        """What the device says that it is."""
        return Kind(self.identity.kind)

    def encode(self, pixels: NDArray[np.int16]) -> NDArray[np.int32]:
        """(3, height, width) in Q12 -> (image_tokens, hidden) in Q16, in one launch.

        Raises:
            DeviceFault: if the launch fails or takes too long.
        """
        size = 4 * self.shape.image_tokens * self.shape.hidden
        given = np.ascontiguousarray(pixels, "<i2").tobytes()
        answer = self._launch(Operation.ENCODE, given, size)
        return np.frombuffer(answer, "<i4").reshape(self.shape.image_tokens, -1)

    def extend(self, rows: NDArray[np.int32], start: int) -> NDArray[np.int32]:
        """(n, hidden) in Q16 at `start` -> logits (vocab,) in Q16, in one launch.

        Raises:
            DeviceFault: if the launch fails or takes too long.
        """
        operation = Operation.DECODE if len(rows) == 1 else Operation.PREFILL
        given = np.ascontiguousarray(rows, "<i4").tobytes()
        answer = self._launch(operation, given, 4 * self.shape.vocab, start, len(rows))
        return np.frombuffer(answer, "<i4")

    def self_test(self) -> None:
        """Ask the standard input through the launches that frames use; overwrites the cache.

        Raises:
            DeviceFault: naming the launches whose answers are not the image's own.
        """
        answers = known_answers(self)
        wrong = [name for name, value in self._image.answers.items() if answers[name] != value]
        if wrong or not self._image.answers:
            named = " and ".join(wrong) or "nothing to compare with"
            raise self._failed(f"the self-test answered wrongly: {named}")

    def state(self) -> State:
        """The device's registers now."""
        return State.unpack(self._transport.registers[Register.STATE :])

    def _await_ready(self) -> None:
        limit_ms = self._time_outs.load_ms
        until = self._clock() + limit_ms * _MS
        while resetting(self._transport) or self.state().status != Status.READY:
            left = until - self._clock()
            if left <= 0:
                raise self._failed(f"the device was not ready after {limit_ms} ms")
            self._transport.wait(min(_READY_LOOK_MS, -(-left // _MS)))

    def _launch(
        self,
        operation: Operation,
        given: bytes,
        out_bytes: int,
        start: int = 0,
        count: int = 1,
        at: int | None = None,
    ) -> bytes:
        if self._fault is not None:
            raise DeviceFault(f"the device failed before: {self._fault}")
        self._sequence = next_sequence(self._sequence)
        launch = Descriptor(
            operation=operation,
            sequence=self._sequence,
            start=start,
            count=count,
            in_offset=self._layout.input_at if at is None else at,
            in_bytes=len(given),
            in_crc=zlib.crc32(given),
            out_offset=self._layout.output_at,
            out_bytes=out_bytes,
            timeout_ms=self._time_outs.of(operation),
        )
        begun = self._clock()
        self._submit(launch, given)
        done = self._await(launch, operation, begun)
        end = launch.out_offset + done.out_bytes
        answer = bytes(self._transport.buffer[launch.out_offset : end])
        if done.out_bytes != out_bytes or zlib.crc32(answer) != done.out_crc:
            raise self._failed(f"{_called(launch)} gave an answer with a wrong checksum")
        use = Use(
            launches=1,
            to_device=len(given) + Descriptor.SIZE,
            from_device=len(answer) + Completion.SIZE,
            memory_read=done.memory_read,
            memory_written=done.memory_written,
            busy_ns=done.busy_ns,
            wall_ns=self._clock() - begun,
        )
        self.counters = self.counters.plus(operation, use)
        return answer

    def _submit(self, launch: Descriptor, given: bytes) -> None:
        transport = self._transport
        transport.buffer[launch.in_offset : launch.in_offset + len(given)] = given
        at = Register.DESCRIPTOR
        transport.registers[at : at + Descriptor.SIZE] = launch.pack()
        struct.pack_into("<I", transport.registers, Register.SUBMITTED, launch.sequence)
        try:
            transport.ring()
        except DeviceFault as fault:
            raise self._failed(f"{_called(launch)} could not be submitted: {fault}") from None

    def _await(self, launch: Descriptor, operation: Operation, begun: int) -> Completion:
        """The watchdog: the completion of this launch, or a fault that shows the registers."""
        limit_ms = launch.timeout_ms + GRACE_MS
        until = begun + limit_ms * _MS
        while True:
            left = max(0, until - self._clock())
            try:
                # First the interrupt, then the number: waiting is what orders the two memories.
                self._transport.wait(-(-left // _MS))
            except DeviceFault as fault:
                raise self._failed(f"{_called(launch)} did not complete: {fault}") from None
            if self.state().completed == launch.sequence:
                break
            if left == 0:
                raise self._failed(f"{_called(launch)} did not complete within {limit_ms} ms")
        at = Register.COMPLETION
        try:
            done = Completion.unpack(self._transport.registers[at : at + Completion.SIZE])
        except ProtocolError as error:
            raise self._failed(f"{_called(launch)} ended unreadably: {error}") from None
        if done.sequence != launch.sequence:
            raise self._failed(f"{_called(launch)} was answered by launch {done.sequence}")
        if done.error != Error.NONE:
            name = Error(done.error).name if done.error in tuple(Error) else str(done.error)
            raise self._failed(f"{_called(launch)} failed with {name}")
        return done

    def _failed(self, why: str) -> DeviceFault:
        self._fault = f"{why} ({self.state()})"
        return DeviceFault(self._fault)


def reset(transport: Transport) -> None:
    """Begin a reset: launches, weights and faults are forgotten. A new driver waits for its end."""
    struct.pack_into("<I", transport.registers, Register.RESET, 1)


def resetting(transport: Transport) -> bool:
    """Whether a reset is under way; the device clears the register when it is done."""
    (word,) = struct.unpack_from("<I", transport.registers, Register.RESET)
    return bool(word)


def read_identity(transport: Transport) -> Identity:
    """Who is there; DeviceFault if it is nobody that this host can work with."""
    try:
        identity = Identity.unpack(transport.registers)
    except ProtocolError as error:
        raise DeviceFault(f"no device of this contract answers: {error}") from None
    refusal = identity.refusal(FORMAT)
    if refusal is not None:
        raise DeviceFault(refusal)
    return identity


def _called(launch: Descriptor) -> str:
    return f"launch {launch.sequence} ({Operation(launch.operation).name})"


def _aligned(size: int) -> int:
    return -(-size // PAGE) * PAGE
