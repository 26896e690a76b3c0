"""The ego speed that was known when a frame was recorded."""

from __future__ import annotations

import numpy as np
import pytest

from vlm_driving.core import StampSource
from vlm_driving.replay.recorded import (
    RecordedFrame,
    RecordedSpeed,
    offered,
    with_speed,
    with_usable_times,
)
from vlm_driving.replay.source import camera_name
from vlm_driving.replay.stamps import StampClock

S = 1_000_000_000


def frame(log_s: float, stamp_ns: int = 1) -> RecordedFrame:
    return RecordedFrame(round(log_s * S), stamp_ns, "optical", lambda: np.zeros((1, 1, 3), "u1"))


def speed(log_s: float, kmh: float) -> RecordedSpeed:
    return RecordedSpeed(round(log_s * S), kmh)


def test_the_last_speed_before_the_frame_counts():
    items: list[RecordedFrame | RecordedSpeed] = [
        frame(0.0),
        speed(0.1, 30.0),
        speed(0.2, 31.0),
        frame(0.3),
        frame(0.4),
        speed(0.5, 9.0),
    ]
    assert [kmh for _, kmh in with_speed(items)] == [None, 31.0, 31.0]


def test_a_speed_of_more_than_a_second_ago_is_not_known():
    items: list[RecordedFrame | RecordedSpeed] = [speed(0.0, 30.0), frame(1.0), frame(1.001)]
    assert [kmh for _, kmh in with_speed(items)] == [30.0, None]


def test_recorded_times_that_are_none_give_way_to_header_stamps():
    """A known converter writes seconds where nanoseconds belong."""
    notes: list[str] = []
    items: list[RecordedFrame | RecordedSpeed] = [
        RecordedSpeed(17, 10.0),
        *(RecordedFrame(17 + i // 10, (17 * S) + i * S // 10, "", frame(0).load) for i in range(3)),
        RecordedSpeed(17, 11.0),
    ]
    times = [item.log_time_ns for item in with_usable_times(items, notes.append)]
    assert times == [17 * S, 17 * S, 17 * S + S // 10, 17 * S + S // 5, 17 * S + S // 5]
    assert len(notes) == 1


@pytest.mark.parametrize("stamps", [(0, 0), (5, 6), (1, 1 + S // 10)])
def test_usable_recorded_times_are_kept(stamps):
    items = [frame(i / 10, stamp) for i, stamp in enumerate(stamps)]
    notes: list[str] = []
    assert list(with_usable_times(items, notes.append)) == items
    assert notes == []


def test_on_arrival_the_pipeline_is_told_age_and_source():
    recorded = frame(10.0, stamp_ns=0)
    arrived = offered(
        recorded,
        camera="front",
        sequence=3,
        ego_speed_kmh=12.0,
        arrived_ns=77,
        now_log_ns=round(10.004 * S),
        clock=StampClock(),
    )
    assert (arrived.stamp_ns, arrived.stamp_source) == (10 * S, StampSource.ARRIVAL)
    assert arrived.age_on_arrival_ms == 4.0
    assert (arrived.sequence, arrived.arrived_ns, arrived.ego_speed_kmh) == (3, 77, 12.0)


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("/sensing/camera/front/image_raw/compressed", "front"),
        ("/carla/ego/rgb_front/image", "rgb_front"),
        ("/cam_front/raw", "cam_front"),
        ("/kitti/camera_color_left/image_raw", "camera_color_left"),
        ("/image_raw", "image_raw"),
        ("image", "image"),
    ],
)
def test_a_camera_is_named_after_its_topic(topic, name):
    assert camera_name(topic) == name
