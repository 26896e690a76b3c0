"""The page's own script and style, and the chart library that lies beside plotly's Python code."""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = (
    "words.js",
    "words_ja.js",
    "words_en.js",
    "words_themes_ja.js",
    "words_themes_en.js",
    "dom.js",
    "data.js",
    "palette.js",
    "state.js",
    "filters.js",
    "fields.js",
    "virtual.js",
    "viewer.js",
    "figures.js",
    "figure_tiles.js",
    "compare_unlike.js",
    "compare.js",
    "scores.js",
    "score_notes.js",
    "radar.js",
    "radar_draw.js",
    "question_rows.js",
    "question_list.js",
    "questions.js",
    "truth_tables.js",
    "truth.js",
    "timeline_data.js",
    "timeline_draw.js",
    "timeline.js",
    "frame_detail.js",
    "frames.js",
    "main.js",
)
"""In the order in which they are joined; there is no build step."""
CHARTS = "package_data/plotly.min.js"


@dataclass(frozen=True, slots=True)
class Library:
    """A script to be carried along.

    Attributes:
        packed: gzip, in base64: a third of its size.
        digest: of the script itself, as a content security policy names it.
    """

    packed: str
    digest: str


def style() -> str:
    """The style sheets, joined."""
    return "\n".join(_text(name) for name in ("page.css", "parts.css", "tables.css"))


def template() -> str:
    """The document around everything, with @@names@@ to be filled in."""
    return _text("page.html")


def script() -> str:
    """All of our scripts in one strict function, so that no name of theirs is global."""
    parts = "\n".join(f"// {name}\n{_text(f'js/{name}')}" for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}\n}})();\n'


def policy_digest(text: bytes) -> str:
    """How a content security policy names an inline script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode('ascii')}'"


@lru_cache(maxsize=1)
def chart_library() -> Library | None:
    """Plotly's script, without importing plotly; None where plotly is not installed."""
    spec = importlib.util.find_spec("plotly")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        file = Path(folder) / CHARTS
        if file.is_file():
            script = file.read_bytes().removeprefix(b"\xef\xbb\xbf")
            packed = gzip.compress(script, 9, mtime=0)
            return Library(base64.b64encode(packed).decode("ascii"), policy_digest(script))
    return None


@lru_cache(maxsize=64)
def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
