"""A set that is written is the set that was read."""

from __future__ import annotations

import dataclasses

from support.question_sets import heron_directory, row, write_rows

from vlm_driving.evaluation.questions import load_questions
from vlm_driving.evaluation.questions.writing import questions_digest, questions_text

FACTS = {
    "lead": ["はい"],
    "must": [["赤", "赤い"], ["車"]],
    "any": {"k": 1, "of": [["左"], ["右"]]},
    "must_not": [["青"]],
    "form": "yes_no",
    "weight": 2.5,
}


def test_what_is_written_reads_back_the_same(tmp_path):
    rows = [
        row(1, "conv", "はい。", facts=FACTS, context="絵"),
        row(2, "detail", ""),
        {**row(3, "complex", "止まります。"), "image": None, "camera": "/c", "stamp_ns": 5},
    ]
    questions = load_questions(write_rows(tmp_path / "set.jsonl", rows))
    copy = tmp_path / "copy.jsonl"
    copy.write_text(questions_text(questions), encoding="utf-8")
    assert load_questions(copy).questions == questions.questions


def test_the_digest_is_of_the_questions_wherever_they_lie(tmp_path):
    rows = [row(1, "conv", "はい。")]
    file = load_questions(write_rows(tmp_path / "set.jsonl", [{**rows[0], "context": "絵"}]))
    heron = load_questions(heron_directory(tmp_path / "heron", rows, {1: "はい。"}))
    digest = questions_digest(questions_text(file))
    assert digest == questions_digest(questions_text(heron))
    changed = [dataclasses.replace(file.questions[0], text="別の問いですか。")]
    assert digest != questions_digest(questions_text(changed))
