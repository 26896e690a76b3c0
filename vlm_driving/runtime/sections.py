"""Prose after the advice, section by section, one whole sentence at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlm_driving.runtime.cursor import Cursor
from vlm_driving.runtime.events import Sentence
from vlm_driving.runtime.manifest import SectionSpec
from vlm_driving.runtime.prose import SentenceCutter, TextStream, loops
from vlm_driving.runtime.tokenizer import BundleTokenizer


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its texts as tokens.

    Attributes:
        name: of the report's field.
        lead: forced tokens.
        end: tokens that end the section; the first one is written where it is cut.
        max_tokens: the most tokens chosen, an end token included.
    """

    name: str
    lead: tuple[int, ...]
    end: tuple[int, ...]
    max_tokens: int

    @property
    def longest(self) -> int:
        """The most tokens that the section takes in the cache."""
        return len(self.lead) + self.max_tokens + 1


def compile_sections(
    specs: Sequence[SectionSpec], tokenizer: BundleTokenizer
) -> tuple[Section, ...]:
    """Turn leads and ends into tokens. Raises UserError if an end is not one token."""
    return tuple(
        Section(
            spec.name,
            tuple(tokenizer.encode(spec.lead)),
            tuple(tokenizer.single(text, f"end of section {spec.name}") for text in spec.end),
            spec.max_tokens,
        )
        for spec in specs
    )


class Prose:
    """Writes the sections of one answer.

    Attributes:
        cut: whether a cap or the loop guard took something away.
    """

    def __init__(self, cursor: Cursor, tokenizer: BundleTokenizer, stop: frozenset[int]) -> None:
        """Write behind `cursor`; a token of `stop` ends the whole answer."""
        self.cut = False
        self._cursor = cursor
        self._tokenizer = tokenizer
        self._stop = stop
        self._stopped = False

    def write(self, sections: Sequence[Section]) -> Iterator[Sentence]:
        """Yield sentence after sentence. Raises OutOfTime between tokens."""
        for section in sections:
            if self._stopped:
                return
            yield from self._write_one(section)

    def _write_one(self, section: Section) -> Iterator[Sentence]:
        cursor = self._cursor
        cursor.force(section.lead)
        stream, cutter = TextStream(self._tokenizer.decode), SentenceCutter()
        tokens: list[int] = []
        said: set[str] = set()
        whole_until = cursor.position
        while len(tokens) < section.max_tokens:
            token = int(cursor.logits().argmax())
            self._stopped = token in self._stop and token not in section.end
            if token in section.end or self._stopped:
                if cutter.rest:
                    yield Sentence(section.name, cutter.rest)
                cursor.force((token,))
                return
            tokens.append(token)
            cursor.force((token,))
            for sentence in cutter.push(stream.push(token)):
                if sentence in said:  # the loop guard's other half: whole sentences
                    self._cut_back(section, whole_until)
                    return
                said.add(sentence)
                whole_until = cursor.position
                yield Sentence(section.name, sentence)
            if loops(tokens):
                self._cut_back(section, whole_until)
                return
        if cursor.position > whole_until:  # a piece of a sentence, or of its first character
            self._cut_back(section, whole_until)
        else:
            cursor.force(section.end[:1])

    def _cut_back(self, section: Section, position: int) -> None:
        """Take the unfinished sentence out of the cache too, so that no later text builds on it."""
        self.cut = True
        self._cursor.cut_back(position)
        self._cursor.force(section.end[:1])
