"""report.html: one run, or several side by side, on one page that needs nothing from anywhere."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from vlm_driving import __version__
from vlm_driving.core import UserError
from vlm_driving.evaluation.report import assets
from vlm_driving.evaluation.report.embed import Texts, json_script, mapping, picture
from vlm_driving.evaluation.report.figures import score_figures
from vlm_driving.evaluation.report.frames import frame_columns, shared_origin_ns, truth_columns
from vlm_driving.evaluation.report.questions import question_rows
from vlm_driving.evaluation.run import Run, load_run

PAGE = "report.html"
PAGE_SCHEMA = "vlm_driving/page/1"
MOST_RUNS = 6
"""More than these are no longer told apart by colour, dash and symbol."""
_SETTINGS = (
    "kind",
    "model",
    "backend",
    "started",
    "camera_topic",
    "speed_topic",
    "pace",
    "rate",
    "budget_ms",
    "question_budget_ms",
    "version",
    "machine",
    "bag",
)


def write_page(run: Run | Sequence[Run], path: Path) -> Path:
    """Write the page of a run, or of several, to `path`, whole or not at all; returns `path`.

    Raises UserError when it cannot be written.
    """
    draft = path.with_name(path.name + ".part")
    try:
        # Names of files need not be UTF-8; the page must be.
        draft.write_text(render_page(run), encoding="utf-8", errors="replace", newline="\n")
        os.replace(draft, path)
    except OSError as fault:
        draft.unlink(missing_ok=True)
        raise UserError(
            f"Cannot write {path} ({fault.strerror}); name another file with "
            "`vlm-driving report RUN --out FILE`."
        ) from None
    return path


def refresh_page(run_dir: Path) -> None:
    """Build the page of a run again that has one, with what was scored meanwhile.

    A page that cannot be built leaves a sentence on stderr: the scores are on disk all the same.
    """
    page = run_dir / PAGE
    if not page.is_file():
        return
    try:
        write_page(load_run(run_dir), page)
        print(f"report page:   {page}", file=sys.stderr)
    except UserError as fault:
        print(f"The report page was not built again: {fault}", file=sys.stderr)


def render_page(run: Run | Sequence[Run]) -> str:
    """The whole HTML document.

    Raises UserError for more runs than can be told apart.
    """
    runs = (run,) if isinstance(run, Run) else tuple(run)
    if len(runs) > MOST_RUNS:
        raise UserError(f"{len(runs)} runs are too many for one page; name at most {MOST_RUNS}.")
    script = assets.script()
    library = assets.chart_library()
    digests = [assets.policy_digest(script.encode())]
    if library is not None:
        digests.append(library.digest)
    parts = {
        "title": escape(" / ".join(dict.fromkeys(map(_title, runs)))),
        "policy": " ".join(digests),
        "style": assets.style(),
        "figures": "".join(map(_plain_figures, runs)),
        "data": json_script(page_data(runs)),
        "pictures": "".join(_pictures(runs)),
        "charts": "" if library is None else library.packed,
        "script": script,
    }
    # One pass: what stands in the parts is never looked at again.
    return re.sub(r"@@(\w+)@@", lambda found: parts[found[1]], assets.template())


def page_data(runs: Sequence[Run]) -> dict[str, Any]:
    """What the page's script reads."""
    texts = Texts()
    origin_ns = shared_origin_ns(runs)
    found = [
        _run_data(run, ascii_uppercase[place], texts, origin_ns) for place, run in enumerate(runs)
    ]
    return {
        "schema": PAGE_SCHEMA,
        "version": __version__,
        "runs": found,
        "texts": texts.table(),
    }


def _run_data(run: Run, letter: str, texts: Texts, origin_ns: int | None) -> dict[str, Any]:
    asked = run.asked
    problems = run.summary.get("problems")
    notes = dict.fromkeys([*(problems if isinstance(problems, list) else ()), *run.problems])
    truth = asked.truth
    return {
        "letter": letter,
        "name": run.path.resolve().name,
        "title": _title(run),
        "kind": run.kind,
        "settings": {key: run.settings[key] for key in _SETTINGS if key in run.settings},
        "summary": dict(run.summary),
        "notes": [str(note) for note in notes],
        "frames": frame_columns(run, texts, origin_ns) if run.reports else None,
        "truth": None
        if truth is None
        else {"figures": score_figures(truth.figures), "columns": truth_columns(run, truth, texts)},
        "questions": question_rows(run),
        "scores": {one.name: score_figures(one.figures) for one in asked.scores},
    }


def _title(run: Run) -> str:
    asked = mapping(run.settings.get("questions")).get("path") if run.kind == "heron" else None
    named = run.summary.get("bag") or run.settings.get("bag") or asked
    return Path(str(named or run.path)).name or run.path.name


def _pictures(runs: Sequence[Run]) -> Iterator[str]:
    """Each picture in an inert element of its own: the browser decodes those that are shown."""
    for place, run in enumerate(runs):
        named: Mapping[str, Path] = {
            **{f"frame:{sequence}": file for sequence, file in run.thumbnails.items()},
            **{f"image:{name}": file for name, file in run.asked.pictures.items()},
        }
        for name, file in named.items():
            uri = picture(file)
            if uri is not None:
                key = escape(f"{place}/{name}")
                yield f'<script type="text/plain" data-picture="{key}">{uri}</script>\n'


def _plain_figures(run: Run) -> str:
    """What a reader without scripts gets."""
    summary = run.summary
    shown = {
        "model": run.settings.get("model"),
        "frames": summary.get("frames_offered"),
        "outcomes": summary.get("outcomes"),
        "late reports": summary.get("late_reports"),
        "latency_ms": summary.get("latency_ms"),
        **{f"score ({one.name})": one.figures.get("score") for one in run.asked.scores},
    }
    rows = "".join(
        f"<tr><th>{escape(key)}</th><td>{escape(str(value))}</td></tr>"
        for key, value in shown.items()
        if value is not None
    )
    return f"<h2>{escape(run.path.name)}</h2><table>{rows}</table>"
