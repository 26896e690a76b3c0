"""How much moves for one launch, and what share of a memory's bandwidth that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from vlm_driving.backends.fpga.image import DeviceImage
from vlm_driving.backends.fpga.protocol import Operation

_SCALE_BYTES = 3  # a mantissa of 16 bits and an exponent, for every cached key and value
_HOST_ONLY = ("embed",)


@dataclass(frozen=True, slots=True)
class Traffic:
    """Counts the bytes of the device's own memory that the contract makes a launch move.

    Weights are read once a launch, the cache as far as it is filled; activations stay on chip.

    Attributes:
        encoder: bytes of weights, multipliers, biases and tables of the encoder.
        decoder: likewise.
        row: bytes of keys and values that one token has in all layers.
    """

    encoder: int
    decoder: int
    row: int

    @classmethod
    def of(cls, image: DeviceImage) -> Traffic:
        """Count an image's tensors."""
        encoder = decoder = 0
        for name, array in image.tensors.items():
            if name.startswith("vision."):
                encoder += array.nbytes
            elif name not in _HOST_ONLY:
                decoder += array.nbytes
        shape = image.shape
        row = 2 * shape.layers * shape.kv_heads * (shape.head_size + _SCALE_BYTES)
        return cls(encoder, decoder, row)

    def moved(self, operation: int, start: int, count: int) -> tuple[int, int]:
        """Bytes (read, written) by one launch."""
        if operation == Operation.ENCODE:
            return self.encoder, 0
        if operation in (Operation.PREFILL, Operation.DECODE):
            return self.decoder + (start + count) * self.row, count * self.row
        return 0, 0


@dataclass(frozen=True, slots=True)
class Use:
    """Sums over the launches of one operation.

    Attributes:
        launches: that completed.
        to_device: bytes that the host wrote into the buffer for them.
        from_device: bytes that it read back.
        memory_read: bytes of the device's memory, as its completions say.
        memory_written: likewise.
        busy_ns: time that the device worked, as it says.
        wall_ns: from the doorbell to the answer in the host's hands.
    """

    launches: int = 0
    to_device: int = 0
    from_device: int = 0
    memory_read: int = 0
    memory_written: int = 0
    busy_ns: int = 0
    wall_ns: int = 0


@dataclass(frozen=True, slots=True)
class Counters:
    """What a driver has done so far.

    Attributes:
        load: launches that made an image resident.
        encode: pictures.
        prefill: launches of several tokens.
        decode: launches of one token.
        bandwidth: peak of the device's memory in bytes a second; 0 where it has none to name.
    """

    load: Use = Use()
    encode: Use = Use()
    prefill: Use = Use()
    decode: Use = Use()
    bandwidth: int = 0

    def plus(self, operation: Operation, more: Use) -> Counters:
        """With one launch more."""
        name = operation.name.lower()
        old: Use = getattr(self, name)
        total: Any = Use(*(getattr(old, f) + getattr(more, f) for f in Use.__dataclass_fields__))
        return replace(self, **{name: total})

    @property
    def bytes_a_token(self) -> float | None:
        """Bytes of device memory that one decoded token read; None before the first."""
        done = self.decode
        return done.memory_read / done.launches if done.launches else None

    @property
    def bandwidth_share(self) -> float | None:
        """Bytes a token against what the memory could have moved in that time.

        1 is the ceiling. None where nothing was decoded or the device names no bandwidth.
        """
        done = self.decode
        if not (done.launches and self.bandwidth and done.busy_ns):
            return None
        return done.memory_read / (self.bandwidth * done.busy_ns / 1e9)
