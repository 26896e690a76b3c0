"""A language model as judge, behind any endpoint that speaks OpenAI's chat completions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.judge import HIGHEST, LOWEST, Judgement
from vlm_driving.evaluation.judges.llm.cache import Cache, Reply, request_key
from vlm_driving.evaluation.judges.llm.client import ChatClient, Messages
from vlm_driving.evaluation.judges.llm.clock import Clock
from vlm_driving.evaluation.judges.llm.cost import Ledger
from vlm_driving.evaluation.judges.llm.failures import Failure
from vlm_driving.evaluation.judges.llm.images import data_url
from vlm_driving.evaluation.judges.llm.options import LlmOptions, chat_address
from vlm_driving.evaluation.judges.llm.pool import in_threads
from vlm_driving.evaluation.judges.llm.protocols import Case, Marks, protocol
from vlm_driving.evaluation.judges.llm.tally import Counter, Judged, Source, Tally
from vlm_driving.evaluation.questions.question import Question

VERSION = "1"

Row = tuple[Question, str]
OnRow = Callable[[Judged, Tally], None]
ImageOf = Callable[[Question], Path | None]


class LlmJudge:
    """Asks an endpoint for scores; what was asked once is read from the cache.

    A row that brings no score is a failed `Judgement` that says why. Once asking has become
    pointless (no key, no money, nobody there) the rest fails without being asked, except what
    the cache knows.
    """

    def __init__(
        self,
        options: LlmOptions,
        *,
        image_of: ImageOf | None = None,
        clock: Clock | None = None,
        on_wait: Callable[[str], None] | None = None,
        on_progress: Callable[[Tally], None] | None = None,
    ) -> None:
        """Read cache and key; nothing is asked yet.

        Args:
            options: checked.
            image_of: the file of a question's image, for protocols that show it.
            clock: a test's.
            on_wait: hears why and how long the client pauses, from the asking thread.
            on_progress: hears of every row that is done, from the thread that waits for them.

        Raises:
            UserError: an address, key or cache that cannot be used.
        """
        self._options = options
        self._protocol = protocol(options.protocol)
        self._on_progress = on_progress or (lambda _: None)
        self._image_of = image_of or (lambda _: None)
        self._ledger = Ledger(options.prices, options.most_cost)
        self._client = ChatClient(options, self._ledger, clock, on_wait)
        self._cache = Cache(options.cache)
        self._renewed: set[str] = set()
        self._counter = Counter()

    @property
    def name(self) -> str:
        """Llm, model and protocol: scores of one are not those of another."""
        return f"llm:{self._options.model}:{self._options.protocol}"

    @property
    def version(self) -> str:
        """Changes with the protocols' wording and with how replies are read."""
        return VERSION

    @property
    def shows_images(self) -> bool:
        """Whether the protocol shows the judge the picture."""
        return self._protocol.shows_images

    @property
    def tally(self) -> Tally:
        """The state by now."""
        counter, traffic = self._counter, self._client.traffic
        return Tally(
            counter.done,
            counter.total,
            dict(counter.sources),
            traffic.requests,
            traffic.retries,
            self._ledger.costs(),
            self._options.most_cost,
            tuple(sorted(counter.served_by)),
            tuple(traffic.left_out),
            counter.images,
            self._cache.unreadable,
            self._client.stopped,
        )

    def judge(self, question: Question, answer: str) -> Judgement:
        """Score an answer; never raises for what an endpoint does.

        Raises:
            UserError: for a question without a reference.
        """
        _require_reference(question)
        return self.judge_all([(question, answer)]).pop().judgement

    def judge_all(self, rows: Sequence[Row], on_row: OnRow | None = None) -> list[Judged]:
        """Score many answers, a few at a time.

        Equal rows are asked once. `on_row` is called in this thread as soon as a row is done, so
        that a caller can keep it; what raises there, or Ctrl-C, ends the asking.

        Returns:
            A result for every row, in their order.
        """
        self._counter.total += len(rows)
        results: dict[int, Judged] = {}

        def finish(row: Judged) -> None:
            results[row.index] = row
            self._counter.add(row)
            if on_row is not None:
                on_row(row, self.tally)
            self._on_progress(self.tally)

        waiting: defaultdict[str, list[int]] = defaultdict(list)
        for index, (question, answer) in enumerate(rows):
            known = self._unasked(index, question, answer)
            if isinstance(known, Judged):
                finish(known)
            else:
                waiting[known].append(index)

        def ask(indices: list[int]) -> tuple[list[int], Judged]:
            question, answer = rows[indices[0]]
            return indices, self._ask(indices[0], question, answer)

        answered = in_threads(list(waiting.values()), ask, self._options.concurrency)
        try:
            for indices, first in answered:
                finish(first)
                for index in indices[1:]:
                    question, answer = rows[index]
                    again = Source.CACHE if first.source is Source.ASKED else first.source
                    finish(
                        replace(first, index=index, question=question, answer=answer, source=again)
                    )
        except BaseException:
            self._client.stop("The session was ended; what is scored is kept.")
            raise
        finally:
            answered.close()
        return [results[index] for index in range(len(rows))]

    def _unasked(self, index: int, question: Question, answer: str) -> Judged | str:
        """The result that needs no endpoint, or else the key of the request."""
        if not answer.strip():
            why = "an empty answer gets the lowest score unasked"
            least = Judgement(LOWEST, 0.0, False, notes=(why,))
            return Judged(index, question, answer, least, None, Source.EMPTY)
        try:
            _require_reference(question)
        except UserError as error:
            return _failed(index, question, answer, Source.UNSCORABLE, str(error))
        messages, shown, note = self._messages(question, answer)
        key = self._key(messages)
        reply = self._cache.get(key)
        if reply is None:
            return key
        row = self._scored(index, question, answer, reply, Source.CACHE, shown, note)
        if row.source.scored or not self._options.ask_unreadable_again or key in self._renewed:
            return row
        return key

    def _ask(self, index: int, question: Question, answer: str) -> Judged:
        """The endpoint's result; runs in any thread."""
        messages, shown, note = self._messages(question, answer)
        try:
            reply = self._client.ask(messages)
        except Failure as failure:
            source = Source.NOT_ASKED if failure.unsent else Source.UNANSWERED
            return _failed(index, question, answer, source, failure.sentence)
        key = self._key(messages)
        self._renewed.add(key)
        try:
            self._cache.put(
                key,
                reply,
                question=question.id,
                model=self._options.model,
                protocol=self._options.protocol,
            )
        except UserError as error:
            # This reply is paid and counts; the next would be lost with the process.
            self._client.stop(str(error))
        return self._scored(index, question, answer, reply, Source.ASKED, shown, note)

    def _messages(self, question: Question, answer: str) -> tuple[Messages, bool, str | None]:
        image: str | None = None
        note: str | None = None
        if self._protocol.shows_images:
            image, note = data_url(self._image_of(question))
        case = Case(question.text, question.context, question.reference, answer, image)
        return self._protocol.messages(case), image is not None, note

    def _key(self, messages: Messages) -> str:
        wording = f"{self._protocol.name}/{self._protocol.version}"
        return request_key(
            chat_address(self._options.endpoint), self._options.model, wording, messages
        )

    def _scored(
        self,
        index: int,
        question: Question,
        answer: str,
        reply: Reply,
        source: Source,
        shown: bool,
        note: str | None,
    ) -> Judged:
        marks = self._protocol.read(reply.text)
        if marks is None:
            row = _failed(index, question, answer, Source.UNREADABLE, _unreadable(reply))
            return replace(row, reply=reply.text, served_by=reply.served_by, image_shown=shown)
        notes = (note,) if note else ()
        return Judged(
            index,
            question,
            answer,
            _judgement(marks, notes),
            marks.reference,
            source,
            reply.text,
            reply.served_by,
            shown,
        )


