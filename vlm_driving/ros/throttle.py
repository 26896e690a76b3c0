"""A log line that would come every frame comes now and then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

MOST_KEYS = 512
"""Texts with numbers in them make keys without end: the oldest are forgotten."""


class Throttle:
    """Says which lines may pass, by key, on the monotonic clock; for any thread."""

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._passed_ns: dict[str, int] = {}
        self._lock = threading.Lock()

    def passes(self, key: str, throttle_s: float) -> bool:
        """Whether a line with this key may be written now; if so, it counts as written."""
        if throttle_s <= 0:
            return True
        now_ns = self._clock()
        with self._lock:
            before_ns = self._passed_ns.get(key)
            if before_ns is not None and now_ns - before_ns < throttle_s * 1e9:
                return False
            self._passed_ns.pop(key, None)  # written again at the end: dicts keep their order
            self._passed_ns[key] = now_ns
            if len(self._passed_ns) > MOST_KEYS:
                del self._passed_ns[next(iter(self._passed_ns))]
            return True
