"""The shipped font: whole, free, and read as FreeType reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from tokenizers import Tokenizer

from vlm_driving.annotate import typesetting
from vlm_driving.annotate.font import FONT_PATH, OutlineFont, shipped_font
from vlm_driving.annotate.words import NO_ADVICE_JA, NO_HAZARDS_JA
from vlm_driving.core import HazardKind, HazardRange, HazardSide, Outcome, PathAdvice, SpeedAdvice
from vlm_driving.evaluation import labels
from vlm_driving.resources import default_bundle


def test_every_character_of_the_tokenizers_vocabulary_has_a_glyph() -> None:
    tokenizer = Tokenizer.from_file(str(default_bundle() / "tokenizer.json"))
    decoded = [
        tokenizer.decode([number], skip_special_tokens=False)
        for number in range(tokenizer.get_vocab_size())
    ]
    characters = {character for text in decoded for character in text if character.isprintable()}
    assert len(characters) > 400
    # U+FFFD is part of a character, which only the next token completes; it never is a word.
    missing = {character for character in characters if character not in shipped_font()}
    assert missing <= {"\ufffd"}


def test_every_word_that_a_frame_may_say_has_a_glyph_and_every_value_a_word() -> None:
    tables = (
        (labels.SPEED_JA, SpeedAdvice),
        (labels.PATH_JA, PathAdvice),
        (labels.OUTCOME_JA, Outcome),
        (labels.HAZARD_JA, HazardKind),
        (labels.SIDE_JA, HazardSide),
        (labels.RANGE_JA, HazardRange),
    )
    text = NO_ADVICE_JA + NO_HAZARDS_JA + "確信度締切超過理由説明のみ（）・、%/…〓"
    for table, values in tables:
        assert set(table) == set(values)
        text += "".join(table.values())
    assert [character for character in text if character not in shipped_font()] == []


def test_ascii_kana_and_all_kanji_of_jis_x_0208_are_there() -> None:
    kanji = "".join(
        bytes((0xA0 + row, 0xA0 + cell)).decode("euc_jp", "ignore")
        for row in range(16, 85)
        for cell in range(1, 95)
    )
    assert len(kanji) == 6355
    text = kanji + "".join(map(chr, [*range(0x20, 0x7F), *range(0x3041, 0x3094)])) + "アヶヴー"
    assert [character for character in text if character not in shipped_font()] == []


def test_the_licence_lies_beside_a_font_of_less_than_3_mb() -> None:
    licence = (FONT_PATH.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Copyright 2014-2021 Adobe" in licence
    assert FONT_PATH.stat().st_size < 3_000_000
    assert "Noto" not in ImageFont.truetype(str(FONT_PATH), 16).getname()[0]


@pytest.mark.parametrize("character", "助歩8gあ。「ーg%鬱遮蔽")
def test_a_glyph_looks_as_freetype_draws_it(character: str) -> None:
    size = 160  # where FreeType's own hinting no longer moves the strokes
    ours = typesetting.line_mask(character, size)
    page = Image.new("L", (ours.shape[1], ours.shape[0]))
    font = ImageFont.truetype(str(FONT_PATH), size, layout_engine=ImageFont.Layout.BASIC)
    aside = (ours.shape[1] - typesetting.glyph_advance(character, size)) // 2
    ImageDraw.Draw(page).text((aside, size), character, fill=255, font=font, anchor="ls")
    theirs = np.asarray(page)
    assert theirs.sum() > 0
    difference = np.abs(ours.astype(int) - theirs).sum() / theirs.sum()
    assert difference < 0.08


def test_a_character_that_the_font_lacks_is_replaced_and_never_an_error() -> None:
    assert typesetting.drawable("ｶ㌢") == "カセンチ"
    assert typesetting.drawable("😀\ufffd") == "〓〓"
    assert typesetting.drawable("a\tb\x00c\nd\u3000e\ufeff") == "a b c\nd\u3000e "


@pytest.mark.parametrize("data", [b"", b"OTTO" + bytes(40), b"not a font at all" * 9])
def test_a_file_that_is_no_font_of_ours_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        OutlineFont(data)


def test_a_composite_glyph_is_refused_by_name(tmp_path: Path) -> None:
    font = OutlineFont(FONT_PATH.read_bytes())
    glyph = font._glyphs[ord("あ")]
    start = int(font._offsets[glyph])
    glyf = font._tables["glyf"]
    font._tables["glyf"] = glyf[:start] + b"\xff\xff" + glyf[start + 2 :]
    with pytest.raises(ValueError, match="composite"):
        font.outline("あ")
