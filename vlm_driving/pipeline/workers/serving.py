"""A worker's work: one request after the other, each ended by exactly one last message."""

from __future__ import annotations

import contextlib
import socket
import sys
import traceback
from collections.abc import Callable, Generator, Iterator

from vlm_driving.core import Deadline, UserError
from vlm_driving.pipeline.workers.backend import WorkerBackend
from vlm_driving.pipeline.workers.exchange import Exchange
from vlm_driving.pipeline.workers.fields import ProtocolFault
from vlm_driving.pipeline.workers.memory import FrameView
from vlm_driving.pipeline.workers.messages import (
    Cancelled,
    Failed,
    FromWorker,
    Request,
    Said,
)
from vlm_driving.pipeline.workers.protocol import (
    MOST_BYTES,
    MOST_REASON,
    pack_message,
    read_message,
    read_request,
)
from vlm_driving.runtime.events import Done, Event

_NO_DEADLINE = Deadline(2**62)

Clock = Callable[[], int]


def serve(connection: socket.socket, view: FrameView, backend: WorkerBackend, clock: Clock) -> None:
    """Answer requests until the parent hangs up.

    Raises:
        OSError: if the parent is gone in the middle of an answer.
        ProtocolFault: if what came is no request.
    """
    while data := connection.recv(MOST_BYTES + 1):
        request = read_request(data)
        last = answer(request, view, backend, clock, connection.send)
        connection.send(pack_message(last))


def answer(
    request: Request,
    view: FrameView,
    backend: WorkerBackend,
    clock: Clock,
    say: Callable[[bytes], object],
) -> FromWorker:
    """Answer one request, saying every event but the last as it comes; the last is returned.

    What the parent would take for a damaged process is not said: a model that rambles fails
    its request, and keeps its worker.
    """

    def request_clock() -> int:
        """The time; once the request is cancelled, the end of it."""
        now_ns = clock()
        if view.cancelled(request.id):
            return max(now_ns, deadline.monotonic_ns)
        return now_ns

    deadline = _NO_DEADLINE if request.deadline_ns is None else Deadline(request.deadline_ns)
    exchange = Exchange(request)
    try:
        picture = view.picture(request.slot, request.shape)
        speed = request.ego_speed_kmh
        if request.question is not None:
            events = backend.ask(request.question, picture, speed, deadline, request_clock)
        elif request.task is not None:
            events = backend.answer(picture, speed, deadline, request_clock, request.task)
        else:
            events = backend.answer(picture, speed, deadline, request_clock)
        with _closed(events):
            for event in events:
                # Looked at here as well, for a backend that does not look at its clock.
                if view.cancelled(request.id):
                    return Cancelled(request.id, clock())
                said = Said(request.id, clock(), event)
                packet = pack_message(said)
                read_message(packet)
                exchange.take(said)
                if isinstance(event, Done):
                    return said
                say(packet)
        return Failed(request.id, "the backend stopped in the middle of its answer")
    except ConnectionError:
        raise
    except ProtocolFault as fault:
        return Failed(request.id, f"the backend's answer is nonsense: {fault}"[:MOST_REASON])
    except Exception as error:  # a backend may raise anything, and may still be of use
        print_fault(error)
        refused = request.question is not None and isinstance(error, UserError)
        return Failed(request.id, describe(error), refused)


def print_fault(error: Exception) -> None:
    """Show where a fault came from; what a user can mend needs no traceback."""
    if not isinstance(error, UserError):
        traceback.print_exception(error, file=sys.stderr)


def describe(error: BaseException) -> str:
    """An exception as one clause."""
    text = " ".join(str(error).split())
    if not isinstance(error, UserError):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return text.encode(errors="replace").decode()[:MOST_REASON].rstrip(".")


def _closed(
    events: Iterator[Event],
) -> contextlib.AbstractContextManager[object]:
    """Ends a generator where it stands; another iterator needs no end."""
    if isinstance(events, Generator):
        return contextlib.closing(events)
    return contextlib.nullcontext()
