"""Asks an endpoint until it answers, or until it is clear that it will not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vlm_driving.evaluation.judges.llm.cache import Reply
from vlm_driving.evaluation.judges.llm.clock import Clock, SystemClock
from vlm_driving.evaluation.judges.llm.cost import Ledger, Usage
from vlm_driving.evaluation.judges.llm.failures import Failure
from vlm_driving.evaluation.judges.llm.http_status import retry_after
from vlm_driving.evaluation.judges.llm.options import LlmOptions, api_key, chat_address
from vlm_driving.evaluation.judges.llm.transport import Transport

Messages = Sequence[Mapping[str, Any]]

SEED = 0
_FIRST_WAIT_S = 1.0
_MOST_WAIT_S = 30.0
# Of one image; what an endpoint takes for one differs, and none that we know takes more.
_IMAGE_TOKENS = 3000
_TOKENS_A_MESSAGE = 16


@dataclass(slots=True)
class Traffic:
    """How the asking went.

    Attributes:
        requests: that were sent.
        retries: of these, because the one before brought nothing.
        left_out: parameters that the endpoint does not take.
    """

    requests: int = 0
    retries: int = 0
    left_out: list[str] = field(default_factory=list)


class ChatClient:
    """One endpoint, one model; safe to use from several threads.

    Attributes:
        traffic: counts up to now.
        stopped: why nothing more is asked; None while asking makes sense.
    """

    def __init__(
        self,
        options: LlmOptions,
        ledger: Ledger,
        clock: Clock | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        self.traffic = Traffic()
        self.stopped: str | None = None
        self._options = options
        self._ledger = ledger
        self._clock: Clock = clock or SystemClock()
        self._on_wait = on_wait or (lambda _: None)
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._transport = Transport(
            chat_address(options.endpoint),
            api_key(options),
            options.key_variable,
            options.timeout_s,
        )

    def stop(self, why: str) -> None:
        """Ask nothing more; the first reason stays."""
        with self._lock:
            self.stopped = self.stopped or why
        self._clock.wake()

    def ask(self, messages: Messages) -> Reply:
        """The endpoint's reply, after as many attempts as the options allow.

        Raises:
            Failure: none came, or none may be asked for any more.
        """
        try:
            reply = self._ask(messages)
        except Failure as failure:
            self._count(failure)
            raise
        with self._lock:
            self._in_a_row = 0
        return reply

    def _count(self, failure: Failure) -> None:
        with self._lock:
            self._in_a_row += 1
            hopeless = self._in_a_row >= self._options.give_up_after
        if failure.final:
            self.stop(failure.sentence)
        elif hopeless:
            self.stop(f"{self._in_a_row} requests in a row failed. {failure.sentence}")

    def _ask(self, messages: Messages) -> Reply:
        attempt = 1
        while True:
            if self.stopped is not None:
                raise Failure(self.stopped, final=True, unsent=attempt == 1)
            without = tuple(self.traffic.left_out)
            try:
                return self._once(messages, without)
            except Failure as failure:
                if failure.parameter is not None and failure.parameter not in without:
                    self._leave_out(failure.parameter)
                    continue
                if not failure.again or attempt >= self._options.attempts:
                    raise
                self._wait(failure, attempt)
            attempt += 1
            with self._lock:
                self.traffic.retries += 1

    def _once(self, messages: Messages, without: Sequence[str]) -> Reply:
        worst = Usage(_most_tokens(messages), self._options.reply_tokens, estimated=True)
        reserved = self._ledger.reserve(worst)
        if reserved is None:
            raise Failure(
                f"The next request could carry the costs above --llm-most-cost ("
                f"{self._options.most_cost:g}): raise it and start again; what is scored is kept.",
                final=True,
                unsent=True,
            )
        charged = True
        try:
            with self._lock:
                self.traffic.requests += 1
            reply = _reply(self._transport.post(self._body(messages, without)), worst)
        except Failure as failure:
            charged = failure.charged
            raise
        else:
            self._ledger.settle(reserved, reply.usage)
            reserved = None
            return reply
        finally:
            if reserved is not None:
                self._ledger.release(reserved, charged=charged)

    def _body(self, messages: Messages, without: Sequence[str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._options.model,
            "messages": list(messages),
            "max_tokens": self._options.reply_tokens,
            "temperature": 0,
            "seed": SEED,
        }
        for name in without:
            del body[name]
        if "max_tokens" not in body:
            # Its newer name; without a limit a request has no greatest price.
            body["max_completion_tokens"] = self._options.reply_tokens
        return body

    def _leave_out(self, parameter: str) -> None:
        """Send no more of a parameter that the endpoint does not take."""
        with self._lock:
            # Another thread may have learnt it while this request was under way.
            if parameter not in self.traffic.left_out:
                self.traffic.left_out.append(parameter)

    def _wait(self, failure: Failure, attempt: int) -> None:
        asked = retry_after(failure.retry_after, self._clock.time())
        wait_s = min(_FIRST_WAIT_S * 2 ** (attempt - 1), _MOST_WAIT_S)
        if asked is not None:
            if asked > self._options.longest_wait_s:
                raise Failure(
                    f"{failure.sentence} It asks for a pause of {asked:.0f} s: start again then; "
                    "what is scored is kept.",
                    final=True,
                )
            wait_s = max(asked, wait_s)
        self._on_wait(f"{failure.sentence} Asking again in {wait_s:g} s.")
        self._clock.sleep(wait_s)


def _most_tokens(messages: Messages) -> int:
    """No tokenizer makes more tokens than there are bytes."""
    total = 0
    for message in messages:
        total += _TOKENS_A_MESSAGE
        content = message["content"]
        for part in [{"text": content}] if isinstance(content, str) else content:
            text = part.get("text")
            total += _IMAGE_TOKENS if text is None else len(text.encode("utf-8", "replace"))
    return total


def _reply(data: Mapping[str, Any], worst: Usage) -> Reply:
    """The words in a chat completion.

    Raises:
        Failure: there are none.
    """
    nonsense = Failure(
        "The endpoint answered with JSON that is no chat completion: its address may be wrong.",
        again=True,
        charged=True,
    )
    try:
        choice = data["choices"][0]
        text = choice["message"]["content"]
        finish = choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise nonsense from None
    if not isinstance(text, str):
        # A refusal, or thinking that took all tokens: no score, yet a reply that was paid.
        text = ""
    served_by = data.get("model")
    return Reply(
        text,
        finish if isinstance(finish, str) else None,
        _usage(data.get("usage"), worst, text),
        served_by if isinstance(served_by, str) else None,
    )


def _usage(stated: object, worst: Usage, text: str) -> Usage:
    if isinstance(stated, Mapping):
        counts = (stated.get("prompt_tokens"), stated.get("completion_tokens"))
        if all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in counts):
            return Usage(int(counts[0] or 0), int(counts[1] or 0))
    reply = min(len(text.encode("utf-8", "replace")), worst.completion_tokens)
    return Usage(worst.prompt_tokens, reply, estimated=True)
