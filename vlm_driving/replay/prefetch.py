"""Reads ahead in a thread, so that reading and unpacking a bag delays no frame."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class _End:
    """Marks the end of the items; carries what stopped the reading, if it was a fault."""

    def __init__(self, fault: BaseException | None = None) -> None:
        self.fault = fault


class Prefetch(Generic[T]):
    """Iterates over `items` with up to `depth` of them read ahead by a thread.

    A fault while reading is raised where the iteration has got to it. `close` ends the
    thread early; use it as a context manager.
    """

    def __init__(self, items: Iterable[T], depth: int = 8) -> None:
        self._items = items
        self._queue: queue.Queue[T | _End] = queue.Queue(maxsize=depth)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, name="bag", daemon=True)

    def __enter__(self) -> Prefetch[T]:
        """Begin to read."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop reading."""
        self.close()

    def __iter__(self) -> Iterator[T]:
        """The items, in order."""
        while not isinstance(item := self._queue.get(), _End):
            yield item
        if item.fault is not None:
            raise item.fault

    def close(self) -> None:
        """Stop the thread, and wait for it."""
        self._stopped.set()
        self._thread.join()

    def _read(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    return
        except BaseException as fault:  # raised again on the reader's side
            self._put(_End(fault))
        else:
            self._put(_End())

    def _put(self, item: T | _End) -> bool:
        while not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False
