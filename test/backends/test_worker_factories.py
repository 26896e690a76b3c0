"""Every backend as its worker opens it: with the name that it earns, or with one sentence."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.worker_bench import IDS, LIMITS, PATIENCE_S, Ear, is_last

from vlm_driving.backends.fpga.open_engine import open_sim_engine
from vlm_driving.backends.onnx.open_engine import open_engine
from vlm_driving.core import StageTimes, UserError
from vlm_driving.pipeline import WorkerPool
from vlm_driving.pipeline.lineup import lineup
from vlm_driving.pipeline.workers import Changed, Failed, Request, RestartPolicy, Said
from vlm_driving.runtime.events import AdviceDecoded, Done

SHAPE = (180, 320, 3)


@pytest.fixture(scope="module")
def bundle(repository) -> Path:
    return repository / "models" / "driving-ja"


class Line:
    """A pool, its ear, and one grey-blue frame."""

    def __init__(self, pool: WorkerPool) -> None:
        self.pool = pool
        self.ear = Ear()
        pool.listen(self.ear)
        slot = pool.memory.lease()
        assert slot is not None
        self._slot = slot
        self.picture = pool.memory.array(slot, SHAPE)
        self.picture[:] = (140, 90, 60)

    def ask(self, name: str, question: str | None = None) -> list[Any]:
        request = Request(next(IDS), self._slot, SHAPE, 30.0, question=question)
        assert self.pool.handles[name].submit(request)
        self.ear.wait(lambda n: not isinstance(n, Changed) and n.id == request.id and is_last(n))
        return self.ear.about(request.id)

    def children(self, name: str) -> list[int]:
        pid = self.pool.handles[name].status.pid
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(one) for one in found]


@contextmanager
def line(bundle: Path, *names: str, **arguments: object) -> Iterator[Line]:
    options = lineup(names, bundle, threads=1)
    workers = [
        replace(one, warm_ups=0, arguments={**one.arguments, **arguments})
        for one in options.workers
    ]
    # Not started again before the test is over: what is broken is to be looked at.
    restarts = RestartPolicy(first_ms=PATIENCE_S * 1000, longest_ms=PATIENCE_S * 1000)
    options = replace(
        options, workers=workers, limits=LIMITS, restarts=restarts, most_pixels=320 * 180
    )
    with WorkerPool(options) as pool:
        pool.start(PATIENCE_S)
        yield Line(pool)


def wait_until_gone(pid: int) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while _lives(pid):
        assert time.monotonic() < end_s, f"{pid} is still here"
        time.sleep(0.005)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # nobody reaps here what init has to reap


def test_fpga_sim_answers_from_its_worker_as_it_does_here(bundle):
    with line(bundle, "fpga-sim") as there:
        ready = there.pool.handles["fpga-sim"].status.ready
        assert ready is not None
        assert (ready.name, ready.model) == ("fpga-sim", "driving-ja")
        assert ready.details["emulated"] is True
        news = there.ask("fpga-sim")
        asked = there.ask("fpga-sim", "前方に車はいますか。")
        here = open_sim_engine(str(bundle))
        try:
            said = [n.event for n in news if isinstance(n, Said)]
            assert timeless(said) == timeless(here.answer(there.picture, 30.0))
            assert any(isinstance(event, AdviceDecoded) for event in said)
            said = [n.event for n in asked if isinstance(n, Said)]
            assert timeless(said) == timeless(here.ask("前方に車はいますか。", there.picture, 30.0))
        finally:
            here.close()


def timeless(events: Any) -> list[Any]:
    return [replace(e, stages_ms=StageTimes()) if isinstance(e, Done) else e for e in events]


@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
def test_the_emulator_ends_with_its_worker_even_by_sigkill(bundle, stopped):
    with line(bundle, "fpga-sim") as there:
        (emulator,) = there.children("fpga-sim")
        if stopped:
            os.kill(emulator, signal.SIGSTOP)
        worker = there.pool.handles["fpga-sim"].status.pid
        assert worker is not None
        os.kill(worker, signal.SIGKILL)
        wait_until_gone(emulator)


def test_the_emulator_ends_with_the_pool(bundle):
    with line(bundle, "fpga-sim") as there:
        (emulator,) = there.children("fpga-sim")
    wait_until_gone(emulator)


def test_a_device_that_fails_is_told_in_the_workers_failure(bundle):
    # Launches: the image, the fixed text, a token to look at, the picture, its prompt.
    with line(bundle, "fpga-sim", faults={"die_at": 5}) as there:
        for what in ("launch 5 (PREFILL) did not complete", "the device failed before: launch 5"):
            last = there.ask("fpga-sim")[-1]
            assert isinstance(last, Failed)
            assert last.reason.startswith(f"the emulator failed: {what}")
            assert "the emulator's process is gone (exit status 3" in last.reason
            assert "DeviceFault" not in last.reason


def test_an_emulator_that_does_not_start_is_one_sentence(bundle):
    says = r"fpga-sim: the emulator failed: .*exit status 3"
    with pytest.raises(UserError, match=says), line(bundle, "fpga-sim", faults={"die_at": 1}):
        pass


def test_what_this_machine_lacks_is_one_sentence_of_the_worker(bundle):
    if os.path.exists("/dev/nvidiactl"):
        pytest.skip("there is a GPU")
    with line(bundle, "fpga", "onnx-gpu", "onnx-cpu") as there:
        fpga, gpu, cpu = there.pool.statuses()
        assert str(fpga.reason).startswith(
            "no device: nothing is at /dev/vlm_driving_fpga*; install"
        )
        assert "pip install" in str(gpu.reason) or "driver" in str(gpu.reason)
        assert cpu.reason is None
        assert cpu.ready is not None and cpu.ready.name == "onnx-cpu"


def test_a_spare_has_a_name_of_its_own_and_the_same_answers(bundle):
    with line(bundle, "onnx-cpu", "onnx-cpu") as there:
        assert list(there.pool.handles) == ["onnx-cpu", "onnx-cpu-2"]
        first, spare = (there.ask(name) for name in there.pool.handles)
        assert timeless(n.event for n in first) == timeless(n.event for n in spare)


@pytest.mark.parametrize("name", ["onnx-gpu", "onnx-cpu2", "onnx-cpu-", "fpga", "onnx-cpu-0", ""])
def test_nobody_is_called_what_it_is_not(bundle, name):
    with pytest.raises(UserError, match="the backend is onnx-cpu and may not be called"):
        open_engine(str(bundle), threads=1, name=name)


def test_the_emulator_is_never_called_the_accelerator(bundle):
    with pytest.raises(UserError, match="the backend is fpga-sim and may not be called fpga;"):
        open_sim_engine(str(bundle), name="fpga")


def test_a_closed_engine_leaves_no_emulator(bundle):
    engine = open_sim_engine(str(bundle))
    pid = os.getpid()
    mine = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    names = {one: Path(f"/proc/{one}/cmdline").read_bytes() for one in mine}
    (emulator,) = [one for one, line in names.items() if b"fpga.emulator" in line]
    engine.close()
    wait_until_gone(int(emulator))
