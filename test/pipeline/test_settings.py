"""How long a frame may take, and what is no such time."""

from __future__ import annotations

import pytest

from vlm_driving.core import UserError
from vlm_driving.pipeline import PipelineSettings
from vlm_driving.pipeline.settings import MOST_BUDGET_MS


@pytest.mark.parametrize("budget_ms", [0, -1, float("nan"), float("inf"), 1e15])
def test_a_budget_is_a_time_that_clocks_can_count(budget_ms):
    with pytest.raises(UserError, match="The budget is a positive number"):
        PipelineSettings(budget_ms=budget_ms)


@pytest.mark.parametrize("budget_ms", [None, 0.5, 200, MOST_BUDGET_MS])
def test_any_other_budget_can_be_kept(budget_ms):
    assert PipelineSettings(budget_ms=budget_ms).budget_ms == budget_ms


@pytest.mark.parametrize("guard_ms", [-1, float("nan"), float("inf")])
def test_a_guard_is_no_less_than_nothing(guard_ms):
    with pytest.raises(UserError, match="The guard is zero or more"):
        PipelineSettings(guard_ms=guard_ms)


@pytest.mark.parametrize("frames", [-1, 1])
def test_a_camera_is_frozen_after_two_equal_pictures_or_more(frames):
    with pytest.raises(UserError, match="frozen after two or more"):
        PipelineSettings(frozen_after_frames=frames)
