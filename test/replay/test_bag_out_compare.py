"""Whether a bag of the node and one of a replay say the same about the same frames."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from vlm_driving.core import Advice, Outcome, PathAdvice, SceneReport, SpeedAdvice
from vlm_driving.replay.bag_out_said import OutputTopics, Voice
from vlm_driving.replay.bag_types import known_definition
from vlm_driving.replay.bag_writer import BagWriter
from vlm_driving.replay.compare_outputs import Comparison, compare, main, read_outputs
from vlm_driving.ros.codecs import encode

TOPICS = OutputTopics("front")
BEGIN_NS = 1_700_000_000_000_000_000
STOP = Advice(SpeedAdvice.STOP, PathAdvice.KEEP, 0.71239)


def reports(count: int = 5) -> list[SceneReport]:
    return [
        SceneReport(
            camera="front",
            frame_id="optical",
            stamp_ns=BEGIN_NS + index * 100_000_000,
            sequence=index,
            outcome=Outcome.OK,
            advice=STOP,
            advice_ja="止まってください。赤信号です。",
            description_ja=f"場面{index}です。",
            ego_speed_kmh=36.0,
            latency_ms=40.0 + index,
        )
        for index in range(count)
    ]


def write(
    path: Path, said: list[SceneReport], leave_out: str = "", node: str = "", camera: str = "front"
) -> Path:
    """A bag of what is said for these reports, but for the topics that end with `leave_out`."""
    topics = OutputTopics(camera)
    voice = Voice(topics, 1.0, None)
    with BagWriter(path) as bag:
        for name, kind in topics.kinds(annotated=False).items():
            definition = known_definition(kind.value)
            assert definition is not None
            bag.topic(node + name, kind.value, definition)
        kinds = topics.kinds(annotated=False)
        for report in said:
            now_ns = voice.published_ns(report, report.stamp_ns)
            for one in voice.report(report, None, report.stamp_ns, now_ns):
                if not leave_out or not one.topic.endswith(leave_out):
                    bag.raw(node + one.topic, now_ns, encode(kinds[one.topic], one.message))
    return path


def compared(tmp_path: Path, node: list[SceneReport], **more: Any) -> Comparison:
    offline = read_outputs(write(tmp_path / "offline", reports()))
    return compare(offline, read_outputs(write(tmp_path / "node", node, **more)))


def changed(**changes: Any) -> list[SceneReport]:
    """The reports, the second with other values."""
    said = reports()
    said[1] = replace(said[1], **changes)
    return said


def test_the_same_answers_at_other_times_are_the_same(tmp_path):
    found = compared(tmp_path, [replace(one, latency_ms=90.0) for one in reports()])
    assert found.same
    assert (found.compared, found.vehicle_compared) == (5, 5)


def test_other_advice_and_other_words_are_differences(tmp_path):
    go_on = Advice(SpeedAdvice.KEEP, PathAdvice.KEEP, 0.71239)
    found = compared(tmp_path, changed(advice=go_on, description_ja="別の場面です。"))
    assert not found.same
    assert {(one.stamp_ns, one.what) for one in found.differences} == {
        (reports()[1].stamp_ns, what) for what in ("advice", "description_ja", "~/advice")
    }


def test_another_confidence_is_a_difference(tmp_path):
    found = compared(tmp_path, changed(advice=replace(STOP, confidence=0.8)))
    assert "advice" in {one.what for one in found.differences}


def test_text_that_was_cut_is_none_but_other_text_is(tmp_path):
    cut = {"outcome": Outcome.TRUNCATED, "description_ja": ""}
    found = compared(tmp_path, changed(advice_ja="止まってください。", **cut))
    assert found.same and found.truncated == 1
    found = compared(tmp_path / "other", changed(advice_ja="進んでください。", **cut))
    assert [one.what for one in found.differences] == ["advice_ja"]


def test_a_replay_under_deadlines_may_have_cut_its_text_too(tmp_path):
    cut = write(tmp_path / "cut", changed(outcome=Outcome.TRUNCATED, description_ja=""))
    whole = write(tmp_path / "whole", reports())
    assert compare(read_outputs(cut), read_outputs(whole)).same


def test_what_the_node_did_not_take_or_answer_is_counted(tmp_path):
    said = changed(outcome=Outcome.TIMEOUT, advice=None, advice_ja="", description_ja="")[:4]
    found = compared(tmp_path, said)
    assert found.same
    assert (found.compared, found.unanswered, found.missing) == (3, 1, 1)


def test_frames_that_the_replay_does_not_know_are_counted(tmp_path):
    found = compared(tmp_path, [*reports(), replace(reports()[0], stamp_ns=7)])
    assert found.same and found.unknown == 1


def test_another_ego_speed_excuses_another_answer(tmp_path):
    found = compared(tmp_path, changed(ego_speed_kmh=None, description_ja="別の場面です。"))
    assert found.same and (found.compared, found.other_speed) == (4, 1)


def test_topics_that_do_not_say_what_the_reports_say_are_differences(tmp_path):
    for name in ("front/advice", "description"):
        found = compared(tmp_path / name, reports(), leave_out=name)
        assert not found.same
        assert all(one.what.startswith("node: ~/<camera>/") for one in found.differences)


def test_nothing_in_common_is_not_the_same(tmp_path):
    found = compared(tmp_path, [replace(one, stamp_ns=one.stamp_ns + 1) for one in reports()])
    assert found.compared == 0 and not found.same


def test_the_camera_may_have_another_name_in_each(tmp_path, capsys):
    offline = write(tmp_path / "offline", reports(), camera="cam_front")
    node = write(tmp_path / "node", reports())
    assert main([str(offline), str(node)]) == 2
    assert "--offline-camera" in capsys.readouterr().err
    assert main([str(offline), str(node), "--offline-camera", "cam_front"]) == 0


def test_as_a_program_it_prints_figures_and_exits_by_them(tmp_path, capsys):
    offline = write(tmp_path / "offline", reports())
    node = write(tmp_path / "node", changed(advice_ja="別です。"), node="/ns")
    assert main([str(offline), str(offline)]) == 0
    assert json.loads(capsys.readouterr().out)["compared"] == 5
    assert main([str(offline), str(node), "--node", "/ns/vlm_driving"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["differences"] == 1
    assert "別です。" in err
    assert main([str(offline), str(node)]) == 2
    assert "has no reports on /vlm_driving/front/report" in capsys.readouterr().err
