"""Whether two runners of one bundle say the same: one frame is answered, then played back.

Comparing two answers word by word says too little: one close decision, and all that follows
differs. So the reference answers a frame once, everything that passes its runner is written
down, and the candidate gets the very same inputs step by step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.runner import Runner

TOLERANCE = 0.25
"""Largest difference that passes, in standard deviations of the reference's own values.

Half precision against a CPU that rounds activations to eight bits differs by 0.07 in the logits and
0.005 in the image features (the shipped bundle, its fp16 graphs run on a CPU), a model with other
weights by more than 1.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call of a runner: what it was given, and the array that came back.

    Attributes:
        method: encode, extend or rewind.
        given: pixels (1, 3, height, width) or embeddings (1, n, hidden); None for rewind.
        length: where a rewind goes to.
        gave: features (1, image_tokens, hidden) or logits (vocab,); None for rewind.
    """

    method: str
    given: NDArray[np.float32] | None = None
    length: int = 0
    gave: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a candidate is from its reference.

    Attributes:
        features: worst difference of image features, in their standard deviations.
        logits: worst difference of logits over all steps, in standard deviations of a step's.
        same_choices: share of steps whose most probable token is the same.
        steps: that were compared.
    """

    features: float
    logits: float
    same_choices: float
    steps: int

    @property
    def agrees(self) -> bool:
        """Whether both differences are numbers within the tolerance."""
        return self.features <= TOLERANCE and self.logits <= TOLERANCE

    @property
    def words(self) -> str:
        """The figures in a few words."""
        return (
            f"image features differ by {self.features:.3f} and logits by {self.logits:.3f} "
            f"standard deviations, {TOLERANCE} are allowed; {self.same_choices:.0%} of "
            f"{self.steps} choices are the same"
        )


class _Writing:
    """Passes everything on and writes it down."""

    def __init__(self, inner: Runner) -> None:
        self._inner = inner
        self.calls: list[Call] = []

    @property
    def name(self) -> str:
        return self._inner.name

    def encode(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        gave = self._inner.encode(pixels)
        self.calls.append(Call("encode", pixels.copy(), gave=gave.copy()))
        return gave

    def embed(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._inner.embed(ids)

    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        gave = self._inner.extend(embeds)
        self.calls.append(Call("extend", embeds.copy(), gave=gave.copy()))
        return gave

    @property
    def length(self) -> int:
        return self._inner.length

    def rewind(self, length: int) -> None:
        self._inner.rewind(length)
        self.calls.append(Call("rewind", length=length))

    @property
    def capacity(self) -> int:
        return self._inner.capacity


def warm_up_frame(bundle: ModelBundle) -> NDArray[np.uint8]:
    """A picture (h, w, 3) uint8 BGR with edges and colours, the same on every machine."""
    spec = bundle.preprocess
    rows = np.linspace(0, 255, spec.height * 2)[:, None]
    columns = np.linspace(0, 6 * np.pi, spec.width * 2)[None, :]
    waves = 127 + 80 * np.sin(columns + rows / 40) * np.cos(rows / 23)
    image = np.stack((np.broadcast_to(rows, waves.shape), waves, 255 - waves), axis=2)
    image[spec.height :, spec.width // 2 : spec.width] //= 3  # something dark on the road
    picture: NDArray[np.uint8] = np.clip(image, 0, 255).astype(np.uint8)
    return picture


def record(bundle: ModelBundle, runner: Runner) -> list[Call]:
    """Answer the warm-up frame, and every call that it took, the fixed text's included.

    Raises UserError as `Engine`.
    """
    writing = _Writing(runner)
    engine = Engine(bundle, writing)
    for _ in engine.answer(warm_up_frame(bundle), 40.0):
        pass
    return writing.calls


def play_back(calls: Sequence[Call], runner: Runner) -> Agreement:
    """Give `runner` the recorded inputs in their order, and compare what it gives back."""
    features = logits = 0.0
    same = steps = 0
    for call in calls:
        if call.method == "rewind":
            runner.rewind(call.length)
            continue
        assert call.given is not None and call.gave is not None
        if call.method == "encode":
            features = max(features, difference(call.gave, runner.encode(call.given)))
            continue
        gave = runner.extend(call.given)
        logits = max(logits, difference(call.gave, gave))
        same += int(gave.argmax() == call.gave.argmax())
        steps += 1
    return Agreement(features, logits, same / steps if steps else 0.0, steps)


def difference(expected: NDArray[np.float32], found: NDArray[np.float32]) -> float:
    """The worst difference in standard deviations of `expected`.

    Infinite where the shapes differ or a value is no number, so that nothing passes by accident.
    """
    if expected.shape != found.shape or not np.isfinite(found).all():
        return float("inf")
    spread = float(expected.std())
    worst = float(np.abs(expected.astype(np.float64) - found).max(initial=0.0))
    if spread == 0.0:
        return 0.0 if worst == 0.0 else float("inf")
    return worst / spread
