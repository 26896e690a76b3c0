"""The look of report.html: one style sheet, light and dark, system fonts only."""

CSS = """
:root {
  color-scheme: light dark;
  --bg: #f5f6f4; --card: #ffffff; --ink: #1b211e; --dim: #5f6a65; --line: #dde1dd;
  --accent: #0b7a5c; --budget: #c0392b; --warn-bg: #fff6e0; --warn-line: #e2bd62;
  --ok: #12866a; --truncated: #2f74c0; --unsure: #c98a00; --timeout: #c8372d;
  --stale: #8d5a3b; --dropped: #98a19c; --no_backend: #a8378f; --malformed: #4c5560;
  --KEEP: #7fa898; --ACCELERATE: #2f74c0; --DECELERATE: #d79a1e; --STOP: #c8372d;
  --SHIFT_LEFT: #7d5bbe; --SHIFT_RIGHT: #1f9bb0;
  --wait: #aab4ae; --preprocess: #d79a1e; --encode: #12866a; --prefill: #2f74c0;
  --decode: #7d5bbe;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #131715; --card: #1c2220; --ink: #e6ebe8; --dim: #97a39d; --line: #313a36;
    --accent: #4cc9a0; --budget: #ff7a6b; --warn-bg: #2d2614; --warn-line: #7a6328;
    --ok: #35b892; --truncated: #63a3ec; --unsure: #e8b23d; --timeout: #f2685c;
    --stale: #c18a66; --dropped: #76807b; --no_backend: #dd6fc4; --malformed: #a4afba;
    --KEEP: #5d8474; --ACCELERATE: #63a3ec; --DECELERATE: #e0ab3d; --STOP: #f2685c;
    --SHIFT_LEFT: #a98bea; --SHIFT_RIGHT: #4cc0d4;
    --wait: #6a746f; --preprocess: #e0ab3d; --encode: #35b892; --prefill: #63a3ec;
    --decode: #a98bea;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--bg); color: var(--ink); line-height: 1.6;
  font: 15px/1.6 system-ui, -apple-system, "Segoe UI", "Hiragino Sans", "Noto Sans CJK JP",
    "Noto Sans JP", "Yu Gothic UI", Meiryo, sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1200px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 26px; line-height: 1.3; margin: 0; letter-spacing: .01em; }
h2 { font-size: 17px; margin: 0 0 14px; }
h2 small, h1 small { color: var(--dim); font-weight: 400; margin-left: .6em; font-size: .78em; }
.facts { color: var(--dim); margin: 6px 0 0; display: flex; flex-wrap: wrap; gap: 2px 20px; }
.facts b { color: var(--ink); font-weight: 500; overflow-wrap: anywhere; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 20px 22px; margin-top: 20px;
}
.notes { background: var(--warn-bg); border-color: var(--warn-line); }
.notes ul { margin: 0; padding-left: 1.2em; }
.plain { color: var(--dim); font-size: 13.5px; margin-top: 14px; }
.figures { display: grid; gap: 12px; margin-top: 20px;
  grid-template-columns: repeat(4, 1fr); }
.figure { background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 14px 16px; }
.figure .name { color: var(--dim); font-size: 12.5px; line-height: 1.35; }
.figure .name span { display: block; }
.figure .value { font-size: 27px; font-weight: 600; line-height: 1.25; margin-top: 4px; }
.figure .value small { font-size: 13px; font-weight: 400; color: var(--dim); margin-left: 3px; }
.figure .under { color: var(--dim); font-size: 12.5px; }
.figure.wide { grid-column: span 3; }
.figure .row { display: grid; grid-template-columns: repeat(4, 1fr); margin-top: 4px; }
.figure .row div { font-size: 27px; font-weight: 600; line-height: 1.25; }
.figure .row small { display: block; font-size: 12.5px; font-weight: 400; color: var(--dim); }
.row .good { color: var(--accent); } .row .bad { color: var(--budget); }
@media (max-width: 760px) {
  main { padding: 20px 14px 48px; }
  .figures { grid-template-columns: repeat(2, 1fr); }
  .figure.wide { grid-column: span 2; }
  .scroll svg { min-width: 720px; }
}
.figure.good .value { color: var(--accent); }
.figure.bad .value { color: var(--budget); }
.stack { display: flex; height: 14px; border-radius: 7px; overflow: hidden;
  background: var(--line); gap: 1px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 10px; font-size: 13px; }
.legend i { display: inline-block; width: 10px; height: 10px; border-radius: 3px;
  margin-right: 6px; }
.legend span { white-space: nowrap; } .legend b { font-weight: 600; }
.legend em { color: var(--dim); font-style: normal; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { fill: var(--dim); font-size: 11.5px; font-family: inherit; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .budget { stroke: var(--budget); stroke-width: 1.5; stroke-dasharray: 6 4; }
svg .budget-name { fill: var(--budget); }
svg .dots { fill: none; stroke-linecap: round; stroke-width: 5; opacity: .82; }
.scroll { overflow-x: auto; }
table.stages { border-collapse: collapse; width: 100%; font-size: 13.5px; }
table.stages td, table.stages th { padding: 5px 10px 5px 0; text-align: right;
  white-space: nowrap; font-weight: 400; }
table.stages th { color: var(--dim); font-size: 12.5px; }
table.stages th:first-child, table.stages td:first-child { text-align: left; }
table.stages td.bar { width: 55%; text-align: left; }
.bar i { display: block; height: 12px; border-radius: 3px; min-width: 2px; }
.gallery { display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); }
.shot { border: 1px solid var(--line); border-radius: 10px; overflow: hidden; margin: 0;
  display: flex; flex-direction: column; background: var(--bg); }
.shot img { width: 100%; aspect-ratio: 16/9; object-fit: cover; display: block;
  background: #000; }
.shot figcaption { padding: 10px 12px 12px; font-size: 13.5px; line-height: 1.5; }
.shot .head { display: flex; justify-content: space-between; color: var(--dim);
  font-size: 12.5px; }
.shot p { margin: 4px 0 0; } .shot .scene { color: var(--dim); }
.shot .says { font-weight: 600; }
.tag { display: inline-block; padding: 0 8px; border-radius: 9px; font-size: 12px;
  line-height: 19px; color: #fff; margin: 5px 4px 0 0; white-space: nowrap; }
@media (prefers-color-scheme: dark) { .tag { color: #10130f; } }
.hazard { color: var(--ink) !important; border: 1px solid var(--line); line-height: 17px; }
.controls { display: flex; flex-wrap: wrap; gap: 10px; margin-bottom: 10px;
  align-items: center; }
.controls select, .controls input { font: inherit; font-size: 13.5px; padding: 5px 10px;
  border-radius: 8px; border: 1px solid var(--line); background: var(--bg); color: var(--ink); }
.controls input { flex: 1; min-width: 160px; max-width: 360px; }
.controls output { color: var(--dim); font-size: 13px; }
#frames { height: 420px; overflow: auto; border: 1px solid var(--line); border-radius: 8px;
  font-size: 13px; }
#frames .row { display: grid; height: 30px; align-items: center; padding: 0 12px; gap: 10px;
  grid-template-columns: 58px 66px 96px 74px 160px 54px minmax(320px, 1fr);
  border-bottom: 1px solid var(--line); position: absolute; left: 0; right: 0; }
#frames .row > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#frames .row.top { position: sticky; top: 0; background: var(--card); z-index: 1;
  color: var(--dim); }
#frames .body { position: relative; min-width: 860px; }
#frames .row:not(.top) { cursor: pointer; }
#frames .row:not(.top):hover, #frames .row.on { background: var(--bg); }
#frames .n { text-align: right; }
#frames .dot::before { content: ""; display: inline-block; width: 9px; height: 9px;
  border-radius: 3px; margin-right: 6px; background: var(--c); }
#frame { margin-top: 12px; padding: 12px 14px; border-radius: 8px; background: var(--bg);
  font-size: 13.5px; min-height: 48px; white-space: pre-line; }
footer { color: var(--dim); font-size: 12.5px; margin-top: 28px; }
"""
