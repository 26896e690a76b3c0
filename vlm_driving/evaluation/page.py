"""report.html: a run on one self-contained page, Japanese first, nothing fetched from anywhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from vlm_driving.core import Outcome, UserError
from vlm_driving.evaluation.labels import OUTCOME_JA
from vlm_driving.evaluation.page_charts import advice_legend, timeline
from vlm_driving.evaluation.page_frames import card, frame_table, gallery, table_data
from vlm_driving.evaluation.page_script import SCRIPT
from vlm_driving.evaluation.page_style import CSS
from vlm_driving.evaluation.run import Run

STAGE_JA = {
    "wait": "待ち",
    "preprocess": "前処理",
    "encode": "画像符号化",
    "prefill": "文脈処理",
    "decode": "文章生成",
}


def write_page(run: Run, path: Path) -> Path:
    """Write the page of `run` to `path`, whole or not at all; returns `path`.

    Raises UserError when it cannot be written.
    """
    draft = path.with_name(path.name + ".part")
    try:
        # Names of files need not be UTF-8; the page must be.
        draft.write_text(render_page(run), encoding="utf-8", errors="replace")
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
        card(
            "遅延と助言の推移",
            "latency and advice over time",
            f'<div class="scroll">{timeline(run.reports, summary.get("budget_ms"))}</div>'
            + advice_legend(),
        ),
        _stages(summary),
        gallery(run),
        frame_table(run.reports),
        _footer(summary),
    ]
    return (
        '<!doctype html>\n<html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} - vlm_driving</title><style>{CSS}</style></head>\n"
        f"<body><main>{''.join(sections)}</main>"
        f'<script type="application/json" id="data">{table_data(run.reports)}</script>'
        f"<script>{SCRIPT}</script></body></html>\n"
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
        f"<header><h1>走行シーンレポート<small>scene reports</small></h1>"
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
            "期限なしで全フレームに回答した記録です。遅延は実走行の目安になりません。 "
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
    return card("注意", "notes", f"<ul>{items}</ul>", "notes") + advisory


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
    limit = "予算なし no budget" if budget is None else f"予算 budget {budget:g} ms"
    late_verdict = "" if budget is None else "bad" if late else "good"
    recorded = summary.get("recorded_s")
    length = "" if recorded is None else f"記録 {recorded:.1f} s"
    figures = [
        _figure("フレーム", "frames", str(frames), "", length),
        _figure("回答率", "answered", share, "", f"{answered} = ok + truncated + unsure"),
        _figure("期限超過", "late reports", str(late), "", "期限後に出したレポート", late_verdict),
        _figure(
            "見送り", "dropped", str(summary["dropped"]), "", "新しいフレームを優先 newest wins"
        ),
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


def _figure(ja: str, en: str, value: str, unit: str, under: str = "", verdict: str = "") -> str:
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
    return card(
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
    return card(
        "処理段階ごとの時間",
        "time in each stage",
        f'<div class="scroll"><table class="stages">{head}{"".join(rows)}</table></div>',
    )


def _footer(summary: Mapping[str, Any]) -> str:
    machine = summary.get("machine") or {}
    words = {"cores": "{} cores", "python": "Python {}"}
    facts = [words.get(key, "{}").format(value) for key, value in machine.items() if value]
    first = summary.get("first_report_s")
    if first is not None:
        facts.append(f"first report {first:g} s after start")
    return (
        f"<footer>vlm_driving {escape(str(summary.get('version') or ''))} · "
        f"{escape(' · '.join(facts))}</footer>"
    )
