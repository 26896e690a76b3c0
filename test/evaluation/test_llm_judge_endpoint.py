"""Endpoints that are down, slow, busy, broken, talk nonsense or ask for money."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest
from support.chat_endpoint import ChatEndpoint, chat_endpoint, fails, says
from support.llm_judging import (
    FakeClock,
    judge_at,
    plain_environment,  # noqa: F401
    question,
    rows,
)

from vlm_driving.evaluation.judges.llm import Source
from vlm_driving.evaluation.judges.llm.transport import MOST_BYTES

GOOD = says("[[7]]")


@pytest.fixture
def endpoint():
    with chat_endpoint() as made:
        yield made


@pytest.fixture
def nobody() -> str:
    """An address where nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{bound.getsockname()[1]}/v1"


def test_an_endpoint_that_is_down_gives_rows_that_say_so_and_is_soon_given_up(nobody):
    clock = FakeClock()
    judge = judge_at(nobody, clock, attempts=3, give_up_after=2)
    judged = judge.judge_all(rows(103))
    assert all(row.judgement.failed for row in judged)
    assert "it refuses the connection" in judged[0].judgement.notes[0]
    assert judged[0].source is Source.UNANSWERED and judged[-1].source is Source.NOT_ASKED
    assert judge.tally.requests == 6 and clock.slept == [1.0, 2.0, 1.0, 2.0]
    assert "2 requests in a row failed" in (judge.tally.stopped or "")


def test_a_name_that_nobody_knows_is_said_as_that(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    # A resolver without a network may think for a minute.
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    judge = judge_at("http://judge.invalid/v1", attempts=1)
    (note,) = judge.judge(question(), "赤").notes
    assert note.startswith("judge.invalid cannot be reached (its name is not known)")


def test_pauses_double_up_to_a_bound(nobody):
    clock = FakeClock()
    judge_at(nobody, clock, attempts=8).judge(question(), "赤")
    assert clock.slept == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_what_was_scored_before_a_break_down_stays_and_the_cache_still_answers(
    endpoint, nobody, tmp_path
):
    cache = tmp_path / "judge.jsonl"
    endpoint.script = [GOOD, GOOD, fails(402)]
    first = judge_at(endpoint, cache=cache)
    judged = first.judge_all(rows(5))
    assert [row.judgement.failed for row in judged] == [False, False, True, True, True]
    # Later rows of the same session are still read from the cache, though asking has ended.
    assert first.judge(*rows(1)[0]).score == 7.0
    endpoint.script = [fails(402)]
    sources = [row.source for row in judge_at(endpoint, cache=cache).judge_all(rows(3))]
    assert sources == [Source.CACHE, Source.CACHE, Source.UNANSWERED]


def test_a_slow_endpoint_is_left_after_the_time_limit(endpoint: ChatEndpoint):
    hang = threading.Event()
    endpoint.otherwise = lambda exchange: hang.wait(60) and None
    began = time.monotonic()
    judge = judge_at(endpoint, timeout_s=0.2, attempts=2)
    (note,) = judge.judge(question(), "赤").notes
    hang.set()
    assert note.startswith(
        f"127.0.0.1:{endpoint.address.split(':')[2][:-3]} did not answer within 0.2 s"
    )
    assert time.monotonic() - began < 10 and judge.tally.requests == 2


def test_a_reply_that_drips_in_is_left_after_the_time_limit_too(endpoint: ChatEndpoint):
    left = threading.Event()

    def drip(exchange) -> None:
        exchange.send(b"{", length=1_000_000)
        while not left.wait(0.02):
            exchange.wfile.write(b" ")

    endpoint.otherwise = drip
    began = time.monotonic()
    (note,) = judge_at(endpoint, timeout_s=0.3, attempts=1).judge(question(), "赤").notes
    left.set()
    assert "did not answer within 0.3 s" in note
    assert time.monotonic() - began < 10


def test_a_busy_endpoint_is_asked_again_after_the_pause_that_it_names(endpoint: ChatEndpoint):
    clock = FakeClock()
    waits: list[str] = []
    endpoint.script = [fails(429, {"message": "Rate limit"}, Retry_After="17")]
    judge = judge_at(endpoint, clock, on_wait=waits.append)
    assert judge.judge(question(), "赤").score == 7.0
    assert clock.slept == [17.0] and judge.tally.retries == 1
    assert waits[0].endswith('could not answer (HTTP 429): "Rate limit". Asking again in 17 s.')


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("Fri, 15 Jan 2027 08:00:40 GMT", 40.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 1.0),
        ("0", 1.0),
        ("-5", 1.0),
        ("2.5", 2.5),
        ("soon", 1.0),
        ("nan", 1.0),
        ("inf", 1.0),
    ],
)
def test_a_pause_may_be_a_date_and_nonsense_counts_as_none(endpoint, header, wait):
    clock = FakeClock()
    endpoint.script = [fails(503, Retry_After=header)]
    assert judge_at(endpoint, clock).judge(question(), "赤").score == 7.0
    assert clock.slept == [wait]


