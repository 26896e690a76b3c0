"""Preflight names what is wrong with the frames that come: stamps, pixels, senders."""

from __future__ import annotations

import numpy as np
import pytest
from support.camera_topics import MS, NOW, S, head, kinds, only
from support.camera_topics import sound_topic as sound

from vlm_driving.core import UserError
from vlm_driving.ros.camera_topic import FrameHead, Publisher, SimClock
from vlm_driving.ros.preflight import preflight
from vlm_driving.ros.preflight_causes import CauseKind, PreflightSettings
from vlm_driving.ros.preflight_content import row_bytes
from vlm_driving.runtime.images import KNOWN_ENCODINGS, MalformedImage, decode_image


def test_simulated_time_without_a_clock_is_named():
    kind, said = only(sound(clock=SimClock(True, 0, None, NOW)))
    assert kind is CauseKind.CLOCK_SILENT and "no publisher" in said and "--clock 200" in said
    kind, said = only(sound(clock=SimClock(True, 1, None, NOW)))
    assert kind is CauseKind.CLOCK_SILENT and "not ticked" in said


def test_stamps_of_a_simulator_without_simulated_time_are_named():
    heads = tuple(head(stamp_ns=12 * S) for _ in range(3))
    kind, said = only(sound(heads=heads))
    assert kind is CauseKind.SIM_TIME_MISSING and "use_sim_time to true" in said


def test_a_bag_with_a_clock_that_nobody_listens_to_is_named():
    heads = tuple(head(age_ms=400 * 86_400_000.0) for _ in range(3))
    view = sound(heads=heads, clock=SimClock(False, 1, 100 * S, NOW))
    assert kinds(view) == [CauseKind.SIM_TIME_MISSING]


def test_a_bag_without_a_clock_is_told_how_to_be_played():
    kind, said = only(sound(heads=(head(age_ms=400 * 86_400_000.0),)))
    assert kind is CauseKind.STAMP_OLD and "--clock 200" in said and "years" in said


def test_wall_time_under_simulated_time_is_named():
    heads = tuple(FrameHead(NOW, 30 * S, "bgr8", 2, 2, 6, 12) for _ in range(3))
    view = sound(heads=heads, clock=SimClock(True, 1, 100 * S, NOW + 20 * MS))
    kind, said = only(view)
    assert kind is CauseKind.SIM_TIME_WRONGLY_ON and "use_sim_time to false" in said


def test_frames_from_before_the_first_tick_raise_no_doubt():
    early = FrameHead(NOW, 0, "bgr8", 2, 2, 6, 12)
    clock = SimClock(True, 1, 100 * S, NOW)
    assert kinds(sound(heads=(early, early), clock=clock)) == []
    assert kinds(sound(heads=(early, early, head()), clock=clock)) == []
    far = head(age_ms=-80.0)
    assert kinds(sound(heads=(early, early, far), clock=clock)) == [CauseKind.STAMP_FUTURE]


def test_headers_that_are_never_filled_are_named():
    kind, said = only(sound(heads=tuple(head(stamp_ns=0) for _ in range(3))))
    assert kind is CauseKind.STAMP_ZERO and "header.stamp" in said


@pytest.mark.parametrize(
    ("age_ms", "kind"),
    [(1500.0, CauseKind.STAMP_OLD), (-80.0, CauseKind.STAMP_FUTURE)],
)
def test_clocks_that_differ_are_named(age_ms, kind):
    found, said = only(sound(heads=tuple(head(age_ms) for _ in range(3))))
    assert found is kind and "chrony" in said


def test_one_late_frame_or_a_tick_of_the_clock_is_no_reason_to_doubt_a_clock():
    heads = (head(20), head(5000), head(20))
    assert preflight(sound(heads=heads)) == ()
    assert preflight(sound(heads=tuple(head(-24) for _ in range(3)))) == ()


def test_an_unknown_encoding_is_answered_with_all_that_are_known():
    kind, said = only(sound(heads=(head(encoding="p010"),)))
    assert kind is CauseKind.ENCODING
    assert [name for name in KNOWN_ENCODINGS if name not in said] == []


@pytest.mark.parametrize("format", ["h264", "16UC1; compressedDepth png"])
def test_a_compressed_format_that_is_no_picture_is_named(format):
    found = kinds(sound(heads=(head(encoding=format, size=99, compressed=True),)))
    assert found == [CauseKind.ENCODING]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"step": 191}, CauseKind.STEP),
        ({"size": 64 * 3 * 48 - 1}, CauseKind.TRUNCATED),
        ({"width": 0}, CauseKind.NO_PIXELS),
        ({"height": 0}, CauseKind.NO_PIXELS),
        ({"width": 7680, "height": 4320}, CauseKind.TOO_LARGE),
    ],
)
def test_a_head_that_cannot_be_is_named(changes, kind):
    assert kinds(sound(heads=(head(**changes),))) == [kind]


def test_a_padded_row_is_no_fault():
    assert preflight(sound(heads=(head(step=256),))) == ()


@pytest.mark.parametrize("encoding", KNOWN_ENCODINGS)
def test_the_bytes_of_a_row_are_those_that_the_converter_asks_for(encoding):
    step = row_bytes(encoding, 8)
    assert step is not None
    data = np.zeros(step * 6, np.uint8)
    assert decode_image(encoding, 4, 8, step, 0, data).shape == (4, 8, 3)
    with pytest.raises(MalformedImage, match="step"):
        decode_image(encoding, 4, 8, step - 1, 0, data)


def test_frames_that_only_fail_when_they_are_decoded_are_named_with_their_reason():
    view = sound(undecodable=3, undecodable_why="The JPEG is cut off after 200 bytes.")
    kind, said = only(view)
    assert kind is CauseKind.UNDECODABLE and not kind.blocks
    assert "3 of the newest frames" in said and "cut off after 200 bytes;" in said


def test_an_encoding_without_end_makes_a_short_line():
    (cause,) = preflight(sound(heads=(head(encoding="x" * 100_000),)))
    assert cause.kind is CauseKind.ENCODING and len(cause.sentence) < 500


def test_two_publishers_are_named_beside_frames_that_come():
    view = sound(publishers=(Publisher("/bag_player"), Publisher("/driver")))
    kind, said = only(view)
    assert kind is CauseKind.TWO_PUBLISHERS and "/bag_player, /driver" in said


def test_several_causes_are_all_named_what_blocks_first():
    view = sound(
        heads=(head(encoding="p010", stamp_ns=0),),
        publishers=(Publisher("/a"), Publisher("/b")),
    )
    assert kinds(view) == [CauseKind.STAMP_ZERO, CauseKind.ENCODING, CauseKind.TWO_PUBLISHERS]


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(UserError, match="patience_ms"):
        PreflightSettings(patience_ms=0)
    with pytest.raises(UserError, match="lost_share"):
        PreflightSettings(lost_share=1.0)
