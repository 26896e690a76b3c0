"""Japanese line breaks."""

from __future__ import annotations

import random

import pytest

from vlm_driving.annotate.kinsoku import NOT_FIRST, NOT_LAST, clusters, shorten, wrap


def em(character: str) -> float:
    return 0.5 if character.isascii() else 1.0


@pytest.mark.parametrize("mark", "、。，．」』）・ーっゃょァィ々？！…")
def test_a_mark_that_may_not_begin_a_line_takes_its_character_along(mark: str) -> None:
    assert wrap("あいう" + mark + "え", 3, em) == ["あい", "う" + mark + "え"]


def test_an_opening_bracket_does_not_end_a_line() -> None:
    assert wrap("あい「うえ」", 3, em) == ["あい", "「う", "え」"]


def test_a_line_is_filled_to_its_last_place() -> None:
    assert wrap("あいうえおか", 3, em) == ["あいう", "えおか"]


def test_numbers_units_and_latin_words_stay_whole() -> None:
    assert wrap("速度は40km/hです", 5, em) == ["速度は", "40km/hです"]


def test_a_word_longer_than_a_line_is_cut_where_the_line_is_full() -> None:
    assert wrap("abcdefgh", 2, em) == ["abcd", "efgh"]


def test_spaces_neither_begin_nor_end_a_line_and_line_feeds_break() -> None:
    assert wrap("stop now ok\n次", 2, em) == ["stop", "now", "ok", "次"]


def test_an_empty_text_has_no_lines() -> None:
    assert wrap("", 5, em) == wrap("  \n ", 5, em) == []


def test_a_width_below_one_character_still_ends() -> None:
    assert wrap("あい。", 0.5, em) == ["あ", "い", "。"]


@pytest.mark.parametrize("seed", range(50))
def test_any_text_keeps_its_characters_its_width_and_the_rules(seed: int) -> None:
    chance = random.Random(seed)
    words = [
        "歩行者",
        "が",
        "「青」",
        "、",
        "。",
        "20m",
        "の",
        "っ",
        "ー",
        "（左）",
        "信号",
        "STOP",
    ]
    text = "".join(chance.choice(words) for _ in range(60))
    columns = chance.uniform(4, 30)
    lines = wrap(text, columns, em)
    assert "".join(lines) == text
    assert all(sum(map(em, line)) <= columns for line in lines)
    if max(sum(map(em, piece)) for piece in clusters(text)) <= columns:
        assert not any(line[0] in NOT_FIRST for line in lines[1:])
        assert not any(line[-1] in NOT_LAST for line in lines[:-1])


def test_a_shortened_line_ends_with_one_ellipsis_and_fits() -> None:
    assert shorten("左前方に、歩行者", 6, em) == "左前方に…"
    assert shorten("短い。", 6, em) == "短い…"
