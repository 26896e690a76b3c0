"""The backend of a soak's workers: the real engine on the real bundle, spoilt on demand.

What is wrong is wrong inside the worker's own process, so that its parent sees nothing but what
a broken backend would show.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.named_engine import NamedEngine
from vlm_driving.backends.onnx.open_engine import open_engine
from vlm_driving.core import Deadline, UserError
from vlm_driving.runtime.events import AdviceDecoded, Done, Event, Sentence
from vlm_driving.soak.control import Control
from vlm_driving.soak.kinds import Fault

OPEN_FAULTY = "vlm_driving.soak.faulty:open_faulty"
"""How a parent names the factory."""
_SLOWER = 9  # times what each step took, slept behind it
_ENDLESS_PAUSE_S = 0.002
_SPARE_BYTES = 1 << 20
_TOO_MUCH = 1 << 32
_GONE = (
    "Specified provider 'CUDAExecutionProvider' is not in available provider names."
    "Available providers: 'CPUExecutionProvider'"
)

Clock = Callable[[], int]
Spoil = Callable[["FaultyEngine", "Iterator[Event]", int], "Iterator[Event]"]


class FaultyEngine:
    """The real engine under another name; what is armed in its control block it does wrong."""

    def __init__(self, engine: NamedEngine, name: str, control: Control) -> None:
        self.engine = engine
        self.name = name
        self.model = engine.model
        self.details: Mapping[str, str | int | float | bool | None] = engine.details
        self._control = control

    def answer(
        self,
        image_bgr: NDArray[np.uint8],
        ego_speed_kmh: float | None,
        deadline: Deadline | None,
        clock: Clock,
        task: str | None = None,
    ) -> Iterator[Event]:
        """The engine's answer, spoilt if a fault is armed; warm-up frames never are."""
        real = self.engine.answer(image_bgr, ego_speed_kmh, deadline, clock, task)
        armed = None if deadline is None else self._control.strike()
        if armed is None:
            return real
        fault, variant = armed
        return _SPOILS[fault](self, real, variant)

    def ask(
        self,
        question: str,
        image_bgr: NDArray[np.uint8] | None,
        ego_speed_kmh: float | None,
        deadline: Deadline | None,
        clock: Clock,
    ) -> Iterator[Event]:
        """The engine's answer to a question; no fault strikes here."""
        return self.engine.ask(question, image_bgr, ego_speed_kmh, deadline, clock)


def open_faulty(bundle: str, name: str, control: str, threads: int = 0) -> FaultyEngine:
    """Open a bundle on the CPU under the name `name`, with the control block at `control`.

    Raises:
        UserError: as `open_engine`, or because the block says so.
    """
    sys.tracebacklimit = 0  # of what is raised on purpose, and often, one line is enough
    block = Control.open(control)
    if block.refuse():
        raise UserError("the device is in use by another process; end that one")
    return FaultyEngine(open_engine(bundle, threads=threads), name, block)


def _slow(backend: FaultyEngine, real: Iterator[Event], variant: int) -> Iterator[Event]:
    """Each step takes ten times as long, and nobody looks up in between."""
    begun = time.monotonic()
    for event in real:
        time.sleep(_SLOWER * (time.monotonic() - begun))
        yield event
        begun = time.monotonic()


def _raises(backend: FaultyEngine, real: Iterator[Event], variant: int) -> Iterator[Event]:
    """An exception at the beginning, behind two stages, or behind the advice."""
    for count, event in enumerate(real):
        if count == (0, 2, 5)[variant % 3]:
            raise RuntimeError("Non-zero status code returned while running MatMul node")
        yield event


def _garbage(backend: FaultyEngine, real: Iterator[Event], variant: int) -> Iterator[Event]:
    """Bytes that are no text, characters that nobody writes, or no event at all."""
    for event in real:
        if isinstance(event, Sentence) and variant % 3 == 0:
            yield Sentence(event.section, b"\xff\xfe\x80".decode(errors="surrogateescape"))
        elif isinstance(event, Sentence) and variant % 3 == 1:
            yield Sentence(event.section, "\x1b[2J\x00縺ｪ縺ｫ\ufffd\ufffd\x07。")
        elif isinstance(event, AdviceDecoded) and variant % 3 == 2:
            yield b"\xde\xad\xbe\xef"  # type: ignore[misc]
        else:
            yield event


def _empty(backend: FaultyEngine, real: Iterator[Event], variant: int) -> Iterator[Event]:
    """Sentences without a character, or none at all, and yet a complete answer."""
    for event in real:
        if not isinstance(event, Sentence):
            yield event
        elif variant % 2 == 0:
            yield Sentence(event.section, "")


def _endless(backend: FaultyEngine, real: Iterator[Event], variant: int) -> Iterator[Event]:
    """The last sentence again and again, deaf to its deadline, until the caller hangs up."""
    last = Sentence("description_ja", "前方に車がいます。")
    for event in real:
        if isinstance(event, Done):
            break
        if isinstance(event, Sentence):
            last = event
        yield event
    while True:
        yield last
        time.sleep(_ENDLESS_PAUSE_S)


def _shapes(backend: FaultyEngine, real: Iterator[Event], variant: int) -> Iterator[Event]:
    """A picture of the wrong size for the real session, which says so itself."""
    yield next(real)
    spec = backend.engine.bundle.preprocess
    wrong = np.zeros((1, 3, spec.height + 1, spec.width - 3), np.float32)
    backend.engine.runner.encode(wrong)
    yield from real


def _memory(backend: FaultyEngine, real: Iterator[Event], variant: int) -> Iterator[Event]:
    """A real allocation that the system refuses."""
    yield next(real)
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + _SPARE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        np.empty(_TOO_MUCH, np.uint8)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    yield from real


def _provider(backend: FaultyEngine, real: Iterator[Event], variant: int) -> Iterator[Event]:
    """The provider is gone, in onnxruntime's own words."""
    yield next(real)
    raise ValueError(_GONE)


_SPOILS: dict[Fault, Spoil] = {
    Fault.SLOW: _slow,
    Fault.RAISES: _raises,
    Fault.GARBAGE: _garbage,
    Fault.EMPTY: _empty,
    Fault.ENDLESS: _endless,
    Fault.SHAPES: _shapes,
    Fault.MEMORY: _memory,
    Fault.PROVIDER: _provider,
}
