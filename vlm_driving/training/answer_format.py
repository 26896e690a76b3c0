"""How the shipped model is prompted and how its answer is written down.

The one place that fixes the label tokens, the prompt pieces and the sections; the
bundle's `bundle.json` and the training texts both come from here.
"""

from __future__ import annotations

from typing import Any

from vlm_driving.core import (
    Advice,
    HazardKind,
    HazardRange,
    HazardSide,
    PathAdvice,
    SpeedAdvice,
)
from vlm_driving.training.tokenizer import BOS, EOS

PREFIX = f"{BOS}前方カメラの画像です。"
EGO = "車速{speed_kmh}km/h。"
EGO_UNKNOWN = "車速不明。"
TASK = "<|report|>"
ADVICE, DESCRIPTION, END = "<|advice|>", "<|description|>", "<|end|>"
NO_MORE_HAZARDS = "<|no_more_hazards|>"
QUESTION, ANSWER = "<|question|>", "<|answer|>"
BLIND = "<|blind|>"
"""Learned in place of the speed where the picture shows no road: it leaves the legal labels."""
MAX_HAZARDS = 3
ADVICE_CAP, DESCRIPTION_CAP, ANSWER_CAP = 40, 96, 80

SPEED_LABELS = {s.value: f"<|speed_{s.value.lower()}|>" for s in SpeedAdvice}
PATH_LABELS = {p.value: f"<|path_{p.value.lower()}|>" for p in PathAdvice}
LABEL_GROUPS = {"speed": SPEED_LABELS, "path": PATH_LABELS}
KIND_LABELS = {k.value: f"<|kind_{k.value}|>" for k in HazardKind}
SIDE_LABELS = {s.value: f"<|side_{s.value}|>" for s in HazardSide}
RANGE_LABELS = {r.value: f"<|range_{r.value}|>" for r in HazardRange}


def special_tokens() -> list[str]:
    """Every token that stands for a label or a section, in a fixed order."""
    groups = (SPEED_LABELS, PATH_LABELS, KIND_LABELS, SIDE_LABELS, RANGE_LABELS)
    labels = [token for group in groups for token in group.values()]
    return [TASK, ADVICE, DESCRIPTION, END, NO_MORE_HAZARDS, QUESTION, ANSWER, BLIND, *labels]


def ego_text(ego_speed_kmh: float | None) -> str:
    """The prompt's word on the ego speed."""
    if ego_speed_kmh is None:
        return EGO_UNKNOWN
    return EGO.format(speed_kmh=round(ego_speed_kmh))


def prompt_after_image(ego_speed_kmh: float | None) -> str:
    """All text between the image tokens and the answer."""
    return ego_text(ego_speed_kmh) + TASK


def label_text(advice: Advice) -> str:
    """The label tokens of an advice."""
    labels = SPEED_LABELS[advice.speed.value] + PATH_LABELS[advice.path.value]
    for hazard in advice.hazards[:MAX_HAZARDS]:
        labels += KIND_LABELS[hazard.kind.value]
        labels += SIDE_LABELS[hazard.side.value] + RANGE_LABELS[hazard.range.value]
    if len(advice.hazards) < MAX_HAZARDS:
        labels += NO_MORE_HAZARDS
    return labels


def prose_text(advice_ja: str, description_ja: str) -> str:
    """The prose that follows the labels, end tokens included."""
    return f"{ADVICE}{advice_ja}{END}{DESCRIPTION}{description_ja}{END}{EOS}"


def question_after_image(ego_speed_kmh: float | None, question: str) -> str:
    """All text between the image tokens and the answer to a question."""
    return f"{ego_text(ego_speed_kmh)}{QUESTION}{question}{ANSWER}"


def preprocess(width: int, height: int) -> dict[str, Any]:
    """The bundle's `preprocess`, which training sees its scenes through as well."""
    return {
        "width": width,
        "height": height,
        "fit": "cover",
        "resample": "area",
        "channel_order": "RGB",
        "mean": (0.5, 0.5, 0.5),
        "std": (0.5, 0.5, 0.5),
        "rescale": 1 / 255,
        "jpeg_reduce": True,
    }


def bundle_spec(
    name: str,
    image_tokens: int,
    width: int,
    height: int,
    calibration: dict[str, Any],
    provenance: dict[str, Any],
) -> dict[str, Any]:
    """`bundle.json` without the graphs and checksums that the export adds."""

    def group(labels: dict[str, str]) -> dict[str, Any]:
        return {"lead": "", "labels": labels}

    return {
        "schema": "vlm_driving/bundle/1",
        "name": name,
        "licence": "Apache-2.0",
        "provenance": provenance,
        "preprocess": preprocess(width, height),
        "image_tokens": image_tokens,
        "prompts": {
            "prefix": PREFIX,
            "suffix": "",
            "ego": EGO,
            "ego_unknown": EGO_UNKNOWN,
            "task": TASK,
        },
        "grammar": {
            "speed": group(SPEED_LABELS),
            "path": group(PATH_LABELS),
            "hazards": {
                "max": MAX_HAZARDS,
                "end": NO_MORE_HAZARDS,
                "kind": group(KIND_LABELS),
                "side": group(SIDE_LABELS),
                "range": group(RANGE_LABELS),
            },
        },
        "sections": [
            {"name": "advice_ja", "lead": ADVICE, "end": [END], "max_tokens": ADVICE_CAP},
            {
                "name": "description_ja",
                "lead": DESCRIPTION,
                "end": [END],
                "max_tokens": DESCRIPTION_CAP,
            },
        ],
        "question": {
            "before": QUESTION,
            "after": ANSWER,
            "end": [END],
            "max_tokens": ANSWER_CAP,
        },
        "end_tokens": [EOS],
        "normalization": "NFKC",
        "calibration": {**calibration, "blind_token": BLIND},
    }
