"""What a worker is, as its parent names it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_MOST_WARM_UPS = 100
_MOST_THREADS = 256


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """One worker process.

    Attributes:
        name: of the backend on the ladder, such as onnx-cpu; also the process's name.
        factory: "module:function" that opens the backend in the worker; see `backend`.
        arguments: for the factory, by keyword; they travel as JSON.
        threads: for one operator, given to the factory as `threads` and to the libraries that
            read it from the environment; 0 leaves the choice to them.
        cpus: processors that the worker may use; none named for all of the parent's.
        nice: added to the parent's niceness.
        warm_ups: grey frames that are answered before the worker is ready.
        warm_up_size: (height, width) of these, as the camera's frames will be.
        beat_ms: between two heartbeats.
        import_path: folders that the worker looks for modules in, before its own.
    """

    name: str
    factory: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    threads: int = 0
    cpus: tuple[int, ...] = ()
    nice: int = 0
    warm_ups: int = 4
    warm_up_size: tuple[int, int] = (720, 1280)
    beat_ms: float = 100.0
    import_path: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        module, _, function = self.factory.partition(":")
        if not self.name or not module or not function:
            raise ValueError(
                f"a worker has a name and a factory module:function, got {self.name!r}, "
                f"{self.factory!r}"
            )
        if not 0 <= self.threads <= _MOST_THREADS or min(self.cpus, default=0) < 0:
            raise ValueError(f"threads and processors are counted from 0, got {self}")
        if not 0 <= self.warm_ups <= _MOST_WARM_UPS or min(self.warm_up_size) < 1:
            raise ValueError(f"a worker warms up on at most {_MOST_WARM_UPS} frames, got {self}")
        if not (math.isfinite(self.beat_ms) and self.beat_ms >= 10):
            raise ValueError(f"heartbeats are at least 10 ms apart, got {self.beat_ms}")
        json.dumps(dict(self.arguments), allow_nan=False)  # TypeError, ValueError: here, not there

    def to_json(self) -> dict[str, Any]:
        """What the worker has to know."""
        return {
            "name": self.name,
            "factory": self.factory,
            "arguments": dict(self.arguments),
            "threads": self.threads,
            "cpus": list(self.cpus),
            "nice": self.nice,
            "warm_ups": self.warm_ups,
            "warm_up_size": list(self.warm_up_size),
            "beat_ms": self.beat_ms,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WorkerSettings:
        """Read back what `to_json` wrote."""
        height, width = data["warm_up_size"]
        lists = {"cpus": tuple(data["cpus"]), "warm_up_size": (height, width)}
        return cls(**{**data, **lists})
