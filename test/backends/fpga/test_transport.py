"""A device node: registers first, the buffer behind them, an interrupt to wait for."""

from __future__ import annotations

import os

import pytest

from vlm_driving.backends.fpga.protocol import PAGE, Register
from vlm_driving.backends.fpga.transport import NodeTransport


@pytest.fixture
def node(tmp_path):
    path = tmp_path / "fpga0"
    path.write_bytes(bytes(PAGE) + b"buffer".ljust(2 * PAGE, b"\0"))
    return path


def test_the_buffer_lies_behind_the_register_page(node):
    transport = NodeTransport(node, 2 * PAGE)
    assert len(transport.registers) == PAGE
    assert len(transport.buffer) == 2 * PAGE
    assert bytes(transport.buffer[:6]) == b"buffer"
    transport.buffer[6:8] = b"!!"
    transport.registers[100] = 9
    transport.close()
    assert node.read_bytes()[PAGE : PAGE + 8] == b"buffer!!"
    assert node.read_bytes()[100] == 9


def test_ringing_writes_the_doorbell(node):
    transport = NodeTransport(node, PAGE)
    transport.ring()
    at = Register.DOORBELL
    assert bytes(transport.registers[at : at + 4]) == b"\1\0\0\0"
    transport.close()


def test_an_interrupt_ends_the_waiting(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    transport = NodeTransport.__new__(NodeTransport)  # a pipe cannot be mapped, but waited for
    transport._file = os.open(pipe, os.O_RDWR)
    transport._maps = []
    assert not transport.wait(0)
    os.write(transport._file, (1).to_bytes(4, "little"))
    assert transport.wait(1000)
    assert not transport.wait(0)
    transport.close()


def test_a_node_closes_twice_and_a_wrong_one_leaves_no_file_open(node, tmp_path):
    transport = NodeTransport(node, PAGE)
    transport.close()
    transport.close()
    before = os.listdir("/proc/self/fd")
    with pytest.raises((OSError, ValueError)):
        NodeTransport(node, 64 * PAGE)
    with pytest.raises(OSError, match="No such file"):
        NodeTransport(tmp_path / "none", PAGE)
    assert len(os.listdir("/proc/self/fd")) == len(before)
