"""Facts in words that no synonym foresaw, corrections, reversals, contraries and exchanges."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from vlm_driving.evaluation.judges.attributes import exchanged
from vlm_driving.evaluation.judges.contraries import contrary, other_colours, other_figures
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.judges.kin import kin_of, with_kin
from vlm_driving.evaluation.judges.kin_words import KIN
from vlm_driving.evaluation.judges.more_kin_words import MORE_KIN
from vlm_driving.evaluation.keyfact import CONTRADICTION, parse_rubric, score
from vlm_driving.evaluation.questions.question import Question

JUDGE = KeyfactJudge()


def judged(
    answer: str,
    facts: Mapping[str, object],
    asked: str,
    reference: str,
    category: str = "conv",
    context: str = "",
) -> float:
    rubric = parse_rubric(facts)
    return JUDGE.judge(
        Question("1", category, "traffic", context, asked, reference, rubric), answer
    ).score


@pytest.mark.parametrize(
    ("synonym", "answer"),
    [
        ("疲れ", "へとへとになっているのでしょう。"),
        ("減速", "スピードを落とします。"),
        ("譲", "後ろの車をやり過ごします。"),
        ("高齢", "お年寄りです。"),
        ("コンビニ", "コンビニエンスストアです。"),
    ],
)
def test_a_fact_may_be_said_in_words_that_say_the_same(synonym: str, answer: str) -> None:
    assert judged(answer, {"must": [[synonym]]}, "どうですか。", "そうです。") == 10.0


@pytest.mark.parametrize(
    ("synonym", "answer"),
    [
        ("疲れ", "へとへとではありません。"),
        ("男の子", "女の子です。"),
        ("犬", "猫です。"),
        ("減速", "スピードを上げます。"),
        ("右折", "左に曲がります。"),
    ],
)
def test_what_is_denied_or_only_near_meets_nothing(synonym: str, answer: str) -> None:
    assert judged(answer, {"must": [[synonym]]}, "どうですか。", "そうです。") == 1.0


def test_the_question_s_own_words_are_no_news() -> None:
    rubric = parse_rubric({"must": [["疲れ"]]})
    assert with_kin(rubric, "へとへとです。", "へとへとなのはなぜですか。", ("疲れ",)) is None
    assert with_kin(rubric, "へとへとです。", "なぜですか。", ("疲れ",)) is not None


def test_a_narrower_word_says_the_wider_one_and_not_the_other_way() -> None:
    assert "おじいさん" in kin_of(("高齢",)) and "高齢" not in kin_of(("おじいさん",))


def test_no_line_of_words_has_one_twice_or_one_word_alone() -> None:
    for line in (KIN.strip() + MORE_KIN).replace("\n+", "").splitlines():
        words = [word for word in line.split() if word != "<"]
        assert len(words) > 1, line
        assert len(set(words)) == len(words), line


def test_a_name_that_leads_may_come_later_and_stands_against_rivals() -> None:
    facts = {"lead": ["赤", "赤信号"]}
    asked, reference = "信号は何色ですか。", "信号は赤です。"
    assert judged("青ではありません。赤が点いています。", facts, asked, reference) == 9.1
    assert judged("赤か青か黄のどれかです。", facts, asked, reference) == 1.0


def test_who_corrects_himself_is_judged_by_what_follows() -> None:
    facts = {"must": [["バス"]], "must_not": [["トラック"]]}
    asked, reference = "何が来ていますか。", "バスです。"
    right = judged(
        "トラックです。いや、失礼しました。よく見るとバスです。", facts, asked, reference
    )
    wrong = judged("バスです。いや、失礼しました。トラックです。", facts, asked, reference)
    assert right == pytest.approx(8.65)
    assert wrong == 1.0
    side = {"must": [["左"]]}
    assert (
        judged("左です。いえ、右側です。左は空いています。", side, "どちら側ですか。", "左です。")
        == 1.0
    )


@pytest.mark.parametrize(
    ("answer", "asked", "reference", "turned"),
    [
        ("道に子どもが2人います。ただし道には誰もいません。", "何がいますか。", "子ども", True),
        ("道に子どもが2人います。ほかには誰もいません。", "何がいますか。", "子ども", False),
        ("道に子どもが2人います。奥には誰もいません。", "何がいますか。", "子ども", False),
        ("子どもがいて止まります。だから加速します。", "どうしますか。", "止まる", True),
        ("子どもがいて止まります。渡ってから加速します。", "どうしますか。", "止まる", False),
    ],
)  # fmt: skip
def test_an_answer_must_not_end_in_its_own_contrary(
    answer: str, asked: str, reference: str, turned: bool
) -> None:
    found = score(answer, {"must": [["子ども"]]}, asked, reference)
    assert (CONTRADICTION in found.violated) is turned


def test_what_the_reference_denies_is_due_as_denied() -> None:
    facts = {"must": [["見え"]]}
    assert score("横が見えません。", facts, "なぜですか。", "横が見えないからです。").right
    assert not score("横が見えません。", facts, "なぜですか。", "横が見えるからです。").right


def test_a_contrary_of_what_is_known_is_wrong() -> None:
    assert contrary("男性が座っています。", "男性が立っています。", "") == ("座って",)
    assert contrary("男性が座っています。", "男性が立っています。", "女性が座っている。") == ()
    assert contrary("男性は座っていません。", "男性が立っています。", "") == ()
    assert other_figures("8時45分です。", "8時15分です。", "") == ("45分",)
    assert other_figures("およそ25m先です。", "30m先です。", "") == ()
    assert other_colours("白い車と黒い犬です。", "白い車と茶色の犬です。", "")
    assert not other_colours("白い車と茶色い犬です。", "白い車と茶色の犬です。", "")


def test_values_that_two_things_exchange_are_both_wrong() -> None:
    reference = "左の車線に黒いミニバン、右の車線に白いクーペがいます。"
    assert len(exchanged("左に白いミニバン、右に黒いクーペがいます。", reference)) >= 2
    assert exchanged("右に白いクーペ、左に黒いミニバンがいます。", reference) == ()


@pytest.mark.parametrize("answer", ["左へ回避します。", "よけて進みます。"])
def test_a_fact_that_denies_is_not_met_by_other_words_for_what_it_denies(answer: str) -> None:
    facts = {"must": [["避けません", "避けない"]]}
    assert judged(answer, facts, "左へ避けますか。", "いいえ、避けません。") == 1.0
