"""What this machine can do at best: arithmetic, memory bandwidth, and what it is called.

Nothing here knows about models. The figures are printed beside every latency because a
millisecond means nothing without them. They are the best of several short rounds: a
ceiling is what the machine reached, not what it averaged while others used it.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from vlm_driving.replay.machine import cpu_name, usable_cores

MIB = 1024 * 1024
FALLBACK_L3_BYTES = 32 * MIB
PACKAGES = (
    "vlm-driving",
    "numpy",
    "opencv-python-headless",
    "tokenizers",
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-genai",
    "torch",
    "transformers",
)


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine that a figure was measured on.

    `gflops` is single-precision matrix multiplication by numpy, on as many threads as its
    BLAS takes. `copy_gbps`, `triad_gbps` and `read_gbps` count every byte read and written
    (1 GB = 1e9 bytes) by `threads` threads on arrays larger than the last cache, whose size is
    `l3_bytes`.
    """

    cpu: str
    cores: int
    threads: int
    gflops: float
    copy_gbps: float
    triad_gbps: float
    read_gbps: float
    l3_bytes: int
    l3_known: bool
    memory_bytes: int
    os: str
    versions: dict[str, str]

    @property
    def gbps(self) -> float:
        """The best of the three bandwidth figures: a ceiling is what was reached."""
        return max(self.copy_gbps, self.triad_gbps, self.read_gbps)

    def to_json(self) -> dict[str, Any]:
        """Name to value, bandwidth and arithmetic rounded."""
        data = asdict(self)
        for name in ("gflops", "copy_gbps", "triad_gbps", "read_gbps"):
            data[name] = round(data[name], 2)
        data["gbps"] = round(self.gbps, 2)
        return data


def measure_machine(threads: int = 0, rounds: int = 5) -> Machine:
    """Measure this machine with `threads` threads (0: all cores that this process may use).

    Takes about a second. It allocates three arrays of four times the last cache (at most
    256 MiB each), so read peak memory before calling it.
    """
    used = threads or usable_cores()
    l3, known = last_cache_bytes()
    elements = min(4 * l3, 256 * MIB) // 4
    copy, triad, read = memory_gbps(elements, used, rounds)
    return Machine(
        cpu=cpu_name(),
        cores=usable_cores(),
        threads=used,
        gflops=matmul_gflops(1024, rounds),
        copy_gbps=copy,
        triad_gbps=triad,
        read_gbps=read,
        l3_bytes=l3,
        l3_known=known,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        os=f"{platform.system()} {platform.release()}",
        versions=versions(),
    )


def last_cache_bytes(
    root: Path = Path("/sys/devices/system/cpu/cpu0/cache"),
) -> tuple[int, bool]:
    """Size of the last-level cache in bytes, and whether the kernel told it."""
    sizes: dict[int, int] = {}
    for index in sorted(root.glob("index*")):
        try:
            level = int((index / "level").read_text())
            size = (index / "size").read_text().strip()
        except (OSError, ValueError):
            continue
        scale = {"K": 1024, "M": MIB, "G": 1024 * MIB}.get(size[-1:], 1)
        digits = size.rstrip("KMG")
        if digits.isdigit():
            sizes[level] = max(sizes.get(level, 0), int(digits) * scale)
    if not sizes:
        return FALLBACK_L3_BYTES, False
    return sizes[max(sizes)], True


def matmul_gflops(size: int, rounds: int) -> float:
    """Best GFLOP/s of a (size, size) float32 product; numpy's BLAS chooses its threads."""
    rng = np.random.default_rng(0)
    left = rng.standard_normal((size, size), dtype=np.float32)
    right = rng.standard_normal((size, size), dtype=np.float32)
    out = np.empty_like(left)
    seconds = _best_seconds(lambda: np.matmul(left, right, out=out), rounds)
    return 2 * size**3 / seconds / 1e9


def memory_gbps(elements: int, threads: int, rounds: int) -> tuple[float, float, float]:
    """Best (copy, triad, read) bandwidth in GB/s over float32 arrays of `elements` elements.

    Copy is a = b (8 bytes an element). Triad is a = b + s * c: numpy makes it in two passes,
    t = s * c and a = b + t with t in cache-sized pieces, so that 12 bytes an element
    travel to and from memory. Read is the dot product b . c (8 bytes an element), which is
    what decoding does to its weights. Reads for ownership are not counted.
    """
    a = np.zeros(elements, dtype=np.float32)
    b = np.ones(elements, dtype=np.float32)
    c = np.ones(elements, dtype=np.float32)
    edges = np.linspace(0, elements, threads + 1).astype(int)
    spans = list(zip(edges[:-1], edges[1:], strict=True))
    piece = 16 * 1024

    def copy(span: tuple[int, int]) -> None:
        np.copyto(a[span[0] : span[1]], b[span[0] : span[1]])

    def triad(span: tuple[int, int]) -> None:
        scratch = np.empty(piece, dtype=np.float32)
        for start in range(span[0], span[1], piece):
            stop = min(start + piece, span[1])
            part = scratch[: stop - start]
            np.multiply(c[start:stop], np.float32(3.0), out=part)
            np.add(b[start:stop], part, out=a[start:stop])

    def read(span: tuple[int, int]) -> None:
        np.dot(b[span[0] : span[1]], c[span[0] : span[1]])

    with ThreadPoolExecutor(threads) as pool:
        copy_s = _best_seconds(lambda: list(pool.map(copy, spans)), rounds)
        triad_s = _best_seconds(lambda: list(pool.map(triad, spans)), rounds)
        read_s = _best_seconds(lambda: list(pool.map(read, spans)), rounds)
    total = elements / 1e9
    return 8 * total / copy_s, 12 * total / triad_s, 8 * total / read_s


def peak_memory_mb(status: Path = Path("/proc/self/status")) -> float | None:
    """The largest resident size that this process has had (VmHWM) in MB; None if unknown."""
    try:
        found = re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found.group(1)) * 1024 / 1e6 if found else None


def versions() -> dict[str, str]:
    """Python and the installed packages that a figure depends on."""
    found = {"python": sys.version.split()[0]}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _best_seconds(work: Callable[[], object], rounds: int) -> float:
    work()
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best
