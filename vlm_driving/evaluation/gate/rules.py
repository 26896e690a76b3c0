"""The gates that there are: what each compares, its range, and its limit in the built-in gate."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vlm_driving.evaluation.gate.figures import CATEGORY_SCORES
from vlm_driving.evaluation.summary import QUANTILES


class Kind(Enum):
    """How a limit is meant."""

    LEAST = "min"
    """The run's figure is at least the limit."""
    MOST = "max"
    """The run's figure is at most the limit."""
    DROP = "drop"
    """The run's figure is lower than the reference's by at most the limit."""
    RISE = "rise"
    """The run's figure is higher than the reference's by at most the limit."""
    RATIO = "ratio"
    """The run's figure is at most so many times the reference's."""

    @property
    def compares(self) -> bool:
        """Whether the reference's figure is needed."""
        return self in (Kind.DROP, Kind.RISE, Kind.RATIO)


@dataclass(frozen=True, slots=True)
class Rule:
    """One gate.

    Attributes:
        key: in the gate file.
        figures: that it looks at, each by itself.
        kind: how the limit is meant.
        least: the lowest limit that makes sense.
        most: the highest; None for any.
        built_in: limit of the gate that ships; None: it does not look.
    """

    key: str
    figures: tuple[str, ...]
    kind: Kind
    least: float
    most: float | None
    built_in: float | None = None


def _score(key: str, figures: tuple[str, ...], drop: float) -> tuple[Rule, ...]:
    return (
        Rule(f"{key}_min", figures, Kind.LEAST, 1, 10),
        Rule(f"{key}_drop_max", figures, Kind.DROP, 0, 9, drop),
    )


def _good_share(name: str, drop: float | None) -> tuple[Rule, ...]:
    return (
        Rule(f"{name}_min", (name,), Kind.LEAST, 0, 1),
        Rule(f"{name}_drop_max", (name,), Kind.DROP, 0, 1, drop),
    )


def _bad(name: str, most: float | None, rise: float | None) -> tuple[Rule, ...]:
    return (
        Rule(f"{name}_max", (name,), Kind.MOST, 0, most),
        Rule(f"{name}_rise_max", (name,), Kind.RISE, 0, most, rise),
    )


def _changed(name: str, limit: float | None = None) -> Rule:
    return Rule(f"{name}_max", (name,), Kind.MOST, 0, 1, limit)


_RATIOS = {"p50": 1.2, "p99": 1.5}


def _latency(prefix: str) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for q in QUANTILES:
        name = f"{prefix}latency_{q}"
        rules.append(Rule(f"{name}_ms_max", (f"{name}_ms",), Kind.MOST, 0, None))
        ratio = _RATIOS.get(q)
        rules.append(Rule(f"{name}_ratio_max", (f"{name}_ms",), Kind.RATIO, 0, 1000, ratio))
    return tuple(rules)


RULES = (
    *_score("score", ("score",), 0.3),
    *_score("category_score", CATEGORY_SCORES, 0.6),
    *_bad("baseline_flags", None, 0),
    Rule("questions_missing_max", ("questions_missing",), Kind.MOST, 0, None, 0),
    Rule("questions_gone_max", ("questions_gone",), Kind.MOST, 0, None, 0),
    Rule("judge_failed_max", ("judge_failed",), Kind.MOST, 0, None, 0),
    *_score("truth_score", ("truth_score",), 0.3),
    *_bad("truth_baseline_flags", None, 0),
    *_good_share("advice_right_share", 0.02),
    *_good_share("speed_macro_f1", 0.03),
    *_good_share("path_macro_f1", 0.03),
    *_good_share("stop_recall", 0.02),
    *_bad("flicker_per_minute", None, 2),
    *_good_share("hazards_f1", 0.03),
    _changed("answers_changed_share"),
    _changed("descriptions_changed_share"),
    _changed("advice_changed_share"),
    _changed("frames_missing_share", 0),
    *_latency(""),
    *_latency("question_"),
    *_good_share("ok_share", 0.02),
    *_bad("timeout_share", 1, 0.02),
    *_bad("dropped_share", 1, 0.02),
    Rule("late_reports_max", ("late_reports",), Kind.MOST, 0, None, 0),
    *_good_share("question_ok_share", 0.02),
    *_bad("question_timeout_share", 1, 0.02),
)

NOISE_FORGIVEN = "drop_beyond_noise_only"
SIGNIFICANT_FAILS = "significant_drop_fails"
SKIPPED_FAILS = "skipped_fails"
ACROSS_MACHINES = "latency_across_machines"
SWITCHES = {
    NOISE_FORGIVEN: True,
    SIGNIFICANT_FAILS: False,
    SKIPPED_FAILS: False,
    ACROSS_MACHINES: False,
}
"""Keys that are true or false, as the built-in gate, and a file without them, has them."""
