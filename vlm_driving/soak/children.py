"""Processes that a soak starts to be a nuisance, or to be ended: CPU hogs and smaller soaks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from vlm_driving.soak.kinds import Fault
from vlm_driving.soak.vitals import alive, descendants

OFFERING = "offering frames"
"""What a soak says on stderr when it has begun."""
_FRAMES, _RATE, _PICTURES = 3000, 10, 3
_IN_A_FRAME_S = 1.03  # from the first frame to the signal
_START_S, _ORDERLY_S, _GONE_S = 60.0, 20.0, 5.0
_LEAST_PRIORITY = 19
_HOG = "import os\np = os.getppid()\nwhile os.getppid() == p:\n    sum(range(100000))"


def start_hogs(count: int) -> list[subprocess.Popen[bytes]]:
    """Processes that use all the CPU they get, and end with this one."""
    return [
        subprocess.Popen(
            [sys.executable, "-S", "-c", _HOG],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(count)
    ]


def end(process: subprocess.Popen[Any]) -> None:
    """Kill and reap a process."""
    process.kill()
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


class SmallSoak:
    """A whole soak without faults, in a process of its own that gives way to all others.

    To be made by a thread that outlives it: it ends with that thread.
    """

    def __init__(self, bundle: Path) -> None:
        environment = dict(os.environ)
        root = str(Path(__file__).resolve().parents[2])
        environment["PYTHONPATH"] = os.pathsep.join(
            [root, *filter(None, [environment.get("PYTHONPATH")])]
        )
        words = f"soak --frames {_FRAMES} --rate {_RATE} --pictures {_PICTURES} --faults none"
        parent = ["--child-of", str(os.getpid())]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vlm_driving", *words.split(), "--model", str(bundle), *parent],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        os.setpriority(os.PRIO_PROCESS, self.process.pid, _LEAST_PRIORITY)

    def wait_until_offering(self, stopped: threading.Event) -> bool:
        """Read until it says that it has begun; False if it ends first, or `stopped` is set."""
        assert self.process.stderr is not None
        os.set_blocking(self.process.stderr.fileno(), False)
        said, give_up = b"", time.monotonic() + _START_S
        while time.monotonic() < give_up and not stopped.wait(0.05):
            more = self.process.stderr.read()
            said += more or b""
            if OFFERING.encode() in said:
                return True
            if self.process.poll() is not None:
                return False
        return False


def end_small_soak(
    bundle: Path, fault: Fault, variant: int, stopped: threading.Event
) -> tuple[int, list[str]]:
    """Start a small soak, end it in a frame as `fault` says, and look at what is left.

    Args:
        bundle: that it runs.
        fault: SIGTERM or PARENT_KILLED.
        variant: with an odd one, one of its workers hangs already.
        stopped: an event that makes this end early, without a result.

    Returns:
        1 if the signal hit a soak that was offering frames, else 0; and what went wrong.
    """
    soak = SmallSoak(bundle)
    try:
        if not soak.wait_until_offering(stopped):
            return 0, []
        time.sleep(_IN_A_FRAME_S)
        below = descendants(soak.process.pid)
        if variant % 2 and below:
            os.kill(min(below), signal.SIGSTOP)
        if fault is Fault.SIGTERM:
            soak.process.send_signal(signal.SIGTERM)
            try:
                out, _ = soak.process.communicate(timeout=_ORDERLY_S)
            except subprocess.TimeoutExpired:
                return 1, [f"it had not ended {_ORDERLY_S:g} s after SIGTERM"]
            broken = read_small_soak(out, soak.process.returncode)
        else:
            soak.process.kill()
            soak.process.wait()
            broken = []
        return int(bool(below)), [*broken, *_left(below)]
    finally:
        end(soak.process)


def read_small_soak(out: bytes, status: int) -> list[str]:
    """What is wrong with how a soak ended that was sent SIGTERM, in words."""
    try:
        result = json.loads(out.decode().strip().splitlines()[-1])
    except (ValueError, IndexError):
        return [f"no object came after SIGTERM (exit {status})"]
    wrong = []
    if status not in (128 + signal.SIGTERM, 1):
        wrong.append(f"exit {status} after SIGTERM")
    if not result["interrupted"]:
        wrong.append("the object does not say that it was interrupted")
    if not result["offered"] or result["reports"] != result["offered"]:
        wrong.append(f"{result['reports']} reports for {result['offered']} frames after SIGTERM")
    return wrong


def _left(pids: set[int]) -> list[str]:
    """What is still running after a while, in words."""
    until = time.monotonic() + _GONE_S
    while (left := alive(pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return [f"process {pid} lives {_GONE_S:g} s after its parent's end" for pid in sorted(left)]
