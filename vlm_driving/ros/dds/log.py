"""The node's log without ROS: lines in ROS's own form, on stderr."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable

from vlm_driving.ros.throttle import Throttle


def _to_stderr(line: str) -> None:
    # Whoever read the log may have left, or the disk is full: the node's work goes on.
    with contextlib.suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


class DdsLog:
    """Writes `[WARN] [1700000000.123456789] [node]: text`."""

    def __init__(
        self,
        node: str,
        write: Callable[[str], None] = _to_stderr,
        now_ns: Callable[[], int] = time.time_ns,
        throttle: Throttle | None = None,
        shows_debug: bool = False,
    ) -> None:
        self._node = node
        self._write = write
        self._now_ns = now_ns
        self._throttle = throttle or Throttle()
        self._shows_debug = shows_debug

    def debug(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        """For developers; shown only if asked for."""
        if self._shows_debug:
            self._line("DEBUG", text, throttle_s, key)

    def info(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        """What happened."""
        self._line("INFO", text, throttle_s, key)

    def warn(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        """What a user should mend."""
        self._line("WARN", text, throttle_s, key)

    def error(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        """What does not work."""
        self._line("ERROR", text, throttle_s, key)

    def _line(self, level: str, text: str, throttle_s: float, key: str) -> None:
        if self._throttle.passes(key or text, throttle_s):
            seconds, nanoseconds = divmod(self._now_ns(), 1_000_000_000)
            self._write(f"[{level}] [{seconds}.{nanoseconds:09d}] [{self._node}]: {text}")
