"""Pages of made-up runs, opened in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.browser import OpenPage, chromium

from vlm_driving.bench.made_up_run import MadeUp, make_up_run
from vlm_driving.evaluation.report import assets, write_page
from vlm_driving.evaluation.run import load_run

SMALL = MadeUp(frames=200, questions=30, pictures=40)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Made-up runs by name; each is made once."""
    folder = tmp_path_factory.mktemp("runs")
    plans = {
        "small": SMALL,
        "better": MadeUp(frames=200, questions=30, pictures=40, quality=0.95, seed=2),
        "heron": MadeUp(frames=0, questions=30, pictures=30),
        "frames alone": MadeUp(frames=120, questions=0, pictures=6, truth=False),
    }

    def made(name: str) -> Path:
        path = folder / name.replace(" ", "-")
        return path if path.exists() else make_up_run(path, plans[name])

    return made


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Callable[..., OpenPage]]:
    """Opens the page of runs; whatever it complained of, or asked a network for, fails the test.

    `charts=False` leaves the chart library out, which takes a browser a second or two to compile.
    """
    opened: list[OpenPage] = []

    def show(*paths: Path, charts: bool = True, **how: Any) -> OpenPage:
        loaded = [load_run(path) for path in paths]
        with pytest.MonkeyPatch.context() as patch:
            if not charts:
                patch.setattr(assets, "chart_library", lambda: None)
            file = write_page(loaded, tmp_path / f"{len(opened)}.html")
        opened.append(OpenPage(browser, file, **how))
        return opened[-1]

    yield show
    for one in opened:
        one.close()
