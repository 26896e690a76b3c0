"""Heron-style questions from the facts of a picture: short, descriptive and reasoning ones."""

from vlm_driving.simulator.questions.generate import (
    KINDS,
    answer_keys,
    ask,
    measure_balance,
    questions,
)
from vlm_driving.simulator.questions.terms import CATEGORIES, VOICES, Question

__all__ = [
    "CATEGORIES",
    "KINDS",
    "VOICES",
    "Question",
    "answer_keys",
    "ask",
    "measure_balance",
    "questions",
]
