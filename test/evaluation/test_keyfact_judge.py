"""Grades by key facts: partial credit, punishment, language, the minimum for nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.judge import Judge
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.keyfact import parse_rubric
from vlm_driving.evaluation.questions.question import Question

JUDGE: Judge = KeyfactJudge()
FACTS = parse_rubric(
    {"must": [["山", "Mt Fuji"], ["川"], ["橋"]], "must_not": [["海"]], "form": "list"}
)
QUESTION = Question("1", "conv", "nature", "", "何が見えますか。", facts=FACTS)
DETAIL = replace(QUESTION, category="detail")


def test_it_has_a_name_and_a_version() -> None:
    assert (JUDGE.name, JUDGE.version) == ("keyfact", "4")


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("山と川と橋が見えます。", 10.0),
        ("山と橋が見えます。", 7.0),
        ("山が見えます。", 4.0),
        ("家が見えます。", 1.0),
        ("山と川と橋と海が見えます。", 2.98),
        ("山と海が見えます。", 1.0),
        ("山が見えます。山は見えません。", 1.0),
    ],
)
def test_each_due_fact_earns_its_part_of_nine_points(answer: str, score: float) -> None:
    assert JUDGE.judge(QUESTION, answer).score == score


def test_a_wrong_thing_halves_a_description() -> None:
    found = JUDGE.judge(DETAIL, "山と川と橋と海が見えます。")
    assert (found.score, found.right, found.violated) == (5.5, False, ("海",))
    assert found.notes == ("Claims what is not so: 海.",)


def test_a_contradiction_leaves_less_of_a_description() -> None:
    found = JUDGE.judge(DETAIL, "山が見えます。山は見えません。川と橋です。")
    assert found.score == pytest.approx(3.7) and found.violated == ("contradiction",)


@pytest.mark.parametrize("answer", ["", " \n", "。"])
def test_nothing_said_gets_the_minimum(answer: str) -> None:
    found = JUDGE.judge(QUESTION, answer)
    assert (found.score, found.right) == (1.0, False)


def test_an_answer_in_english_loses_points_although_it_names_the_fact() -> None:
    facts = parse_rubric({"must": [["Mt Fuji", "富士山"]]})
    question = replace(QUESTION, facts=facts)
    english = JUDGE.judge(question, "You can see Mt Fuji behind the lake.")
    assert english.score == pytest.approx(1 + 9 * 0.4)
    assert english.right is False and english.notes == ("The answer is not in Japanese.",)
    assert JUDGE.judge(question, "湖の向こうにMt Fujiが見えます。").score == 10.0


def test_the_question_tells_which_statement_says_yes() -> None:
    facts = parse_rubric({"lead": ["はい"], "form": "yes_no"})
    question = replace(QUESTION, text="路面は乾いていますか。", facts=facts)
    assert JUDGE.judge(question, "路面は乾いています。").score == 10.0
    assert JUDGE.judge(question, "前方に車がいます。").score == 1.0


def test_a_question_without_key_facts_is_refused_with_the_remedy() -> None:
    with pytest.raises(UserError, match="Question 1 has no key facts; give it `facts`, or"):
        JUDGE.judge(replace(QUESTION, facts=None), "山です。")


def test_taking_a_fact_away_never_raises_a_score() -> None:
    said = ["山が見えます。", "川が見えます。", "橋が見えます。"]
    scores = [JUDGE.judge(QUESTION, "".join(said[:n])).score for n in range(1, 4)]
    assert scores == sorted(scores)
