"""Which onnxruntime is used, and with what."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from vlm_driving.backends.onnx.accuracy import with_accuracy_level
from vlm_driving.backends.onnx.sessions import (
    SessionSettings,
    import_onnxruntime,
    open_session,
)
from vlm_driving.core import UserError
from vlm_driving.processors import usable_threads


def pretend(monkeypatch, *installed: str) -> None:
    def distribution(name: str) -> object:
        if name in installed:
            return object()
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", distribution)


def test_one_flavour_is_taken(monkeypatch):
    pretend(monkeypatch, "onnxruntime")
    assert import_onnxruntime() is onnxruntime


def test_a_module_without_any_distribution_is_taken_too(monkeypatch):
    pretend(monkeypatch)
    assert import_onnxruntime() is onnxruntime


def test_two_flavours_are_refused_with_the_way_out(monkeypatch):
    pretend(monkeypatch, "onnxruntime", "onnxruntime-gpu")
    with pytest.raises(UserError) as caught:
        import_onnxruntime()
    message = str(caught.value)
    assert "onnxruntime and onnxruntime-gpu are installed together" in message
    assert "pip uninstall -y onnxruntime onnxruntime-gpu" in message


def test_none_is_refused_with_the_way_out(monkeypatch):
    pretend(monkeypatch)

    def missing(name: str) -> object:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UserError, match="pip install onnxruntime"):
        import_onnxruntime()


def test_importing_the_backend_does_not_import_onnxruntime():
    code = "import sys, vlm_driving.backends.onnx as b; print('onnxruntime' in sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_threads_stay_within_what_the_process_may_use(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr("vlm_driving.processors._cgroup_quota", lambda: None)
    assert usable_threads() == 8
    monkeypatch.setattr("vlm_driving.processors._cgroup_quota", lambda: 2.0)
    assert usable_threads() == 2
    monkeypatch.setattr("vlm_driving.processors._cgroup_quota", lambda: 0.25)
    assert usable_threads() == 1


def matmul_nbits(level: int) -> bytes:
    """A graph of one int4 product, 64 -> 32, with an accuracy level."""
    rng = np.random.default_rng(0)
    constants = [
        numpy_helper.from_array(rng.integers(0, 256, (32, 2, 16), dtype=np.uint8), "b"),
        numpy_helper.from_array(rng.random(64, dtype=np.float32), "scales"),
    ]
    node = helper.make_node(
        "MatMulNBits",
        ["x", "b", "scales"],
        ["y"],
        domain="com.microsoft",
        K=64,
        N=32,
        bits=4,
        block_size=32,
        accuracy_level=level,
    )
    graph = helper.make_graph(
        [node],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 32])],
        constants,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return model.SerializeToString()


def test_the_accuracy_level_is_replaced_where_it_stands():
    assert with_accuracy_level(matmul_nbits(4), 1) == matmul_nbits(1)
    assert with_accuracy_level(b"no such thing", 1) == b"no such thing"


def test_an_asked_for_accuracy_level_is_what_runs(tmp_path):
    x = {"x": np.random.default_rng(1).standard_normal((1, 64)).astype(np.float32)}
    results = {}
    for level in (1, 4):
        path = tmp_path / f"level{level}.onnx"
        path.write_bytes(matmul_nbits(level))
        settings = SessionSettings(threads=1)
        results[level] = open_session(path, settings, steady_shapes=True).run(None, x)[0]
    settings = SessionSettings(threads=1, accuracy_level=1)
    forced = open_session(tmp_path / "level4.onnx", settings, steady_shapes=True).run(None, x)[0]
    np.testing.assert_array_equal(forced, results[1])
    assert (results[1] != results[4]).any()


TWO_SESSIONS = """
import os, sys
from pathlib import Path
from vlm_driving import process
from vlm_driving.backends.onnx.sessions import SessionSettings, open_session

def new_threads():
    before = len(os.listdir("/proc/self/task"))
    kept.append(open_session(Path(sys.argv[1]), SessionSettings(threads=3), steady_shapes=False))
    return len(os.listdir("/proc/self/task")) - before

kept = []
new_threads()  # starts onnxruntime itself
guest = [new_threads(), new_threads()]
process.claim()
print(*guest, new_threads(), new_threads())
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="counts threads as Linux does")
def test_graphs_in_a_process_of_their_own_share_one_pool_of_threads(tmp_path):
    # Once each had its own: the decoder's waited busily on the cores that the encoder needed.
    node = helper.make_node("Identity", ["x"], ["y"])
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1]) for n in ("x", "y")]
    graph = helper.make_graph([node], "g", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (tmp_path / "g.onnx").write_bytes(model.SerializeToString())
    ran = subprocess.run(
        [sys.executable, "-c", TWO_SESSIONS, str(tmp_path / "g.onnx")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    # two threads beside the caller: for each session of a guest, then once for all of ours
    assert ran.stdout.split() == ["2", "2", "2", "0"]
