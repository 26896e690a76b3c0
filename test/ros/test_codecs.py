from __future__ import annotations

import array
import struct
from typing import Any

import numpy as np
import pytest

from vlm_driving.ros.cdr import CdrError
from vlm_driving.ros.codecs import CODECS, decode, encode
from vlm_driving.ros.messages import (
    BoolMessage,
    ClassificationMessage,
    ClockMessage,
    CompressedImageMessage,
    DiagnosticLevel,
    DiagnosticsMessage,
    DiagnosticStatus,
    FloatMessage,
    Header,
    ImageMessage,
    Kind,
    Message,
    SpeedMessage,
    TextMessage,
)

STAMP_NS = 1_700_000_000_123_456_789
HEADER = Header(STAMP_NS, "camera_link")
MESSAGES: dict[Kind, Message] = {
    Kind.IMAGE: ImageMessage(HEADER, 2, 3, "bgr8", False, 12, bytes(range(24))),
    Kind.COMPRESSED_IMAGE: CompressedImageMessage(HEADER, "jpeg", b"\xff\xd8\xff\xd9\x00"),
    Kind.TEXT: TextMessage("前方に歩行者がいます。"),
    Kind.BOOL: BoolMessage(True),
    Kind.FLOAT: FloatMessage(-12.5),
    Kind.CLOCK: ClockMessage(STAMP_NS),
    Kind.ODOMETRY: SpeedMessage(STAMP_NS, 36.0),
    Kind.TWIST: SpeedMessage(STAMP_NS, 36.0),
    Kind.VELOCITY_REPORT: SpeedMessage(STAMP_NS, 36.0),
    Kind.CLASSIFICATION: ClassificationMessage(HEADER, (("speed/STOP", 0.75), ("path/KEEP", 0.5))),
    Kind.DIAGNOSTICS: DiagnosticsMessage(
        STAMP_NS,
        (
            DiagnosticStatus(DiagnosticLevel.WARN, "rate", "slow", "hw", (("hz", "3.1"),)),
            DiagnosticStatus(9, "odd", ""),
        ),
    ),
}


def read(kind: Kind, cdr: bytes | memoryview) -> Any:
    return decode(kind, cdr)


def hand_made_image(order: str, data: bytes = b"abcdefgh") -> bytes:
    """Two rows of `step` 4 with one mono pixel each: frame_id `cam`, so that nothing is aligned."""
    head = b"\x00\x01\x00\x00" if order == "<" else b"\x00\x00\x00\x00"
    return b"".join(
        [
            head,
            struct.pack(order + "iII4s", 5, 6, 4, b"cam\0"),
            struct.pack(order + "II", 2, 1),
            struct.pack(order + "I6s", 6, b"mono8\0"),
            b"\1",  # is_bigendian, at byte 34 of the data
            b"\0",  # to the next multiple of 4
            struct.pack(order + "II", 4, len(data)),
            data,
        ]
    )


def test_every_kind_has_a_codec_and_an_example():
    assert set(CODECS) == set(Kind) == set(MESSAGES)


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name)
def test_what_is_written_is_read(kind):
    assert read(kind, encode(kind, MESSAGES[kind])) == MESSAGES[kind]


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_image_of_either_byte_order_is_read(order):
    image = read(Kind.IMAGE, hand_made_image(order))
    assert image == ImageMessage(Header(5_000_000_006, "cam"), 2, 1, "mono8", True, 4, b"abcdefgh")


def test_an_image_is_written_byte_for_byte_as_cdr_says():
    image = ImageMessage(Header(5_000_000_006, "cam"), 2, 1, "mono8", True, 4, b"abcdefgh")
    assert encode(Kind.IMAGE, image) == hand_made_image("<")


def test_a_text_is_written_byte_for_byte():
    assert encode(Kind.TEXT, TextMessage("abc")) == b"\0\1\0\0\4\0\0\0abc\0"
    assert encode(Kind.TEXT, TextMessage("")) == b"\0\1\0\0\1\0\0\0\0"


def test_doubles_are_aligned_to_eight_counted_from_the_end_of_the_head():
    message = ClassificationMessage(Header(0, ""), (("a", 1.0),))
    expected = b"\0\1\0\0" + struct.pack("<iII1s3xII2s2xd", 0, 0, 1, b"", 1, 2, b"a\0", 1.0)
    assert struct.calcsize("<iII1s3xII2s2x") % 8 == 4  # so here the double needs 4 more
    expected = expected[:-8] + bytes(4) + expected[-8:]
    assert encode(Kind.CLASSIFICATION, message) == expected


