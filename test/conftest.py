"""Fixtures that every test may use."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

# test/training imports torch: `make test-train` has it, `make test` passes the folder over.
collect_ignore = [] if importlib.util.find_spec("torch") else ["training"]

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the source tree."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Recorded bags and question sets that are too large or not ours to ship; skips without."""
    folder = Path(os.environ.get("VLM_DRIVING_SHARED", REPOSITORY.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no {folder}: set VLM_DRIVING_SHARED to the folder with bags/")
    return folder
