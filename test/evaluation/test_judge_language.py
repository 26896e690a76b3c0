"""The language of an answer: Japanese is due; code, figures and quotations are free."""

from __future__ import annotations

import pytest

from vlm_driving.evaluation.judges.language import HALF_JAPANESE, NOT_JAPANESE, language_of

JAPANESE = [
    "信号は赤です。",
    "赤信号",
    "40km/h",
    "2",
    "",
    "東京都渋谷区です。",
    "SUVが走っています。",
    "TOKYO SKYTREEです。",
    "「Farm Hill Blvd」と書かれた標識があります。",
    "次のコードを実行します。\n```python\nprint('hello world from a long line of code')\n```",
    "`print(value)` です。",
    "x = 2 + 3 なので、答えは5です。",
    "https://example.com/a/long/path を見てください。",
]
NOT = [
    "The traffic light is red.",
    "THE LIGHT IS RED",
    "The light is red. 赤",
    "前方的信号灯是红色的，请停车等待绿灯亮起。",
    "신호등은 빨간색입니다.",
    "Светофор красный.",
]


@pytest.mark.parametrize("answer", JAPANESE)
def test_japanese_code_figures_and_quotations_lose_nothing(answer: str) -> None:
    assert language_of(answer).factor == 1.0, language_of(answer)


@pytest.mark.parametrize("answer", NOT)
def test_other_languages_lose_points(answer: str) -> None:
    found = language_of(answer)
    assert found.factor == NOT_JAPANESE, found
    assert found.note == "The answer is not in Japanese."


def test_a_mixture_loses_less() -> None:
    found = language_of("The light ahead is red and people are crossing なので、止まってください。")
    assert found.factor == HALF_JAPANESE, found


def test_words_of_the_question_are_free() -> None:
    assert language_of("Farm Hill Blvd", "Farm Hill Blvdはどこですか。").factor == 1.0
    assert language_of("Farm Hill Blvd", "この道はどこですか。").factor < 1.0
