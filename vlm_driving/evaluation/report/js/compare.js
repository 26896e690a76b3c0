/** Two runs: what got better and what got worse, on top of everything. */

const SHOWN_CHANGES = 5;
const CHANGE_SIGNS = { better: "▲", worse: "▼", same: "=" };

/**
 * Figures that are compared: better is up, unless `down`; `share` is shown in per cent.
 * @type {{key: string, of: (run: any) => any, digits?: number, share?: boolean, down?: boolean, unit?: string}[]}
 */
const METRICS = [
  ...["overall", ...CATEGORIES].map((name) => ({
    key: name,
    digits: 2,
    of: (run) => run.scores[state.judge]?.score?.[name],
  })),
  { key: "speed", share: true, of: (run) => run.truth?.figures.truth?.advice?.speed?.accuracy },
  { key: "path", share: true, of: (run) => run.truth?.figures.truth?.advice?.path?.accuracy },
  { key: "stop", share: true, of: (run) => run.truth?.figures.truth?.advice?.stop_recall },
  {
    key: "flicker",
    digits: 1,
    down: true,
    of: (run) => run.truth?.figures.truth?.advice?.flicker_per_minute,
  },
  { key: "hazards", digits: 3, of: (run) => run.truth?.figures.truth?.hazards?.f1 },
  { key: "truth", digits: 2, of: (run) => run.truth?.figures.score?.overall },
  {
    key: "answered",
    share: true,
    of: (run) => {
      const { outcomes, frames_offered: all } = run.summary;
      return run.frames && outcomes && all
        ? [...ANSWERED].reduce((sum, one) => sum + (outcomes[one] ?? 0), 0) / all
        : null;
    },
  },
  {
    key: "late",
    digits: 0,
    down: true,
    of: (run) => (run.frames ? run.summary.late_reports : null),
  },
  { key: "p50", digits: 1, down: true, unit: " ms", of: (run) => run.summary.latency_ms?.p50 },
  { key: "p99", digits: 1, down: true, unit: " ms", of: (run) => run.summary.latency_ms?.p99 },
];

function drawCompare() {
  const section = at("compare");
  section.hidden = !SEVERAL || state.other === null;
  if (section.hidden || state.other === null) return;
  const [base, other] = [RUNS[state.main], RUNS[state.other]];
  fill(
    section,
    heading("compare.title", runChoices()),
    h("p", { class: "lead" }, t("compare.lead", runName(state.main), runName(state.other))),
    unlikeRuns(base, other),
    h(
      "div",
      { class: "scores" },
      changedThings(),
      metricTable(base, other),
    ),
  );
}

/** Questions and frames that changed; or that nothing belongs together. */
function changedThings() {
  const found = [questionChanges(), frameChangeCounts()].filter(Boolean);
  return h(
    "div",
    { class: "changed" },
    found.length ? found : h("p", { class: "dim" }, t("compare.nopairs")),
  );
}

/** Which runs are base and compared. */
function runChoices() {
  const select = (key, value, act) =>
    h(
      "label",
      {},
      t(key),
      h(
        "select",
        { data: { key }, on: { change: (event) => act(Number(event.target.value)) } },
        RUNS.map((run, place) =>
          h("option", { value: place, selected: place === value }, runName(place)),
        ),
      ),
    );
  const choose = (main, other) => {
    if (main === other) [main, other] = [/** @type {number} */ (state.other), state.main];
    if (main !== state.main) state.frame = null;
    Object.assign(state, { main, other });
    tell("runs");
  };
  return h(
    "div",
    { class: "runs" },
    select("compare.base", state.main, (place) => choose(place, state.other)),
    select("compare.other", state.other, (place) => choose(state.main, place)),
  );
}

