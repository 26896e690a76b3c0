"""Whether a set can tell a model that sees from one that does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.keyfact import lint
from vlm_driving.evaluation.questions import CATEGORIES, QuestionSet
from vlm_driving.evaluation.scores.baselines import CONSTANT, ECHO_QUESTION, SHUFFLED, run_baselines
from vlm_driving.evaluation.scores.figures import means_of
from vlm_driving.evaluation.scores.rows import score_texts

LEAST_REFERENCE = 9.0
MOST = {ECHO_QUESTION: 2.5, SHUFFLED: 3.5, CONSTANT: 2.5}
"""What a good set gives to answers that saw no picture, per category, of 10."""
_REFERENCES = "references"


def check_set(questions: QuestionSet) -> dict[str, Any]:
    """Lint the facts, and judge references and baselines by key facts.

    Questions without facts are counted and left out.

    Raises:
        UserError: no question has facts.
    """
    with_facts = tuple(question for question in questions if question.facts is not None)
    if not with_facts:
        raise UserError(
            f"No question of {questions.path} has `facts`; write some, as docs/questions.md says."
        )
    judged = replace(questions, questions=with_facts)
    judge = KeyfactJudge()
    categories = {question.id: question.category for question in with_facts}
    references = score_texts(judged, {q.id: q.reference for q in judged if q.reference}, judge)
    baselines = run_baselines(judged, judge)
    faults = [
        {"question_id": q.id, "fault": fault}
        for q in judged
        if q.facts is not None
        for fault in lint(q.text, q.facts)
    ]
    faults += [
        {
            "question_id": q.id,
            "fault": f"its reference gets {references[q.id]:.1f} of 10: facts and reference "
            "do not say the same.",
        }
        for q in judged
        if references.get(q.id, LEAST_REFERENCE) < LEAST_REFERENCE
    ]
    means = {name: _rounded(found) for name, found in baselines.means.items()}
    return {
        "n": {c: sum(q.category == c for q in with_facts) for c in CATEGORIES},
        "without_facts": len(questions) - len(with_facts),
        "moments": len({question.scene for question in with_facts}),
        "judge": {"name": judge.name, "version": judge.version},
        _REFERENCES: _rounded(means_of(references, categories)),
        "baselines": means,
        "best_constants": dict(baselines.constants),
        "faults": faults,
        "guessable": _guessable(means),
    }


def print_check(found: Mapping[str, Any], console: Console) -> None:
    """The object of `check_set` for a person."""
    judge = found["judge"]
    table = Table(title=f"of 10, judge {judge['name']} {judge['version']}")
    for name in ("", "n", _REFERENCES, *(name.replace("_", " ") for name in found["baselines"])):
        table.add_column(name, justify="right" if name else "left")
    for category in (c for c, count in found["n"].items() if count):
        rows = (found[_REFERENCES], *found["baselines"].values())
        shown = ("-" if category not in row else f"{row[category]:.2f}" for row in rows)
        table.add_row(category, str(found["n"][category]), *shown)
    console.print(table)
    for fault in found["faults"]:
        console.print(escape(f"! question {fault['question_id']}: {fault['fault']}"))
    for sentence in found["guessable"]:
        console.print(escape(f"! {sentence}"))
    if found["without_facts"]:
        console.print(f"{found['without_facts']} questions have no facts and are left out here.")


def _guessable(means: Mapping[str, Mapping[str, float]]) -> list[str]:
    return [
        f"{name} gets {means[name][category]:.2f} in {category}, above {most:g}: sharpen or drop "
        "questions whose answer is the same in most pictures."
        for name, most in MOST.items()
        for category in CATEGORIES
        if means.get(name, {}).get(category, 0.0) > most
    ]


def _rounded(means: Mapping[str, float]) -> dict[str, float]:
    return {name: round(mean, 3) for name, mean in means.items()}
