"""Whether two ways of running the same weights write the same tokens.

Accuracy level 1 of a quantized bundle is float32 arithmetic on the dequantized weights, and so
is transformers with those weights: their answers must not differ in one token. The shipped
level rounds activations as well; there, the advice is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from vlm_driving.backends.onnx import open_runner
from vlm_driving.bench.against import rebuilt, require_opponent
from vlm_driving.bench.answers import Answer, answer_whole
from vlm_driving.bench.frames import BenchFrame
from vlm_driving.bench.runners import Tracing
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.runner import Runner


@dataclass(frozen=True, slots=True)
class Written:
    """An answer, and the tokens that entered the cache for it."""

    answer: Answer
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One frame, answered by the level 1 build, by transformers and by the shipped bundle."""

    exact: Written
    reference: Written
    shipped: Answer

    @property
    def identical(self) -> bool:
        """Whether level 1 and transformers wrote the same tokens to the same end."""
        ours, theirs = self.exact, self.reference
        return (
            ours.tokens == theirs.tokens
            and ours.answer.tokens == theirs.answer.tokens
            and ours.answer.finish == theirs.answer.finish
            and ours.answer.sections == theirs.answer.sections
            and ours.answer.speed_and_path == theirs.answer.speed_and_path
        )

    @property
    def advice_agrees(self) -> bool:
        """Whether the shipped level gives the advice that level 1 gives."""
        return self.shipped.speed_and_path == self.exact.answer.speed_and_path

    @property
    def text_agrees(self) -> bool:
        """Whether the shipped level says the very same words as well."""
        return self.advice_agrees and self.shipped.sections == self.exact.answer.sections


class _Writer:
    """An engine whose tokens can be read."""

    def __init__(self, bundle: ModelBundle, runner: Runner) -> None:
        self._tracing = Tracing(runner)
        self._engine = Engine(bundle, self._tracing)

    def write(self, frame: BenchFrame) -> Written:
        self._tracing.begin()
        answer = answer_whole(self._engine, frame.image, frame.ego_speed_kmh)
        return Written(answer, tuple(self._tracing.tokens))


def compare(
    bundle: ModelBundle,
    frames: Iterable[BenchFrame],
    threads: int,
    each: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """The `identity` object of the bench; `each` is called after every frame.

    Raises UserError when torch or transformers is missing, or the bundle is not ours.
    """
    require_opponent("transformers")
    opponents = import_module("vlm_driving.training.opponents.transformers")
    precision = bundle.manifest.graphs.decoder.precision
    with rebuilt(bundle, precision, accuracy_level=1) as level1:
        shipped = Engine(bundle, open_runner(bundle, threads=threads))
        capacity = shipped.runner.capacity
        exact = _Writer(level1, open_runner(level1, threads=threads))
        reference = _Writer(bundle, opponents.open_reference(bundle.root, capacity, threads))
        found = []
        for frame in frames:
            found.append(
                Agreement(
                    exact.write(frame),
                    reference.write(frame),
                    answer_whole(shipped, frame.image, frame.ego_speed_kmh),
                )
            )
            each()
    return tally(found)


def tally(found: list[Agreement]) -> dict[str, Any]:
    """Counts over the frames; tokens are those that the model chose, not its prompt or image."""
    return {
        "frames": len(found),
        "token_identical": sum(a.identical for a in found),
        "tokens_compared": sum(a.exact.answer.tokens.output for a in found),
        "shipped_advice_agrees": sum(a.advice_agrees for a in found),
        "shipped_advice_share": round(sum(a.advice_agrees for a in found) / len(found), 4),
        "shipped_text_agrees": sum(a.text_agrees for a in found),
    }
