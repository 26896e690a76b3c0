"""A few threads that nobody waits for: after Ctrl-C a slow endpoint must not hold the process."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_threads(
    tasks: Sequence[Task], work: Callable[[Task], Result], threads: int
) -> Generator[Result, None, None]:
    """Results in the order in which they are ready; closing the generator starts nothing more."""
    todo: queue.SimpleQueue[Task] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()
    left = threading.Event()
    for task in tasks:
        todo.put(task)

    def loop() -> None:
        while not left.is_set():
            try:
                task = todo.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((work(task), None))
            except BaseException as error:
                # Raised again in the thread that waits.
                done.put((None, error))

    for number in range(min(threads, len(tasks))):
        threading.Thread(target=loop, name=f"llm-judge-{number}", daemon=True).start()
    try:
        for _ in tasks:
            result, error = done.get()
            if error is not None:
                raise error
            yield result  # type: ignore[misc]  # None only beside an error
    finally:
        left.set()
