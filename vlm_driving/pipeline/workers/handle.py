"""The parent's end of one worker: hands it requests, hears it, kills it, starts it again.

Whatever happens to the process, every request that was taken ends with exactly one last piece
of news, and its slot is given back only when the process is done with it, or reaped.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.workers.fields import ProtocolFault
from vlm_driving.pipeline.workers.launch import WorkerProcess
from vlm_driving.pipeline.workers.life import LastWords, Life
from vlm_driving.pipeline.workers.memory import FrameMemory
from vlm_driving.pipeline.workers.messages import Failed, Ready, Request
from vlm_driving.pipeline.workers.protocol import pack_request, read_message
from vlm_driving.pipeline.workers.restart import Restart, RestartPolicy, after_failure
from vlm_driving.pipeline.workers.settings import WorkerSettings
from vlm_driving.pipeline.workers.states import Changed, News, OnEvent, WorkerState, WorkerStatus
from vlm_driving.pipeline.workers.vitals import Limits

_TICK_MS = 50
_MOST_AT_ONCE = 64


class WorkerHandle:
    """One worker. Any thread may call; nothing waits but `join`."""

    def __init__(
        self,
        settings: WorkerSettings,
        memory: FrameMemory,
        on_event: OnEvent,
        limits: Limits | None = None,
        policy: RestartPolicy | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Start nothing yet.

        Args:
            settings: what the worker is.
            memory: where the frames lie.
            on_event: hears everything, in the reader thread.
            limits: how long the worker may take.
            policy: when it is started again.
            clock: monotonic nanoseconds; the deadlines' and the worker's own.
        """
        self.name = settings.name
        self.fault: BaseException | None = None
        """What `on_event` raised: a fault of ours, which stopped this worker."""
        self._settings = settings
        self._memory = memory
        self._on_event = on_event
        self._limits = limits or Limits()
        self._policy = policy or RestartPolicy()
        self._clock = clock
        self._word = memory.claim_word()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"worker {self.name}", daemon=True)
        self._life: Life | None = None
        self._process: WorkerProcess | None = None
        self._rest = WorkerState.STOPPED  # the state between two lives
        self._rest_since_ns = clock()
        self._restart_at_ns: int | None = None
        self._reason: str | None = None
        self._ready: Ready | None = None
        self._starts = 0
        self._failures = 0
        self._lasting = False
        self._last_id = 0
        self._stop_by_ns: int | None = None

    def start(self) -> None:
        """Start the process. Raises RuntimeError if that was done before."""
        with self._lock:
            self._rest, self._rest_since_ns = WorkerState.STARTING, self._clock()
        self._thread.start()

    def submit(self, request: Request) -> bool:
        """Hand over a request; False if the worker cannot take it now.

        Raises:
            ValueError: for a request that cannot be put into a packet, an id that is not greater
                than the last one, or a slot that is not leased or too small.
        """
        data = pack_request(request)
        self._memory.array(request.slot, request.shape)  # it is leased, and large enough
        self._memory.hold(request.slot)
        taken = False
        try:
            taken = self._send(request, data)
        finally:
            if not taken:
                self._memory.release(request.slot)
        return taken

    def cancel(self, request_id: int) -> None:
        """Have the request end between two tokens, if it is still in work."""
        with self._lock:
            request = None if self._life is None else self._life.request
            if self._life is not None and request is not None and request.id == request_id:
                self._memory.cancel(self._word, request_id)
                self._life.cancel(self._clock())

    def kill(self, reason: str) -> None:
        """End the process at once, for `reason` in one clause; it is started again as ever."""
        with self._lock:
            if self._life is not None and self._process is not None:
                self._condemn(self._life, self._process, reason)

    def stop(self, patience_s: float = 1.0) -> None:
        """Let the worker end its request within `patience_s`, and start it no more."""
        with self._lock:
            now_ns = self._clock()
            self._stop_by_ns = now_ns + round(patience_s * 1000 * NS_PER_MS)
            if self._life is not None and self._process is not None:
                self._part(self._life, self._process, now_ns)
        self._wake.set()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait until the stopped worker is gone; False if it still is not."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def status(self) -> WorkerStatus:
        """The worker at this moment."""
        with self._lock:
            life = self._life
            return WorkerStatus(
                name=self.name,
                state=self._rest if life is None else life.state,
                since_ns=self._rest_since_ns if life is None else life.since_ns,
                reason=self._reason,
                pid=None if self._process is None else self._process.pid,
                starts=self._starts,
                failures=self._failures,
                ready=self._ready,
                request=None if life is None else life.request,
                busy_since_ns=None if life is None else life.busy_since_ns,
                restart_at_ns=self._restart_at_ns,
            )

    def _send(self, request: Request, data: bytes) -> bool:
        with self._lock:
            if request.id <= self._last_id:
                raise ValueError(f"request {request.id} comes after {self._last_id}")
            life, process = self._life, self._process
            if life is None or process is None or life.state is not WorkerState.READY:
                return False
            try:
                if not process.send(data):
                    self._condemn(life, process, "it does not take what it is sent")
                    return False
            except OSError:  # the reader will find out why
                life.enter(WorkerState.BROKEN, self._clock())
                return False
            self._last_id = request.id
            life.begin(request, self._clock())
        return True

    def _condemn(self, life: Life, process: WorkerProcess, reason: str) -> None:
        life.verdict = life.verdict or reason
        life.enter(WorkerState.BROKEN, self._clock())
        process.kill()

    def _part(self, life: Life, process: WorkerProcess, now_ns: int) -> None:
        if life.state.coming_up:
            process.kill()
        if life.state is not WorkerState.BROKEN:
            life.enter(WorkerState.DRAINING, now_ns)
        process.hang_up()

    def _run(self) -> None:
        """The reader thread: one life after the other."""
        try:
            while self._stop_by_ns is None:
                self._lasting = False
                ready_ms = self._live()
                restart = after_failure(self._policy, self._failures, ready_ms, self._lasting)
                if self._stop_by_ns is not None or not self._rest_until(restart):
                    break
        except BaseException as fault:  # of on_event; there is nobody here to raise it to
            self.fault = fault
        with self._lock:
            wanted = self._stop_by_ns is not None and self.fault is None
            self._rest, self._rest_since_ns = WorkerState.STOPPED, self._clock()
            self._restart_at_ns = None
        if self.fault is None:
            self._tell(Changed(WorkerState.STOPPED, None if wanted else self._reason))

    def _rest_until(self, restart: Restart) -> bool:
        """Wait for the next start; False if there is none."""
        with self._lock:
            self._failures = restart.failures
            if restart.wait_ms is None:
                return False
            now_ns = self._clock()
            self._rest, self._rest_since_ns = WorkerState.WAITING, now_ns
            self._restart_at_ns = now_ns + round(restart.wait_ms * NS_PER_MS)
        self._tell(Changed(WorkerState.WAITING, self._reason))
        self._wake.wait(restart.wait_ms / 1000)
        return True

    def _live(self) -> float | None:
        """One life; milliseconds for which it was ready, or None."""
        life = Life(self.name, self._limits, self._clock())
        with self._lock:
            self._life = life
            self._restart_at_ns = None
            self._starts += 1
        process = None
        try:
            self._tell(Changed(WorkerState.STARTING))
            try:
                process = WorkerProcess(self._settings, self._memory, self._word)
            except OSError as error:
                self._break(life, f"it cannot be started ({error.strerror or error})")
                return None
            with self._lock:
                self._process = process
                if self._stop_by_ns is not None:  # while it was being started
                    self._part(life, process, self._clock())
            why = self._listen(life, process) or process.wait_for_end()
            self._break(life, why)
        finally:
            self._bury(life, process)
        return None if life.ready_ns is None else (self._clock() - life.ready_ns) / NS_PER_MS

    def _listen(self, life: Life, process: WorkerProcess) -> str | None:
        """Hear the worker until it has to end, and why; None if it does so by itself."""
        poller = select.poll()
        poller.register(process.socket, select.POLLIN)
        while True:
            poller.poll(_TICK_MS)
            ended = process.ended()  # looked at first: what it said before is still heard
            gone, why = self._read(life, process)
            now_ns = self._clock()
            with self._lock:
                judged = life.judge(now_ns, _TICK_MS * NS_PER_MS)
                why = life.verdict or why or judged
                if why is None and self._stop_by_ns is not None and now_ns > self._stop_by_ns:
                    why = "it was stopped in the middle of a request"
            if why is not None or gone or ended:
                return why

    def _read(self, life: Life, process: WorkerProcess) -> tuple[bool, str | None]:
        """Take in what has come: whether that was all ever, and why the worker has to end."""
        for _ in range(_MOST_AT_ONCE):
            data = process.receive()
            if not data:
                return data is not None, None
            try:
                message = read_message(data)
                with self._lock:
                    news, done = life.take(message, self._clock())
                    self._ready = life.ready or self._ready
            except ProtocolFault as fault:
                return False, f"it sent nonsense: {fault}"
            except LastWords as words:
                self._lasting = words.lasting
                return False, str(words)
            if done is not None:
                self._memory.release(done.slot)
            if news is not None:
                self._tell(news)
        return False, None

    def _break(self, life: Life, why: str) -> None:
        """Tell that a life has ended, unless that was wanted."""
        with self._lock:
            stopping = self._stop_by_ns is not None
            request = life.request
            if not stopping:
                self._reason = why
                life.enter(WorkerState.BROKEN, self._clock())
        if request is not None:
            self._tell(Failed(request.id, why))
        if not stopping:
            self._tell(Changed(WorkerState.BROKEN, why))

    def _bury(self, life: Life, process: WorkerProcess | None) -> None:
        """Kill and reap the process; only then is its frame free for another."""
        if process is not None:
            process.bury()
        with self._lock:
            request = life.end_request()
            self._life = self._process = None
            self._rest, self._rest_since_ns = life.state, self._clock()
        if request is not None:
            self._memory.release(request.slot)

    def _tell(self, news: News) -> None:
        self._on_event(self.name, news)
