"""Draws a level crossing: rails and boards on the ground, masts, lamps and bars above it."""

from __future__ import annotations

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import Railway, Scene


def draw_rails(canvas: Canvas, scene: Scene) -> None:
    """Draw what lies flat."""


def draw_railway(canvas: Canvas, scene: Scene, railway: Railway) -> None:
    """Draw masts, lamps and bars as ID_RAILWAY."""
