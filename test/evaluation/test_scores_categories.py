"""Categories beside one another: their overall interval, and what silence is worth."""

from __future__ import annotations

from support.question_sets import WordJudge, row, write_rows

from vlm_driving.evaluation.questions import load_questions
from vlm_driving.evaluation.scores.scoring import score_set

CATEGORIES = ("conv", "detail", "complex")


def test_categories_of_one_size_are_not_lucky_at_once(tmp_path):
    # Drawn in step, three equal categories had an overall interval as wide as each of theirs.
    rows = [row(i, CATEGORIES[i // 20], "色は 青") for i in range(60)]
    said = [{"question_id": i, "text": "青" if i % 2 else "緑"} for i in range(60)]
    questions = load_questions(write_rows(tmp_path / "set.jsonl", rows))
    answers = write_rows(tmp_path / "answers.jsonl", said)
    found = score_set(answers, questions, WordJudge(), tmp_path / "out")["categories"]
    widths = {name: figure["high"] - figure["low"] for name, figure in found.items()}
    assert widths["overall"] < 0.75 * min(widths[name] for name in CATEGORIES)


def test_a_judge_that_can_be_asked_nothing_is_no_failure(tmp_path):
    rows = [row(0, "conv", "色は 青"), row(1, "conv", "色は 赤")]
    questions = load_questions(write_rows(tmp_path / "set.jsonl", rows))
    answers = write_rows(tmp_path / "answers.jsonl", [{"question_id": 0, "text": ""}])
    assert score_set(answers, questions, WordJudge(), tmp_path / "out")["score"]["overall"] == 1.0


def test_an_answer_without_text_is_told_beside_its_score(tmp_path):
    rows = [row(0, "conv", "色は 青"), row(1, "conv", "色は 赤"), row(2, "conv", "色は 白")]
    questions = load_questions(write_rows(tmp_path / "set.jsonl", rows))
    said = [{"question_id": 0, "text": "青"}, {"question_id": 1, "text": ["赤"]}]
    answers = write_rows(tmp_path / "answers.jsonl", said)
    notes = score_set(answers, questions, WordJudge(), tmp_path / "out")["notes"]
    assert "1 answers have no text; each counts with the lowest score. The first, 1: " in notes[0]
    assert any("1 of 3 questions have no answer (2)" in note for note in notes)


def test_what_another_scene_was_not_asked_is_told_as_that(tmp_path):
    rows = [row(0, "conv", "色は 青"), row(1, "conv", "色は 赤")]
    questions = load_questions(write_rows(tmp_path / "set.jsonl", rows))
    said = [{"question_id": 0, "text": "青"}, {"question_id": 1, "text": "赤"}]
    answers = write_rows(tmp_path / "answers.jsonl", said)
    other = write_rows(tmp_path / "other.jsonl", said[:1])
    result = score_set(answers, questions, WordJudge(), tmp_path / "out", other_scene=other)
    told = [note for note in result["notes"] if note.startswith("Other scene")]
    assert told == ["Other scene: 1 questions have no answer; they are not in that baseline."]
