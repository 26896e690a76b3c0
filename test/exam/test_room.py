"""One process or several: the same results in the same order, and bundles that load."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.core import UserError
from vlm_driving.exam import room
from vlm_driving.exam.answering import Candidate
from vlm_driving.exam.room import CHUNK, ManySeats, OneSeat, open_candidate
from vlm_driving.exam.sitting import Paper, sit
from vlm_driving.simulator.compositions import Part


def numbers(candidate: Candidate | None, offset: int, first: int, count: int) -> list[int]:
    return [offset + index for index in range(first, first + count)]


@pytest.mark.parametrize("count", [1, CHUNK, 2 * CHUNK + 3])
def test_every_scene_is_done_once_and_in_order(count: int) -> None:
    told: list[int] = []
    found = OneSeat(None).run(numbers, (100,), count, told.append)
    assert found == list(range(100, 100 + count))
    assert sum(told) == count


def test_several_processes_give_what_one_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "CHUNK", 2)
    # Tasks travel by name, so they have to be the package's own.
    from vlm_driving.exam.command import _count

    bundle = make_tiny_bundle(tmp_path / "tiny", "gqa")
    told: list[int] = []
    with ManySeats(bundle, 2, 1) as seats:
        found = seats.run(_count, (5,), 5, told.append)
    assert sorted(told) == [1, 2, 2]
    assert found == OneSeat(None).run(_count, (5,), 5, lambda done: None)


def test_a_bundle_that_no_process_can_open_is_named(tmp_path: Path) -> None:
    from vlm_driving.exam.command import _count

    refused = pytest.raises(UserError, match="no model bundle at .*nowhere")
    with ManySeats(tmp_path / "nowhere", 1, 1) as seats, refused:
        seats.run(_count, (5,), 1, lambda done: None)


def test_a_bundle_that_answers_questions_is_asked_some(tmp_path: Path) -> None:
    question = {"before": "<|question|>", "after": "<|answer|>", "end": ["<|end|>"]}
    changes = {"question": {**question, "max_tokens": 4}}
    candidate = open_candidate(make_tiny_bundle(tmp_path / "tiny", "gqa", **changes), threads=1)
    paper = Paper(5, Part.SEEDS, other_image=True, wording=True)
    for record in sit(candidate, paper, 0, 2):
        assert len(record.asked) == 2
        assert [a.other_said is None for a in record.asked].count(False) == 1
        assert record.wording is not None
