"""Whether the accelerator is here: device, bitstream, self-test, speed; or what is missing."""

from __future__ import annotations

import glob
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vlm_driving.backends.fpga.bitstream import Bitstream
from vlm_driving.backends.fpga.driver import (
    FOR_HARDWARE,
    BufferLayout,
    FpgaDriver,
    TimeOuts,
    read_identity,
    reset,
)
from vlm_driving.backends.fpga.image import DeviceImage
from vlm_driving.backends.fpga.pack import pack
from vlm_driving.backends.fpga.protocol import DIGEST, Kind, Register
from vlm_driving.backends.fpga.runner import FpgaRunner, require_same
from vlm_driving.backends.fpga.transport import DeviceFault, NodeTransport, Transport
from vlm_driving.backends.usability import Usability
from vlm_driving.core import UserError

if TYPE_CHECKING:
    from vlm_driving.runtime.bundle import ModelBundle

_PCI_DEVICES = Path("/sys/bus/pci/devices")
ADVICE_TOKENS = 12
"""Tokens of an advice with three hazards, and its lead: what must fit into the budget."""

Opener = Callable[[Path, int], Transport]


@dataclass(frozen=True, slots=True)
class DeviceLocation:
    """Where to look for the accelerator.

    Attributes:
        nodes: pattern of its device nodes; the first in order is taken.
        pci_id: `vendor:device` in hexadecimal, to tell a card without a driver from no card;
            None where the accelerator is no PCI device.
        bitstream: folder of `bitstream.json`.
    """

    nodes: str = "/dev/vlm_driving_fpga*"
    pci_id: str | None = None
    bitstream: Path = Path("/lib/firmware/vlm_driving")


def probe_fpga(
    bundle: ModelBundle,
    *,
    location: DeviceLocation | None = None,
    budget_ms: float = 200.0,
    image: DeviceImage | None = None,
    time_outs: TimeOuts = FOR_HARDWARE,
    opener: Opener = NodeTransport,
) -> Usability:
    """Find the accelerator, prove it with the known answers, and see whether it is fast enough.

    Nothing but hardware passes: an emulator is refused by what its registers say.

    Args:
        bundle: a verified bundle.
        location: where to look; by default the documented places.
        budget_ms: in which picture, prompt and advice must be done.
        image: what `pack(bundle)` gave.
        time_outs: of launches.
        opener: opens a node with a buffer of so many bytes.
    """
    location = location or DeviceLocation()
    try:
        runner, bitstream = _open(bundle, location, image, time_outs, opener)
    except (UserError, DeviceFault) as problem:
        return Usability(usable=False, reason=_sentence(problem), verified=False)
    with runner:
        try:
            took_ms = _advice_ms(runner)
        except DeviceFault as problem:
            return Usability(usable=False, reason=_sentence(problem), verified=False)
        used = runner.counters
    details: dict[str, object] = {
        "bitstream": bitstream.name,
        "advice_ms": round(took_ms, 3),
        "bytes_a_token": used.bytes_a_token,
        "bandwidth_share": used.bandwidth_share,
    }
    reason = _too_slow(took_ms, budget_ms)
    return Usability(reason is None, reason, verified=reason is None, details=details)


def open_fpga(
    bundle: ModelBundle,
    *,
    location: DeviceLocation | None = None,
    budget_ms: float | None = None,
    image: DeviceImage | None = None,
    time_outs: TimeOuts = FOR_HARDWARE,
    opener: Opener = NodeTransport,
) -> FpgaRunner:
    """Open the accelerator, load the bundle, and let it prove itself.

    Args:
        bundle: a verified bundle.
        location: where to look; by default the documented places.
        budget_ms: in which an advice must be done; None leaves that to whoever measures.
        image: what `pack(bundle)` gave.
        time_outs: of launches.
        opener: opens a node with a buffer of so many bytes.

    Raises:
        UserError: for a device or bitstream that is missing or too slow, or a bundle that is not
            covered.
        DeviceFault: if the device fails or is none.
    """
    runner, _ = _open(bundle, location or DeviceLocation(), image, time_outs, opener)
    if budget_ms is not None:
        try:
            reason = _too_slow(_advice_ms(runner), budget_ms)
            if reason is not None:
                raise UserError(reason)
        except BaseException:
            runner.close()
            raise
    return runner


def missing_device(location: DeviceLocation | None = None) -> str | None:
    """Why there is no accelerator here, in one sentence; None where something could be one.

    Looks for its node alone: the time of a few system calls.
    """
    try:
        _find(location or DeviceLocation())
    except UserError as error:
        return str(error)
    return None


def _open(
    bundle: ModelBundle,
    location: DeviceLocation,
    image: DeviceImage | None,
    time_outs: TimeOuts,
    opener: Opener,
) -> tuple[FpgaRunner, Bitstream]:
    node = _find(location)
    bitstream = Bitstream.load(location.bitstream)
    image = pack(bundle) if image is None else image
    require_same(bundle, image)
    size = BufferLayout.of(image.shape, len(image.to_bytes())).size
    try:
        transport = opener(node, size)
    except (OSError, ValueError) as error:
        raise UserError(
            f"{node} cannot be opened ({error}); give this user access to it and load its driver."
        ) from None
    try:
        # Before anything is launched: nothing but the named hardware gets a launch.
        if read_identity(transport).kind != Kind.HARDWARE:
            raise DeviceFault(f"{node} is an emulator, not the accelerator")
        at = Register.BITSTREAM
        running = struct.unpack_from(f"{DIGEST}s", transport.registers, at)[0].hex()
        if running != bitstream.sha256:
            raise UserError(
                f"{node} runs another bitstream than {bitstream.name}; program the device with "
                f"{bitstream.path}."
            )
        reset(transport)
        driver = FpgaDriver(transport, image, time_outs)
        driver.self_test()
    except BaseException:
        transport.close()
        raise
    return FpgaRunner(driver, transport, image), bitstream


def _advice_ms(runner: FpgaRunner) -> float:
    """What an advice takes on a warm device, from the standard input's launches."""
    cold = runner.counters
    runner.self_test()
    warm = runner.counters
    once = (warm.encode.wall_ns - cold.encode.wall_ns, warm.prefill.wall_ns - cold.prefill.wall_ns)
    token = warm.decode.wall_ns - cold.decode.wall_ns
    return (sum(once) + ADVICE_TOKENS * token) / 1e6


def _too_slow(took_ms: float, budget_ms: float) -> str | None:
    if took_ms <= budget_ms:
        return None
    return (
        f"the device takes {took_ms:.0f} ms for an advice, more than the budget of "
        f"{budget_ms:.0f} ms; raise the budget or use another backend."
    )


def _find(location: DeviceLocation) -> Path:
    nodes = sorted(glob.glob(location.nodes))
    if nodes:
        return Path(nodes[0])
    if location.pci_id is not None and _on_the_bus(location.pci_id):
        raise UserError(
            f"the PCI device {location.pci_id} is there, but no device node {location.nodes}; "
            "load the accelerator's kernel driver."
        )
    raise UserError(f"no device: nothing is at {location.nodes}; install the accelerator.")


def _on_the_bus(pci_id: str) -> bool:
    wanted = [f"0x{part.lower()}" for part in pci_id.split(":")]
    for device in sorted(_PCI_DEVICES.glob("*")):
        try:
            found = [(device / name).read_text().strip() for name in ("vendor", "device")]
        except OSError:
            continue
        if found == wanted:
            return True
    return False


def _sentence(problem: Exception) -> str:
    text = str(problem)
    return text if text.endswith(".") else f"{text}; reset the device or use another backend."
