"""A worker's process and the parent's end of its socket: started, spoken to, killed, reaped.

A fresh interpreter is started rather than forked off: threads and native libraries of the
parent do not survive a fork in any order. What waits here is for the reader thread alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import sysconfig
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from vlm_driving.pipeline.workers.memory import FrameMemory
from vlm_driving.pipeline.workers.protocol import MOST_BYTES
from vlm_driving.pipeline.workers.settings import WorkerSettings
from vlm_driving.pipeline.workers.spawn import spawn

_MAIN = "vlm_driving.pipeline.workers.main"
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LOST = 1 << 16
"""Stands for an exit status that nobody knows."""
_MOMENT_MS = 200  # between the end of its socket and the end of a process
_MOST_PAUSE_S = 0.05


class WorkerProcess:
    """One life of a worker. To be made by the thread that outlives it.

    The kernel ends the worker when the thread that started it ends: see PR_SET_PDEATHSIG.

    Attributes:
        socket: the parent's end.
        pid: of the process, as long as it is not reaped.
    """

    def __init__(self, settings: WorkerSettings, memory: FrameMemory, word: int) -> None:
        """Start the process. Raises OSError if the system refuses."""
        self._lock = threading.Lock()
        self._reaped = False
        self._status: int | None = None
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self.socket.setblocking(False)
            # In a session of its own: a Ctrl-C is for the parent, and what it forks goes with it.
            # The parent's stdout may be a result that somebody parses: it writes to stderr.
            self.pid = spawn(
                _command(settings, memory, word, theirs.fileno()),
                _environment(settings, os.environ),
                keep=(theirs.fileno(), memory.fd),
            )
        except BaseException:
            self.socket.close()
            raise
        finally:
            theirs.close()

    def send(self, data: bytes) -> bool:
        """Send one packet; False if it cannot be taken at once.

        Raises:
            OSError: if nobody is there.
        """
        try:
            self.socket.send(data, socket.MSG_NOSIGNAL | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        return True

    def receive(self) -> bytes | None:
        """The next packet; empty at the end of all, None if there is none now."""
        while True:
            try:
                return self.socket.recv(MOST_BYTES + 1, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return None
            except ConnectionResetError:  # told once; what was sent before comes behind it
                continue
            except OSError:
                return b""

    def hang_up(self) -> None:
        """Let the worker end what it is doing, and then find nothing more to do."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        """End the process and what it has forked, at once; whatever it is doing."""
        with self._lock:
            if not self._reaped:  # else the number may be somebody else's by now
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)

    def ended(self) -> bool:
        """Whether the process has ended; it may still have to be reaped."""
        with self._lock:
            if self._reaped:
                return True
            try:
                options = os.WEXITED | os.WNOHANG | os.WNOWAIT
                return os.waitid(os.P_PID, self.pid, options) is not None
            except ChildProcessError:  # somebody else in this process has reaped it
                return True

    def reap(self) -> int | None:
        """The exit status, negative for a signal, of a process that has ended; else None.

        Where somebody else in this process has reaped it, `LOST`.
        """
        with self._lock:
            if not self._reaped:
                try:
                    pid, status = os.waitpid(self.pid, os.WNOHANG)
                except ChildProcessError:
                    pid, self._status = self.pid, LOST
                else:
                    self._status = os.waitstatus_to_exitcode(status) if pid else None
                self._reaped = pid != 0
            return self._status

    def wait_for_end(self) -> str:
        """How a process ends that has closed its connection, in one clause. Waits a moment."""
        for _ in range(_MOMENT_MS):
            if self.ended():
                self.kill()  # what it has forked
                return _describe(self.reap())
            time.sleep(0.001)
        return "it closed its connection"

    def bury(self) -> None:
        """Kill the process and wait until it is gone, as long as its drivers keep it."""
        self.kill()
        pause_s = 0.001
        while self.reap() is None:
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _MOST_PAUSE_S)
        self.socket.close()


def _describe(status: int | None) -> str:
    if status in (None, LOST):
        return "it ended"
    if status >= 0:
        return f"it exited with status {status}"
    try:
        return f"it was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"it was ended by signal {-status}"


def _command(settings: WorkerSettings, memory: FrameMemory, word: int, fd: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        _MAIN,
        "--parent",
        str(os.getpid()),
        "--fds",
        str(fd),
        str(memory.fd),
        "--memory",
        str(memory.slots),
        str(memory.slot_bytes),
        str(word),
        "--settings",
        json.dumps(settings.to_json(), allow_nan=False),
    ]


def _environment(settings: WorkerSettings, inherited: Mapping[str, str]) -> dict[str, str]:
    """The parent's, with our package found wherever the parent found it."""
    environment = dict(inherited)
    environment["PYTHONSAFEPATH"] = "1"  # no module of the working directory by accident
    path = list(settings.import_path)
    root = str(Path(__file__).resolve().parents[3])
    if root not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        path.append(root)
    if inherited.get("PYTHONPATH"):
        path.append(inherited["PYTHONPATH"])
    environment["PYTHONPATH"] = os.pathsep.join(path)
    if settings.threads:
        environment.update(dict.fromkeys(_THREAD_VARIABLES, str(settings.threads)))
    return environment
