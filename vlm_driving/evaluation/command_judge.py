"""The arguments that name a judge, and the judge that they name."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vlm_driving.evaluation.judges.judge import Judge
    from vlm_driving.evaluation.judges.llm.tally import Tally
    from vlm_driving.evaluation.questions import QuestionSet

JUDGES = ("keyfact", "reference", "llm")
DEFAULT_JUDGE = "keyfact"
CACHE = Path("runs/llm-judge-cache.jsonl")


def add_judge(parser: argparse.ArgumentParser, default: str | None = DEFAULT_JUDGE) -> None:
    """Declare `--judge` and what the LLM judge takes.

    `default` may be None: for who looks into the set before it chooses.
    """
    usual = default or "keyfact where the set has key facts, else reference"
    parser.add_argument(
        "--judge",
        choices=JUDGES,
        default=default,
        help="keyfact and reference are offline and deterministic, llm asks an endpoint "
        f"(default: {usual})",
    )
    add = parser.add_argument_group("the LLM judge").add_argument
    add("--llm-model", metavar="NAME", help="as the endpoint knows it; needed with --judge llm")
    add("--llm-endpoint", metavar="URL", help="OpenAI-compatible, up to /v1 (default: OpenAI's)")
    add("--llm-protocol", metavar="NAME", help="leaderboard (default) or heron-original")
    add(
        "--llm-key-variable",
        metavar="NAME",
        help="environment variable with the API key (default: OPENAI_API_KEY)",
    )
    add("--llm-cache", metavar="FILE", type=Path, default=CACHE, help="default: %(default)s")
    add("--llm-concurrency", metavar="N", type=int, help="requests at a time (default: 4)")
    add("--llm-timeout-s", metavar="S", type=float, help="of one request (default: 60)")
    add(
        "--llm-prices",
        metavar=("PROMPT", "REPLY"),
        nargs=2,
        type=float,
        help="of 1,000 tokens, so that costs can be shown",
    )
    add("--llm-most-cost", metavar="COST", type=float, help="ask nothing that could cost more")
    add("--llm-reply-tokens", metavar="N", type=int, help="of one reply at most (default: 1024)")
    add(
        "--llm-ask-again",
        action="store_true",
        help="where the cached reply held no score",
    )


def open_judge(args: argparse.Namespace, questions: QuestionSet) -> Judge:
    """The judge of `--judge`, for these questions; only its own module is imported.

    Raises:
        UserError: an LLM judge without a model, or with settings that cannot be.
    """
    if args.judge == "keyfact":
        from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge

        return KeyfactJudge()
    if args.judge == "reference":
        from vlm_driving.evaluation.judges.reference_judge import ReferenceJudge

        return ReferenceJudge(questions)
    return _llm(args, questions)


def _llm(args: argparse.Namespace, questions: QuestionSet) -> Judge:
    from vlm_driving.core import UserError
    from vlm_driving.evaluation.judges.llm import LlmJudge, LlmOptions, Prices

    if args.llm_model is None:
        raise UserError("--judge llm needs --llm-model, the name that the endpoint knows.")
    given = {
        "protocol": args.llm_protocol,
        "endpoint": args.llm_endpoint,
        "key_variable": args.llm_key_variable,
        "concurrency": args.llm_concurrency,
        "timeout_s": args.llm_timeout_s,
        "prices": None if args.llm_prices is None else Prices(*args.llm_prices),
        "most_cost": args.llm_most_cost,
        "reply_tokens": args.llm_reply_tokens,
        "ask_unreadable_again": args.llm_ask_again or None,
    }
    options = LlmOptions(
        args.llm_model,
        cache=args.llm_cache,
        **{name: value for name, value in given.items() if value is not None},
    )
    from vlm_driving.evaluation.run_pictures import originals_of, pictures_of

    folder = questions.path if questions.path.is_dir() else questions.path.parent
    images = originals_of(folder, questions) | questions.image_files()
    kept = pictures_of(folder)  # where the questions are those of a run
    return LlmJudge(
        options,
        image_of=lambda question: images.get(question.image or "") or kept.get(question.id),
        # One write a line: several threads wait at a time.
        on_wait=lambda why: _tell(f"{why}\n"),
        on_progress=_Progress(),
    )


class _Progress:
    """A line every few seconds: how far it is, and what it has cost."""

    def __init__(self, every_s: float = 5.0) -> None:
        self._every_s = every_s
        self._next_s = time.monotonic() + every_s

    def __call__(self, tally: Tally) -> None:
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + self._every_s
            _tell(f"judging: {tally.line()}\n")


def _tell(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
