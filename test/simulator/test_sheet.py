"""The contact sheet shows the pictures and says what training says."""

from __future__ import annotations

from pathlib import Path

import pytest

from vlm_driving.cli import main
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


def test_the_command_writes_the_sheet(tmp_path: Path) -> None:
    page = tmp_path / "sheet.html"
    assert main(["simulate", "--sheet", str(page), "--count", "2", "--seed", "4"]) == 0
    assert page.read_text(encoding="utf-8") == sheet_html(4, 2)


def test_a_sheet_that_cannot_be_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "--sheet", str(tmp_path / "no" / "x.html"), "--count", "1"]) == 2
    assert "name another file" in capsys.readouterr().err
    assert main(["simulate", "--sheet", str(tmp_path / "x.html"), "--count", "0"]) == 2
    assert "--count 0 is not possible" in capsys.readouterr().err
