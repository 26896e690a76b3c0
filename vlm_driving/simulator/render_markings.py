"""Draws what is painted on the road beside lines: the word 止まれ, arrows, limits, worn paint."""

from __future__ import annotations

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import Scene


def draw_markings(canvas: Canvas, scene: Scene) -> None:
    """Draw words and arrows; 止まれ is ID_STOP_TEXT."""
