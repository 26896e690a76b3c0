"""Wrapped runners watch or replace what passes, and change nothing inside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends.onnx import open_runner
from vlm_driving.bench.answers import Answer, answer_whole
from vlm_driving.bench.runners import Following, Recording, Tracing
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine

IMAGE = np.random.default_rng(1).integers(0, 256, (40, 80, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> tuple[ModelBundle, ModelBundle]:
    """Two bundles of one shape whose weights differ."""
    folder = tmp_path_factory.mktemp("bundles")
    made = (make_tiny_bundle(folder / f"seed{seed}", seed=seed) for seed in (0, 1))
    first, second = (ModelBundle.load(path) for path in made)
    return first, second


def whole(bundle: ModelBundle) -> Answer:
    return answer_whole(Engine(bundle, open_runner(bundle, threads=1)), IMAGE, 30.0)


def test_another_model_follows_a_recording_to_the_last_token(
    bundles: tuple[ModelBundle, ModelBundle],
) -> None:
    leader, follower = bundles
    recording = Recording(open_runner(leader, threads=1))
    engine = Engine(leader, recording)
    recording.begin()
    lead = answer_whole(engine, IMAGE, 30.0)
    following = Following(open_runner(follower, threads=1))
    other = Engine(follower, following)
    assert answer_whole(other, IMAGE, 30.0) != lead
    following.follow(recording.logits)
    assert answer_whole(other, IMAGE, 30.0) == lead


def test_running_past_the_recording_is_an_error(
    bundles: tuple[ModelBundle, ModelBundle],
) -> None:
    following = Following(open_runner(bundles[0], threads=1))
    engine = Engine(bundles[0], following)
    following.follow([])
    with pytest.raises(RuntimeError, match="more steps were run than were recorded"):
        answer_whole(engine, IMAGE, 30.0)


def test_tracing_names_the_tokens_that_entered_the_cache(
    bundles: tuple[ModelBundle, ModelBundle], tmp_path: Path
) -> None:
    bundle = bundles[0]
    tracing = Tracing(open_runner(bundle, threads=1))
    engine = Engine(bundle, tracing)
    tracing.begin()
    answer = answer_whole(engine, IMAGE, 30.0)
    tail = engine.tokenizer.encode(bundle.prompts.after_image(30.0))
    image = [Tracing.UNKNOWN] * bundle.image_tokens
    begin = len(image) + len(tail)
    assert tracing.tokens[:begin] == image + tail
    speed = engine.tokenizer.single(bundle.grammar.speed.labels[answer.advice.speed.value], "")
    path = engine.tokenizer.single(bundle.grammar.path.labels[answer.advice.path.value], "")
    assert tracing.tokens[begin : begin + 2] == [speed, path]
    assert Tracing.UNKNOWN not in tracing.tokens[begin:]
    assert answer == whole(bundle)
