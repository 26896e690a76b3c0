"""Scores an answer against key facts: what has to be said, and what must not be.

Pure functions of text. A rubric is the `facts` object of a question set:

- `lead`: synonyms, one of which is due in the first sentence; polarity words stand for all
  of their kind.
- `must`: groups of synonyms, one of each group due.
- `any`: {`k`, `of`}: k of the groups in `of` are due.
- `must_not`: groups of synonyms that a right answer does not claim; one that does scores 0.
- `form`: yes_no, name, list, number or free. With `number` the first figure of a unit is
  the claim, and metres may be off by a quarter.
- `weight`: of the question, for whoever averages.

A mention counts where it is claimed: not denied, asked, supposed or quoted as a question. A
synonym may be a figure with a tolerance, `{20m±5}`. A bare colour is that of a lamp; for
another thing's colour write 青い or 青い車.
"""

from vlm_driving.evaluation.keyfact.lint import lint, refuse
from vlm_driving.evaluation.keyfact.rubric import Rubric, parse_rubric
from vlm_driving.evaluation.keyfact.scorer import CONTRADICTION, Score, score

__all__ = ["CONTRADICTION", "Rubric", "Score", "lint", "parse_rubric", "refuse", "score"]
