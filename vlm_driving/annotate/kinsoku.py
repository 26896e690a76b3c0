"""Line breaks by Japanese rules (kinsoku): pure functions of the text and its widths."""

from __future__ import annotations

from collections.abc import Callable

# JIS X 4051: what may not begin a line, and what may not end one.
NOT_FIRST = frozenset(
    "、。，．,.・：；:;？！?!ー～〜゛゜ヽヾゝゞ々」』）】〕〉》］｝)]}’”…‥%％℃°"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
NOT_LAST = frozenset("「『（【〔〈《［｛([{‘“￥$")


def wrap(text: str, columns: float, width: Callable[[str], float]) -> list[str]:
    """Lines no wider than `columns`, filled greedily.

    Words of ASCII letters and digits stay whole. What cannot be kept together within one line is
    cut where the line is full; a character that is wider than the line gets a line of its own.

    Args:
        text: line feeds end a line.
        columns: width of a line, in the unit of `width`.
        width: of one character.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrap_paragraph(paragraph, columns, width))
    return lines


def shorten(line: str, columns: float, width: Callable[[str], float]) -> str:
    """`line` with an ellipsis at its end, cut so that both fit."""
    kept = line
    while kept and sum(map(width, kept)) + width("…") > columns:
        kept = kept[:-1]
    return kept.rstrip(" 、。…") + "…"


def clusters(text: str) -> list[str]:
    """The pieces between which a line may be broken."""
    pieces: list[str] = []
    for character in text:
        if pieces and _stays_with(pieces[-1][-1], character):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _stays_with(before: str, character: str) -> bool:
    if before == " " or character == " ":
        return False
    return (
        character in NOT_FIRST or before in NOT_LAST or (_in_word(before) and _in_word(character))
    )


def _in_word(character: str) -> bool:
    return "!" <= character <= "~"


def _wrap_paragraph(text: str, columns: float, width: Callable[[str], float]) -> list[str]:
    lines: list[str] = []
    line, used = "", 0.0
    for piece in clusters(text):
        needed = sum(map(width, piece))
        if line and used + needed > columns:
            lines.append(line.rstrip(" "))
            line, used = "", 0.0
        if piece == " " and not line:
            continue
        if needed <= columns:
            line, used = line + piece, used + needed
            continue
        for character in piece:  # wider than a line by itself
            if line and used + width(character) > columns:
                lines.append(line)
                line, used = "", 0.0
            line, used = line + character, used + width(character)
    if line.rstrip(" "):
        lines.append(line.rstrip(" "))
    return lines
