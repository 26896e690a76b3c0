"""Question sets and answers are read whole, or refused in a sentence."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from importlib import resources

import pytest
from support.question_sets import heron_directory, row, write_rows

from vlm_driving.core import UserError
from vlm_driving.evaluation.questions import heron_rubric, load_questions
from vlm_driving.evaluation.questions.heron_rubric import (
    attach_heron_rubric,
    heron_rubrics,
    question_digest,
)


def test_a_heron_directory_gives_contexts_and_references_to_its_questions(tmp_path):
    questions = [row(0, "conv", ""), row(1, "detail", "", context="自分の文脈")]
    loaded = load_questions(heron_directory(tmp_path, questions, {0: "零", 1: "一"}))
    assert loaded.layout == "heron"
    assert [q.id for q in loaded] == ["0", "1"]
    assert [q.reference for q in loaded] == ["零", "一"]
    assert [q.context for q in loaded] == ["絵", "自分の文脈"]
    assert loaded.notes == ()


def test_a_heron_directory_without_references_says_so(tmp_path):
    path = heron_directory(tmp_path, [row(0, "conv", ""), row(1, "conv", "")], {0: "零"})
    assert load_questions(path).notes == ("1 questions have no reference (answers_gpt4.jsonl).",)


def test_the_103_rows_come_with_a_word_on_the_papers_102(tmp_path):
    questions = [row(i, "conv", "") for i in range(103)]
    path = heron_directory(tmp_path, questions, {i: "答" for i in range(103)})
    (note,) = load_questions(path).notes
    assert "103 rows" in note and "102 questions" in note


def test_a_llava_directory_has_captions_as_context_and_japanese_alone(tmp_path):
    write_rows(
        tmp_path / "qa90_questions_ja.jsonl",
        [
            {
                "question_id": 3,
                "image": "7.jpg",
                "category": "conv",
                "text": "What?",
                "text_JA": "何",
            }
        ],
    )
    write_rows(
        tmp_path / "qa90_gpt4_answers_ja.jsonl",
        [{"question_id": 3, "text": "A cat.", "text_JA": "猫です。"}],
    )
    write_rows(
        tmp_path / "captions_boxes_coco2014_val_80.jsonl",
        [{"id": "7", "image": "7.jpg", "captions": ["A cat.", " A pet. "], "instances": []}],
    )
    loaded = load_questions(tmp_path)
    (question,) = loaded
    assert loaded.layout == "llava"
    assert (question.text, question.reference) == ("何", "猫です。")
    assert question.context == "A cat.\nA pet."
    assert "has 1 rows" in loaded.notes[0]


def test_a_file_may_ask_about_a_bag(tmp_path):
    asked = row(
        1, "conv", "青", camera="/front", stamp_ns=17, facts={"must": [["青"]], "weight": 2}
    )
    del asked["image"]
    (question,) = load_questions(write_rows(tmp_path / "set.jsonl", [asked]))
    assert (question.camera, question.stamp_ns, question.image) == ("/front", 17, None)
    assert question.facts is not None and question.facts.must == (("青",),)
    assert question.weight == 2.0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"category": "chat"}, "category is one of conv, detail, complex, got chat"),
        ({"category": None}, "category is a string, got None"),
        ({"question_id": None}, "question_id is a whole number or a string, got None"),
        ({"question_id": True}, "question_id is a whole number or a string, got True"),
        ({"text": " "}, "text is empty"),
        ({"text": 3}, "text is a string, got 3"),
        ({"image": None}, "about an image, or about a camera at a stamp_ns"),
        ({"camera": "/front"}, "about an image, or about a camera at a stamp_ns"),
        ({"image": None, "camera": "/front"}, "about an image, or about a camera"),
        ({"image": None, "camera": "/front", "stamp_ns": 1.5}, "stamp_ns is a whole number"),
        ({"facts": {"must": "青"}}, "Rubric key must"),
        ({"facts": []}, "A rubric is an object"),
    ],
)
def test_a_wrong_row_is_one_sentence_with_its_line(tmp_path, change, sentence):
    rows = [row(0, "conv", "零"), {**row(1, "conv", "一"), **change}]
    path = write_rows(tmp_path / "set.jsonl", rows)
    with pytest.raises(UserError, match="^Line 2 of .*set.jsonl: ") as told:
        load_questions(path)
    assert sentence in str(told.value)


def test_facts_that_the_questions_own_words_meet_are_refused(tmp_path):
    asked = {"text": "赤い車は左にいますか。", "facts": {"must": [["赤い車"]]}}
    path = write_rows(tmp_path / "set.jsonl", [row(7, "conv", "はい。左にいます。", **asked)])
    with pytest.raises(UserError, match=r"^Question 7: the question's own words meet must"):
        load_questions(path)
    assert len(load_questions(path, refuse_echoes=False)) == 1


def test_two_questions_with_one_id_are_refused(tmp_path):
    path = write_rows(tmp_path / "set.jsonl", [row(4, "conv", "a"), row(4, "conv", "b")])
    with pytest.raises(UserError, match="question 4 more than once"):
        load_questions(path)


def test_an_empty_file_is_no_set(tmp_path):
    path = write_rows(tmp_path / "set.jsonl", [])
    with pytest.raises(UserError, match="holds no questions"):
        load_questions(path)


def test_another_directory_is_refused_with_what_was_looked_for(tmp_path):
    with pytest.raises(UserError, match="neither questions_ja.jsonl nor qa90_questions_ja.jsonl"):
        load_questions(tmp_path)


def test_a_set_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(UserError, match="no file .*nothing.jsonl"):
        load_questions(tmp_path / "nothing.jsonl")


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp", "utf-16"])
def test_another_encoding_is_told_with_the_line(tmp_path, encoding):
    path = tmp_path / "set.jsonl"
    path.write_bytes(json.dumps(row(0, "conv", "零"), ensure_ascii=False).encode(encoding))
    with pytest.raises(UserError, match="Line 1 of .* is not UTF-8; save the file as UTF-8"):
        load_questions(path)


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path):
    path = tmp_path / "set.jsonl"
    line = json.dumps(row(0, "conv", "零"), ensure_ascii=False)
    path.write_bytes(f"\n{line}\r\n\n".encode("utf-8-sig"))
    assert [q.reference for q in load_questions(path)] == ["零"]


def test_images_are_found_beside_the_questions_and_in_their_folder(tmp_path):
    names = {0: "000.jpg", 1: "images/001.jpg", 2: "images/COCO_val2014_002.jpg"}
    questions = load_questions(
        heron_directory(tmp_path, [row(i, "conv", "") for i in names], {i: "答" for i in names})
    )
    (tmp_path / "images").mkdir()
    for name in names.values():
        (tmp_path / name).write_bytes(b"")
    found = questions.require_images()
    assert {key: path.relative_to(tmp_path).as_posix() for key, path in found.items()} == {
        f"{i:03d}.jpg": name for i, name in names.items()
    }


def test_a_set_without_its_images_says_which_and_where_to_put_them(tmp_path):
    questions = load_questions(
        heron_directory(tmp_path, [row(0, "conv", ""), row(1, "conv", "")], {0: "零", 1: "一"})
    )
    (tmp_path / "000.jpg").write_bytes(b"")
    assert questions.missing_images() == ("001.jpg",)
    with pytest.raises(UserError, match="1 of the 2 images .* first is 001.jpg; put them into"):
        questions.require_images()


# --- the rubric that ships ----------------------------------------------------------------------


def test_the_rubric_that_ships_has_every_question_once():
    assert [int(rubric.question_id) for rubric in heron_rubrics()] == list(range(103))
    assert len({rubric.digest for rubric in heron_rubrics()}) > 80


def test_the_rubric_is_for_the_questions_that_it_was_written_for(tmp_path, monkeypatch):
    digest = question_digest("問0は何ですか。")
    mine = replace(heron_rubrics()[0], digest=digest, contradicts="two, not three")
    monkeypatch.setattr(heron_rubric, "heron_rubrics", lambda: (mine,))
    questions = [row(0, "conv", ""), row(1, "conv", "")]
    loaded = attach_heron_rubric(load_questions(heron_directory(tmp_path, questions, {})))
    assert [q.facts is not None for q in loaded] == [True, False]
    assert "1 of 2 questions (the others differ" in loaded.notes[-2]
    assert loaded.notes[-1].endswith("against the human context: 0 (two, not three).")
    changed = [{**questions[0], "text": "問0は何色ですか。"}]
    loaded = attach_heron_rubric(load_questions(heron_directory(tmp_path / "b", changed, {})))
    assert [q.facts for q in loaded] == [None]


def test_facts_of_the_users_own_stay(tmp_path):
    own = row(0, "conv", "", facts={"must": [["青"]]})
    (question,) = attach_heron_rubric(load_questions(heron_directory(tmp_path, [own], {})))
    assert question.facts is not None and question.facts.must == (("青",),)


def test_digests_are_those_of_any_other_program():
    expected = hashlib.sha256("何色ですか。".encode()).hexdigest()[:16]
    assert question_digest("何色ですか。\n") == expected


def test_heron_bench_itself_gets_every_rubric(shared_dir):
    loaded = attach_heron_rubric(load_questions(shared_dir / "heron_bench"))
    assert len(loaded) == 103
    assert all(q.facts is not None and q.reference and q.context for q in loaded)


def test_the_rubric_holds_no_sentence_of_heron_bench(shared_dir):
    file = resources.files("vlm_driving.evaluation") / "rubrics/heron_ja.jsonl"
    shipped = file.read_text(encoding="utf-8")
    for question in load_questions(shared_dir / "heron_bench"):
        for text in (question.text, question.context, question.reference):
            pieces = [piece for piece in text.split("。") if len(piece) > 12]
            assert not [piece for piece in pieces if piece in shipped]


def test_llava_bench_is_read_whole(shared_dir):
    loaded = load_questions(shared_dir / "llava_bench_ja")
    assert len(loaded) == 90
    assert all(q.reference and q.context for q in loaded)
    assert {q.category for q in loaded} == {"conv", "detail", "complex"}
    assert loaded.notes == ()
