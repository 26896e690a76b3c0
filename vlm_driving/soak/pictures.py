"""The pictures of a soak, and what the bundle says about each of them offline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Advice, UserError
from vlm_driving.pipeline.frozen import fingerprint
from vlm_driving.runtime.events import AdviceDecoded, Done, Event, Finish, Sentence

WIDTH, HEIGHT = 1280, 720
_MOST_TRIED = 20  # scenes for each picture that is wanted


@dataclass(frozen=True, slots=True)
class Expected:
    """The whole answer to one picture, without a deadline.

    Attributes:
        advice: speed, path, confidence, hazards.
        sentences: by section, in order.
    """

    advice: Advice
    sentences: dict[str, tuple[str, ...]]

    def prefixes(self, section: str) -> tuple[str, ...]:
        """Every text that a report may carry: cut behind any sentence, or before the first."""
        texts = [""]
        for sentence in self.sentences.get(section, ()):
            texts.append(texts[-1] + sentence)
        return tuple(texts)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture, (height, width, 3) uint8 BGR, its ego speed, and the right answer."""

    image: NDArray[np.uint8]
    ego_speed_kmh: float | None
    expected: Expected


Answer = Callable[["NDArray[np.uint8]", "float | None"], "Iterator[Event]"]


def make_pictures(count: int, seed: int, answer: Answer) -> tuple[Picture, ...]:
    """Render simulated scenes until `count` of them have an answer that is not unsure.

    Args:
        count: of pictures; each differs from all others in its coarse pixels.
        seed: of the scenes.
        answer: the bundle's whole answer to a picture at an ego speed.

    Raises:
        UserError: if the bundle is sure of too few of them.
    """
    from vlm_driving.simulator import render, sample_scene

    pictures: list[Picture] = []
    seen: set[bytes] = set()
    for index in range(_MOST_TRIED * count):
        scene = sample_scene(seed, index)
        image = render(scene, WIDTH, HEIGHT).image
        expected = read_answer(answer(image, scene.ego_speed_kmh))
        if expected is None or fingerprint(image) in seen:
            continue
        seen.add(fingerprint(image))
        pictures.append(Picture(image, scene.ego_speed_kmh, expected))
        if len(pictures) == count:
            return tuple(pictures)
    raise UserError(
        f"The bundle is sure of {len(pictures)} of {_MOST_TRIED * count} simulated scenes, and a "
        f"soak wants {count}; name another bundle with --model."
    )


def read_answer(events: Iterator[Event]) -> Expected | None:
    """The answer that these events make; None if it is unsure, or not whole."""
    advised: AdviceDecoded | None = None
    sentences: dict[str, tuple[str, ...]] = {}
    finish = Finish.NO_ADVICE
    for event in events:
        if isinstance(event, AdviceDecoded):
            advised = event
        elif isinstance(event, Sentence):
            sentences[event.section] = (*sentences.get(event.section, ()), event.text)
        elif isinstance(event, Done):
            finish = event.finish
    if advised is None or advised.unsure or finish is not Finish.COMPLETE:
        return None
    return Expected(advised.advice, sentences)


def answer_offline(bundle: Path) -> Answer:
    """An engine in this process, on one thread as the workers' is; dropped with the function."""
    from vlm_driving.backends.onnx.open_engine import open_engine

    engine = open_engine(str(bundle), threads=1)
    return lambda image, speed: engine.answer(image, speed, None)
