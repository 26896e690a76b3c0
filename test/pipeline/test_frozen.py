"""A hung camera driver: the same pixels under new stamps are no picture of the road."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from support.scripted_answerer import MS, ScriptedAnswerer
from support.thread_workers import open_ladder

from vlm_driving.core import Outcome, UserError
from vlm_driving.pipeline import FrameProcessor, PipelineSettings
from vlm_driving.pipeline.frozen import FROZEN_JA, FrozenInput, fingerprint

SETTINGS = PipelineSettings(budget_ms=200, backend="onnx-cpu", model="tiny")


def noise(seed: int, shape=(36, 64, 3)):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def take(processor, frame):
    job = processor.admit(frame)
    assert job is not None
    processor.process(job)


def seen(frozen, stamps_ms, image=None, camera="front"):
    picture = noise(0) if image is None else image
    return [frozen.see(camera, round(ms * MS), picture) for ms in stamps_ms]


def test_three_equal_frames_over_200_ms_are_frozen():
    assert seen(FrozenInput(3), (0, 100, 200, 300)) == [False, False, True, True]


def test_a_fast_camera_is_given_200_ms():
    assert seen(FrozenInput(3), range(0, 250, 40)) == [False] * 5 + [True] * 2


def test_a_slow_camera_is_given_three_frames():
    assert seen(FrozenInput(3), (0, 1000, 2000)) == [False, False, True]


def test_the_same_message_again_is_no_new_frame():
    assert seen(FrozenInput(3), (0, 0, 0, 0, 300, 300)) == [False] * 6


def test_stamps_that_go_back_begin_anew():
    """A bag that is played in a loop shows the same first frame again."""
    assert seen(FrozenInput(3), (0, 500, 0, 100, 200)) == [False, False, False, False, True]


def test_one_picture_that_moves_ends_it():
    frozen = FrozenInput(3)
    assert seen(frozen, (0, 150, 300))[-1]
    assert not frozen.see("front", 400 * MS, noise(1))
    assert seen(frozen, (500, 700, 900)) == [False, False, True]


def test_every_camera_stands_alone():
    frozen = FrozenInput(3)
    assert seen(frozen, (0, 150), camera="left") == [False, False]
    assert seen(frozen, (300, 450), camera="right") == [False, False]
    assert seen(frozen, (600,), camera="left") == [True]


def test_zero_turns_it_off():
    assert not any(seen(FrozenInput(0), range(0, 2000, 100)))


def test_a_still_scene_before_a_sensor_is_live():
    """One grey level of noise tells a real camera from a hung driver."""
    rng = np.random.default_rng(3)
    road = noise(0, (360, 640, 3)) // 2 + 50
    frozen = FrozenInput(3)
    for index in range(20):
        picture = road + rng.integers(0, 2, road.shape, dtype=np.uint8)
        assert not frozen.see("front", index * 100 * MS, picture)


def test_black_is_frozen_like_any_other_picture():
    assert seen(FrozenInput(3), (0, 100, 200), np.zeros((36, 64, 3), np.uint8))[-1]


def test_the_shape_counts():
    pixels = np.zeros(36 * 64 * 3, np.uint8)
    assert fingerprint(pixels.reshape(36, 64, 3)) != fingerprint(pixels.reshape(64, 36, 3))


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 9000, 3), (720, 1280, 3)])
def test_any_size_has_a_fingerprint(shape):
    assert (
        fingerprint(noise(1, shape)) == fingerprint(noise(1, shape)) != fingerprint(noise(2, shape))
    )


@pytest.mark.parametrize("frames", [1, -3])
def test_fewer_than_two_equal_frames_cannot_be_told(frames):
    with pytest.raises(UserError, match="two or more equal frames, or never with 0"):
        PipelineSettings(frozen_after_frames=frames)


def still(make_frame, sequence):
    return make_frame(sequence, stamp_ns=sequence * 100 * MS, load=lambda: noise(0))


def test_a_frozen_picture_is_not_advised_on(clock, published, make_frame):
    answerer = ScriptedAnswerer(wait_ms=clock.advance_ms)
    processor = FrameProcessor(answerer, published, SETTINGS, clock)
    for sequence in range(4):
        take(processor, still(make_frame, sequence))
    assert published.outcomes == ["ok", "ok", "unsure", "unsure"]
    report = published.reports[-1]
    assert (report.outcome, report.reason) == (Outcome.UNSURE, "frozen_input")
    assert (report.advice, report.advice_ja, report.description_ja) == (None, FROZEN_JA, "")
    assert (report.backend, report.model) == (None, None)
    assert len(answerer.seen) == 2
    assert published.images[-1] is not None
    frame = make_frame(4, stamp_ns=400 * MS, load=lambda: noise(1))
    take(processor, frame)
    assert published.outcomes[-1] == "ok"


def test_turned_off_a_still_picture_is_advised_on(clock, published, make_frame):
    settings = PipelineSettings(budget_ms=200, frozen_after_frames=0)
    processor = FrameProcessor(
        ScriptedAnswerer(wait_ms=clock.advance_ms), published, settings, clock
    )
    for sequence in range(5):
        take(processor, still(make_frame, sequence))
    assert published.outcomes == ["ok"] * 5


def test_the_ladder_finds_it_too(published, make_frame):
    out = threading.Semaphore(0)

    def publish(report, image):
        published(report, image)
        out.release()

    settings = PipelineSettings(budget_ms=None)
    pipeline = open_ladder({"onnx-cpu": ScriptedAnswerer()}, publish, settings)
    pipeline.start()
    for sequence in range(3):
        pipeline.offer(still(make_frame, sequence))
        assert out.acquire(timeout=10)  # one by one, so that none is dropped
    pipeline.close()
    assert published.outcomes == ["ok", "ok", "unsure"]
