"""Baselines: what the judge gives to those who saw no picture."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from support.question_sets import WordJudge, row, write_rows

from vlm_driving.evaluation.questions import load_answers, load_questions
from vlm_driving.evaluation.scores.asking import ask
from vlm_driving.evaluation.scores.baselines import (
    THOROUGH,
    Effort,
    best_constant,
    flags,
    partners,
    run_baselines,
    shuffled_scores,
)


def effort(*constants, second_round=1500):
    return Effort(1, constants, 0, 0, second_round)


@pytest.fixture
def load(tmp_path):
    return lambda rows: load_questions(write_rows(tmp_path / "set.jsonl", rows))


def test_an_echo_of_the_question_is_judged_as_an_answer(load):
    rows = [
        row(0, "conv", "色は 青", text="青ですか。"),
        row(1, "conv", "色は 赤", text="青ですか。"),
    ]
    found = run_baselines(load(rows), WordJudge())
    assert found.means["echo_question"] == {"overall": 5.5, "conv": 5.5}


def test_an_echo_of_the_context_is_an_oracle_and_no_baseline(load):
    rows = [
        row(0, "conv", "色は 青", context="青い車"),
        row(1, "detail", "色は 赤", context="青い車"),
    ]
    found = run_baselines(load(rows), WordJudge())
    assert found.oracle == {"overall": 5.5, "conv": 10.0, "detail": 1.0}
    assert "echo_context" not in found.means


def test_a_set_without_contexts_has_no_oracle(load):
    assert run_baselines(load([row(0, "conv", "色は 青")]), WordJudge()).oracle == {}


def test_partners_are_references_of_the_category_that_belong_to_other_pictures(load):
    rows = [
        *(row(i, "conv", f"会話 {i}", image=f"{i // 2}.jpg") for i in range(10)),
        *(row(i, "detail", f"詳細 {i}") for i in range(10, 14)),
    ]
    found = {question.id: texts for question, texts in partners(load(rows), 3)}
    assert len(found) == 14
    for identity, texts in found.items():
        mine = int(identity)
        numbers = [int(text.split(" ")[1]) for text in texts]
        assert len(set(numbers)) == 3
        assert all((number >= 10) == (mine >= 10) for number in numbers)
        if mine < 10:
            assert all(number // 2 != mine // 2 for number in numbers)
        assert mine not in numbers


def test_partners_are_the_same_every_time(load):
    questions = load([row(i, "conv", f"答 {i}") for i in range(30)])
    assert list(partners(questions, 3)) == list(partners(questions, 3))


def test_where_all_questions_are_about_one_picture_nothing_is_shuffled(load):
    questions = load([row(i, "conv", f"答 {i}", image="0.jpg") for i in range(3)])
    assert shuffled_scores(questions, WordJudge(), 3) == {}


def test_references_that_fit_every_picture_are_found_out(load):
    same = load([row(i, "conv", "答え はい") for i in range(5)])
    other = load([row(i, "conv", f"答え {i}番") for i in range(5)])
    assert run_baselines(same, WordJudge()).means["shuffled_references"]["conv"] == 10.0
    assert run_baselines(other, WordJudge()).means["shuffled_references"]["conv"] == 1.0


def test_the_best_constant_is_chosen_for_each_category(load):
    rows = [
        *(row(i, "conv", "答え はい") for i in range(3)),
        row(3, "conv", "答え いいえ"),
        row(4, "detail", "答え いいえ"),
    ]
    scores, chosen = best_constant(load(rows), WordJudge(), effort("はい。", "いいえ。"))
    assert chosen == {"conv": "はい。", "detail": "いいえ。"}
    assert scores == {"0": 10.0, "1": 10.0, "2": 10.0, "3": 1.0, "4": 10.0}


def test_a_reference_may_be_the_best_constant(load):
    rows = [row(i, "conv", "こたえは きつね") for i in range(3)]
    assert best_constant(load(rows), WordJudge(), THOROUGH)[1] == {"conv": "こたえは きつね"}


def test_answers_to_another_scene_are_one_more_baseline(load, tmp_path):
    questions = load([row(0, "conv", "色は 青"), row(1, "conv", "色は 赤")])
    said = [{"question_id": 0, "text": "青"}, {"question_id": 1, "text": "緑"}]
    path = write_rows(tmp_path / "other.jsonl", said)
    found = run_baselines(questions, WordJudge(), load_answers(path, questions))
    assert found.means["other_scene"] == {"overall": 5.5, "conv": 5.5}


def test_a_judge_that_fails_on_a_baseline_leaves_the_others(load):
    rows = [row(0, "conv", "色は 青", text="青か"), row(1, "conv", "色は 赤", text="無理か")]
    found = run_baselines(load(rows), WordJudge(raises_on="無理"))
    assert found.means["echo_question"]["conv"] == 10.0
    assert found.means["best_constant"]


def test_a_baseline_that_is_as_good_as_the_answers_is_flagged():
    scores = {"overall": 5.0, "conv": 6.0, "detail": 4.0}
    means = {
        "echo_question": {"overall": 4.0, "conv": 2.0, "detail": 6.0},
        "best_constant": {"overall": 3.0, "conv": 6.0, "detail": 1.0},
    }
    raised = flags(scores, means)
    assert [flag.split(":")[0] for flag in raised] == [
        "echo_question is no worse than the answers in detail (6.00 against 4.00)",
        "best_constant is no worse than the answers in conv (6.00 against 6.00)",
    ]


def test_better_answers_raise_no_flag():
    assert flags({"overall": 5.0}, {"echo_question": {"overall": 4.99}}) == []


# --- a judge that costs money, and sets too large to try everything on ----------------------------


class ManyJudge(WordJudge):
    """Takes everything at once, answers in its own order, and scores the reference beside."""

    def judge_all(self, rows, on_row):
        judged = [
            SimpleNamespace(index=i, judgement=self.judge(*row), reference_score=8.0)
            for i, row in enumerate(rows)
        ]
        for one in reversed(judged):
            on_row(one, None)
        return judged


def test_a_judge_that_takes_many_is_given_all_at_once_and_verdicts_stay_in_place(load):
    (first, second) = load([row(0, "conv", "色は 青"), row(1, "conv", "色は 赤")])
    judge, heard = ManyJudge(), []
    pairs = [(first, "青"), (second, " "), (second, "青")]
    found = ask(judge, pairs, lambda index, verdict: heard.append(index))
    assert [verdict.judgement.score for verdict in found] == [10.0, 1.0, 1.0]
    assert [verdict.reference_score for verdict in found] == [8.0, None, 8.0]
    assert judge.asked == [("0", "青"), ("1", "青")]
    assert heard == [1, 2, 0]


def test_a_judge_that_costs_money_is_asked_six_times_a_question_at_most(load):
    judge = ManyJudge()
    questions = load([row(i, "conv", f"答え {i}番", context="文脈") for i in range(12)])
    found = run_baselines(questions, judge)
    assert set(found.means) == {"echo_question", "shuffled_references", "best_constant"}
    assert found.oracle["conv"] == 1.0
    assert len(judge.asked) <= 5 * 12


def test_the_search_for_a_constant_stays_within_its_trials(load):
    judge = WordJudge()
    rows = [row(i, "conv", "答え はい" if i % 2 else f"答え {i}番") for i in range(400)]
    scores, chosen = best_constant(
        load(rows), judge, effort("いいえ。", "はい。", second_round=100)
    )
    assert chosen == {"conv": "はい。"}
    assert sum(score == 10.0 for score in scores.values()) == 200
    assert len(judge.asked) <= 100 + 400


def test_what_was_not_asked_about_another_scene_is_no_wrong_answer(tmp_path):
    rows = [row(i, "conv", "色は 青") for i in range(4)]
    questions = load_questions(write_rows(tmp_path / "set.jsonl", rows))
    half = [{"question_id": i, "text": "青"} for i in range(2)]  # a run that was stopped
    elsewhere = load_answers(write_rows(tmp_path / "other.jsonl", half), questions)
    found = run_baselines(questions, WordJudge(), elsewhere)
    assert found.means["other_scene"] == {"overall": 10.0, "conv": 10.0}
