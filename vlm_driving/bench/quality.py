"""How well a bundle advises on scenes that its training never met: a part of the examination.

Every scene is answered twice, with its own picture and with the picture of another scene at
the same ego speed; beside them stands what the best constant for the ego speed would get. The
whole examination, words and questions included, is `vlm-driving train --evaluate`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vlm_driving.exam import figures_advice
from vlm_driving.exam.answering import Candidate
from vlm_driving.exam.sitting import Paper, sit
from vlm_driving.exam.text_only import learn, tally
from vlm_driving.simulator.compositions import Part


def advice_quality(
    candidate: Candidate, seed: int, scenes: int, each: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """The `quality` object of the bench: advice and hazards on `scenes` scenes of `seed`.

    No prose is decoded; `each` is called after every scene.
    """
    paper = Paper(seed, Part.SEEDS, other_image=True, questions=False, words=False)
    records = sit(candidate, paper, 0, scenes, each)
    text_only = learn([tally(0, scenes, questions=False)])
    return {
        "seed": seed,
        "scenes": scenes,
        "advice": figures_advice.advice(records, text_only),
        "classes": figures_advice.classes(records),
        "hazards": figures_advice.hazards(records),
    }
