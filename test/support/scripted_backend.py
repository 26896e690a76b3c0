"""A backend for worker processes that does what the question tells it to, well or badly."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import (
    Advice,
    Deadline,
    PathAdvice,
    SpeedAdvice,
    StageTimes,
    TokenCounts,
    UserError,
)
from vlm_driving.runtime.events import (
    AdviceDecoded,
    Done,
    Event,
    Finish,
    Sentence,
    Stage,
    StageBegun,
)

DONE = Done(Finish.COMPLETE, StageTimes(decode=1.0), TokenCounts(1, 1, 1))
CUT = Done(Finish.NO_ADVICE, StageTimes(), TokenCounts())
_FOREVER_S = 3600.0
Clock = Callable[[], int]


def open_scripted(
    threads: int = 0, name: str = "scripted", start: str = "", warm: str = ""
) -> ScriptedBackend:
    """Open the backend, or do what `start` says."""
    misbehave(start)
    return ScriptedBackend(name, warm, threads)


class ScriptedBackend:
    """Answers a report with the mean of the picture as confidence."""

    model = "script"

    def __init__(self, name: str, warm: str, threads: int) -> None:
        self.name = name
        self.details = {
            "threads": threads,
            "omp": os.environ.get("OMP_NUM_THREADS"),
            "cpus": len(os.sched_getaffinity(0)),
            "nice": os.nice(0),
        }
        self._warm = warm
        self._last: NDArray[np.uint8] | None = None

    def answer(
        self,
        image_bgr: NDArray[np.uint8],
        ego_speed_kmh: float | None,
        deadline: Deadline | None,
        clock: Clock,
        task: str | None = None,
    ) -> Iterator[Event]:
        """A report; a warm-up has no deadline."""
        if deadline is None:
            misbehave(self._warm)
        self._last = image_bgr
        yield StageBegun(Stage.ENCODE)
        mean = float(image_bgr.mean()) / 255
        yield AdviceDecoded(Advice(SpeedAdvice.KEEP, PathAdvice.KEEP, mean), 1.0, False)
        yield Sentence("advice_ja", f"時速{ego_speed_kmh}キロを保ちます。")
        yield DONE

    def ask(
        self,
        question: str,
        image_bgr: NDArray[np.uint8] | None,
        ego_speed_kmh: float | None,
        deadline: Deadline | None,
        clock: Clock,
    ) -> Iterator[Event]:
        """Do what the question says."""
        assert image_bgr is not None
        same, self._last = image_bgr is self._last, image_bgr
        if question == "same":
            yield Sentence("answer", f"{same} {image_bgr[0, 0, 0]}")
        elif question == "write":
            image_bgr[0, 0, 0] = 1
        elif question == "patient":  # looks at its clock, as the engine does
            yield StageBegun(Stage.DECODE)
            while deadline is not None and not deadline.expired(clock()):
                time.sleep(0.001)
            yield CUT
            return
        elif question == "deaf":  # does not
            for _ in range(400):
                yield StageBegun(Stage.DECODE)
                time.sleep(0.05)
        elif question == "endless":
            for number in itertools.count():
                yield Sentence("answer", f"{number}" + "あ" * 100)
        elif question == "again":
            yield Sentence("answer", "あ")
            yield Sentence("answer", "あ")
        elif question == "chatter":
            while True:
                yield StageBegun(Stage.DECODE)
        elif question == "long":
            yield Sentence("answer", "あ" * 3000)
        elif question == "huge":
            yield Sentence("answer", "あ" * 100_000)
        elif question == "no event":
            yield "advice"  # type: ignore[misc]
        elif question == "no end":
            return
        else:
            misbehave(question)
        yield DONE


def misbehave(how: str) -> None:
    """Do it; nothing for an empty word, or one that is not known."""
    if how == "raise":
        raise UserError("the device is not there; plug it in.")
    if how == "fault":
        raise ZeroDivisionError("by\nnought")
    if how == "memory":
        raise MemoryError
    if how == "sleep":  # as in a driver: the heartbeat goes on
        time.sleep(_FOREVER_S)
    if how == "stop":  # nothing goes on
        os.kill(os.getpid(), signal.SIGSTOP)
    if how == "exit":
        sys.exit(0)
    if how == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "fork" and os.fork() == 0:
        time.sleep(_FOREVER_S)
    if how == "fork":
        os._exit(7)
    packets = {
        "garbage": b"\xff\x00{{{",
        "stranger": json.dumps({"v": 1, "kind": "cancelled", "id": 999999, "at_ns": 1}).encode(),
        "empty": b"",
    }
    if how in packets:
        _connection().send(packets[how])
        time.sleep(_FOREVER_S)
    if how == "flood":
        beat = json.dumps({"v": 1, "kind": "heartbeat", "at_ns": time.monotonic_ns()}).encode()
        while True:
            _connection().send(beat)


def _connection() -> socket.socket:
    return socket.socket(fileno=os.dup(int(sys.argv[sys.argv.index("--fds") + 1])))
