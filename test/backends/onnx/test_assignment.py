"""Who runs which operator is found out both ways: as recorded, and by a profile."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import onnxruntime
import pytest
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends.onnx import assignment
from vlm_driving.backends.onnx.device import CPU, CPU_PROVIDER, cuda
from vlm_driving.backends.onnx.faults import Fault, ProviderFault
from vlm_driving.backends.onnx.probe import probe_decoder
from vlm_driving.backends.onnx.signature import read_signature


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_tiny_bundle(tmp_path_factory.mktemp("assignment") / "tiny", "gqa")
    return root / "onnx" / "decoder_model_merged.onnx"


def ran(decoder: Path, prepare: Callable[[Any], None]) -> Any:
    """A session that ran twice."""
    options = onnxruntime.SessionOptions()
    prepare(options)
    session = onnxruntime.InferenceSession(str(decoder), options, providers=[CPU_PROVIDER])
    probe_decoder(session, read_signature(session, decoder), decoder)
    return session


def operators(assigned: assignment.Assigned) -> set[str]:
    assert {provider for provider, _ in assigned} == {CPU_PROVIDER}
    return {name for _, names in assigned for name in names}


@pytest.mark.skipif(
    not hasattr(onnxruntime.InferenceSession, "get_provider_graph_assignment_info"),
    reason="an older onnxruntime",
)
def test_a_recent_onnxruntime_writes_it_down(decoder: Path) -> None:
    session = ran(decoder, lambda options: assignment.keep(onnxruntime, options))
    assert {"GroupQueryAttention", "MatMul"} <= operators(assignment.recorded(session))
    assert assignment.profiled(session) == []


def test_a_profile_shows_it_of_an_older_one_and_is_not_left_behind(
    decoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    older = SimpleNamespace(InferenceSession=object)
    session = ran(decoder, lambda options: assignment.keep(older, options))  # type: ignore[arg-type]
    assert any(tmp_path.iterdir())
    assert {"GroupQueryAttention", "MatMul"} <= operators(assignment.profiled(session))
    assert list(tmp_path.iterdir()) == []


def test_a_session_that_was_not_asked_tells_nothing_and_is_no_fault(decoder: Path) -> None:
    session = ran(decoder, lambda options: None)
    assert assignment.profiled(session) == []
    assert assignment.recorded(object()) == [] and assignment.profiled(object()) == []


def test_a_profile_that_cannot_be_read_is_no_fault(tmp_path: Path) -> None:
    for text in ("", "{}", '[1, {"args": 3}, {"args": {"provider": "x"}}]'):
        path = tmp_path / "profile.json"
        path.write_text(text)
        session = SimpleNamespace(
            get_session_options=lambda: SimpleNamespace(enable_profiling=True),
            end_profiling=lambda path=path: str(path),
        )
        assert assignment.profiled(session) == []
        assert not path.exists()


def test_what_was_left_on_the_processor_is_named() -> None:
    assigned = [(CPU_PROVIDER, ["Shape", "GroupQueryAttention"])]
    with pytest.raises(ProviderFault, match="GroupQueryAttention of decoder.onnx on the CPU") as it:
        assignment.require(assigned, cuda(), "decoder.onnx")
    assert it.value.fault is Fault.PARTLY_CPU
    assignment.require(assigned, CPU, "decoder.onnx")
    assignment.require([], cuda(), "decoder.onnx")
