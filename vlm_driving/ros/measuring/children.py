"""Processes of a measurement: one that ends early is a sentence, and none is left over."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO

from vlm_driving.core import UserError
from vlm_driving.soak.vitals import alive, descendants

LAST_LINES = 12
_ROOT = Path(__file__).resolve().parents[3]
_LAUNCHED = Path(__file__).with_name("launched.py")
_ORDERLY_S, _TERMINATED_S, _GONE_S = 15.0, 5.0, 3.0
_POLL_S = 0.05

OnLine = Callable[[str], None]


class ChildFailed(UserError):
    """A process of the measurement ended, or does not answer; with its last lines."""


class Child:
    """One process in a session of its own, so that Ctrl-C reaches it through us alone.

    It ends with the thread that made it, whatever happens to that one.
    """

    def __init__(self, name: str, command: Sequence[str], on_line: OnLine | None = None) -> None:
        """Start it.

        Args:
            name: what it is, for sentences: `the sender`.
            command: words after `python`, such as `-m vlm_driving node`.
            on_line: takes each line of stdout, on a thread of its own; else they count as log.
        """
        self.name = name
        self.log: deque[str] = deque(maxlen=LAST_LINES)
        self.family: set[int] = set()
        """Every process that was ever seen below it."""
        path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        launch = [sys.executable, "-I", "-S", str(_LAUNCHED), str(os.getpid())]
        self._process = subprocess.Popen(
            [*launch, sys.executable, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
            text=True,
            errors="replace",
        )
        assert self._process.stdout is not None and self._process.stderr is not None
        self._readers = [
            _reader(self._process.stdout, on_line or self.log.append),
            _reader(self._process.stderr, self.log.append),
        ]

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def look(self, doing: str) -> None:
        """Note who is below it. Raises ChildFailed if it has ended while `doing`."""
        if not self.is_running:
            self._drain()
            raise ChildFailed(self.said(f"{_ended(self._process.returncode)} while {doing}"))
        self.family |= descendants(self.pid)

    def tell(self, line: str) -> None:
        """Write a line to its stdin; one that has ended does not get it."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def wait_for(self, event: threading.Event, patience_s: float, doing: str) -> None:
        """Wait for what it does. Raises ChildFailed if it ends, or takes longer."""
        give_up = time.monotonic() + patience_s
        while not event.wait(_POLL_S):
            self.look(doing)
            if time.monotonic() >= give_up:
                raise ChildFailed(self.said(f"took more than {patience_s:g} s, {doing}"))

    def said(self, what: str) -> str:
        """A sentence about it, with its last lines."""
        lines = [line for line in self.log if line.strip()]
        said = "it wrote nothing." if not lines else "its last lines:\n  " + "\n  ".join(lines)
        return f"{self.name[0].upper()}{self.name[1:]} {what}; {said}"

    def end(self, by_stdin: bool = False) -> list[str]:
        """End it and whoever is below it; waits until all of them are gone.

        Args:
            by_stdin: it ends with its stdin; else by SIGINT, as by Ctrl-C.

        Returns:
            What was wrong with how it ended, in words; nothing as a rule.
        """
        wrong = []
        if self.is_running:
            self.family |= descendants(self.pid)
            first = (None if by_stdin else signal.SIGINT, _ORDERLY_S)
            for asked, patience_s in (
                first,
                (signal.SIGTERM, _TERMINATED_S),
                (signal.SIGKILL, _TERMINATED_S),
            ):
                self._ask(asked)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(patience_s)
                    break
                how = "the end of its stdin" if asked is None else asked.name
                wrong.append(f"{self.name} did not end within {patience_s:g} s of {how}")
            code = self._process.returncode
            if not wrong and code not in (0, 130, -signal.SIGINT):
                wrong.append(self.said(_ended(code)))
        left = _wait_until_gone(self.family)
        wrong += [f"process {pid} of {self.name} outlived it" for pid in sorted(left)]
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self._drain()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        return wrong

    def _ask(self, number: signal.Signals | None) -> None:
        if number is not None:
            self._process.send_signal(number)
            return
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def _drain(self) -> None:
        for reader in self._readers:
            reader.join(1.0)


def _wait_until_gone(pids: Iterable[int]) -> set[int]:
    """Those that are still there after a while."""
    give_up = time.monotonic() + _GONE_S
    while left := alive(set(pids)):
        if time.monotonic() >= give_up:
            break
        time.sleep(_POLL_S)
    return left


def _reader(stream: IO[str], on_line: OnLine) -> threading.Thread:
    def read() -> None:
        with contextlib.suppress(ValueError):  # closed under us
            for line in stream:
                on_line(line.rstrip("\n"))

    thread = threading.Thread(target=read, name="child's lines", daemon=True)
    thread.start()
    return thread


def _ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
