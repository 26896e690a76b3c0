"""One frame in work: its job, its picture, and what every backend has said about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from vlm_driving.pipeline.answer import AnswerSoFar, Standing
from vlm_driving.pipeline.camera_slots import Taken
from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.ladder_state import Decision, RaceState, decide
from vlm_driving.pipeline.placing import Placed


@dataclass(slots=True)
class Race:
    """One frame in work.

    Attributes:
        id: of its requests, the same for every backend.
        job: the frame and its report.
        taken: to be settled with the cameras' slots.
        placed: where its picture lies.
        state: of the ladder's race.
        answers: what each backend has said.
        begun: when each was started; monotonic ns.
    """

    id: int
    job: Job
    taken: Taken[Job]
    placed: Placed
    state: RaceState
    answers: dict[str, AnswerSoFar] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)

    @property
    def undecided(self) -> bool:
        """Whether the report is open, and a backend that is healthy may still be begun for it."""
        winner = self.state.winner
        return self.state.decision is None and (winner is None or winner.step.spare)

    @property
    def decision(self) -> Decision:
        """What was decided, or would be if the report were closed now."""
        return self.state.decision or decide(self.state)

    @property
    def named(self) -> str | None:
        """The backend that the report names: who leads, else who was asked first."""
        decision = self.decision
        return decision.backend or next(iter(decision.asked), None)

    def standing(self, model: str | None) -> Standing:
        """As things stand; `model` is what the named backend runs."""
        decision, named = self.decision, self.named
        fell_back = bool(decision.fallback_from) or decision.backend is None
        return Standing(
            answer=self.answers.get(named or "", AnswerSoFar()),
            backend=named,
            model=model,
            fallback_from=decision.fallback_from,
            why=decision.reason if fell_back else None,
            outcome=decision.outcome,
        )
