"""Which of the topics that exist was probably meant. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from vlm_driving.ros.camera_topic import ImageTopic

NEAREST_SHOWN = 3
_COMMON = frozenset({"image", "image_raw", "image_rect_color", "image_color", "compressed", "raw"})


def single_slashes(topic: str) -> str:
    """The name with each run of slashes made one, and none at its end."""
    short = re.sub(r"/{2,}", "/", topic)
    return short.rstrip("/") or "/"


def nearest(topic: str, others: Sequence[ImageTopic], most: int = NEAREST_SHOWN) -> list[str]:
    """The names that look most like `topic`, best first; by name where they are equally near."""
    names = sorted({one.name for one in others} - {topic})
    return sorted(names, key=lambda name: (-_likeness(topic, name), name))[:most]


def under_namespace(topic: str, others: Sequence[ImageTopic]) -> str | None:
    """The one topic that ends with all of `topic`, or with which `topic` ends; else None.

    A name whose last part alone is the same says nothing: every second topic ends in `image_raw`.
    """
    own = _parts(topic)
    found = []
    for name in sorted({one.name for one in others} - {topic}):
        other = _parts(name)
        shorter, longer = sorted((own, other), key=len)
        tells = bool(shorter) and not _COMMON.issuperset(shorter)
        if tells and len(longer) > len(shorter) and longer[-len(shorter) :] == shorter:
            found.append(name)
    return found[0] if len(found) == 1 else None


def _likeness(one: str, other: str) -> float:
    """Shared words count more than shared letters: `left` and `right` have many in common."""
    words, others = set(re.split(r"[/_]+", one)), set(re.split(r"[/_]+", other))
    shared = len((words & others) - {""}) / max(1, len((words | others) - {""}))
    return shared + difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _parts(topic: str) -> list[str]:
    return [part for part in topic.split("/") if part]
