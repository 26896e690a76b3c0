"""The reference judge grades what an answer claims, not the words that it shares."""

from __future__ import annotations

import time

import pytest
from support.reference_judging import ask

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.reference_judge import ReferenceJudge
from vlm_driving.evaluation.questions.question import Question


@pytest.mark.parametrize(
    "answer", ["電柱の手前と奥のどちらにありますか？", "ゴミ袋は電柱の手前と奥のどちらですか"]
)
def test_repeating_a_choice_chooses_nothing(answer):
    asked = "ゴミ袋は電柱の手前と奥のどちらにありますか？"
    assert ask(asked, answer, "電柱の奥にあります。") == 1.0
    assert ask(asked, "奥側です。", "電柱の奥にあります。") > 5.0


def test_a_yes_where_the_reference_says_no_is_worth_little():
    asked, reference = "歩行者はいますか？", "いいえ、歩行者はいません。"
    assert ask(asked, "はい、歩行者がいます。", reference) < 3.0
    assert ask(asked, "人影は見当たりません。", reference) > 5.0


def test_an_empty_answer_gets_the_least():
    assert ask("何色ですか？", " \n", "赤です。") == 1.0


def test_saying_it_ten_times_earns_no_more():
    reference = "駅前に赤いバスが2台停まっています。"
    once = ask("説明してください。", "赤いバスがいます。", reference, category="detail")
    often = ask("説明してください。", "赤いバスがいます。" * 10, reference, category="detail")
    assert often == pytest.approx(once, abs=0.01)


def test_saying_something_wrong_ten_times_is_not_forgiven():
    reference = "駅前に赤いバスが2台停まっています。"
    once = ask("説明してください。", "青いバスがいます。", reference, category="detail")
    often = ask("説明してください。", "青いバスがいます。" * 10, reference, category="detail")
    assert often <= once + 0.01


def test_inventing_more_earns_less():
    reference = "駅前に赤いバスが2台停まっています。"
    plain = "駅前に赤いバスが二台います。"
    padded = plain + "噴水のそばで大道芸人が踊り、象がパラソルの下で休んでいます。"
    ask_for = "説明してください。"
    assert ask(ask_for, padded, reference, category="detail") < ask(
        ask_for, plain, reference, category="detail"
    )


def test_listing_every_colour_does_not_pay():
    reference = "傘は赤です。"
    assert ask("傘は何色ですか？", "傘は赤か青か黄色か緑か白か黒です。", reference) < 6.0
    assert ask("傘は何色ですか？", "レッドの傘です。", reference) > 9.0


def test_what_the_context_says_counts_as_supported_but_not_as_the_whole_answer():
    reference, context = "公園で犬が走っています。", "公園で犬が走り、子どもがブランコで遊ぶ。"
    said = ask(
        "説明してください。", "子どもがブランコで遊んでいます。", reference, context, "detail"
    )
    invented = ask("説明してください。", "老人が将棋を指しています。", reference, context, "detail")
    whole = ask("説明してください。", "犬が公園を駆けています。", reference, context, "detail")
    assert invented < said < whole


def test_a_context_in_english_supports_japanese_claims():
    reference, context = "犬が走っています。", "A brown dog runs on the grass with a red frisbee."
    with_it = ask("説明してください。", "犬がフリスビーを追う。", reference, context, "detail")
    without = ask("説明してください。", "犬がフリスビーを追う。", reference, "", "detail")
    assert with_it > without


@pytest.mark.parametrize(
    ("answer", "violation"),
    [
        ("青い車が3台います。", "青 for 赤 of 車"),
        ("赤い車が5台います。", "5個 for 3個 of 車"),
        ("赤い車が3台いて、犬もいます。", "claims 犬"),
    ],
)
def test_a_contradiction_is_named(answer, violation):
    asked = Question(
        "q", "detail", "", "", "説明してください。", "赤い車が3台います。犬はいません。"
    )
    judged = ReferenceJudge([asked]).judge(asked, answer)
    assert violation in judged.violated
    assert judged.score < 6.0


def test_it_says_what_was_hit_and_missed():
    asked = Question("q", "detail", "", "", "説明してください。", "赤い車と白い犬が写っています。")
    judged = ReferenceJudge([asked]).judge(asked, "レッドの自動車です。")
    assert {"車:赤", "車"} <= set(judged.hits)
    assert {"犬:白", "犬"} <= set(judged.missed)
    assert judged.right is None


def test_a_question_without_a_reference_is_refused_with_the_remedy():
    asked = Question("q7", "conv", "", "犬がいる。", "何がいますか？")
    with pytest.raises(UserError, match=r"q7 has no reference.*key facts"):
        ReferenceJudge([asked]).judge(asked, "犬です。")


@pytest.mark.parametrize(
    "answer",
    [
        "?",
        "ー",
        "。。。",
        "a" * 20_000,
        "犬と猫と" * 2_000,
        "十" * 500,
        "\ud800",
        "👍" * 50,
        "1" * 400,
    ],
)
def test_nonsense_is_scored_low_and_soon(answer):
    started = time.perf_counter()
    assert 1.0 <= ask("何がいますか？", answer, "鹿が道路を渡っています。") <= 3.0
    assert time.perf_counter() - started < 5.0


