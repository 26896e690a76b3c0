"""Which question is asked on which picture."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from vlm_driving.core import UserError
from vlm_driving.evaluation.questions import Question, QuestionSet
from vlm_driving.replay.asking.plan import others, sheets
from vlm_driving.replay.asking.plan_replay import plan_replay
from vlm_driving.replay.recorded import RecordedFrame

TOPIC = "/sensing/camera/front/image_raw/compressed"


def question(identity: str, camera: str = TOPIC, stamp_ns: int = 0, **more) -> Question:
    return Question(identity, "conv", "", "", "何?", camera=camera, stamp_ns=stamp_ns, **more)


def of(*questions: Question) -> QuestionSet:
    return QuestionSet(Path("set.jsonl"), "rows", questions)


class Recording:
    """Frames with these stamps; counts how many were read."""

    camera, camera_topic = "front", TOPIC

    def __init__(self, *stamps: int, fault_behind: bool = False) -> None:
        self._stamps = stamps
        self._fault = fault_behind
        self.read = 0

    def items(self):
        for stamp_ns in self._stamps:
            self.read += 1
            yield RecordedFrame(stamp_ns + 5, stamp_ns, "", lambda: None)  # type: ignore[arg-type,return-value]
        if self._fault:
            raise UserError("The bag ends in the middle of a message.")


@pytest.mark.parametrize("count", range(2, 9))
def test_the_other_scene_is_half_the_scenes_further_and_everybodys_is_anothers(count):
    ring = [("front", 100 + i) for i in range(count)]
    found = others(ring)
    assert all(scene != other for scene, other in found.items())
    assert Counter(found.values()) == Counter(ring)
    assert found[ring[0]] == ring[count // 2]
    assert found[ring[-1]] == ring[count // 2 - 1]


def test_a_lone_scene_has_no_other_and_cameras_keep_to_themselves():
    assert others([("front", 1)]) == {}
    found = others([("front", 1), ("left", 1), ("front", 2), ("left", 2), ("rear", 1)])
    assert found == {
        ("front", 1): ("front", 2),
        ("front", 2): ("front", 1),
        ("left", 1): ("left", 2),
        ("left", 2): ("left", 1),
    }


def test_pictures_in_files_are_one_ring():
    assert others([("a.jpg", None), ("b.jpg", None)])[("a.jpg", None)] == ("b.jpg", None)


def test_every_question_stands_once_on_its_own_picture_and_once_on_another():
    asked = [question(f"{n}{i}", stamp_ns=n) for n in (1, 2, 3) for i in range(n)]
    found = sheets(asked, [(TOPIC, n) for n in (1, 2, 3)])
    assert [q.id for q in found[(TOPIC, 2)].own] == ["20", "21"]
    assert sorted(q.id for s in found.values() for q in s.foreign) == sorted(q.id for q in asked)
    assert all(q.scene != s.scene for s in found.values() for q in s.foreign)
    without = sheets(asked, [(TOPIC, 1)], other_scene=False)
    assert without[(TOPIC, 1)].foreign == ()


def test_a_recording_is_read_up_to_the_last_frame_that_is_asked_about():
    recording = Recording(*range(1, 100))
    plan = plan_replay(of(question("a", stamp_ns=7), question("b", stamp_ns=3)), recording)
    assert list(plan.sheets) == [3, 7]
    assert plan.missing == ()
    assert plan.complaint() is None
    assert recording.read == 7


def test_a_stamp_without_a_frame_is_told_and_gets_no_other_scene():
    plan = plan_replay(
        of(question("a", stamp_ns=1), question("b", stamp_ns=2), question("c", stamp_ns=3)),
        Recording(1, 3),
    )
    ((missing, reason),) = plan.missing
    assert missing.id == "b"
    assert "has the stamp_ns 2" in reason
    assert [q.id for q in plan.sheets[1].foreign] == ["c"]
    assert "1 of 3 questions are not asked; the first is b" in (plan.complaint() or "")


@pytest.mark.parametrize("name", [TOPIC, "front", "/sensing/camera/front/image_raw"])
def test_a_camera_is_known_by_its_topic_however_sent_and_by_its_name(name):
    assert 1 in plan_replay(of(question("a", name, 1)), Recording(1)).sheets


def test_questions_about_another_camera_are_told():
    plan = plan_replay(of(question("a", stamp_ns=1), question("b", "/rear/image", 1)), Recording(1))
    assert [(q.id, why) for q, why in plan.missing] == [("b", "it is about the camera /rear/image")]
    with pytest.raises(UserError, match=r"about the camera /rear/image, but .* --camera-topic"):
        plan_replay(of(question("b", "/rear/image", 1)), Recording(1))


def test_a_set_of_another_recording_is_refused():
    with pytest.raises(UserError, match="None of the 1 questions .* check that the set belongs"):
        plan_replay(of(question("a", stamp_ns=9)), Recording(1, 2))


def test_a_recording_that_cannot_be_read_to_its_end_is_asked_about_as_far_as_it_goes():
    plan = plan_replay(
        of(question("a", stamp_ns=1), question("b", stamp_ns=9)), Recording(1, fault_behind=True)
    )
    assert list(plan.sheets) == [1]
    assert [q.id for q, _ in plan.missing] == ["b"]


def test_damage_in_front_of_every_frame_that_is_asked_about_is_what_is_told():
    with pytest.raises(UserError, match="ends in the middle of a message"):
        plan_replay(of(question("a", stamp_ns=9)), Recording(1, fault_behind=True))
