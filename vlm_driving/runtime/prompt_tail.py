"""The text behind the image, [suffix][ego][task], as tokens: in the bundle's words or a user's."""

from __future__ import annotations

from vlm_driving.core import UserError
from vlm_driving.runtime.manifest import Prompts
from vlm_driving.runtime.task_prompt import plain_task, task_prompt_fault
from vlm_driving.runtime.tokenizer import BundleTokenizer

_LONGEST_SPEED_KMH = -100  # writes as many characters as any speed up to the most
SPEEDS_KMH = (None, _LONGEST_SPEED_KMH)
"""The longest prompts are among those for these."""


class PromptTail:
    """Makes the tokens behind the image.

    A user's task stands in place of the words of the bundle's task. What begins with that task's
    first control word stays behind it: a chat format's turn of the assistant, or the sign that a
    report is wanted, without which a model would not answer at all.
    """

    def __init__(self, prompts: Prompts, tokenizer: BundleTokenizer) -> None:
        self._prompts = prompts
        self._tokenizer = tokenizer
        self._rest = prompts.task[tokenizer.first_control_word(prompts.task) :]

    def ids(self, ego_speed_kmh: int | None, task: str | None = None) -> tuple[int, ...]:
        """The tokens of [suffix][ego][task].

        Args:
            ego_speed_kmh: speed of the ego vehicle, or None when it is not known.
            task: a user's words; None, or without one, for the bundle's own.
        """
        words = "" if task is None else plain_task(task)
        if not words:
            return tuple(self._tokenizer.encode(self._prompts.after_image(ego_speed_kmh)))
        text = self._prompts.state(ego_speed_kmh) + words + self._rest
        return tuple(self._tokenizer.encode(text))

    def longest(self, task: str | None = None) -> int:
        """The most tokens that `ids` gives at any speed."""
        return max(len(self.ids(speed, task)) for speed in SPEEDS_KMH)

    def fault(self, task: str, room: int | None = None) -> str | None:
        """Why the model cannot be asked `task`, in one sentence with the remedy; None if it can.

        Args:
            task: a user's words.
            room: tokens that may stand behind the image up to the answer; None where unknown.
        """
        fault = task_prompt_fault(task)
        words = plain_task(task)
        if fault is not None or not words:
            return fault
        word = self._tokenizer.control_word(words)
        if word is not None:
            return f"The task prompt contains {word}, a control word of this model; leave it out."
        char = self._tokenizer.unknown_character(words)
        if char is not None:
            return (
                f"The task prompt contains {char} (U+{ord(char):04X}), which this model's "
                "tokenizer does not know; write it in other characters."
            )
        if room is None:
            return None
        length = self.longest(task)
        frame = length - len(self._tokenizer.encode(words))
        if length > room:
            return (
                f"The task prompt is {length - frame} tokens long, but this model takes at most "
                f"{max(0, room - frame)} beside the picture, the speed and its longest answer; "
                "shorten it."
            )
        return None

    def check(self, task: str, room: int) -> None:
        """Raises UserError for what `fault` finds."""
        fault = self.fault(task, room)
        if fault is not None:
            raise UserError(fault)
