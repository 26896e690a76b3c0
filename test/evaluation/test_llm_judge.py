"""A language model as judge, asked over real HTTP on this machine."""

from __future__ import annotations

import base64
import json
import threading
from collections import Counter

import pytest
from support.chat_endpoint import ChatEndpoint, chat_endpoint, says
from support.llm_judging import (
    judge_at,
    plain_environment,  # noqa: F401
    question,
    rows,
)

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.judge import Judge
from vlm_driving.evaluation.judges.llm import LlmOptions, Prices, Source, relative_scores

JPEG = b"\xff\xd8\xff\xe0 a picture"


@pytest.fixture
def endpoint():
    with chat_endpoint() as made:
        yield made


def test_name_and_version_stand_beside_every_score():
    judge: Judge = judge_at("http://127.0.0.1:1/v1", protocol="heron-original")
    assert (judge.name, judge.version) == ("llm:judge-1:heron-original", "1")


def test_the_leaderboard_gives_an_absolute_score(endpoint: ChatEndpoint):
    endpoint.otherwise = says("正しい。\nRating: [[10]]")
    judgement = judge_at(endpoint).judge(question(), "赤です。")
    assert (judgement.score, judgement.share, judgement.failed) == (10.0, 1.0, False)


def test_the_original_gives_the_answers_score_and_its_share_of_the_references(endpoint):
    endpoint.otherwise = says("8 6\n説明")
    (row,) = judge_at(endpoint, protocol="heron-original").judge_all([(question(), "赤です。")])
    assert (row.judgement.score, row.reference_score, row.judgement.share) == (6.0, 8.0, 0.75)
    assert row.reply == "8 6\n説明"


def test_requests_are_made_to_be_repeatable(endpoint: ChatEndpoint):
    judge_at(endpoint).judge(question(), "赤です。")
    (request,) = endpoint.requests
    assert request.path == "/v1/chat/completions"
    sent = {name: request.body[name] for name in ("model", "temperature", "seed", "max_tokens")}
    assert sent == {"model": "judge-1", "temperature": 0, "seed": 0, "max_tokens": 1024}


def test_the_image_goes_along_as_a_data_url(endpoint: ChatEndpoint, tmp_path):
    (tmp_path / "000.jpg").write_bytes(JPEG)
    judge = judge_at(endpoint, image_of=lambda q: tmp_path / q.image)
    (row,) = judge.judge_all([(question(), "赤です。")])
    part = endpoint.requests[0].body["messages"][1]["content"][1]
    assert part["image_url"]["url"] == f"data:image/jpeg;base64,{base64.b64encode(JPEG).decode()}"
    assert row.image_shown and judge.tally.images_shown == 1


@pytest.mark.parametrize("content", [None, b"<svg/>"])
def test_without_a_usable_image_the_judge_is_asked_all_the_same_and_the_row_says_so(
    endpoint, tmp_path, content
):
    if content is not None:
        (tmp_path / "000.jpg").write_bytes(content)
    (row,) = judge_at(endpoint, image_of=lambda q: tmp_path / q.image).judge_all(rows(1))
    assert row.judgement.score == 7.0 and not row.image_shown
    assert "the judge saw no image: 000.jpg" in row.judgement.notes[0]


@pytest.mark.parametrize("answer", ["", "  \n", "　"])
def test_an_empty_answer_gets_the_lowest_score_unasked(endpoint: ChatEndpoint, answer):
    (row,) = judge_at(endpoint).judge_all([(question(), answer)])
    assert (row.judgement.score, row.judgement.failed, row.source) == (1.0, False, Source.EMPTY)
    assert endpoint.requests == []


def test_a_reply_without_a_score_is_counted_and_shown_and_averaged_nowhere(endpoint):
    endpoint.script = [says("8 4\n"), says("I cannot judge this."), says("8 8\n")]
    judge = judge_at(endpoint, protocol="heron-original")
    judged = judge.judge_all(rows(3))
    assert [row.judgement.failed for row in judged] == [False, True, False]
    assert "I cannot judge this." in judged[1].judgement.notes[0]
    assert judge.tally.sources["unreadable"] == 1
    assert "1 unreadable" in judge.tally.line()
    assert relative_scores(judged) == {"conv": 75.0, "overall": 75.0}


def test_a_reply_cut_off_at_its_greatest_length_says_so(endpoint: ChatEndpoint):
    cut = {"message": {"content": "長い説明"}, "finish_reason": "length"}
    endpoint.otherwise = says(None, choices=[cut])
    (note,) = judge_at(endpoint).judge(question(), "赤").notes
    assert "cut off at the greatest number of tokens" in note


def test_relative_scores_are_ratios_of_means_and_overall_is_the_mean_of_categories(endpoint):
    endpoint.script = [says("10 5"), says("2 2"), says("10 10")]
    asked = [(question(0), "赤"), (question(1), "青"), (question(2, "detail"), "黄")]
    judged = judge_at(endpoint, protocol="heron-original").judge_all(asked)
    found = relative_scores(judged)
    # A mean of ratios would give 75 for conv.
    assert found == {
        "conv": pytest.approx(100 * 7 / 12),
        "detail": 100.0,
        "overall": pytest.approx((100 * 7 / 12 + 100) / 2),
    }