def test_a_twist_is_read_at_the_places_of_its_numbers():
    cdr = b"\0\1\0\0" + struct.pack("<iII2s2x6d", 1, 2, 2, b"b\0", 3.0, 4.0, 9, 9, 9, 9)
    assert read(Kind.TWIST, cdr) == SpeedMessage(1_000_000_002, 18.0)


def test_an_odometry_is_read_past_pose_and_covariance():
    head = struct.pack("<iII2s2xI1s3x", 1, 2, 2, b"o\0", 1, b"")
    head += bytes(-len(head) % 8)
    cdr = (
        b"\0\1\0\0" + head + struct.pack("<43d", *[7.0] * 43) + struct.pack("<42d", -10, *[0] * 41)
    )
    assert read(Kind.ODOMETRY, cdr) == SpeedMessage(1_000_000_002, 36.0)


def test_a_string_of_no_bytes_at_all_is_empty():
    assert read(Kind.TEXT, b"\0\1\0\0" + bytes(4)) == TextMessage("")


def test_padding_after_the_message_is_passed_over():
    assert read(Kind.BOOL, b"\0\1\0\3\1\0\0\0") == BoolMessage(True)


def test_a_stamp_before_1970_comes_back():
    assert read(Kind.CLOCK, encode(Kind.CLOCK, ClockMessage(-1))) == ClockMessage(-1)


def test_the_step_may_be_larger_than_the_row():
    image = read(Kind.IMAGE, encode(Kind.IMAGE, MESSAGES[Kind.IMAGE]))
    rows = np.frombuffer(image.data, np.uint8).reshape(image.height, image.step)
    assert rows[1, :3].tolist() == [12, 13, 14]


def test_an_image_that_is_read_is_a_view_and_cannot_be_written():
    cdr = hand_made_image("<")
    image = read(Kind.IMAGE, cdr)
    assert image.data.obj is cdr and image.data.readonly


@pytest.mark.parametrize("data", [b"", memoryview(b""), memoryview(array.array("H", range(6)))])
def test_data_of_any_buffer_is_written_as_its_bytes(data: Any):
    written = encode(Kind.COMPRESSED_IMAGE, CompressedImageMessage(HEADER, "png", data))
    assert bytes(read(Kind.COMPRESSED_IMAGE, written).data) == memoryview(data).tobytes()


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name)
def test_a_message_cut_off_anywhere_says_so(kind):
    whole = encode(kind, MESSAGES[kind])
    needed = {Kind.ODOMETRY: 8 * 40, Kind.TWIST: 8 * 4, Kind.VELOCITY_REPORT: 4 * 2}.get(kind, 0)
    for size in range(len(whole) - needed):
        with pytest.raises(CdrError, match=f"not a {kind.value}: "):
            read(kind, whole[:size])


def test_the_error_names_the_field_and_the_places():
    with pytest.raises(CdrError, match=r"data needs bytes 48 to 56, but the message ends at 55"):
        read(Kind.IMAGE, hand_made_image("<")[:-1])


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name)
def test_random_bytes_are_a_message_or_a_clear_error(kind):
    rng = np.random.default_rng(3)
    whole = encode(kind, MESSAGES[kind])
    for _ in range(300):
        spoilt = bytearray(whole)
        for place in rng.integers(4, len(whole), 3):
            spoilt[place] = rng.integers(256)
        try:
            read(kind, bytes(spoilt))
        except CdrError as error:
            assert kind.value in str(error)


@pytest.mark.parametrize("head", [b"", b"\0", b"\0\1\0", b"\0\3\0\0", b"\0\7\0\0", b"\1\0\0\0"])
def test_another_encapsulation_is_refused(head):
    with pytest.raises(CdrError):
        read(Kind.BOOL, head + (b"\1" if len(head) == 4 else b""))


def test_a_string_without_its_zero_is_refused():
    with pytest.raises(CdrError, match="data has no closing zero"):
        read(Kind.TEXT, b"\0\1\0\0\3\0\0\0abc")


def test_bytes_that_are_no_utf8_are_replaced():
    assert read(Kind.TEXT, b"\0\1\0\0\2\0\0\0\xff\0") == TextMessage("\ufffd")


def test_a_message_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="std_msgs/msg/String carries TextMessage"):
        encode(Kind.TEXT, BoolMessage(True))
