"""Draws animals."""

from __future__ import annotations

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import Animal


def draw_animal(canvas: Canvas, animal: Animal) -> None:
    """Draw the animal as ID_ANIMAL."""
