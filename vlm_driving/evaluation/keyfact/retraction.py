"""Answers that correct themselves: トラックです。いや、失礼しました。バスです says バス."""

from __future__ import annotations

import re

_SORRY = (
    r"(?:失礼(?:し|いたし)ました|間違え(?:ました|た)|間違い(?:です|でした)|訂正(?:し|いたし)ます|"
    r"訂正です|申し訳ありません|ごめんなさい|言い間違い(?:です|でした))"
)
_START = r"(?:^|[、。…\n]|\.{2,})"
_SLIP = re.compile(
    rf"{_START}(?:(?:あ[、っ]*)?(?:いや|いえ|おっと|あっ)、)?(?:{_SORRY}[。、]?|訂正[、:])"
)
_OR_RATHER = re.compile(rf"{_START}(?:いや|いえ|いいえ|おっと)、(?:やはり|やっぱり|よく見ると)?、?")
"""A correction in a word; where yes or no is asked it may be the answer itself."""
_LEAST_BEFORE = 3
_OPPOSITE = re.compile(r"(?:その|それとは)?(?:反対|逆|向かい)(?:の)?側")
_OTHER = {"左": "右", "右": "左"}


def without_slips(text: str, polar: bool) -> tuple[str, bool]:
    """What is left of a normalized answer when what it takes back is gone, and whether it did.

    Args:
        text: the answer.
        polar: yes or no is due, so that a no takes nothing back.
    """
    last = 0
    for pattern in (_SLIP,) if polar else (_SLIP, _OR_RATHER):
        for match in pattern.finditer(text):
            if match.start() >= _LEAST_BEFORE and len(text) - match.end() >= _LEAST_BEFORE:
                last = max(last, match.end())
    return (text[last:], True) if last else (text, False)


def with_sides_named(sentence: str) -> str:
    """左ではなくその反対側 with the side that is meant in the place of 反対側."""
    match = _OPPOSITE.search(sentence)
    if match is None:
        return sentence
    at, side = max((sentence.rfind(side, 0, match.start()), side) for side in _OTHER)
    if at < 0:
        return sentence
    return f"{sentence[: match.start()]}{_OTHER[side]}側{sentence[match.end() :]}"


def picks_the_other_side(said: tuple[str, ...], due: frozenset[str]) -> bool:
    """Whether the first side that a correction names is not the due one."""
    for sentence in said:
        first = re.search("[左右]", sentence)
        if first is not None:
            sides = {side for side in _OTHER for word in due if side in word}
            return len(sides) == 1 and first.group() not in sides
    return False
