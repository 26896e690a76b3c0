"""A bundle made to speak: preprocess, encode, prefill, decode, under a deadline.

The engine knows nothing of onnxruntime, processes or reports. Its runner holds one
sequence: [prefix][image][text after the image][answer]. The prefix is prefilled once; every
answer rewinds to its end.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Deadline, StageTimes, TokenCounts, UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.cursor import Cursor, Embedder, OutOfTime, Timer
from vlm_driving.runtime.decisions import decode_advice
from vlm_driving.runtime.events import (
    AdviceDecoded,
    Done,
    Event,
    Finish,
    Stage,
    StageBegun,
)
from vlm_driving.runtime.grammar import compile_grammar, longest_answer
from vlm_driving.runtime.preprocess import preprocess
from vlm_driving.runtime.runner import Runner
from vlm_driving.runtime.sections import Prose, compile_sections
from vlm_driving.runtime.tokenizer import BundleTokenizer

_LONGEST_SPEED_KMH = -100  # writes as many characters as any speed on a road
_MOST_TAILS = 512
_NS_PER_MS = 1e6


class Engine:
    """Answers one frame at a time, advice first."""

    def __init__(self, bundle: ModelBundle, runner: Runner) -> None:
        """Compile the grammar, prefill the fixed text, and check that all of it fits.

        Raises:
            UserError: for an ambiguous grammar, a tokenizer that is not the decoder's, or an
                answer that is longer than the decoder allows.
        """
        self.bundle = bundle
        self.runner = runner
        self.tokenizer = BundleTokenizer(bundle.tokenizer_path, bundle.manifest.normalization)
        grammar = compile_grammar(bundle.grammar, self.tokenizer)
        # The first lead rides with the prompt, so that one call serves both.
        self._speed_lead = grammar.speed.lead
        self._grammar = replace(grammar, speed=replace(grammar.speed, lead=()))
        self._sections = compile_sections(bundle.sections, self.tokenizer)
        self._stop = frozenset(
            self.tokenizer.single(text, "end_tokens") for text in bundle.manifest.end_tokens
        )
        self._embed = Embedder(runner)
        self._tails: dict[int | None, NDArray[np.float32]] = {}
        self._check_fit(longest_answer(grammar))
        self._prefix_length = self._prefill_prefix()

    def answer(
        self,
        image_bgr: NDArray[np.uint8],
        ego_speed_kmh: float | None = None,
        deadline: Deadline | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> Iterator[Event]:
        """Answer one frame, saying every step as soon as it is done.

        The deadline is looked at between stages and between tokens. A caller may stop
        reading at any event; the next answer starts afresh.

        Args:
            image_bgr: (h, w, 3) uint8, BGR.
            ego_speed_kmh: speed of the ego vehicle, or None when it is not known.
            deadline: when to stop; None never stops.
            clock: monotonic nanoseconds, as the deadline's.
        """
        timer = Timer(deadline, clock)
        watch = _StageWatch(clock)
        cursor: Cursor | None = None
        prose: Prose | None = None
        prompt_tokens = 0
        finish = Finish.NO_ADVICE
        try:
            yield watch.begin(Stage.PREPROCESS)
            timer.check()
            pixels = preprocess(image_bgr, self.bundle.preprocess)
            yield watch.begin(Stage.ENCODE)
            timer.check()
            image = self.runner.encode(pixels)
            yield watch.begin(Stage.PREFILL)
            timer.check()
            logits = self._prefill(image, ego_speed_kmh)
            prompt_tokens = self.runner.length
            yield watch.begin(Stage.DECODE)
            cursor = Cursor(self.runner, self._embed, logits, timer)
            calibration = self.bundle.calibration
            advice, mass = decode_advice(cursor, self._grammar, calibration.temperature)
            unsure = (
                advice.confidence < calibration.unsure_below_confidence
                or mass < calibration.unsure_below_legal_mass
            )
            finish = Finish.TRUNCATED
            yield AdviceDecoded(advice, mass, unsure)
            prose = Prose(cursor, self.tokenizer, self._stop)
            yield from prose.write(self._sections)
            finish = Finish.TRUNCATED if prose.cut else Finish.COMPLETE
        except OutOfTime:
            pass
        tokens = TokenCounts(
            prompt=prompt_tokens,
            image=self.bundle.image_tokens if prompt_tokens else 0,
            output=cursor.chosen if cursor else 0,
        )
        yield Done(finish, watch.end(), tokens)

    def warm_up(self) -> None:
        """Answer one grey frame, so that the first real one finds everything in place."""
        spec = self.bundle.preprocess
        grey = np.full((spec.height, spec.width, 3), 128, dtype=np.uint8)
        for _ in self.answer(grey):
            pass

    def _prefill(
        self, image: NDArray[np.float32], ego_speed_kmh: float | None
    ) -> NDArray[np.float32]:
        """Put [image][text][first lead] behind the prefix in one call; the last logits."""
        speed = None
        if ego_speed_kmh is not None and math.isfinite(ego_speed_kmh):
            speed = round(ego_speed_kmh)
        tail = self._tails.get(speed)
        if tail is None:  # a road knows few whole speeds
            if len(self._tails) >= _MOST_TAILS:
                self._tails.clear()
            tail = self._tails[speed] = self._embed(self._tail_ids(speed))
        self.runner.rewind(self._prefix_length)
        return self.runner.extend(np.concatenate((image, tail), axis=1))

    def _tail_ids(self, ego_speed_kmh: int | None) -> tuple[int, ...]:
        """Everything behind the image, up to the first decision."""
        text = self.bundle.prompts.after_image(ego_speed_kmh)
        return (*self.tokenizer.encode(text), *self._speed_lead)

    def _prefill_prefix(self) -> int:
        self.runner.rewind(0)
        prefix = self.tokenizer.encode(self.bundle.prompts.prefix, first=True)
        if prefix:
            self.runner.extend(self._embed(tuple(prefix)))
        length = self.runner.length
        vocab = self.runner.extend(self._embed((0,))).shape[0]
        self.runner.rewind(length)
        if vocab < self.tokenizer.vocab_size:
            raise UserError(
                f"{self.bundle.tokenizer_path} has {self.tokenizer.vocab_size} tokens, but the "
                f"decoder knows {vocab}; use the tokenizer that belongs to the graphs."
            )
        return length

    def _check_fit(self, advice_tokens: int) -> None:
        prefix = len(self.tokenizer.encode(self.bundle.prompts.prefix, first=True))
        tail = max(len(self._tail_ids(speed)) for speed in (None, _LONGEST_SPEED_KMH))
        longest = prefix + self.bundle.image_tokens + tail + advice_tokens
        longest += sum(section.longest for section in self._sections)
        if longest > self.runner.capacity:
            raise UserError(
                f"{self.bundle.root}: prompt and longest answer are {longest} tokens, but the "
                f"decoder holds {self.runner.capacity}; lower max_tokens of the sections or "
                "shorten the prompts in bundle.json."
            )


class _StageWatch:
    """Milliseconds of each stage, by the answer's own clock."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._times: dict[str, float] = {}
        self._stage: Stage | None = None
        self._since = 0

    def begin(self, stage: Stage) -> StageBegun:
        """Close the stage before, open this one."""
        self._close()
        self._stage = stage
        return StageBegun(stage)

    def end(self) -> StageTimes:
        """Close the last stage."""
        self._close()
        return StageTimes(**self._times)

    def _close(self) -> None:
        now = self._clock()
        if self._stage is not None:
            self._times[self._stage.value] = (now - self._since) / _NS_PER_MS
        self._since = now
