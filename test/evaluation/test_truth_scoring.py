"""From a run and its truth to figures, baselines and files."""

from __future__ import annotations

import csv
import json

import pytest
from support.judged import CAR, JUDGE, hazard, said, truth
from support.scored_runs import SETTINGS

from vlm_driving.core import UserError
from vlm_driving.evaluation.run import Run
from vlm_driving.evaluation.truth.baselines import in_other_scenes, run_baselines
from vlm_driving.evaluation.truth.judging import judge_frame
from vlm_driving.evaluation.truth.scoring import score_truth
from vlm_driving.evaluation.truth.truth import checked

SIGNAL = hazard("signal")
RED = {"must": [["赤"]], "form": "free"}


@pytest.fixture
def score(tmp_path):
    def run(reports, truths, settings=SETTINGS):
        loaded = Run(tmp_path, settings, {}, tuple(reports), {})
        return score_truth(loaded, checked("labels.jsonl", truths), JUDGE, tmp_path / "out")

    return run


def written(folder):
    lines = (folder / "out" / "scores.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def drive(length=20):
    """The first half waits at a red signal, the second follows a car; told rightly."""
    waits = dict(description_ja="信号は赤です。")
    reports = [said(i, "STOP", [SIGNAL], **waits) for i in range(length // 2)]
    truths = [truth(i, "STOP", hazards=(SIGNAL,), facts=RED) for i in range(length // 2)]
    for i in range(length // 2, length):
        reports.append(said(i, "KEEP", description_ja="前に車がいます。"))
        truths.append(truth(i, "KEEP", hazards=(), facts=CAR))
    return reports, truths


def test_a_run_that_tells_the_truth_gets_everything_and_only_what_never_changes_is_flagged(score):
    found = score(*drive())
    assert found["score"] == {"overall": 10.0, "conv": None, "detail": 10.0, "complex": None}
    assert found["judge"]["name"] == "keyfact"
    assert found["truth"]["advice"]["right"] == 1.0
    assert found["truth"]["advice"]["stop_recall"] == 1.0
    assert found["truth"]["advice"]["flicker_per_minute"] == 0.0
    assert found["truth"]["advice"]["truth_changes_per_minute"] > 0
    assert found["truth"]["hazards"]["f1"] == 1.0
    assert [flag.split(" (")[0] for flag in found["flags"]] == [
        "best_constant is no worse than the reports in path_macro_f1",
        "other_scene is no worse than the reports in path_macro_f1",
    ]


def test_a_timeout_counts_as_the_wrong_answer_it_is_and_stands_apart_by_outcome(score):
    reports, truths = drive()
    reports[0], reports[1] = said(0, "none"), said(1, "dropped")
    found = score(reports, truths)
    assert found["score"]["overall"] == pytest.approx(9.1)
    assert found["truth"]["advice"]["stop_recall"] == 0.8
    by_outcome = found["truth"]["by_outcome"]
    assert by_outcome["timeout"] == {
        "n": 1,
        "score": 1.0,
        "advice_right": 0.0,
        "hazards_f1": 0.0,
    }
    assert by_outcome["ok"]["score"] == 10.0
    assert found["truth"]["with_advice"] == found["truth"]["with_advice"] | {
        "n": 18,
        "score": 10.0,
        "stop_recall": 1.0,
    }
    assert found["outcomes"]["dropped"] == {"n": 1, "score": 1.0}


def test_old_text_is_no_description_of_an_unanswered_frame(score, tmp_path):
    score([said(0, "none")], [truth(0, "STOP", facts=RED)])
    (row,) = written(tmp_path)
    assert (row["score"], row["answer"], row["advice"]) == (1.0, "", None)
    assert row["notes"] == ["No description was published (outcome timeout)."]


def test_what_is_not_so_costs_half_of_a_description(score, tmp_path):
    score(
        [said(0, "KEEP", description_ja="前に車がいて、歩行者もいます。")],
        [truth(0, "KEEP", facts=CAR)],
    )
    (row,) = written(tmp_path)
    assert row["score"] == 5.5
    assert (row["hits"], row["violated"]) == (["車"], ["歩行者"])


def test_frames_without_truth_are_counted_and_not_judged(score, tmp_path):
    reports, truths = drive()
    found = score(reports, truths[:12])
    assert found["n"] == found["truth"]["frames"] == len(written(tmp_path)) == 12
    assert found["truth"]["without_truth"] == 8
    assert "8 of 20 frames have no truth; they are not judged." in found["notes"]
    assert score(reports[:3], truths)["truth"]["without_report"] == 17


def test_a_truth_of_advice_alone_judges_advice_alone(score, tmp_path):
    found = score([said(0, "STOP"), said(1, "KEEP")], [truth(0, "STOP"), truth(1, "STOP")])
    assert found["score"]["overall"] is None
    assert found["truth"]["hazards"] is None
    assert found["truth"]["advice"]["right"] == 0.5
    assert written(tmp_path)[0]["score"] is None
    assert "The truth has no key facts, so descriptions are not judged." in found["notes"]


def test_a_truth_of_hazards_alone_judges_hazards_alone(score):
    found = score([said(0, "STOP", [SIGNAL])], [truth(0, None, hazards=(SIGNAL,))])
    assert found["truth"]["hazards"]["f1"] == 1.0
    assert found["truth"]["advice"]["right"] is None
    assert found["truth"]["advice"]["stop_recall"] is None
    assert found["truth"]["advice"]["flicker_per_minute"] is None


def test_a_constant_that_does_as_well_is_flagged(score):
    reports = [said(i, "KEEP", description_ja="前に車がいます。") for i in range(6)]
    found = score(reports, [truth(i, "KEEP", facts=CAR) for i in range(6)])
    assert found["baselines"]["best_constant"] == {"overall": 10.0, "detail": 10.0}
    assert found["truth"]["baselines"]["best_constant"]["advice_right"] == 1.0
    assert found["best_constants"]["advice_right"] == "KEEP KEEP"
    told = " ".join(found["flags"])
    assert "best_constant is no worse than the reports in description (10.000" in told
    assert "best_constant is no worse than the reports in advice_right (1.000" in told
    assert any("The right advice is the same in all these frames" in x for x in found["notes"])


def test_who_always_says_stop_is_flagged_for_it(score):
    _, truths = drive()
    found = score([said(i, "STOP") for i in range(20)], truths)
    assert found["truth"]["advice"]["stop_recall"] == 1.0
    told = "other_scene is no worse than the reports in stop_recall (1.000 against 1.000)."
    assert told in found["flags"]
    rightly = score(*drive())
    assert rightly["truth"]["baselines"]["other_scene"]["stop_recall"] == 0.0
    assert "stop_recall" not in rightly["truth"]["baselines"]["best_constant"]


def test_the_best_constants_are_chosen_with_hindsight_and_lose_to_the_truth(score):
    found = score(*drive())
    theirs = found["truth"]["baselines"]["best_constant"]
    assert theirs["advice_right"] == 0.5
    assert theirs["speed_macro_f1"] == pytest.approx(1 / 3, abs=0.001)
    assert theirs["hazards_f1"] == pytest.approx(2 / 3, abs=0.001)
    assert found["baselines"]["best_constant"]["detail"] == 5.5


def test_reports_of_another_scene_are_those_of_half_a_run_away():
    reports, truths = drive(8)
    frames = [judge_frame(r, t, JUDGE) for r, t in zip(reports, truths, strict=True)]
    elsewhere = in_other_scenes(frames, JUDGE)
    pairs = [(f.report.sequence, f.truth.stamp_ns) for f in elsewhere]
    assert pairs[:2] == [(0, truths[4].stamp_ns), (1, truths[5].stamp_ns)]
    assert pairs[-1] == (7, truths[3].stamp_ns)
    found = run_baselines(frames, JUDGE)
    assert found.figures["other_scene"]["advice_right"] == 0.0
    assert found.descriptions["other_scene"] == 1.0
    assert in_other_scenes(frames[:1], JUDGE) == []


def test_rows_figures_and_a_table_are_on_disk(score, tmp_path):
    found = score(*drive())
    assert json.loads((tmp_path / "out" / "score.json").read_text("utf-8")) == found
    row = written(tmp_path)[0]
    assert list(row) == [
        "sequence",
        "camera",
        "stamp_ns",
        "outcome",
        "latency_ms",
        "score",
        "share",
        "hits",
        "missed",
        "violated",
        "notes",
        "advice",
        "truth",
        "advice_right",
        "hazards",
        "truth_hazards",
        "answer",
        "reference",
    ]
    assert row["truth"] == {"speed": "STOP", "path": "KEEP"}
    with (tmp_path / "out" / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert table[0]["advice"] == "STOP KEEP"
    assert table[0]["truth_hazards"] == "signal center mid"
    assert table[-1]["hits"] == "車"
    assert not (tmp_path / "out" / "scores.partial.jsonl").exists()


def test_the_same_run_gets_the_same_object(score):
    reports, truths = drive()
    reports[3] = said(3, "KEEP", [hazard("cyclist", "left")], description_ja="自転車がいます。")
    assert score(reports, truths) == score(reports, list(reversed(truths)))


def test_truth_of_another_bag_is_refused(score):
    with pytest.raises(UserError, match="no stamp_ns is the same"):
        score([said(0, "KEEP")], [truth(99, "KEEP")])
