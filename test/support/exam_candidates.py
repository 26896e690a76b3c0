"""Candidates whose every answer a test knows: one that knows the truth, one that is constant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Advice, PathAdvice, SpeedAdvice, StageTimes, TokenCounts
from vlm_driving.runtime.events import AdviceDecoded, Done, Event, Finish, Sentence
from vlm_driving.simulator import Facts, advise, describe
from vlm_driving.simulator.questions import KINDS
from vlm_driving.simulator.questions.generate import reply_to
from vlm_driving.simulator.questions.held_out_wordings import HELD_OUT

Image = NDArray[np.uint8]
STANDS_STILL = Advice(SpeedAdvice.KEEP, PathAdvice.KEEP, 0.5)


def report(advice: Advice, advice_ja: str, description_ja: str, blind: bool = False) -> list[Event]:
    """The events of one whole report."""
    return [
        AdviceDecoded(advice, 0.9, blind, blind),
        Sentence("advice_ja", advice_ja),
        Sentence("description_ja", description_ja),
        done(),
    ]


def done() -> Done:
    """The last event."""
    times = StageTimes(preprocess=1.0, encode=2.0, prefill=3.0, decode=4.0)
    return Done(Finish.COMPLETE, times, TokenCounts(prompt=60, image=50, output=30))


def kind_of(question: str, ego_speed_kmh: float | None) -> str:
    """The kind that a question is of, by its words."""

    def spoken(text: str) -> str:
        return text if ego_speed_kmh is None else text.replace("{v}", str(round(ego_speed_kmh)))

    for kind, text in HELD_OUT:
        if spoken(text) == question:
            return kind
    fitting = [
        (len(text), name)
        for name, kind in KINDS.items()
        for voice in kind.voices
        for text in kind.wordings(voice)
        if question.endswith(spoken(text))
    ]
    return max(fitting)[1]


@dataclass
class Oracle:
    """Knows the facts of every picture that it was told of; of any other it sees nothing."""

    facts: dict[bytes, Facts] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def learn(self, image: Image, facts: Facts) -> None:
        """Remember what a picture shows."""
        self.facts[image.tobytes()] = facts

    def answer(self, image_bgr: Image, ego_speed_kmh: float | None = None) -> Iterator[Event]:
        """The truth."""
        facts = self.facts.get(image_bgr.tobytes())
        if facts is None:
            yield from report(STANDS_STILL, "助言を控えます。", "何も見えません。", blind=True)
            return
        advice = advise(facts, ego_speed_kmh)
        words = describe(facts, advice, np.random.default_rng(1), ego_speed_kmh)
        yield from report(advice, words.advice_ja, words.description_ja)

    def ask(
        self, question: str, image_bgr: Image | None = None, ego_speed_kmh: float | None = None
    ) -> Iterator[Event]:
        """The truth, or that it does not tell."""
        self.asked.append(question)
        assert image_bgr is not None
        facts = self.facts[image_bgr.tobytes()]
        found = reply_to(KINDS[kind_of(question, ego_speed_kmh)], facts, ego_speed_kmh)
        yield Sentence("answer", "分かりません。" if found is None else found.answers[0])
        yield done()


@dataclass
class Constant:
    """Says the same to everything."""

    advice: Advice = STANDS_STILL
    advice_ja: str = "今の速度で進んでください。"
    description_ja: str = "昼の一般道です。"
    reply: str = "はい、あります。"

    def answer(self, image_bgr: Image, ego_speed_kmh: float | None = None) -> Iterator[Event]:
        """Always the same report."""
        yield from report(self.advice, self.advice_ja, self.description_ja)

    def ask(
        self, question: str, image_bgr: Image | None = None, ego_speed_kmh: float | None = None
    ) -> Iterator[Event]:
        """Always the same answer."""
        yield Sentence("answer", self.reply)
        yield done()
