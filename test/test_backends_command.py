"""`vlm-driving backends` from the command line to its exit code, on a tiny bundle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends import table
from vlm_driving.backends.onnx import gpu
from vlm_driving.backends.onnx.engines import Built
from vlm_driving.backends.onnx.faults import Fault, ProviderFault
from vlm_driving.backends.table import Backend, Figures, Row
from vlm_driving.backends.usability import Usability
from vlm_driving.cli import main

FIGURES = Figures(
    30,
    {name: {"p50": 1.0, "p99": 2.0} for name in ("preprocess", "encode", "prefill", "decode")},
    {"p50": 150.0, "p99": 190.0},
    4_200_000,
    30.0,
    1000.0,
    True,
)
ROWS = [
    Row("fpga", Usability(False, "no device: nothing is there; install it.", False)),
    Row("fpga-sim", Usability(True, None, False), FIGURES, emulated=True),
    Row("onnx-gpu", Usability(False, "it needs `pip install 'x[cuda,cudnn]'` here.", False)),
    Row("onnx-cpu", Usability(True, None, True), FIGURES),
]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_bundle(tmp_path_factory.mktemp("backends") / "tiny", "gqa")


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*given: object) -> Iterator[Row]:
        yield from ROWS

    monkeypatch.setattr(table, "fill_table", fill)


def backends(*words: str | Path) -> int:
    return main(["backends", *map(str, words)])


def test_the_table_fits_a_terminal_and_says_why_not(
    bundle: Path, rows: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert backends("--model", bundle) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "tiny, budget 200 ms" in lines[0]
    cells: dict[str, list[str]] = {}
    for line in filter(str.strip, lines):
        cells.setdefault(line.split()[0], line.split()[1:])
    assert cells["onnx-cpu"] == ["yes", "verified", "150.0", "190.0", "yes"]
    assert cells["fpga-sim"] == ["yes", "emulator", "150.0", "190.0", "no"]
    assert cells["encode"] == ["1.0/2.0", "1.0/2.0"]
    assert "14% of 30 GB/s" in " ".join(lines)
    assert "onnx-gpu: it needs `pip install 'x[cuda,cudnn]'` here." in lines
    assert cells["onnx-gpu"] == ["no", "unverified", "-", "-", "no"]
    assert not any("…" in line for line in lines)


def test_exit_one_when_none_keeps_the_budget(bundle: Path, rows: None) -> None:
    assert backends("--model", bundle, "--budget-ms", "189") == 1
    assert backends("--model", bundle, "--budget-ms", "190") == 0


def test_json_is_the_only_line_on_stdout(
    bundle: Path, rows: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert backends("--model", bundle, "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    result = json.loads(line)
    assert result["schema"] == "vlm_driving/backends/1"
    assert (result["model"], result["budget_ms"], result["meets_budget"]) == ("tiny", 200.0, True)
    found = {row["backend"]: row for row in result["backends"]}
    assert list(found) == ["fpga", "fpga-sim", "onnx-gpu", "onnx-cpu"]
    assert found["onnx-gpu"]["verified"] is False
    assert found["fpga-sim"]["emulated"] is True and not found["fpga-sim"]["meets_budget"]
    assert found["onnx-cpu"]["measured"]["bytes_a_token"] == 4_200_000


def test_the_processor_is_measured_for_real(
    bundle: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = table.known_backends

    def only_the_processor(*given: Any) -> tuple[Backend, ...]:
        return real(*given)[-1:]

    monkeypatch.setattr(table, "known_backends", only_the_processor)
    words = ("--frames", "2", "--threads", "1", "--budget-ms", "60000", "--json")
    assert backends("--model", bundle, *words) == 0
    (row,) = json.loads(capsys.readouterr().out)["backends"]
    assert row["usable"] and row["verified"] and row["measured"]["frames"] == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("--budget-ms", "0"),
            "--budget-ms is more than 0 and at most 60000, got 0; 200 is the default.",
        ),
        (("--budget-ms", "nan"), "--budget-ms is more than 0"),
        (("--frames", "0"), "--frames is from 1 to 10000, got 0; 30 is the default."),
        (("--threads", "-1"), "Threads are from 0"),
        (("--again",), "--again belongs to --build; add it, or leave --again out."),
        (("--no-tensorrt",), "--no-tensorrt belongs to --build"),
        (("--precision", "fp32"), "--precision belongs to --build"),
        (("--precision", "int4"), "invalid choice"),
        (("--model", "/nowhere"), "There is no model bundle at /nowhere"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_two(
    bundle: Path,
    words: tuple[str, ...],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert backends(*(() if "--model" in words else ("--model", bundle)), *words) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err and printed.out == ""
    assert printed.err.count("\n") == 1


def test_building_without_a_gpu_says_what_is_missing_and_exits_two(
    bundle: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(number: int) -> None:
        raise ProviderFault(Fault.NO_DRIVER)

    monkeypatch.setattr(gpu, "require_gpu", none)
    assert backends("--model", bundle, "--build") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        "vlm-driving: there is no NVIDIA driver here; install it, or start the container with "
        "`--gpus all`.\n"
    )


def test_building_tells_its_steps_and_then_shows_the_table(
    bundle: Path, rows: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def build(model: Any, options: Any, **named: Any) -> Built:
        asked.update(named, precision=options.precision)
        named["say"]("decoder to fp16", 0, 2)
        named["say"]("checksums", 2, 2)
        return Built(Path("/cache/tiny-0123"))

    monkeypatch.setattr(gpu, "build_gpu", build)
    words = ("--build", "--no-tensorrt", "--again", "--precision", "fp32", "--json")
    assert backends("--model", bundle, *words) == 0
    assert (asked["use_tensorrt"], asked["again"], asked["precision"]) == (False, True, "fp32")
    printed = capsys.readouterr()
    assert "0/2  decoder to fp16" in printed.err
    assert "without a TensorRT engine: /cache/tiny-0123" in printed.err
    assert json.loads(printed.out)["meets_budget"] is True
