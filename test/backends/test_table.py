"""The table of backends: each row by itself, and what counts as keeping the budget."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends.table import (
    Backend,
    Figures,
    Row,
    decoder_of,
    fill_table,
    known_backends,
)
from vlm_driving.backends.usability import Usability
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle

USABLE = Usability(True, None, True)
FIGURES = Figures(30, {"encode": {"p50": 10.0, "p99": 12.0}}, {"p50": 20.0, "p99": 30.0})


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return ModelBundle.load(make_tiny_bundle(tmp_path_factory.mktemp("table") / "tiny", "gqa"))


class Runner:
    """Nothing but something that is closed."""

    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


def raising(error: Exception) -> Callable[..., Any]:
    def call(*given: object) -> None:
        raise error

    return call


def backend(name: str, probe: Any = lambda bundle: USABLE, open: Any = lambda bundle: None):
    return Backend(name, probe, open)


def test_the_ladder_is_known_and_only_the_emulator_is_one() -> None:
    known = known_backends()
    assert [one.name for one in known] == ["fpga", "fpga-sim", "onnx-gpu", "onnx-cpu"]
    assert [one.name for one in known if one.emulated] == ["fpga-sim"]


def test_knowing_the_backends_imports_none_of_them(repository: Path) -> None:
    code = (
        "import sys; from vlm_driving.backends.table import known_backends; known_backends(); "
        "print([n for n in sys.modules if n == 'onnxruntime' or 'backends.fpga' in n "
        "or 'backends.onnx' in n])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_one_backend_that_fails_costs_the_others_nothing(bundle: ModelBundle) -> None:
    runner = Runner()
    rows = list(
        fill_table(
            bundle,
            (
                backend("says no", lambda b: Usability(False, "there is none here.", False)),
                backend("mendable", raising(UserError("the model is too large."))),
                backend("crashes", raising(RuntimeError("boom"))),
                backend("opens not", open=raising(UserError("the device is taken."))),
                backend("runs not", open=lambda b: runner),
                backend("works", open=lambda b: Runner()),
            ),
            lambda one, usability, opened: FIGURES if one.name == "works" else 1 / 0,  # type: ignore
        )
    )
    assert [row.usability.usable for row in rows] == [False] * 5 + [True]
    reasons = [row.usability.reason for row in rows]
    assert reasons[:2] == ["there is none here.", "the model is too large."]
    assert "boom" in str(reasons[2])
    assert reasons[3] == "the device is taken."
    assert "failed while it was measured" in str(reasons[4]) and runner.closed
    assert rows[5].figures is FIGURES and reasons[5] is None


def test_what_cannot_be_used_is_neither_opened_nor_measured(bundle: ModelBundle) -> None:
    no = backend("no", lambda b: Usability(False, "no.", False), raising(AssertionError()))
    (row,) = fill_table(bundle, (no,), raising(AssertionError()))
    assert row.figures is None and row.usability.reason == "no."


def test_a_row_is_there_before_the_next_backend_is_asked(bundle: ModelBundle) -> None:
    asked: list[str] = []

    def probe(name: str) -> Callable[[ModelBundle], Usability]:
        def ask(model: ModelBundle) -> Usability:
            asked.append(name)
            return Usability(False, "no.", False)

        return ask

    both = (backend("a", probe("a")), backend("b", probe("b")))
    next(fill_table(bundle, both, raising(AssertionError())))
    assert asked == ["a"]


def test_the_budget_is_kept_by_advice_at_p99_and_never_by_an_emulator() -> None:
    assert Row("onnx-cpu", USABLE, FIGURES).meets(30.0)
    assert not Row("onnx-cpu", USABLE, FIGURES).meets(29.9)
    assert not Row("onnx-cpu", USABLE, None).meets(1000.0)
    assert not Row("fpga-sim", USABLE, FIGURES, emulated=True).meets(1000.0)
    assert not Row("onnx-gpu", Usability(False, "no.", False), FIGURES).meets(1000.0)


def test_bandwidth_is_shared_by_what_decoding_moves() -> None:
    figures = Figures(1, {}, {"p50": 1.0, "p99": 1.0}, 4_000_000, 20.0, 2500.0)
    assert figures.bandwidth_share == pytest.approx(0.5)
    assert figures.to_json()["bandwidth_share"] == 0.5
    assert FIGURES.bandwidth_share is None


def test_a_row_as_json_says_all_of_it() -> None:
    row = Row("onnx-cpu", Usability(True, None, True, {"device": "a CPU"}), FIGURES)
    data = row.to_json(200.0)
    assert data["meets_budget"] is True and data["verified"] is True
    assert data["measured"]["advice_ms"] == {"p50": 20.0, "p99": 30.0}
    assert data["details"] == {"device": "a CPU"}


def test_a_reason_belongs_to_what_is_not_usable_and_a_proof_to_what_is() -> None:
    with pytest.raises(ValueError):
        Usability(True, "but why", True)
    with pytest.raises(ValueError):
        Usability(False, None, False)
    with pytest.raises(ValueError):
        Usability(False, "no.", True)


def test_the_decoder_that_runs_is_the_one_that_is_weighed(bundle: ModelBundle) -> None:
    own = bundle.graph_path(bundle.manifest.graphs.decoder)
    assert decoder_of(bundle, USABLE) == own
    built = Usability(True, None, True, {"decoder": "/cache/decoder.onnx"})
    assert decoder_of(bundle, built) == Path("/cache/decoder.onnx")
