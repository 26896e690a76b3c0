/** The rows of the questions: drawn as they come near, opened and closed one at a time. */

/** Name of each column, and what it sorts by. @returns {[string, string|null][]} */
function questionColumns() {
  return [
    ["picture", null],
    ["id", "number"],
    ["category", "category"],
    ["question", "question"],
    ["answer", "answer"],
    ["facts", null],
    ["score", "score"],
    ...(SEVERAL ? [["change", "change"]] : []),
    ["latency", "latency"],
    ["outcome", "outcome"],
  ];
}

function drawQuestionRows() {
  const shown = visibleQuestions();
  const columns = questionColumns();
  fill(
    at("qhead"),
    heading(
      "questions.title",
      h(
        "span",
        { class: "count", id: "qcount" },
        t("questions.count", shown.length, QUESTIONS.length),
      ),
    ),
  );
  fill(
    at("qcolumns"),
    h(
      "tr",
      {},
      columns.map(([name, key]) =>
        h(
          "th",
          {
            scope: "col",
            class: `h-${name}`,
            "aria-sort":
              key && state.askedSort.key === key
                ? state.askedSort.down
                  ? "descending"
                  : "ascending"
                : null,
          },
          key === null
            ? t(`col.${name}`)
            : sortButton(t(`col.${name}`), key, state.askedSort, "asked"),
        ),
      ),
    ),
  );
  const place = state.question === null ? -1 : shown.findIndex((one) => one.id === state.question);
  if (place >= questionsShown) questionsShown = place + QUESTIONS_AT_ONCE;
  const rows = shown
    .slice(0, questionsShown)
    .flatMap((question) => questionRow(question));
  fill(
    at("qrows"),
    rows.length
      ? rows
      : h("tr", {}, h("td", { colspan: columns.length, class: "dim" }, t("q.empty"))),
  );
  drawQuestionsLeft(shown.length - questionsShown);
}

/** @param {number} left questions below the last row */
function drawQuestionsLeft(left) {
  fill(
    at("qmore"),
    left > 0 ? button(t("q.more", left), moreQuestions, { data: { key: "q:more" } }) : null,
  );
}

/** Open and close rows; the others stay as they are: there may be thousands. */
function drawOpenQuestion() {
  const wanted = questionRowOf(state.question);
  if (state.question !== null && !wanted) {
    drawQuestionRows();
    return;
  }
  const focused = document.activeElement;
  const key = at("qrows").contains(focused) ? focused.dataset.key : undefined;
  for (const row of [at("qrows").querySelector("tr.open"), wanted]) {
    if (!row?.isConnected) continue;
    if (row.classList.contains("open")) row.nextElementSibling.remove();
    row.replaceWith(...questionRow(QUESTION_BY_ID.get(row.dataset.question)));
  }
  if (key !== undefined && !focused.isConnected)
    [...at("qrows").querySelectorAll("[data-key]")]
      .find((one) => one.dataset.key === key)
      ?.focus({ preventScroll: true });
}

function questionRow(question) {
  const open = question.id === state.question;
  const row = h(
    "tr",
    {
      class: `question${open ? " open" : ""}`,
      tabindex: 0,
      "aria-level": 1,
      "aria-expanded": String(open),
      "aria-label": `${t("col.question")} ${question.id}: ${question.text.slice(0, 80)}`,
      data: { key: `question:${question.id}`, question: question.id },
      on: {
        click: (event) => {
          if (!event.target.closest("button")) chooseQuestion(open ? null : question.id);
        },
      },
    },
    questionCells(question),
  );
  return open
    ? [
        row,
        h(
          "tr",
          { class: "detail", "aria-level": 2 },
          h("td", { colspan: questionColumns().length }, questionDetail(question)),
        ),
      ]
    : [row];
}

/** Draw more rows while the end of the table is near. */
function watchEnd() {
  const watcher = new IntersectionObserver(
    (seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      moreQuestions();
      // Watched anew: an end that never left the sight between two frames tells nothing.
      watcher.unobserve(at("qmore"));
      if (visibleQuestions().length > questionsShown) watcher.observe(at("qmore"));
    },
    { root: at("qbox"), rootMargin: "600px" },
  );
  watcher.observe(at("qmore"));
  listen("asked", () => watcher.observe(at("qmore")));
}

function moreQuestions() {
  const shown = visibleQuestions();
  if (shown.length <= questionsShown) return;
  const more = shown.slice(questionsShown, questionsShown + QUESTIONS_AT_ONCE);
  questionsShown += QUESTIONS_AT_ONCE;
  at("qrows").append(...more.flatMap((question) => questionRow(question)));
  drawQuestionsLeft(shown.length - questionsShown);
}
