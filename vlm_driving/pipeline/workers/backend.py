"""The backend in a worker: opened by a factory that the parent names.

The package of workers knows no backend. A factory is a function anywhere that takes keywords,
`threads` among them, and returns a `WorkerBackend`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Deadline, UserError
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.workers.messages import Detail
from vlm_driving.runtime.events import AdviceDecoded, Done, Event

_GREY = 114


class WorkerBackend(Protocol):
    """A `runtime.Engine` with a name: it answers one frame, or one question, at a time.

    Attributes of the backend:
        name: as it calls itself, such as onnx-cpu.
        model: name of its bundle.
        details: whatever else it says of itself, as JSON.
    """

    @property
    def name(self) -> str:
        """As the backend calls itself."""
        ...

    @property
    def model(self) -> str:
        """Name of the bundle."""
        ...

    @property
    def details(self) -> Mapping[str, Detail]:
        """Whatever else there is to say."""
        ...

    def answer(
        self,
        image_bgr: NDArray[np.uint8],
        ego_speed_kmh: float | None,
        deadline: Deadline | None,
        clock: Callable[[], int],
        task: str | None = None,
    ) -> Iterator[Event]:
        """Events of one answer; the last one is Done. May raise anything.

        `task` is given only where a user's own words stand in place of the bundle's.
        """
        ...

    def ask(
        self,
        question: str,
        image_bgr: NDArray[np.uint8] | None,
        ego_speed_kmh: float | None,
        deadline: Deadline | None,
        clock: Callable[[], int],
    ) -> Iterator[Event]:
        """Events of the answer to one question; the last one is Done. May raise anything."""
        ...


def open_backend(factory: str, arguments: Mapping[str, Any], threads: int) -> WorkerBackend:
    """Import the factory and call it.

    Raises:
        UserError: if there is no such factory. What the factory raises passes through.
    """
    module_name, _, name = factory.partition(":")
    try:
        function = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError) as error:
        raise UserError(
            f"the backend's factory {factory} cannot be imported ({error}); "
            "name an importable module:function."
        ) from None
    backend: WorkerBackend = function(**arguments, threads=threads)
    return backend


def warm_up(
    backend: WorkerBackend,
    count: int,
    size: tuple[int, int],
    progress: Callable[[int], None],
    clock: Callable[[], int],
) -> float | None:
    """Answer grey frames in full, so that the first real one finds everything in place.

    Args:
        backend: to warm.
        count: of frames.
        size: (height, width) of them.
        progress: told how many are done, from 0 on.
        clock: monotonic nanoseconds.

    Returns:
        The longest time to advice of all but the first, in ms; None where there was none. It is
        what a ladder reckons with until real frames have been answered.

    Raises:
        RuntimeError: if an answer is not ended by Done. What the backend raises passes through.
    """
    grey = np.full((*size, 3), _GREY, np.uint8)
    longest_ms = None
    progress(0)
    for step in range(count):
        begun_ns, last = clock(), None
        for last in backend.answer(grey, None, None, clock):
            if isinstance(last, AdviceDecoded) and step > 0:
                longest_ms = max(longest_ms or 0.0, (clock() - begun_ns) / NS_PER_MS)
        if not isinstance(last, Done):
            raise RuntimeError("its answer to a grey frame had no end")
        progress(step + 1)
    return longest_ms
