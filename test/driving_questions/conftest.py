"""A drive that was recorded once for all tests here."""

from __future__ import annotations

from pathlib import Path

import pytest

from vlm_driving.simulator.drive import Drive
from vlm_driving.simulator_recording import write_drive


@pytest.fixture(scope="session")
def town_bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """30 s through the town, two pictures a second."""
    path = tmp_path_factory.mktemp("driving_questions") / "town"
    write_drive(path, Drive(1, 30.0, 2.0))
    return path
