"""The byte layouts are a contract: what is written here must not move."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from vlm_driving.backends.fpga.protocol import (
    MAJOR,
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
    next_sequence,
)

LAUNCH = Descriptor(Operation.DECODE, 7, 66, 1, 4096, 1024, 0xAABBCCDD, 1 << 33, 8192, 20)
DONE = Completion(Error.NONE, 7, 8192, 0x01020304, 5_000_000, 3_652_008, 1120)
IDENTITY = Identity(MAJOR, MINOR, Kind.HARDWARE, 1)
STATE = State(Status.BUSY, Error.NONE, 7, 6, 3, 99)


@pytest.mark.parametrize("record", [LAUNCH, DONE, IDENTITY, STATE])
def test_a_record_comes_back_as_it_went(record):
    assert type(record).unpack(record.pack()) == record


def test_the_descriptor_lies_in_memory_as_documented():
    data = LAUNCH.pack()
    assert len(data) == 64
    assert data[:16].hex(" ", 4) == "5cd10400 07000000 42000000 01000000"
    assert data[16:32].hex(" ", 4) == "00100000 00000000 00040000 ddccbbaa"
    assert data[32:48].hex(" ", 4) == "00000000 02000000 00200000 14000000"
    assert data[48:60] == bytes(12)


def test_the_completion_lies_in_memory_as_documented():
    data = DONE.pack()
    assert len(data) == 64
    assert data[:16].hex(" ", 4) == "dec00000 07000000 00200000 04030201"
    assert data[16:40].hex(" ", 8) == "404b4c0000000000 a8b9370000000000 6004000000000000"
    assert data[40:60] == bytes(20)


def test_identity_and_state_lie_in_the_page_as_documented():
    assert IDENTITY.pack().hex(" ", 4) == "564c4d44 01000000 01000000 01000000"
    assert STATE.pack().hex(" ", 4) == "02000000 00000000 07000000 06000000 03000000 63000000"


def test_no_two_registers_overlap():
    sizes = {
        Register.IDENTITY: 16,
        Register.STATE: 24,
        Register.BUFFER_BYTES: 8,
        Register.BANDWIDTH: 8,
        Register.IMAGE: 32,
        Register.BITSTREAM: 32,
        Register.DESCRIPTOR: 64,
        Register.COMPLETION: 64,
        Register.DOORBELL: 4,
        Register.RESET: 4,
    }
    end = 0
    for register, size in sorted(sizes.items()):
        assert register >= end
        end = register + size
    assert end <= PAGE
    assert Register.SUBMITTED == Register.STATE + 8
    assert set(Register) == {*sizes, Register.SUBMITTED}


@pytest.mark.parametrize("record", [LAUNCH, DONE])
@pytest.mark.parametrize("at", [0, 5, 33, 63])
def test_any_turned_bit_is_noticed(record, at):
    data = bytearray(record.pack())
    data[at] ^= 0x10
    with pytest.raises(ProtocolError):
        type(record).unpack(data)


@pytest.mark.parametrize("record", [LAUNCH, DONE])
def test_a_record_that_is_cut_off_or_empty_is_noticed(record):
    for data in (record.pack()[:63], bytes(64), b""):
        with pytest.raises(ProtocolError):
            type(record).unpack(data)


def test_a_descriptor_is_no_completion():
    with pytest.raises(ProtocolError, match="no completion"):
        Completion.unpack(LAUNCH.pack())


def test_memory_that_is_no_device_is_noticed():
    with pytest.raises(ProtocolError, match="0x00000000"):
        Identity.unpack(bytes(16))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"major": MAJOR + 1}, r"protocol 2\.0, here it is 1\.0"),
        ({"major": MAJOR - 1, "minor": 9}, r"protocol 0\.9, here it is 1\.0"),
        ({"image_format": 2}, "images of format 2, here it is 1"),
        ({"kind": 3}, "unknown kind 3"),
    ],
)
def test_a_device_of_another_version_is_refused(changed, why):
    refusal = replace(IDENTITY, **changed).refusal(1)
    assert refusal is not None
    assert re.search(why, refusal)


def test_a_newer_minor_version_is_accepted():
    assert replace(IDENTITY, minor=MINOR + 3).refusal(1) is None


def test_launch_numbers_wrap_and_leave_out_zero():
    assert next_sequence(0) == 1
    assert next_sequence(0xFFFFFFFF) == 1


def test_a_state_says_its_words():
    assert str(STATE) == ("status BUSY, error NONE, submitted 7, completed 6, step 3, beats 99")
    assert "unknown (77)" in str(replace(STATE, status=77))
