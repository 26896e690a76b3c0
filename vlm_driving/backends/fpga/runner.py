"""The runtime's Runner on a device of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.fpga.driver import (
    FOR_EMULATOR,
    BufferLayout,
    FpgaDriver,
    TimeOuts,
)
from vlm_driving.backends.fpga.emulated import EmulatorTransport
from vlm_driving.backends.fpga.faults import Faults
from vlm_driving.backends.fpga.image import DeviceImage
from vlm_driving.backends.fpga.numeric import LARGEST, ONE
from vlm_driving.backends.fpga.pack import pack
from vlm_driving.backends.fpga.protocol import Kind
from vlm_driving.backends.fpga.reference import PIXEL_Q
from vlm_driving.backends.fpga.traffic import Counters
from vlm_driving.backends.fpga.transport import Transport
from vlm_driving.core import UserError

if TYPE_CHECKING:
    from vlm_driving.runtime.bundle import ModelBundle

NAMES = {Kind.HARDWARE: "fpga", Kind.EMULATOR: "fpga-sim"}
_INT16 = (1 << 15) - 1


class FpgaRunner:
    """One sequence on one device. Only the host counts its length: to rewind costs nothing.

    Close it, or use it in a `with`; an emulator also ends with its parent.
    """

    def __init__(self, driver: FpgaDriver, transport: Transport, image: DeviceImage) -> None:
        """Take parts that are already open; use `open_fpga_sim` or `probe.open_fpga`."""
        self._driver = driver
        self._transport = transport
        self._embed = image.tensors["embed"]
        self._length = 0
        self._open = True

    @property
    def name(self) -> str:
        """`fpga` or `fpga-sim`: what the device's own registers say."""
        return NAMES[self._driver.kind]

    @property
    def counters(self) -> Counters:
        """Launches, bytes moved and bandwidth share so far."""
        return self._driver.counters

    def encode(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """(1, 3, height, width) -> (1, image_tokens, hidden)."""
        counted = np.rint(pixels[0] * np.float32(1 << PIXEL_Q))
        return _floats(self._driver.encode(np.clip(counted, -_INT16, _INT16).astype(np.int16)))

    def embed(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """(1, n) -> (1, n, hidden), looked up on the host."""
        return _floats(self._embed[ids[0]])

    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        """Append (1, n, hidden); the logits (vocab,) after the last position.

        Raises:
            ValueError: if the cache cannot hold them.
            DeviceFault: if the launch fails or takes too long.
        """
        count = embeds.shape[1]
        if count == 0 or self._length + count > self.capacity:
            raise ValueError(f"{self._length} + {count} tokens; the cache holds {self.capacity}")
        counted = np.rint(embeds[0].astype(np.float64) * ONE)
        rows = np.clip(counted, -LARGEST, LARGEST).astype(np.int32)
        logits = self._driver.extend(rows, self._length)
        self._length += count
        result: NDArray[np.float32] = _floats(logits)[0]
        return result

    def self_test(self) -> None:
        """Ask the known answers once more; the cache is empty afterwards.

        Raises:
            DeviceFault: naming the launches whose answers are wrong.
        """
        self._length = 0
        self._driver.self_test()

    @property
    def length(self) -> int:
        """Tokens in the cache."""
        return self._length

    def rewind(self, length: int) -> None:
        """Forget every token after the first `length`, exactly."""
        if not 0 <= length <= self._length:
            raise ValueError(f"cannot rewind {self._length} tokens to {length}")
        self._length = length

    @property
    def capacity(self) -> int:
        """Tokens that the cache can hold."""
        return self._driver.shape.positions

    def close(self) -> None:
        """Let go of the device. May be called twice."""
        if self._open:
            self._open = False
            self._transport.close()

    def __enter__(self) -> FpgaRunner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_fpga_sim(
    bundle: ModelBundle,
    *,
    image: DeviceImage | None = None,
    faults: Faults | None = None,
    time_outs: TimeOuts = FOR_EMULATOR,
    threads: int = 1,
) -> FpgaRunner:
    """Start the emulator with a bundle, and let it prove itself with the known answers.

    It computes what the accelerator will compute, to the bit, and says nothing about how fast.
    Call it in a thread that lives as long as the runner (see `EmulatorTransport`).

    Args:
        bundle: a verified bundle.
        image: what `pack(bundle)` gave, to save the seconds that packing takes.
        faults: what the emulator shall do wrong, for tests; the self-test is then left out.
        time_outs: of launches.
        threads: that compute a product in the emulator.

    Raises:
        UserError: if the contract does not cover the bundle, or `image` is another's.
        DeviceFault: if the emulator does not start or answers wrongly.
    """
    image = pack(bundle) if image is None else image
    require_same(bundle, image)
    layout = BufferLayout.of(image.shape, len(image.to_bytes()))
    transport = EmulatorTransport(layout.size, faults, threads=threads)
    try:
        driver = FpgaDriver(transport, image, time_outs)
        if driver.kind is not Kind.EMULATOR:
            raise RuntimeError("the emulator does not call itself one")
        if faults is None:
            driver.self_test()
    except BaseException:
        transport.close()
        raise
    return FpgaRunner(driver, transport, image)


def require_same(bundle: ModelBundle, image: DeviceImage) -> None:
    """Raise UserError if `image` was packed from other graphs than the bundle's."""
    for file, sha256 in image.source.items():
        if bundle.manifest.sha256.get(file) != sha256:
            raise UserError(
                f"the device image was packed from another {file} than {bundle.root} has; "
                "pack the bundle again."
            )


def _floats(values: NDArray[np.int32]) -> NDArray[np.float32]:
    """(n, ...) in Q16 -> (1, n, ...) float32, exact below 256."""
    result: NDArray[np.float32] = (values.astype(np.float64) / ONE).astype(np.float32)[None]
    return result
