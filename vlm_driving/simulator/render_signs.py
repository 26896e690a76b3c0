"""Draws road signs with their faces."""

from __future__ import annotations

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import RoadSign


def draw_sign(canvas: Canvas, sign: RoadSign) -> None:
    """Draw the sign; 止まれ is ID_STOP_SIGN, a speed limit ID_SPEED_SIGN."""
