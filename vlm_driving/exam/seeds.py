"""Which seeds are for what, so that no scene that trained a bundle examines it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vlm_driving.core import UserError

SELECTION_SEED = 7_100_000
"""Scenes that models are chosen on: they neither train nor examine."""
EXAM_SEED = 7_300_000
"""Scenes of the examination."""
TEXT_ONLY_SEED = 7_400_000
"""Scenes from which the opponent that sees nothing learns its constants."""
TAUGHT_OFFSETS = (0, 1_000_000)
"""From a bundle's seed to the seeds whose scenes trained and calibrated it."""
LEAST_SCENES, MOST_SCENES = 50, 100_000
MOST_SEED = 2**32 - 1


def check_counts(seed: int, scenes: int) -> None:
    """Raise UserError for a seed or a number of scenes that cannot be."""
    if not 0 <= seed <= MOST_SEED:
        raise UserError(f"--seed is {seed}: give a whole number from 0 to {MOST_SEED}.")
    if not LEAST_SCENES <= scenes <= MOST_SCENES:
        raise UserError(
            f"--scenes is {scenes}: give {LEAST_SCENES} to {MOST_SCENES}, for fewer say nothing."
        )
    if seed == TEXT_ONLY_SEED:
        raise UserError(
            f"--seed is {seed}: the opponent that sees nothing learns from that seed; give "
            "another one."
        )


def require_unseen(name: str, provenance: Mapping[str, Any], seed: int) -> None:
    """Raise UserError when scenes of `seed` trained or calibrated the bundle, as it tells."""
    taught = provenance.get("seed")
    if isinstance(taught, int) and seed - taught in TAUGHT_OFFSETS:
        raise UserError(
            f"{name} learned from scenes of seed {seed}, so a score on them says nothing; "
            "give another --seed."
        )
