"""What an emulator can be told to do wrong."""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.backends.fpga.protocol import MAJOR


@dataclass(frozen=True, slots=True)
class Faults:
    """What the emulator does wrong, for tests; launches are counted from 1, LOAD among them.

    Attributes:
        hang_at: launch that never ends.
        die_at: launch at which the process ends.
        corrupt_at: launch whose answer has one bit turned after its checksum was taken.
        slow_ms: how much longer every launch takes.
        slow_from: first launch that is slow.
        major: protocol version that it claims.
    """

    hang_at: int | None = None
    die_at: int | None = None
    corrupt_at: int | None = None
    slow_ms: int = 0
    slow_from: int = 1
    major: int = MAJOR
