"""From names of backends to the workers of a ladder. Only names: nothing of them is imported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.pipeline.pool import PoolOptions
from vlm_driving.pipeline.workers.settings import WorkerSettings
from vlm_driving.processors import MOST_THREADS, usable_threads

AUTO = "auto"
"""In place of names: those that can be used on this machine."""
_CPU = "cpu"
_MOST = 8
"""Workers on one ladder; each holds the model in memory."""


@dataclass(frozen=True, slots=True)
class Known:
    """A backend that can be named.

    Attributes:
        factory: what opens it in a worker, as module:function.
        cores: name of what it computes on; empty for a device that one process may hold.
        by_auto: whether it may be taken without being named.
    """

    factory: str
    cores: str
    by_auto: bool = True


KNOWN: Mapping[str, Known] = {
    "fpga": Known("vlm_driving.backends.fpga.open_engine:open_engine", ""),
    "fpga-sim": Known("vlm_driving.backends.fpga.open_engine:open_sim_engine", _CPU, by_auto=False),
    "onnx-gpu": Known("vlm_driving.backends.onnx.open_gpu_engine:open_engine", "gpu"),
    "onnx-cpu": Known("vlm_driving.backends.onnx.open_engine:open_engine", _CPU),
}
"""By name, the preferred one first."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a line-up.

    Attributes:
        name: of the worker; the second one of a backend is called onnx-cpu-2.
        backend: its name in `KNOWN`.
    """

    name: str
    backend: str

    @property
    def factory(self) -> str:
        """What opens it, as module:function."""
        return KNOWN[self.backend].factory

    def arguments(self, bundle_path: Path) -> dict[str, Any]:
        """For the factory, beside `threads`."""
        return {"bundle": str(bundle_path.resolve()), "name": self.name}


def names_of(text: str) -> tuple[str, ...]:
    """The backends of a list with commas, or `AUTO` alone.

    Raises:
        UserError: for a name that is not known, with the list of those that are.
    """
    names = tuple(name.strip() for name in text.split(","))
    if AUTO in names and len(names) > 1:
        raise UserError(f"{AUTO} stands alone: name it, or the backends themselves.")
    if "" in names:
        raise UserError(
            f"A name of a backend is empty in {text!r:.60}; name {AUTO}, or some of "
            f"{', '.join(KNOWN)}, with one comma between two."
        )
    if names != (AUTO,):
        places(names)
    return names


def places(names: Sequence[str]) -> tuple[Place, ...]:
    """The places of a line-up, in the order in which they are preferred.

    Args:
        names: of backends; one that is repeated gives a spare that is hot.

    Raises:
        UserError: for names that are not known, none, or too many.
    """
    unknown = [name for name in names if name not in KNOWN]
    if unknown or not 1 <= len(names) <= _MOST:
        what = f"No backend is called {unknown[0]!r:.60}" if unknown else f"{len(names)} are named"
        raise UserError(
            f"{what}; name {AUTO}, or 1 to {_MOST} of {', '.join(KNOWN)}, separated by commas."
        )
    found: list[Place] = []
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        if seen[name] > 1 and not KNOWN[name].cores:
            raise UserError(f"One process holds the device of {name}; name {name} once.")
        found.append(Place(name if seen[name] == 1 else f"{name}-{seen[name]}", name))
    return tuple(found)


def lineup(
    names: Sequence[str],
    bundle_path: Path,
    threads: int = 0,
    cpus: Mapping[str, Sequence[int]] | None = None,
) -> PoolOptions:
    """The workers of a ladder.

    Args:
        names: of backends, the preferred one first; one that is repeated gives a hot spare, such
            as onnx-cpu-2.
        bundle_path: directory of the bundle.
        threads: for one operator in every worker. With 0, one that computes on the processors
            of this process leaves one of them to it: threads that wait for each other busily stand
            still when somebody else needs a processor, and every frame with them. One that has
            processors of its own takes them all.
        cpus: processors by name; a spare that is not named there takes those of the first. Left
            out: all that the parent may use.

    Raises:
        UserError: for names that are not known or cannot be repeated.
    """
    row = places(names)
    bound = {
        one.name: tuple((cpus or {}).get(one.name, (cpus or {}).get(one.backend, ())))
        for one in row
    }
    strangers = [name for name in cpus or {} if name not in bound]
    if strangers:
        raise UserError(
            f"processors are given to {strangers[0]}, which is not on the ladder; "
            f"name one of {', '.join(bound)}."
        )
    workers = [
        WorkerSettings(
            one.name,
            one.factory,
            one.arguments(bundle_path),
            threads=threads or _threads(one, bound[one.name]),
            cpus=bound[one.name],
        )
        for one in row
    ]
    return PoolOptions(workers, cores=_cores(row, bound))


def _threads(place: Place, cpus: tuple[int, ...]) -> int:
    """How many threads one operator gets; 0 leaves it to the backend."""
    if KNOWN[place.backend].cores != _CPU or cpus:
        return 0
    return max(1, usable_threads(MOST_THREADS + 1) - 1)


def _cores(row: Sequence[Place], bound: Mapping[str, tuple[int, ...]]) -> dict[str, str]:
    """What each computes on. On processors of its own, one slows nobody down."""
    named = {}
    for one in row:
        on = KNOWN[one.backend].cores
        others = [bound[b.name] for b in row if b is not one and KNOWN[b.backend].cores == _CPU]
        mine = bound[one.name]
        if on == _CPU and mine and all(cpus and not {*cpus} & {*mine} for cpus in others):
            on = f"{_CPU} {','.join(map(str, sorted(mine)))}"
        if on:
            named[one.name] = on
    return named
