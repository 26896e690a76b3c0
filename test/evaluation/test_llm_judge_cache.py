"""Replies on disk: what was asked once is not asked again, whatever happened in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest
from support.chat_endpoint import ChatEndpoint, chat_endpoint, says
from support.llm_judging import (
    judge_at,
    plain_environment,  # noqa: F401
    question,
    rows,
)

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.llm import Source

JPEG = b"\xff\xd8\xff\xe0 a picture"


@pytest.fixture
def endpoint():
    with chat_endpoint() as made:
        yield made


def test_a_second_run_asks_nothing_and_says_the_same(endpoint: ChatEndpoint, tmp_path):
    cache = tmp_path / "new" / "judge.jsonl"
    endpoint.script = [says("[[3]]"), says("no score")]
    first = judge_at(endpoint, cache=cache).judge_all(rows(3))
    assert len(endpoint.requests) == 3
    again = judge_at(endpoint, cache=cache)
    second = again.judge_all(rows(3))
    assert len(endpoint.requests) == 3
    assert [row.judgement for row in second] == [row.judgement for row in first]
    assert again.tally.requests == 0 and again.tally.sources["cache"] == 2


def test_two_servers_may_know_two_models_by_one_name(endpoint: ChatEndpoint, tmp_path):
    endpoint.otherwise = says("[[3]]")
    assert judge_at(endpoint, cache=tmp_path / "c").judge(question(), "赤").score == 3.0
    with chat_endpoint() as other:
        other.otherwise = says("[[9]]")
        assert judge_at(other, cache=tmp_path / "c").judge(question(), "赤").score == 9.0


def test_every_row_that_is_done_is_told(endpoint: ChatEndpoint, tmp_path):
    told = []
    judge = judge_at(endpoint, on_progress=lambda tally: told.append((tally.done, tally.total)))
    judge.judge_all([*rows(2), (question(2), " ")])
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_the_cache_tells_models_protocols_questions_and_images_apart(endpoint, tmp_path):
    cache = tmp_path / "judge.jsonl"
    endpoint.otherwise = says("5 5\n[[5]]")
    (tmp_path / "000.jpg").write_bytes(JPEG)
    (tmp_path / "001.jpg").write_bytes(JPEG + b" of another scene")
    for changes in (
        {},
        {"model": "judge-2"},
        {"protocol": "heron-original"},
        {"image_of": lambda _: tmp_path / "000.jpg"},
        {"image_of": lambda _: tmp_path / "001.jpg"},
    ):
        judge_at(endpoint, cache=cache, **changes).judge(question(), "赤")
    judge_at(endpoint, cache=cache).judge(question(), "青")
    assert len(endpoint.requests) == 6
    judge_at(endpoint, cache=cache).judge(question(), "赤")
    assert len(endpoint.requests) == 6


def test_an_unreadable_reply_is_asked_for_again_once_when_wanted(endpoint, tmp_path):
    cache = tmp_path / "judge.jsonl"
    endpoint.script = [says("hm"), says("[[4]]")]
    assert judge_at(endpoint, cache=cache).judge(question(), "赤").failed
    judge = judge_at(endpoint, cache=cache, ask_unreadable_again=True)
    assert judge.judge(question(), "赤").score == 4.0
    # The later line of the file is the one that counts.
    assert judge_at(endpoint, cache=cache).judge(question(), "赤").score == 4.0


def test_a_line_that_a_kill_cut_off_costs_one_request_and_not_the_file(endpoint, tmp_path):
    cache = tmp_path / "judge.jsonl"
    judge_at(endpoint, cache=cache).judge_all(rows(3))
    cache.write_bytes(cache.read_bytes()[:-40])
    judge = judge_at(endpoint, cache=cache)
    judge.judge_all(rows(3))
    assert len(endpoint.requests) == 4 and judge.tally.unreadable_cache_lines == 1
    judge_at(endpoint, cache=cache).judge_all(rows(3))
    assert len(endpoint.requests) == 4


@pytest.mark.parametrize(
    "line", ["null", "[]", "{}", '{"key": 1}', '{"key": "a", "reply": null}', "\x00", "[" * 9999]
)
def test_nonsense_in_the_cache_is_counted_and_passed_over(endpoint, tmp_path, line):
    cache = tmp_path / "judge.jsonl"
    cache.write_text(line + "\n", encoding="utf-8")
    judge = judge_at(endpoint, cache=cache)
    assert judge.judge(question(), "赤").score == 7.0
    assert judge.tally.unreadable_cache_lines == 1


def test_a_cache_that_cannot_be_used_is_refused_before_anything_is_paid(endpoint, tmp_path):
    with pytest.raises(UserError, match="cannot be used"):
        judge_at(endpoint, cache=tmp_path)
    assert endpoint.requests == []


def test_a_cache_that_fills_the_disk_keeps_the_paid_row_and_asks_no_more(endpoint, tmp_path):
    judge = judge_at(endpoint, cache=tmp_path / "judge.jsonl")
    (tmp_path / "judge.jsonl").unlink()
    (tmp_path / "judge.jsonl").mkdir()
    judged = judge.judge_all(rows(3))
    assert [row.source for row in judged] == [Source.ASKED, Source.NOT_ASKED, Source.NOT_ASKED]
    assert "cannot be written" in (judge.tally.stopped or "")


KILLED = """
import sys
from support.llm_judging import judge_at, rows
from pathlib import Path
judge = judge_at(sys.argv[1], cache=Path(sys.argv[2]))
judge.judge_all(rows(6), lambda row, tally: print(row.index, flush=True))
"""


def test_a_killed_run_asks_only_for_the_rest_the_next_time(endpoint, tmp_path, repository):
    hang = threading.Event()
    endpoint.script = [says("[[5]]")] * 3 + [lambda exchange: hang.wait(60) and None]
    cache = tmp_path / "judge.jsonl"
    paths = os.pathsep.join((str(repository), str(repository / "test")))
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, endpoint.address, str(cache)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:
        assert process.stdout is not None
        seen = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGKILL)
    hang.set()
    assert seen == [b"0\n", b"1\n", b"2\n"]
    endpoint.script.clear()
    judge = judge_at(endpoint, cache=cache)
    judge.judge_all(rows(6))
    assert judge.tally.sources["cache"] == 3 and judge.tally.requests == 3


def test_a_reply_that_stays_unreadable_is_not_asked_for_again_and_again(endpoint, tmp_path):
    endpoint.otherwise = says("hm")
    judge = judge_at(endpoint, cache=tmp_path / "judge.jsonl", ask_unreadable_again=True)
    for _ in range(3):
        assert judge.judge(question(), "赤").failed
    assert len(endpoint.requests) == 1
