"""Everything but a model, with a real worker: what is counted, not how fast it is here."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from vlm_driving.bench import cameras as shared
from vlm_driving.bench import machinery as bench
from vlm_driving.bench.cameras import Rig, drive, fair, rigs, ticks
from vlm_driving.bench.machinery import Passage
from vlm_driving.bench.null_backend import NULL, open_null
from vlm_driving.core import Outcome, SceneReport, StageTimes, UserError
from vlm_driving.runtime.events import AdviceDecoded, Done, Sentence, StageBegun

MS = 1_000_000
GREY = np.zeros((2, 2, 3), np.uint8)


def report(sequence: int = 0, camera: str = "camera0", **changes: object) -> SceneReport:
    values: dict[str, object] = {
        "outcome": Outcome.OK,
        "budget_ms": 200.0,
        "latency_ms": 9.0,
        "stages_ms": StageTimes(wait=1.0, decode=20.0),
    }
    return SceneReport(camera, "frame", 0, sequence, **{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("spin", [False, True])
def test_the_backend_without_a_model_takes_its_time_and_tells_it(spin):
    backend = open_null(busy_ms=2.0, model="nothing", spin=spin, threads=1)
    assert (backend.name, backend.model) == (NULL, "nothing")
    events = list(backend.answer(GREY, None, None, lambda: 0))
    assert [type(one) for one in events] == [StageBegun, AdviceDecoded, Sentence, Done]
    (*_, last) = events
    assert isinstance(last, Done)
    assert (last.stages_ms.decode or 0.0) >= 2.0
    asked = list(backend.ask("?", GREY, None, None, lambda: 0))
    assert [type(one) for one in asked] == [Sentence, Done]


@pytest.mark.parametrize("busy_ms", [-1.0, float("nan"), 60_001.0])
def test_a_time_that_cannot_be_is_refused(busy_ms):
    with pytest.raises(UserError, match="busy_ms is from 0 to 60000"):
        open_null(busy_ms=busy_ms)


def test_the_parts_of_a_passage_add_up_to_the_whole():
    passage = Passage(0, 3 * MS, 5 * MS, 6 * MS, 10 * MS, report())
    parts = passage.parts_ms()
    whole = parts.pop("total")
    assert whole == passage.total_ms == 10.0
    assert list(parts.values()) == [1.0, 2.0, 2.0, 1.0, 3.0, 1.0]


def test_a_frame_without_an_answer_counts_and_has_no_parts():
    answered = Passage(0, 3 * MS, 5 * MS, 6 * MS, 10 * MS, report())
    lost = report(1, outcome=Outcome.TIMEOUT, latency_ms=201.0, reason="late")
    found = bench.summary([answered, Passage(0, 0, 0, 0, 201 * MS, lost)])
    assert (found["frames"], found["late"]) == (2, 1)
    assert found["outcomes"] == {"ok": 1, "timeout": 1}
    assert found["total_ms"]["max"] == 201.0
    assert found["parts_ms"]["in the worker"]["n"] == 1


def test_nothing_is_measured_while_it_warms_up(monkeypatch):
    monkeypatch.setattr(bench, "WARM_UP", 2)
    monkeypatch.setattr(bench, "RATE_HZ", 50.0)
    shown: Counter[str] = Counter()
    found = bench.machinery(3, lambda: shown.update(["frame"]))
    assert (found["frames"], shown["frame"]) == (3, 5)
    assert sum(found["outcomes"].values()) == 3
    assert set(found["parts_ms"]) >= {"to the worker", "in the worker", "back"}


def test_every_frame_of_every_camera_has_its_report(monkeypatch):
    monkeypatch.setattr(shared, "_WARM_UP_S", 0.2)
    found = drive(Rig((2.0, 1.0), 10.0), seconds=0.5)
    assert found["frames"] == 2 * 5 == sum(found["outcomes"].values())
    assert set(found["by_camera"]) == {"camera0", "camera1"}
    assert found["shares"] == [2.0, 1.0]


@pytest.mark.parametrize(
    ("wished", "shares", "there_is", "due"),
    [
        ((10, 10, 10), (1, 1, 1), 30, (10, 10, 10)),  # enough for all
        ((10, 10, 10), (1, 1, 1), 15, (5, 5, 5)),
        ((10, 10, 10), (2, 1, 1), 16, (8, 4, 4)),
        ((2, 10, 10), (1, 1, 1), 14, (2, 6, 6)),  # what one leaves, the others have
        ((10, 10, 10), (8, 1, 1), 20, (10, 5, 5)),  # a share is no duty
        ((10, 10, 10), (1, 1, 1), 0, (0, 0, 0)),
    ],
)
def test_what_a_camera_is_due(wished, shares, there_is, due):
    names = ("a", "b", "c")
    found = fair(
        dict(zip(names, map(float, wished), strict=True)),
        dict(zip(names, map(float, shares), strict=True)),
        float(there_is),
    )
    assert tuple(found.values()) == pytest.approx(due)


def test_a_camera_that_had_too_much_shows():
    rig = Rig((1.0, 1.0), 5.0)
    had = StageTimes(decode=30.0), StageTimes(decode=10.0)
    reports = [report(n, f"camera{c}", stages_ms=had[c]) for n in range(4) for c in range(2)]
    found = shared.summary(rig, reports)
    assert (found["most_off"], found["late"]) == (0.5, 0)
    assert found["by_camera"]["camera0"]["off"] == 0.5
    assert found["by_camera"]["camera1"]["off"] == -0.5


def test_of_the_second_rig_every_camera_asks_for_more_than_it_is_due():
    for count in (2, 6, 16):
        rig = rigs(count, 5.0)["unequal"]
        can = 1000 / shared.BUSY_MS / sum(rig.shares)
        assert all(rig.rate_hz > share * can for share in rig.shares)
    assert ticks(6, 5.0) == round(21 * 5.0) + round(21 * 16.7)
