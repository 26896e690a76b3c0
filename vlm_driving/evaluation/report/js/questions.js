/** The table of every question, and its filters. */

const QUESTIONS_AT_ONCE = 30;
let questionsShown = QUESTIONS_AT_ONCE;

function drawQuestions() {
  const section = at("questions");
  section.hidden = QUESTIONS.length === 0;
  if (section.hidden) return;
  if (!at("qtable")) {
    section.append(
      h("div", { id: "qhead" }),
      h("div", { id: "qfilters", class: "filters", role: "search" }),
      h(
        "div",
        { id: "qbox", class: "qbox" },
        h(
          "table",
          { id: "qtable", class: "qtable", role: "treegrid" },
          h("thead", { id: "qcolumns" }),
          h("tbody", { id: "qrows" }),
        ),
        h("div", { id: "qmore" }),
      ),
    );
    at("qrows").addEventListener("keydown", questionKey);
    watchEnd();
  }
  at("qfilters").setAttribute("aria-label", t("questions.title"));
  at("qtable").setAttribute("aria-label", t("questions.title"));
  drawQuestionFilters();
  drawQuestionRows();
}

function drawQuestionFilters() {
  const filter = state.asked;
  const distinct = (of) => [...new Set(QUESTIONS.map(of).filter(Boolean))];
  const outcomes = distinct(
    (one) => (one.by[state.main] ?? one.by.find(Boolean)).outcome || "missing",
  );
  const verdicts = distinct((one) => verdict(judged(one, state.main, state.judge)));
  fill(
    at("qfilters"),
    searchBox("q:text", filter.text, t("filter.placeholder"), (value) =>
      filterQuestions({ text: value }),
    ),
    pick(
      "q:category",
      t("filter.category"),
      filter.category,
      distinct((one) => one.category),
      (one) => named("category", one),
      (value) => filterQuestions({ category: value }),
    ),
    distinct((one) => one.image_category).length > 1 || filter.image
      ? pick(
          "q:image",
          t("filter.image"),
          filter.image,
          distinct((one) => one.image_category),
          (one) => named("theme", one),
          (value) => filterQuestions({ image: value }),
        )
      : null,
    outcomes.length > 1 || filter.outcome
      ? pick(
          "q:outcome",
          t("filter.outcome"),
          filter.outcome,
          outcomes,
          (one) => named("outcome", one),
          (value) => filterQuestions({ outcome: value }),
        )
      : null,
    JUDGES.length
      ? pick(
          "q:verdict",
          t("filter.verdict"),
          filter.verdict,
          Object.keys(VERDICT_SIGNS).filter((one) => verdicts.includes(one)),
          (one) => `${VERDICT_SIGNS[one]} ${t(`verdict.${one}`)}`,
          (value) => filterQuestions({ verdict: value }),
        )
      : null,
    JUDGES.length
      ? h(
          "fieldset",
          { class: "range" },
          h("legend", {}, t("filter.score")),
          scoreBound("min"),
          h("span", {}, t("filter.to")),
          scoreBound("max"),
        )
      : null,
    SEVERAL
      ? pick(
          "q:change",
          t("filter.change"),
          filter.change,
          ["better", "worse", "same"],
          (one) => t(one),
          (value) => filterQuestions({ change: value }),
        )
      : null,
    button(t("filter.clear"), () => filterQuestions({ ...NO_QUESTION_FILTER }), {
      class: "clear",
      disabled: !filtering(filter),
      data: { key: "q:clear" },
    }),
  );
}

/** @param {"min"|"max"} which */
function scoreBound(which) {
  return h("input", {
    type: "number",
    min: 1,
    max: 10,
    step: 0.5,
    value: state.asked[which],
    "aria-label": t(`filter.${which}`),
    data: { key: `q:${which}` },
    on: { change: (event) => filterQuestions({ [which]: event.target.value }) },
  });
}

/** Close the open question; its row has the keyboard again. */
function closeQuestion() {
  const id = state.question;
  chooseQuestion(null);
  questionRowOf(id)?.focus();
}

/** Enter and Space open a row, arrows go on. @param {KeyboardEvent} event */
function questionKey(event) {
  const row = event.target;
  if (event.key === "Escape" && state.question !== null) {
    event.preventDefault();
    closeQuestion();
    return;
  }
  if (!(row instanceof HTMLTableRowElement) || row.dataset.question === undefined) return;
  const rows = [...at("qrows").querySelectorAll("tr.question")];
  const place = rows.indexOf(row);
  if (event.key === "Enter" || event.key === " ")
    chooseQuestion(row.dataset.question === state.question ? null : row.dataset.question);
  else if (event.key === "ArrowDown") rows[place + 1]?.focus();
  else if (event.key === "ArrowUp") rows[place - 1]?.focus();
  else return;
  event.preventDefault();
}

/** @param {string|null} id */
const questionRowOf = (id) =>
  [...at("qrows").children].find((one) => one.dataset.question === id && id !== null);

/** Open a question from elsewhere on the page. @param {string} id */
function goToQuestion(id) {
  const question = QUESTION_BY_ID.get(id);
  if (question && !questionMatches(question, state.asked))
    Object.assign(state.asked, NO_QUESTION_FILTER);
  state.question = id;
  tell("asked", "question");
  const row = questionRowOf(id);
  row?.scrollIntoView({ block: "center" });
  row?.focus({ preventScroll: true });
}
