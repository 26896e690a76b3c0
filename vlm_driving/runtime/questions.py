"""Questions about a picture: their tokens, their limits, and the section that answers them."""

from __future__ import annotations

from vlm_driving.core import UserError
from vlm_driving.runtime.manifest import Prompts, QuestionSpec, SectionSpec
from vlm_driving.runtime.sections import compile_sections
from vlm_driving.runtime.tokenizer import BundleTokenizer

ANSWER_SECTION = "answer"


class QuestionForm:
    """A bundle's way to be asked, compiled with its own tokenizer.

    Attributes:
        section: what an answer is written as.
    """

    def __init__(
        self, spec: QuestionSpec, prompts: Prompts, tokenizer: BundleTokenizer, room: int
    ) -> None:
        """Compile the form.

        Args:
            spec: of bundle.json.
            prompts: of bundle.json.
            tokenizer: of the bundle.
            room: tokens that the decoder can hold behind the image.

        Raises:
            UserError: if an end is not one token, or the longest answer leaves no room.
        """
        self._spec = spec
        self._prompts = prompts
        self._tokenizer = tokenizer
        as_section = SectionSpec(ANSWER_SECTION, "", spec.end, spec.max_tokens)
        (self.section,) = compile_sections([as_section], tokenizer)
        self._room = room - self.section.longest
        if self._room <= len(self._encode("", None)):
            raise UserError(
                "bundle.json: question.max_tokens leaves no room for a question: an answer may "
                f"take {self.section.longest} of the {room} tokens behind the image; lower it."
            )

    def ids(self, question: str, ego_speed_kmh: int | None) -> tuple[int, ...]:
        """Everything behind the image up to the answer.

        Args:
            question: one question; line breaks count as spaces.
            ego_speed_kmh: speed of the ego vehicle, or None when it is not known.

        Raises:
            UserError: for an empty question, one that is too long, or one with a control word.
        """
        question = " ".join(question.split())
        if not question:
            raise UserError("The question is empty; write what you want to know.")
        word = self._tokenizer.control_word(question)
        if word is not None:
            raise UserError(
                f"The question contains {word}, a control word of this model; leave it out."
            )
        ids = self._encode(question, ego_speed_kmh)
        if len(ids) > self._room:
            frame = len(self._encode("", ego_speed_kmh))
            raise UserError(
                f"The question is {len(ids) - frame} tokens long, but this model takes at most "
                f"{self._room - frame} beside the picture and its longest answer; shorten it."
            )
        return ids

    def _encode(self, question: str, ego_speed_kmh: int | None) -> tuple[int, ...]:
        spec = self._spec
        text = self._prompts.state(ego_speed_kmh) + spec.before + question + spec.after
        return tuple(self._tokenizer.encode(text))
