"""One row for each question, on disk as soon as it is there."""

from __future__ import annotations

import pytest
from support.asked import rows_of

from vlm_driving.evaluation.questions import Question
from vlm_driving.replay.asking.answers import RunAnswers
from vlm_driving.replay.asking.plan import sheets
from vlm_driving.replay.asking.rows import AnswerFile, Said, Shown

QUESTIONS = [
    Question(str(n), "conv", "", "", "何?", camera="front", stamp_ns=n // 2) for n in range(4)
]
SHOWN = Shown(sequence=7, stamp_ns=1)


def test_a_row_has_what_the_contract_names(tmp_path):
    file = AnswerFile(tmp_path / "answers.jsonl", QUESTIONS, "tiny")
    file.add(QUESTIONS[2], Said("ok", "赤です。", 12.34567, None, "onnx-cpu", 40.0), SHOWN)
    assert rows_of(file.path) == [
        {
            "question_id": "2",
            "text": "赤です。",
            "outcome": "ok",
            "latency_ms": 12.346,
            "camera": "front",
            "stamp_ns": 1,
            "sequence": 7,
            "image": None,
            "backend": "onnx-cpu",
            "model": "tiny",
            "reason": None,
            "waited_ms": 40.0,
        }
    ]


def test_a_row_of_the_baseline_names_what_was_shown(tmp_path):
    file = AnswerFile(tmp_path / "other_scene.jsonl", QUESTIONS, "tiny", foreign=True)
    file.add(QUESTIONS[0], Said("ok", "赤です。"), SHOWN)
    file.add(QUESTIONS[1], Said("ok", "赤です。"), Shown(image="1.jpg"))
    assert [row["shown"] for row in rows_of(file.path)] == [
        {"sequence": 7, "stamp_ns": 1},
        {"image": "1.jpg"},
    ]
    assert rows_of(file.path)[0]["sequence"] is None  # of the frame that it is about: not asked


def test_at_the_end_every_question_has_one_row_in_the_order_of_the_set(tmp_path):
    file = AnswerFile(tmp_path / "answers.jsonl", QUESTIONS, "tiny")
    for number in (3, 1):
        file.add(QUESTIONS[number], Said("ok", "赤です。", 10.0 * number), SHOWN)
    with pytest.raises(ValueError, match="has its row"):
        file.add(QUESTIONS[3], Said("ok"), SHOWN)
    assert file.finish() == 2
    found = [(row["question_id"], row["outcome"]) for row in rows_of(file.path)]
    assert found == [("0", "dropped"), ("1", "ok"), ("2", "dropped"), ("3", "ok")]
    figures = file.figures()
    assert figures["outcomes"] == {"dropped": 2, "ok": 2}
    assert figures["latency_ms"]["p50"] == 20.0


def test_rows_of_an_earlier_part_stay(tmp_path):
    path = tmp_path / "answers.jsonl"
    first = AnswerFile(path, QUESTIONS, "tiny")
    first.add(QUESTIONS[1], Said("ok", "青です。"), SHOWN)
    again = AnswerFile(path, QUESTIONS, "tiny", kept=rows_of(path))
    again.add(QUESTIONS[0], Said("ok", "赤です。"), SHOWN)
    again.finish()
    assert [row["text"] for row in rows_of(path)] == ["赤です。", "青です。", "", ""]


def test_own_and_baseline_questions_are_asked_in_turns_on_one_picture(tmp_path):
    found = sheets(QUESTIONS, [("front", 0), ("front", 1)])
    answers = RunAnswers(tmp_path, QUESTIONS, found.values(), "tiny")
    sheet = found[("front", 0)]
    turns = [(q.id, foreign) for q, foreign in answers.in_turns(sheet)]
    assert turns == [("0", False), ("2", True), ("1", False), ("3", True)]
    answers.add(QUESTIONS[0], Said("ok", "赤です。"), SHOWN, foreign=False)
    assert [q.id for q, _ in answers.open_on(sheet)] == ["1", "2", "3"]


def test_a_set_about_one_picture_has_no_baseline(tmp_path):
    found = sheets(QUESTIONS[:2], [("front", 0)])
    answers = RunAnswers(tmp_path, QUESTIONS[:2], found.values(), "tiny")
    answers.finish()
    assert not (tmp_path / "other_scene.jsonl").exists()
    assert answers.figures()["other_scene"] is None
