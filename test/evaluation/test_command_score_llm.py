"""`vlm-driving score --judge llm` where the endpoint, or the model, does not do its part."""

from __future__ import annotations

import base64
import json

import pytest
from support.chat_endpoint import chat_endpoint, fails, says
from support.llm_judging import plain_environment  # noqa: F401
from support.question_sets import row, write_rows

from vlm_driving import cli

NOTHING_SAID = [
    {"question_id": 0, "text": "赤です。"},
    {"question_id": 1, "text": "左側です。"},
    {"question_id": 2, "text": ""},
]
"""Of four questions two are answered, one is left empty and one is missing."""


@pytest.fixture
def ask(tmp_path, plain_environment):  # noqa: F811
    """Scores at an endpoint that behaves as told; returns the exit code and the requests."""
    rows = [row(i, "conv", f"正解{i}です。") for i in range(4)]
    write_rows(tmp_path / "set.jsonl", rows)
    write_rows(tmp_path / "answers.jsonl", NOTHING_SAID)
    with chat_endpoint() as endpoint:

        def ask(otherwise, *more, script=()):
            endpoint.script, endpoint.otherwise = list(script), otherwise
            endpoint.requests.clear()
            given = ["score", tmp_path / "answers.jsonl", "--questions", tmp_path / "set.jsonl"]
            given += ["--judge", "llm", "--llm-model", "m", "--llm-endpoint", endpoint.address]
            given += ["--llm-concurrency", 1, "--llm-cache", tmp_path / "cache.jsonl", *more]
            return cli.main([str(word) for word in given]), list(endpoint.requests)

        yield ask


def test_empty_answers_do_not_make_a_score_of_an_endpoint_that_refuses(ask, capsys):
    # Empty and missing answers have the lowest score unasked: with nothing judged that was said,
    # their mean was printed as the model's score, and the exit code was 0.
    code, _ = ask(fails(401))
    captured = capsys.readouterr()
    assert code == 2 and captured.out == ""
    assert "scored none of the 2 answers" in captured.err and "OPENAI_API_KEY" in captured.err


def test_why_answers_have_no_score_is_told_with_the_first(ask, capsys):
    code, _ = ask(fails(402), script=[says("[[8]]")])
    assert code == 0
    captured = capsys.readouterr()
    told = "The judge failed on 1 answers; they are in no mean. The first, 1: "
    assert told in captured.err and "asks for payment" in captured.err
    notes = json.loads(captured.out)["notes"]
    assert any(note.startswith(told) for note in notes)


def test_a_judge_that_should_see_pictures_says_that_it_did_not(ask, capsys):
    ask(says("[[8]]"))
    told = capsys.readouterr().err
    assert "2 answers were judged without the picture that llm:m:leaderboard should see" in told
    assert "The first, 0: the judge saw no image: none is at hand." in told
    ask(says("8 6\n"), "--llm-protocol", "heron-original")
    assert "judges of text need none" in capsys.readouterr().err


def test_a_name_with_colons_and_brackets_is_printed_as_it_is(ask, capsys):
    ask(says("[[8]]"), "--llm-model", "m:car:[red]x")
    assert "llm:m:car:[red]x:leaderboard" in capsys.readouterr().err.replace("\n", "")


def test_silence_lowers_the_relative_score_too(ask, capsys):
    # A judge of pairs is not asked about an empty answer, so that the reference beside it has no
    # score: leaving the pair out made a model that says nothing look as good as what it does say.
    ask(says("8 6\nなぜなら"), "--llm-protocol", "heron-original")
    printed = json.loads(capsys.readouterr().out)
    assert printed["relative"]["conv"]["mean"] == pytest.approx(100 * (6 + 6 + 1 + 1) / (4 * 8))
    assert printed["relative"]["conv"]["n"] == 4


def test_a_reply_that_was_cut_off_is_asked_for_again_with_more_tokens(ask, capsys):
    cut = says(None, choices=[{"message": {"content": "長い"}, "finish_reason": "length"}])
    ask(says("[[8]]"), "--no-baselines", script=[cut])
    assert "--llm-reply-tokens, and name --llm-ask-again" in capsys.readouterr().err
    assert ask(says("[[8]]"), "--no-baselines")[1] == []  # it is in the cache as it came
    more = ("--no-baselines", "--llm-ask-again", "--llm-reply-tokens", 4000)
    code, asked = ask(says("[[9]]"), *more)
    assert (code, len(asked), asked[0].body["max_tokens"]) == (0, 1, 4000)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["failed"] == 0


def test_the_pictures_that_a_run_keeps_are_shown(tmp_path, plain_environment, capsys):  # noqa: F811
    run = tmp_path / "run"
    asked = [row(0, "conv", "正解です。"), row(1, "conv", "正解です。", image=None)]
    asked[1] |= {"camera": "front", "stamp_ns": 5}
    write_rows(run / "questions.jsonl", asked)
    said = [
        {"question_id": 0, "text": "一", "image": "000.png", "sequence": None},
        {"question_id": 1, "text": "二", "image": None, "sequence": 7},
    ]
    write_rows(run / "answers.jsonl", said)
    for name in ("pictures/000.jpg", "thumbnails/000007.jpg"):
        (run / name).parent.mkdir()
        (run / name).write_bytes(b"\xff\xd8\xff a picture")
    asked_again = pictures_shown(run, tmp_path / "c")
    assert [len(content) for content in asked_again] == [2, 2]  # the words, and the picture
    assert "without the picture" not in capsys.readouterr().err


def test_the_files_that_heron_asked_about_are_shown_rather_than_small_copies(
    tmp_path,
    plain_environment,  # noqa: F811
):
    run, heron = tmp_path / "run", tmp_path / "heron"
    write_rows(run / "questions.jsonl", [row(0, "conv", "正解です。")])
    said = {"question_id": 0, "text": "一", "image": "000.jpg", "sequence": None}
    write_rows(run / "answers.jsonl", [said])
    (run / "run.json").write_text(json.dumps({"kind": "heron", "questions": {"path": str(heron)}}))
    for path, data in (
        (run / "pictures/000.jpg", b"\xff\xd8\xff small"),
        (heron / "images/000.jpg", b"\xff\xd8\xff as it was"),
    ):
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    ((_, picture),) = pictures_shown(run, tmp_path / "c")
    sent = picture["image_url"]["url"].partition(",")[2]
    assert base64.b64decode(sent) == b"\xff\xd8\xff as it was"


def pictures_shown(run, cache):
    """What the endpoint is sent when the LLM judge scores a run, one content a question."""
    with chat_endpoint() as endpoint:
        at = ("--llm-endpoint", endpoint.address, "--llm-cache", str(cache))
        more = ("--judge", "llm", "--llm-model", "m", "--no-baselines", *at)
        assert cli.main(["score", str(run), *more]) == 0
        return [request.body["messages"][-1]["content"] for request in endpoint.requests]
