"""`vlm-driving score` as a user, and a program, meet it."""

from __future__ import annotations

import json
import time

import pytest
from support.chat_endpoint import chat_endpoint, fails, says
from support.llm_judging import plain_environment  # noqa: F401
from support.question_sets import WordJudge, row, write_rows

from vlm_driving import cli
from vlm_driving.evaluation import command_score
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.questions import load_questions
from vlm_driving.evaluation.scores.scoring import score_set


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A question set, answers to it, and a judge that is always at hand."""
    monkeypatch.setattr(command_score, "open_judge", lambda args, questions: WordJudge())
    rows = [row(0, "conv", "色は 青"), row(1, "detail", "右に 川"), row(2, "complex", "道で 待つ")]
    said = [
        {"question_id": 0, "text": "青です", "latency_ms": 80, "outcome": "ok"},
        {"question_id": 1, "text": "山です", "latency_ms": 90, "outcome": "ok"},
        {"question_id": 2, "text": "待つ", "latency_ms": 400, "outcome": "timeout"},
    ]
    write_rows(tmp_path / "set.jsonl", rows)
    write_rows(tmp_path / "answers.jsonl", said)
    return tmp_path


def score(files, *more, answers="answers.jsonl"):
    return cli.main(["score", str(files / answers), "--questions", str(files / "set.jsonl"), *more])


def test_the_last_line_on_stdout_is_one_object(files, capsys):
    assert score(files) == 0
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert printed["score"] == {"overall": 7.0, "conv": 10.0, "detail": 1.0, "complex": 10.0}
    assert printed["judge"] == {"name": "word", "version": "1"}
    assert printed["n"] == 3
    assert set(printed["baselines"]) == {"echo_question", "best_constant"}
    assert printed["latency_ms"]["max"] == 400.0


def test_the_table_is_for_a_person_and_flags_a_baseline(files, capsys):
    score(files)
    told = capsys.readouterr().err
    for word in ("overall", "conv", "traffic", "judge word 1", "references", "best", "timeout 1"):
        assert word in told
    assert "! best_constant is no worse than the answers in detail" in told
    assert "…" not in told


def test_rows_go_beside_the_answers_unless_out_says_where(files, capsys):
    score(files)
    assert (files / "answers-keyfact-scores" / "scores.jsonl").is_file()
    score(files, "--out", str(files / "else" / "where"), "--judge", "reference")
    assert (files / "else" / "where" / "scores.csv").is_file()


def test_without_baselines_the_answers_alone_are_judged(files, capsys):
    assert score(files, "--no-baselines") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["baselines"] == printed["relative"] == {}
    assert printed["score"]["overall"] == 7.0


def test_answers_to_another_scene_stand_in_the_table(files, capsys):
    assert score(files, "--other-scene", str(files / "answers.jsonl")) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["baselines"]["other_scene"]["overall"] == 7.0
    assert "other_scene is no worse than the answers in overall" in captured.err


def test_other_scene_without_baselines_makes_no_sense(files, capsys):
    assert score(files, "--no-baselines", "--other-scene", "x") == 2
    assert "--other-scene is a baseline" in capsys.readouterr().err


def test_a_run_directory_stands_for_its_answers(files, capsys):
    run = files / "run"
    run.mkdir()
    (files / "answers.jsonl").rename(run / "answers.jsonl")
    assert score(files, answers="run") == 0
    assert (run / "scores" / "keyfact" / "score.json").is_file()


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [("nothing.jsonl", "There is no file"), ("set.jsonl.bak", "There is no file")],
)
def test_what_cannot_be_read_is_one_sentence_and_2(files, capsys, answers, sentence):
    assert score(files, answers=answers) == 2
    told = capsys.readouterr()
    assert told.err.startswith("vlm-driving: ") and sentence in told.err
    assert told.out == ""


def test_an_unknown_judge_is_refused_with_those_that_there_are(files, capsys):
    assert score(files, "--judge", "oracle") == 2
    assert "keyfact" in capsys.readouterr().err


# --- the judges that there are -------------------------------------------------------------------


@pytest.fixture
def plain(tmp_path):
    """A question set with references and key facts, and answers to it."""
    rows = [
        row(0, "conv", "信号は赤です。", text="信号は何色ですか。", facts={"must": [["赤"]]}),
        row(1, "conv", "右側に川があります。", text="川はどちらですか。", facts={"must": [["右"]]}),
    ]
    write_rows(tmp_path / "set.jsonl", rows)
    said = [{"question_id": 0, "text": "赤です。"}, {"question_id": 1, "text": "左側です。"}]
    write_rows(tmp_path / "answers.jsonl", said)
    return tmp_path


@pytest.mark.parametrize("judge", ["keyfact", "reference"])
def test_an_offline_judge_tells_right_from_wrong(plain, capsys, judge):
    assert score(plain, "--judge", judge) == 0
    assert json.loads(capsys.readouterr().out)["judge"]["name"] == judge
    lines = (plain / f"answers-{judge}-scores" / "scores.jsonl").read_text("utf-8").splitlines()
    right, wrong = (json.loads(line)["score"] for line in lines)
    assert right > wrong + 3


def test_a_set_without_key_facts_is_sent_to_another_judge(files, capsys, monkeypatch):
    monkeypatch.undo()
    assert score(files) == 2
    told = capsys.readouterr().err
    assert "scored none of the 3 answers" in told and "--judge reference" in told


def test_an_llm_needs_a_name(plain, capsys):
    assert score(plain, "--judge", "llm") == 2
    assert "--judge llm needs --llm-model" in capsys.readouterr().err


@pytest.fixture
def ask_llm(plain, plain_environment):  # noqa: F811
    """Scores with an endpoint of this machine that behaves as told."""

    with chat_endpoint() as endpoint:
        where = ("--llm-model", "m", "--llm-endpoint", endpoint.address)
        how = ("--llm-concurrency", "1", "--llm-cache", str(plain / "cache.jsonl"))

        def ask(script, otherwise, *more):
            endpoint.script, endpoint.otherwise = script, otherwise
            endpoint.requests.clear()
            code = score(plain, "--judge", "llm", *where, *how, *more)
            return code, len(endpoint.requests)

        yield ask


def rows_of(folder, name="scores.jsonl"):
    lines = (folder / "answers-llm-scores" / name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_an_llm_judges_references_and_few_baselines_too(plain, capsys, ask_llm):
    code, asked = ask_llm([says("[[2]]")], says("[[8]]"))
    assert code == 0
    captured = capsys.readouterr()
    printed = json.loads(captured.out)
    assert printed["score"]["conv"] == 5.0
    assert printed["references"]["conv"]["mean"] == 8.0
    assert set(printed["baselines"]) == {"echo_question", "shuffled_references", "best_constant"}
    assert asked <= 5 * 2
    assert "tokens" in captured.err
    assert ask_llm([], says("[[1]]")) == (0, 0)  # all of it is in the cache


def test_a_reply_without_a_score_is_counted_and_not_averaged_in(plain, capsys, ask_llm):
    code, _ = ask_llm([says("何とも言えません。")], says("[[8]]"))
    assert code == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["failed"], printed["n"], printed["score"]["conv"]) == (1, 1, 8.0)
    assert [r["failed"] for r in rows_of(plain)] == [True, False]


def test_an_endpoint_that_refuses_leaves_rows_that_say_so(plain, capsys, ask_llm):
    code, asked = ask_llm([], fails(401))
    assert code == 2
    assert "scored none of the 2 answers" in capsys.readouterr().err
    assert [r["score"] for r in rows_of(plain, "scores.partial.jsonl")] == [None, None]
    assert asked == 1


# --- Heron-Bench itself, which a user supplies ---------------------------------------------------


@pytest.fixture(scope="module")
def heron(shared_dir, tmp_path_factory):
    """The published references, scored as answers under our rubric; and the seconds it took."""
    folder = shared_dir / "heron_bench"
    out = tmp_path_factory.mktemp("heron")
    start = time.perf_counter()
    questions = load_questions(folder)
    result = score_set(folder / "answers_gpt4.jsonl", questions, KeyfactJudge(), out)
    return result, time.perf_counter() - start


def test_the_references_of_heron_bench_are_right_under_our_rubric(heron):
    result, _ = heron
    assert result["n"] == 103
    assert min(result["score"].values()) >= 8.5


def test_no_baseline_gets_far_on_heron_bench(heron):
    result, _ = heron
    for name, means in result["baselines"].items():
        assert max(means.values()) <= 2.5, name
    assert result["flags"] == []


def test_the_context_is_worth_less_than_an_answer(heron):
    result, _ = heron
    for category in ("conv", "complex"):
        assert result["oracle"]["echo_context"][category] < result["score"][category]


def test_heron_bench_is_scored_within_a_second_or_so(heron):
    # 1 s is the figure to reach on an idle machine; tests run beside others.
    assert heron[1] < 4
