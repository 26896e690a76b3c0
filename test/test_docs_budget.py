"""The page about the budget says what the code says: outcomes, states, clauses and defaults."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from support.pages import HEADINGS, PAGES, Page, plain, tables
from support.spoken import said_by

from vlm_driving.core import Outcome
from vlm_driving.pipeline import LadderOptions, LadderPipeline, ladder_plan, ladder_state
from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.breaker import BreakerSettings, Ending, Phase
from vlm_driving.pipeline.health import BackendHealth, PipelineHealth
from vlm_driving.pipeline.ladder_view import LadderSettings
from vlm_driving.pipeline.pool import PoolOptions
from vlm_driving.pipeline.punctuality import LateReport
from vlm_driving.pipeline.questions import QuestionOutcome, QuestionSettings
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.pipeline.stalls import MACHINE, Stall, StallKind
from vlm_driving.pipeline.vehicle import VehicleSettings
from vlm_driving.pipeline.workers.restart import RestartPolicy
from vlm_driving.pipeline.workers.settings import WorkerSettings
from vlm_driving.pipeline.workers.states import WorkerState
from vlm_driving.pipeline.workers.vitals import Limits

SETTINGS = (
    PipelineSettings,
    PoolOptions,
    LadderOptions,
    WorkerSettings,
    LadderSettings,
    BreakerSettings,
    Limits,
    RestartPolicy,
    CameraShare,
    QuestionSettings,
    VehicleSettings,
)
ADVISORY = {
    "budget.md": ("Advice is advisory", "not a safety-rated component"),
    "budget.ja.md": ("助言は参考情報", "機能安全の認証を受けた部品ではありません"),
}
REASONS_OF = ("answer", "desk", "laddered", "dispatcher", "camera_slots", "accounts")


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, repository: Path) -> Page:
    return Page(repository / "docs", request.param)


def shown(default: Any) -> str:
    """A default as the pages write it."""
    if isinstance(default, bool) or default is None or isinstance(default, (str, tuple, dict)):
        return str(default)
    if is_dataclass(default):
        return type(default).__name__
    return f"{default:g}" if abs(default) < 1e6 else f"{default:.0f}"


def default_of(field: Field[Any]) -> str:
    if field.default is not MISSING:
        return shown(field.default)
    if field.default_factory is not MISSING:
        return shown(field.default_factory())
    return "—"


def values(kind: type[Enum]) -> list[str]:
    return [str(one.value) for one in kind]


def fixed_parts(clause: str) -> list[str]:
    """What stands in a clause between its gaps."""
    return [part for part in (part.strip() for part in clause.split("...")) if part]


def sources(repository: Path) -> str:
    folder = repository / "vlm_driving" / "pipeline"
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py")))


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda one: one.__name__)
def test_every_parameter_stands_there_with_the_default_of_the_code(
    page: Page, settings: Any
) -> None:
    (table,) = tables(page.section(settings.__name__, 3))
    assert [(plain(row[0]), plain(row[1])) for row in table] == [
        (one.name, default_of(one)) for one in fields(settings)
    ]
    assert all(len(row) == 4 and row[3] for row in table)


def test_every_outcome_stands_there_with_what_driver_and_engineer_conclude(page: Page) -> None:
    (table,) = page.tables("outcomes")
    assert [plain(row[0]) for row in table] == values(Outcome)
    assert all(len(row) == 4 and all(row) for row in table)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("breaker", Phase),
        ("states", WorkerState),
        ("stalls", StallKind),
        ("questions", QuestionOutcome),
    ],
)
def test_every_state_and_kind_stands_there(page: Page, key: str, kind: type[Enum]) -> None:
    assert page.first_column(key) == values(kind)


def test_stalls_of_the_machine_excuse_lateness_and_others_do_not(page: Page) -> None:
    (table,) = page.tables("stalls")
    excused = {plain(row[0]) for row in table if row[2].startswith(("yes", "なる"))}
    assert excused == {kind.value for kind in MACHINE}


def test_every_clause_that_the_page_lists_is_said_somewhere_in_the_code(
    page: Page, repository: Path
) -> None:
    code = sources(repository)
    listed = [*page.tables("reasons"), page.tables("states")[1]]
    clauses = [row[0].strip("`") for table in listed for row in table if row[0].startswith("`")]
    assert len(clauses) > 35
    for clause in clauses:
        failed = re.fullmatch(r"failed \((.+)\)", clause)
        if failed is not None:
            assert Ending(failed[1]).failed
            continue
        for part in fixed_parts(clause):
            assert part in code, f"{clause}: nobody says {part!r}"


def test_every_clause_of_the_ladder_stands_on_the_page(page: Page) -> None:
    said = [
        text
        for module in (ladder_plan, ladder_state)
        for name, text in vars(module).items()
        if name.isupper() and isinstance(text, str)
    ]
    assert len(said) > 8
    reasons = page.section(HEADINGS[page.name]["reasons"], 2)
    assert [text for text in said if f"`{text}`" not in reasons] == []


def test_every_way_to_fail_during_a_race_stands_on_the_page(page: Page) -> None:
    reasons = page.section(HEADINGS[page.name]["reasons"], 2)
    for ending in Ending:  # who is slow is still at work when the report closes
        if ending.failed and ending is not Ending.SLOW:
            assert f"`failed ({ending.value})`" in reasons


def test_every_reason_that_a_report_is_given_stands_on_the_page(
    page: Page, repository: Path
) -> None:
    reasons = page.section(HEADINGS[page.name]["reasons"], 2)
    folder = repository / "vlm_driving" / "pipeline"
    said = [text for name in REASONS_OF for text in said_by(folder / f"{name}.py")]
    assert (
        "blind" in said and "prose cut when the report was closed" in said
    )  # the search finds something
    for text in said:
        words = [part for part in fixed_parts(text) if re.search(r"[a-z]{3}", part)]
        assert all(part in reasons for part in words), text


def test_reasons_of_questions_that_are_quoted_are_those_of_the_code(
    page: Page, repository: Path
) -> None:
    code = sources(repository)
    (table,) = page.tables("questions")
    quoted = [text for row in table for text in re.findall(r"`([^`]+ [^`]+)`", row[1])]
    assert len(quoted) >= 5
    for text in quoted:
        for part in fixed_parts(text):
            assert part in code, text


def health() -> PipelineHealth:
    """One of each."""
    one = BackendHealth(
        "onnx-cpu", "ready", None, 1, 1, "closed", None, 0, None, 1.0, 2.0, None, late_answers=0
    )
    stall = Stall(0, 20_000_000, StallKind.NO_CPU)
    late = LateReport("front", 0, 1.0, (stall,))
    return PipelineHealth((one,), 1, 1, (late,), (stall,), 1.0, 0)


def test_every_key_of_the_diagnostics_stands_there(page: Page) -> None:
    whole = health().to_json()
    pipeline, worker, _ = page.tables("diagnostics")
    assert [plain(row[0]) for row in pipeline] == list(whole)
    assert [plain(row[0]) for row in worker] == list(whole["workers"][0])
    within = {plain(row[0]): row[1] for row in [*pipeline, *worker]}
    for key, inside in (
        ("late", whole["late"][0]),
        ("stalls", whole["stalls"]),
        ("advice_ms", whole["workers"][0]["advice_ms"]),
    ):
        assert all(f"`{name}`" in within[key] for name in inside), key


def test_the_example_of_a_summary_has_the_keys_of_the_code(page: Page) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", page.text, re.DOTALL)
    shown, whole = json.loads(example)["health"], health().to_json()
    assert list(shown) == list(whole)
    assert all(list(worker) == list(whole["workers"][0]) for worker in shown["workers"])
    assert list(shown["stalls"]) == list(whole["stalls"])


def test_the_page_says_twice_that_advice_is_advisory(page: Page) -> None:
    for words in ADVISORY[page.name]:
        assert page.text.count(words) >= 2, words


def test_every_link_leads_to_a_file_or_a_section(page: Page, repository: Path) -> None:
    titles = re.findall(r"^#+ (.+)$", page.text, re.MULTILINE)
    anchors = {title.lower().replace(" ", "-") for title in titles}
    for target in re.findall(r"\]\(([^)]+)\)", page.text):
        path, _, anchor = target.partition("#")
        if path:
            assert (repository / "docs" / path).is_file(), target
        else:
            assert anchor in anchors, target


def test_the_example_makes_settings_that_the_code_accepts(page: Page, repository: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", page.text, re.DOTALL)
    ast.parse(example)
    made: dict[str, Any] = {}
    exec(example.partition("with WorkerPool")[0], made)  # what follows starts processes
    workers, cameras = made["workers"], made["cameras"]
    assert [worker.name for worker in workers.workers] == ["onnx-cpu", "onnx-cpu-2"]
    assert [camera.camera for camera in cameras.cameras] == ["front", "left"]
    assert workers.kept_frames == cameras.kept_frames > 0
    assert (repository / "models" / "driving-ja" / "bundle.json").is_file()
    for worker in workers.workers:
        module = worker.factory.partition(":")[0].replace(".", "/")
        assert (repository / f"{module}.py").is_file()
    called = set(re.findall(r"pipeline\.(\w+)\(", example))
    assert {"start", "offer", "vehicle_advice", "ask", "health", "close"} == called
    assert all(callable(getattr(LadderPipeline, name)) for name in called)


def test_both_pages_have_the_same_code_words(repository: Path) -> None:
    def words(name: str) -> set[str]:
        text = Page(repository / "docs", name).text
        return set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)))

    assert len(words("budget.md")) > 200
    assert words("budget.md") ^ words("budget.ja.md") == set()


def test_both_pages_show_the_same_commands_and_objects(repository: Path) -> None:
    def blocks(name: str) -> list[str]:
        text = Page(repository / "docs", name).text
        return [
            re.sub(r"#.*", "", block) for block in re.findall(r"```.*?```", text, re.DOTALL)
        ]  # comments are in the page's language

    assert len(blocks("budget.md")) >= 4
    assert blocks("budget.md") == blocks("budget.ja.md")


def test_nothing_is_hidden_in_comments(page: Page) -> None:
    assert "<!--" not in page.text


def test_the_figures_are_drawn_for_light_and_dark_and_can_be_read_aloud(repository: Path) -> None:
    for name in ("budget_timeline.svg", "budget_timeline.ja.svg"):
        text = (repository / "docs" / name).read_text(encoding="utf-8")
        assert "prefers-color-scheme: dark" in text
        assert "<title" in text and "<desc" in text