@pytest.mark.parametrize(
    ("reference", "same", "other"),
    [
        ("左が赤で、右が青です。", "右が青、左が赤です。", "左が青で、右が赤です。"),
        ("兄が2冊、弟が3冊持つ。", "弟は三冊、兄は二冊です。", "兄が3冊、弟が2冊持つ。"),
        ("海老は野菜の奥です。", "野菜は海老の手前です。", "野菜は海老の奥です。"),
        ("荷台のパエリアを運ぶ。", "荷台のパエリアを運んでいる。", "荷台のリゾットを運ぶ。"),
        ("川の右岸を走る。", "川の右側の岸を走る。", "川の左岸を走る。"),
        ("左に棚、その反対側に窓がある。", "棚が左、窓は右。", "棚が右、窓は左。"),
        ("橋は完成していない。", "橋は未完成です。", "橋は完成している。"),
        ("止まらなければならない。", "止まる必要がある。", "止まる必要はない。"),
        ("一人しかいない。", "一人だけいる。", "一人もいない。"),
    ],
)
def test_what_goes_with_what_and_what_is_denied_is_read(reference, same, other):
    text = "説明してください。"
    assert ask(text, same, reference, category="detail") > ask(
        text, other, reference, category="detail"
    )


@pytest.mark.parametrize(
    ("asked", "reference", "same", "other"),
    [
        (
            "もう始まりましたか？",
            "いいえ、まだです。",
            "これから始まります。",
            "もう始まりました。",
        ),
        ("昼ですか、夜ですか？", "夜です。", "夜間です。", "昼間です。"),
        ("入れますか？", "いいえ、入れません。", "立ち入りは禁止です。", "入れます。"),
        ("混んでいませんか？", "はい、混んでいません。", "がらがらです。", "混雑しています。"),
    ],
)
def test_yes_and_no_are_understood_without_either_word(asked, reference, same, other):
    assert ask(asked, same, reference) > 5.0
    assert ask(asked, other, reference) < 3.0


def test_a_request_in_the_form_of_a_question_is_no_question_of_yes_or_no():
    asked = "この写真を説明していただけますか？"
    assert ask(asked, "はい、もちろん説明できます。", "犬が走っています。", category="detail") < 2.0


@pytest.mark.parametrize(
    ("asked", "reference", "same", "other"),
    [
        ("何分ですか？", "90分です。", "一時間半です。", "二時間半です。"),
        ("何時ですか？", "午後2時半です。", "十四時三十分です。", "十三時三十分です。"),
        ("何メートルですか？", "300メートルです。", "〇・三キロです。", "〇・八キロです。"),
        ("何度ですか？", "マイナス4度です。", "氷点下四度です。", "氷点下一度です。"),
        (
            "いくらですか？",
            "480円です。",
            "五百円玉で二十円のおつり。",
            "五百円玉で三十円のおつり。",
        ),
        ("薬の量は？", "2錠ずつ3回です。", "合計六錠です。", "合計八錠です。"),
        ("残りは？", "半分です。", "二分の一です。", "四分の一です。"),
        ("何人いますか？", "3人います。", "トリオです。", "ペアです。"),
    ],
)
def test_units_are_converted_and_figures_worked_out(asked, reference, same, other):
    assert ask(asked, same, reference) > ask(asked, other, reference) + 0.1


@pytest.mark.parametrize(
    ("asked", "reference", "same", "other"),
    [
        (
            "何がありますか？",
            "ホチキスです。",
            "紙を針で留める道具です。",
            "紙を刃で切る道具です。",
        ),
        (
            "何の機械ですか？",
            "ショベルカーです。",
            "土をすくう重機です。",
            "荷を吊り上げる重機です。",
        ),
        ("楽器は何ですか？", "アコーディオンです。", "蛇腹の楽器です。", "弓で弾く楽器です。"),
    ],
)
def test_a_thing_may_be_described_in_place_of_being_named(asked, reference, same, other):
    assert ask(asked, same, reference) > ask(asked, other, reference) + 0.5


@pytest.mark.parametrize(
    ("reference", "same", "other"),
    [
        ("追い越しは禁止です。", "抜いてはいけません。", "抜いてもかまいません。"),
        ("撮影はできます。", "写真を撮ってもかまいません。", "写真を撮ってはいけません。"),
        ("車線を変えようとしている。", "隣へ移ろうとしている。", "隣へ移ろうとはしていない。"),
        ("皿に料理は残っていません。", "皿は空っぽです。", "皿にたくさん並んでいます。"),
        ("左の棚に本、右の棚に皿がある。", "本が並ぶのは左の棚です。", "本が並ぶのは右の棚です。"),
    ],
)
def test_leave_denials_and_what_belongs_where_are_compared_by_clauses(reference, same, other):
    text = "どうなっていますか？"
    assert ask(text, same, reference) > ask(text, other, reference) + 0.1


def test_what_only_the_question_names_earns_nothing_by_its_kind():
    asked, reference = "何という犬種の犬ですか？", "犬はハスキーです。"
    assert ask(asked, "犬はプードルです。", reference) < 2.0
    assert ask(asked, "犬はハスキーです。", reference) > 9.0
