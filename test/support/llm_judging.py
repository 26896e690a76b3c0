"""Questions for a language model to judge, and a clock that costs no time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from support.chat_endpoint import ChatEndpoint
from vlm_driving.evaluation.judges.llm import LlmJudge, LlmOptions
from vlm_driving.evaluation.questions.question import Question

NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT
OWN = ("image_of", "on_wait", "on_progress")
KEY = "sk-very-secret-0123456789"
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """No proxy, key or certificate of whoever runs the tests; for each file that imports it."""
    for name in (*PROXIES, *(name.upper() for name in PROXIES), "OPENAI_API_KEY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)


@dataclass
class FakeClock:
    slept: list[float] = field(default_factory=list)
    woken: bool = False

    def time(self) -> float:
        return NOW + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def wake(self) -> None:
        self.woken = True


def question(number: int = 0, category: str = "conv", **changes: Any) -> Question:
    fields: dict[str, Any] = {
        "id": str(number),
        "category": category,
        "image_category": "traffic",
        "context": "交差点に赤信号があり、歩行者が一人います。",
        "text": f"信号は何色ですか？（{number}）",
        "reference": "信号は赤です。",
        "image": f"{number:03d}.jpg",
        **changes,
    }
    return Question(**fields)


def rows(count: int) -> list[tuple[Question, str]]:
    return [(question(i), f"赤信号です。（{i}）") for i in range(count)]


def judge_at(
    endpoint: ChatEndpoint | str, clock: FakeClock | None = None, **changes: Any
) -> LlmJudge:
    """A judge with a clock that never waits; those of `OWN` go to the judge itself."""
    address = endpoint if isinstance(endpoint, str) else endpoint.address
    own = {name: changes.pop(name) for name in OWN if name in changes}
    options = LlmOptions(
        **{"model": "judge-1", "endpoint": address, "timeout_s": 20.0, "concurrency": 1, **changes}
    )
    return LlmJudge(options, clock=clock or FakeClock(), **own)
