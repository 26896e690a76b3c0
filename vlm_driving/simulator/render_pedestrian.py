"""Draws people: legs, torso, arms, head and hair, sometimes an umbrella or a bag."""

from __future__ import annotations

import numpy as np

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import Colour, Pedestrian

_SKIN: Colour = (150, 175, 215)


def draw_pedestrian(canvas: Canvas, person: Pedestrian, thing: int) -> None:
    """Draw one person as `thing` of the id-map. Flat figures that face the camera."""
    side_on = person.heading != 0
    step = person.stride * (0.16 if side_on else 0.05)
    stance = 0.03 if side_on else 0.075
    trunk = 0.095 if side_on else 0.125
    swing = -person.stride * (0.13 if side_on else 0.03)
    lean = 0.01 * person.heading
    # (y, z) in body heights; y grows to the left
    far_leg = [(stance + step, 0.0), (stance + step - 0.06, 0.0), (-0.03, 0.5), (0.07, 0.5)]
    near_leg = [(-stance - step + 0.06, 0.0), (-stance - step, 0.0), (-0.07, 0.5), (0.03, 0.5)]
    torso = [
        (trunk * 0.82, 0.44),
        (-trunk * 0.82, 0.44),
        (-trunk + lean, 0.80),
        (-trunk * 0.5 + lean, 0.84),
        (trunk * 0.5 + lean, 0.84),
        (trunk + lean, 0.80),
    ]
    arm_l = [(trunk + swing, 0.42), (trunk + swing - 0.05, 0.42), (trunk - 0.05, 0.8), (trunk, 0.8)]
    arm_r = [
        (-trunk - swing + 0.05, 0.42),
        (-trunk - swing, 0.42),
        (-trunk, 0.8),
        (-trunk + 0.05, 0.8),
    ]
    head = [(0.0 + lean, 0.915)]
    lengths = [4, 4, 6, 4, 4, 1]
    flat = np.array(far_leg + near_leg + torso + arm_l + arm_r + head) * person.height_m
    points = np.empty((len(flat) + 4, 3))
    points[:, 0] = person.x_m
    points[: len(flat), 1] = flat[:, 0] + person.y_m
    points[: len(flat), 2] = flat[:, 1]
    points[len(flat) :, 1] = person.y_m + np.array([0.3, -0.3, -0.3, 0.3])
    points[len(flat) :, 2] = 0.0
    points[len(flat) :, 0] += np.array([-0.15, -0.15, 0.25, 0.25])
    pixels = canvas.camera.project(points)
    shade, x = canvas.light.shade, person.x_m
    canvas.fill(pixels[len(flat) :], shade((70, 70, 70), x))
    starts = np.cumsum([0, *lengths]).tolist()
    paint = [
        shade(person.trousers, x, 0.75),
        shade(person.trousers, x),
        shade(person.coat, x),
        shade(person.coat, x, 0.8),
        shade(person.coat, x, 0.9),
    ]
    for start, length, colour in zip(starts, lengths[:5], paint, strict=False):
        polygon = pixels[start : start + length]
        canvas.fill(polygon, colour)
        canvas.mark(polygon, thing)
    scale = canvas.camera.pixels_per_metre(x) * person.height_m
    u, v = pixels[starts[5]].tolist()
    canvas.disc(u, v - 0.012 * scale, 0.068 * scale, shade(person.hair, x))
    canvas.disc(u, v + 0.014 * scale, 0.055 * scale, shade(_SKIN, x))
    top = np.array([[u - 0.06 * scale, v - 0.07 * scale], [u + 0.06 * scale, v + 0.06 * scale]])
    canvas.mark(np.array([top[0], [top[1, 0], top[0, 1]], top[1], [top[0, 0], top[1, 1]]]), thing)
    if person.bag is not None:
        bag = np.array([[-0.1, 0.55], [-0.02, 0.55], [-0.02, 0.4], [-0.1, 0.4]]) * scale
        canvas.fill(bag + [u + 0.12 * scale, v], shade(person.bag, x))
    if person.umbrella is not None:
        dome = np.array([[-0.28, 0.0], [-0.2, -0.1], [0.0, -0.16], [0.2, -0.1], [0.28, 0.0]])
        canvas.fill(dome * scale + [u, v - 0.05 * scale], shade(person.umbrella, x))
    body = pixels[: len(flat) - 1]
    canvas.register(thing, np.concatenate([body, top]))
