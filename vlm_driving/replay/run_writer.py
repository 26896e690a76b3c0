"""Writes a run directory while the run goes on, without ever holding up a report."""

from __future__ import annotations

import errno
import json
import os
import queue
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import SceneReport, UserError

THUMBNAIL_SIDE = 320
THUMBNAILS_MAX = 60
RUN_SCHEMA = "vlm_driving/run/1"


def create_run_dir(path: Path) -> Path:
    """Make the directory of a new run; raises UserError when it exists or cannot be made."""
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        raise UserError(
            f"The output directory {path} exists; name a new one with --out, or remove it."
        ) from None
    except OSError as fault:
        raise write_error(path, fault) from None
    return path


def write_error(path: Path, fault: OSError) -> UserError:
    """The sentence for a file or directory that cannot be written."""
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(
            f"The disk of {path} is full; free some space or name another --out "
            "(what was written so far stays readable)."
        )
    why = fault.strerror or str(fault)
    return UserError(f"Cannot write {path} ({why}); name a writable directory with --out.")


class ThumbnailPlan:
    """Chooses which frames get a thumbnail: about one a second, and not more than sixty.

    Once sixty are chosen, the spacing only grows; the choice depends on stamps alone.
    """

    def __init__(self, expected_s: float | None) -> None:
        spacing_s = 1.0 if expected_s is None else max(1.0, expected_s / (THUMBNAILS_MAX - 1))
        self._spacing_ns = round(spacing_s * 1e9)
        self._last_ns: int | None = None
        self._chosen = 0

    def wants(self, stamp_ns: int) -> bool:
        """Whether the frame of `stamp_ns` gets a thumbnail; counts it if so."""
        if self._chosen >= THUMBNAILS_MAX:
            return False
        near = self._last_ns is not None and abs(stamp_ns - self._last_ns) < self._spacing_ns
        if near:
            return False
        self._last_ns = stamp_ns
        self._chosen += 1
        return True


class RunWriter:
    """Lines of `frames.jsonl` and thumbnails, written by a thread of their own.

    `put` only queues. Each line is flushed to the system, so that a killed run stays
    readable up to its last report. A disk that fills up stops the writing, not the run:
    `failure` holds the sentence.
    """

    def __init__(
        self, path: Path, settings: Mapping[str, Any], expected_s: float | None = None
    ) -> None:
        self.path = path
        self.failure: UserError | None = None
        self._fault: Exception | None = None
        self._plan = ThumbnailPlan(expected_s)
        self._queue: queue.SimpleQueue[tuple[SceneReport | int, NDArray[np.uint8] | None] | None]
        self._queue = queue.SimpleQueue()
        try:
            write_json(path / "run.json", {"schema": RUN_SCHEMA, **settings})
            (path / "thumbnails").mkdir()
            # Names of files need not be UTF-8; a report's line must be.
            self._file = (path / "frames.jsonl").open("w", encoding="utf-8", errors="replace")
        except OSError as fault:
            raise write_error(path, fault) from None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def stopped(self) -> bool:
        """Whether nothing more is written, because the disk or this program failed."""
        return self.failure is not None or self._fault is not None

    def put(self, report: SceneReport, image_bgr: NDArray[np.uint8] | None = None) -> None:
        """Queue one report, and its image where a thumbnail is due."""
        wanted = image_bgr is not None and self._plan.wants(report.stamp_ns)
        self._queue.put((report, image_bgr if wanted else None))

    def picture(self, sequence: int, image_bgr: NDArray[np.uint8]) -> None:
        """Queue the thumbnail of a frame that is wanted whatever the plan says."""
        self._queue.put((sequence, image_bgr))

    def close(self) -> None:
        """Write what is queued, and wait for it. Raises what was a fault of ours meanwhile."""
        self._queue.put(None)
        self._thread.join()
        if self._fault is not None:
            raise self._fault
        try:
            self._file.close()
        except OSError as fault:
            self.failure = self.failure or write_error(self.path, fault)

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Write `summary.json`, whole or not at all."""
        try:
            write_json(self.path / "summary.json", summary)
        except OSError as fault:
            raise write_error(self.path, fault) from None

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            if not self.stopped:
                try:
                    self._write(*item)
                except OSError as fault:
                    self.failure = write_error(self.path, fault)
                except Exception as fault:  # a run that loses reports must not end as if whole
                    self._fault = fault

    def _write(self, of: SceneReport | int, image_bgr: NDArray[np.uint8] | None) -> None:
        sequence = of if isinstance(of, int) else of.sequence
        if isinstance(of, SceneReport):
            self._file.write(json.dumps(of.to_json(), ensure_ascii=False) + "\n")
            self._file.flush()
        if image_bgr is not None:
            jpeg = thumbnail(image_bgr)
            (self.path / "thumbnails" / f"{sequence:06d}.jpg").write_bytes(jpeg)


def thumbnail(image_bgr: NDArray[np.uint8]) -> bytes:
    """A small JPEG of a (height, width, 3) BGR image, at most 320 wide and high."""
    import cv2

    height, width = image_bgr.shape[:2]
    scale = THUMBNAIL_SIDE / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image_bgr = cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    _, data = cv2.imencode(".jpg", image_bgr, [cv2.IMWRITE_JPEG_QUALITY, 72])
    return data.tobytes()


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a JSON file whole or not at all."""
    draft = path.with_name(path.name + ".part")
    try:
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        draft.write_text(text, encoding="utf-8", errors="replace")  # names need not be UTF-8
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
