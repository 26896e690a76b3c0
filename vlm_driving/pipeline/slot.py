"""A place for one item, where the newest wins."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class LatestSlot(Generic[T]):
    """Holds at most one item; a newer item takes the place of one that nobody has taken.

    One side puts and never waits; the other side takes, waiting until there is something
    or the slot is closed. Both may be threads. What was displaced is handed back to the
    side that put, so that no item vanishes without an owner.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._item: T | None = None
        self._closed = False
        self._displaced = 0

    @property
    def displaced(self) -> int:
        """How many items lost their place to a newer one."""
        with self._condition:
            return self._displaced

    def put(self, item: T) -> T | None:
        """Place `item`; returns the item that it displaced.

        Raises RuntimeError once the slot is closed.
        """
        with self._condition:
            if self._closed:
                raise RuntimeError("the slot is closed")
            displaced, self._item = self._item, item
            if displaced is not None:
                self._displaced += 1
            self._condition.notify()
            return displaced

    def take(self, timeout_s: float | None = None) -> T | None:
        """The item, as soon as there is one; None after `timeout_s` or once closed and empty."""
        with self._condition:
            self._condition.wait_for(
                lambda: self._item is not None or self._closed, timeout=timeout_s
            )
            item, self._item = self._item, None
            return item

    def discard(self, item: T) -> bool:
        """Empty the slot if it holds this very `item`; says whether it did."""
        with self._condition:
            if self._item is not item:
                return False
            self._item = None
            return True

    def close(self) -> None:
        """No more items will come; an item that is still here can be taken."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
