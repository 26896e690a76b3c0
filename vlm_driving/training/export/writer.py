"""A bundle directory that appears whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError

VISION_FILE = "onnx/vision_encoder.onnx"
EMBED_FILE = "onnx/embed_tokens.onnx"
DECODER_FILE = "onnx/decoder_model_merged.onnx"


@contextmanager
def new_directory(out_dir: Path) -> Iterator[Path]:
    """A work directory beside `out_dir` that takes its name when the block ends well.

    Raises UserError when `out_dir` exists or its parent cannot be written.
    """
    if out_dir.exists():
        raise UserError(f"{out_dir} exists already; choose another --out or remove it first.")
    try:
        out_dir.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out_dir.name}-", dir=out_dir.parent))
    except OSError as error:
        raise UserError(
            f"cannot write beside {out_dir} ({error.strerror}); choose another --out."
        ) from error
    try:
        yield work
        work.chmod(0o777 & ~_umask())
        work.rename(out_dir)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def graph_entries(precisions: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The `graphs` of bundle.json for our own file names; keys as in bundle.json."""
    files = {"vision_encoder": VISION_FILE, "embed_tokens": EMBED_FILE, "decoder": DECODER_FILE}
    return {name: {"file": files[name], "precision": precisions[name]} for name in files}


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write UTF-8 JSON that a person can read."""
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object. Raises UserError when it is missing or not one."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing; the directory is not complete.") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read as JSON ({error}); fetch it again.") from error
    if not isinstance(document, dict):
        raise UserError(f"{path} does not hold a JSON object; fetch it again.")
    return document
