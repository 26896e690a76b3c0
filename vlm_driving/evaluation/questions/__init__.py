"""Question sets and the answers that models gave to them, as checked data."""

from vlm_driving.evaluation.questions.answers import Answer, Answers, load_answers
from vlm_driving.evaluation.questions.loading import load_questions
from vlm_driving.evaluation.questions.question import CATEGORIES, Question, QuestionSet

__all__ = [
    "CATEGORIES",
    "Answer",
    "Answers",
    "Question",
    "QuestionSet",
    "load_answers",
    "load_questions",
]
