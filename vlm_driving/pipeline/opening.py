"""Workers on a bundle, up and warm before the first frame, and which backends they hold.

For whoever runs a ladder on a machine: a replay, or a node. Nothing of a backend is imported before
it is asked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from vlm_driving.pipeline.lineup import AUTO, KNOWN, lineup
from vlm_driving.pipeline.pool import WorkerPool
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.task_prompt import PROMPT_ROOM, plain_task, task_prompt_fault

Say = Callable[[str], object]
"""Takes one sentence for a log."""


@dataclass(frozen=True, slots=True)
class LineUpEntry:
    """One backend when the first frame was offered.

    Attributes:
        name: such as onnx-cpu.
        reason: why it was not ready, in one sentence or clause; None where it was.
    """

    name: str
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As `run.json` lists it."""
        return {"name": self.name, "ready": self.reason is None, "reason": self.reason}

    def complaint(self) -> str | None:
        """One sentence on why it cannot answer; None where it can."""
        if self.reason is None:
            return None
        return f"{self.name} cannot answer: {self.reason.rstrip('.')}."


@dataclass(frozen=True, slots=True)
class OpenedPool:
    """Workers of which one at least is warm. To be used as a context, or closed.

    Attributes:
        pool: the workers.
        entries: every backend that was asked to be ready, the preferred one first.
        bundle: that they run; `bundle.preprocess` says how large a picture the model wants.
        load_ms: from reading the bundle to the end of the warm-up.
    """

    pool: WorkerPool
    entries: tuple[LineUpEntry, ...]
    bundle: ModelBundle
    load_ms: float

    @property
    def backend(self) -> str:
        """The preferred one of those that are ready."""
        return next(one.name for one in self.entries if one.reason is None)

    def task_prompt_fault(self, text: str) -> str | None:
        """Why the bundle's model cannot be asked `text`, in one sentence; None if it can.

        Reads the bundle's tokenizer for a text that is not empty. Any thread may call.
        """
        fault = task_prompt_fault(text)
        if fault is not None or not plain_task(text):
            return fault
        from vlm_driving.runtime.prompt_tail import PromptTail
        from vlm_driving.runtime.tokenizer import BundleTokenizer

        bundle = self.bundle
        tokenizer = BundleTokenizer(bundle.tokenizer_path, bundle.manifest.normalization)
        ready = (one.ready for one in self.pool.statuses())
        said = (one.details.get(PROMPT_ROOM) for one in ready if one is not None)
        room = min((one for one in said if isinstance(one, int)), default=None)
        return PromptTail(bundle.prompts, tokenizer).fault(text, room)

    def close(self) -> None:
        """End all workers, and give their memory back."""
        self.pool.close()

    def __enter__(self) -> OpenedPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_pool(
    path: Path,
    names: Sequence[str] = (AUTO,),
    threads: int = 0,
    kept_frames: int = 0,
    say: Say = lambda sentence: None,
) -> OpenedPool:
    """Start the workers of a ladder on the bundle at `path`, and wait until they are warm.

    A backend that was named and is not ready goes on trying; one that `AUTO` took is left out.

    Args:
        path: directory of the bundle.
        names: of backends, the preferred one first, or `AUTO` alone.
        threads: for the model, in each worker; 0 leaves the choice to it.
        kept_frames: places for pictures that can be asked about; see `LadderOptions.kept_frames`.
        say: told of each backend that cannot answer.

    Raises:
        UserError: for a bundle that cannot be loaded, or when no backend can run it.
    """
    begun = time.monotonic()
    bundle = ModelBundle.load(path)  # its faults are told here, in one sentence
    chosen = tuple(names) == (AUTO,)
    pool, entries = _start(possible() if chosen else names, path, threads, kept_frames)
    ready = [one.name for one in entries if one.reason is None]
    for one in entries:
        if (complaint := one.complaint()) is not None:
            say(complaint)
    if chosen and len(ready) < len(entries):
        # It proved that it cannot be used: reports need not say for each frame that it was not.
        pool.close()
        pool, again = _start(ready, path, threads, kept_frames)
        entries = tuple(next((a for a in again if a.name == e.name), e) for e in entries)
    return OpenedPool(pool, entries, bundle, (time.monotonic() - begun) * 1000)


def possible() -> tuple[str, ...]:
    """What `AUTO` asks: the backends that may be on this machine, the preferred one first.

    Whether they are what they say is for their workers to prove.
    """
    from vlm_driving.backends.ruled_out import ruled_out

    return tuple(name for name, one in KNOWN.items() if one.by_auto and ruled_out(name) is None)


def _start(
    names: Sequence[str], path: Path, threads: int, kept_frames: int
) -> tuple[WorkerPool, tuple[LineUpEntry, ...]]:
    """Workers that are up, and who of them is ready. Raises UserError if none is."""
    pool = WorkerPool(replace(lineup(names, path, threads), kept_frames=kept_frames))
    try:
        ready = pool.start()
    except BaseException:
        pool.close()
        raise
    whys = {one.name: one.reason or f"it was {one.state.value}" for one in pool.statuses()}
    entries = (LineUpEntry(name, None if name in ready else why) for name, why in whys.items())
    return pool, tuple(entries)
