"""The files of an examination: all answers, the figures, missed STOPs, a page to proofread."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from vlm_driving.core import UserError
from vlm_driving.exam.records import SceneRecord
from vlm_driving.exam.scenes import draw
from vlm_driving.simulator.compositions import Part

PROOFREAD = 50
MOST_PICTURES = 200
_HEAD = """# {n} answers to proofread

Drawn at random from {name}, without pictures and without the truth: read only the Japanese.
Note faults of particles, stiffness, repetition and words that do not belong.

"""


class Record(Protocol):
    """Anything that was answered."""

    def to_json(self) -> dict[str, Any]:
        """A line of answers.jsonl."""
        ...


def check_out(out: Path) -> None:
    """Raise UserError unless files can be written into `out`, before hours are spent."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / "answers.jsonl").open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise UserError(
            f"{out} cannot be written to ({error.strerror}); name another folder with --out."
        ) from error


def write_pages(
    out: Path,
    figures: Mapping[str, Any],
    records: Iterable[Record],
    scenes: Sequence[SceneRecord],
    seed: int,
) -> None:
    """Write `answers.jsonl`, `figures.json`, `proofread.md` and `missed_stops/` into `out`.

    Raises UserError where the disk is full or the folder is not ours.
    """
    try:
        write_answers(out, records)
        text = json.dumps(figures, ensure_ascii=False, indent=1)
        (out / "figures.json").write_text(text + "\n", encoding="utf-8")
        page = proofreading(scenes, seed, str(figures.get("model", "")))
        (out / "proofread.md").write_text(page, encoding="utf-8")
        _pictures(out / "missed_stops", figures["missed_stops"]["scenes"], seed)
    except OSError as error:
        raise UserError(
            f"{out} could not be written ({error.strerror}); make room and run again."
        ) from error


def write_answers(out: Path, records: Iterable[Record]) -> None:
    """Write `answers.jsonl` into `out`: a line a record."""
    with (out / "answers.jsonl").open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record.to_json(), ensure_ascii=False) + "\n")


def proofreading(scenes: Sequence[SceneRecord], seed: int, name: str) -> str:
    """Answers drawn at random as Markdown, with nothing that tells what is right."""
    rng = np.random.default_rng([seed, 6])
    told = [scene for scene in scenes if any(scene.own.spoken)]
    count = min(PROOFREAD, len(told))
    chosen = sorted(int(i) for i in rng.choice(len(told), count, replace=False)) if told else []
    parts = [_HEAD.format(n=count, name=name)]
    for number, index in enumerate(chosen, 1):
        record = told[index]
        advice_ja, description_ja = record.own.spoken
        parts.append(f"## {number}\n\n- {advice_ja}\n- {description_ja}\n")
        parts += [f"- {a.text}\n  - {a.said}\n" for a in record.asked]
        parts.append("\n")
    return "".join(parts)


def _pictures(folder: Path, missed: Sequence[Mapping[str, Any]], seed: int) -> None:
    """Each missed STOP as a picture that is named for its cause."""
    folder.mkdir(exist_ok=True)
    for one in missed[:MOST_PICTURES]:
        drawn = draw(seed, one["index"], Part(one["part"]))
        name = f"{one['cause']}_{one['range']}_{one['part']}_{one['index']}_{one['said']}.png"
        done, data = cv2.imencode(".png", drawn.rendering.image)
        if done:
            (folder / name.lower()).write_bytes(data.tobytes())
