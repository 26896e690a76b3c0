"""A line-up is named; what its names stand for is data until a worker opens it."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

from vlm_driving.backends.table import known_backends
from vlm_driving.core import UserError
from vlm_driving.pipeline.lineup import KNOWN, lineup, names_of

BUNDLE = Path("models/driving-ja")


def test_the_ladder_knows_what_the_table_of_backends_shows_in_the_same_order():
    assert list(KNOWN) == [backend.name for backend in known_backends()]
    emulated = {backend.name for backend in known_backends() if backend.emulated}
    assert {name for name, known in KNOWN.items() if not known.by_auto} == emulated


@pytest.mark.parametrize("name", KNOWN)
def test_every_factory_is_there_and_takes_what_the_line_up_gives(name):
    module, _, function = KNOWN[name].factory.partition(":")
    factory = getattr(importlib.import_module(module), function)
    (worker,) = lineup([name], BUNDLE).workers
    inspect.signature(factory).bind(**worker.arguments, threads=1)


def test_workers_come_in_the_order_of_their_names_with_an_absolute_bundle():
    options = lineup(["onnx-gpu", "onnx-cpu"], BUNDLE, threads=2)
    assert [one.name for one in options.workers] == ["onnx-gpu", "onnx-cpu"]
    for one in options.workers:
        assert one.threads == 2
        assert one.arguments == {"bundle": str(BUNDLE.resolve()), "name": one.name}


def test_a_name_that_is_repeated_gives_a_spare_on_the_same_cores():
    options = lineup(["onnx-cpu", "fpga-sim", "onnx-cpu", "onnx-cpu"], BUNDLE)
    assert [one.name for one in options.workers] == [
        "onnx-cpu",
        "fpga-sim",
        "onnx-cpu-2",
        "onnx-cpu-3",
    ]
    assert set(options.cores.values()) == {"cpu"}
    assert len({one.factory for one in options.workers}) == 2


def test_a_device_of_its_own_shares_no_cores():
    cores = lineup(["fpga", "onnx-gpu", "onnx-cpu", "onnx-gpu"], BUNDLE).cores
    assert cores == {"onnx-gpu": "gpu", "onnx-cpu": "cpu", "onnx-gpu-2": "gpu"}


@pytest.mark.parametrize(
    ("cpus", "cores"),
    [
        ({"onnx-cpu": (0, 1)}, ("cpu", "cpu")),
        ({"onnx-cpu": (0, 1), "onnx-cpu-2": (1, 2)}, ("cpu", "cpu")),
        ({"onnx-cpu-2": (2, 3)}, ("cpu", "cpu")),
        ({"onnx-cpu": (1, 0), "onnx-cpu-2": (3, 2)}, ("cpu 0,1", "cpu 2,3")),
    ],
    ids=str,
)
def test_only_processors_of_their_own_keep_two_from_slowing_each_other(cpus, cores):
    options = lineup(["onnx-gpu", "onnx-cpu", "onnx-cpu"], BUNDLE, cpus=cpus)
    assert tuple(options.cores[name] for name in ("onnx-cpu", "onnx-cpu-2")) == cores
    _, first, spare = options.workers
    assert first.cpus == cpus.get("onnx-cpu", ())
    assert spare.cpus == cpus.get("onnx-cpu-2", first.cpus)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["onnx-tpu"], "No backend is called 'onnx-tpu'; name auto, or 1 to 8 of fpga, fpga-sim, "),
        (["auto", "onnx-cpu"], "No backend is called 'auto'"),
        ([""], "No backend is called ''"),
        ([], "0 are named; name auto"),
        (["onnx-cpu"] * 9, "9 are named; name auto"),
        (["fpga", "onnx-cpu", "fpga"], "One process holds the device of fpga; name fpga once."),
    ],
    ids=str,
)
def test_what_cannot_stand_on_a_ladder_is_one_sentence(names, says):
    with pytest.raises(UserError, match=re.escape(says)):
        lineup(names, BUNDLE)


def test_processors_for_nobody_are_refused():
    with pytest.raises(UserError, match=r"given to onnx-gpu, which is not on the ladder; name"):
        lineup(["onnx-cpu"], BUNDLE, cpus={"onnx-gpu": (1,)})


def test_a_list_of_names_is_read_with_blanks_and_without():
    assert names_of("onnx-gpu, onnx-cpu") == ("onnx-gpu", "onnx-cpu")
    assert names_of(" auto ") == ("auto",)
    for text in ("onnx-cpu,", "", "onnx-cpu,,onnx-cpu"):
        with pytest.raises(UserError, match="A name of a backend is empty in"):
            names_of(text)
    with pytest.raises(UserError, match="auto stands alone"):
        names_of("auto,onnx-cpu")


def test_a_backend_on_the_processors_of_this_process_leaves_one_to_it(monkeypatch):
    monkeypatch.setattr("vlm_driving.processors._cgroup_quota", lambda: None)
    for usable, threads in ((1, 1), (2, 1), (4, 3), (64, 8)):
        monkeypatch.setattr("os.sched_getaffinity", lambda pid, usable=usable: set(range(usable)))
        gpu, cpu = lineup(["onnx-gpu", "onnx-cpu"], BUNDLE).workers
        assert (gpu.threads, cpu.threads) == (0, threads)
    monkeypatch.setattr("vlm_driving.processors._cgroup_quota", lambda: 3.0)  # of a container
    assert lineup(["onnx-cpu"], BUNDLE).workers[0].threads == 2
    (bound,) = lineup(["onnx-cpu"], BUNDLE, cpus={"onnx-cpu": (2, 3)}).workers
    assert bound.threads == 0
