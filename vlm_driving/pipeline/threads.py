"""Threads whose faults are raised where somebody hears of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping


class Threads:
    """Named threads that run until they end by themselves."""

    def __init__(
        self, targets: Mapping[str, Callable[[], None]], stop: Callable[[str], None]
    ) -> None:
        """Begin nothing yet.

        Args:
            targets: what each runs, by name.
            stop: ends all of them; called when one has raised, with its name.
        """
        self._stop = stop
        self._fault: BaseException | None = None
        self._threads = {name: self._thread(name, run) for name, run in targets.items()}

    def start(self) -> None:
        """Begin all."""
        for thread in self._threads.values():
            thread.start()

    def join(self, name: str, timeout_s: float | None = None) -> bool:
        """Wait for one; whether it has ended."""
        thread = self._threads[name]
        if thread.ident is not None:
            thread.join(timeout_s)
        return not thread.is_alive()

    def raise_fault(self) -> None:
        """Raise what one of them raised, if one did."""
        if self._fault is not None:
            raise self._fault

    def _thread(self, name: str, target: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                target()
            except BaseException as fault:  # raised again by `raise_fault`
                self._fault = fault
                self._stop(name)

        return threading.Thread(target=run, name=name, daemon=True)