function metricTable(base, other) {
  const rows = METRICS.map((metric) => {
    const [before, after] = [metric.of(base), metric.of(other)];
    if (typeof before !== "number" || typeof after !== "number") return null;
    const factor = metric.share ? 100 : 1;
    const digits = metric.share ? 1 : metric.digits;
    const change = (after - before) * factor;
    const none = Number(change.toFixed(digits)) === 0;
    const better = change > 0 !== Boolean(metric.down);
    const unit = metric.share ? " %" : (metric.unit ?? "");
    const word = none ? "same" : better ? "better" : "worse";
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, t(`metric.${metric.key}`)),
      h("td", { class: "n" }, (before * factor).toFixed(digits) + unit),
      h("td", { class: "n" }, (after * factor).toFixed(digits) + unit),
      h(
        "td",
        { class: "n" },
        changeTag(word, signed(change, digits) + (metric.share ? " pt" : unit)),
      ),
    );
  }).filter(Boolean);
  if (rows.length === 0) return null;
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "plain metrics" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, t("compare.metric")),
          [state.main, state.other].map((place) =>
            h("th", { scope: "col", class: "n" }, runBadge(place)),
          ),
          h("th", { scope: "col", class: "n" }, t("compare.change")),
        ),
      ),
      h("tbody", {}, rows),
    ),
  );
}

/** A change in words, a sign and a colour. @param {string} word better, worse or same */
function changeTag(word, figure) {
  return h(
    "span",
    { class: `change ${word}` },
    h("i", { "aria-hidden": "true" }, CHANGE_SIGNS[word] ?? ""),
    h("span", {}, figure),
    h("span", { class: "word" }, t(word)),
  );
}

function questionChanges() {
  const paired = QUESTIONS.map((question) => ({ question, change: scoreChange(question) })).filter(
    ({ change }) => change !== null,
  );
  if (paired.length === 0) return null;
  const list = (word, order) => {
    const all = paired
      .filter(({ change }) => changeWord(change) === word)
      .sort((a, b) => order * (a.change - b.change) || a.question.number - b.question.number);
    return h(
      "div",
      { class: `changes ${word}` },
      h("h4", {}, changeTag(word, String(all.length))),
      all.length === 0
        ? h("p", { class: "dim" }, t("compare.none"))
        : h(
            "ul",
            {},
            all.slice(0, SHOWN_CHANGES).map(({ question, change }) =>
              h(
                "li",
                {},
                button(
                  [
                    h("span", { class: `delta ${word}` }, signed(change)),
                    h("span", { class: "asked" }, `${question.id}  ${question.text}`),
                  ],
                  () => goToQuestion(question.id),
                  { data: { key: `change:${question.id}` } },
                ),
              ),
            ),
          ),
      all.length > SHOWN_CHANGES
        ? button(
            t("compare.all", all.length),
            () => {
              filterQuestions({ ...NO_QUESTION_FILTER, change: word });
              show_("questions");
            },
            { class: "link", data: { key: `all:${word}` } },
          )
        : null,
    );
  };
  return h(
    "div",
    {},
    h("h3", {}, t("compare.questions", paired.length)),
    h("div", { class: "halves" }, list("worse", 1), list("better", -1)),
  );
}

function frameChangeCounts() {
  if (!RUNS[state.main].frames || state.other === null || !RUNS[state.other].frames) return null;
  const changes = allFrameChanges();
  const pairs = changes.reduce(
    (sum, _, index) =>
      sum + Number(pairedFrame(state.main, index, /** @type {number} */ (state.other)) !== null),
    0,
  );
  if (pairs === 0) return null;
  const counts = new Map();
  for (const one of changes) for (const word of one) counts.set(word, (counts.get(word) ?? 0) + 1);
  const chips = [
    ["rightwrong", "worse"],
    ["outcomeworse", "worse"],
    ["slower", "worse"],
    ["wrongright", "better"],
    ["outcomebetter", "better"],
    ["faster", "better"],
    ["changedadvice", "same"],
  ];
  const truth = RUNS[state.main].truth && RUNS[state.other].truth;
  return h(
    "div",
    {},
    h("h3", {}, t("compare.frames", pairs)),
    h(
      "div",
      { class: "chips" },
      chips
        .filter(([key]) => truth || !key.includes("right"))
        .map(([key, word]) =>
          button(
            [
              h(
                "span",
                { class: `change ${word}` },
                h("i", { "aria-hidden": "true" }, CHANGE_SIGNS[word]),
                t(`compare.${key}`, SLOWER_MS),
              ),
              h("b", {}, counts.get(key) ?? 0),
            ],
            () => {
              filterFrames({ ...NO_FRAME_FILTER, change: key });
              show_("frames");
            },
            { class: "chip", disabled: !counts.get(key), data: { key: `frames:${key}` } },
          ),
        ),
    ),
  );
}

/** Bring a section into sight. @param {string} id */
function show_(id) {
  at(id).scrollIntoView({ block: "start" });
}
