"""Which backends a replay takes, and what it says of those that it cannot have."""

from __future__ import annotations

import importlib.machinery
import importlib.util

import pytest

from vlm_driving.backends.ruled_out import ruled_out
from vlm_driving.core import UserError
from vlm_driving.pipeline import PipelineSettings, opening
from vlm_driving.replay.model import open_here, open_model, open_workers
from vlm_driving.replay.options import Pace, ReplayOptions


@pytest.fixture
def opened():
    """Opens, and closes after the test."""
    models = []

    def note(model):
        models.append(model)
        return model

    yield note
    for model in models:
        model.close()


def options(tmp_path, **changes):
    return ReplayOptions(bag=tmp_path, out=tmp_path / "run", threads=1, **changes)


def test_a_gpu_is_ruled_out_by_its_library_and_driver_without_importing(monkeypatch, tmp_path):
    package = tmp_path / "onnxruntime"
    (package / "capi").mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name: (
            importlib.machinery.PathFinder.find_spec(name, [str(tmp_path)])
            if name == "onnxruntime"
            else found(name)
        ),
    )
    assert "has no CUDA provider" in str(ruled_out("onnx-gpu"))
    (package / "capi" / "libonnxruntime_providers_cuda.so").touch()
    monkeypatch.setattr("ctypes.CDLL", raise_os_error)
    assert "no NVIDIA driver" in str(ruled_out("onnx-gpu"))
    monkeypatch.setattr("ctypes.CDLL", lambda name: None)
    assert ruled_out("onnx-gpu") is None
    assert ruled_out("onnx-cpu") is None


def raise_os_error(name):
    raise OSError(name)


def test_auto_leaves_out_what_could_not_prove_itself(tiny_model, monkeypatch, opened):
    monkeypatch.setattr(opening, "possible", lambda: ("fpga", "onnx-cpu"))
    model = opened(open_workers(tiny_model, 1))
    fpga, cpu = model.line_up
    assert fpga.name == "fpga" and fpga.reason.startswith("no device")
    assert (cpu.name, cpu.reason, model.backend) == ("onnx-cpu", None, "onnx-cpu")
    live = model.open_live(lambda report, image: None, PipelineSettings(), "front")
    assert [rung.name for rung in live.rungs] == ["onnx-cpu"]


def test_what_was_named_stays_on_the_ladder_and_goes_on_trying(tiny_model, opened):
    model = opened(open_workers(tiny_model, 1, ["fpga", "onnx-cpu", "onnx-cpu"]))
    assert [one.name for one in model.line_up] == ["fpga", "onnx-cpu", "onnx-cpu-2"]
    assert [one.reason is None for one in model.line_up] == [False, True, True]
    live = model.open_live(lambda report, image: None, PipelineSettings(), "front")
    assert [rung.name for rung in live.rungs] == ["fpga", "onnx-cpu", "onnx-cpu-2"]
    assert [rung.cores for rung in live.rungs] == ["fpga", "cpu", "cpu"]


def test_nothing_to_run_on_is_one_sentence(tiny_model):
    with pytest.raises(UserError, match=r"No backend can be used \(fpga: no device"):
        open_workers(tiny_model, 1, ["fpga"])


def test_every_frame_runs_on_the_backend_that_is_named(repository, tmp_path, opened):
    bundle = repository / "models" / "driving-ja"
    for backends, runs in (("auto", "onnx-cpu"), ("fpga-sim", "fpga-sim")):
        chosen = options(tmp_path, model=bundle, pace=Pace.EVERY_FRAME, backends=backends)
        model = opened(open_model(chosen))
        assert (model.backend, [one.name for one in model.line_up]) == (runs, [runs])
        assert model.answerer is not None and model.open_live is None


def test_a_backend_that_is_not_here_cannot_answer_every_frame(tiny_model):
    with pytest.raises(UserError, match="no device: nothing is at"):
        open_here(tiny_model, 1, "fpga")


def test_every_frame_takes_one_backend(tmp_path):
    with pytest.raises(UserError, match="runs one backend, 2 are named .*name onnx-gpu alone"):
        options(tmp_path, model=tmp_path, pace=Pace.EVERY_FRAME, backends="onnx-gpu,onnx-cpu")


def test_an_unknown_backend_is_refused_before_anything_is_opened(tmp_path):
    with pytest.raises(UserError, match="No backend is called 'cuda'; name auto, or 1 to 8 of"):
        options(tmp_path, model=tmp_path, backends="cuda")
