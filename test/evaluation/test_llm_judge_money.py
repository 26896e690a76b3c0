"""What a session costs, and that it never costs more than it may."""

from __future__ import annotations

import threading

import pytest
from support.chat_endpoint import ChatEndpoint, chat_endpoint, fails, says
from support.llm_judging import (
    judge_at,
    plain_environment,  # noqa: F401
    question,
    rows,
)

from vlm_driving.evaluation.judges.llm import Costs, Prices, Source
from vlm_driving.evaluation.judges.llm.cost import Ledger, Usage

PRICES = Prices(prompt_per_1k=1.0, completion_per_1k=3.0)
# 100 prompt and 10 reply tokens, as the endpoint of these tests states.
ONE = 0.13


@pytest.fixture
def endpoint():
    with chat_endpoint() as made:
        yield made


def worst_case() -> float:
    """The price that is set aside for one of `rows`."""
    with chat_endpoint() as free:
        lowest, highest = 0.0, 100.0
        while highest - lowest > 0.01:
            middle = (lowest + highest) / 2
            judge = judge_at(free, prices=PRICES, most_cost=middle)
            if judge.judge(*rows(1)[0]).failed:
                lowest = middle
            else:
                highest = middle
    return highest


def test_costs_follow_the_tokens_that_the_endpoint_states(endpoint: ChatEndpoint):
    judge = judge_at(endpoint, prices=PRICES)
    judge.judge_all(rows(3))
    costs = judge.tally.costs
    assert costs.spent == pytest.approx(3 * ONE) and costs.possible == 0
    assert (costs.prompt_tokens, costs.completion_tokens, costs.estimated) == (300, 30, 0)


def test_without_prices_tokens_are_shown_and_no_sum_is_made_up(endpoint: ChatEndpoint):
    judge = judge_at(endpoint)
    judge.judge_all(rows(3))
    assert judge.tally.costs.spent is None
    assert judge.tally.line() == "3/3 · 3 asked · 330 tokens (no prices given)"


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": "many", "completion_tokens": -1}, []]
)
def test_an_endpoint_that_states_no_tokens_is_counted_at_the_most_it_can_be(endpoint, usage):
    endpoint.otherwise = says("[[7]]", usage=usage)
    judge = judge_at(endpoint, prices=PRICES)
    judge.judge(question(), "赤")
    costs = judge.tally.costs
    sent = endpoint.requests[0].text.encode()
    assert costs.estimated == 1 and costs.completion_tokens == len("[[7]]")
    assert len(sent) <= costs.prompt_tokens <= len(sent) + 50


def test_the_cache_costs_nothing(endpoint: ChatEndpoint, tmp_path):
    cache = tmp_path / "judge.jsonl"
    judge_at(endpoint, cache=cache).judge_all(rows(3))
    judge = judge_at(endpoint, cache=cache, prices=PRICES, most_cost=0.0)
    assert not any(row.judgement.failed for row in judge.judge_all(rows(3)))
    assert judge.tally.costs == Costs(0.0, 0.0)


def test_no_request_is_made_that_could_carry_the_costs_above_the_limit(endpoint: ChatEndpoint):
    # Room for the worst case of one request after two that were cheaper than that.
    judge = judge_at(endpoint, prices=PRICES, most_cost=worst_case() + 2 * ONE + 0.01)
    judged = judge.judge_all(rows(6))
    assert len(endpoint.requests) == 3
    assert [row.source for row in judged] == [Source.ASKED] * 3 + [Source.NOT_ASKED] * 3
    assert "above --llm-most-cost" in judged[-1].judgement.notes[0]
    assert "above --llm-most-cost" in (judge.tally.stopped or "")


def test_several_at_a_time_keep_to_the_limit_and_use_what_it_allows(endpoint: ChatEndpoint):
    judge = judge_at(
        endpoint, prices=PRICES, most_cost=worst_case() + 4 * ONE + 0.01, concurrency=4
    )
    judge.judge_all(rows(8))
    assert len(endpoint.requests) == 5


def test_a_limit_of_nothing_asks_nothing(endpoint: ChatEndpoint):
    judge = judge_at(endpoint, prices=PRICES, most_cost=0.0)
    assert judge.judge(question(), "赤").failed and endpoint.requests == []


def test_a_reply_that_was_lost_counts_as_possibly_paid(endpoint: ChatEndpoint):
    endpoint.script = [lambda exchange: exchange.send(b'{"choices": [', length=99)]
    judge = judge_at(endpoint, prices=PRICES)
    judge.judge_all(rows(1))
    costs = judge.tally.costs
    assert costs.spent == pytest.approx(ONE) and (costs.possible or 0) > 3.0
    assert "at most for lost replies" in judge.tally.line()


def test_lost_replies_alone_can_reach_the_limit(endpoint: ChatEndpoint):
    hang = threading.Event()
    endpoint.otherwise = lambda exchange: hang.wait(60) and None
    judge = judge_at(
        endpoint, prices=PRICES, most_cost=2.5 * worst_case(), timeout_s=0.1, attempts=50
    )
    judge.judge(question(), "赤")
    hang.set()
    assert judge.tally.requests == 2
    assert "above --llm-most-cost" in (judge.tally.stopped or "")


def test_a_refused_request_costs_nothing(endpoint: ChatEndpoint):
    endpoint.script = [fails(500), fails(429), fails(400)]
    judge = judge_at(endpoint, prices=PRICES)
    judge.judge_all(rows(2))
    assert judge.tally.costs.possible == 0
    assert judge.tally.costs.spent == pytest.approx(ONE)


def test_an_unreadable_reply_is_paid_all_the_same(endpoint: ChatEndpoint):
    endpoint.otherwise = says("hm")
    judge = judge_at(endpoint, prices=PRICES)
    assert judge.judge(question(), "赤").failed
    assert judge.tally.costs.spent == pytest.approx(ONE)


def test_a_reservation_waits_for_those_under_way_before_it_gives_up():
    ledger = Ledger(Prices(1.0, 1.0), most_cost=1.5)
    first = ledger.reserve(Usage(1000, 0))
    assert first is not None
    got: list[object] = []
    thread = threading.Thread(target=lambda: got.append(ledger.reserve(Usage(1000, 0))))
    thread.start()
    ledger.settle(first, Usage(100, 0))
    thread.join(20)
    assert got and got[0] is not None
    ledger.settle(got[0], Usage(1000, 0))
    assert ledger.reserve(Usage(1000, 0)) is None
