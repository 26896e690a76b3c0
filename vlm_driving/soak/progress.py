"""What a person sees of a soak: a line on stderr now and then, and what is wrong at once."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO

from vlm_driving.soak.children import OFFERING

PERIOD_S = 5.0
_MOST_SAID = 50  # sentences about what is wrong; the object has them all


class Teller:
    """Any thread may call; nobody waits for a terminal that does not take its lines."""

    def __init__(self, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._stream = None if quiet else stream or sys.stderr
        self._said = 0
        self._done = threading.Event()
        self._waiting: list[str] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._line: Callable[[], str] | None = None
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def say(self, sentence: str) -> None:
        """Say something soon."""
        with self._lock:
            self._said += 1
            if self._said <= _MOST_SAID:
                self._waiting.append(sentence)
        self._wake.set()

    def begin(self, line: Callable[[], str]) -> None:
        """Frames are being offered; `line` says how it stands."""
        self.say(OFFERING)
        self._line = line

    def __enter__(self) -> Teller:
        """Begin to speak."""
        if self._stream is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Say what is left."""
        self._done.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _run(self) -> None:
        due = time.monotonic() + PERIOD_S
        while True:
            self._wake.wait(max(0.0, due - time.monotonic()))
            done = self._done.is_set()
            with self._lock:
                self._wake.clear()
                waiting, self._waiting = self._waiting, []
            if done or time.monotonic() >= due:
                due += PERIOD_S
                waiting += [] if self._line is None else [self._line()]
            try:
                for sentence in waiting:
                    print(f"soak: {sentence}", file=self._stream, flush=True)
            except (OSError, ValueError):  # nobody reads it any more: that must not end the soak
                return
            if done:
                return
