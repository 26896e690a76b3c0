"""Answers from elsewhere: what is wrong with them becomes a row, or a sentence."""

from __future__ import annotations

import json

import pytest
from support.question_sets import row, write_rows

from vlm_driving.core import UserError
from vlm_driving.evaluation.questions import load_answers, load_questions


@pytest.fixture
def questions(tmp_path):
    rows = [row(i, "conv", f"答 {i}") for i in range(3)]
    return load_questions(write_rows(tmp_path / "set.jsonl", rows))


@pytest.fixture
def load(tmp_path, questions):
    def load_rows(*rows):
        return load_answers(write_rows(tmp_path / "answers.jsonl", rows), questions)

    return load_rows


def said(identity, text="はい。", **more):
    return {"question_id": identity, "text": text, **more}


def test_answers_stand_in_the_order_of_the_questions(load):
    answers = load(said(2, "二"), said("0", "零"), said(1, "一", latency_ms=12, outcome="ok"))
    assert [answer.text for answer in answers.by_id.values()] == ["零", "一", "二"]
    assert (answers.by_id["1"].latency_ms, answers.by_id["1"].outcome) == (12.0, "ok")
    assert answers.notes == ()


def test_a_question_without_an_answer_gets_a_row_that_says_so(load):
    answers = load(said(0), said(2))
    assert answers.missing == ("1",)
    assert (answers.by_id["1"].text, answers.by_id["1"].outcome) == ("", "missing")
    assert answers.by_id["1"].problem == "no answer in the file"
    assert "1 of 3 questions have no answer (1)" in answers.notes[0]


def test_unknown_ids_are_left_out_and_told(load):
    answers = load(said(0), said(1), said(2), said(99))
    assert list(answers.by_id) == ["0", "1", "2"]
    assert answers.unknown == ("99",)
    assert answers.notes == ("1 ids are not in the set (99); left out.",)


def test_answers_to_another_set_are_refused(load):
    with pytest.raises(UserError, match=r"answers no question of the set \(2 rows, 2 unknown ids"):
        load(said(50), said(51))


def test_the_same_answer_twice_counts_once_and_is_told(load):
    answers = load(said(0), said(0), said(1), said(2))
    assert answers.notes == ("1 answers stand twice, word for word (0).",)


def test_two_different_answers_to_one_question_are_refused(load):
    with pytest.raises(UserError, match="Line 3 of .* question 0 again, .* than line 1; keep one"):
        load(said(0, "はい"), said(1), said(0, "いいえ"))


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ({"question_id": 0}, "the row has no text"),
        (said(0, None), "the row has no text"),
        (said(0, 5), "text is no string but 5"),
        (said(0, ["はい"]), "text is no string but ['はい']"),
        (said(0, " \n"), "the text is empty"),
    ],
)
def test_a_row_without_words_says_why(load, broken, problem):
    answer = load(broken, said(1), said(2)).by_id["0"]
    assert answer.problem == problem
    assert not answer.text.strip()


@pytest.mark.parametrize("latency", [-1, "12", float("nan"), float("inf"), True, 10**400])
def test_a_latency_that_is_none_is_left_out_and_told(load, latency):
    answers = load(said(0, latency_ms=latency), said(1), said(2))
    assert answers.by_id["0"].latency_ms is None
    assert answers.by_id["0"].text == "はい。"
    assert "Line 1 of" in answers.notes[0] and "latency_ms" in answers.notes[0]


def test_an_outcome_that_is_none_is_left_out_and_told(load):
    answers = load(said(0, outcome=3), said(1), said(2))
    assert answers.by_id["0"].outcome is None
    assert "outcome is a string, got 3" in answers.notes[0]


def test_a_writer_that_was_cut_off_loses_its_last_line_alone(tmp_path, questions):
    path = write_rows(tmp_path / "answers.jsonl", [said(0), said(1), said(2)])
    path.write_bytes(path.read_bytes()[:-8])
    answers = load_answers(path, questions)
    assert answers.missing == ("2",)
    assert "was cut off" in answers.notes[0]


@pytest.mark.parametrize("line", [b"{not json}", b"[1]", b"3", b"[" * 100_000])
def test_a_line_that_is_no_object_is_told_with_its_number(tmp_path, questions, line):
    path = tmp_path / "answers.jsonl"
    good = json.dumps(said(0)).encode()
    path.write_bytes(good + b"\n" + line + b"\n" + good + b"\n")
    with pytest.raises(UserError, match="Line 2 of .* is no JSON"):
        load_answers(path, questions)


def test_answers_in_shift_jis_are_told(tmp_path, questions):
    path = tmp_path / "answers.jsonl"
    path.write_bytes((json.dumps(said(0), ensure_ascii=False) + "\n").encode("shift_jis") * 2)
    with pytest.raises(UserError, match="Line 1 of .* is not UTF-8"):
        load_answers(path, questions)


def test_half_a_character_in_json_can_be_written_again(tmp_path, questions):
    path = tmp_path / "answers.jsonl"
    path.write_text('{"question_id": 0, "text": "\\ud83d はい"}\n', encoding="utf-8")
    assert load_answers(path, questions).by_id["0"].text == "? はい"


def test_a_directory_is_no_file_of_answers(tmp_path, questions):
    with pytest.raises(UserError, match="is a directory"):
        load_answers(tmp_path, questions)


def test_one_fault_in_every_row_is_one_sentence(load):
    answers = load(*(said(i, latency_ms=-1, outcome=3) for i in range(3)))
    assert [note.count("So are those of 2 more rows.") for note in answers.notes] == [1, 1]
