"""How long an ego speed holds in the node, beside how long it does in the offline harness."""

from __future__ import annotations

import pytest
from support.loopback_port import LoopbackPort

from vlm_driving.replay.recorded import RecordedFrame, RecordedSpeed, with_speed
from vlm_driving.ros.messages import Kind, SpeedMessage
from vlm_driving.ros.parameters import read
from vlm_driving.ros.speed_input import SpeedInput

MS = 1_000_000
SPEED = "/vehicle/twist"
SPEEDS_MS = {0: 36.0, 1100: 40.0, 1200: 44.0}
FRAMES_MS = (1, 400, 700, 1000, 1050, 1150, 1300, 2200, 2300)


def of_the_node(valid_ms: float) -> list[float | None]:
    """What the node knows at each frame, played at real time."""
    port = LoopbackPort()
    now_ns = 0
    given = {"speed.topic": SPEED, "speed.type": "TwistStamped", "speed.valid_ms": valid_ms}
    speed = SpeedInput(read(given), port, clock=lambda: now_ns)
    speed.look()
    known = []
    for at_ms in sorted({*SPEEDS_MS, *FRAMES_MS}):
        now_ns = at_ms * MS
        if at_ms in SPEEDS_MS:
            port.deliver(SPEED, Kind.TWIST, SpeedMessage(now_ns, SPEEDS_MS[at_ms]))
        else:
            known.append(speed.kmh())
    return known


def offline() -> list[float | None]:
    items: list[RecordedFrame | RecordedSpeed] = [
        RecordedSpeed(at_ms * MS, kmh) for at_ms, kmh in SPEEDS_MS.items()
    ]
    items += [RecordedFrame(at_ms * MS, at_ms * MS, "cam", lambda: None) for at_ms in FRAMES_MS]  # type: ignore[arg-type, return-value]
    return [kmh for _, kmh in with_speed(sorted(items, key=lambda one: one.log_time_ns))]


def test_with_speed_valid_ms_1000_the_node_knows_the_speeds_of_the_offline_harness():
    assert of_the_node(1000.0) == offline()
    assert None in offline()


def test_by_default_it_forgets_a_speed_sooner():
    default = read({}).speed.valid_ms
    assert default == pytest.approx(500.0)
    forgotten = [
        at_ms
        for at_ms, node, harness in zip(FRAMES_MS, of_the_node(default), offline(), strict=True)
        if node != harness
    ]
    assert forgotten == [700, 1000, 2200]
