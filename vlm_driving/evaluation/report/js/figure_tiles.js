/** The figures on top: one tile each, with a line a run. */

/** The score object of a run under the chosen judge, or of truth where no question was scored. */
function scoreOf(run) {
  const figures = run.scores[state.judge];
  if (figures?.score) return { figures, judge: figures.judge };
  return null;
}

/** @type {{key: string, of: (run: any) => null | {value: string, unit?: string, under: string, good?: boolean|null, part?: number}}[]} */
const TILES = [
  {
    key: "score",
    of: (run) => {
      const found = scoreOf(run);
      if (found === null || typeof found.figures.score.overall !== "number") return null;
      const { score, judge } = found.figures;
      return {
        value: show(score.overall, 2),
        unit: "/ 10",
        under: t("tile.scoreunder", judge?.name ?? "", judge?.version ?? ""),
        part: score.overall / 10,
      };
    },
  },
  {
    key: "advice",
    of: (run) => {
      const truth = run.truth?.figures.truth;
      const share = truth?.advice?.speed?.accuracy;
      return typeof share !== "number"
        ? null
        : {
            value: showShare(share),
            under: t("tile.adviceunder", truth.frames ?? "-"),
            part: share,
          };
    },
  },
  {
    key: "stop",
    of: (run) => {
      const share = run.truth?.figures.truth?.advice?.stop_recall;
      return typeof share !== "number"
        ? null
        : { value: showShare(share), under: t("tile.stopunder"), part: share };
    },
  },
  {
    key: "frames",
    of: (run) =>
      (run.frames || run.kind === "replay") && typeof run.summary.frames_offered === "number"
        ? {
            value: String(run.summary.frames_offered),
            under: run.summary.recorded_s ? t("tile.recorded", show(run.summary.recorded_s)) : "",
          }
        : null,
  },
  {
    key: "answered",
    of: (run) => {
      const counts = run.summary.outcomes;
      const all = run.summary.frames_offered;
      if (!run.frames || !counts || !all) return null;
      const answered = [...ANSWERED].reduce((sum, one) => sum + (counts[one] ?? 0), 0);
      return {
        value: showShare(answered / all),
        under: t("tile.answeredunder", answered, all),
        part: answered / all,
      };
    },
  },
  {
    key: "late",
    of: (run) => {
      if (!run.frames || typeof run.summary.late_reports !== "number") return null;
      const budget = run.summary.budget_ms;
      if (!budget) return { value: "-", under: t("tile.nobudget") };
      return {
        value: String(run.summary.late_reports),
        under: t("tile.lateunder", budget),
        good: run.summary.late_reports === 0,
      };
    },
  },
  {
    key: "metres",
    of: (run) =>
      run.frames && typeof run.summary.metres_at_100kmh_p99 === "number"
        ? { value: show(run.summary.metres_at_100kmh_p99), unit: "m", under: t("tile.metresunder") }
        : null,
  },
  {
    key: "questions",
    of: (run) =>
      run.questions.length
        ? {
            value: String(run.questions.length),
            under: t("tile.questionsunder", run.questions.filter((one) => one.answer).length),
          }
        : null,
  },
  {
    key: "qlatency",
    of: (run) => {
      const latencies = run.questions.map((one) => one.latency);
      const middle = quantile(latencies, 0.5);
      return middle === null
        ? null
        : {
            value: showMs(middle),
            unit: "ms",
            under: t("tile.qlatencyunder", showMs(quantile(latencies, 0.99))),
          };
    },
  },
];

function drawTiles() {
  const tiles = TILES.map(({ key, of }) => {
    const found = RUNS.map((run, place) => ({ place, one: of(run) })).filter(
      ({ one }) => one !== null,
    );
    return found.length === 0
      ? null
      : h(
          "div",
          { class: "tile", data: { tile: key } },
          h("div", { class: "name" }, t(`tile.${key}`)),
          found.map(({ place, one }) => tileLine(place, one)),
        );
  }).filter(Boolean);
  const latency = latencyTile();
  if (latency) tiles.splice(Math.min(tiles.length, 3), 0, latency);
  at("figures").hidden = tiles.length === 0;
  fill(
    at("figures"),
    h("h2", { class: "unseen" }, t("nav.overview")),
    h("div", { class: "tiles" }, tiles),
  );
}

function tileLine(place, one) {
  const sign =
    one.good === true
      ? h("span", { class: "good", "aria-hidden": "true" }, "✓")
      : one.good === false
        ? h("span", { class: "bad", "aria-hidden": "true" }, "!")
        : null;
  return h(
    "div",
    { class: "line" },
    h(
      "div",
      { class: "value" },
      SEVERAL ? runBadge(place) : null,
      one.value,
      one.unit ? h("small", {}, one.unit) : null,
      sign,
    ),
    one.part === undefined
      ? null
      : h(
          "div",
          { class: "part", "aria-hidden": "true" },
          h("i", { style: { width: `${Math.min(100, one.part * 100)}%` } }),
        ),
    h("div", { class: "under" }, one.under),
  );
}

/** Quantiles of the latency as bars against the budget. */
function latencyTile() {
  const shown = RUNS.map((run, place) => ({ run, place })).filter(
    ({ run }) => run.frames && typeof run.summary.latency_ms?.p50 === "number",
  );
  if (shown.length === 0) return null;
  return h(
    "div",
    { class: "tile wide", data: { tile: "latency" } },
    h("div", { class: "name" }, t("tile.latency")),
    shown.map(({ run, place }) => {
      const figures = run.summary.latency_ms;
      const budget = run.summary.budget_ms;
      const most = Math.max(budget ?? 0, figures.max ?? 0) * 1.05 || 1;
      return h(
        "div",
        { class: "quantiles" },
        SEVERAL ? runBadge(place) : null,
        Object.entries(figures).map(([name, value]) => {
          const over = budget && value > budget;
          return h(
            "div",
            { class: `quantile${over ? " over" : ""}` },
            h("span", {}, name),
            h(
              "div",
              { class: "bar", "aria-hidden": "true" },
              h("i", { style: { width: `${(100 * (value ?? 0)) / most}%` } }),
              budget ? h("b", { style: { left: `${(100 * budget) / most}%` } }) : null,
            ),
            h("strong", {}, `${showMs(value)}${over ? " !" : ""}`),
            h("small", {}, "ms"),
          );
        }),
        h(
          "div",
          { class: "under" },
          budget ? `┊ ${t("timeline.budget", budget)}` : t("tile.nobudget"),
        ),
      );
    }),
  );
}
