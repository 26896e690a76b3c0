/** Beside the matrices: what baselines get, hazards by kind, and figures by outcome. */

/** What is compared with baselines: where the model's own figure stands. */
const TRUTH_METRICS = [
  {
    key: "right",
    of: (truth) => truth.advice?.right,
    interval: (truth) => truth.advice?.intervals?.right,
    name: "advice_right",
    share: true,
  },
  {
    key: "speedf1",
    of: (truth) => truth.advice?.speed?.macro_f1,
    interval: (truth) => truth.advice?.intervals?.speed_macro_f1,
    name: "speed_macro_f1",
  },
  {
    key: "pathf1",
    of: (truth) => truth.advice?.path?.macro_f1,
    interval: (truth) => truth.advice?.intervals?.path_macro_f1,
    name: "path_macro_f1",
  },
  {
    key: "hazards",
    of: (truth) => truth.hazards?.f1,
    interval: (truth) => truth.hazards?.interval,
    name: "hazards_f1",
  },
  {
    key: "truth",
    of: (truth, figures) => figures.score?.overall,
    interval: (truth, figures) => figures.descriptions,
    name: "overall",
  },
];

/** Names of the baselines of truth. @returns {string[]} */
const truthBaselineNames = ({ truth, baselines }) => [
  ...new Set([...Object.keys(truth?.baselines ?? {}), ...Object.keys(baselines ?? {})]),
];

/** What a baseline gets. */
const truthBaseline = (figures, metric, name) =>
  metric.name === "overall"
    ? figures.baselines?.[name]?.overall
    : figures.truth?.baselines?.[name]?.[metric.name];

/** Where baselines are as good as what was published. @param {number} place */
function truthFlags(figures, place) {
  const where = (name) =>
    TRUTH_METRICS.filter((metric) =>
      beats(truthBaseline(figures, metric, name), metric.of(figures.truth ?? {}, figures)),
    ).map((metric) => t(`metric.${metric.key}`));
  return flagBox(truthBaselineNames(figures).map((name) => ({ place, name, where: where(name) })));
}

function truthBaselines(figures) {
  const truth = figures.truth ?? {};
  const names = truthBaselineNames(figures);
  const format = (metric, one) => (metric.share ? showShare(one) : show(one, 2));
  const rows = TRUTH_METRICS.filter((metric) => typeof metric.of(truth, figures) === "number").map(
    (metric) => {
      const ours = metric.of(truth, figures);
      const interval = metric.interval(truth, figures);
      return h(
        "tr",
        {},
        h("th", { scope: "row" }, t(`metric.${metric.key}`)),
        h(
          "td",
          { class: "n" },
          h("b", {}, format(metric, ours)),
          typeof interval?.low === "number"
            ? h("small", {}, ` ${format(metric, interval.low)}–${format(metric, interval.high)}`)
            : null,
        ),
        names.map((name) => {
          const theirs = truthBaseline(figures, metric, name);
          return h(
            "td",
            { class: `n${beats(theirs, ours) ? " beaten" : ""}` },
            beats(theirs, ours)
              ? h(
                  "span",
                  { title: t("scores.beats") },
                  "⚠ ",
                  h("span", { class: "unseen" }, t("scores.beats")),
                )
              : null,
            format(metric, theirs),
          );
        }),
      );
    },
  );
  if (rows.length === 0 || names.length === 0) return null;
  return h(
    "div",
    { class: "matrix" },
    h("h3", {}, t("scores.baselines")),
    h(
      "div",
      { class: "scroll" },
      h(
        "table",
        { class: "plain" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, t("compare.metric")),
            h("th", { scope: "col", class: "n" }, t("truth.ours")),
            names.map((name) => h("th", { scope: "col", class: "n" }, named("baseline", name))),
          ),
        ),
        h("tbody", {}, rows),
      ),
    ),
  );
}

function hazardTable(hazards) {
  const kinds = Object.entries(hazards?.by_kind ?? {});
  if (kinds.length === 0) return null;
  const figure = (one, key) =>
    h(
      "td",
      { class: "n" },
      typeof one === "number" ? (key === "f1" ? show(one, 2) : "") : show(one?.[key], 2),
    );
  return h(
    "div",
    { class: "matrix" },
    h("h3", {}, t("truth.hazards")),
    h(
      "table",
      { class: "plain" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("td", {}),
          h("th", { scope: "col", class: "n" }, t("truth.precision")),
          h("th", { scope: "col", class: "n" }, t("truth.recall")),
          h("th", { scope: "col", class: "n" }, "F1"),
        ),
      ),
      h(
        "tbody",
        {},
        kinds.map(([kind, one]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, named("hazard", kind)),
            figure(one, "precision"),
            figure(one, "recall"),
            figure(one, "f1"),
          ),
        ),
      ),
    ),
  );
}

function outcomeTable(byOutcome) {
  const rows = Object.entries(byOutcome ?? {});
  if (rows.length === 0) return null;
  return h(
    "div",
    { class: "matrix" },
    h("h3", {}, t("truth.byoutcome")),
    h(
      "table",
      { class: "plain" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("td", {}),
          h("th", { scope: "col", class: "n" }, t("truth.n")),
          h("th", { scope: "col", class: "n" }, t("truth.description")),
          h("th", { scope: "col", class: "n" }, t("truth.right")),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map(([name, one]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, outcomeTag(name)),
            h("td", { class: "n" }, one?.n ?? "-"),
            h("td", { class: "n" }, show(one?.score, 2)),
            h("td", { class: "n" }, showShare(one?.advice_right)),
          ),
        ),
      ),
    ),
  );
}
