"""Questions about a frame: when the engine has time for one, and what is said if it has not. Pure.

A question has a budget of its own and lives on what frames leave. Two rules together keep it from
ever costing a report its deadline:

* *Admission.* A question is begun only if the p99 of the time until its first sentence fits into
  the room that the frames leave: those that wait and those that are expected, each put as late as
  its own p99 allows (`sharing.room_ns`). This is needed because encoding and prefilling cannot be
  interrupted, and because a question that is begun and given up has used up time for nothing.
  It is enough to ask for room, not for an idle engine: with six cameras at 5 Hz there is never a
  free 100 ms, yet a frame that waits 100 ms of its 200 loses nothing.
* *Giving way.* A frame may come that nobody expected, or earlier. So a question is begun with an
  instant at which it stops by itself between two tokens (`Turn.until_ns`), and with every frame
  that comes `stop_at` says whether that has to be earlier. A token takes a millisecond or a few;
  this alone would not do, for the first piece is as long as a frame's own.

A question that has to give way is answered with its whole sentences, if there is one; if not, it
goes back in line: decoding is greedy, so the next attempt says the same.

The picture is prefilled once for all that is asked about it: what is in the engine's cache (a
frame's description and advice leave it there) is asked about first, whoever asked first, and
questions about one picture follow each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.core.deadline import NS_PER_MS

BUSY_JA = "いまは映像の処理を優先しており、時間内に答えられませんでした。もう一度お尋ねください。"
LATE_JA = "時間内に答えをまとめられませんでした。もう一度お尋ねください。"
EMPTY_JA = "質問が空です。知りたいことを書いてください。"
LONG_JA = "質問が長すぎます。{most}文字以内でお尋ねください。"
FULL_JA = "ほかの質問に答えているところです。少し待ってからお尋ねください。"
NO_PICTURE_JA = "まだ映像がないため、お答えできません。"
GONE_JA = "お尋ねの映像はもう残っていないため、お答えできません。"
NO_BACKEND_JA = "いまは質問にお答えできません。しばらくしてからお尋ねください。"
NOT_TAKEN_JA = "この質問にはお答えできません。短い言葉で言い換えてお尋ねください。"
NOTHING_SAID_JA = "うまく答えられませんでした。聞き方を変えてお尋ねください。"
CLOSING_JA = "終了処理中のため、お答えできません。"

MOST_CHARACTERS = 4000
"""Of any question: what a worker takes."""


class QuestionOutcome(str, Enum):
    """How a question ended."""

    OK = "ok"
    """The whole answer."""
    TRUNCATED = "truncated"
    """Whole sentences, but not all of them."""
    TIMEOUT = "timeout"
    """No sentence by the question's deadline."""
    REFUSED = "refused"
    """Not taken: the reason says why."""
    NO_BACKEND = "no_backend"
    """No backend was able to answer."""


