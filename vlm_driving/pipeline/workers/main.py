"""`python -m vlm_driving.pipeline.workers.main`: the worker process. Started by `launch` alone.

It ends with its parent: by the kernel's signal, by the end of the socket, or by a heartbeat
that nobody takes.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import gc
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Sequence

from vlm_driving import process
from vlm_driving.core import UserError
from vlm_driving.pipeline.workers.backend import open_backend, warm_up
from vlm_driving.pipeline.workers.memory import FrameView
from vlm_driving.pipeline.workers.messages import (
    WARM_MS,
    Failed,
    FromWorker,
    Heartbeat,
    Ready,
    WarmUp,
)
from vlm_driving.pipeline.workers.protocol import pack_message
from vlm_driving.pipeline.workers.serving import describe, print_fault, serve
from vlm_driving.pipeline.workers.settings import WorkerSettings
from vlm_driving.pipeline.workers.surroundings import (
    close_inherited,
    die_with,
    ignore_goodbyes,
    settle,
)

_FAILED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Be a worker; the exit status."""
    options = _options(arguments)
    die_with(options.parent)
    close_inherited(options.fds)
    ignore_goodbyes()
    faulthandler.enable()  # a crash in native code leaves at least a traceback
    process.claim()
    socket_fd, memory_fd = options.fds
    connection = socket.socket(fileno=socket_fd)
    connection.setblocking(True)
    connection.set_inheritable(False)
    settings = WorkerSettings.from_json(json.loads(options.settings))
    threading.Thread(
        target=_beat, args=(connection, settings.beat_ms / 1000), name="heartbeat", daemon=True
    ).start()
    try:
        slots, slot_bytes, word = options.memory
        view = FrameView(memory_fd, slots, slot_bytes, word)
        os.close(memory_fd)
        _prepare(settings, view, connection)
        return 0
    except ConnectionError:
        return 0  # nobody is left to tell
    except Exception as error:
        print_fault(error)
        with contextlib.suppress(OSError):
            _say(connection, Failed(None, describe(error), isinstance(error, UserError)))
        return _FAILED


def _prepare(settings: WorkerSettings, view: FrameView, connection: socket.socket) -> None:
    """Open the backend, warm it up, and serve."""
    settle(settings)
    backend = open_backend(settings.factory, settings.arguments, settings.threads)
    warm_ms = warm_up(
        backend,
        settings.warm_ups,
        settings.warm_up_size,
        lambda step: _say(connection, WarmUp(step, settings.warm_ups)),
        time.monotonic_ns,
    )
    # What is loaded stays: the collector need not look through it between two frames.
    gc.collect()
    gc.freeze()
    _say(connection, Ready(backend.name, backend.model, {**backend.details, WARM_MS: warm_ms}))
    serve(connection, view, backend, time.monotonic_ns)


def _beat(connection: socket.socket, every_s: float) -> None:
    """Show that the process runs, and end it when nobody wants to know."""
    while True:
        try:
            _say(connection, Heartbeat(time.monotonic_ns()))
        except OSError:
            os._exit(0)
        time.sleep(every_s)


def _say(connection: socket.socket, message: FromWorker) -> None:
    connection.send(pack_message(message))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="vlm_driving worker", description=__doc__)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--fds", type=int, nargs=2, required=True, metavar=("SOCKET", "MEMORY"))
    parser.add_argument(
        "--memory", type=int, nargs=3, required=True, metavar=("SLOTS", "SLOT_BYTES", "WORD")
    )
    parser.add_argument("--settings", required=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        status = main()
    except SystemExit as wish:
        status = wish.code if isinstance(wish.code, int) else _FAILED
    sys.stderr.flush()
    os._exit(status)  # native libraries' own farewells may hang; there is nothing to save
