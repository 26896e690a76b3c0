"""The contact sheet shows the pictures and says what training says."""

from __future__ import annotations

import pytest

from vlm_driving.simulator.sheet import montage, sheet_html, told


def test_a_sheet_is_one_page_with_every_picture_and_its_words() -> None:
    page = sheet_html(seed=4, count=3)
    assert page.count("data:image/jpeg;base64,") == 3
    assert "http" not in page
    for index in range(3):
        scene = told(4, index)
        assert scene.words.description_ja in page
        assert scene.advice is not None and scene.advice.speed.value in page
        for question in scene.asked:
            assert question.text in page and question.answer in page


def test_a_montage_has_whole_rows() -> None:
    assert montage(4, (0, 1, 2, 3), columns=2).shape == (360, 640, 3)
    with pytest.raises(ValueError, match="rows of 3"):
        montage(4, (0, 1), columns=3)
