"""A bundle made to speak: preprocess, encode, prefill, decode, under a deadline.

The engine knows nothing of onnxruntime, processes or reports. Its runner holds one
sequence: [prefix][image][text after the image][answer]. The prefix is prefilled once; every
answer to a new picture rewinds to its end. A question about the picture that is in the cache
already rewinds to the picture's end, so that it is encoded once for all that is asked about it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Deadline, TokenCounts, UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.cursor import Cursor, Embedder, OutOfTime, Timer
from vlm_driving.runtime.decisions import decode_advice, share_of
from vlm_driving.runtime.events import (
    AdviceDecoded,
    Done,
    Event,
    Finish,
    Stage,
)
from vlm_driving.runtime.grammar import compile_grammar, longest_answer, no_hazards
from vlm_driving.runtime.preprocess import preprocess
from vlm_driving.runtime.prompt_tail import PromptTail
from vlm_driving.runtime.questions import QuestionForm
from vlm_driving.runtime.runner import Runner
from vlm_driving.runtime.sections import Prose, compile_sections
from vlm_driving.runtime.stages import StageWatch
from vlm_driving.runtime.tails import Tails
from vlm_driving.runtime.tokenizer import BundleTokenizer

_MOST_SPEED_KMH = 999.0  # what is faster is a fault of the sensor, and too long for the prompt
_BLIND_ABOVE = 0.5  # the model would rather say this than everything else together


class Engine:
    """Answers one frame at a time, advice first; and questions about it, if the bundle can.

    Attributes:
        prompt_room: tokens that [text after the image] may take, whoever wrote its task.
    """

    def __init__(self, bundle: ModelBundle, runner: Runner) -> None:
        """Compile the grammar, prefill the fixed text, and check that all of it fits.

        Raises:
            UserError: for an ambiguous grammar, a tokenizer that is not the decoder's, or an
                answer that is longer than the decoder allows.
        """
        self.bundle = bundle
        self.runner = runner
        self.tokenizer = BundleTokenizer(bundle.tokenizer_path, bundle.manifest.normalization)
        grammar = compile_grammar(bundle.grammar, self.tokenizer, bundle.calibration.bias)
        # The first lead rides with the prompt, so that one call serves both.
        self._speed_lead = grammar.speed.lead
        self._grammar = replace(grammar, speed=replace(grammar.speed, lead=()))
        # Who cannot see has no hazards to choose; the labels are there for the prose to follow.
        self._no_hazards = no_hazards(bundle.grammar, self.tokenizer)
        self._sections = compile_sections(bundle.sections, self.tokenizer)
        self._stop = frozenset(
            self.tokenizer.single(text, "end_tokens") for text in bundle.manifest.end_tokens
        )
        blind = bundle.calibration.blind_token
        self._blind = (
            None if blind is None else self.tokenizer.single(blind, "calibration.blind_token")
        )
        self._embed = Embedder(runner)
        text = PromptTail(bundle.prompts, self.tokenizer)
        self.prompt_room = self._check_fit(text.longest(), longest_answer(grammar))
        self._tail = Tails(text, self._speed_lead, self._embed, self.prompt_room)
        self._prefix_length = self._prefill_prefix()
        self._picture: NDArray[np.uint8] | None = None
        """The picture whose keys and values are in the cache, whole."""
        self._question = None
        if bundle.question is not None:
            room = runner.capacity - self._prefix_length - bundle.image_tokens
            self._question = QuestionForm(bundle.question, bundle.prompts, self.tokenizer, room)

    def answer(
        self,
        image_bgr: NDArray[np.uint8],
        ego_speed_kmh: float | None = None,
        deadline: Deadline | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
        task: str | None = None,
    ) -> Iterator[Event]:
        """Answer one frame, saying every step as soon as it is done.

        The deadline is looked at between stages and between tokens. A caller may stop
        reading at any event; the next answer starts afresh.

        Args:
            image_bgr: (h, w, 3) uint8, BGR.
            ego_speed_kmh: speed of the ego vehicle, or None when it is not known.
            deadline: when to stop; None never stops.
            clock: monotonic nanoseconds, as the deadline's.
            task: what is asked, in place of the words of the bundle's task; None for those.

        Raises:
            UserError: for a task that `PromptTail.fault` refuses.
        """
        timer = Timer(deadline, clock)
        watch = StageWatch(clock)
        cursor: Cursor | None = None
        prose: Prose | None = None
        prompt_tokens = 0
        finish = Finish.NO_ADVICE
        try:
            image = yield from self._see(image_bgr, watch, timer)
            yield watch.begin(Stage.PREFILL)
            timer.check()
            logits = self._prefill(image_bgr, image, self._tail(_whole_kmh(ego_speed_kmh), task))
            prompt_tokens = self.runner.length
            yield watch.begin(Stage.DECODE)
            blind = self._blind is not None and share_of(logits, self._blind) > _BLIND_ABOVE
            cursor = Cursor(self.runner, self._embed, logits, timer)
            calibration = self.bundle.calibration
            grammar = replace(self._grammar, hazards=None) if blind else self._grammar
            advice, mass = decode_advice(cursor, grammar, calibration.temperature)
            if blind:
                cursor.force(self._no_hazards)
            unsure = (
                blind
                or advice.confidence < calibration.unsure_below_confidence
                or mass < calibration.unsure_below_legal_mass
            )
            finish = Finish.TRUNCATED
            yield AdviceDecoded(advice, mass, unsure, blind)
            prose = Prose(cursor, self.tokenizer, self._stop)
            yield from prose.write(self._sections)
            finish = Finish.TRUNCATED if prose.cut else Finish.COMPLETE
        except OutOfTime:
            pass
        yield Done(finish, watch.end(), self._count(prompt_tokens, cursor))

    def ask(
        self,
        question: str,
        image_bgr: NDArray[np.uint8] | None = None,
        ego_speed_kmh: float | None = None,
        deadline: Deadline | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> Iterator[Event]:
        """Answer one question about a picture, in sentences of the section `answer`.

        The same array object as last time is taken for the same picture and not encoded
        again, so a camera's buffer must not be overwritten between `answer` and `ask`.

        Args:
            question: one question, in the model's language.
            image_bgr: (h, w, 3) uint8, BGR; None for the picture that was answered last.
            ego_speed_kmh: speed of the ego vehicle, or None when it is not known.
            deadline: when to stop; None never stops.
            clock: monotonic nanoseconds, as the deadline's.

        Raises:
            UserError: at once, if the bundle answers no questions, the question is empty or
                too long, or there is no picture yet.
        """
        if self._question is None:
            raise UserError(
                f"{self.bundle.root} answers no questions; use a model bundle whose "
                "bundle.json has the key question."
            )
        picture = self._picture if image_bgr is None else image_bgr
        if picture is None:
            raise UserError("There is no picture to ask about yet; give one with the question.")
        ids = self._question.ids(question, _whole_kmh(ego_speed_kmh))
        return self._reply(self._question, ids, picture, Timer(deadline, clock))

    def _reply(
        self,
        form: QuestionForm,
        ids: tuple[int, ...],
        picture: NDArray[np.uint8],
        timer: Timer,
    ) -> Iterator[Event]:
        """Write the answer behind the picture and the question's tokens."""
        watch = StageWatch(timer.clock)
        cursor: Cursor | None = None
        prompt_tokens = 0
        finish = Finish.NO_ADVICE
        try:
            image = None
            if picture is not self._picture:
                image = yield from self._see(picture, watch, timer)
            yield watch.begin(Stage.PREFILL)
            timer.check()
            logits = self._prefill(picture, image, self._embed_once(ids))
            prompt_tokens = self.runner.length
            yield watch.begin(Stage.DECODE)
            cursor = Cursor(self.runner, self._embed, logits, timer)
            prose = Prose(cursor, self.tokenizer, self._stop)
            for sentence in prose.write((form.section,)):
                finish = Finish.TRUNCATED
                yield sentence
            finish = Finish.TRUNCATED if prose.cut else Finish.COMPLETE
        except OutOfTime:
            pass
        yield Done(finish, watch.end(), self._count(prompt_tokens, cursor))

    def warm_up(self) -> None:
        """Answer one grey frame, so that the first real one finds everything in place."""
        spec = self.bundle.preprocess
        grey = np.full((spec.height, spec.width, 3), 128, dtype=np.uint8)
        for _ in self.answer(grey):
            pass
        self._picture = None  # nobody asks about the grey one

    def _see(
        self, image_bgr: NDArray[np.uint8], watch: StageWatch, timer: Timer
    ) -> Generator[Event, None, NDArray[np.float32]]:
        """Preprocess and encode a new picture: (1, image_tokens, hidden)."""
        self._picture = None  # whatever becomes of this one, no question is about the last
        yield watch.begin(Stage.PREPROCESS)
        timer.check()
        pixels = preprocess(image_bgr, self.bundle.preprocess)
        yield watch.begin(Stage.ENCODE)
        timer.check()
        return self.runner.encode(pixels)

    def _prefill(
        self,
        picture: NDArray[np.uint8],
        image: NDArray[np.float32] | None,
        tail: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Put [image][tail] behind the prefix in one call; the last logits.

        `image` is None where the picture is in the cache already.
        """
        known, self._picture = self._picture, None  # a call that fails leaves none behind
        if image is None and known is picture:
            self.runner.rewind(self._prefix_length + self.bundle.image_tokens)
            logits = self.runner.extend(tail)
        else:
            if image is None:  # another answer came between two steps of this one
                image = self.runner.encode(preprocess(picture, self.bundle.preprocess))
            self.runner.rewind(self._prefix_length)
            logits = self.runner.extend(np.concatenate((image, tail), axis=1))
        self._picture = picture
        return logits

    def _embed_once(self, ids: tuple[int, ...]) -> NDArray[np.float32]:
        """Embeddings (1, n, hidden) of a question: not remembered, hardly one comes twice."""
        return self.runner.embed(np.array([ids], dtype=np.int64))

    def _count(self, prompt_tokens: int, cursor: Cursor | None) -> TokenCounts:
        return TokenCounts(
            prompt=prompt_tokens,
            image=self.bundle.image_tokens if prompt_tokens else 0,
            output=cursor.chosen if cursor else 0,
        )

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

    def _check_fit(self, text_tokens: int, advice_tokens: int) -> int:
        """Tokens that the text after the image may take; UserError if the bundle's takes more."""
        prefix = len(self.tokenizer.encode(self.bundle.prompts.prefix, first=True))
        fixed = prefix + self.bundle.image_tokens + len(self._speed_lead) + advice_tokens
        fixed += sum(section.longest for section in self._sections)
        longest = fixed + text_tokens
        if longest > self.runner.capacity:
            raise UserError(
                f"{self.bundle.root}: prompt and longest answer are {longest} tokens, but the "
                f"decoder holds {self.runner.capacity}; lower max_tokens of the sections or "
                "shorten the prompts in bundle.json."
            )
        return self.runner.capacity - fixed


def _whole_kmh(ego_speed_kmh: float | None) -> int | None:
    """The speed as a prompt says it; None where there is none, or none that can be."""
    if ego_speed_kmh is None or not math.isfinite(ego_speed_kmh):
        return None
    if abs(ego_speed_kmh) > _MOST_SPEED_KMH:
        return None
    return round(ego_speed_kmh)
