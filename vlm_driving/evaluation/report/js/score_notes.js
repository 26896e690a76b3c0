/** Below the scores: kinds of pictures, the judge, outcomes, and what baselines said. */

/** Means by what the pictures are of. */
function imageTable() {
  const names = imageCategories();
  if (names.length === 0) return null;
  return h(
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
          h("th", { scope: "col" }, t("scores.axes.image")),
          RUNS.map((_, place) =>
            h("th", { scope: "col", class: "n" }, SEVERAL ? runBadge(place) : t("col.score")),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        names.map((name) =>
          h(
            "tr",
            {},
            h(
              "th",
              { scope: "row" },
              button(cut(named("theme", name), 40), () => toggleQuestions("image", name), {
                class: "sort",
                "aria-pressed": String(state.asked.image === name),
                title: t("scores.filterby", named("theme", name)),
                data: { key: `image:${name}` },
              }),
            ),
            RUNS.map((run) => {
              const figure = run.scores[state.judge]?.image_categories?.[name];
              return h(
                "td",
                {
                  class: "n",
                  title: figure
                    ? t("scores.interval", show(figure.low, 2), show(figure.high, 2))
                    : "",
                },
                figure
                  ? [
                      h("b", {}, show(figure.mean, 2)),
                      h(
                        "small",
                        {},
                        ` ${show(figure.low, 2)}–${show(figure.high, 2)} · ${t("scores.n", figure.n)}`,
                      ),
                    ]
                  : "-",
              );
            }),
          ),
        ),
      ),
    ),
  );
}

const imageCategories = () => [
  ...new Set(RUNS.flatMap((run) => Object.keys(run.scores[state.judge]?.image_categories ?? {}))),
];

function scoreNotes() {
  const lines = RUNS.flatMap((run) => {
    const figures = run.scores[state.judge];
    if (!figures?.score) return [];
    const mark = SEVERAL ? `${run.letter}: ` : "";
    const facts = [
      `${figures.judge?.name ?? state.judge} ${t("scores.version", figures.judge?.version ?? "-")}`,
      t("scores.n", figures.n ?? "-"),
      figures.failed ? t("scores.failed", figures.failed) : null,
      typeof figures.weighted === "number" ? t("scores.weighted", show(figures.weighted, 2)) : null,
    ];
    const constants = Object.entries(figures.best_constants ?? {}).map(
      ([category, words]) => `${named("category", category)}「${words}」`,
    );
    const outcomes = Object.entries(figures.outcomes ?? {}).map(
      ([name, one]) => t("scores.ofoutcome", named("outcome", name), one.n, show(one.score, 2)),
    );
    return [
      mark + facts.filter(Boolean).join(" · "),
      outcomes.length ? `${mark}${t("scores.outcomes")}: ${outcomes.join(" · ")}` : null,
      constants.length ? `${mark}${t("scores.constants")}: ${constants.join(" ")}` : null,
    ].filter(Boolean);
  });
  return h(
    "div",
    { class: "small" },
    lines.map((line) => h("p", {}, line)),
  );
}
