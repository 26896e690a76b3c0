"""How much a meaning weighs: by how few images of a question set name it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from vlm_driving.evaluation.judges.reference.lexicon import LEXICON
from vlm_driving.evaluation.judges.reference.reading import read

_GENERIC = 0.1


class Rarity:
    """Weights out of texts, one text an image.

    Nothing but the set's own references and contexts goes in: no answer, no score.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        counts: Counter[str] = Counter()
        size = 0
        for text in texts:
            size += 1
            counts.update({fact.value for fact in read(text).facts})
        self._counts = counts
        self._log_size = math.log(size + 2.0)
        self._size = size

    def weight(self, meaning: str) -> float:
        """The weight of a meaning, at most about 1; what every answer may say weighs 0.1."""
        if meaning in LEXICON.generic:
            return _GENERIC
        rare = math.log((self._size + 2.0) / (self._counts[meaning] + 1.0)) / self._log_size
        return max(rare, _GENERIC)
