"""How many scenes each part of a training takes by default; readable without torch."""

from __future__ import annotations

SCENE_COUNTS = {
    "encoder_samples": 56_000,
    "words_samples": 6_400,
    "joint_samples": 56_000,
    "tokenizer_scenes": 4000,
    "calibration_scenes": 2048,
}
"""By name of the setting in `TrainPlan`; the command's options have the same names."""
