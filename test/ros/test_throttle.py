from __future__ import annotations

from vlm_driving.ros.dds.log import DdsLog
from vlm_driving.ros.throttle import MOST_KEYS, Throttle


class Watch:
    now_ns = 0

    def __call__(self):
        return self.now_ns


def test_a_line_passes_once_in_its_time_and_each_key_for_itself():
    watch = Watch()
    throttle = Throttle(watch)
    assert throttle.passes("a", 5.0) and throttle.passes("b", 5.0)
    watch.now_ns = 4_999_999_999
    assert not throttle.passes("a", 5.0)
    watch.now_ns = 5_000_000_000
    assert throttle.passes("a", 5.0)
    assert not throttle.passes("a", 5.0)


def test_without_a_time_every_line_passes():
    throttle = Throttle(Watch())
    assert all(throttle.passes("a", 0.0) for _ in range(3))


def test_texts_without_end_do_not_fill_the_memory():
    throttle = Throttle(Watch())
    for number in range(3 * MOST_KEYS):
        throttle.passes(str(number), 1.0)
    assert len(throttle._passed_ns) == MOST_KEYS
    assert not throttle.passes(str(3 * MOST_KEYS - 1), 1.0)


def test_a_log_line_has_the_form_of_ros():
    lines: list[str] = []
    log = DdsLog("vlm", lines.append, lambda: 12_000_000_034, Throttle(Watch()))
    log.warn("slow", throttle_s=1.0)
    log.warn("slow", throttle_s=1.0)
    log.debug("unseen")
    log.error("other", throttle_s=1.0, key="slow")
    assert lines == ["[WARN] [12.000000034] [vlm]: slow"]
