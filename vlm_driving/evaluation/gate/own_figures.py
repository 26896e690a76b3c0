"""The figures of one run by itself, as its scores and its summary have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from vlm_driving.evaluation.gate.sides import Scored, Side, at, number
from vlm_driving.evaluation.questions import CATEGORIES
from vlm_driving.evaluation.questions.answers import MISSING
from vlm_driving.evaluation.summary import QUANTILES

Figures = dict[str, "float | None"]


def own_figures(side: Side) -> Figures:
    """Every figure that a run has without another beside it; None for what it does not have."""
    return {
        **_of_questions(side.questions),
        **_of_truth(side.truth),
        **_of_summary(side.summary),
    }


def _of_questions(scored: Scored | None) -> Figures:
    result: Mapping[str, Any] = {} if scored is None else scored.result
    found: Figures = {"score": number(at(result, "score", "overall"))}
    found |= {f"score_{name}": number(at(result, "score", name)) for name in CATEGORIES}
    found["baseline_flags"] = _flags(result)
    found["questions_missing"] = number(result.get("missing"))
    found["judge_failed"] = number(result.get("failed"))
    for q in QUANTILES:
        found[f"question_latency_{q}_ms"] = number(at(result, "latency_ms", q))
    outcomes = Counter(row.get("outcome") for row in (() if scored is None else scored.rows))
    known = sum(n for outcome, n in outcomes.items() if outcome not in (None, MISSING))
    asked = known + outcomes[MISSING]  # a question without an answer is not ok either
    for name in ("ok", "timeout"):
        found[f"question_{name}_share"] = outcomes[name] / asked if known else None
    return found


def _of_truth(scored: Scored | None) -> Figures:
    result: Mapping[str, Any] = {} if scored is None else scored.result
    truth = result.get("truth")
    rows = () if scored is None else scored.rows
    right = [row["advice_right"] for row in rows if isinstance(row.get("advice_right"), bool)]
    return {
        "truth_score": number(at(result, "score", "overall")),
        "truth_baseline_flags": _flags(result),
        "advice_right_share": sum(right) / len(right) if right else None,
        "speed_macro_f1": number(at(truth, "advice", "speed", "macro_f1")),
        "path_macro_f1": number(at(truth, "advice", "path", "macro_f1")),
        "stop_recall": number(at(truth, "advice", "stop_recall")),
        "flicker_per_minute": number(at(truth, "advice", "flicker_per_minute")),
        "hazards_f1": number(at(truth, "hazards", "f1")),
    }


def _flags(result: Mapping[str, Any]) -> float | None:
    flags = result.get("flags")
    return float(len(flags)) if isinstance(flags, list) else None


def _of_summary(summary: Mapping[str, Any]) -> Figures:
    found: Figures = {f"latency_{q}_ms": number(at(summary, "latency_ms", q)) for q in QUANTILES}
    reports = number(summary.get("reports"))
    for name in ("ok", "timeout", "dropped"):
        count = number(at(summary, "outcomes", name))
        found[f"{name}_share"] = count / reports if reports and count is not None else None
    found["late_reports"] = number(summary.get("late_reports")) if reports else None
    return found
