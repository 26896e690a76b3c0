"""Streamed Japanese prose: whole characters, whole sentences, no loops. No model in here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

ENDERS = frozenset("。！？!?")
"""Sentence ends; NFKC turns the full-width marks into the ASCII ones."""
_OPENERS = frozenset("「『")
_CLOSERS = frozenset("」』")
_UNKNOWN = "\ufffd"
_MAX_PERIOD = 24
_LEAST_REPEATED = 8


class TextStream:
    """Turns tokens into text and holds back bytes that do not make a character yet."""

    def __init__(self, decode: Callable[[Sequence[int]], str]) -> None:
        """Start an empty text; `decode` gives the text of all tokens so far."""
        self._decode = decode
        self._ids: list[int] = []
        self._given = 0

    def push(self, token: int) -> str:
        """The characters that `token` completes; often none."""
        self._ids.append(token)
        # An unfinished character decodes to trailing U+FFFD; everything before it is final.
        whole = self._decode(self._ids).rstrip(_UNKNOWN)
        new = whole[self._given :]
        self._given = max(self._given, len(whole))
        return new.replace(_UNKNOWN, "")


class SentenceCutter:
    """Cuts a stream of characters behind 。！？ outside 「」 and 『』."""

    def __init__(self) -> None:
        self._open = 0
        self._rest = ""

    @property
    def rest(self) -> str:
        """What has no sentence end yet."""
        return self._rest

    def push(self, text: str) -> list[str]:
        """The sentences that `text` completes, in order."""
        sentences: list[str] = []
        start = 0
        text, scanned = self._rest + text, len(self._rest)
        for index in range(scanned, len(text)):
            char = text[index]
            if char in _OPENERS:
                self._open += 1
            elif char in _CLOSERS:
                self._open = max(0, self._open - 1)
            elif (
                char in ENDERS
                and self._open == 0
                and text[index + 1 : index + 2] not in ENDERS  # 「！？」 stays together
            ):
                sentences.append(text[start : index + 1])
                start = index + 1
        self._rest = text[start:]
        return sentences


def loops(tokens: Sequence[int]) -> bool:
    """Whether the tokens end in a group of up to 24 tokens said three times or more.

    Short groups need more repeats, so that 「ゆっくり、ゆっくり」 passes: eight tokens in all.
    """
    last = len(tokens) - 1
    for period in range(1, min(_MAX_PERIOD, len(tokens) // 3) + 1):
        if tokens[last] != tokens[last - period]:
            continue
        span = max(3 * period, _LEAST_REPEATED)
        if span <= len(tokens) and all(
            tokens[last - i] == tokens[last - i - period] for i in range(span - period)
        ):
            return True
    return False