@dataclass(frozen=True, slots=True)
class PictureKey:
    """Names one frame: camera, time of capture (ROS time, ns) and place in its sequence."""

    camera: str
    stamp_ns: int
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class QuestionSettings:
    """What questions may take.

    Attributes:
        budget_ms: question to answer (the parameter `question_budget_ms`).
        guard_ms: kept back from the budget for handing over the answer.
        most_waiting: questions that are open at a time, the one in work included.
        most_characters: of one question.
        unmeasured_ms: taken for the time until the first sentence while nothing is measured.
    """

    budget_ms: float = 1000.0
    guard_ms: float = 8.0
    most_waiting: int = 8
    most_characters: int = 200
    unmeasured_ms: float = 150.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.budget_ms) and self.budget_ms > 0):
            raise UserError(
                f"question_budget_ms is a positive number, got {self.budget_ms}; "
                "1000 is the default."
            )
        for name in ("guard_ms", "unmeasured_ms"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise UserError(f"{name} of questions is zero or more milliseconds, got {value}.")
        for name in ("most_waiting", "most_characters"):
            if getattr(self, name) < 1:
                raise UserError(f"{name} of questions is one or more, got {getattr(self, name)}.")
        if self.most_characters > MOST_CHARACTERS:
            raise UserError(
                f"most_characters of questions is {MOST_CHARACTERS} at most, got "
                f"{self.most_characters}."
            )

    def closes_at(self, asked_ns: int) -> int:
        """The monotonic instant at which a question is closed with what there is."""
        guard_ms = min(self.guard_ms, self.budget_ms / 4)
        return asked_ns + round((self.budget_ms - guard_ms) * NS_PER_MS)


@dataclass(frozen=True, slots=True)
class Question:
    """One question that was taken.

    Attributes:
        id: counts up from 1.
        text: as asked, blanks and line breaks made single spaces.
        picture: the frame that it is about.
        asked_ns: monotonic.
        closes_ns: monotonic instant by which it is answered, one way or another.
    """

    id: int
    text: str
    picture: PictureKey
    asked_ns: int
    closes_ns: int


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """The one answer to one question; `text_ja` can be read out whatever the outcome.

    `backend` is who was asked last; None if nobody was.
    """

    id: int
    question: str
    outcome: QuestionOutcome
    text_ja: str
    picture: PictureKey | None = None
    reason: str | None = None
    latency_ms: float = 0.0
    backend: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        picture = self.picture
        return {
            "id": self.id,
            "question": self.question,
            "outcome": self.outcome.value,
            "text_ja": self.text_ja,
            "camera": None if picture is None else picture.camera,
            "stamp_ns": None if picture is None else picture.stamp_ns,
            "reason": self.reason,
            "latency_ms": round(self.latency_ms, 3),
        }


@dataclass(frozen=True, slots=True)
class QuestionCosts:
    """Measured p99, ms; None where there are too few samples.

    Attributes:
        new_picture_ms: request to first sentence, about a picture that has to be prefilled.
        same_picture_ms: the same, about the picture that is in the engine's cache.
        token_ms: between two tokens: how long a stop may take to be heard.
    """

    new_picture_ms: float | None = None
    same_picture_ms: float | None = None
    token_ms: float | None = None

    def first_ns(self, same_picture: bool, settings: QuestionSettings) -> int:
        """Engine time until the first sentence."""
        ms = self.same_picture_ms if same_picture else self.new_picture_ms
        return round((settings.unmeasured_ms if ms is None else ms) * NS_PER_MS)

    @property
    def token_ns(self) -> int:
        """Time for a stop to be heard; an unmeasured engine is taken for a slow one."""
        return round((20.0 if self.token_ms is None else self.token_ms) * NS_PER_MS)


@dataclass(frozen=True, slots=True)
class Turn:
    """Which question to begin, and why this one or none.

    Attributes:
        question: or None.
        until_ns: when the engine has to stop between two tokens; monotonic.
        reason: one English clause.
    """

    question: Question | None
    until_ns: int
    reason: str


def refusal(text: str, waiting: int, settings: QuestionSettings) -> tuple[str, str] | None:
    """Why a question is not taken, as an English clause and in Japanese; None if it is.

    Args:
        text: as asked.
        waiting: questions that are open already.
        settings: the limits.
    """
    length = len(" ".join(text.split()))
    if length == 0:
        return "the question is empty", EMPTY_JA
    if length > settings.most_characters:
        reason = f"the question has {length} characters, most is {settings.most_characters}"
        return reason, LONG_JA.format(most=settings.most_characters)
    if waiting >= settings.most_waiting:
        return f"{waiting} questions are open already", FULL_JA
    return None


def choose(
    questions: Sequence[Question],
    now_ns: int,
    room_ns: int | None,
    costs: QuestionCosts,
    cached: PictureKey | None,
    settings: QuestionSettings,
) -> Turn:
    """The question to begin at `now_ns` on an engine that has no frame in work.

    Args:
        questions: those that wait.
        now_ns: monotonic.
        room_ns: how long frames can spare the engine, from `sharing.room_ns`; None if no frame
            is due.
        costs: measured.
        cached: the picture whose keys and values the engine holds.
        settings: the limits.
    """
    if not questions:
        return Turn(None, now_ns, "no question waits")
    shortest: int | None = None
    for question in sorted(
        questions, key=lambda one: (one.picture != cached, one.closes_ns, one.id)
    ):
        first_ns = costs.first_ns(question.picture == cached, settings)
        if now_ns + first_ns > question.closes_ns:
            continue
        if room_ns is not None and first_ns + costs.token_ns > room_ns:
            shortest = first_ns if shortest is None else min(shortest, first_ns)
            continue
        until_ns = stop_at(now_ns, room_ns, costs, question.closes_ns)
        where = "in the cache" if question.picture == cached else "to be prefilled"
        return Turn(question, until_ns, f"its picture is {where}")
    if shortest is None:
        return Turn(None, now_ns, "no question can be answered in the time that it has left")
    return Turn(
        None,
        now_ns,
        f"frames leave {(room_ns or 0) / NS_PER_MS:.0f} ms, a question takes "
        f"{shortest / NS_PER_MS:.0f}",
    )


def stop_at(now_ns: int, room_ns: int | None, costs: QuestionCosts, closes_ns: int) -> int:
    """When a question has to stop between two tokens, as far as is known at `now_ns`.

    Ask again with every frame that comes, and tell the engine at that instant.

    Args:
        now_ns: monotonic.
        room_ns: how long frames can spare the engine from now on; None if no frame is due.
        costs: measured.
        closes_ns: of the question.
    """
    return closes_ns if room_ns is None else min(closes_ns, now_ns + room_ns - costs.token_ns)
