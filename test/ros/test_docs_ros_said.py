"""What the pages about the ROS 2 side quote of logs, diagnostics and answers is what code says."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from support.pages import plain
from support.ros_pages import TROUBLE, all_tables, code_blocks, page, table_with

from vlm_driving.core import Outcome
from vlm_driving.pipeline.health import BackendHealth, PipelineHealth
from vlm_driving.pipeline.questions import QuestionAnswer, QuestionOutcome
from vlm_driving.pipeline.workers.states import WorkerState
from vlm_driving.ros.diagnostic_status import DiagnosticThresholds
from vlm_driving.ros.diagnostics import backend_status, camera_status, pipeline_status, speed_status
from vlm_driving.ros.outcome_window import CameraFigures, Loss
from vlm_driving.ros.pipeline_window import PipelineFigures
from vlm_driving.ros.preflight_causes import CauseKind
from vlm_driving.ros.speakers import ANSWER_SCHEMA, answer_text

OF_OTHERS = (
    "Transitioning failed",
    "Node not found",
    "Unknown transition requested",
    "numpy.dtype size changed",
    "_ARRAY_API not found",
)


@pytest.mark.parametrize("name", TROUBLE)
def test_every_cause_stands_there_with_its_level(name: str, repository: Path):
    rows = table_with(page(repository, name).text, "`no_publisher`")
    listed = [(plain(row[0]), row[1]) for row in rows]
    assert listed == [(kind.value, "error" if kind.blocks else "warn") for kind in CauseKind]
    assert all(len(row) == 4 and row[3] for row in rows)


def literals(folder: Path) -> list[str]:
    """Every text in the sources below a folder, gaps of f-strings left as `...`."""
    found = []
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = (
                    str(one.value) if isinstance(one, ast.Constant) else "..."
                    for one in node.values
                )
                found.append("".join(parts))
    return found


@pytest.mark.parametrize("name", TROUBLE)
def test_every_sentence_that_is_quoted_is_said_by_the_code(name: str, repository: Path):
    said = literals(repository / "vlm_driving")
    rows = [row for table in all_tables(page(repository, name).text) for row in table]
    cells = [cell for row in rows for cell in (row[2:3] if len(row) == 4 else row[:1])]
    quoted = [text for cell in cells for text in re.findall(r"`([^`]+ [^`]+)`", cell)]
    # What a failed transition says is put together of `cannot`, its name and its reason.
    quoted = [one for one in quoted if "cannot configure: ..." not in one]
    quoted = [one for one in quoted if one not in OF_OTHERS and not one.startswith("ros2 ")]
    assert len(quoted) > 50
    for text in quoted:
        for part in (one.strip(" ,;:()") for one in text.split("...")):
            words = part.removeprefix("The node cannot ")
            assert any(words in one for one in said), (text, part)


def keys_of() -> dict[str, list[str]]:
    """The keys of each kind of status, as the code makes them."""
    backend = BackendHealth(
        "onnx-cpu", "ready", None, 1, 1, "closed", None, 0, None, 1.0, 2.0, None, late_answers=0
    )
    health = PipelineHealth((backend,), 0, 0, (), (), 0.0, 0)
    figures = CameraFigures("front", outcomes=((Outcome.OK, 1),), losses=(Loss("skipped", 1, "x"),))
    statuses = {
        "late_explained": pipeline_status("n", health, PipelineFigures()),
        "pid": backend_status("n", backend, 0, True),
        "rate_hz": camera_status("n", figures, (), DiagnosticThresholds()),
        "speed_kmh": speed_status("n", "/speed", None, None),
    }
    return {first: [key for key, _ in status.values] for first, status in statuses.items()}


@pytest.mark.parametrize("name", TROUBLE)
def test_every_key_of_every_status_stands_there(name: str, repository: Path):
    text = page(repository, name).text
    for own, keys in keys_of().items():
        general = [re.sub(r"^outcome/.*", "outcome/<outcome>", one) for one in keys]
        general = [re.sub(r"^lost/.*", "lost/<what>", one) for one in general]
        if own == "rate_hz":
            general.append("callback_p99_ms")  # of the node, which alone knows it
        rows = table_with(text, f"`{own}`")
        assert Counter(plain(row[0]) for row in rows) == Counter(general), own


@pytest.mark.parametrize("name", TROUBLE)
def test_every_outcome_and_every_state_of_a_worker_stands_there(name: str, repository: Path):
    text = page(repository, name).text
    rows = table_with(text, "`malformed`")
    assert [plain(row[0]) for row in rows] == [one.value for one in Outcome]
    assert all(re.search(rf"`{one.value}(: \.\.\.)?`", text) for one in WorkerState)


@pytest.mark.parametrize("name", ["report_schema.md", "report_schema.ja.md"])
def test_every_key_of_an_answer_stands_there(name: str, repository: Path):
    text = page(repository, name).text
    section = text.partition("`~/<camera>/answer`")[2].partition("\n## ")[0]
    answer = QuestionAnswer(1, "信号は?", QuestionOutcome.OK, "赤です。")
    keys = list(yaml.safe_load(answer_text("front", answer)))
    assert re.findall(r"^- `(\w+)`", section, re.MULTILINE) == keys
    (example,) = [block for kind, block in code_blocks(text) if not kind]
    assert list(yaml.safe_load(example)) == keys
    assert f"`{ANSWER_SCHEMA}`" in section
    assert all(f"`{one.value}`" in section for one in QuestionOutcome)
