"""Means, intervals and files of scored answers."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from support.question_sets import WordJudge, row, write_rows

from vlm_driving.core import UserError
from vlm_driving.evaluation.questions import load_questions
from vlm_driving.evaluation.scores import bootstrap
from vlm_driving.evaluation.scores.bootstrap import draw, macro, percent_of
from vlm_driving.evaluation.scores.scoring import score_set

ROWS = [
    row(0, "conv", "色は 青", image_category="traffic"),
    row(1, "conv", "色は 赤", image_category="traffic"),
    row(2, "conv", "色は 白", image_category="food"),
    row(3, "detail", "右に 川", image_category="food"),
    row(4, "complex", "道で 待つ", facts={"must": [["待つ"]], "weight": 3}),
]
DRAWN = {"mean": 5.5, "low": 4.3, "high": 6.8, "n": 20}
RIGHT = {0: "青", 1: "赤", 2: "白", 3: "川", 4: "待つ"}


@pytest.fixture
def score(tmp_path):
    def run(said, judge=None, rows=ROWS, **more):
        questions = load_questions(write_rows(tmp_path / "set.jsonl", rows))
        answers = [
            {"question_id": i, **(given if isinstance(given, dict) else {"text": given})}
            for i, given in said.items()
        ]
        path = write_rows(tmp_path / "answers.jsonl", answers)
        return score_set(path, questions, judge or WordJudge(), tmp_path / "out", **more)

    return run


def written(folder: Path):
    lines = (folder / "scores.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


# --- figures ------------------------------------------------------------------------------------


def test_the_overall_score_is_the_mean_of_the_categories(score):
    result = score({**RIGHT, 0: "緑", 4: "進む"})
    assert result["score"] == {"conv": 7.0, "detail": 10.0, "complex": 1.0, "overall": 6.0}
    assert result["n"] == 5
    assert result["judge"] == {"name": "word", "version": "1"}


def test_weights_count_in_the_weighted_mean_alone(score):
    result = score({**RIGHT, 4: "進む"})
    assert result["score"]["overall"] == 7.0
    assert result["weighted"] == pytest.approx((4 * 10 + 3 * 1) / 7, abs=1e-3)


def test_image_categories_have_means_of_their_own(score):
    pictures = score({**RIGHT, 3: "山"})["image_categories"]
    assert list(pictures) == ["food", "traffic"]
    assert (pictures["food"]["mean"], pictures["food"]["n"]) == (5.5, 2)
    assert (pictures["traffic"]["mean"], pictures["traffic"]["n"]) == (10.0, 3)


def test_a_category_that_the_set_does_not_have_is_null(score):
    result = score({0: "青"}, rows=ROWS[:1])
    assert result["score"] == {"conv": 10.0, "detail": None, "complex": None, "overall": 10.0}


def test_relative_scores_are_per_cent_of_the_references_own(score):
    result = score({**RIGHT, 3: "山"})
    assert result["references"]["detail"]["mean"] == 10.0
    assert result["relative"]["detail"]["mean"] == 10.0
    assert result["relative"]["overall"]["mean"] == pytest.approx((100 + 10 + 100) / 3, abs=1e-3)


def test_without_references_there_is_nothing_relative(score):
    result = score({0: "青"}, rows=[{**ROWS[0], "reference": ""}])
    assert result["relative"] == result["references"] == {}
    assert "shuffled_references" not in result["baselines"]


def test_latency_and_outcomes_stand_beside_the_scores(score):
    said = {
        **RIGHT,
        0: {"text": "青", "latency_ms": 100, "outcome": "ok"},
        1: {"text": "", "latency_ms": 300, "outcome": "timeout"},
    }
    result = score(said)
    assert result["latency_ms"]["p50"] == 200.0
    assert result["outcomes"] == {
        "ok": {"n": 1, "score": 10.0},
        "timeout": {"n": 1, "score": 1.0},
    }


# --- what is no answer, and what no judge can read ------------------------------------------------


def test_what_is_no_answer_gets_the_lowest_score_unasked(score, tmp_path):
    judge = WordJudge()
    result = score({1: "", 2: {}, 3: " ", 4: "待つ"}, judge, baselines=False)
    assert judge.asked == [("4", "待つ")]
    assert [r["score"] for r in written(tmp_path / "out")] == [1, 1, 1, 1, 10]
    assert (result["n"], result["missing"], result["without_text"]) == (5, 1, 4)
    notes = [r["notes"] for r in written(tmp_path / "out")]
    assert notes[:3] == [["no answer in the file"], ["the text is empty"], ["the row has no text"]]


@pytest.mark.parametrize("how", ["fails_on", "raises_on"])
def test_a_failure_of_the_judge_is_counted_and_never_averaged_in(score, tmp_path, how):
    result = score({**RIGHT, 0: "無理"}, WordJudge(**{how: "無理"}))
    assert (result["failed"], result["n"]) == (1, 4)
    assert result["score"]["conv"] == 10.0
    first = written(tmp_path / "out")[0]
    assert (first["score"], first["share"], first["failed"]) == (None, None, True)
    assert first["notes"]


def test_a_judge_that_scores_nothing_is_an_error_whose_rows_are_kept(score, tmp_path):
    with pytest.raises(UserError, match="none of the 5 answers; the first: the endpoint is down"):
        score(dict.fromkeys(RIGHT, "無理"), WordJudge(fails_on="無理"))
    lines = (tmp_path / "out" / "scores.partial.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["failed"] for line in lines] == [True] * 5


def test_a_judge_that_scores_nothing_takes_no_earlier_scores_away(score, tmp_path):
    score(RIGHT)
    before = (tmp_path / "out" / "scores.jsonl").read_bytes()
    with pytest.raises(UserError):
        score(dict.fromkeys(RIGHT, "無理"), WordJudge(fails_on="無理"))
    assert (tmp_path / "out" / "scores.jsonl").read_bytes() == before


def test_a_judge_of_pairs_gives_the_references_score_itself(score, tmp_path):
    class PairJudge(WordJudge):
        def judge_all(self, rows, on_row):
            for index, pair in enumerate(rows):
                verdict = SimpleNamespace(
                    index=index, judgement=self.judge(*pair), reference_score=8.0
                )
                on_row(verdict, None)

    result = score(RIGHT, PairJudge())
    assert [r["reference_score"] for r in written(tmp_path / "out")] == [8.0] * 5
    assert result["relative"]["overall"]["mean"] == 125.0


# --- files --------------------------------------------------------------------------------------


def test_rows_say_what_was_asked_answered_and_scored(score, tmp_path):
    score({**RIGHT, 0: {"text": "青です", "latency_ms": 5, "outcome": "ok"}})
    first = written(tmp_path / "out")[0]
    expected = {
        "question_id": "0",
        "category": "conv",
        "image_category": "traffic",
        "score": 10.0,
        "share": 1.0,
        "right": True,
        "hits": ["青"],
        "judge": {"name": "word", "version": "1"},
        "latency_ms": 5.0,
        "outcome": "ok",
        "reference_score": 10.0,
        "question": "問0は何ですか。",
        "answer": "青です",
        "reference": "色は 青",
    }
    assert expected.items() <= first.items()


def test_the_table_opens_in_a_spreadsheet(score, tmp_path):
    score({**RIGHT, 0: '青,"と"\n白'})
    data = (tmp_path / "out" / "scores.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(data.decode("utf-8-sig").splitlines(keepends=True)))
    assert len(table) == 5
    assert (table[0]["judge"], table[0]["score"], table[0]["hits"]) == ("word", "10.0", "青")
    assert table[0]["answer"] == '青,"と"\n白'


def test_what_was_scored_stays_when_the_judge_is_stopped(score, tmp_path, capsys):
    score(RIGHT)
    before = (tmp_path / "out" / "scores.jsonl").read_bytes()
    with pytest.raises(KeyboardInterrupt):
        score({**RIGHT, 2: "止"}, WordJudge(stops_on="止"))
    partial = (tmp_path / "out" / "scores.partial.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["question_id"] for line in partial.splitlines()] == ["0", "1"]
    assert (tmp_path / "out" / "scores.jsonl").read_bytes() == before
    assert "the 2 rows that were judged are in" in capsys.readouterr().err


def test_answers_are_on_disk_before_baselines_are_judged(score, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        score(RIGHT, WordJudge(stops_on="色は"))  # a reference: after the answers
    assert len(written(tmp_path / "out")) == 5
    assert not (tmp_path / "out" / "scores.partial.jsonl").exists()


def test_a_whole_scoring_leaves_rows_table_and_figures(score, tmp_path):
    result = score(RIGHT)
    names = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert names == ["score.json", "scores.csv", "scores.jsonl"]
    assert json.loads((tmp_path / "out" / "score.json").read_text(encoding="utf-8")) == result


def test_a_file_in_place_of_the_directory_is_a_sentence(score, tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(UserError, match="out is a file; name a directory"):
        score(RIGHT)


def test_two_runs_are_the_same_to_the_byte(score, tmp_path):
    said = {**RIGHT, 1: "緑", 3: {"text": "川", "latency_ms": 3.25}}
    first = score(said)
    files = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    assert json.dumps(score(said)) == json.dumps(first)
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == files


# --- intervals ----------------------------------------------------------------------------------


def test_draws_are_these_on_every_machine():
    values = [1.0 + (i * 7 % 10) for i in range(20)]
    assert draw(values)[0].figure().to_json() == DRAWN


def test_an_interval_holds_its_mean_and_narrows_with_more_answers():
    few, many = ([1.0, 10.0] * n for n in (5, 500))
    small, large = draw(few)[0].figure(), draw(many)[0].figure()
    assert small.low < 5.5 < small.high
    assert large.low < 5.5 < large.high
    assert large.high - large.low < (small.high - small.low) / 5


def test_an_interval_covers_the_truth_as_often_as_it_says():
    generator = np.random.RandomState(3)
    inside = 0
    for _ in range(200):
        sample = generator.choice([1.0, 4.0, 10.0], size=60)
        figure = draw(list(sample))[0].figure()
        inside += figure.low <= 5.0 <= figure.high
    assert 180 <= inside <= 199


def test_equal_scores_have_no_width():
    figure = draw([7.25] * 9)[0].figure()
    assert (figure.mean, figure.low, figure.high, figure.n) == (7.25, 7.25, 7.25, 9)


def test_answers_and_references_are_drawn_together():
    scores = [float(1 + i % 9) for i in range(30)]
    figure = percent_of(*draw([s / 2 for s in scores], scores)).figure()
    assert (figure.mean, figure.low, figure.high) == (50.0, 50.0, 50.0)


def test_in_the_macro_mean_a_small_category_weighs_as_much_as_a_large_one():
    small, large = draw([1.0])[0], draw([10.0] * 99)[0]
    figure = macro([small, large]).figure()
    assert (figure.mean, figure.low, figure.high, figure.n) == (5.5, 5.5, 5.5, 100)


def test_drawing_in_pieces_is_drawing_at_once(monkeypatch):
    values = [float(1 + i % 10) for i in range(50)]
    whole = draw(values)[0].figure()
    monkeypatch.setattr(bootstrap, "_DRAWS_AT_ONCE", 333)
    assert draw(values)[0].figure() == whole
