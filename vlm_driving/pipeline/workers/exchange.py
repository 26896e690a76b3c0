"""The order in which a worker may speak, and how much.

A message that is well formed may still be nonsense where it stands: prose before the advice, a
second advice, an answer to another request, words without end.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from vlm_driving.pipeline.workers.fields import ProtocolFault
from vlm_driving.pipeline.workers.messages import Cancelled, Failed, Heartbeat, Request, Said
from vlm_driving.runtime.events import AdviceDecoded, Done, Finish, Sentence

MOST_EVENTS = 512
"""Of one answer."""
MOST_ANSWER_TEXT = 20_000
"""Characters of one answer, all sentences together."""
_LEAST_BEAT_NS = 1_000_000
_UNWRITABLE = frozenset({"Cc", "Cn", "Co", "Cs"})
"""Categories of characters that no text has: control codes, and those without a meaning."""


@dataclass(slots=True)
class Exchange:
    """Follows the answer to one request."""

    request: Request
    events: int = 0
    characters: int = 0
    advised: bool = False
    said: set[tuple[str, str]] = field(default_factory=set)

    def take(self, message: Said | Cancelled | Failed) -> bool:
        """Take in the next message; whether it was the last. Raises ProtocolFault."""
        if message.id != self.request.id:
            raise ProtocolFault(
                f"request {message.id} was answered while {self.request.id} is the one in work"
            )
        if not isinstance(message, Said):
            return True
        self.events += 1
        if self.events > MOST_EVENTS:
            raise ProtocolFault(f"an answer has more than {MOST_EVENTS} events")
        event = message.event
        report = self.request.question is None
        if isinstance(event, AdviceDecoded):
            if self.advised or not report:
                raise ProtocolFault("advice was given a second time, or to a question")
            self.advised = True
        elif isinstance(event, Sentence):
            if report and not self.advised:
                raise ProtocolFault("prose came before the advice")
            self._check_text(event)
            self.characters += len(event.text)
            if self.characters > MOST_ANSWER_TEXT:
                raise ProtocolFault(f"an answer has more than {MOST_ANSWER_TEXT} characters")
        elif isinstance(event, Done):
            if report and self.advised == (event.finish is Finish.NO_ADVICE):
                raise ProtocolFault(f"an answer ended as {event.finish.value}, which it is not")
            return True
        return False

    def _check_text(self, sentence: Sentence) -> None:
        """Raises ProtocolFault for what no engine says: nothing, garbage, the same again."""
        text = sentence.text
        if not text.strip():
            raise ProtocolFault("a sentence is empty")
        if "\ufffd" in text or any(
            unicodedata.category(char) in _UNWRITABLE and char not in "\n\t" for char in text
        ):
            raise ProtocolFault("a sentence has characters that nobody writes")
        if (sentence.section, text) in self.said:
            raise ProtocolFault("a sentence is said a second time")
        self.said.add((sentence.section, text))


@dataclass(slots=True)
class Pulse:
    """Follows the heartbeats: a worker that does nothing but beat is as wrong as a silent one."""

    last_ns: int | None = None

    def take(self, beat: Heartbeat) -> None:
        """Take in the next beat. Raises ProtocolFault."""
        if self.last_ns is not None and beat.at_ns - self.last_ns < _LEAST_BEAT_NS:
            raise ProtocolFault("heartbeats come without a pause")
        self.last_ns = beat.at_ns