def test_an_empty_answer_lowers_the_relative_score(endpoint: ChatEndpoint):
    endpoint.otherwise = says("10 9")
    asked = [(question(0), "赤"), (question(1), "")]
    judged = judge_at(endpoint, protocol="heron-original").judge_all(asked)
    assert relative_scores(judged)["conv"] == pytest.approx(50.0)


def test_a_question_without_a_reference_is_refused_with_the_remedy(endpoint: ChatEndpoint):
    lacking = question(reference=" ")
    with pytest.raises(UserError, match="no reference answer"):
        judge_at(endpoint).judge(lacking, "赤")
    judged = judge_at(endpoint).judge_all([(lacking, "赤"), (question(1), "赤")])
    assert [row.source for row in judged] == [Source.UNSCORABLE, Source.ASKED]


def test_equal_rows_are_asked_once(endpoint: ChatEndpoint):
    judge = judge_at(endpoint, concurrency=4)
    judged = judge.judge_all([(question(), "赤")] * 5)
    assert len(endpoint.requests) == 1
    assert [row.index for row in judged] == [0, 1, 2, 3, 4]
    assert judge.tally.sources == {**dict.fromkeys(judge.tally.sources, 0), "asked": 1, "cache": 4}


def test_as_many_requests_as_allowed_are_under_way_at_a_time(endpoint: ChatEndpoint):
    three_there = threading.Barrier(3)
    lock = threading.Lock()
    counts: Counter[str] = Counter()

    def together(exchange) -> None:
        with lock:
            counts["now"] += 1
            counts["most"] = max(counts["most"], counts["now"])
        three_there.wait(20)  # breaks, and fails the test, unless three come at a time
        with lock:
            counts["now"] -= 1
        says("[[7]]")(exchange)

    endpoint.otherwise = together
    judged = judge_at(endpoint, concurrency=3).judge_all(rows(6))
    assert counts["most"] == 3
    assert [row.judgement.score for row in judged] == [7.0] * 6


def test_results_keep_the_order_of_the_rows_whatever_the_endpoint_does(endpoint):
    later = threading.Event()

    def late(exchange) -> None:
        later.wait(20)
        says("[[2]]")(exchange)

    def first_come(exchange) -> None:
        number = int(exchange.request_read.text.split("？（")[1].split("）")[0])
        if number == 0:
            late(exchange)
        else:
            says(f"[[{number}]]")(exchange)

    endpoint.otherwise = first_come
    came: list[int] = []

    def on_row(row, tally) -> None:
        came.append(row.index)
        if len(came) == 3:
            later.set()

    judged = judge_at(endpoint, concurrency=2).judge_all(rows(4), on_row)
    assert came[-1] == 0
    assert [row.judgement.score for row in judged] == [2.0, 1.0, 2.0, 3.0]


def test_every_row_is_handed_over_at_once_with_the_state_by_then(endpoint: ChatEndpoint):
    lines = []
    judge = judge_at(endpoint, prices=Prices(1.0, 2.0), most_cost=100.0)
    judge.judge_all(rows(2), lambda row, tally: lines.append((row.index, tally.line())))
    assert lines == [
        (0, "1/2 · 1 asked · cost 0.1200 of 100"),
        (1, "2/2 · 2 asked · cost 0.2400 of 100"),
    ]


def test_a_caller_that_breaks_off_stops_the_asking(endpoint: ChatEndpoint, tmp_path):
    raised = threading.Event()

    def held(exchange) -> None:
        raised.wait(20)
        says("[[1]]")(exchange)

    def on_row(row, tally) -> None:
        raise KeyboardInterrupt

    endpoint.script = [says("[[7]]")]
    endpoint.otherwise = held

    cache = tmp_path / "judge.jsonl"
    judge = judge_at(endpoint, cache=cache)
    with pytest.raises(KeyboardInterrupt):
        judge.judge_all(rows(50), on_row)
    assert judge.tally.stopped is not None
    raised.set()
    # The next one may have been under way.
    assert judge.tally.requests <= 2
    kept = [json.loads(line) for line in cache.read_text().splitlines()]
    assert kept[0]["question_id"] == "0" and kept[0]["reply"].endswith("[[7]]")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": " "}, "name of a model"),
        ({"protocol": "mine"}, "heron-original and leaderboard"),
        ({"endpoint": "ftp://host/v1"}, "http or https"),
        ({"endpoint": "localhost:8000"}, "http or https"),
        ({"endpoint": "http://host:port/v1"}, "no address"),
        ({"endpoint": "http://me:word@host/v1"}, "password"),
        ({"endpoint": "http://host/v 1"}, "white space"),
        ({"timeout_s": 0.0}, "timeout_s"),
        ({"timeout_s": float("nan")}, "timeout_s"),
        ({"attempts": 0}, "attempts"),
        ({"reply_tokens": 0}, "reply_tokens"),
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": 99}, "1 to 16"),
        ({"most_cost": 1.0}, "prices"),
        ({"most_cost": -1.0, "prices": Prices(1, 1)}, "most_cost"),
    ],
)
def test_bad_options_are_refused_with_a_sentence(changes, words):
    with pytest.raises(UserError, match=words) as refused:
        LlmOptions(**{"model": "judge-1", **changes})
    assert "word@" not in str(refused.value)


def test_a_bad_price_is_refused():
    with pytest.raises(UserError, match="prompt_per_1k"):
        Prices(-1, 0)
