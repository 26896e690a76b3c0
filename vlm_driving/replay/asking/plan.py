"""Which questions are asked on which picture. Pure.

Each picture is asked its own questions and those of one other picture: what a model says to these
is a baseline that has seen the wrong scene. The other picture is the one half the distinct
pictures of the camera further, around the end: the same in every run, and every picture is the
other one of exactly one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vlm_driving.evaluation.questions import Question

Scene = tuple[str, "int | None"]
"""A picture's file name and None, or a camera and a stamp; see `Question.scene`."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is asked on one picture.

    Attributes:
        scene: the picture.
        own: questions about it.
        foreign: questions about another one, for the baseline.
    """

    scene: Scene
    own: tuple[Question, ...]
    foreign: tuple[Question, ...] = ()


def sheets(
    questions: Iterable[Question], scenes: Sequence[Scene], other_scene: bool = True
) -> dict[Scene, Sheet]:
    """A sheet for each of the scenes, in their order.

    Args:
        questions: of the set; those about other scenes than these are left out.
        scenes: the pictures that there are, each once, in a fixed order.
        other_scene: whether the baseline is asked, too.
    """
    of: dict[Scene, list[Question]] = {scene: [] for scene in scenes}
    for question in questions:
        if question.scene in of:
            of[question.scene].append(question)
    shown = others(scenes) if other_scene else {}
    asks = {there: of[scene] for scene, there in shown.items()}
    return {s: Sheet(s, tuple(own), tuple(asks.get(s, ()))) for s, own in of.items()}


def others(scenes: Sequence[Scene]) -> Mapping[Scene, Scene]:
    """The other scene of each: half the scenes of its camera further; none for a lone one."""
    by_camera: dict[str, list[Scene]] = {}
    for scene in scenes:
        camera = "" if scene[1] is None else scene[0]
        by_camera.setdefault(camera, []).append(scene)
    return {
        scene: ring[(place + len(ring) // 2) % len(ring)]
        for ring in by_camera.values()
        for place, scene in enumerate(ring)
        if len(ring) > 1
    }