def test_a_pause_of_an_hour_ends_the_session_instead_of_holding_it(endpoint: ChatEndpoint):
    clock = FakeClock()
    endpoint.otherwise = fails(429, Retry_After="3600")
    judge = judge_at(endpoint, clock)
    judged = judge.judge_all(rows(3))
    assert clock.slept == [] and len(endpoint.requests) == 1
    assert "asks for a pause of 3600 s" in judged[2].judgement.notes[0]


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_a_fault_that_may_pass_is_asked_again(endpoint: ChatEndpoint, status):
    endpoint.script = [fails(status), fails(status)]
    judge = judge_at(endpoint)
    assert judge.judge(question(), "赤").score == 7.0
    assert judge.tally.requests == 3


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, {"message": "Incorrect API key"}, "set the environment variable OPENAI_API_KEY"),
        (402, {"message": "top up"}, "asks for payment"),
        (402, "top up", 'asks for payment (HTTP 402): "top up"'),
        (403, {}, "forbids the request"),
        (404, {"message": "no model judge-1"}, "check the endpoint"),
        (405, None, "check the endpoint"),
        (429, {"code": "insufficient_quota"}, "asks for payment"),
        (429, {"type": "insufficient_quota"}, "asks for payment"),
    ],
)
def test_a_fault_that_will_not_pass_ends_the_asking_at_once(endpoint, status, error, words):
    endpoint.otherwise = fails(status, error)
    clock = FakeClock()
    judged = judge_at(endpoint, clock).judge_all(rows(4))
    assert len(endpoint.requests) == 1 and clock.slept == []
    assert all(words in row.judgement.notes[0] for row in judged)


def test_one_refused_request_does_not_end_the_others(endpoint: ChatEndpoint):
    endpoint.script = [GOOD, fails(400, {"message": "content\x1b[31m policy\n"}), GOOD]
    judged = judge_at(endpoint).judge_all(rows(3))
    assert [row.judgement.failed for row in judged] == [False, True, False]
    assert judged[1].judgement.notes[0].endswith('(HTTP 400): "content [31m policy".')


def test_refusals_in_a_row_do_end_them(endpoint: ChatEndpoint):
    endpoint.otherwise = fails(400)
    judged = judge_at(endpoint, give_up_after=3).judge_all(rows(9))
    assert len(endpoint.requests) == 3
    assert judged[-1].source is Source.NOT_ASKED


def test_faults_with_good_replies_between_them_do_not(endpoint: ChatEndpoint):
    endpoint.script = [fails(400), GOOD] * 4
    judge = judge_at(endpoint, give_up_after=2)
    judged = judge.judge_all(rows(8))
    assert [row.judgement.failed for row in judged] == [True, False] * 4
    assert judge.tally.stopped is None


