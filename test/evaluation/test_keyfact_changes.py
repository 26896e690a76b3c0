"""Taking a fact away or turning it round never raises a score."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from support.changed_answers import removals, swaps

from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.keyfact import parse_rubric
from vlm_driving.evaluation.questions import Question, load_questions
from vlm_driving.evaluation.questions.heron_rubric import attach_heron_rubric

DATA = Path(__file__).parents[1] / "data"
JUDGE = KeyfactJudge()


def own_questions() -> Iterator[Question]:
    seen = set()
    for name in ("adversarial_cases", "questions_i280", "questions_white_lane"):
        for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            key = (name, row.get("scene", row.get("question_id")))
            if key not in seen:
                seen.add(key)
                yield Question(
                    str(key[1]),
                    row["category"],
                    row["image_category"],
                    row["context"],
                    row["text"],
                    row["reference"],
                    parse_rubric(row["facts"]),
                )


def raised(pairs: Iterable[tuple[Question, str]]) -> tuple[int, int, list[str]]:
    """How many removals and swaps were judged, and those that got more than what they change.

    Of an answer that claims what is not so, a part without that claim may get more.
    """
    removed = swapped = 0
    found: list[str] = []
    for question, answer in pairs:
        whole = JUDGE.judge(question, answer)
        for text in removals(answer):
            removed += 1
            part = JUDGE.judge(question, text)
            if part.score > whole.score and len(part.violated) >= len(whole.violated):
                found.append(f"{question.id}: {text} {part.score} > {whole.score}")
        for text in swaps(answer):
            swapped += 1
            other = JUDGE.judge(question, text)
            if other.score > whole.score:
                found.append(f"{question.id}: {text} {other.score} > {whole.score}")
    return removed, swapped, found


def test_no_change_of_our_own_references_raises_a_score() -> None:
    removed, swapped, found = raised((q, q.reference) for q in own_questions())
    assert not found, found
    assert removed > 200 and swapped > 200, (removed, swapped)


def test_no_change_of_heron_bench_s_references_raises_a_score(shared_dir: Path) -> None:
    questions = attach_heron_rubric(load_questions(shared_dir / "heron_bench"))
    removed, swapped, found = raised((q, q.reference) for q in questions)
    assert not found, found
    assert removed > 500 and swapped > 300, (removed, swapped)


def test_no_change_of_a_paraphrase_raises_a_score(shared_dir: Path) -> None:
    questions = {q.id: q for q in attach_heron_rubric(load_questions(shared_dir / "heron_bench"))}
    lines = (DATA / "heron_paraphrases.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    found = raised((questions[str(row["question_id"])], row["text"]) for row in rows)[2]
    assert not found, found


def test_most_swaps_of_a_named_fact_lower_the_score() -> None:
    """The changes bite: a judge that saw none of them would pass the tests above."""
    lower = judged = 0
    for question in own_questions():
        if question.category == "conv":
            whole = JUDGE.judge(question, question.reference).score
            scores = [JUDGE.judge(question, text).score for text in swaps(question.reference)]
            judged += len(scores)
            lower += sum(score < whole for score in scores)
    assert lower > 0.6 * judged, (lower, judged)
