"""Small question sets, answers to them, and a judge whose every verdict can be seen at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.judge import Judgement
from vlm_driving.evaluation.questions import Question


class WordJudge:
    """10 for an answer that has the reference's last word (behind the last space), else 1."""

    name = "word"
    version = "1"

    def __init__(self, fails_on: str = "", raises_on: str = "", stops_on: str = "") -> None:
        self.asked: list[tuple[str, str]] = []
        self._fails_on, self._raises_on, self._stops_on = fails_on, raises_on, stops_on

    def judge(self, question: Question, answer: str) -> Judgement:
        self.asked.append((question.id, answer))
        if self._stops_on and self._stops_on in answer:
            raise KeyboardInterrupt
        if self._raises_on and self._raises_on in answer:
            raise UserError("This question cannot be judged.")
        if self._fails_on and self._fails_on in answer:
            return Judgement(1.0, 0.0, None, notes=("the endpoint is down",), failed=True)
        word = question.reference.split(" ")[-1]
        hit = bool(word) and word in answer
        return Judgement(10.0 if hit else 1.0, float(hit), hit, hits=(word,) if hit else ())


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def row(identity: int, category: str, reference: str, **more: Any) -> dict[str, Any]:
    return {
        "question_id": identity,
        "image": f"{identity:03d}.jpg",
        "category": category,
        "image_category": "traffic",
        "context": "",
        "text": f"問{identity}は何ですか。",
        "reference": reference,
        **more,
    }


def heron_directory(
    path: Path, questions: Iterable[Mapping[str, Any]], references: Mapping[int, str]
) -> Path:
    """Heron-Bench's layout: references and contexts stand in files of their own."""
    rows = [
        {key: value for key, value in question.items() if key != "reference"}
        for question in questions
    ]
    write_rows(path / "questions_ja.jsonl", rows)
    contexts = ({"id": r["image"][:3], "image": r["image"], "caption": "絵"} for r in rows)
    write_rows(path / "context_ja.jsonl", contexts)
    answers = ({"question_id": i, "text": text} for i, text in references.items())
    write_rows(path / "answers_gpt4.jsonl", answers)
    return path
