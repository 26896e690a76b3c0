"""The frames on report.html: pictures with advice, and the table of all of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

from vlm_driving.core import Outcome, SceneReport
from vlm_driving.evaluation.labels import OUTCOME_JA, PATH_JA, SPEED_JA, hazard_ja
from vlm_driving.evaluation.page_charts import positions
from vlm_driving.evaluation.run import Run

GALLERY_MAX = 60


def card(name_ja: str, name_en: str, content: str, kind: str = "") -> str:
    """A titled box of the page around `content`, which is HTML."""
    return (
        f'<section class="card {kind}"><h2>{escape(name_ja)}<small>{escape(name_en)}</small></h2>'
        f"{content}</section>"
    )


def gallery(run: Run) -> str:
    """Cards of the frames that have a thumbnail; empty when none has."""
    at, unit = positions(run.reports)
    shots = [
        _shot(report, f"{position:.1f} {unit}", run.thumbnails[report.sequence])
        for position, report in zip(at, run.reports, strict=True)
        if report.sequence in run.thumbnails
    ]
    if not shots:
        return ""
    return card(
        "フレームと助言",
        "about one frame a second",
        f'<div class="gallery">{"".join(shots[:GALLERY_MAX])}</div>',
    )


def _shot(report: SceneReport, when: str, thumbnail: Path) -> str:
    image = base64.b64encode(thumbnail.read_bytes()).decode("ascii")
    facts = [] if report.ego_speed_kmh is None else [f"{report.ego_speed_kmh:.0f} km/h"]
    if report.latency_ms is not None:
        facts.append(f"{report.latency_ms:.0f} ms")
    return (
        f'<figure class="shot"><img alt="" loading="lazy" src="data:image/jpeg;base64,{image}">'
        f'<figcaption><div class="head"><span>#{report.sequence} {escape(when)}</span>'
        f"<span>{escape(' · '.join(facts))}</span></div>{_tags(report)}"
        f'<p class="says">{escape(report.advice_ja)}</p>'
        f'<p class="scene">{escape(report.description_ja or report.reason or "")}</p>'
        "</figcaption></figure>"
    )


def _tags(report: SceneReport) -> str:
    if report.advice is None:
        tags = [(report.outcome.value, OUTCOME_JA[report.outcome])]
    else:
        advice = report.advice
        tags = [
            (advice.speed.value, f"{SPEED_JA[advice.speed]} {advice.confidence:.0%}"),
            (advice.path.value, PATH_JA[advice.path]),
        ]
    shown = "".join(
        f'<span class="tag" style="background:var(--{key})">{escape(label)}</span>'
        for key, label in tags
    )
    hazards = report.advice.hazards if report.advice is not None else ()
    return shown + "".join(
        f'<span class="tag hazard">{escape(hazard_ja(hazard))}</span>' for hazard in hazards
    )


def frame_table(reports: Sequence[SceneReport]) -> str:
    """The place where the script draws the table, with its filters."""
    used = {report.outcome for report in reports}
    options = "".join(
        f'<option value="{o.value}">{escape(OUTCOME_JA[o])} {o.value}</option>'
        for o in Outcome
        if o in used
    )
    heads = ("番号", "時刻", "結果", "遅延 ms", "助言", "確信度", "文章")
    head = "".join(f"<span>{escape(name)}</span>" for name in heads)
    return card(
        "全フレーム",
        "every frame",
        '<div class="controls"><select id="pick" aria-label="結果で絞り込む">'
        f'<option value="">すべて all</option>{options}</select>'
        '<input id="find" type="search" placeholder="文章を検索 search" aria-label="文章を検索">'
        '<output id="count"></output></div>'
        f'<div id="frames" tabindex="0"><div class="row top">{head}</div>'
        '<div class="body"></div></div>'
        '<div id="frame">行を選ぶと全文を表示します。 Choose a row to read it whole.</div>'
        "<noscript>この表にはJavaScriptが必要です。データはframes.jsonlにあります。</noscript>",
    )


def table_data(reports: Sequence[SceneReport]) -> str:
    """Rows for the script; each distinct text is stored once, because texts repeat."""
    texts: dict[str, int] = {}

    def text(value: str | None) -> int:
        return texts.setdefault(value or "", len(texts))

    at, unit = positions(reports)
    rows = []
    for position, report in zip(at, reports, strict=True):
        advice = report.advice
        words = "" if advice is None else f"{SPEED_JA[advice.speed]}・{PATH_JA[advice.path]}"
        hazards = "" if advice is None else " ".join(map(hazard_ja, advice.hazards))
        rows.append(
            [
                report.sequence,
                round(position, 2),
                text(report.outcome.value),
                None if report.latency_ms is None else round(report.latency_ms, 1),
                text(words),
                None if advice is None else round(advice.confidence, 2),
                text(report.advice_ja),
                text(report.description_ja),
                text(hazards),
                text(report.reason),
            ]
        )
    digits = 2 if unit == "s" else 0
    table = {"unit": unit, "digits": digits, "texts": list(texts), "rows": rows}
    data = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    # A text must not be able to end the script element.
    return data.replace("<", "\\u003c")
