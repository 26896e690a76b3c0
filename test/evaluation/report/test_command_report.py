"""`vlm-driving report`, and the pages that other commands build again."""

from __future__ import annotations

import pytest

from vlm_driving import cli
from vlm_driving.bench.made_up_run import MadeUp, make_up_run
from vlm_driving.evaluation.report import assets, refresh_page


@pytest.fixture
def pair(tmp_path):
    return [
        make_up_run(tmp_path / name, MadeUp(frames=20, questions=6, pictures=2, seed=seed))
        for seed, name in enumerate(("a", "b"))
    ]


def test_two_runs_make_one_page_in_the_last_one(pair, capsys):
    assert cli.main(["report", *map(str, pair)]) == 0
    assert capsys.readouterr().out.strip() == str(pair[1] / "comparison.html")
    assert not (pair[0] / "report.html").exists()


def test_what_is_wrong_with_a_run_names_the_run(pair, capsys):
    (pair[0] / "summary.json").unlink()
    assert cli.main(["report", *map(str, pair)]) == 0
    assert f"{pair[0]}: The run was stopped" in capsys.readouterr().err


def test_a_page_without_charts_says_how_to_get_them(pair, capsys, monkeypatch):
    monkeypatch.setattr(assets, "chart_library", lambda: None)
    assert cli.main(["report", str(pair[0])]) == 0
    assert "pip install plotly" in capsys.readouterr().err


def test_plotly_is_found_without_being_imported():
    import sys

    assert assets.chart_library() is not None
    assert "plotly" not in sys.modules


def test_scores_come_into_a_page_that_is_there(pair, capsys):
    cli.main(["report", str(pair[0])])
    before = (pair[0] / "report.html").read_text(encoding="utf-8")
    (pair[0] / "scores" / "keyfact" / "score.json").write_text('{"score": {"overall": 3.21}}')
    refresh_page(pair[0])
    assert '"overall":3.21' not in before
    assert '"overall":3.21' in (pair[0] / "report.html").read_text(encoding="utf-8")
    refresh_page(pair[1])  # has none, and gets none
    assert not (pair[1] / "report.html").exists()


def test_a_page_that_cannot_be_built_again_takes_nothing_with_it(pair, capsys):
    cli.main(["report", str(pair[0])])
    (pair[0] / "frames.jsonl").write_text("5\n6\n")
    refresh_page(pair[0])
    assert "was not built again" in capsys.readouterr().err


@pytest.mark.parametrize("frames", ["0", "100001"])
def test_the_bench_of_the_page_names_its_range(frames, capsys):
    assert cli.main(["bench", "--report", frames]) == 2
    assert "--report is from 1 to 100000" in capsys.readouterr().err


def test_the_bench_of_the_page_ends_with_its_figures(capsys, monkeypatch):
    import json

    from vlm_driving.bench import report_page

    monkeypatch.setattr(report_page, "_open", lambda page: (None, "no browser here"))
    assert cli.main(["bench", "--report", "30"]) == 0
    found = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert found["frames"] == found["questions"] == 30
    assert found["build_s"] > 0 and found["no_browser"] == "no browser here"
