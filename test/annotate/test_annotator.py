"""Reports on frames: any outcome, any size, nothing outside its bands."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vlm_driving.annotate import Annotator
from vlm_driving.annotate.panel import advice_band, status_band, text_size
from vlm_driving.annotate.symbols import path_symbol, speed_symbol
from vlm_driving.annotate.words import words_of
from vlm_driving.core import (
    Advice,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    Outcome,
    PathAdvice,
    SceneReport,
    SpeedAdvice,
)

HAZARDS = (
    Hazard(HazardKind.PEDESTRIAN, HazardSide.LEFT, HazardRange.NEAR),
    Hazard(HazardKind.SIGNAL, HazardSide.CENTER, HazardRange.MID),
)
ADVISED = SceneReport(
    camera="front",
    frame_id="cam",
    stamp_ns=0,
    sequence=0,
    outcome=Outcome.OK,
    advice=Advice(SpeedAdvice.DECELERATE, PathAdvice.SHIFT_RIGHT, 0.87, HAZARDS),
    advice_ja="左前方に歩行者がいるため、減速して右に寄ってください。",
    description_ja="片側1車線の市街地で、前方約20mの信号は青です。" * 3,
    backend="onnx-cpu",
    budget_ms=200.0,
    latency_ms=142.4,
)


def silent(outcome: Outcome) -> SceneReport:
    return dataclasses.replace(
        ADVISED, outcome=outcome, advice=None, advice_ja="", description_ja="", reason="of a kind"
    )


def frame(width: int, height: int) -> NDArray[np.uint8]:
    return np.full((height, width, 3), 128, np.uint8)


def test_the_words_are_outcome_time_advice_hazards_and_prose() -> None:
    said = words_of(ADVISED)
    assert said.status == "front  回答  142/200 ms  onnx-cpu"
    assert said.headline == ("減速", "右に寄る", "確信度87%")
    assert said.details[0] == "注意対象: 歩行者（左・近）、信号（正面・中）"
    assert said.details[1:] == (ADVISED.advice_ja, ADVISED.description_ja)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_report_without_advice_says_so_for_every_outcome(outcome: Outcome) -> None:
    said = words_of(silent(outcome))
    assert said.headline[0].startswith("助言なし（")
    assert said.speed is None and said.path is None
    assert said.details == ("理由: of a kind",)


def test_a_late_report_says_so_in_words_and_colour() -> None:
    late = words_of(dataclasses.replace(ADVISED, latency_ms=231.0))
    assert "231/200 ms  締切超過" in late.status
    in_time = words_of(ADVISED)
    alarmed = status_band(dataclasses.replace(in_time, late=True), 640, 14)
    assert not np.array_equal(alarmed.adds, status_band(in_time, 640, 14).adds)


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1920, 1200), (3840, 2160), (400, 800)])
@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_drawn_inside_its_bands_at_every_size(
    outcome: Outcome, size: tuple[int, int]
) -> None:
    report = ADVISED if outcome is Outcome.OK else silent(outcome)
    image = frame(*size)
    drawn = Annotator().draw(image, report)
    pixels = text_size(*size)
    assert pixels is not None
    top = len(status_band(words_of(report), size[0], pixels).keeps)
    bottom = advice_band(words_of(report), *size, pixels).top
    assert top < bottom and size[1] - bottom <= size[1] * 0.5
    assert np.array_equal(drawn[top:bottom], image[top:bottom])
    assert (drawn[:top] > 200).any() and (drawn[bottom:] > 150).any()
    assert (image == 128).all()


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (3840, 2160)])
def test_text_keeps_clear_of_the_frames_edges(size: tuple[int, int]) -> None:
    pixels = text_size(*size)
    assert pixels is not None
    for report in (ADVISED, dataclasses.replace(ADVISED, description_ja="走行中。" * 400)):
        band = advice_band(words_of(report), *size, pixels)
        rows, columns = band.adds.max(axis=(1, 2)), band.adds.max(axis=(0, 2))
        assert not columns[: pixels // 4].any() and not columns[-(pixels // 4) :].any()
        assert not rows[-2:].any()


def test_text_at_the_least_size_is_still_14_pixels_high() -> None:
    assert text_size(640, 360) == 14
    assert text_size(3840, 2160) == 72


def test_text_that_does_not_fit_takes_no_more_than_its_share() -> None:
    endless = dataclasses.replace(ADVISED, description_ja="対向車が近づいています。" * 100_000)
    band = advice_band(words_of(endless), 1280, 720, 24)
    assert len(band.keeps) <= 720 * 0.45


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (167, 84), (168, 83)])
def test_a_frame_without_room_comes_back_as_it_is(size: tuple[int, int]) -> None:
    image = frame(*size)
    drawn = Annotator().draw(image, ADVISED)
    assert np.array_equal(drawn, image) and not np.shares_memory(drawn, image)
    assert Annotator().jpeg(image, ADVISED).startswith(b"\xff\xd8")


@pytest.mark.parametrize("size", [(168, 84), (7680, 4320)])
def test_the_least_and_an_8k_frame_are_drawn(size: tuple[int, int]) -> None:
    assert not np.array_equal(Annotator().draw(frame(*size), ADVISED), frame(*size))


def test_a_side_that_jpeg_cannot_hold_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="65500"):
        Annotator().jpeg(frame(65501, 1), ADVISED)


def test_strange_text_is_drawn_without_an_error() -> None:
    strange = dataclasses.replace(
        ADVISED, camera="c" * 5000, advice_ja="😀\x00\n\n\u202e🚗", description_ja="x" * 5000
    )
    Annotator().draw(frame(640, 360), strange)


def test_the_same_report_gives_the_same_pixels_kept_or_new() -> None:
    annotator, image = Annotator(), frame(640, 360)
    first = annotator.draw(image, ADVISED)
    for outcome in Outcome:
        annotator.draw(image, silent(outcome))
    assert np.array_equal(annotator.draw(image, ADVISED), first)
    assert np.array_equal(Annotator().draw(image, ADVISED), first)


def test_a_view_of_a_larger_image_is_drawn_like_its_copy() -> None:
    large = frame(1280, 720)
    view = large[::2, ::2]
    assert np.array_equal(Annotator().draw(view, ADVISED), Annotator().draw(view.copy(), ADVISED))


def test_the_jpeg_decodes_to_the_drawn_image() -> None:
    image = frame(640, 360)
    data = np.frombuffer(Annotator(quality=95).jpeg(image, ADVISED), np.uint8)
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None
    difference = decoded.astype(int) - Annotator().draw(image, ADVISED)
    assert np.abs(difference).mean() < 3


def test_every_sign_differs_from_the_others_and_fills_its_square() -> None:
    signs = [speed_symbol(speed, 40) for speed in (*SpeedAdvice, None)]
    signs += [path_symbol(path, 40) for path in PathAdvice]
    for number, sign in enumerate(signs):
        assert sign.shape == (40, 40) and sign.max() == 255
        assert not any(np.array_equal(sign, other) for other in signs[:number])


def test_a_quality_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        Annotator(quality=0)


def test_drawing_imports_neither_pillow_nor_ros() -> None:
    code = (
        "import sys, vlm_driving.annotate;"
        "print([m for m in ('PIL', 'rclpy', 'onnxruntime', 'fontTools') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
