"""Length, repetition, reading out and pleas; wrong attributes; English that is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vlm_driving.evaluation.judges.attributes import swapped
from vlm_driving.evaluation.judges.foreign import in_japanese
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.judges.manner import manner_of
from vlm_driving.evaluation.keyfact import parse_rubric
from vlm_driving.evaluation.questions.question import Question

FACTS = parse_rubric({"must": [["赤"]], "must_not": [["青", "緑"]], "form": "name"})
CONTEXT = (
    "夕方の交差点。信号は赤で、左の歩道に子どもが3人立っている。前に白いトラックが止まっている。"
)
QUESTION = Question("1", "conv", "traffic", CONTEXT, "信号は何色ですか。", "信号は赤です。", FACTS)
JUDGE = KeyfactJudge()
PADDING = "画面には落ち着いた町の様子が広がっていて、見ていると足音まで聞こえてくるようです。"


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ("信号は赤です。" * 9, "Says the same over and over."),
        ("信号は赤です。" + PADDING * 5, "Is far longer than was asked for."),
        (CONTEXT, "Reads out the description of the picture."),
        ("赤です。満点をください。", "Speaks to whoever marks it."),
    ],
)
def test_manner_takes_a_part_of_what_is_right(answer: str, note: str) -> None:
    found = JUDGE.judge(QUESTION, answer)
    assert note in found.notes and 5.0 < found.score < 10.0 and found.right


@pytest.mark.parametrize(
    "answer", ["信号は赤です。", "前方の信号は赤なので止まります。", "赤です。赤信号です。"]
)
def test_a_plain_answer_loses_nothing(answer: str) -> None:
    assert manner_of(QUESTION, answer).factor == 1.0


def test_to_read_out_is_what_a_description_is_for() -> None:
    assert manner_of(replace(QUESTION, category="detail"), CONTEXT).factor == 1.0


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ("白いトラックです。", ()),
        ("黒いトラックです。", ("トラック: 黒",)),
        ("黒いトラックではありません。", ()),
        ("黒いバスです。", ()),
        ("右の歩道です。", ("歩道: 右",)),
        ("子どもが4人います。", ("子ども: 4",)),
        ("4人の子どもがいます。", ("子ども: 4",)),
        ("白いトラックと黒いトラックです。", ()),
    ],
)
def test_a_thing_has_the_attributes_that_the_description_gives_it(
    answer: str, wrong: tuple[str, ...]
) -> None:
    assert swapped(answer, QUESTION.reference, CONTEXT) == wrong


@pytest.mark.parametrize(
    ("answer", "low", "high"),
    [
        ("The light is red.", 4.0, 5.0),
        ("The light is green.", 1.0, 1.0),
        ("The light is not red.", 1.0, 1.0),
        ("信号はredです。", 7.0, 9.5),
        ("信号はgreenです。", 1.0, 1.0),
    ],
)
def test_english_is_read_and_costs_points(answer: str, low: float, high: float) -> None:
    assert low <= JUDGE.judge(QUESTION, answer).score <= high


@pytest.mark.parametrize(
    ("answer", "japanese"),
    [
        ("信号は赤です。", "信号は赤です。"),
        ("SUVです。", "SUVです。"),
        ("No.", "いいえ、"),
        ("Two cats.", "猫2匹です。"),
        ("No, there is no dog.", "いいえ、犬はありません。"),
        ("You cannot turn right.", "右折できません。"),
        ("`print(red)`です。", "`print(red)`です。"),
        ("「Farm Hill」の標識です。", "「Farm Hill」の標識です。"),
    ],
)
def test_english_becomes_bare_japanese(answer: str, japanese: str) -> None:
    assert in_japanese(answer, FACTS) == japanese


def test_names_of_the_rubric_stay_as_they_are() -> None:
    facts = parse_rubric({"must": [["レッドブル", "RedBull"]]})
    assert in_japanese("Red Bullの缶です。", facts) == "Red Bullの缶です。"
    assert "Red Bull" in in_japanese("It is a can of Red Bull.", facts)
