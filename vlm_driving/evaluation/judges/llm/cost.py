"""Money: counted, shown, and held below a limit before it is spent."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from vlm_driving.evaluation.judges.llm.options import Prices


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a request.

    Attributes:
        prompt_tokens: what was sent.
        completion_tokens: what came back.
        estimated: the endpoint did not say; both are the most that it can have been.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Costs:
    """What a session has cost by now.

    Attributes:
        spent: for replies that came; None without prices.
        possible: on top, at most, for requests whose reply never came.
        prompt_tokens: sent, in requests that were answered.
        completion_tokens: received.
        estimated: requests whose tokens the endpoint did not state.
    """

    spent: float | None = None
    possible: float | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: int = 0


class Ledger:
    """Counts tokens and money; a request is only made when its worst case is within the limit."""

    def __init__(self, prices: Prices | None, most_cost: float | None) -> None:
        self._prices = prices or Prices(0.0, 0.0)
        self._priced = prices is not None
        self._most = most_cost
        self._lock = threading.Condition()
        self._spent = self._possible = 0.0
        # Summed up anew each time: adding and taking away leaves crumbs that would add up.
        self._open: dict[object, float] = {}
        self._prompt = self._completion = self._estimated = 0

    def reserve(self, worst: Usage) -> object | None:
        """Set the worst case aside; None when that is above the limit.

        Waits for requests under way: they mostly take less than what is set aside for them.
        """
        price = self._prices.cost(worst.prompt_tokens, worst.completion_tokens)
        with self._lock:
            while self._most is not None and self._total() + price > self._most:
                if not self._open:
                    return None
                self._lock.wait()
            token = object()
            self._open[token] = price
            return token

    def settle(self, token: object, usage: Usage) -> None:
        """The reply came and took `usage`."""
        with self._lock:
            del self._open[token]
            self._spent += self._prices.cost(usage.prompt_tokens, usage.completion_tokens)
            self._prompt += usage.prompt_tokens
            self._completion += usage.completion_tokens
            self._estimated += usage.estimated
            self._lock.notify_all()

    def release(self, token: object, *, charged: bool) -> None:
        """No reply came; `charged`: it may have to be paid for all the same."""
        with self._lock:
            price = self._open.pop(token)
            if charged:
                self._possible += price
            self._lock.notify_all()

    def _total(self) -> float:
        return self._spent + self._possible + sum(self._open.values())

    def costs(self) -> Costs:
        """The state by now."""
        with self._lock:
            return Costs(
                self._spent if self._priced else None,
                self._possible if self._priced else None,
                self._prompt,
                self._completion,
                self._estimated,
            )
