"""A latest-frame slot for each camera, and one taker that is told whose frame is next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from vlm_driving.pipeline.accounts import (
    CameraShare,
    SharingState,
    Waiting,
    above_rate,
    begin,
    offer,
    open_sharing,
    settle,
    withdraw,
)
from vlm_driving.pipeline.resharing import reshare
from vlm_driving.pipeline.sharing import due_instants, pick, room_ns

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refused(Generic[T]):
    """What comes back from `put`: it is its owner's again, who reports it as dropped.

    Attributes:
        item: the one that was displaced, or the one that was offered, if that is above its rate.
        reason: one English clause.
    """

    item: T
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Taken(Generic[T]):
    """An item whose work begins; hand it to `finished` once it is off the engine.

    Attributes:
        item: what was put.
        camera: whose it is.
        frame: when it came, and until when work on it makes sense.
        begun_ns: when it was taken; monotonic.
        expected_ns: engine time that was booked for it.
        reason: why it was its turn; one English clause.
        share: of its camera when it was taken: what it costs is reckoned by that one.
    """

    item: T
    camera: str
    frame: Waiting
    begun_ns: int
    expected_ns: int
    reason: str
    share: float = 1.0


class CameraSlots(Generic[T]):
    """Holds at most one item a camera. Every item that was put comes back exactly once.

    It comes back from `put` (displaced, or above its rate), `poll`, `discard` or `clear`. Any
    thread may call anything, and nothing waits; one thread polls.
    """

    def __init__(
        self,
        cameras: Sequence[CameraShare],
        clock: Callable[[], int],
        need_ns: Callable[[], int] = lambda: 0,
        ahead_ms: float = 50.0,
    ) -> None:
        """Open empty slots.

        Args:
            cameras: all of them.
            clock: monotonic nanoseconds.
            need_ns: engine time that a frame takes until its advice, as measured (the p99);
                called with the slots locked.
            ahead_ms: how far a camera may run ahead of its share; see `sharing`.

        Raises:
            UserError: for a camera that is named twice.
        """
        self._clock = clock
        self._need_ns = need_ns
        self._lock = threading.Lock()
        self._state = open_sharing(cameras, ahead_ms)
        self._items: dict[str, T] = {}
        self._closed = False

    @property
    def empty(self) -> bool:
        """Whether no item waits."""
        with self._lock:
            return not self._items

    @property
    def state(self) -> SharingState:
        """The accounts as they stand: frozen, so it may be looked at in peace."""
        with self._lock:
            return self._state

    def room_ns(self, need_ns: int, horizon_ns: int) -> int | None:
        """How long frames can spare the engine; None where none is due. See `sharing.room_ns`.

        Args:
            need_ns: engine time a frame.
            horizon_ns: frames that are expected later than this do not count.
        """
        now_ns = self._clock()
        with self._lock:
            return room_ns(due_instants(self._state, now_ns, horizon_ns), now_ns, need_ns)

    def check(self, camera: str) -> None:
        """Raises ValueError for a camera that is not among those of the settings."""
        self.state.of(camera)

    def retune(self, cameras: Sequence[CameraShare]) -> None:
        """Give the same cameras other shares and rates from now on; see `resharing`.

        Raises:
            ValueError: for other cameras.
        """
        with self._lock:
            self._state = reshare(self._state, cameras)

    def put(self, camera: str, item: T, frame: Waiting) -> Refused[T] | None:
        """Place `item`; what loses its place by that comes back, or `item` itself.

        Raises:
            RuntimeError: once the slots are closed.
            ValueError: for a camera that is not among those of the settings.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("the slots are closed")
            reason = above_rate(self._state, camera, frame.offered_ns)
            if reason is not None:
                return Refused(item, reason)
            self._state = offer(self._state, camera, frame)
            displaced = self._items.get(camera)
            self._items[camera] = item
            if displaced is None:
                return None
            return Refused(displaced, f"a newer frame of camera {camera} took its place")

    def poll(self) -> tuple[Taken[T] | None, int | None]:
        """The next item, if one can be begun now; else when to ask again, or None for not by time.

        Once closed, what is left comes whether or not there is time for it.
        """
        with self._lock:
            return self._try(self._clock())

    def discard(self, item: T) -> bool:
        """Empty the slot that holds this very `item`; says whether there was one."""
        with self._lock:
            for camera, held in self._items.items():
                if held is item:
                    del self._items[camera]
                    self._state = withdraw(self._state, camera)
                    return True
            return False

    def finished(self, taken: Taken[T]) -> None:
        """The engine is free of `taken`: its camera pays for the time until now.

        No more than up to the frame's deadline: a backend that hangs is not the camera's fault.
        """
        with self._lock:
            end_ns = self._clock()
            if taken.frame.work_until_ns is not None:
                end_ns = min(end_ns, taken.frame.work_until_ns)
            engine_ns = max(0, end_ns - taken.begun_ns)
            self._state = settle(
                self._state, taken.camera, taken.expected_ns, engine_ns, taken.share
            )

    def close(self) -> None:
        """No more items will come; those that are still here can be taken."""
        with self._lock:
            self._closed = True

    def clear(self) -> list[T]:
        """Empty all slots; what was in them."""
        with self._lock:
            items = list(self._items.values())
            for camera in self._items:
                self._state = withdraw(self._state, camera)
            self._items.clear()
            return items

    def _try(self, now_ns: int) -> tuple[Taken[T] | None, int | None]:
        """The next item, or when to look again."""
        need_ns = self._need_ns()
        choice = pick(self._state, now_ns, need_ns)
        camera = choice.camera
        if camera is None and self._closed:
            camera = next(iter(self._items), None)
        if camera is None:
            return None, choice.again_ns
        account = self._state.of(camera)
        frame = account.waiting
        if frame is None:
            raise RuntimeError(f"camera {camera} was picked without a frame")
        self._state = begin(self._state, camera, need_ns)
        item = self._items.pop(camera)
        share = account.settings.share
        return Taken(item, camera, frame, now_ns, need_ns, choice.reason, share), None
