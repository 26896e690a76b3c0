"""What light and weather do to the ground: cast shadows, wet mirror, snow, wear."""

from __future__ import annotations

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import Scene


def draw_ground_effects(canvas: Canvas, scene: Scene) -> None:
    """Change the ground that is drawn already, before anything stands on it."""
