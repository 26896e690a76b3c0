"""Japanese road scenes with ground truth: geometry, pictures, facts, labels, words.

Knows `vlm_driving.core` alone.
"""

from vlm_driving.simulator.advice_terms import Decision
from vlm_driving.simulator.advise import advise, decide
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.facts import visible_facts
from vlm_driving.simulator.labels import CellClass, DenseLabels, dense_labels
from vlm_driving.simulator.render import Rendering, render
from vlm_driving.simulator.sampling import sample_scene
from vlm_driving.simulator.scene import Scene
from vlm_driving.simulator.targets import FACT_TARGETS, fact_targets
from vlm_driving.simulator.view import MODEL_VIEW, ModelView
from vlm_driving.simulator.words_ja import Words, describe

__all__ = [
    "FACT_TARGETS",
    "MODEL_VIEW",
    "CellClass",
    "Decision",
    "DenseLabels",
    "Facts",
    "ModelView",
    "Rendering",
    "Scene",
    "Words",
    "advise",
    "decide",
    "dense_labels",
    "describe",
    "fact_targets",
    "render",
    "sample_scene",
    "visible_facts",
]
