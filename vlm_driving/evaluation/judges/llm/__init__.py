"""A language model as judge, through any endpoint that speaks OpenAI's chat completions.

Text, references and, with the protocol `leaderboard`, images go to that endpoint; nothing else
of this package uses a network.
"""

from vlm_driving.evaluation.judges.llm.cost import Costs
from vlm_driving.evaluation.judges.llm.judge import ImageOf, LlmJudge, OnRow, Row
from vlm_driving.evaluation.judges.llm.options import PROTOCOLS, LlmOptions, Prices
from vlm_driving.evaluation.judges.llm.relative import relative_scores
from vlm_driving.evaluation.judges.llm.tally import Judged, Source, Tally

__all__ = [
    "PROTOCOLS",
    "Costs",
    "ImageOf",
    "Judged",
    "LlmJudge",
    "LlmOptions",
    "OnRow",
    "Prices",
    "Row",
    "Source",
    "Tally",
    "relative_scores",
]
