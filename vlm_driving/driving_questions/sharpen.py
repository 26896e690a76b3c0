"""Descriptions that ask for more than the names of things.

What the left side shows is told by 駐車 in every second picture of a drive. Where the reference
also says which vehicle, how many people or how far, the question asks for that, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vlm_driving.simulator.questions.attributes_road import ROAD_GROUP
from vlm_driving.simulator.questions.detail_terms import NAMES
from vlm_driving.simulator.questions.terms import VEHICLE_GROUP, VEHICLE_JA

_METRES = re.compile(r"およそ(\d+)メートル")
_PEOPLE = re.compile(r"歩行者が(\d+)人")
_BARS = {"閉まって": ["閉ま", "閉じて", "遮断"], "開いて": ["開いて", "上がって"]}
_COMMON = [
    *(NAMES[name] for name in ("lead", "parked", "oncoming", "railway")),
    *ROAD_GROUP.values(),
]
_TOLERANCE, _LEAST_TOLERANCE_M = 4, 5
"""A quarter of the distance, as for questions that ask for a number."""


def telling(answers: tuple[str, ...]) -> tuple[str, ...]:
    """The answers with most that can be asked for."""
    found = {answer: len(_details(answer)) for answer in answers}
    most = max(found.values())
    return tuple(answer for answer in answers if found[answer] == most)


def sharpened(text: str, reference: str, rubric: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The question and the facts, with what the reference tells besides.

    What is asked for in addition takes the place of what most pictures of a drive have: that a
    vehicle is there at all, and of which class the road is.
    """
    details = _details(reference)
    must = [list(group) for group in rubric.get("must", [])]
    more = rubric.get("any", {"of": []})["of"]
    asked = [words for words, group in details if group not in must]
    if not asked:
        return text, dict(rubric)
    kept = [group for group in must if group not in _COMMON]
    due: list[list[str]] = []
    for group in [*kept, *(group for _, group in details), *more]:
        if group not in due:
            due.append(list(group))
    facts = {**rubric, "must": due}
    facts.pop("any", None)
    return f"{text}{'と'.join(asked)}も添えてください。", facts


def _details(reference: str) -> list[tuple[str, list[str]]]:
    """What the reference tells besides names: words that ask for it, and a group that holds it."""
    found: list[tuple[str, list[str]]] = []
    kinds = [kind for kind, name in VEHICLE_JA.items() if name in reference]
    if len(kinds) == 1:
        found.append(("車の種類", VEHICLE_GROUP[kinds[0]]))
    people = _PEOPLE.search(reference)
    if people:
        found.append(("歩行者の人数", [f"{people[1]}人"]))
    if "踏切" in reference:
        found += [("踏切の開閉", group) for word, group in _BARS.items() if word in reference]
    metres = _METRES.findall(reference)
    if len(metres) == 1:
        far = int(metres[0])
        spread = max(_LEAST_TOLERANCE_M, far // _TOLERANCE)
        found.append(("およその距離", [f"{{{far}m±{spread}}}"]))
    return found
