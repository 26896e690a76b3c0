/** Colours of Okabe and Ito, each with a symbol, a sign or a dash: colour never speaks alone. */

const BLUE = "#0072b2",
  SKY = "#56b4e9",
  GREEN = "#009e73",
  ORANGE = "#e69f00",
  VERMILLION = "#d55e00",
  PURPLE = "#cc79a7";

/** @type {Record<string, {colour: string, symbol: string, sign: string}>} */
const OUTCOMES = {
  ok: { colour: BLUE, symbol: "circle", sign: "●" },
  truncated: { colour: GREEN, symbol: "square", sign: "■" },
  unsure: { colour: PURPLE, symbol: "diamond", sign: "◆" },
  timeout: { colour: VERMILLION, symbol: "x", sign: "✕" },
  stale: { colour: ORANGE, symbol: "triangle-down", sign: "▼" },
  dropped: { colour: "#7a7f87", symbol: "line-ns", sign: "│" },
  no_backend: { colour: VERMILLION, symbol: "hexagram", sign: "✶" },
  malformed: { colour: ORANGE, symbol: "star-triangle-up", sign: "▲" },
  missing: { colour: "#7a7f87", symbol: "circle-open", sign: "○" },
};
const OUTCOME_ORDER = Object.keys(OUTCOMES);
const outcomeLook = (name) =>
  OUTCOMES[name] ?? { colour: "#7a7f87", symbol: "circle-open", sign: "○" };

/** @type {Record<string, {colour: string, sign: string}>} */
const SPEEDS = {
  STOP: { colour: VERMILLION, sign: "■" },
  DECELERATE: { colour: ORANGE, sign: "▼" },
  KEEP: { colour: BLUE, sign: "▶" },
  ACCELERATE: { colour: GREEN, sign: "▲" },
};
/** @type {Record<string, {colour: string, sign: string}>} */
const PATHS = {
  SHIFT_LEFT: { colour: PURPLE, sign: "◀" },
  KEEP: { colour: BLUE, sign: "│" },
  SHIFT_RIGHT: { colour: SKY, sign: "▶" },
};
const VERDICT_SIGNS = { right: "✓", partial: "△", wrong: "✕", failed: "?", unscored: "-" };
/** How a verdict looks on the timeline. @type {Record<string, {colour: string, symbol: string, sign: string}>} */
const QUESTION_MARKS = {
  right: { colour: BLUE, symbol: "circle", sign: "●" },
  partial: { colour: ORANGE, symbol: "triangle-up", sign: "▲" },
  wrong: { colour: VERMILLION, symbol: "x", sign: "✕" },
  failed: { colour: "#7a7f87", symbol: "diamond-open", sign: "◇" },
  unscored: { colour: "#7a7f87", symbol: "circle-open", sign: "○" },
};

/** The same hues, light enough for a dark ground. @type {Record<string, string>} */
const ON_DARK = {
  [BLUE]: "#4aa3e0",
  [GREEN]: "#2fc79c",
  [VERMILLION]: "#f5843a",
  "#7a7f87": "#a3abb5",
};
const darkScheme = matchMedia("(prefers-color-scheme: dark)");
/** A colour as the present ground needs it. @param {string} colour */
const lit = (colour) => (darkScheme.matches ? (ON_DARK[colour] ?? colour) : colour);

/** Runs side by side. */
const RUN_LOOKS = [
  { colour: BLUE, dash: "solid", symbol: "circle" },
  { colour: VERMILLION, dash: "dash", symbol: "square" },
  { colour: GREEN, dash: "dot", symbol: "diamond" },
  { colour: PURPLE, dash: "dashdot", symbol: "triangle-up" },
  { colour: ORANGE, dash: "longdash", symbol: "cross" },
  { colour: SKY, dash: "longdashdot", symbol: "star" },
];

/** The colours of the style sheet that charts need, as they are now (light or dark). */
function theme() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"),
    dim: read("--dim"),
    line: read("--line"),
    card: read("--card"),
    band: read("--band"),
    strong: read("--strong"),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/** Text that is data, for plotly, which reads some tags in its texts. @param {any} value */
const plain = (value) =>
  String(value).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The same, cut to what a chart has room for. @param {any} value */
const chartLabel = (value) =>
  plain(String(value).length > 22 ? `${String(value).slice(0, 21)}…` : value);

/** A small label with a sign and a colour. @param {{colour: string, sign: string}} look */
function tag(look, word) {
  return h(
    "span",
    { class: "tag" },
    h("i", { "aria-hidden": "true", style: { color: lit(look.colour) } }, look.sign),
    word,
  );
}
const outcomeTag = (name) =>
  name ? tag(outcomeLook(name), named("outcome", name)) : h("span", { class: "dim" }, "-");
const speedTag = (name) =>
  tag(SPEEDS[name] ?? { colour: "#7a7f87", sign: "○" }, named("speed", name));
const pathTag = (name) => tag(PATHS[name] ?? { colour: "#7a7f87", sign: "○" }, named("path", name));
