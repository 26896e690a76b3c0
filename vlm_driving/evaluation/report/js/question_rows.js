/** A question in the table, and all there is to know about it below. */

/** The cells of a question; with several runs both answers stand under one another. */
function questionCells(question) {
  const shot = questionShot(question);
  const picture =
    shot === null
      ? h("span", { class: "nopicture", "aria-hidden": "true" })
      : thumbnail(shot.place, shot.picture, `${t("q.enlarge")} ${question.id}`, () => {
          const shots = questionShots();
          openViewer(
            shots,
            shots.findIndex((one) => one.id === question.id),
          );
        });
  const each = (make) =>
    shownRuns().map((place) =>
      h("div", { class: "each" }, SEVERAL ? runBadge(place) : null, make(place)),
    );
  const change = scoreChange(question);
  return [
    h("td", { class: "pic" }, picture),
    h("td", { class: "idcol" }, question.id),
    h(
      "td",
      { class: "catcol" },
      h("span", {}, named("category", question.category)),
      question.image_category
        ? h("small", {}, cut(named("theme", question.image_category), 40))
        : null,
    ),
    h("td", { class: "words" }, h("div", { class: "clamp" }, cut(question.text))),
    h(
      "td",
      { class: "words" },
      each((place) => answerText(question, place, "clamp")),
    ),
    h(
      "td",
      { class: "factcol" },
      each((place) => factCounts(judged(question, place, state.judge))),
    ),
    h(
      "td",
      { class: "n scorecol" },
      each((place) => scoreTag(judged(question, place, state.judge))),
    ),
    SEVERAL
      ? h(
          "td",
          { class: "n" },
          change === null ? "-" : changeTag(changeWord(change), signed(change)),
        )
      : null,
    h(
      "td",
      { class: "n" },
      each((place) => h("span", {}, showMs(question.by[place]?.latency))),
    ),
    h(
      "td",
      {},
      each((place) => outcomeTag(question.by[place]?.outcome)),
    ),
  ].filter(Boolean);
}

/** The runs that the tables show: the base, and what it is compared with. */
const shownRuns = () => (state.other === null ? [state.main] : [state.main, state.other]);

function answerText(question, place, kind = "") {
  const one = question.by[place];
  if (one === null || !one.answered) return h("span", { class: "dim" }, t("q.missing"));
  return one.answer
    ? h("div", { class: kind }, kind === "clamp" ? cut(one.answer) : one.answer)
    : h("span", { class: "dim" }, t("q.noanswer"), one.reason ? ` ${cut(one.reason)}` : "");
}

/** How many facts were said, not said, and said wrongly. */
function factCounts(judgement) {
  if (judgement === null) return h("span", { class: "dim" }, "-");
  const { hits, missed, violated } = judgement;
  if (hits.length + missed.length + violated.length === 0) return h("span", { class: "dim" }, "-");
  const part = (kind, sign, list) =>
    list.length
      ? h(
          "span",
          { class: `fact ${kind}`, title: `${t(`facts.${kind}`)}: ${list.join(" / ")}` },
          h("i", { "aria-hidden": "true" }, sign),
          String(list.length),
          h("span", { class: "unseen" }, t(`facts.${kind}`)),
        )
      : null;
  return h(
    "span",
    { class: "facts-line" },
    part("hit", "✓", hits),
    part("missed", "○", missed),
    part("violated", "✕", violated),
  );
}

function scoreTag(judgement) {
  const word = verdict(judgement);
  return h(
    "span",
    { class: `score ${word}` },
    h("i", { "aria-hidden": "true" }, VERDICT_SIGNS[word]),
    judgement === null || judgement.score === null ? "-" : show(judgement.score, 1),
    h("span", { class: "unseen" }, t(`verdict.${word}`)),
  );
}

/** What opens below a question. */
function questionDetail(question) {
  const shot = questionShot(question);
  const picture =
    shot === null
      ? null
      : h(
          "div",
          { class: "picture" },
          button(
            h("img", { src: pictureOf(shot.place, shot.picture), alt: "" }),
            () => {
              const shots = questionShots();
              openViewer(
                shots,
                shots.findIndex((one) => one.id === question.id),
              );
            },
            { class: "thumb big", "aria-label": t("q.enlarge") },
          ),
        );
  const part = (key, words) =>
    words
      ? h("div", { class: "field" }, h("h3", {}, t(key)), h("p", { class: "said" }, words))
      : null;
  return h(
    "div",
    { class: "qdetail" },
    picture,
    h(
      "div",
      { class: "body" },
      part("col.question", question.text),
      h(
        "div",
        { class: SEVERAL ? "halves" : "" },
        shownRuns().map((place) => answerDetail(question, place)),
      ),
      part("q.reference", question.reference),
      part("q.context", question.context),
    ),
  );
}

function answerDetail(question, place) {
  const one = question.by[place];
  const judgement = judged(question, place, state.judge);
  const chips = (kind, sign, list) =>
    list.map((fact) =>
      h(
        "li",
        { class: `fact ${kind}` },
        h("i", { "aria-hidden": "true" }, sign),
        h("span", { class: "unseen" }, `${t(`facts.${kind}`)}: `),
        fact,
      ),
    );
  const facts =
    judgement === null
      ? []
      : [
          ...chips("violated", "✕", judgement.violated),
          ...chips("missed", "○", judgement.missed),
          ...chips("hit", "✓", judgement.hits),
        ];
  return h(
    "div",
    { class: "answer" },
    h(
      "h3",
      {},
      SEVERAL ? runBadge(place) : null,
      t("col.answer"),
      " ",
      scoreTag(judgement),
      " ",
      one ? outcomeTag(one.outcome) : null,
      one && one.latency !== null ? h("small", {}, ` ${showMs(one.latency)} ms`) : null,
      one?.backend ? h("small", {}, ` ${cut(one.backend, 40)}`) : null,
    ),
    h("div", { class: "said" }, answerText(question, place)),
    facts.length ? h("ul", { class: "factlist" }, facts) : null,
    facts.length
      ? h(
          "p",
          { class: "small dim" },
          `✓ ${t("facts.hit")}　○ ${t("facts.missed")}　✕ ${t("facts.violated")}`,
        )
      : null,
    judgement?.notes.length
      ? h("p", { class: "small" }, `${t("q.notes")}: ${judgement.notes.join(" / ")}`)
      : null,
    typeof judgement?.reference_score === "number"
      ? h(
          "p",
          { class: "small dim" },
          `${t("scores.references")}: ${show(judgement.reference_score, 1)}`,
        )
      : null,
    one && one.other !== null
      ? h("p", { class: "small dim" }, `${t("q.other")}: ${one.other || t("q.noanswer")}`)
      : null,
    one && one.frame !== null
      ? button(
          `${t("q.moment")} (#${RUNS[place].frames.sequence[one.frame]})`,
          () => {
            chooseFrame(one.frame, place);
            centreTimeline();
            show_("timeline");
          },
          { class: "link", data: { key: `moment:${place}` } },
        )
      : null,
  );
}
