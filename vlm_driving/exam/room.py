"""Where candidates sit: this process, or several that each load the bundle."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, Protocol, TypeVar

from vlm_driving.core import UserError
from vlm_driving.exam.answering import Candidate

Result = TypeVar("Result")
Advance = Callable[[int], None]
Task = Callable[..., list[Result]]
CHUNK = 20
"""Scenes a task: enough to make starting one cheap, few enough for a lively progress bar."""

_seat: dict[str, Candidate | None] = {}
_fault: list[UserError] = []
"""Why this process has no candidate: told by its first task, for a pool only says that it broke."""


class Room(Protocol):
    """Runs `task(candidate, *args, first, count)` over ranges of scenes."""

    def run(
        self, task: Task[Result], args: tuple[Any, ...], count: int, advance: Advance
    ) -> list[Result]:
        """All results in order; `advance` is told how many scenes have just been done."""
        ...


class OneSeat:
    """A candidate in this process."""

    def __init__(self, candidate: Candidate | None) -> None:
        self._candidate = candidate

    def __enter__(self) -> OneSeat:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(
        self, task: Task[Result], args: tuple[Any, ...], count: int, advance: Advance
    ) -> list[Result]:
        """See `Room`."""
        out: list[Result] = []
        for first, size in _chunks(count):
            out += task(self._candidate, *args, first, size)
            advance(size)
        return out


class ManySeats:
    """Processes with a candidate each; use as a context manager."""

    def __init__(self, bundle: Path | None, workers: int, threads: int) -> None:
        """Start `workers` processes that load `bundle`, if any, with `threads` threads each."""
        self._pool = ProcessPoolExecutor(
            workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_sit_down,
            initargs=(bundle, threads),
        )

    def __enter__(self) -> ManySeats:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def run(
        self, task: Task[Result], args: tuple[Any, ...], count: int, advance: Advance
    ) -> list[Result]:
        """See `Room`."""
        pending: dict[Future[list[Result]], tuple[int, int]] = {
            self._pool.submit(_work, task, args, first, size): (first, size)
            for first, size in _chunks(count)
        }
        done: dict[int, list[Result]] = {}
        for future in as_completed(pending):
            first, size = pending[future]
            try:
                done[first] = future.result()
            except BrokenProcessPool as error:
                raise UserError(
                    "A process of the examination was ended from outside, as happens when memory "
                    "runs out; give fewer --workers."
                ) from error
            advance(size)
        return [item for first in sorted(done) for item in done[first]]


def open_candidate(bundle: Path, threads: int) -> Candidate:
    """A bundle's engine on this machine's processor. Raises UserError for a bad bundle."""
    from vlm_driving.backends.onnx import open_runner
    from vlm_driving.runtime.bundle import ModelBundle
    from vlm_driving.runtime.engine import Engine

    loaded = ModelBundle.load(bundle)
    return Engine(loaded, open_runner(loaded, threads=threads))


def _chunks(count: int) -> list[tuple[int, int]]:
    return [(first, min(CHUNK, count - first)) for first in range(0, count, CHUNK)]


def _sit_down(bundle: Path | None, threads: int) -> None:
    import cv2

    cv2.setNumThreads(1)  # the processes share the cores already
    try:
        _seat["candidate"] = None if bundle is None else open_candidate(bundle, threads)
    except UserError as error:
        _fault.append(error)


def _work(task: Task[Result], args: tuple[Any, ...], first: int, count: int) -> list[Result]:
    if _fault:
        raise _fault[0]
    return task(_seat["candidate"], *args, first, count)
