"""What a model has said about one frame so far, and the outcome that this makes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from vlm_driving.core import Advice, CameraRole, Deadline, Outcome, StageTimes, TokenCounts
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.runtime.events import (
    AdviceDecoded,
    Done,
    Event,
    Finish,
    Sentence,
    StageBegun,
)

UNSURE_JA = "判断に確信が持てないため、助言を控えます。"
BLIND_JA = "視界を確認できないため、助言を控えます。"
"""Said for a model that says that it cannot see, and was cut off before it could say why."""
UNSURE_SIDE_JA = "映像の内容に確信が持てないため、説明を控えます。"
BLIND_SIDE_JA = "視界を確認できないため、説明を控えます。"
"""The same two for a camera that does not advise."""
BLIND = "blind"
"""The reason of a report whose model says that it cannot see."""


@dataclass(slots=True)
class AnswerSoFar:
    """Collects the events of one answer; whole at any moment, so it can be closed at any moment.

    Attributes:
        advice: the advice, once decoded.
        unsure: the model answered below its calibrated threshold, or says that it cannot see.
        blind: the model says that it cannot see.
        legal_mass: probability on legal labels before masking.
        sections: text by section name, sentence by sentence.
        done: the model's own last word, or None when it was cut off.
    """

    advice: Advice | None = None
    unsure: bool = False
    blind: bool = False
    legal_mass: float | None = None
    sections: dict[str, str] = field(default_factory=dict)
    done: Done | None = None
    _begun: list[tuple[str, int]] = field(default_factory=list)

    def add(self, event: Event, now_ns: int) -> None:
        """Take in one event that came at monotonic `now_ns`."""
        if isinstance(event, StageBegun):
            self._begun.append((event.stage.value, now_ns))
        elif isinstance(event, AdviceDecoded):
            self.advice = event.advice
            self.unsure = event.unsure
            self.blind = event.blind
            self.legal_mass = event.legal_mass
        elif isinstance(event, Sentence):
            self.sections[event.section] = self.sections.get(event.section, "") + event.text
        elif isinstance(event, Done):
            self.done = event

    @property
    def stage(self) -> str | None:
        """The stage that began last."""
        return self._begun[-1][0] if self._begun else None

    def stages(self, now_ns: int) -> StageTimes:
        """Times by stage: the model's own once it is done, else from when each began."""
        if self.done is not None:
            return self.done.stages_ms
        times: dict[str, float] = {}
        ends = [begun_ns for _, begun_ns in self._begun[1:]] + [now_ns]
        for (stage, begun_ns), end_ns in zip(self._begun, ends, strict=False):
            times[stage] = times.get(stage, 0.0) + (end_ns - begun_ns) / NS_PER_MS
        return StageTimes(**times)

    def tokens(self) -> TokenCounts:
        """Token counts; zeros when the model was cut off before it could tell."""
        return TokenCounts() if self.done is None else self.done.tokens


@dataclass(frozen=True, slots=True)
class Standing:
    """What would be published if the report were closed now.

    Attributes:
        answer: what the one who leads has said so far.
        backend: who that is; without advice who was asked first, or None.
        model: the bundle that it runs.
        fallback_from: better-preferred backends that gave no answer, in ladder order.
        why: why it is this one, or why nobody answers, as a clause; None where nothing is to
            be explained.
        outcome: of a frame without advice that nobody will answer; None leaves it to the time.
    """

    answer: AnswerSoFar = field(default_factory=AnswerSoFar)
    backend: str | None = None
    model: str | None = None
    fallback_from: tuple[str, ...] = ()
    why: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an answer ended, in the report's words.

    `asked` is False where the outcome was settled without the model.
    """

    outcome: Outcome
    advice: Advice | None = None
    advice_ja: str = ""
    description_ja: str = ""
    reason: str | None = None
    asked: bool = True


def judge(
    standing: Standing,
    deadline: Deadline | None,
    now_ns: int,
    role: CameraRole = CameraRole.FRONT,
) -> Verdict:
    """The outcome of an answer that ended, or was ended, at monotonic `now_ns`.

    A camera whose `role` does not advise describes only: without a sentence it has no answer.

    Advice that is late is not published: a machine that stood still has nothing to say
    about the road as it is now. A model that is unsure describes no road, for that might
    be an invented one; only one that says that it cannot see is quoted, for it says why.
    """
    verdict = _judge_answer(standing, deadline, now_ns)
    if not role.advises:
        verdict = _describe_only(verdict)
    if standing.why is None:
        return verdict
    reason = standing.why if verdict.reason is None else f"{verdict.reason}; {standing.why}"
    return replace(verdict, reason=reason)


def _describe_only(verdict: Verdict) -> Verdict:
    """What is left of an answer for a camera that does not look ahead."""
    if verdict.outcome is Outcome.UNSURE:
        text = BLIND_SIDE_JA if verdict.reason == BLIND else UNSURE_SIDE_JA
        return replace(verdict, advice_ja="", description_ja=text)
    if verdict.outcome not in (Outcome.OK, Outcome.TRUNCATED):
        return verdict
    if not verdict.description_ja:
        why = "the model ended without a description"
        if verdict.outcome is Outcome.TRUNCATED:
            why = "no description by the deadline"
        return Verdict(Outcome.TIMEOUT, reason=why)
    return replace(verdict, advice=None, advice_ja="")


def _judge_answer(standing: Standing, deadline: Deadline | None, now_ns: int) -> Verdict:
    answer = standing.answer
    late_ms = 0.0 if deadline is None else -deadline.remaining_ms(now_ns)
    if answer.advice is None and standing.outcome is Outcome.NO_BACKEND and late_ms <= 0:
        return Verdict(Outcome.NO_BACKEND)
    if answer.advice is None and deadline is None:
        return Verdict(Outcome.NO_BACKEND, reason="the model ended without advice")
    if answer.advice is None or late_ms > 0:
        stage = answer.stage or "preprocess"
        reason = f"no advice by the deadline, stopped in {stage}"
        if late_ms > 0:
            reason = f"closed {late_ms:.1f} ms after the deadline, in {stage}"
        return Verdict(Outcome.TIMEOUT, reason=reason)
    verdict = Verdict(
        Outcome.OK,
        answer.advice,
        answer.sections.get("advice_ja", ""),
        answer.sections.get("description_ja", ""),
    )
    if answer.blind:
        return replace(
            verdict,
            outcome=Outcome.UNSURE,
            advice=None,
            advice_ja=verdict.advice_ja or BLIND_JA,
            reason=BLIND,
        )
    if answer.unsure:
        mass = "" if answer.legal_mass is None else f", legal mass {answer.legal_mass:.2f}"
        reason = f"below the model's threshold: confidence {answer.advice.confidence:.2f}{mass}"
        return Verdict(Outcome.UNSURE, advice_ja=UNSURE_JA, reason=reason)
    if answer.done is None:
        reason = "prose cut when the report was closed"
        return replace(verdict, outcome=Outcome.TRUNCATED, reason=reason)
    if not answer.sections:
        return replace(verdict, outcome=Outcome.TRUNCATED, reason="the model gave no prose")
    if answer.done.finish is not Finish.COMPLETE:
        return replace(verdict, outcome=Outcome.TRUNCATED, reason="prose cut back to a sentence")
    return verdict
