"""Claims about labelled frames: true, false, or left open; and what a report gets for them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.cli import main
from vlm_driving.core import UserError
from vlm_driving.exam import real_camera
from vlm_driving.exam.real_camera import (
    RealRecord,
    best_constant,
    constant_reports,
    real_figures,
    report_figures,
)
from vlm_driving.exam.real_frames import CHANGES, _scene
from vlm_driving.exam.real_labels import SCHEMA, Label, is_invented, is_true, read_labels
from vlm_driving.exam.records import Report
from vlm_driving.replay.bag_writer import BagWriter
from vlm_driving.simulator.parse_ja import claims
from vlm_driving.simulator.scene import Light

VALUES: dict[str, Any] = {
    **{"set": "tuning", "bag": "ride", "topic": "/camera", "stamp_ns": 5, "clear": True},
    **{"light": "day", "weather": "clear", "road": ["expressway"], "lanes": [3, 4]},
    **{"tunnel": False, "curve": "left", "curve_strict": False, "oncoming_visible": True},
    **{"parked_visible": False, "pedestrians": [], "cyclists": [], "signal": None},
    **{"crossing": False, "stop_line": False, "works": False, "obstacle": False, "signs": False},
    **{"offset": ["center"], "jam": None, "doubtful": []},
    "lead": {"range_m": [20, 30], "kind": ["sedan"], "braking": None},
    "vehicles": [
        {"side": "center", "direction": "ahead", "range_m": [20, 30]},
        {"side": "right", "direction": "oncoming", "range_m": [60, 90]},
    ],
}


def label(**changes: Any) -> Label:
    return Label("tuning", "ride", "/camera", 5, {**VALUES, **changes})


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("約25m先に乗用車がいます。", True),
        ("約80m先に乗用車がいます。", False),
        ("約25m先にトラックがいます。", False),
        ("対向車が来ています。", True),
        ("歩行者がいます。", False),
        ("信号は赤です。", False),
        ("夜の道路です。", False),
        ("片側3車線の道路です。", True),
        ("片側1車線の道路です。", False),
        ("高速道路です。", True),
    ],
)
def test_a_claim_is_true_or_false_of_a_frame(text: str, verdict: bool) -> None:
    found = [is_true(c, label()) for c in claims(text).items]
    assert found == [verdict]


def test_what_a_label_doubts_is_neither_true_nor_false() -> None:
    (lead,) = claims("乗用車が前にいます。").items
    assert is_true(lead, label(doubtful=["lead"])) is None
    (near,) = claims("約10m先に乗用車がいます。").items
    far = {"range_m": [120, 180], "kind": ["sedan"], "braking": None}
    assert is_true(near, label(doubtful=["lead"], lead=far)) is False
    (oncoming,) = claims("対向車が来ています。").items
    assert is_true(oncoming, label(doubtful=["oncoming_visible"])) is None


def test_a_wrong_detail_is_false_and_a_thing_that_is_not_there_is_invented() -> None:
    (truck,) = claims("約25m先にトラックがいます。").items
    (person,) = claims("左の歩道に歩行者がいます。").items
    assert is_true(truck, label()) is False and not is_invented(truck, label())
    assert is_invented(person, label())
    assert is_invented(truck, label(lead=None))
    (denied,) = claims("歩行者は見えません。").items
    assert is_true(denied, label()) and not is_invented(denied, label())


REPORT = Report("KEEP", "KEEP", (), 0.9, 1.0, False, False, "", "約25m先に乗用車がいます。")


def test_a_report_gets_its_share_of_truth_and_of_vehicles() -> None:
    wrong = replace(REPORT, description_ja="左の歩道に歩行者がいます。")
    found = report_figures([(label(), REPORT), (label(), wrong)])
    assert (found["facts"], found["facts_true"]) == (2, 0.5)
    assert found["invented_a_report"] == 0.5
    # The oncoming one is beyond 40 m.
    assert (found["vehicles_near"], found["vehicles_near_named"]) == (2, 0.5)
    silent = report_figures([(label(), replace(REPORT, unsure=True))])
    assert (silent["facts_true"], silent["clear_not_refused"]) == (None, 0.0)
    assert silent["vehicles_near_named"] == 0.0


def test_a_vehicle_in_the_next_lane_is_not_named_by_one_ahead_of_us() -> None:
    beside = label(
        lead=None, vehicles=[{"side": "right", "direction": "ahead", "range_m": [15, 25]}]
    )
    assert report_figures([(beside, REPORT)])["vehicles_near_named"] == 0.0
    named = replace(REPORT, description_ja="隣の車線の約20m先に車がいます。")
    assert report_figures([(beside, named)])["vehicles_near_named"] == 1.0


def test_words_have_to_follow_the_picture() -> None:
    night = replace(REPORT, description_ja="夜の高速道路です。")
    unsure = replace(REPORT, unsure=True)
    changed = {"darkened": night, "rained_on": REPORT, "half_covered": unsure}
    found = real_figures([RealRecord(label(), REPORT, changed)], [REPORT])["tuning"]
    assert {name: part["follows"] for name, part in found["changed"].items()} == {
        "darkened": 1.0,
        "rained_on": 0.0,
        "half_covered": 1.0,
    }
    assert found["changed"]["darkened"]["unchanged_says_so"] == 0.0


def test_a_constant_report_is_chosen_to_fit() -> None:
    night = replace(REPORT, description_ja="夜の高速道路です。")
    assert best_constant([label(), label()], [night, REPORT])[0] is REPORT
    assert len({r.description_ja for r in constant_reports(5)}) == 5


def test_changed_pictures_are_darker_wetter_and_covered() -> None:
    picture = np.full((720, 1280, 3), 140, np.uint8)
    seen = {name: change(picture, 3) for name, change in CHANGES.items()}
    assert all(image.shape == (360, 640, 3) for image in seen.values())
    assert seen["darkened"].mean() < 30
    assert seen["rained_on"].std() > 2
    hidden = np.abs(seen["half_covered"].astype(int) - 140).max(axis=2) > 20
    assert 0.03 < hidden.mean() < 0.6
    assert picture.min() == picture.max() == 140


def test_rain_falls_by_day() -> None:
    assert all(_scene(seed).atmosphere.light is Light.DAY for seed in range(4))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is no JSON"),
        ("{}", "holds no labels of real frames"),
        (json.dumps({"schema": SCHEMA, "frames": []}), "labels no frames"),
        (json.dumps({"schema": SCHEMA, "frames": [{"bag": "a"}]}), "frame 0, lacks set, topic"),
    ],
)
def test_a_file_that_holds_no_labels_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "labels.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=sentence):
        read_labels(file)


def test_a_bag_is_scored_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real_camera, "constant_reports", lambda: [REPORT])
    stamps = (1_700_000_000_000_000_000, 1_700_000_001_000_000_000)
    with BagWriter(tmp_path / "ride") as bag:
        for index, stamp_ns in enumerate(stamps):
            bag.image("/camera", stamp_ns, "camera", np.full((72, 128, 3), 90 + index, np.uint8))
    frames = [{**VALUES, "stamp_ns": stamp_ns} for stamp_ns in stamps]
    file = tmp_path / "labels.json"
    file.write_text(json.dumps({"schema": SCHEMA, "frames": frames}), encoding="utf-8")
    bundle = make_tiny_bundle(tmp_path / "tiny", "gqa")
    words = ["train", "--evaluate", bundle, "--out", tmp_path / "out", "--real", file]
    assert main([*map(str, words), str(tmp_path / "ride")]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["real"]["tuning"]["frames"] == 2
    lines = (tmp_path / "out" / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["stamp_ns"] for line in lines] == list(stamps)
    frames.append({**VALUES, "stamp_ns": 7})
    file.write_text(json.dumps({"schema": SCHEMA, "frames": frames}), encoding="utf-8")
    assert main([*map(str, words), str(tmp_path / "ride")]) == 2
    assert "lacks 1 of the labelled frames, the first with stamp 7" in capsys.readouterr().err


def test_a_bag_without_labels_is_named(tmp_path: Path) -> None:
    from vlm_driving.exam.real_frames import real_frames

    with pytest.raises(UserError, match="No label is of a bag named other; the labels name ride"):
        real_frames([label()], [tmp_path / "other"], tmp_path)
