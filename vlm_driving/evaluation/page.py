"""report.html: a run on one self-contained page, Japanese first, nothing fetched from anywhere."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from vlm_driving.core import Outcome, SceneReport, UserError
from vlm_driving.evaluation.labels import OUTCOME_JA, PATH_JA, SPEED_JA, hazard_ja
from vlm_driving.evaluation.page_charts import advice_legend, positions, timeline
from vlm_driving.evaluation.page_script import SCRIPT
from vlm_driving.evaluation.page_style import CSS
from vlm_driving.evaluation.run import Run

STAGE_JA = {
    "wait": "待ち",
    "preprocess": "前処理",
    "encode": "画像符号化",
    "prefill": "文脈入力",
    "decode": "文章生成",
}
GALLERY_MAX = 60


def write_page(run: Run, path: Path) -> Path:
    """Write the page of `run` to `path`, whole or not at all; returns `path`.

    Raises UserError when it cannot be written.
    """
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_text(render_page(run), encoding="utf-8")
        os.replace(draft, path)
    except OSError as fault:
        draft.unlink(missing_ok=True)
        raise UserError(
            f"Cannot write {path} ({fault.strerror}); name another file with "
            "`vlm-driving report RUN --out FILE`."
        ) from None
    return path


def render_page(run: Run) -> str:
    """The whole HTML document."""
    summary = run.summary
    title = Path(str(summary.get("bag") or run.path)).name
    sections = [
        _header(run, title),
        _notes(run),
        _figures(summary),
        _outcomes(summary),
        _card(
            "遅延と助言の推移",
            "latency and advice over time",
            f'<div class="scroll">{timeline(run.reports, summary.get("budget_ms"))}</div>'
            + advice_legend(),
        ),
        _stages(summary),
        _gallery(run),
        _table(run.reports),
        _footer(summary),
    ]
    return (
        '<!doctype html>\n<html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} - vlm_driving</title><style>{CSS}</style></head>\n"
        f"<body><main>{''.join(sections)}</main>"
        f'<script type="application/json" id="data">{_table_data(run.reports)}</script>'
        f"<script>{SCRIPT}</script></body></html>\n"
    )


def _card(name_ja: str, name_en: str, content: str, kind: str = "") -> str:
    return (
        f'<section class="card {kind}"><h2>{escape(name_ja)}<small>{escape(name_en)}</small></h2>'
        f"{content}</section>"
    )


def _header(run: Run, title: str) -> str:
    summary = run.summary
    rate = summary.get("rate")
    pace = f"{summary.get('pace') or '-'}" + (f" x {rate:g}" if rate else "")
    facts = {
        "モデル model": summary.get("model"),
        "実行 backend": ", ".join(summary.get("backends") or {}) or run.settings.get("backend"),
        "再生 pace": pace,
        "カメラ camera": summary.get("camera_topic"),
        "車速 speed": summary.get("speed_topic") or "なし none",
        "開始 started": run.settings.get("started"),
    }
    items = "".join(
        f"<span>{escape(name)} <b>{escape(str(value))}</b></span>"
        for name, value in facts.items()
        if value
    )
    return (
        f"<header><h1>走行シーン報告<small>scene reports</small></h1>"
        f'<p class="facts"><span>記録 bag <b>{escape(title)}</b></span>{items}</p></header>'
    )


def _notes(run: Run) -> str:
    summary = run.summary
    notes = list(dict.fromkeys([*summary.get("problems", ()), *run.problems]))
    if summary.get("interrupted"):
        notes.insert(0, "実行は途中で止められました。 The run was interrupted.")
    if summary.get("pace") == "every-frame":
        notes.insert(
            0,
            "期限なしで全画像に回答した記録です。遅延は実走行の目安になりません。 "
            + str(summary.get("pace_note") or ""),
        )
    advisory = (
        '<p class="plain">助言は参考情報であり、安全認証された機能ではありません。'
        "車両の制御に直接使わないでください。<br>Advice is advisory: this is not a "
        "safety-rated component. Do not control a vehicle by it.</p>"
    )
    if not notes:
        return advisory
    items = "".join(f"<li>{escape(str(note))}</li>" for note in notes)
    return _card("注意", "notes", f"<ul>{items}</ul>", "notes") + advisory


def _figures(summary: Mapping[str, Any]) -> str:
    latency: Mapping[str, float | None] = summary["latency_ms"]
    budget = summary.get("budget_ms")
    frames = summary["frames_offered"]
    answered = sum(summary["outcomes"][o.value] for o in Outcome if o.answered)
    late = summary["late_reports"]

    def verdict(value: float | None) -> str:
        if value is None or budget is None:
            return ""
        return "good" if value <= budget else "bad"

    share = f"{answered / frames:.1%}" if frames else "-"
    cells = "".join(
        f'<div class="{verdict(value)}"><small>{escape(name)}</small>{_ms(value)}</div>'
        for name, value in latency.items()
    )
    limit = "期限なし no budget" if budget is None else f"期限 budget {budget:g} ms"
    late_verdict = "" if budget is None else "bad" if late else "good"
    recorded = summary.get("recorded_s")
    length = "" if recorded is None else f"記録 {recorded:.1f} s"
    figures = [
        _figure("画像", "frames", str(frames), "", length),
        _figure("回答率", "answered", share, "", f"{answered} = ok + truncated + unsure"),
        _figure("期限超過", "late reports", str(late), "", "期限後に出た報告", late_verdict),
        _figure("見送り", "dropped", str(summary["dropped"]), "", "新しい画像を優先 newest wins"),
        f'<div class="figure wide"><div class="name">遅延 ms<span>latency from camera stamp to '
        f'report</span></div><div class="row">{cells}</div><div class="under">{limit}</div></div>',
        _figure(
            "p99の走行距離",
            "metres driven in p99",
            _ms(summary["metres_at_100kmh_p99"]),
            "m",
            "100 km/hで走行中 at 100 km/h",
        ),
    ]
    return f'<div class="figures">{"".join(figures)}</div>'


def _figure(
    ja: str, en: str, value: str, unit: str, under: str = "", verdict: str = ""
) -> str:
    return (
        f'<div class="figure {verdict}"><div class="name">{escape(ja)}<span>{escape(en)}</span>'
        f'</div><div class="value">{escape(value)}<small>{escape(unit)}</small></div>'
        f'<div class="under">{escape(under)}</div></div>'
    )


def _ms(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _outcomes(summary: Mapping[str, Any]) -> str:
    outcomes: Mapping[str, int] = summary["outcomes"]
    shown = [(o, outcomes[o.value]) for o in Outcome if outcomes.get(o.value)]
    bars = "".join(
        f'<i style="flex:{count};background:var(--{o.value})" title="{o.value} {count}"></i>'
        for o, count in shown
    )
    legend = "".join(
        f'<span><i style="background:var(--{o.value})"></i>{escape(OUTCOME_JA[o])} '
        f"<em>{o.value}</em> <b>{count}</b></span>"
        for o, count in shown
    )
    return _card(
        "結果の内訳",
        "one report for every frame",
        f'<div class="stack">{bars}</div><div class="legend">{legend}</div>',
    )


def _stages(summary: Mapping[str, Any]) -> str:
    stages: Mapping[str, Mapping[str, float | None]] = summary["stages_ms"]
    longest = max((figures["p90"] or 0.0 for figures in stages.values()), default=0.0) or 1.0
    rows = []
    for name, figures in stages.items():
        width = (figures["p50"] or 0.0) / longest * 100
        cells = "".join(f"<td>{_ms(figures[q])}</td>" for q in ("p50", "p90", "p99", "max"))
        rows.append(
            f"<tr><td>{escape(STAGE_JA.get(name, name))} {escape(name)}</td>"
            f'<td class="bar"><i style="width:{width:.1f}%;background:var(--{escape(name)})">'
            f"</i></td>{cells}</tr>"
        )
    head = "<tr><th>段階</th><th></th><th>p50</th><th>p90</th><th>p99</th><th>max ms</th></tr>"
    return _card(
        "処理段階ごとの時間",
        "time in each stage",
        f'<div class="scroll"><table class="stages">{head}{"".join(rows)}</table></div>',
    )


def _gallery(run: Run) -> str:
    at, unit = positions(run.reports)
    shots = [
        _shot(report, f"{position:.1f} {unit}", run.thumbnails[report.sequence])
        for position, report in zip(at, run.reports, strict=True)
        if report.sequence in run.thumbnails
    ]
    if not shots:
        return ""
    return _card(
        "画像と助言",
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


def _table(reports: Sequence[SceneReport]) -> str:
    used = {report.outcome for report in reports}
    options = "".join(
        f'<option value="{o.value}">{escape(OUTCOME_JA[o])} {o.value}</option>'
        for o in Outcome
        if o in used
    )
    heads = ("番号", "時刻 s", "結果", "遅延 ms", "助言", "確信度", "文章")
    head = "".join(f"<span>{escape(name)}</span>" for name in heads)
    return _card(
        "全画像",
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


def _table_data(reports: Sequence[SceneReport]) -> str:
    """Rows for the script; each distinct text is stored once, because texts repeat."""
    texts: dict[str, int] = {}

    def text(value: str | None) -> int:
        return texts.setdefault(value or "", len(texts))

    at, _ = positions(reports)
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
    data = json.dumps({"texts": list(texts), "rows": rows}, ensure_ascii=False)
    # A text must not be able to end the script element.
    return data.replace("<", "\\u003c")


def _footer(summary: Mapping[str, Any]) -> str:
    machine = summary.get("machine") or {}
    facts = [str(value) for key, value in machine.items() if value and key != "cores"]
    if machine.get("cores"):
        facts.insert(1, f"{machine['cores']} cores")
    first = summary.get("first_report_s")
    if first is not None:
        facts.append(f"first report {first:g} s after start")
    return (
        f"<footer>vlm_driving {escape(str(summary.get('version') or ''))} · "
        f"{escape(' · '.join(facts))}</footer>"
    )
