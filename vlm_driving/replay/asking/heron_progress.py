"""How far the asking is: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from vlm_driving.replay.asking.answers import OnProgress
from vlm_driving.replay.progress import PLAIN_PERIOD_S


@contextmanager
def asking_progress(stream: TextIO) -> Iterator[OnProgress]:
    """Show what the function that it gives is told: questions done, and of how many."""
    if not stream.isatty():
        yield _Lines(stream).tell
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(*Progress.get_default_columns(), console=Console(file=stream)) as progress:
        bar = progress.add_task("Asking", total=None)
        yield lambda done, of: progress.update(bar, completed=done, total=of)


class _Lines:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next_s = time.monotonic() + PLAIN_PERIOD_S

    def tell(self, done: int, of: int) -> None:
        """A line every two seconds, and one at the end."""
        if time.monotonic() < self._next_s and done < of:
            return
        self._next_s = time.monotonic() + PLAIN_PERIOD_S
        with contextlib.suppress(OSError):  # nobody reads it: the run goes on
            print(f"questions {done}/{of}", file=self._stream, flush=True)
