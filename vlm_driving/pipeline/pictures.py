"""Frames that can be asked about: those that were shown last, and those that a question holds."""

from __future__ import annotations

from collections import Counter
from typing import Generic, TypeVar

from vlm_driving.pipeline.questions import PictureKey

T = TypeVar("T")


class Pictures(Generic[T]):
    """Holds the newest pictures of each camera, and every pinned one. Not for several threads.

    A picture may be a lease on shared memory: what is let go is handed back, exactly once.
    """

    def __init__(self, kept: int = 4) -> None:
        """Hold `kept` pictures a camera that nobody has pinned."""
        if kept < 1:
            raise ValueError(f"one picture a camera or more is kept, got {kept}")
        self._kept = kept
        self._held: dict[PictureKey, T] = {}  # in the order in which they were shown
        self._pins: Counter[PictureKey] = Counter()

    def __len__(self) -> int:
        return len(self._held)

    def __getitem__(self, key: PictureKey) -> T:
        return self._held[key]

    def show(self, key: PictureKey, picture: T) -> list[T]:
        """A picture was shown; returns those that are let go for it.

        A second picture of the same name is let go at once: questions may be about the first.
        """
        if key in self._held:
            return [] if self._held[key] is picture else [picture]
        self._held[key] = picture
        return self._trim(key.camera)

    def find(
        self,
        camera: str | None = None,
        stamp_ns: int | None = None,
        sequence: int | None = None,
    ) -> PictureKey | None:
        """The picture that was shown last among those to which all that is given applies."""
        wanted = (camera, stamp_ns, sequence)
        for key in reversed(self._held):
            has = (key.camera, key.stamp_ns, key.sequence)
            if all(want in (None, one) for want, one in zip(wanted, has, strict=True)):
                return key
        return None

    def pin(self, key: PictureKey) -> None:
        """Hold `key` until as many `unpin` have come. Raises KeyError if it is not here."""
        self._held[key]
        self._pins[key] += 1

    def unpin(self, key: PictureKey) -> list[T]:
        """Take one pin off; returns what is let go. Raises KeyError for one that has no pin."""
        if self._pins[key] < 1:
            raise KeyError(key)
        self._pins[key] -= 1
        if not self._pins[key]:
            del self._pins[key]
        return self._trim(key.camera)

    def close(self) -> list[T]:
        """Hold only what is pinned from now on; returns what is let go."""
        self._kept = 0
        return [gone for key in list(self._held) for gone in self._trim(key.camera)]

    def _trim(self, camera: str) -> list[T]:
        loose = [k for k in self._held if k.camera == camera and k not in self._pins]
        return [self._held.pop(key) for key in loose[: max(0, len(loose) - self._kept)]]
