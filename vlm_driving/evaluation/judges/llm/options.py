"""Which endpoint is asked, how patiently, and for how much money at most."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from vlm_driving.core import UserError

OPENAI = "https://api.openai.com/v1"
PROTOCOLS = ("heron-original", "leaderboard")
MOST_CONCURRENT = 16
_CHAT = "/chat/completions"


@dataclass(frozen=True, slots=True)
class Prices:
    """What the endpoint takes for 1,000 tokens, in the user's currency."""

    prompt_per_1k: float
    completion_per_1k: float

    def __post_init__(self) -> None:
        for name in ("prompt_per_1k", "completion_per_1k"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise UserError(f"The price {name} is a number from 0 on, got {value!r}.")

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        """The price of one request."""
        return (
            prompt_tokens * self.prompt_per_1k + completion_tokens * self.completion_per_1k
        ) / 1000


@dataclass(frozen=True, slots=True)
class LlmOptions:
    """An endpoint that speaks OpenAI's chat completions.

    Attributes:
        model: the name that the endpoint knows the judge by.
        protocol: heron-original or leaderboard.
        endpoint: its address, up to and with /v1.
        key_variable: the environment variable that holds the API key. Unset: none is sent, as
            local endpoints want it.
        timeout_s: of one request: to connect, between two pieces of the reply, and for its body.
        reply_tokens: of one reply at most, 1024 as published; models that think aloud need more.
        attempts: how often one request is made at most.
        longest_wait_s: an endpoint that asks for a longer pause ends the session.
        give_up_after: requests in a row without a reply that end the session.
        concurrency: requests at a time.
        prices: needed for costs and `most_cost`.
        most_cost: no request is made that could carry the costs above this.
        cache: file of replies, one JSON line each; None: every request is made.
        ask_unreadable_again: requests whose cached reply held no score are made again.
    """

    model: str
    protocol: str = "leaderboard"
    endpoint: str = OPENAI
    key_variable: str = "OPENAI_API_KEY"
    timeout_s: float = 60.0
    reply_tokens: int = 1024
    attempts: int = 5
    longest_wait_s: float = 120.0
    give_up_after: int = 5
    concurrency: int = 4
    prices: Prices | None = None
    most_cost: float | None = None
    cache: Path | None = None
    ask_unreadable_again: bool = False

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise UserError("The LLM judge needs the name of a model.")
        if self.protocol not in PROTOCOLS:
            raise UserError(
                f"Unknown protocol {self.protocol!r} of the LLM judge; there are "
                f"{' and '.join(PROTOCOLS)}."
            )
        for name in ("timeout_s", "longest_wait_s"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise UserError(f"{name} of the LLM judge is above 0, got {value!r}.")
        for name in ("reply_tokens", "attempts", "give_up_after"):
            if getattr(self, name) < 1:
                raise UserError(f"{name} of the LLM judge is 1 or more, got {getattr(self, name)}.")
        if not 1 <= self.concurrency <= MOST_CONCURRENT:
            raise UserError(
                f"concurrency of the LLM judge is 1 to {MOST_CONCURRENT}, got {self.concurrency}."
            )
        if self.most_cost is not None:
            if not (math.isfinite(self.most_cost) and self.most_cost >= 0):
                raise UserError(f"most_cost is a number from 0 on, got {self.most_cost!r}.")
            if self.prices is None:
                raise UserError(
                    "most_cost needs the endpoint's prices for 1,000 tokens of prompt and reply "
                    "(--llm-prices)."
                )
        chat_address(self.endpoint)


def chat_address(endpoint: str) -> str:
    """Where requests go: `endpoint` with /chat/completions, its query kept.

    Raises:
        UserError: no http(s) address, or one with a password in it, which logs would show.
    """
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise UserError(f"The endpoint is no address ({error}); an example is {OPENAI}.") from None
    if parts.username is not None or parts.password is not None:
        raise UserError(
            "The endpoint's address holds a user or password: name an environment variable with "
            "the API key instead."
        )
    if parts.scheme not in ("http", "https") or not host or not endpoint.isascii():
        raise UserError(f"The endpoint is an http or https address like {OPENAI}, got {endpoint}.")
    if any(mark.isspace() for mark in endpoint):
        raise UserError(f"The endpoint's address has white space in it: {endpoint!r}.")
    path = parts.path.rstrip("/")
    if not path.endswith(_CHAT):
        path += _CHAT
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def api_key(options: LlmOptions) -> str | None:
    """The key from the environment; None where there is none and none may be needed.

    Raises:
        UserError: OpenAI's own endpoint without a key, or a key that no header can carry.
    """
    key = os.environ.get(options.key_variable, "").strip()
    if not key:
        if urlsplit(options.endpoint).hostname == urlsplit(OPENAI).hostname:
            raise UserError(
                f"OpenAI wants an API key: set the environment variable {options.key_variable}, or "
                "name another endpoint."
            )
        return None
    if not key.isascii() or not key.isprintable() or " " in key:
        raise UserError(
            f"The environment variable {options.key_variable} holds characters that no API key "
            "has (a line break, a space, or a letter outside ASCII): set it again."
        )
    return key
