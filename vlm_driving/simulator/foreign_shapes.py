"""Shapes: foreign pictures of things before a ground."""

from __future__ import annotations

import math

import cv2
import numpy as np

from vlm_driving.simulator.foreign_base import COLUMNS, ROWS, Image, Rng, as_image, colour, ramp
from vlm_driving.simulator.foreign_patterns import blobs


def polygons(rng: Rng) -> Image:
    """Random polygons over a gradient."""
    image = ramp(rng)
    for _ in range(int(rng.integers(5, 40))):
        centre = rng.uniform(0, 1, 2) * [COLUMNS, ROWS]
        n = int(rng.integers(3, 8))
        points = centre + rng.normal(0, rng.uniform(8, 60), (n, 2))
        cv2.fillPoly(image, [points.astype(np.int32)], colour(rng), cv2.LINE_AA)
    return image


def foliage(rng: Rng) -> Image:
    """Leaves or grass from close by."""
    image = as_image(ramp(rng) * np.array([0.3, 0.5, 0.35]))
    long = float(rng.uniform(5, 40))
    fat = float(rng.uniform(0.1, 0.6))
    turn = float(rng.uniform(0, 180))
    spread = float(rng.uniform(10, 180))
    for _ in range(260):
        at = (int(rng.integers(COLUMNS)), int(rng.integers(ROWS)))
        size = (max(1, int(long * rng.uniform(0.5, 1))), max(1, int(long * fat)))
        tone = rng.uniform(20, 200)
        green = (tone * rng.uniform(0.2, 0.7), tone, tone * rng.uniform(0.3, 1.1))
        cv2.ellipse(image, at, size, turn + spread * rng.normal(), 0, 360, green, -1, cv2.LINE_AA)
    return image


def ovals(rng: Rng) -> Image:
    """Ovals with two dark spots and a bar, as faces have them."""
    image = as_image(cv2.GaussianBlur(blobs(rng), (0, 0), 3))
    for _ in range(int(rng.integers(1, 6))):
        u, v = rng.uniform(0.1, 0.9) * COLUMNS, rng.uniform(0.15, 0.85) * ROWS
        size = float(rng.uniform(14, 75))
        skin = (rng.uniform(50, 190), rng.uniform(80, 200), rng.uniform(110, 250))
        turn = float(rng.uniform(-25, 25))
        axes = (int(size * 0.72), int(size))
        cv2.ellipse(image, (int(u), int(v)), axes, turn, 0, 360, skin, -1, cv2.LINE_AA)
        crown = (int(u), int(v - size * 0.45))
        hair = colour(rng, 0, 110)
        cv2.ellipse(image, crown, (axes[0], int(size * 0.6)), turn, 180, 360, hair, -1)
        for side in (-0.3, 0.3):
            eye = (int(u + side * size), int(v - 0.12 * size))
            cv2.circle(image, eye, max(1, int(size * 0.09)), (30.0, 25.0, 25.0), -1, cv2.LINE_AA)
        mouth = (int(u), int(v + 0.45 * size))
        lips = (max(1, int(size * 0.28)), max(1, int(size * 0.08)))
        cv2.ellipse(image, mouth, lips, turn, 0, 360, (60.0, 50.0, 140.0), -1)
    return image


def bokeh(rng: Rng) -> Image:
    """Discs of light on darkness."""
    image = as_image(ramp(rng) * 0.15)
    for _ in range(int(rng.integers(10, 90))):
        at = (int(rng.integers(COLUMNS)), int(rng.integers(ROWS)))
        disc = np.zeros_like(image)
        cv2.circle(disc, at, int(rng.integers(2, 26)), colour(rng, 20, 160), -1, cv2.LINE_AA)
        image = as_image(cv2.add(image, disc))
    return image


def scribbles(rng: Rng) -> Image:
    """Lines that wander, as cables and drawings do."""
    image = ramp(rng)
    for _ in range(int(rng.integers(4, 30))):
        steps = np.cumsum(rng.normal(0, rng.uniform(4, 20), (30, 2)), axis=0)
        points = (steps + rng.uniform(0, 1, 2) * [COLUMNS, ROWS]).astype(np.int32)
        cv2.polylines(image, [points], False, colour(rng), int(rng.integers(1, 7)), cv2.LINE_AA)
    return image


def panels(rng: Rng) -> Image:
    """Rectangles with bars and dots: a screen, shelves, machines."""
    image = ramp(rng)
    for _ in range(int(rng.integers(4, 22))):
        u, v = int(rng.integers(-20, COLUMNS)), int(rng.integers(-20, ROWS))
        wide, tall = int(rng.integers(12, 140)), int(rng.integers(10, 90))
        cv2.rectangle(image, (u, v), (u + wide, v + tall), colour(rng), -1)
        cv2.rectangle(image, (u, v), (u + wide, v + tall), colour(rng), 1)
        for i in range(int(rng.integers(0, 7))):
            bar = (u + 4, v + 5 + 8 * i)
            cv2.line(image, bar, (u + int(wide * rng.uniform(0.2, 0.9)), bar[1]), colour(rng), 2)
    return image


def solids(rng: Rng) -> Image:
    """Shaded balls, boxes and columns on a plain ground."""
    image = ramp(rng)
    for _ in range(int(rng.integers(2, 10))):
        u, v = int(rng.integers(COLUMNS)), int(rng.integers(ROWS // 3, ROWS))
        size = int(rng.integers(8, 60))
        tone = np.array(colour(rng, 30))
        if rng.random() < 0.5:
            for i in range(6):
                share = 1 - i / 7
                at = (int(u - 0.25 * size * i / 6), int(v - 0.25 * size * i / 6))
                lit = np.clip(tone * (0.5 + 0.13 * i), 0, 255).tolist()
                cv2.circle(image, at, max(1, int(size * share)), lit, -1, cv2.LINE_AA)
        else:
            tall = int(size * rng.uniform(0.5, 2.5))
            cv2.rectangle(image, (u, v - tall), (u + size, v), tone.tolist(), -1)
            side = [(u + size, v), (u + size + size // 3, v - size // 4)]
            side += [(side[1][0], side[1][1] - tall), (u + size, v - tall)]
            cv2.fillPoly(image, [np.array(side)], (tone * 0.6).tolist(), cv2.LINE_AA)
    return image


def plants(rng: Rng) -> Image:
    """Stems with leaves and blossoms before a soft ground."""
    image = as_image(cv2.GaussianBlur(foliage(rng), (0, 0), 6))
    for _ in range(int(rng.integers(2, 9))):
        u, v, sway = int(rng.integers(COLUMNS)), ROWS, float(rng.uniform(-12, 12))
        for i in range(12):
            tip = (int(u + sway * i / 3), v - int(rng.integers(6, 16)))
            cv2.line(image, (u, v), tip, (40.0, 110.0, 60.0), 3, cv2.LINE_AA)
            turn = float(rng.uniform(0, 360))
            cv2.ellipse(image, tip, (13, 4), turn, 0, 360, (50.0, 150.0, 80.0), -1, cv2.LINE_AA)
            u, v = tip
        petals = colour(rng, 90)
        for i in range(6):
            at = (int(u + 9 * math.cos(i)), int(v + 9 * math.sin(i)))
            cv2.circle(image, at, 6, petals, -1, cv2.LINE_AA)
    return image