def _judgement(marks: Marks, notes: tuple[str, ...]) -> Judgement:
    if marks.reference is None:
        share = (marks.answer - LOWEST) / (HIGHEST - LOWEST)
        return Judgement(marks.answer, share, None, notes=notes)
    beside = f"the judge gave the reference {marks.reference:g}"
    share = min(1.0, marks.answer / marks.reference)
    return Judgement(marks.answer, share, None, notes=(*notes, beside))


def _failed(index: int, question: Question, answer: str, source: Source, why: str) -> Judged:
    judgement = Judgement(LOWEST, 0.0, None, notes=(why,), failed=True)
    return Judged(index, question, answer, judgement, None, source)


def _unreadable(reply: Reply) -> str:
    if not reply.text.strip():
        why = "is empty"
    else:
        beginning = " ".join(reply.text.split())[:80]
        why = f'does not hold the scores asked for; it begins "{beginning}"'
    if reply.finish == "length":
        why += (
            " (it was cut off at the greatest number of tokens: raise --llm-reply-tokens, and name "
            "--llm-ask-again)"
        )
    elif reply.finish == "content_filter":
        why += " (the endpoint's content filter ended it)"
    return f"The judge's reply {why}."


def _require_reference(question: Question) -> None:
    if not question.reference.strip():
        raise UserError(
            f"Question {question.id} has no reference answer, which the LLM judge compares with: "
            "give the set one, or use another judge."
        )
