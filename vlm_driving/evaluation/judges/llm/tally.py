"""What came of a row, and of all rows up to now."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from vlm_driving.evaluation.judges.judge import Judgement
from vlm_driving.evaluation.judges.llm.cost import Costs
from vlm_driving.evaluation.questions.question import Question


class Source(Enum):
    """Where a row's score comes from, or why there is none."""

    ASKED = "asked"
    CACHE = "cache"
    EMPTY = "empty"
    """An empty answer has the lowest score unasked."""
    UNREADABLE = "unreadable"
    """The judge replied, without the score that the protocol asks for."""
    UNANSWERED = "unanswered"
    """The judge did not reply."""
    NOT_ASKED = "not_asked"
    """Asking had ended before."""
    UNSCORABLE = "unscorable"
    """The question has no reference, and the protocol needs one."""

    @property
    def scored(self) -> bool:
        """Whether there is a score."""
        return self in (Source.ASKED, Source.CACHE, Source.EMPTY)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts up to now; rows that failed are counted here and averaged nowhere.

    Attributes:
        done: rows with a result.
        total: rows of this call.
        sources: rows by `Source`, each named.
        requests: sent over the network by this judge.
        retries: of these, after one that failed.
        costs: money and tokens of this judge.
        most_cost: the limit, if there is one.
        served_by: models that the endpoint says have answered.
        left_out: parameters that the endpoint does not take (seed, temperature).
        images_shown: rows judged with their image in sight.
        unreadable_cache_lines: of the cache file.
        stopped: why nothing more is asked.
    """

    done: int
    total: int
    sources: dict[str, int]
    requests: int
    retries: int
    costs: Costs
    most_cost: float | None
    served_by: tuple[str, ...]
    left_out: tuple[str, ...]
    images_shown: int
    unreadable_cache_lines: int
    stopped: str | None

    def line(self) -> str:
        """One line for a reader who waits."""
        counts = [f"{n} {name.replace('_', ' ')}" for name, n in self.sources.items() if n]
        parts = [f"{self.done}/{self.total}", ", ".join(counts) or "nothing yet"]
        if self.retries:
            parts.append(f"{self.retries} retries")
        parts.append(self._cost())
        return " · ".join(parts)

    def _cost(self) -> str:
        tokens = self.costs.prompt_tokens + self.costs.completion_tokens
        if self.costs.spent is None:
            return f"{tokens:,} tokens (no prices given)"
        text = f"cost {self.costs.spent:.4f}"
        if self.costs.possible:
            text += f" (+{self.costs.possible:.4f} at most for lost replies)"
        return text if self.most_cost is None else f"{text} of {self.most_cost:g}"


@dataclass(frozen=True, slots=True)
class Judged:
    """One row with its result.

    Attributes:
        index: of the row in what was given.
        question: of the row.
        answer: of the row.
        judgement: its score; `failed` where there is none.
        reference_score: what the judge gave the reference beside it (heron-original).
        source: where the score comes from.
        reply: the judge's words, its explanation among them; "" where there are none.
        served_by: the model that the endpoint says has answered.
        image_shown: whether the judge saw the image.
    """

    index: int
    question: Question
    answer: str
    judgement: Judgement
    reference_score: float | None
    source: Source
    reply: str = ""
    served_by: str | None = None
    image_shown: bool = False


@dataclass(slots=True)
class Counter:
    """Adds rows up."""

    total: int = 0
    done: int = 0
    images: int = 0
    sources: dict[str, int] = field(default_factory=lambda: {one.value: 0 for one in Source})
    served_by: set[str] = field(default_factory=set)

    def add(self, row: Judged) -> None:
        """One more row."""
        self.done += 1
        self.images += row.image_shown
        self.sources[row.source.value] += 1
        if row.served_by is not None:
            self.served_by.add(row.served_by)
