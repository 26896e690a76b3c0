"""A pinned picture can be asked about however many frames come after it."""

from __future__ import annotations

import numpy as np
import pytest

from vlm_driving.pipeline.asking import ShownPicture
from vlm_driving.pipeline.offered import OfferedFrame
from vlm_driving.pipeline.pinning import Pinning
from vlm_driving.pipeline.question_desk import QuestionDesk
from vlm_driving.pipeline.questions import PictureKey, QuestionAnswer, QuestionCosts
from vlm_driving.pipeline.workers.memory import FrameMemory

COSTS = QuestionCosts(new_picture_ms=60, same_picture_ms=20, token_ms=2)
PICTURE = np.full((4, 6, 3), 7, np.uint8)


def frame(sequence: int) -> OfferedFrame:
    return OfferedFrame(lambda: PICTURE, "front", "", 1000 + sequence, sequence, 0, 0.0, 36.0)


class Desk:
    def __init__(self, clock, slots=4):
        self.memory = FrameMemory(slots, PICTURE.nbytes)
        self.answers: list[QuestionAnswer] = []
        self.desk: QuestionDesk[ShownPicture] = QuestionDesk(
            self.answers.append, clock, let_go=lambda p: self.memory.release(p.placed.slot), kept=1
        )
        self.pinning = Pinning(self.memory, self.desk)


@pytest.fixture
def room(clock):
    room = Desk(clock)
    yield room
    room.memory.close()


def test_it_stays_while_newer_ones_are_shown_and_goes_with_the_pin(room):
    assert room.pinning.pin(frame(0), PICTURE)
    for sequence in (1, 2):
        assert room.pinning.pin(frame(sequence), PICTURE)
        room.pinning.unpin(frame(sequence))
    room.desk.ask("何?", "front", 1000)
    taken = room.desk.turn(None, COSTS, None, "onnx-cpu")
    assert taken.question.picture == PictureKey("front", 1000, 0)
    assert taken.picture.ego_speed_kmh == 36.0
    shown = room.memory.array(taken.picture.placed.slot, (4, 6, 3))
    assert (shown == PICTURE).all()
    room.pinning.unpin(frame(0))
    room.desk.failed(taken.question.id, "device lost")
    assert room.answers[-1].backend == "onnx-cpu"
    assert room.memory.free == 3  # the one that was shown last stays


def test_a_picture_that_is_held_already_takes_no_second_place(room):
    room.pinning.pin(frame(0), PICTURE)
    room.pinning.pin(frame(0), PICTURE)
    assert room.memory.free == 3


def test_without_a_place_nothing_is_held(clock):
    full = Desk(clock, slots=1)
    assert full.pinning.pin(frame(0), PICTURE)
    assert not full.pinning.pin(frame(1), PICTURE)
    assert full.memory.free == 0
    full.memory.close()


def test_a_desk_that_is_closed_holds_nothing(room):
    room.desk.close()
    assert not room.pinning.pin(frame(0), PICTURE)
    assert room.memory.free == 4


def test_of_two_frames_with_one_stamp_the_one_that_is_meant_is_asked_about(room):
    stuck = [OfferedFrame(lambda: PICTURE, "front", "", 1000, sequence, 0) for sequence in (0, 1)]
    for one in stuck:
        assert room.pinning.pin(one, PICTURE)
    room.desk.ask("何?", "front", 1000, 0)
    assert room.desk.turn(None, COSTS, None).question.picture == PictureKey("front", 1000, 0)
