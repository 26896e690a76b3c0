"""The simulator's rate: real workers, no clock in the verdict."""

from __future__ import annotations

import pytest

from vlm_driving.bench import rendering as bench


def test_every_worker_makes_its_scenes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    def counted(workers: int, scenes: int) -> float:
        asked.append((workers, scenes))
        return 90.0 * workers

    monkeypatch.setattr(bench, "scenes_a_second", counted)
    monkeypatch.setattr(bench, "usable_cores", lambda: 3)
    found = bench.rendering(7)
    assert asked == [(1, 7), (3, 7)]
    assert (found["scenes_per_s"], found["workers"], found["scaling"]) == (270.0, 3, 3.0)


def test_a_worker_is_a_real_process_and_ends() -> None:
    assert bench.scenes_a_second(workers=1, scenes=2, warm_up=1) > 0


def test_a_worker_that_dies_in_its_warm_up_ends_the_bench() -> None:
    with pytest.raises(RuntimeError, match="failed in its warm-up"):
        # No scene has such a number: the worker raises while the parent waits for it.
        bench.scenes_a_second(workers=1, scenes=1, warm_up=1, first_seed=-1)
