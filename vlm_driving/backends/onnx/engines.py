"""Where graphs that were made on this machine are kept, and whether they may still be used.

A built graph belongs to one model, one device and one set of versions: all of that is in its key.
A directory appears under its name only when it is whole, and every file is checked against its
sum before it is used, so that neither a power cut nor a full disk leaves anything that runs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vlm_driving.runtime.bundle import ModelBundle, file_sha256

SCHEMA = "vlm_driving/engines/1"
VISION, DECODER, TENSORRT = "vision_encoder.onnx", "decoder.onnx", "tensorrt"
_RECORD = "built.json"
_BUILDING = ".building-"
_KEY_DIGITS = 16
_REWRITTEN = (".timing",)  # by TensorRT as it likes; a bad one costs it time, not answers


@dataclass(frozen=True, slots=True)
class Target:
    """What graphs are built for.

    Attributes:
        device: name of the GPU or processor.
        versions: of everything that takes part, by name.
        precision: fp16 or fp32.
    """

    device: str
    versions: Mapping[str, str]
    precision: str = "fp32"


@dataclass(frozen=True, slots=True)
class Built:
    """Graphs that were built here, whole and fitting.

    Attributes:
        root: their directory.
    """

    root: Path

    @property
    def vision(self) -> Path:
        """The vision encoder."""
        return self.root / VISION

    @property
    def decoder(self) -> Path:
        """The decoder."""
        return self.root / DECODER

    @property
    def engines(self) -> Path | None:
        """Directory of the vision encoder's TensorRT engine and timings; None if not built."""
        folder = self.root / TENSORRT
        return folder if any(folder.glob("*.engine")) else None


@dataclass(frozen=True, slots=True)
class Found:
    """What the cache has: `built`, or in one clause why there is nothing to use."""

    built: Built | None
    why: str = ""


def cache_root(environment: Mapping[str, str] | None = None) -> Path:
    """The user's directory for built graphs: $XDG_CACHE_HOME/vlm_driving/engines."""
    known = os.environ if environment is None else environment
    base = known.get("XDG_CACHE_HOME", "")
    # The specification wants relative paths ignored.
    root = Path(base) if os.path.isabs(base) else Path(known.get("HOME") or Path.home()) / ".cache"
    return root / "vlm_driving" / "engines"


def ingredients(bundle: ModelBundle, target: Target) -> dict[str, Any]:
    """Everything that a built graph depends on, as JSON."""
    graphs = bundle.manifest.graphs
    folders = {Path(graph.file).parent for graph in graphs.all()}
    sums = {
        name: digest
        for name, digest in bundle.manifest.sha256.items()
        if Path(name).parent in folders and (Path(name).parent != Path(".") or _is_graph(name))
    }
    # As JSON reads it back, so that what was written compares equal.
    made_of: dict[str, Any] = json.loads(
        json.dumps({"schema": SCHEMA, "graphs": sums, **asdict(target)}, sort_keys=True)
    )
    return made_of


def key_of(made_of: Mapping[str, Any]) -> str:
    """The sha256 of ingredients, shortened for a directory's name."""
    text = json.dumps(made_of, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_KEY_DIGITS]


def directory_of(root: Path, bundle: ModelBundle, target: Target) -> Path:
    """Where the graphs of a bundle for a target are, or will be."""
    return root / f"{_safe(bundle.name)}-{key_of(ingredients(bundle, target))}"


def find_built(root: Path, bundle: ModelBundle, target: Target) -> Found:
    """Look for whole graphs of this very bundle for this very target. Changes nothing."""
    folder = directory_of(root, bundle, target)
    if not folder.is_dir():
        return Found(None, _why_none(root, bundle, target))
    record = _read_record(folder)
    if record is None or record["made_of"] != ingredients(bundle, target):
        return Found(None, f"{folder} is damaged: {_RECORD} cannot be read")
    for name, digest in record["files"].items():
        try:
            whole = file_sha256(folder / name) == digest
        except OSError:
            whole = False
        if not whole:
            return Found(None, f"{folder} is damaged: {name} is changed or missing")
    if not {VISION, DECODER} <= record["files"].keys():
        return Found(None, f"{folder} is damaged: it has not all graphs")
    return Found(Built(folder))


@contextmanager
def new_build(root: Path, bundle: ModelBundle, target: Target) -> Iterator[Path]:
    """Give a directory to build in; it takes its place when the block ends without an error.

    What an error, a signal or a power cut leaves is never found, and swept by the next build.
    Graphs of the same model and device that no longer fit are removed then.

    Raises:
        OSError: if there is no room or no permission.
    """
    root.mkdir(parents=True, exist_ok=True)
    sweep(root)
    work = Path(tempfile.mkdtemp(prefix=f"{_BUILDING}{os.getpid()}-", dir=root))
    try:
        yield work
        made_of = ingredients(bundle, target)
        files = sorted(p for p in work.rglob("*") if p.is_file() and p.suffix not in _REWRITTEN)
        sums = {path.relative_to(work).as_posix(): file_sha256(path) for path in files}
        record = {"model": bundle.name, "made_of": made_of, "files": sums}
        (work / _RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
        _take_place(work, directory_of(root, bundle, target))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    for folder, _ in _stale(root, bundle, target):
        shutil.rmtree(folder, ignore_errors=True)


def sweep(root: Path, alive: Callable[[int], bool] | None = None) -> None:
    """Remove what builds left that are no longer running."""
    running = alive or _alive
    for folder in root.glob(f"{_BUILDING}*"):
        number = folder.name.removeprefix(_BUILDING).partition("-")[0]
        if not number.isdigit() or not running(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _take_place(work: Path, folder: Path) -> None:
    """Rename `work` to `folder`, whatever is there."""
    for _ in range(3):  # another build of the same may finish between the two steps
        with contextlib.suppress(FileNotFoundError):
            # Renamed first: the old one is never seen half removed.
            os.rename(folder, work / "old")
            shutil.rmtree(work / "old", ignore_errors=True)
        try:
            os.rename(work, folder)
            return
        except OSError as error:
            last = error
    raise last


def _why_none(root: Path, bundle: ModelBundle, target: Target) -> str:
    wanted = ingredients(bundle, target)
    for _, made_of in _stale(root, bundle, target):
        changed = [name for name in wanted if made_of.get(name) != wanted[name]]
        return f"what was built here is out of date: {' and '.join(changed)} changed since"
    return "nothing was built for this model here"


def _stale(
    root: Path, bundle: ModelBundle, target: Target
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Graphs of the same model, device and precision that no longer fit."""
    current = directory_of(root, bundle, target)
    if not root.is_dir():
        return
    for folder in sorted(root.iterdir()):
        record = None if folder == current else _read_record(folder)
        if record is None or record.get("model") != bundle.name:
            continue
        made_of = record["made_of"]
        same = (made_of.get("device"), made_of.get("precision"))
        if same == (target.device, target.precision):
            yield folder, made_of


def _read_record(folder: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(record, dict):
        return None
    parts = (record.get("made_of"), record.get("files"))
    return record if all(isinstance(part, dict) for part in parts) else None


def _is_graph(name: str) -> bool:
    return ".onnx" in name


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name).lstrip(".") or "model"


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
