"""Draws a tunnel, from inside or as a portal ahead."""

from __future__ import annotations

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import Scene


def draw_tunnel(canvas: Canvas, scene: Scene) -> None:
    """Draw walls, ceiling, lamps and the portal; call it between ground and upright things."""
