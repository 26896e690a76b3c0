"""The emulator as a process: it answers, misbehaves on demand, and never outlives its host."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from vlm_driving.backends.fpga.driver import FOR_EMULATOR, BufferLayout, FpgaDriver, TimeOuts
from vlm_driving.backends.fpga.emulated import EmulatorTransport
from vlm_driving.backends.fpga.faults import Faults
from vlm_driving.backends.fpga.reference import Network
from vlm_driving.backends.fpga.transport import DeviceFault
from vlm_driving.backends.fpga.vectors import SMALL, standard_rows

ROWS = standard_rows(SMALL)

HOST = """
import os, sys, time
from vlm_driving.backends.fpga.emulated import EmulatorTransport
from vlm_driving.backends.fpga.faults import Faults
transport = EmulatorTransport(1 << 16, Faults(hang_at=0))
if sys.argv[1] == "busy":
    transport.ring()  # launch 0, which hangs
print(transport.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def started(small_image):
    transports: list[EmulatorTransport] = []

    def start(faults: Faults | None = None, time_outs: TimeOuts = FOR_EMULATOR):
        size = BufferLayout.of(SMALL, len(small_image.to_bytes())).size
        transport = EmulatorTransport(size, faults)
        transports.append(transport)
        return FpgaDriver(transport, small_image, time_outs), transport

    yield start
    for transport in transports:
        transport.close()


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int, within_s: float = 20.0) -> bool:
    until = time.monotonic() + within_s
    while lives(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not lives(pid)


def test_another_process_gives_the_same_bits(started, small_image):
    driver, transport = started()
    assert transport.pid != os.getpid()
    driver.self_test()
    assert np.array_equal(driver.extend(ROWS, 0), Network(small_image).extend(ROWS, 0))


def test_more_threads_change_no_bit(small_image):
    size = BufferLayout.of(SMALL, len(small_image.to_bytes())).size
    transport = EmulatorTransport(size, threads=2)
    try:
        FpgaDriver(transport, small_image, FOR_EMULATOR).self_test()
    finally:
        transport.close()


def test_a_hung_emulator_is_a_fault_and_can_be_closed(started):
    driver, transport = started(Faults(hang_at=2), TimeOuts(60_000, 100, 100, 100))
    with pytest.raises(
        DeviceFault, match=r"launch 2 \(DECODE\) did not complete within 150 ms .status"
    ):
        driver.extend(ROWS[:1], 0)
    transport.close()
    assert ends(transport.pid)


def test_a_stopped_emulator_is_a_fault_and_can_be_closed(started):
    driver, transport = started(time_outs=TimeOuts(60_000, 100, 100, 100))
    os.kill(transport.pid, signal.SIGSTOP)
    with pytest.raises(DeviceFault, match="did not complete"):
        driver.extend(ROWS[:1], 0)
    transport.close()
    assert ends(transport.pid)


def test_an_emulator_that_dies_is_a_fault_at_once(started):
    driver, _ = started(Faults(die_at=2))
    with pytest.raises(DeviceFault, match=r"the emulator's process is gone \(exit status 3"):
        driver.extend(ROWS[:1], 0)


def test_a_slow_emulator_ends_the_launch_itself(started):
    faults = Faults(slow_ms=40, slow_from=2)
    driver, _ = started(faults, TimeOuts(60_000, 20, 20, 20))
    with pytest.raises(DeviceFault, match=r"failed with TIMEOUT|did not complete"):
        driver.extend(ROWS[:1], 0)


def test_a_corrupt_answer_is_a_fault(started):
    driver, _ = started(Faults(corrupt_at=3))
    driver.extend(ROWS[:1], 0)
    with pytest.raises(DeviceFault, match="wrong checksum"):
        driver.extend(ROWS[:1], 1)


def test_an_emulator_of_another_version_is_refused(started):
    with pytest.raises(DeviceFault, match="protocol 9"):
        started(Faults(major=9))


def test_a_closed_emulator_leaves_nothing_and_closes_twice(started):
    _, transport = started()
    transport.close()
    transport.close()
    assert ends(transport.pid)


@pytest.mark.parametrize("doing", ["idle", "busy", "stopped"])
def test_an_emulator_does_not_outlive_a_host_that_is_killed(repository, doing):
    host = subprocess.Popen(
        [sys.executable, "-c", HOST, doing],
        stdout=subprocess.PIPE,
        text=True,
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
    )
    assert host.stdout is not None
    pid = int(host.stdout.readline())
    assert lives(pid)
    if doing == "stopped":
        os.kill(pid, signal.SIGSTOP)
    host.kill()
    host.wait()
    host.stdout.close()
    assert ends(pid)