def test_an_error_inside_a_200_is_an_error(endpoint: ChatEndpoint):
    inside = json.dumps({"error": {"code": 402, "message": "no credits"}}).encode()
    endpoint.otherwise = lambda exchange: exchange.send(inside)
    (note,) = judge_at(endpoint).judge(question(), "赤").notes
    assert "asks for payment (HTTP 402)" in note and len(endpoint.requests) == 1


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"<html>Log in</html>", "text/html", "answered with text/html instead of JSON"),
        (b"", "application/json", "instead of JSON"),
        (b"\xff\xfe\x00", "application/octet-stream", "instead of JSON"),
        (b"null", "application/json", "no chat completion"),
        (b"[1, 2]", "application/json", "no chat completion"),
        (b"{}", "application/json", "no chat completion"),
        (b'{"choices": []}', "application/json", "no chat completion"),
        (b'{"choices": [7]}', "application/json", "no chat completion"),
        (b'{"choices": [{"message": null}]}', "application/json", "no chat completion"),
        (b'{"choices": [{"message": {"content": "[[', "application/json", "was cut off"),
        (b"[" * 200_000, "application/json", "instead of JSON"),
    ],
)
def test_nonsense_is_asked_again_and_then_said(endpoint: ChatEndpoint, body, kind, words):
    endpoint.otherwise = lambda exchange: exchange.send(body, kind=kind)
    judge = judge_at(endpoint, attempts=2)
    (note,) = judge.judge(question(), "赤").notes
    assert words in note and len(endpoint.requests) == 2
    endpoint.script = [lambda exchange: exchange.send(body, kind=kind), GOOD]
    assert judge.judge(question(1), "赤").score == 7.0


def test_json_under_the_wrong_content_type_is_taken(endpoint: ChatEndpoint):
    data = {"choices": [{"message": {"content": "[[6]]"}}]}
    endpoint.otherwise = lambda exchange: exchange.send(
        json.dumps(data).encode(), kind="text/plain"
    )
    assert judge_at(endpoint).judge(question(), "赤").score == 6.0


@pytest.mark.parametrize("content", [None, ["text"], 7])
def test_a_reply_without_words_is_unreadable_and_not_a_crash(endpoint: ChatEndpoint, content):
    endpoint.otherwise = says(None, choices=[{"message": {"content": content}}])
    (row,) = judge_at(endpoint).judge_all(rows(1))
    assert row.source is Source.UNREADABLE and "is empty" in row.judgement.notes[0]


@pytest.mark.parametrize("body", [b'{"choices": [', b""])
def test_a_body_that_ends_too_early_is_asked_for_again(endpoint: ChatEndpoint, body):
    endpoint.script = [lambda exchange: exchange.send(body, length=5000)]
    waits: list[str] = []
    judge = judge_at(endpoint, on_wait=waits.append)
    assert judge.judge(question(), "赤").score == 7.0 and judge.tally.retries == 1
    assert "was cut off" in waits[0]


def test_a_connection_that_is_dropped_is_made_again(endpoint: ChatEndpoint):
    endpoint.script = [lambda exchange: exchange.connection.shutdown(socket.SHUT_RDWR)]
    judge = judge_at(endpoint)
    assert judge.judge(question(), "赤").score == 7.0 and judge.tally.retries == 1


def test_a_huge_body_is_left_unread_and_not_asked_for_again(endpoint: ChatEndpoint):
    sent = []

    def flood(exchange) -> None:
        exchange.send(b"", length=10**12)
        for _ in range(64):
            exchange.wfile.write(b" " * 2**20)
            sent.append(2**20)

    endpoint.otherwise = flood
    (note,) = judge_at(endpoint).judge(question(), "赤").notes
    assert "larger than 4 MiB" in note and len(endpoint.requests) == 1
    assert sum(sent) < 64 * 2**20 and MOST_BYTES == 4 * 2**20


def test_something_that_is_no_http_is_said_as_that():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
                connection.recv(65536)

        thread = threading.Thread(target=greet)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        (note,) = judge_at(address, attempts=1).judge(question(), "赤").notes
        thread.join()
    assert "does not speak HTTP" in note
