"""The driver believes no device: whatever is wrong becomes a fault that shows the registers."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest

from vlm_driving.backends.fpga.driver import BufferLayout, FpgaDriver, TimeOuts, reset
from vlm_driving.backends.fpga.faults import Faults
from vlm_driving.backends.fpga.protocol import (
    GRACE_MS,
    PAGE,
    Completion,
    Descriptor,
    Error,
    Kind,
    Operation,
    Register,
    Status,
)
from vlm_driving.backends.fpga.reference import Network
from vlm_driving.backends.fpga.traffic import Counters, Traffic, Use
from vlm_driving.backends.fpga.transport import DeviceFault
from vlm_driving.backends.fpga.vectors import SMALL, standard_pixels, standard_rows

SLOW = TimeOuts(60_000, 60_000, 60_000, 60_000)
ROWS = standard_rows(SMALL)


@pytest.fixture
def open_driver(small_image, loop):
    def opened(faults: Faults | None = None, time_outs: TimeOuts = SLOW, image=small_image):
        size = BufferLayout.of(image.shape, len(image.to_bytes())).size
        transport = loop(size, faults)
        return FpgaDriver(transport, image, time_outs, transport.clock), transport

    return opened


def test_a_device_answers_with_the_references_bits(open_driver, small_image):
    driver, _ = open_driver()
    network = Network(small_image)
    pixels = standard_pixels(SMALL)
    assert np.array_equal(driver.encode(pixels), network.encode(pixels))
    assert np.array_equal(driver.extend(ROWS, 0), network.extend(ROWS, 0))
    assert np.array_equal(driver.extend(ROWS[:1], 3), network.extend(ROWS[:1], 3))
    driver.self_test()


def test_an_emulated_device_says_that_it_is_one(open_driver):
    assert open_driver()[0].kind is Kind.EMULATOR


def test_a_launch_that_hangs_is_a_fault_that_shows_the_registers(open_driver):
    driver, transport = open_driver(time_outs=TimeOuts(60_000, 60_000, 60_000, 20))
    transport.deaf = True
    with pytest.raises(DeviceFault) as caught:
        driver.extend(ROWS[:1], 0)
    assert str(caught.value) == (
        f"launch 2 (DECODE) did not complete within {20 + GRACE_MS} ms "
        "(status READY, error NONE, submitted 2, completed 1, step 0, beats 0)"
    )
    assert transport.now_ns == (20 + GRACE_MS) * 1_000_000


def test_after_a_fault_a_driver_launches_nothing_more(open_driver):
    driver, transport = open_driver()
    transport.deaf = True
    with pytest.raises(DeviceFault):
        driver.extend(ROWS[:1], 0)
    transport.deaf = False
    with pytest.raises(DeviceFault, match="failed before: launch 2"):
        driver.extend(ROWS[:1], 0)


def test_a_false_interrupt_is_no_completion(open_driver):
    driver, transport = open_driver()
    transport.deaf = True
    waits: list[int] = []

    def wait(timeout_ms: int) -> bool:
        waits.append(timeout_ms)
        transport.now_ns += 1_000_000
        if len(waits) == 4:
            transport.device.launch()
        return True

    transport.wait = wait
    driver.extend(ROWS[:1], 0)
    assert len(waits) == 4
    assert waits == sorted(waits, reverse=True)


def test_an_answer_with_one_wrong_bit_is_a_fault(open_driver):
    driver, _ = open_driver(Faults(corrupt_at=2))
    with pytest.raises(DeviceFault, match=r"launch 2 \(PREFILL\) gave an answer with a wrong"):
        driver.extend(ROWS, 0)


def test_another_protocol_is_refused_before_anything_is_launched(open_driver):
    with pytest.raises(DeviceFault, match=r"the device speaks protocol 2\.0, here it is 1\.0"):
        open_driver(Faults(major=2))


def test_a_device_that_does_not_become_ready_is_a_fault(small_image, loop):
    transport = loop(BufferLayout.of(SMALL, len(small_image.to_bytes())).size)
    struct.pack_into("<I", transport.registers, Register.STATE, Status.FAULT)
    with pytest.raises(DeviceFault, match=r"not ready after 60000 ms \(status FAULT"):
        FpgaDriver(transport, small_image, SLOW, transport.clock)
    assert transport.now_ns == 60_000 * 1_000_000


def test_a_reset_is_waited_for(small_image, loop):
    transport = loop(BufferLayout.of(SMALL, len(small_image.to_bytes())).size)
    reset(transport)
    FpgaDriver(transport, small_image, SLOW, transport.clock).self_test()
    assert transport.waited_ms[0] == 10
    assert transport.now_ns == 10 * 1_000_000


def test_a_buffer_that_is_too_small_is_refused(small_image, loop):
    transport = loop(8 * PAGE)
    with pytest.raises(DeviceFault, match="buffer has 32768 bytes, this bundle needs"):
        FpgaDriver(transport, small_image, SLOW)


def test_a_device_that_ends_a_launch_itself_says_why(open_driver):
    driver, _ = open_driver(Faults(slow_ms=5, slow_from=2), TimeOuts(60_000, 1, 1, 1))
    with pytest.raises(DeviceFault, match=r"launch 2 \(DECODE\) failed with TIMEOUT .*FAULT"):
        driver.extend(ROWS[:1], 0)


def test_a_device_in_fault_launches_nothing_until_a_reset(open_driver):
    driver, transport = open_driver(Faults(slow_ms=5, slow_from=2), TimeOuts(60_000, 1, 1, 1))
    with pytest.raises(DeviceFault):
        driver.extend(ROWS[:1], 0)
    asked = descriptor(transport, timeout_ms=60_000)
    assert launch(transport, asked.pack(), asked.sequence) == Error.TIMEOUT
    assert driver.state().status == Status.FAULT


def test_a_self_test_names_what_is_wrong(open_driver, small_image):
    image = replace(small_image, answers={**small_image.answers, "decode": "0" * 64})
    driver, _ = open_driver(image=image)
    with pytest.raises(DeviceFault, match="answered wrongly: decode"):
        driver.self_test()


def test_an_image_without_answers_proves_nothing(open_driver, small_image):
    driver, _ = open_driver(image=replace(small_image, answers={}))
    with pytest.raises(DeviceFault, match="nothing to compare with"):
        driver.self_test()


def descriptor(transport, **changes) -> Descriptor:
    at = Register.DESCRIPTOR
    last = Descriptor.unpack(transport.registers[at : at + Descriptor.SIZE])
    return replace(last, sequence=last.sequence + 1, **changes)


def launch(transport, record: bytes, sequence: int) -> int:
    """Submit raw bytes; the error that the device gives."""
    at = Register.DESCRIPTOR
    transport.registers[at : at + len(record)] = record
    struct.pack_into("<I", transport.registers, Register.SUBMITTED, sequence)
    transport.ring()
    at = Register.COMPLETION
    done = Completion.unpack(transport.registers[at : at + Completion.SIZE])
    assert done.sequence == sequence
    assert not done.out_bytes
    return done.error


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"operation": 9}, Error.OPERATION),
        ({"in_offset": 100}, Error.RANGE),
        ({"in_offset": 1 << 40}, Error.RANGE),
        ({"out_bytes": 5}, Error.RANGE),
        ({"out_offset": 1 << 40}, Error.RANGE),
        ({"in_crc": 1}, Error.INPUT),
        ({"start": SMALL.positions}, Error.POSITION),
        ({"count": 2}, Error.RANGE),
        ({"count": 0, "operation": Operation.PREFILL}, Error.POSITION),
        ({"operation": Operation.ENCODE}, Error.RANGE),
    ],
)
def test_a_device_refuses_a_launch_that_breaks_the_contract(open_driver, changes, error):
    driver, transport = open_driver()
    driver.extend(ROWS[:1], 0)
    asked = descriptor(transport, **changes)
    assert launch(transport, asked.pack(), asked.sequence) == error


def test_a_device_refuses_a_damaged_descriptor_and_goes_on(open_driver):
    driver, transport = open_driver()
    first = driver.extend(ROWS[:1], 0)
    assert launch(transport, bytes(64), 3) == Error.DESCRIPTOR
    driver._sequence = 3  # as if this host had submitted it
    assert np.array_equal(driver.extend(ROWS[:1], 0), first)


def test_a_device_without_weights_says_so(loop, small_image):
    transport = loop(BufferLayout.of(SMALL, len(small_image.to_bytes())).size)
    asked = Descriptor(Operation.DECODE, 1, 0, 1, 0, 0, 0, 0, 0, 1000)
    assert launch(transport, asked.pack(), 1) == Error.NO_IMAGE


def test_every_launch_is_counted(open_driver, small_image):
    driver, transport = open_driver()
    driver.encode(standard_pixels(SMALL))
    driver.extend(ROWS[:2], 0)
    for place in (2, 3):
        driver.extend(ROWS[:1], place)
    counted = driver.counters
    launches = [getattr(counted, name).launches for name in ("load", "encode", "prefill", "decode")]
    assert launches == [1, 1, 1, 2]
    assert counted.encode.to_device == 3 * 32 * 64 * 2 + Descriptor.SIZE
    assert counted.decode.from_device == 2 * (4 * SMALL.vocab + Completion.SIZE)
    traffic = Traffic.of(small_image)
    assert counted.encode.memory_read == traffic.encoder
    assert counted.decode.memory_read == 2 * traffic.decoder + (3 + 4) * traffic.row
    assert counted.bytes_a_token == traffic.decoder + 3.5 * traffic.row
    assert counted.decode.memory_written == 2 * traffic.row
    assert counted.bandwidth_share is None  # an emulator has none to name


def test_the_traffic_of_a_token_is_the_decoders_weights_and_the_cache(small_image):
    traffic = Traffic.of(small_image)
    weights = sum(
        array.nbytes
        for name, array in small_image.tensors.items()
        if not name.startswith("vision.") and name != "embed"
    )
    assert traffic.decoder == weights
    assert traffic.row == 2 * SMALL.layers * SMALL.kv_heads * (SMALL.head_size + 3)


def test_the_bandwidth_share_is_bytes_against_what_the_memory_could_move():
    done = Use(launches=2, memory_read=6_000, busy_ns=1_000_000)
    counters = Counters(bandwidth=12_000_000).plus(Operation.DECODE, done)
    assert counters.bandwidth_share == pytest.approx(0.5)
    assert counters.bytes_a_token == 3000
    assert Counters(bandwidth=1).bandwidth_share is None
