"""Takes questions in, and sees to it that each gets exactly one answer by its deadline."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline import questions as said
from vlm_driving.pipeline.pictures import Pictures
from vlm_driving.pipeline.questions import (
    PictureKey,
    Question,
    QuestionAnswer,
    QuestionCosts,
    QuestionOutcome,
    QuestionSettings,
    choose,
    refusal,
)
from vlm_driving.runtime.events import Finish

T = TypeVar("T")
Reply = Callable[[QuestionAnswer], None]
"""Takes an answer; must return at once. Called by whichever thread closed the question."""


@dataclass(slots=True)
class _Open:
    """A question that has no answer yet."""

    question: Question
    in_work: bool = False
    attempts: int = 0
    text: str = ""
    backend: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TakenQuestion(Generic[T]):
    """A question whose turn it is.

    Attributes:
        question: what is asked.
        picture: what it is about, as it was shown.
        until_ns: when the engine has to stop between two tokens; monotonic.
        reason: why it was its turn; one English clause.
    """

    question: Question
    picture: T
    until_ns: int
    reason: str


class QuestionDesk(Generic[T]):
    """Open questions and the pictures that they are about. Any thread may call anything.

    Attributes:
        settings: for the questions that are asked from now on; may be replaced at any time.
    """

    def __init__(
        self,
        reply: Reply,
        clock: Callable[[], int],
        settings: QuestionSettings | None = None,
        let_go: Callable[[T], None] = lambda picture: None,
        kept: int = 4,
    ) -> None:
        """Open the desk.

        Args:
            reply: gets every answer.
            clock: monotonic nanoseconds.
            settings: the limits.
            let_go: told of every picture that is no longer held.
            kept: pictures a camera that can be asked about.
        """
        self.settings = settings or QuestionSettings()
        self._reply = reply
        self._clock = clock
        self._let_go = let_go
        self._lock = threading.Lock()
        self._pictures: Pictures[T] = Pictures(kept)
        self._open: dict[int, _Open] = {}
        self._at_work: dict[int, PictureKey] = {}
        """What the engine looks at: held until it is done, also for a question that is closed."""
        self._last_id = 0
        self._closed = False

    def shown(self, key: PictureKey, picture: T) -> None:
        """A report on `picture` was published: it can be asked about from now on."""
        with self._lock:
            gone = [picture] if self._closed else self._pictures.show(key, picture)
        self._release(gone)

    def pin(self, key: PictureKey, picture: T) -> bool:
        """Hold `picture` until `unpin`, shown or not; False, and it is let go, if closed."""
        with self._lock:
            held = not self._closed
            gone = self._pictures.show(key, picture) if held else [picture]
            if held:
                self._pictures.pin(key)
        self._release(gone)
        return held

    def unpin(self, key: PictureKey) -> None:
        """Let go of what was pinned."""
        with self._lock:
            gone = self._pictures.unpin(key)
        self._release(gone)

    def ask(
        self,
        text: str,
        camera: str | None = None,
        stamp_ns: int | None = None,
        sequence: int | None = None,
    ) -> int:
        """Take a question about the frame shown last, or the last one of those that are named.

        Returns the question's id. Its answer comes by `reply`, a refusal before this returns.
        """
        now_ns, settings = self._clock(), self.settings
        with self._lock:
            self._last_id += 1
            number = self._last_id
            # Half a surrogate pair is no character: a name of a file may bring one.
            plain = " ".join(text.encode(errors="replace").decode().split())
            refused = refusal(plain, len(self._open), settings)
            key = self._pictures.find(camera, stamp_ns, sequence)
            if self._closed:
                refused = "the pipeline is closing", said.CLOSING_JA
            elif refused is None and key is None:
                refused = ("no such frame is held", said.GONE_JA)
                if not len(self._pictures):
                    refused = ("no frame was shown yet", said.NO_PICTURE_JA)
            if refused is None and key is not None:
                closes_ns = settings.closes_at(now_ns)
                self._open[number] = _Open(Question(number, plain, key, now_ns, closes_ns))
                self._pictures.pin(key)
        if refused is not None:
            shortened = plain[: settings.most_characters]
            reason, text_ja = refused
            outcome = QuestionOutcome.REFUSED
            self._reply(QuestionAnswer(number, shortened, outcome, text_ja, key, reason))
        return number

    @property
    def waiting(self) -> bool:
        """Whether a question waits for its turn."""
        with self._lock:
            return any(not one.in_work for one in self._open.values())

    def turn(
        self,
        room_ns: int | None,
        costs: QuestionCosts,
        cached: PictureKey | None,
        backend: str | None = None,
    ) -> TakenQuestion[T] | None:
        """The question to begin now, if there is one and frames leave room; see `choose`.

        `backend` is the name of who will answer it.
        """
        with self._lock:
            now_ns = self._clock()
            waiting = [one.question for one in self._open.values() if not one.in_work]
            turn = choose(waiting, now_ns, room_ns, costs, cached, self.settings)
            if turn.question is None:
                return None
            entry = self._open[turn.question.id]
            entry.in_work = True
            entry.attempts += 1
            entry.backend = backend
            picture = self._pictures[turn.question.picture]
            self._pictures.pin(turn.question.picture)
            self._at_work[turn.question.id] = turn.question.picture
            entry.text = ""  # greedy: the next attempt says the same again
            return TakenQuestion(turn.question, picture, turn.until_ns, turn.reason)

    def sentence(self, number: int, text: str) -> None:
        """The engine has said the next sentence of an answer."""
        with self._lock:
            entry = self._open.get(number)
            if entry is not None and entry.in_work:
                entry.text += text

    def ended(self, number: int, finish: Finish) -> None:
        """The engine is done with a question, or has stopped at `until_ns` or when told to."""
        self._leave(number)
        with self._lock:
            entry = self._open.get(number)
            if entry is None:
                return
            entry.in_work = False
            text = entry.text
            if not text and finish is Finish.NO_ADVICE:
                return  # it gave way without a sentence: back in line, while it has time
        if not text:
            reason, outcome = "the model ended without a sentence", QuestionOutcome.NO_BACKEND
            self._close(number, outcome, said.NOTHING_SAID_JA, reason)
        elif finish is Finish.COMPLETE:
            self._close(number, QuestionOutcome.OK, text, None)
        else:
            self._close(number, QuestionOutcome.TRUNCATED, text, "cut back to whole sentences")

    def failed(self, number: int, reason: str, *, refused: bool = False) -> None:
        """The backend could not answer; `refused` if the fault is the question's own."""
        self._leave(number)
        outcome = QuestionOutcome.REFUSED if refused else QuestionOutcome.NO_BACKEND
        self._close(number, outcome, said.NOT_TAKEN_JA if refused else said.NO_BACKEND_JA, reason)

    def next_due_ns(self) -> int | None:
        """The monotonic instant at which the next question has to be closed."""
        with self._lock:
            return min((one.question.closes_ns for one in self._open.values()), default=None)

    def close_due(self, now_ns: int) -> None:
        """Close every question whose time is up, with the sentences that have come."""
        with self._lock:
            due = [one for one in self._open.values() if one.question.closes_ns <= now_ns]
        for entry in due:
            number = entry.question.id
            if entry.text:
                reason = "cut by the watch"
                self._close(number, QuestionOutcome.TRUNCATED, entry.text, reason)
            elif entry.attempts == 0:
                reason = "frames left no time for it"
                self._close(number, QuestionOutcome.TIMEOUT, said.BUSY_JA, reason)
            else:
                reason = f"no sentence by its deadline, begun {entry.attempts} times"
                self._close(number, QuestionOutcome.TIMEOUT, said.LATE_JA, reason)

    def close(self) -> None:
        """Answer what is still open, take no more, and let go what the engine does not look at."""
        with self._lock:
            self._closed = True
            numbers = list(self._open)
        for number in numbers:
            reason = "the pipeline is closing"
            self._close(number, QuestionOutcome.NO_BACKEND, said.CLOSING_JA, reason)
        with self._lock:
            gone = self._pictures.close()
        self._release(gone)

    def _leave(self, number: int) -> None:
        """The engine no longer looks at the picture of this question."""
        with self._lock:
            key = self._at_work.pop(number, None)
            gone = [] if key is None else self._pictures.unpin(key)
        self._release(gone)

    def _close(
        self, number: int, outcome: QuestionOutcome, text_ja: str, reason: str | None
    ) -> None:
        """Answer a question, unless somebody else has: whoever takes it off the list answers."""
        now_ns = self._clock()
        with self._lock:
            entry = self._open.pop(number, None)
            if entry is None:
                return
            gone = self._pictures.unpin(entry.question.picture)
        self._release(gone)
        question = entry.question
        latency_ms = (now_ns - question.asked_ns) / NS_PER_MS
        self._reply(
            QuestionAnswer(
                number,
                question.text,
                outcome,
                text_ja,
                question.picture,
                reason,
                latency_ms,
                entry.backend,
            )
        )

    def _release(self, pictures: list[T]) -> None:
        for picture in pictures:
            self._let_go(picture)
