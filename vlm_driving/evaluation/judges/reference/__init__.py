"""Grades an answer by the facts that a reference and a context hold, without key facts."""

from vlm_driving.evaluation.judges.reference.grading import Grade, grade
from vlm_driving.evaluation.judges.reference.rarity import Rarity

__all__ = ["Grade", "Rarity", "grade"]
