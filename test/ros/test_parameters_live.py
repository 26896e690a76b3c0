"""What may change while the node runs."""

from __future__ import annotations

from typing import Any

import pytest

from vlm_driving.ros.parameters import NodeSettings, Refused, changed, flat, parameters_of, read
from vlm_driving.ros.parameters.parameter import Kind, Parameter

OLD = read({"cameras": ["front", "left"], "camera.left.topic": "/left"})
ROWS = parameters_of(("front", "left"))


def another(row: Parameter) -> Any:
    """A good value that is not the present one."""
    now = flat(OLD)[row.name]
    if row.kind is Kind.BOOL:
        return not now
    if row.kind in (Kind.DOUBLE, Kind.INTEGER):
        assert not isinstance(now, (str, tuple))
        return now + 2
    if row.kind is Kind.STRING_ARRAY:
        return ["rear"]
    return next(
        (one for one in row.choices if one != now), "onnx-cpu" if "back" in row.name else "/x"
    )


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.live and (row.most or 2.0) > 1.0], ids=str
)
def test_what_the_table_calls_live_may_change(row: Parameter) -> None:
    changes = {row.name: another(row)}
    if row.name == "diagnostics.rate_error_hz":
        changes["diagnostics.rate_warn_hz"] = 10.0
    new = changed(OLD, changes)
    assert isinstance(new, NodeSettings), new
    assert flat(new) == {**flat(OLD), **changes}


@pytest.mark.parametrize("row", [row for row in ROWS if not row.live], ids=str)
def test_anything_else_is_refused_with_what_to_do(row: Parameter) -> None:
    refused = changed(OLD, {row.name: another(row)})
    assert isinstance(refused, Refused)
    assert row.name in refused.reason
    assert "deactivate and clean it up, set it, then configure it again" in refused.reason


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_anything_may_be_set_to_what_it_is(row: Parameter) -> None:
    assert changed(OLD, {row.name: flat(OLD)[row.name]}) == OLD


def test_ratios_may_change() -> None:
    new = changed(OLD, {"diagnostics.miss_warn": 0.1, "diagnostics.miss_error": 0.3})
    assert isinstance(new, NodeSettings)
    assert new.diagnostics.miss_error == 0.3


def test_before_it_is_configured_everything_may_change() -> None:
    new = changed(OLD, {"cameras": ["rear"], "threads": 2}, configured=False)
    assert isinstance(new, NodeSettings)
    assert [one.name for one in new.cameras] == ["rear"] and new.threads == 2


def test_one_bad_change_stops_all_of_its_request() -> None:
    refused = changed(OLD, {"budget_ms": 100.0, "guard_ms": -1.0})
    assert isinstance(refused, Refused) and "guard_ms is -1.0" in refused.reason


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"budget_ms": 1.0}, "from 10 to 60000 ms"),
        ({"budgt_ms": 100.0}, "did you mean budget_ms?"),
        ({"camera.rear.share": 2.0}, "a camera that the node does not have; it has front, left"),
        ({"diagnostics.age_p99_warn_ms": 900.0}, "may not be above diagnostics.age_p99_error_ms"),
        ({"qos_overrides./x.subscription.depth": 3}, "is not set and cannot become 3"),
    ],
)
def test_a_refusal_says_why(changes: dict[str, Any], words: str) -> None:
    refused = changed(OLD, changes)
    assert isinstance(refused, Refused) and words in refused.reason, refused


def test_budget_shares_rates_thresholds_and_the_task_prompt_are_live() -> None:
    live = {row.name for row in ROWS if row.live}
    assert live >= {"budget_ms", "question_budget_ms", "task_prompt"}
    assert live >= {f"camera.{n}.{f}" for n in ("front", "left") for f in ("share", "max_rate_hz")}
    assert live >= {row.name for row in ROWS if row.name.startswith(("diagnostics.", "preflight."))}
    fixed = {"cameras", "camera.front.topic", "model", "backends", "threads", "speed.topic"}
    assert not live & fixed
