"""Label files: what is right, written by people."""

from __future__ import annotations

import json

import pytest
from support.judged import said
from support.question_sets import write_rows

from vlm_driving.core import HazardKind, UserError
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.truth.judging import question_of
from vlm_driving.evaluation.truth.labels import load_labels
from vlm_driving.replay.bag import open_bag

CAMERA = "/sensing/camera/front/image_raw/compressed"
ROW = {
    "camera": "front",
    "stamp_ns": 7,
    "advice": {"speed": "STOP", "path": "KEEP"},
    "hazards": [{"kind": "signal", "side": "center", "range": "near"}],
    "reference": "信号は赤です。",
    "facts": {"must": [["赤"]]},
    "note": "written by eye",
}
BAGS = ("i280_highway_1hz", "white_lane_25fps")


@pytest.fixture
def load(tmp_path):
    def run(*rows):
        return load_labels(write_rows(tmp_path / "labels.jsonl", rows))

    return run


def test_a_line_tells_advice_hazards_and_key_facts(load):
    (truth,) = load(ROW)
    assert truth.course.to_json() == ROW["advice"]
    assert [hazard.kind for hazard in truth.hazards] == [HazardKind.SIGNAL]
    assert truth.facts.must == (("赤",),)
    assert truth.reference == "信号は赤です。"


def test_what_a_line_leaves_out_is_not_known_and_null_advice_is_known_to_be_none(load):
    bare, blind = load(
        {"camera": "front", "stamp_ns": 1, "hazards": []},
        {"camera": "front", "stamp_ns": 2, "advice": None},
    )
    assert not bare.advised
    assert bare.hazards == ()
    assert bare.facts is None
    assert blind.advised
    assert blind.course is None
    assert blind.hazards is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"stamp_ns": "7"}, "stamp_ns is a whole number, got '7'"),
        ({"camera": None}, "camera is a string"),
        ({"advice": {"speed": "BRAKE", "path": "KEEP"}}, "advice.speed is one of KEEP, ACCELERATE"),
        ({"advice": {"speed": "STOP"}}, "advice is an object with speed, path"),
        ({"advice": "STOP"}, "advice is an object with speed, path"),
        ({"hazards": {}}, "hazards is a list"),
        ({"hazards": [{"kind": "ghost", "side": "left", "range": "near"}]}, "kind is one of"),
        ({"hazards": [["signal"]]}, "a hazard is an object with kind, side, range"),
        ({"facts": {"must": "赤"}}, "must takes a list of lists"),
        ({"hazard": []}, "unknown key 'hazard'"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(load, change, sentence):
    with pytest.raises(UserError, match=sentence) as caught:
        load(ROW, {**ROW, "stamp_ns": 8, **change})
    assert str(caught.value).startswith("Line 2 of ")


def test_a_line_that_tells_nothing_two_lines_for_a_frame_and_no_line_are_refused(load):
    with pytest.raises(UserError, match="says nothing of the frame"):
        load({"camera": "front", "stamp_ns": 1, "note": "nice picture"})
    with pytest.raises(UserError, match="front at stamp_ns 7 more than once"):
        load(ROW, ROW)
    with pytest.raises(UserError, match="holds no truth"):
        load()


def test_a_truth_belongs_to_the_frame_of_its_camera_by_name_or_topic_and_its_very_stamp(load):
    report = said(0, "KEEP")
    named, topic = dict(ROW, stamp_ns=report.stamp_ns), dict(ROW, camera="/camera")
    assert list(load(named).beside([report], "/camera")) == [0]
    topic["stamp_ns"] = report.stamp_ns
    assert list(load(topic).beside([report], "/camera")) == [0]
    with pytest.raises(UserError, match="tells of camera /camera, the run of front"):
        load(topic).beside([report], None)
    with pytest.raises(UserError, match="None of the 1 frames .* is one of the run's 1"):
        load(ROW).beside([report], "/camera")


def test_two_reports_of_one_stamp_share_no_truth(load):
    report = said(0, "KEEP")
    labels = load(dict(ROW, stamp_ns=report.stamp_ns))
    assert list(labels.beside([report, report], None)) == [0]


@pytest.mark.parametrize("bag", BAGS)
def test_the_labels_of_the_recorded_bags_hold_their_own_descriptions(repository, bag):
    labels = load_labels(repository / "test" / "data" / f"labels_{bag}.jsonl")
    judge = KeyfactJudge()
    described = [truth for truth in labels if truth.reference]
    assert len(described) >= 10
    for truth in described:
        judged = judge.judge(question_of(truth), truth.reference)
        assert judged.score >= 9.9, (truth.stamp_ns, judged)
    assert all(truth.camera == CAMERA for truth in labels)


@pytest.mark.parametrize("bag", BAGS)
def test_the_labels_of_the_recorded_bags_are_of_frames_that_they_have(repository, shared_dir, bag):
    labels = load_labels(repository / "test" / "data" / f"labels_{bag}.jsonl")
    with open_bag(shared_dir / "bags" / bag) as opened:
        stamps = {opened.image(message).stamp_ns for message in opened.messages([CAMERA])}
    assert {truth.stamp_ns for truth in labels} <= stamps


def test_labels_may_have_a_byte_order_mark_and_must_be_json(tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(ROW).encode() + b"\n")
    assert len(load_labels(path)) == 1
    path.write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(UserError, match="is no JSON"):
        load_labels(path)
