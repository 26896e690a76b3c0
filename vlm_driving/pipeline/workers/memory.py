"""Frames that the parent writes once and every worker reads where they lie.

One anonymous segment (`memfd_create`) serves all workers: it has no name, so it is gone with
the last process that has it open, however that process ends. Its first page holds one word a
worker, into which the parent writes the number of the newest request that is to stop: a worker
looks at it between two tokens, without asking the system for anything.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import mmap
import os
import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_PAGE = 4096
_WORDS = _PAGE // 8
_MOST_SLOTS = 256


@dataclass(frozen=True, slots=True)
class FrameSlot:
    """A slot and what lies in it.

    Attributes:
        index: of the slot in the memory.
        content: counts the frames that were put into this memory; the same number is the same
            picture, in every process.
    """

    index: int
    content: int


class FrameMemory:
    """The parent's side: slots to write frames into, held for as long as anyone reads them.

    Any thread may call; nothing waits.
    """

    def __init__(self, slots: int, slot_bytes: int) -> None:
        """Reserve the memory and have its pages ready.

        Args:
            slots: frames at a time: those in work, and those that are kept for questions.
            slot_bytes: of the largest frame, height * width * 3.

        Raises:
            ValueError: for numbers that make no memory.
            OSError: if the system refuses.
        """
        _check_layout(slots, slot_bytes)
        self.slots = slots
        self.slot_bytes = slot_bytes
        size = _size(slots, slot_bytes)
        self.fd = os.memfd_create("vlm_driving-frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(self.fd, size)
            # A segment that somebody cuts short would end everyone who reads behind its end.
            fcntl.fcntl(self.fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
            self._map = _map(self.fd, size, mmap.PROT_READ | mmap.PROT_WRITE)
        except BaseException:
            os.close(self.fd)
            raise
        self._words = memoryview(self._map)[:_PAGE].cast("Q")
        self._lock = threading.Lock()
        self._claimed = 0
        self._contents = 0
        self._holders = [0] * slots
        self._content = [0] * slots
        self._closed = False

    def lease(self) -> FrameSlot | None:
        """A free slot, held once by the caller; None while all are in use."""
        with self._lock:
            if self._closed or 0 not in self._holders:
                return None
            index = self._holders.index(0)
            self._contents += 1
            self._content[index] = self._contents
            self._holders[index] = 1
            return FrameSlot(index, self._contents)

    def hold(self, slot: FrameSlot) -> None:
        """Hold a leased slot once more. Raises ValueError if it has been given back already."""
        with self._lock:
            self._check_leased(slot)
            self._holders[slot.index] += 1

    def release(self, slot: FrameSlot) -> None:
        """Let go once; the last to do so frees the slot. Raises ValueError if it was free."""
        with self._lock:
            if self._closed:
                return
            self._check_leased(slot)
            self._holders[slot.index] -= 1

    @property
    def free(self) -> int:
        """Slots that `lease` could give."""
        with self._lock:
            return self._holders.count(0)

    def array(self, slot: FrameSlot, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
        """The slot's memory as (height, width, 3) uint8, to be written before it is submitted.

        Raises:
            ValueError: if the slot is not leased or too small.
        """
        with self._lock:
            self._check_leased(slot)
            return _array(self._map, self.slot_bytes, slot.index, shape)

    def claim_word(self) -> int:
        """A word of the first page, for one worker. Raises ValueError when none is left."""
        with self._lock:
            if self._claimed >= _WORDS:
                raise ValueError(f"a frame memory serves at most {_WORDS} workers")
            self._claimed += 1
            return self._claimed - 1

    def cancel(self, word: int, request_id: int) -> None:
        """Tell the worker of `word` to end every request up to `request_id`."""
        with self._lock:
            if not self._closed and self._words[word] < request_id:
                self._words[word] = request_id

    def close(self) -> None:
        """Give the memory back; what an array still shows goes with the array."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            os.close(self.fd)
            self._words.release()
            with contextlib.suppress(BufferError):  # an array is alive; it keeps the map
                self._map.close()
            del self._map

    def _check_leased(self, slot: FrameSlot) -> None:
        held = 0 <= slot.index < self.slots and self._holders[slot.index] > 0
        if self._closed or not held or self._content[slot.index] != slot.content:
            raise ValueError(f"{slot} is not leased")


class FrameView:
    """A worker's side: what the parent wrote, to be read only."""

    def __init__(self, fd: int, slots: int, slot_bytes: int, word: int) -> None:
        """Map the segment; writing to it would end the process.

        Args:
            fd: of the segment; it may be closed afterwards.
            slots: as the parent has it.
            slot_bytes: as the parent has it.
            word: of this worker.

        Raises:
            ValueError: if the numbers do not fit the segment.
        """
        _check_layout(slots, slot_bytes)
        size = _size(slots, slot_bytes)
        if os.fstat(fd).st_size != size or not 0 <= word < _WORDS:
            raise ValueError(f"the segment does not hold {slots} slots of {slot_bytes} bytes")
        self.slots = slots
        self.slot_bytes = slot_bytes
        self._map = _map(fd, size, mmap.PROT_READ)
        self._words = memoryview(self._map)[:_PAGE].cast("Q")
        self._word = word
        self._seen: dict[int, tuple[int, NDArray[np.uint8]]] = {}

    def picture(self, slot: FrameSlot, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
        """The picture in a slot, (height, width, 3) uint8, read-only.

        It is the same object for as long as the content is the same: that is how an engine
        knows that a question is about the picture that it has encoded already.

        Raises:
            ValueError: for a slot that is not there, or too small.
        """
        if not 0 <= slot.index < self.slots:
            raise ValueError(f"there is no slot {slot.index}")
        content, array = self._seen.get(slot.index, (None, None))
        if array is None or content != slot.content or array.shape != shape:
            array = _array(self._map, self.slot_bytes, slot.index, shape)
            self._seen[slot.index] = (slot.content, array)
        return array

    def cancelled(self, request_id: int) -> bool:
        """Whether the parent wants this request to end."""
        return self._words[self._word] >= request_id


def _check_layout(slots: int, slot_bytes: int) -> None:
    if not 1 <= slots <= _MOST_SLOTS or slot_bytes < 3:
        raise ValueError(
            f"a frame memory has 1 to {_MOST_SLOTS} slots of at least one pixel, "
            f"got {slots} slots of {slot_bytes} bytes"
        )


def _stride(slot_bytes: int) -> int:
    return -(-slot_bytes // _PAGE) * _PAGE


def _size(slots: int, slot_bytes: int) -> int:
    return _PAGE + slots * _stride(slot_bytes)


def _map(fd: int, size: int, access: int) -> mmap.mmap:
    # Pages that are there already cost no frame a fault.
    return mmap.mmap(fd, size, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE, prot=access)


def _array(
    memory: mmap.mmap, slot_bytes: int, index: int, shape: tuple[int, int, int]
) -> NDArray[np.uint8]:
    size = math.prod(shape)
    if len(shape) != 3 or min(shape) < 1 or shape[2] != 3 or size > slot_bytes:
        raise ValueError(f"a frame of shape {shape} does not fit a slot of {slot_bytes} bytes")
    offset = _PAGE + index * _stride(slot_bytes)
    return np.frombuffer(memory, np.uint8, size, offset).reshape(shape)
