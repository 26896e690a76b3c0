"""Models that answer questions, and small question sets for the bags and pictures of tests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from support.tiny_bundle import ADVICE, DESCRIPTION, END, make_tiny_bundle

QUESTION_FORM = {"before": ADVICE, "after": DESCRIPTION, "end": [END], "max_tokens": 12}
CAMERA = "/sensing/camera/front/image_raw/compressed"


def asking_bundle(path: Path) -> Path:
    """A tiny bundle of random weights that answers questions."""
    return make_tiny_bundle(path, question=QUESTION_FORM)


def about(number: int, stamp_ns: int, **more: Any) -> dict[str, Any]:
    """A question about a frame, with a reference."""
    return {
        "question_id": number,
        "camera": CAMERA,
        "stamp_ns": stamp_ns,
        "category": ("conv", "detail", "complex")[number % 3],
        "image_category": "road",
        "context": "",
        "text": f"前方に車は{number}台いますか。",
        "reference": "前方に車両がいます。",
        **more,
    }


def write_set(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """A question set in one file."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
