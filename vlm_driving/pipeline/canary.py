"""A thread that sleeps a few milliseconds at a time and notes when it woke late."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.stalls import Beat, Stall, StallKind, stall_between, stalled_ns
from vlm_driving.pipeline.wakes import WakeLateness

MOST_STALLS = 4096
"""Remembered; older ones are forgotten."""
_REOPEN = 200  # reads after which threads that are new are found
_APART_NS, _TRIES = NS_PER_MS, 5
_ONCE = frozenset({StallKind.STOOD_STILL, StallKind.SUSPENDED})
"""What happens, and is over: it says nothing about the next wake."""
_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", None)


class Counters:
    """The kernel's counters of one thread and its process. The files stay open.

    Any thread may read, but one at a time.
    """

    def __init__(self, thread_id: int) -> None:
        """Count for the thread with the kernel's `thread_id`, of this process."""
        self._thread_id = thread_id
        self._files: dict[int, int] = {}
        self._waits: dict[int, int] = {}
        self._others_ns = 0
        self._reads = 0
        self._open()

    def read(self) -> Beat:
        """All of them now: some microseconds a thread."""
        if self._files and self._reads % _REOPEN == 0:
            self._open()
        self._reads += 1
        for thread_id in list(self._files):
            self._add(thread_id)
        cpu_ns = time.process_time_ns()
        now_ns, boot_ns = _both_clocks()
        return Beat(now_ns, boot_ns, self._waits.get(self._thread_id), cpu_ns, self._others_ns)

    def close(self) -> None:
        """Give the files back."""
        for file in self._files.values():
            os.close(file)
        self._files.clear()
        self._waits.clear()

    def _open(self) -> None:
        """Open the files of threads that are new; without any (not Linux) there is nothing."""
        threads = [str(self._thread_id)]
        with contextlib.suppress(OSError):
            threads += os.listdir("/proc/self/task")
        for name in threads:
            if int(name) in self._files:
                continue
            with contextlib.suppress(OSError):  # it has ended meanwhile
                path = f"/proc/self/task/{name}/schedstat"
                self._files[int(name)] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def _add(self, thread_id: int) -> None:
        """Take in the second field, the time that a thread was ready and had no CPU."""
        file = self._files[thread_id]
        try:
            waited_ns = int(os.pread(file, 128, 0).split()[1])
        except (OSError, ValueError, IndexError):  # it has ended, or the kernel counts nothing
            os.close(file)
            del self._files[thread_id]
            self._waits.pop(thread_id, None)
            return
        if thread_id != self._thread_id:
            self._others_ns += waited_ns - self._waits.get(thread_id, waited_ns)
        self._waits[thread_id] = waited_ns


def _both_clocks() -> tuple[int, int]:
    """CLOCK_MONOTONIC and CLOCK_BOOTTIME at one instant, as nearly as can be had."""
    now_ns = boot_ns = time.monotonic_ns()
    if _BOOT_CLOCK is None:
        return now_ns, boot_ns
    apart_ns = _APART_NS + 1
    for _ in range(_TRIES):
        if apart_ns <= _APART_NS:
            break
        before_ns = time.monotonic_ns()
        boot_ns = time.clock_gettime_ns(_BOOT_CLOCK)
        now_ns = time.monotonic_ns()
        apart_ns = now_ns - before_ns  # who is interrupted in between sees a suspension
    return now_ns, boot_ns


class Canary:
    """Measures when this process, or the machine, stood still.

    It takes part in everything that delays the watch: it is a thread like that one, so what it
    did not feel was no stall. A stall that goes on is known too: whoever wakes first and asks
    gets it up to now. The watch asks after it has published: asking takes a lock.
    """

    def __init__(
        self,
        period_ms: float = 5.0,
        least_ms: float = 15.0,
        open_counters: Callable[[int], Counters] = Counters,
    ) -> None:
        """Make ready; `start` begins.

        Args:
            period_ms: slept at a time.
            least_ms: a wake that is this late is a stall.
            open_counters: for tests.
        """
        self._period_ns = round(period_ms * NS_PER_MS)
        self._least_ns = round(least_ms * NS_PER_MS)
        self._open_counters = open_counters
        self._stalls: deque[Stall] = deque(maxlen=MOST_STALLS)
        self._wakes = WakeLateness()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._ready = threading.Event()
        self._counters: Counters | None = None
        self._last: Beat | None = None
        self._thread = threading.Thread(target=self._run, name="canary", daemon=True)

    def start(self) -> None:
        """Begin to measure; returns once it does."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """End the thread; what it noted stays."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def stalls(self, since_ns: int = 0) -> tuple[Stall, ...]:
        """Every stall that ended after monotonic `since_ns`, oldest first; the last may go on."""
        with self._lock:
            noted = tuple(one for one in self._stalls if one.end_ns > since_ns)
            going_on = self._going_on()
        return noted if going_on is None else (*noted, going_on)

    def wakes_late_ms(self) -> float:
        """How late its latest wake of the last seconds was."""
        return self._wakes.worst_ms

    def stalled_ms(
        self, begin_ns: int, end_ns: int, kinds: frozenset[StallKind] | None = None
    ) -> float:
        """How much of an interval was stood still, in ms; see `stalls.stalled_ns`."""
        return stalled_ns(self.stalls(begin_ns), begin_ns, end_ns, kinds) / NS_PER_MS

    def _going_on(self) -> Stall | None:
        if self._last is None or self._counters is None:
            return None
        return stall_between(self._last, self._counters.read(), self._period_ns, self._least_ns)

    def _run(self) -> None:
        counters = self._open_counters(threading.get_native_id())
        with self._lock:
            self._counters, self._last = counters, counters.read()
        self._ready.set()
        while not self._stop.wait(self._period_ns / NS_PER_MS / 1000):
            self.beat()
        with self._lock:
            self._counters = None
            counters.close()

    def beat(self) -> None:
        """Compare the counters with the last ones; called by the thread."""
        with self._lock:
            if self._counters is None or self._last is None:
                return
            now = self._counters.read()
            stall = stall_between(self._last, now, self._period_ns, self._least_ns)
            if stall is not None:
                self._stalls.append(stall)
            if stall is None or stall.kind not in _ONCE:
                slept_ns = now.monotonic_ns - self._last.monotonic_ns
                self._wakes.add(max(0, slept_ns - self._period_ns), now.monotonic_ns)
            self._last = now
