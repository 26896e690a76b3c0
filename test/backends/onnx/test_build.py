"""The build step with the processor's own optimized graphs: what it makes, and when it does not."""

from __future__ import annotations

import builtins
from pathlib import Path

import onnx
import pytest
from support.placements import ELSEWHERE
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends.onnx.bandwidth import measure_gbps, negation_graph
from vlm_driving.backends.onnx.build import BuildPlan, build
from vlm_driving.backends.onnx.engines import Built, Target, find_built
from vlm_driving.backends.onnx.proof import reference_calls, try_out
from vlm_driving.backends.onnx.runner import GraphPlan, OnnxRunner, open_planned
from vlm_driving.backends.onnx.sessions import SessionSettings
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle

VERSIONS = {"onnxruntime": "the one here"}


def plan(precision: str = "fp32", again: bool = False) -> BuildPlan:
    return BuildPlan(Target("this processor", VERSIONS, precision), threads=1, again=again)


@pytest.fixture(scope="module", params=["concat", "gqa"])
def bundle(request, tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    root = tmp_path_factory.mktemp("build") / request.param
    return ModelBundle.load(make_tiny_bundle(root, request.param))


def opened(bundle: ModelBundle, built: Built) -> OnnxRunner:
    graphs = GraphPlan("onnx-built", built.vision, built.decoder, ELSEWHERE, ELSEWHERE)
    return open_planned(bundle, graphs, SessionSettings(threads=1))


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_built_graphs_answer_as_the_bundles_do(
    tmp_path: Path, bundle: ModelBundle, precision: str
) -> None:
    built = build(bundle, tmp_path, plan(precision))
    agreement = try_out(opened(bundle, built), reference_calls(bundle, threads=1))
    assert agreement.agrees
    assert (agreement.logits == 0.0) == (precision == "fp32")
    assert built.engines is None


def test_half_precision_reaches_keys_values_and_logits(tmp_path: Path, bundle: ModelBundle) -> None:
    model = onnx.load(build(bundle, tmp_path, plan("fp16")).decoder)
    ends = [*model.graph.input, *model.graph.output]
    kinds = {end.type.tensor_type.elem_type for end in ends}
    assert onnx.TensorProto.FLOAT16 in kinds and onnx.TensorProto.FLOAT not in kinds


def test_every_step_is_told_before_it_begins(tmp_path: Path, bundle: ModelBundle) -> None:
    told: list[tuple[str, int, int]] = []
    build(bundle, tmp_path, plan("fp16"), lambda *step: told.append(step))
    assert [name for name, _, _ in told] == [
        "vision encoder to fp16",
        "optimizing the vision encoder",
        "decoder to fp16",
        "optimizing the decoder",
        "checksums",
    ]
    assert [(number, steps) for _, number, steps in told] == [(n, 4) for n in range(5)]


def test_nothing_is_built_twice_unless_it_is_asked_for(tmp_path: Path, bundle: ModelBundle) -> None:
    told: list[str] = []

    def say(name: str, number: int, steps: int) -> None:
        told.append(name)

    first = build(bundle, tmp_path, plan(), say)
    told.clear()
    assert build(bundle, tmp_path, plan(), say) == first and told == []
    build(bundle, tmp_path, plan(again=True), say)
    assert len(told) == 3


def test_a_damaged_build_is_made_anew(tmp_path: Path, bundle: ModelBundle) -> None:
    built = build(bundle, tmp_path, plan())
    built.decoder.write_bytes(built.decoder.read_bytes()[:100])
    assert find_built(tmp_path, bundle, plan().target).built is None
    again = build(bundle, tmp_path, plan())
    assert try_out(opened(bundle, again), reference_calls(bundle, threads=1)).agrees


def test_only_what_is_opened_later_stays(tmp_path: Path, bundle: ModelBundle) -> None:
    built = build(bundle, tmp_path, plan("fp16"))
    names = sorted(path.name for path in built.root.iterdir())
    assert names == ["built.json", "decoder.onnx", "vision_encoder.onnx"]


def test_without_the_converter_the_way_out_is_named(
    tmp_path: Path, bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name == "onnx":
            raise ModuleNotFoundError("No module named 'onnx'")
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UserError, match="`pip install onnx`, or build with `--precision fp32`"):
        build(bundle, tmp_path, plan("fp16"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_caches_place_is_one_sentence(tmp_path: Path, bundle: ModelBundle) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(UserError, match="cannot hold the built graphs .* XDG_CACHE_HOME"):
        build(bundle, tmp_path / "cache", plan())


def test_the_bandwidth_graph_is_what_it_says() -> None:
    model = onnx.load_from_string(negation_graph(1 << 20))
    onnx.checker.check_model(model, full_check=True)
    assert [node.op_type for node in model.graph.node] == ["Neg"]
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_value == 1 << 20


def test_bandwidth_is_bytes_read_and_written_over_the_best_time() -> None:
    times = iter([0, 4000, 10_000, 12_000, 20_000, 28_000])  # 4, 2 and 8 microseconds
    gbps = measure_gbps(elements=1000, rounds=3, clock=lambda: next(times))
    assert gbps == pytest.approx(8000 / 2000)
