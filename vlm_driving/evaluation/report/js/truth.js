/** What was published against truth: matrices whose cells filter the frames. */

const MATRICES = [
  { key: "speed", truth: "truthSpeed", labels: Object.keys(SPEEDS), list: "speed" },
  { key: "path", truth: "truthPath", labels: Object.keys(PATHS), list: "path" },
];

function drawTruth() {
  const section = at("truth");
  const shown = RUNS.map((run, place) => ({ run, place })).filter(({ run }) => run.truth);
  section.hidden = shown.length === 0;
  if (section.hidden) return;
  fill(
    section,
    heading("truth.title"),
    h("p", { class: "lead" }, t("truth.lead")),
    shown.map(({ run, place }) => truthOfRun(run, place)),
  );
}

function truthOfRun(run, place) {
  const { figures } = run.truth;
  const truth = figures.truth ?? {};
  const advice = truth.advice ?? {};
  const fact = (key, value, under = "") =>
    value === "-"
      ? null
      : h(
          "div",
          { class: "tile" },
          h("div", { class: "name" }, t(key)),
          h("div", { class: "value" }, value),
          under ? h("div", { class: "under" }, under) : null,
        );
  const flags = truthFlags(figures, place);
  return h(
    "div",
    { class: "truthrun" },
    SEVERAL ? h("h3", {}, runBadge(place), " ", run.name) : null,
    truth.source
      ? h("p", { class: "small dim" }, t("truth.source", truth.source, truth.frames ?? "-"))
      : null,
    flags,
    h(
      "div",
      { class: "tiles" },
      fact("truth.stop", showShare(advice.stop_recall), t("tile.stopunder")),
      fact(
        "truth.flicker",
        show(advice.flicker_per_minute),
        t(
          "truth.flickerunder",
          show(truth.truth_changes_per_minute ?? advice.truth_changes_per_minute),
        ),
      ),
      fact(
        "truth.description",
        show(figures.score?.overall, 2),
        figures.judge ? `${figures.judge.name} ${figures.judge.version ?? ""}` : "",
      ),
      fact(
        "metric.hazards",
        show(truth.hazards?.f1, 2),
        truth.hazards
          ? `${t("truth.precision")} ${show(truth.hazards.precision, 2)} · ${t("truth.recall")} ${show(truth.hazards.recall, 2)}`
          : "",
      ),
    ),
    h(
      "div",
      { class: "matrices" },
      MATRICES.map((matrix) => matrixTable(run, place, matrix, advice[matrix.key] ?? {})),
      truthBaselines(figures),
      hazardTable(truth.hazards),
      outcomeTable(truth.by_outcome),
    ),
  );
}

/** How often each truth met each advice; "none": a report without advice. */
function countAdvice(run, matrix) {
  const { columns } = run.truth;
  const counts = new Map();
  for (let index = 0; index < run.frames.n; index++) {
    const truth = text(columns[matrix.key][index]);
    if (!truth || columns.right[index] === null) continue;
    const key = `${truth}/${adviceOr(run.frames[matrix.key][index])}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function matrixTable(run, place, matrix, figures) {
  if (!run.frames) return null;
  const counts = countAdvice(run, matrix);
  if (counts.size === 0) return null;
  const columns = [...matrix.labels, "none"];
  const word = (label) => (label === "none" ? t("truth.noadvice") : named(matrix.list, label));
  const sums = new Map(
    matrix.labels.map((label) => [
      label,
      columns.reduce((sum, one) => sum + (counts.get(`${label}/${one}`) ?? 0), 0),
    ]),
  );
  const cell = (truth, advice) => {
    const count = counts.get(`${truth}/${advice}`) ?? 0;
    const share = count / (sums.get(truth) || 1);
    const right = truth === advice;
    const on =
      place === state.main &&
      state.frames[matrix.truth] === truth &&
      state.frames[matrix.key] === advice;
    return h(
      "td",
      { class: `cell${right ? " right" : ""}`, style: { "--share": share.toFixed(3) } },
      button(
        [
          h("span", { class: "unseen" }, t("truth.pair", word(truth), word(advice))),
          h("b", {}, count),
          " ",
          count ? h("small", {}, showShare(share, 0)) : null,
        ],
        () => filterByMatrix(place, matrix, truth, advice, on),
        {
          disabled: count === 0,
          "aria-pressed": String(on),
          title: t("truth.cell", word(truth), word(advice), count),
          data: { key: `matrix:${place}:${matrix.key}:${truth}:${advice}` },
        },
      ),
    );
  };
  return h(
    "div",
    { class: "matrix" },
    h("h3", {}, t(`truth.${matrix.key}`)),
    h(
      "p",
      { class: "small dim" },
      `${t("truth.rows")}　${t("truth.columns")}　${t("truth.accuracy")} ${showShare(figures.accuracy)}　${t("truth.f1")} ${show(figures.macro_f1, 2)}`,
    ),
    h(
      "div",
      { class: "scroll" },
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("td", {}),
            columns.map((label) => h("th", { scope: "col" }, word(label))),
            h("th", { scope: "col", class: "n" }, t("truth.recall")),
          ),
        ),
        h(
          "tbody",
          {},
          matrix.labels
            .filter((label) => sums.get(label))
            .map((label) =>
              h(
                "tr",
                {},
                h("th", { scope: "row" }, word(label)),
                columns.map((one) => cell(label, one)),
                h(
                  "td",
                  { class: "n" },
                  showShare(
                    figures.recall?.[label] ??
                      (counts.get(`${label}/${label}`) ?? 0) / (sums.get(label) || 1),
                    0,
                  ),
                ),
              ),
            ),
        ),
      ),
    ),
  );
}

function filterByMatrix(place, matrix, truth, advice, off) {
  if (place !== state.main) {
    Object.assign(state, { main: place, other: state.main, frame: null });
    tell("runs");
  }
  filterFrames(
    off
      ? { ...NO_FRAME_FILTER }
      : { ...NO_FRAME_FILTER, [matrix.truth]: truth, [matrix.key]: advice },
  );
}
