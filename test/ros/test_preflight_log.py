"""A cause is logged when it begins, again after a minute while it lasts, and when it ends."""

from __future__ import annotations

from vlm_driving.ros.preflight import CauseLog, lines
from vlm_driving.ros.preflight_causes import Cause, CauseKind

S = 1_000_000_000
NOBODY = Cause(CauseKind.NO_PUBLISHER, "front", "Camera front: nobody.")
TWO = Cause(CauseKind.TWO_PUBLISHERS, "front", "Camera front: two.")


def test_a_cause_is_said_when_it_begins_each_minute_and_when_it_ends():
    log, said = CauseLog(), []
    for second in range(0, 200):
        log, new = lines(log, [NOBODY] if second < 150 else [], second * S)
        said += [(second, line.severity, line.text) for line in new]
    assert said == [
        (0, "error", "Camera front: nobody."),
        (60, "error", "Camera front: nobody. (for 60 s now)"),
        (120, "error", "Camera front: nobody. (for 120 s now)"),
        (150, "info", "Camera front: no_publisher is over after 150 s."),
    ]


def test_a_sentence_whose_numbers_change_is_the_same_cause():
    log, first = lines(CauseLog(), [NOBODY], 0)
    log, again = lines(log, [Cause(NOBODY.kind, "front", "Camera front: nobody for 3 s.")], S)
    assert len(first) == 1 and again == ()


def test_each_camera_and_each_kind_has_its_own_throttle():
    log, _ = lines(CauseLog(), [NOBODY], 0)
    rear = Cause(CauseKind.NO_PUBLISHER, "rear", "Camera rear: nobody.")
    log, said = lines(log, [NOBODY, rear, TWO], S)
    assert [line.severity for line in said] == ["error", "warn"]
    assert "rear" in said[0].text and "two" in said[1].text


def test_a_cause_that_comes_back_is_said_at_once():
    log, _ = lines(CauseLog(), [TWO], 0)
    log, _ = lines(log, [], S)
    _, said = lines(log, [TWO], 2 * S)
    assert [line.text for line in said] == ["Camera front: two."]
