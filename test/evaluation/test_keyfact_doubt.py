"""Hedges, lists of everything, two values of one thing, what is taken back or comes late."""

from __future__ import annotations

import pytest

from vlm_driving.evaluation.keyfact import CONTRADICTION, score
from vlm_driving.evaluation.keyfact.doubt import MILD, STRONG
from vlm_driving.evaluation.keyfact.scorer import LATE, LATE_LEAD

RED = {"must": [["赤"]], "form": "name"}
VASE = {"must": [["青", "青い"]], "form": "name"}


@pytest.mark.parametrize(
    ("answer", "doubt"),
    [
        ("赤です。", 0.0),
        ("赤だと思います。", 0.0),
        ("赤でしょう。", 0.0),
        ("赤のようです。", 0.0),
        ("おそらく赤です。", MILD),
        ("たぶん、赤です。", MILD),
        ("おそらく、この交差点の手前に見える歩行者用の信号は赤です。", MILD),
        ("赤ではないでしょうか。", MILD),
        ("赤の可能性が高いです。", MILD),
        ("赤かもしれません。", STRONG),
        ("赤の可能性があります。", STRONG),
        ("赤ですが、自信はありません。", STRONG),
        ("赤です。たぶん雨です。", 0.0),
        ("赤かもしれません。赤です。", 0.0),
    ],
)
def test_a_hedge_is_a_claim_of_which_less_is_sure(answer: str, doubt: float) -> None:
    found = score(answer, RED)
    assert (found.right, found.doubt) == (True, doubt)


def test_a_doubtful_fact_beyond_what_is_due_takes_nothing() -> None:
    facts = {"any": {"k": 1, "of": [["山"], ["川"]]}}
    assert score("山です。川かもしれません。", facts).doubt == 0.0


@pytest.mark.parametrize(
    ("rubric", "answer", "share"),
    [
        (VASE, "赤、青、黄、緑です。", 0.0),
        (VASE, "青と白です。", 0.5),
        (VASE, "青い花瓶で、白い机の上にあります。", 1.0),
        ({"must": [["左"]], "form": "name"}, "左か右です。", 0.5),
        ({"must": [["梨"]], "form": "name"}, "りんご、桃、梨、柿、栗、柚子、苺、枇杷です。", 0.0),
        ({"must": [["梨"]], "form": "name"}, "机と窓と梨が見えます。", 1.0),
        ({"must": [["赤"], ["白"]], "form": "list"}, "赤、青、黄、緑、白です。", 1.0),
    ],
)
def test_whoever_names_everything_has_not_answered(
    rubric: dict[str, object], answer: str, share: float
) -> None:
    assert score(answer, rubric).share == share


@pytest.mark.parametrize(
    ("rubric", "asked", "answer"),
    [
        (VASE, "花瓶は何色ですか。", "花瓶は青いです。花瓶は白いです。"),
        (VASE, "花瓶は何色ですか。", "青です。花瓶の色は赤です。"),
        (
            {"must": [["3匹"]], "form": "number"},
            "猫は何匹いますか。",
            "3匹います。猫は全部で5匹です。",
        ),
        (
            {"must": [["左"]], "form": "name"},
            "杖はどこですか。",
            "左にあります。杖は右にあります。",
        ),
        ({"lead": ["いいえ"]}, "今、渡ってもよいですか。", "いいえ。今すぐ渡って構いません。"),
        ({"lead": ["はい"]}, "前に人はいますか。", "はい、います。前には誰もいません。"),
        ({"lead": ["いいえ"]}, "犬は眠っていますか。", "いいえ、眠っています。"),
        (VASE, "花瓶は何色ですか。", "青い花瓶です。すみません、今のは間違いでした。"),
    ],
)
def test_what_is_taken_back_earns_nothing(
    rubric: dict[str, object], asked: str, answer: str
) -> None:
    assert score(answer, rubric, asked).violated == (CONTRADICTION,)


@pytest.mark.parametrize(
    ("rubric", "asked", "answer"),
    [
        (VASE, "花瓶は何色ですか。", "花瓶は青いです。机は白いです。"),
        (
            {"must": [["2台"]], "form": "number"},
            "車は何台ですか。",
            "手前に1台、奥に1台あります。合計2台です。",
        ),
        (
            {"must": [["左"]], "form": "name"},
            "杖はどこですか。",
            "左にあります。傘は右にあります。",
        ),
        (
            {"lead": ["いいえ"]},
            "今、渡ってもよいですか。",
            "いいえ。信号が変われば渡ってもよいです。",
        ),
        (
            {"lead": ["はい"]},
            "前に人はいますか。",
            "はい、います。反対側の歩道には誰もいません。",
        ),
    ],
)
def test_another_thing_or_another_case_takes_nothing_back(
    rubric: dict[str, object], asked: str, answer: str
) -> None:
    assert score(answer, rubric, asked).right


def test_what_comes_late_earns_a_part() -> None:
    late = score("気をつけてください。" * 70 + "赤です。", RED)
    assert (late.share, late.right) == (LATE, False)
    lead = {"lead": ["いいえ"]}
    found = score("雨の夜です。人は渡っていません。", lead, "人は渡っていますか。")
    assert found.share == LATE_LEAD


def test_particulars_count_half_where_what_they_belong_to_is_not_named() -> None:
    facts = {"must": [["鳥居"]], "any": {"k": 3, "of": [["海"], ["山"], ["朱"]]}, "form": "free"}
    assert score("朱色の鳥居が海に立ち、後ろは山です。", facts).share == 1.0
    assert score("朱色の船が海に浮かび、後ろは山です。", facts).share == 0.25


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("車線をふさいでいるのは何ですか。", "クレーン車はふさいでいません。"),
        ("何が来ますか。", "クレーン車は来ていません。"),
        ("", "クレーン車にはなっていません。"),
    ],
)
def test_what_does_not_do_what_was_asked_is_denied(asked: str, answer: str) -> None:
    assert score(answer, {"must": [["クレーン"]]}, asked).share == 0.0


def test_one_of_its_own_kind_is_that_kind() -> None:
    facts = {"must": [["羽"]]}
    assert score("机に置かれた鳥の羽のうちの一つを削っています。", facts).right
    assert score("花、羽、石のうちの一つです。", facts).share < 1.0


def test_a_question_that_is_read_out_neither_answers_nor_delays_the_answer() -> None:
    lead, asked = {"lead": ["いいえ"]}, "犬は眠っていますか。"
    assert score(f"「{asked}」というご質問ですね。いいえ、走っています。", lead, asked).right
    assert score(f"犬の写真です。{asked}", lead, asked).share == 0.0
