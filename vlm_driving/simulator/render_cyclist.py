"""Draws cyclists."""

from __future__ import annotations

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import Cyclist


def draw_cyclist(canvas: Canvas, cyclist: Cyclist, thing: int) -> None:
    """Draw one cyclist as `thing` of the id-map."""
