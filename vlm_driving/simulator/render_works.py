"""Draws road works, the flagger and things that fell onto the road."""

from __future__ import annotations

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import Flagger, Obstacle, RoadWorks, Scene


def draw_works(canvas: Canvas, scene: Scene, works: RoadWorks) -> None:
    """Draw cones, board, barrier and machine as ID_WORKS."""


def draw_flagger(canvas: Canvas, flagger: Flagger) -> None:
    """Draw the guard as ID_FLAGGER."""


def draw_obstacle(canvas: Canvas, obstacle: Obstacle) -> None:
    """Draw the thing as ID_OBSTACLE."""
