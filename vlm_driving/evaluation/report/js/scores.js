/** The table of scores: the answers, what they are worth, and what baselines get without looking. */

const COLUMNS = ["overall", ...CATEGORIES];

function drawScores() {
  const section = at("scores");
  section.hidden = JUDGES.length === 0;
  if (section.hidden) return;
  if (!at("radar")) {
    section.append(
      h("div", { id: "scores-head" }),
      h(
        "div",
        { class: "scores" },
        h("div", { id: "scores-tables" }),
        h(
          "div",
          { id: "radar-box" },
          h("div", { id: "radar-head" }),
          h("div", { id: "radar", role: "img" }),
          h("div", { id: "radar-axes" }),
          h("div", { id: "image-table" }),
        ),
      ),
    );
  }
  fill(
    at("scores-head"),
    heading(
      "scores.title",
      choice(
        t("scores.judge"),
        JUDGES.map((name) => [name, name]),
        state.judge,
        (name) => {
          state.judge = name;
          tell("judge");
        },
        "judge",
      ),
    ),
    h("p", { class: "lead" }, t("scores.lead")),
    drawFlags(),
  );
  fill(at("scores-tables"), scoreTable(), scoreNotes());
  fill(at("image-table"), imageTable());
}

/** Sentences where a baseline is as good as the model. */
function drawFlags() {
  return flagBox(
    RUNS.flatMap((run, place) => {
      const figures = run.scores[state.judge];
      return Object.entries(figures?.baselines ?? {}).map(([name, means]) => ({
        place,
        name,
        where: COLUMNS.filter((column) => beats(means[column], figures.score?.[column])).map(
          (column) => named("category", column),
        ),
      }));
    }),
  );
}

/**
 * The warning with a line for each baseline, and where it is no worse; null where none is.
 * @param {{place: number, name: string, where: string[]}[]} found
 */
function flagBox(found) {
  const lines = found
    .filter(({ where }) => where.length > 0)
    .map(({ place, name, where }) => {
      const line = t("scores.flag", named("baseline", name), where.join(t("list.comma")));
      return h("li", {}, SEVERAL ? runBadge(place) : null, line);
    });
  if (lines.length === 0) return null;
  return h(
    "div",
    { class: "flags", role: "note" },
    h("strong", {}, `⚠ ${t("scores.flagged")}`),
    h("ul", {}, lines),
  );
}

const beats = (theirs, ours) =>
  typeof theirs === "number" &&
  typeof ours === "number" &&
  Number(theirs.toFixed(3)) >= Number(ours.toFixed(3));

function scoreTable() {
  const rows = [];
  const group = (key, list) => {
    if (list.length)
      rows.push(
        h(
          "tr",
          { class: "group" },
          h("th", { colspan: COLUMNS.length + 1, scope: "colgroup" }, t(key)),
        ),
        ...list,
      );
  };
  const ofRuns = (make) =>
    RUNS.map((run, place) => ({ figures: run.scores[state.judge], place }))
      .filter(({ figures }) => figures?.score)
      .map(({ figures, place }) => make(figures, place))
      .filter(Boolean);
  group("scores.absolute", [
    ...ofRuns((figures, place) =>
      scoreRow(
        t("scores.what"),
        place,
        (column) =>
          intervalCell(
            figures.categories?.[column] ?? { mean: figures.score[column] },
            column,
            place,
          ),
        true,
      ),
    ),
    ...ofRuns((figures, place) =>
      figures.references?.overall
        ? scoreRow(t("scores.references"), place, (column) =>
            intervalCell(figures.references[column], column, place),
          )
        : null,
    ),
  ]);
  group(
    "scores.relative",
    ofRuns((figures, place) =>
      figures.relative?.overall
        ? scoreRow(t("scores.what"), place, (column) =>
            intervalCell(figures.relative[column], column, place, 1),
          )
        : null,
    ),
  );
  group(
    "scores.baselines",
    baselineNames("baselines").flatMap((name) =>
      ofRuns((figures, place) =>
        figures.baselines?.[name]
          ? scoreRow(named("baseline", name), place, (column) => {
              const means = figures.baselines[name];
              if (typeof means[column] !== "number") return h("td", { class: "n" }, "-");
              const wins = beats(means[column], figures.score[column]);
              return h(
                "td",
                { class: `n${wins ? " beaten" : ""}` },
                wins
                  ? h(
                      "span",
                      { title: t("scores.beats") },
                      "⚠ ",
                      h("span", { class: "unseen" }, t("scores.beats")),
                    )
                  : null,
                show(means[column], 2),
              );
            })
          : null,
      ),
    ),
  );
  group(
    "scores.oracle",
    baselineNames("oracle").flatMap((name) =>
      ofRuns((figures, place) =>
        figures.oracle?.[name]
          ? scoreRow(named("baseline", name), place, (column) =>
              h("td", { class: "n" }, show(figures.oracle[name][column], 2)),
            )
          : null,
      ),
    ),
  );
  if (rows.length === 0) return h("p", { class: "dim" }, t("notes.unscored"));
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "plain scoretable" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("td", {}),
          COLUMNS.map((column) => h("th", { scope: "col", class: "n" }, columnButton(column))),
        ),
      ),
      h("tbody", {}, rows),
    ),
  );
}

/** Names of the baselines, or of the oracle, of any run. @param {"baselines"|"oracle"} key */
const baselineNames = (key) => [
  ...new Set(RUNS.flatMap((run) => Object.keys(run.scores[state.judge]?.[key] ?? {}))),
];

/** A column's head: filters by its category. */
function columnButton(column) {
  const value = column === "overall" ? "" : column;
  const name = named("category", column);
  return button(
    [name, column === "overall" ? null : [" ", h("small", {}, column)]],
    () => {
      filterQuestions({ category: value, image: "" });
    },
    {
      class: "sort",
      "aria-pressed": String(state.asked.category === value && !state.asked.image),
      title: t("scores.filterby", name),
      data: { key: `column:${column}` },
    },
  );
}

function scoreRow(name, place, cell, own = false) {
  const label =
    own && SEVERAL
      ? [runBadge(place), " ", RUNS[place].name]
      : SEVERAL
        ? [runBadge(place), " ", name]
        : name;
  return h("tr", { class: own ? "own" : "" }, h("th", { scope: "row" }, label), COLUMNS.map(cell));
}

/** A mean with its interval, as a button that filters. */
function intervalCell(figure, column, place, digits = 2) {
  if (!figure || typeof figure.mean !== "number") return h("td", { class: "n" }, "-");
  const value = column === "overall" ? "" : column;
  const interval =
    typeof figure.low === "number"
      ? t("scores.interval", show(figure.low, digits), show(figure.high, digits))
      : "";
  const counted = typeof figure.n === "number" ? t("scores.n", figure.n) : "";
  return h(
    "td",
    { class: "n" },
    button(
      [
        h("span", { class: "unseen" }, `${named("category", column)} `),
        h("b", {}, show(figure.mean, digits)),
        " ",
        typeof figure.low === "number"
          ? h("small", {}, `${show(figure.low, digits)}–${show(figure.high, digits)}`)
          : null,
      ],
      () => toggleQuestions("category", value),
      {
        class: "cell",
        title: [interval, counted].filter(Boolean).join(t("list.comma")),
        "aria-pressed": String(Boolean(value) && state.asked.category === value),
        data: { key: `cell:${place}:${column}:${digits}:${figure.mean}` },
      },
    ),
  );
}
