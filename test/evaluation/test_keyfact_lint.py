"""Rubrics that an echo of the question would meet."""

from __future__ import annotations

import pytest

from vlm_driving.core import UserError
from vlm_driving.evaluation.keyfact import lint, parse_rubric, refuse

MET = [
    ("歩行者は何人いますか。", {"must": [["歩行者"], ["2人"]]}, "must [歩行者]"),
    ("信号は赤に見えます。何色ですか。", {"must": [["赤"]]}, "must [赤]"),
    ("左側に見える標識は何ですか。", {"any": {"k": 1, "of": [["標識"], ["木"]]}}, "any [標識]"),
    ("歩行者が横断しています。どうしますか。", {"lead": ["歩行者"]}, "lead [歩行者]"),
]
FINE = [
    ("信号は何色ですか。", {"must": [["赤"]]}),
    ("歩行者はいますか。", {"lead": ["はい"], "must": [["歩行者"]]}),
    ("今は昼ですか、夜ですか。", {"must": [["昼"]], "must_not": [["夜"]]}),
    ("赤い車と白い車のうち、近いのはどちらですか。", {"must": [["白い"]]}),
    ("路面は乾いていますか。", {"must": [["はい", "乾いて"]]}),
    ("何が見えますか。", {"any": {"k": 2, "of": [["標識"], ["木"]]}}),
]


@pytest.mark.parametrize(("asked", "rubric", "says"), MET)
def test_a_rubric_that_the_question_meets_is_refused(asked, rubric, says):
    facts = parse_rubric(rubric)
    assert any(says in sentence for sentence in lint(asked, facts)), lint(asked, facts)
    with pytest.raises(UserError, match="Question 7: the question's own words meet"):
        refuse("7", asked, facts)


@pytest.mark.parametrize(("asked", "rubric"), FINE)
def test_a_rubric_that_asks_for_what_the_picture_tells_passes(asked, rubric):
    assert lint(asked, parse_rubric(rubric)) == ()
    refuse("7", asked, parse_rubric(rubric))
