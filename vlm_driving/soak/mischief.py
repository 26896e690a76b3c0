"""Carries the schedule out: breaks workers, fills the disk, starts hogs, and notes what it hit."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from vlm_driving.core import SceneReport
from vlm_driving.pipeline.breaker import Phase
from vlm_driving.pipeline.rungs import Rung
from vlm_driving.pipeline.workers import WorkerState
from vlm_driving.replay.run_writer import RunWriter
from vlm_driving.soak.checks import Struck
from vlm_driving.soak.children import end, end_small_soak, start_hogs
from vlm_driving.soak.control import ControlFile
from vlm_driving.soak.kinds import CHILDREN, Fault, Place
from vlm_driving.soak.schedule import Window
from vlm_driving.soak.vitals import TEMP_PREFIX

_HOGS = 2
_POLL_S = 0.01
_PATIENCE_S = 4.0  # for all backends to be well
_REPLACED_S = 5.0
_WELL = (WorkerState.READY, WorkerState.BUSY)
_FULL = "/dev/full"
_SIGNALS = {Fault.HANG: signal.SIGSTOP, Fault.KILLED: signal.SIGKILL}

Hit = tuple[int, list[str]]
"""How often a fault struck, and what went wrong that must not, in words."""


class Mischief:
    """Threads that break things. The feed's faults are not among them."""

    def __init__(
        self,
        windows: Sequence[Window],
        rungs: Sequence[Rung],
        controls: Mapping[str, ControlFile],
        bundle: Path,
    ) -> None:
        """Break nothing yet.

        Args:
            windows: all of a schedule.
            rungs: the backends in ladder order.
            controls: the workers' blocks by name.
            bundle: for the soaks that are ended.
        """
        self._windows = [w for w in windows if w.fault.place is not Place.FEED]
        self._rungs = rungs
        self._controls = controls
        self._bundle = bundle
        self._no_more = threading.Event()
        self._stop = threading.Event()
        self._one_backend = threading.Lock()  # a hot spare saves from one fault at a time
        self._lock = threading.Lock()
        self._running: list[Window] = []
        self._struck: list[Struck] = []
        self._writer: RunWriter | None = None
        self._written = 0
        self._fault: BaseException | None = None
        self._threads: list[threading.Thread] = []
        self._conductor = threading.Thread(target=self._conduct, name="mischief", daemon=True)
        self._begun_ns = 0

    def start(self, begun_ns: int) -> None:
        """Begin; the schedule counts from monotonic `begun_ns`."""
        self._begun_ns = begun_ns
        self._conductor.start()

    def finish(self, early: bool) -> tuple[Struck, ...]:
        """Wait for what is going on, `early` as short as possible, and tell what was struck."""
        self._no_more.set()
        if early:
            self._stop.set()
        self._conductor.join()
        for thread in self._threads:
            thread.join()
        if self._fault is not None:
            raise self._fault
        return tuple(self._struck)

    def take(self, report: SceneReport) -> None:
        """A report for the writer that is on the full disk, while there is one."""
        writer = self._writer
        if writer is not None:
            writer.put(report)
            self._written += 1

    @property
    def going_on(self) -> list[str]:
        """Names of the faults that are on now."""
        with self._lock:
            return [window.fault.value for window in self._running]

    @property
    def applied(self) -> int:
        """Faults that have hit something so far."""
        with self._lock:
            return sum(one.hits > 0 for one in self._struck)

    def _conduct(self) -> None:
        for window in self._windows:
            due_ns = self._begun_ns + round(window.begin_s * 1e9)
            if self._no_more.wait(max(0.0, (due_ns - time.monotonic_ns()) / 1e9)):
                break
            thread = threading.Thread(target=self._carry_out, args=(window,), daemon=True)
            thread.start()
            self._threads = [one for one in self._threads if one.is_alive()] + [thread]

    def _carry_out(self, window: Window) -> None:
        try:
            if window.fault.place is not Place.BACKEND:
                self._strike(window, None, self._disturb)
                return
            with self._one_backend:
                if (rung := self._target()) is None:
                    return
                self._strike(window, rung.name, lambda window: self._break(window, rung))
        except BaseException as fault:  # ours: raised by `finish`
            self._fault = fault
            self._no_more.set()

    def _strike(self, window: Window, name: str | None, how: Callable[[Window], Hit]) -> None:
        """Do it, and note when it began and ended."""
        with self._lock:
            self._running.append(window)
        begin_ns = time.monotonic_ns()
        hits, broken = how(window)
        end_ns = time.monotonic_ns()
        with self._lock:
            self._running.remove(window)
            self._struck.append(Struck(window.fault, begin_ns, end_ns, hits, name, tuple(broken)))

    def _disturb(self, window: Window) -> Hit:
        if window.fault in CHILDREN:
            return end_small_soak(self._bundle, window.fault, window.variant, self._stop)
        return self._crowd(window) if window.fault is Fault.HOGS else self._fill_disk(window)

    def _break(self, window: Window, rung: Rung) -> Hit:
        if window.fault in (Fault.HANG, Fault.KILLED):
            return self._signal(window, rung)
        if window.fault is Fault.NO_START:
            return self._refuse_start(window, rung)
        block = self._controls[rung.name].block
        block.arm(window.fault, window.strikes, window.variant)
        self._wait(window, lambda: block.spent)
        return block.disarm(), []

    def _target(self) -> Rung | None:
        """The preferred backend once all are well; None if that takes too long."""
        until = time.monotonic() + _PATIENCE_S
        while not all(_well(rung) for rung in self._rungs):
            if self._no_more.wait(_POLL_S) or time.monotonic() > until:
                return None
        return self._rungs[0]

    def _signal(self, window: Window, rung: Rung) -> Hit:
        """Stop or kill a process; the pipeline has to find out, and to replace it."""
        pid = rung.worker.status.pid
        if pid is None or not _send(pid, _SIGNALS[window.fault]):
            return 0, []
        until = time.monotonic() + _REPLACED_S
        while rung.worker.status.pid == pid and time.monotonic() < until:
            time.sleep(_POLL_S)
        if rung.worker.status.pid != pid:
            return 1, []
        _send(pid, signal.SIGKILL)
        return 1, [f"{rung.name} was not replaced within {_REPLACED_S:g} s"]

    def _refuse_start(self, window: Window, rung: Rung) -> Hit:
        """Kill a process, and let no other take its place for a while."""
        pid = rung.worker.status.pid
        block = self._controls[rung.name].block
        block.arm(Fault.NO_START, 0, window.variant)
        if pid is not None:
            _send(pid, signal.SIGKILL)
        self._wait(window, lambda: False)
        return block.disarm(), []

    def _crowd(self, window: Window) -> Hit:
        """Take the CPUs."""
        hogs = start_hogs(_HOGS)
        try:
            self._wait(window, lambda: False)
            return int(all(hog.poll() is None for hog in hogs)), []
        finally:
            for hog in hogs:
                end(hog)

    def _fill_disk(self, window: Window) -> Hit:
        """Let the reports be written to a disk that has no room."""
        if not Path(_FULL).exists():
            return 0, []
        folder = Path(tempfile.mkdtemp(prefix=f"{TEMP_PREFIX}{os.getpid()}-"))
        try:
            (folder / "frames.jsonl").symlink_to(_FULL)
            writer = RunWriter(folder, {})
            self._written, self._writer = 0, writer
            self._wait(window, lambda: False)
            self._writer = None
            writer.close()
            said = str(writer.failure or "")
            broken = [] if "full" in said or not self._written else ["nobody said so"]
            return self._written, broken
        finally:
            self._writer = None
            shutil.rmtree(folder, ignore_errors=True)

    def _wait(self, window: Window, done: Callable[[], bool]) -> None:
        """Until a fault has done what it should, or for as long as its window is."""
        until = time.monotonic() + window.end_s - window.begin_s
        while not done() and time.monotonic() < until and not self._stop.wait(_POLL_S):
            continue


def _well(rung: Rung) -> bool:
    return rung.worker.status.state in _WELL and rung.breaker.phase is Phase.CLOSED


def _send(pid: int, number: signal.Signals) -> bool:
    """Send a signal; whether the process was there."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False
