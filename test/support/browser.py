"""A real Chromium that opens report pages, and notes everything that a page must not do."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 30_000


def find_chromium() -> str | None:
    """The browser that VLM_DRIVING_CHROMIUM names, or one on the path."""
    named = os.environ.get("VLM_DRIVING_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


def need(what: str) -> None:
    """Skip for want of something; fail where the caller has said that it is there."""
    if os.environ.get("VLM_DRIVING_NEED_CHROMIUM"):
        pytest.fail(f"{what}, and VLM_DRIVING_NEED_CHROMIUM is set")
    pytest.skip(what)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser of playwright's; skips, naming what is missing, where there is none."""
    if importlib.util.find_spec("playwright") is None:
        need("playwright is not installed (pip install playwright)")
    path = find_chromium()
    if path is None:
        need("no chromium on the path (apt install chromium, or name it in VLM_DRIVING_CHROMIUM)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


class OpenPage:
    """One report page in a window of its own.

    Attributes:
        page: playwright's page.
        complaints: of the console, and errors that nothing caught.
        requests: addresses that the page asked for, but itself.
    """

    def __init__(self, browser: Any, file: Path, *, width: int = 1440, **context: Any) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._context = browser.new_context(viewport={"width": width, "height": 900}, **context)
        self.page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._on_request)
        self.file = file
        self.go()

    def _on_console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _on_request(self, request: Any) -> None:
        own = request.url.partition("#")[0] == self.file.resolve().as_uri()
        if not own and not request.url.startswith(("data:", "blob:")):
            self.requests.append(request.url)

    def go(self, fragment: str = "") -> None:
        """Open the file, and wait until its charts stand."""
        self.page.goto("about:blank")
        self.page.goto(self.file.resolve().as_uri() + fragment)
        # By an attribute: the page's own policy forbids what waits for a function.
        self.page.wait_for_selector("html[data-ready='all']", state="attached")

    def click(self, selector: str, **how: Any) -> None:
        self.page.locator(selector).first.click(**how)

    def key(self, *keys: str) -> None:
        for one in keys:
            self.page.keyboard.press(one)

    def text(self, selector: str) -> str:
        return str(self.page.locator(selector).first.inner_text())

    def texts(self, selector: str) -> list[str]:
        return list(self.page.locator(selector).all_inner_texts())

    def count(self, selector: str) -> int:
        return int(self.page.locator(selector).count())

    def pressed(self, selector: str) -> bool:
        return self.page.locator(selector).first.get_attribute("aria-pressed") == "true"

    def js(self, code: str) -> Any:
        return self.page.evaluate(code)

    def focused(self) -> str:
        """The `data-key`, id or class of what has the keyboard."""
        return str(
            self.js(
                "(() => { const one = document.activeElement;"
                " return one.dataset.key || one.id || one.className; })()"
            )
        )

    def settle(self) -> None:
        """Wait for what was asked of the next frame."""
        self.js("new Promise((go) => requestAnimationFrame(() => setTimeout(go, 60)))")

    def until(self, code: str, wanted: Any) -> None:
        """Wait until an expression has a value; what it has is named where it never gets it."""
        for _ in range(PATIENCE_MS // 50):
            if (got := self.js(code)) == wanted:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{code} is {got!r}, not {wanted!r}")

    def close(self) -> None:
        self._context.close()
        assert self.complaints == []
        assert self.requests == []
