"""The pages about the soak name every fault and every key of the object's verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from vlm_driving.soak.kinds import Fault


@pytest.mark.parametrize("name", ["soak.md", "soak.ja.md"])
def test_the_page_lists_every_fault_and_says_what_it_is_not(name: str, repository: Path):
    page = (repository / "docs" / name).read_text(encoding="utf-8")
    missing = [fault.value for fault in Fault if f"`{fault.value}`" not in page]
    assert missing == []
    assert (
        "not a safety-rated component" in page or "機能安全の認証を受けた部品ではありません" in page
    )
    for key in ("kept", "broken", "applied", "late_stalled", "stalls", "shares", "wrong"):
        assert f"`{key}`" in page
