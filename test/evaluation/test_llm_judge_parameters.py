"""Endpoints that do not take every parameter of a request."""

from __future__ import annotations

import json

import pytest
from support.chat_endpoint import ChatEndpoint, chat_endpoint, fails, says
from support.llm_judging import (
    FakeClock,
    judge_at,
    plain_environment,  # noqa: F401
    question,
    rows,
)


@pytest.fixture
def endpoint():
    with chat_endpoint() as made:
        yield made


def test_parameters_that_an_endpoint_does_not_take_are_left_out_and_named(endpoint):
    def strict(exchange) -> None:
        for name in ("seed", "temperature", "max_tokens"):
            if name in exchange.request_read.body:
                fails(400, {"message": f"Unsupported parameter: '{name}'", "param": name})(exchange)
                return
        says("[[8]]")(exchange)

    endpoint.otherwise = strict
    clock = FakeClock()
    judge = judge_at(endpoint, clock, concurrency=3)
    judged = judge.judge_all(rows(6))
    assert [row.judgement.score for row in judged] == [8.0] * 6
    assert sorted(judge.tally.left_out) == ["max_tokens", "seed", "temperature"]
    assert endpoint.requests[-1].body["max_completion_tokens"] == 1024
    assert clock.slept == []


def test_a_value_that_is_too_large_is_no_parameter_to_leave_out(endpoint: ChatEndpoint):
    endpoint.otherwise = fails(400, {"message": "max_tokens is too large for 512 of context"})
    judge = judge_at(endpoint)
    assert judge.judge(question(), "赤").failed
    assert judge.tally.left_out == () and len(endpoint.requests) == 1


def test_a_parameter_that_a_list_of_details_refuses_is_left_out(endpoint: ChatEndpoint):
    detail = {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}
    body = json.dumps(detail).encode()
    endpoint.script = [lambda exchange: exchange.send(body, 422)]
    judge = judge_at(endpoint)
    assert judge.judge(question(), "赤").score == 7.0
    assert judge.tally.left_out == ("seed",)
