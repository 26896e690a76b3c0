"""How long each stage of an answer took."""

from __future__ import annotations

from collections.abc import Callable

from vlm_driving.core import StageTimes
from vlm_driving.runtime.events import Stage, StageBegun

_NS_PER_MS = 1e6


class StageWatch:
    """Milliseconds of each stage, by the answer's own clock."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._times: dict[str, float] = {}
        self._stage: Stage | None = None
        self._since = 0

    def begin(self, stage: Stage) -> StageBegun:
        """Close the stage before, open this one."""
        self._close()
        self._stage = stage
        return StageBegun(stage)

    def end(self) -> StageTimes:
        """Close the last stage."""
        self._close()
        return StageTimes(**self._times)

    def _close(self) -> None:
        now = self._clock()
        if self._stage is not None:
            self._times[self._stage.value] = (now - self._since) / _NS_PER_MS
        self._since = now
