"""What a model is asked about each frame, in a user's own words: what may be written. Pure."""

from __future__ import annotations

import unicodedata

MOST_TASK = 400
"""Characters of a task prompt; the bundle's room for tokens may be less."""
PROMPT_ROOM = "prompt_room"
"""Among a backend's details: tokens that may stand behind the image up to the answer."""
_BLANKS = "\t\n\r"
_NO_TEXT = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
"""Categories of characters that no text needs: control and format codes, and those without a
meaning."""


def plain_task(text: str) -> str:
    """`text` as it reaches the model: blanks and line breaks become single spaces."""
    return " ".join(text.split())


def task_prompt_fault(text: str) -> str | None:
    """Why `text` cannot be a task prompt of any model, in one sentence; None if it may be one.

    An empty text is none: the bundle's own words stand. What depends on the bundle (control words,
    characters that its tokenizer does not know, room for tokens) is told by `PromptTail.fault`.
    """
    for char in text:
        if unicodedata.category(char) in _NO_TEXT and char not in _BLANKS:
            return f"The task prompt contains U+{ord(char):04X}, a code that is no text; remove it."
    length = len(plain_task(text))
    if length > MOST_TASK:
        return f"The task prompt has {length} characters, most is {MOST_TASK}; shorten it."
    return None
