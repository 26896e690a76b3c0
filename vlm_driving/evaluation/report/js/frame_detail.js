/** The chosen frame: its picture and everything that its report says. */

function drawFrameDetail() {
  const where = at("frame-detail");
  if (!where) return;
  where.classList.toggle("two", state.other !== null && state.frame !== null);
  if (state.frame === null) {
    fill(where, h("p", { class: "dim" }, t("frame.none")));
    return;
  }
  const others = state.other === null ? [] : [state.other];
  fill(
    where,
    frameReport(state.main, state.frame),
    others.map((place) => {
      const pair = pairedFrame(state.main, /** @type {number} */ (state.frame), place);
      return pair === null
        ? h("p", { class: "dim" }, t("frame.nopair", runName(place)))
        : frameReport(place, pair);
    }),
  );
}

/** How far a kept picture may be from a frame that it stands for, in the timeline's unit. */
const PICTURE_NEAR = { s: 2, frame: 20 };

/** The nearest frame that has a picture; null where none is near. */
function nearestPicture(place, index) {
  const { frames } = RUNS[place];
  const most = PICTURE_NEAR[frames.unit];
  const near = (one) => Math.abs(frames.t[one] - frames.t[index]);
  let best = null;
  for (const step of [-1, 1]) {
    let one = step < 0 ? index : index + 1;
    while (one >= 0 && one < frames.n && near(one) <= most && !frames.picture[one]) one += step;
    const found = one >= 0 && one < frames.n && near(one) <= most;
    if (found && (best === null || near(one) < near(best))) best = one;
  }
  return best;
}

/** The picture of a frame, or of the nearest one that was kept, which is then said. */
function framePictureBox(place, index) {
  const { frames } = RUNS[place];
  const from = nearestPicture(place, index);
  const uri = from === null ? null : pictureOf(place, framePicture(place, from));
  if (from === null || uri === null) {
    return h(
      "div",
      { class: "picture" },
      h("div", { class: "nopicture big" }, t("frame.nopicture")),
    );
  }
  const open = () => {
    const shots = frameShots(place);
    openViewer(
      shots,
      shots.findIndex((one) => one.index === from),
    );
  };
  const attributes = {
    class: "thumb big",
    "aria-label": t("q.enlarge"),
    data: { key: `frame-picture:${place}` },
  };
  const away = signed(frames.t[from] - frames.t[index], frames.unit === "s" ? 2 : 0);
  const note = t("frame.nearpicture", frames.sequence[from], `${away} ${frames.unit}`);
  return h(
    "div",
    { class: "picture" },
    button(h("img", { src: uri, alt: "" }), open, attributes),
    from === index ? null : h("p", { class: "small dim" }, note),
  );
}

function frameReport(place, index) {
  const run = RUNS[place];
  const { frames } = run;
  const unit = frames.unit === "s" ? `${show(frames.t[index], 2)} s` : "";
  return h(
    "article",
    { class: "report" },
    framePictureBox(place, index),
    h(
      "div",
      { class: "body" },
      h(
        "h3",
        {},
        SEVERAL ? runBadge(place) : null,
        t("frame.title", frames.sequence[index]),
        h("small", {}, ` ${unit} ${text(frames.camera[index])}`),
      ),
      h(
        "div",
        { class: "tags" },
        outcomeTag(text(frames.outcome[index])),
        frames.speed[index] >= 0
          ? [
              speedTag(text(frames.speed[index])),
              pathTag(text(frames.path[index])),
              h("span", { class: "dim" }, t("frame.confidence", show(frames.confidence[index], 2))),
            ]
          : null,
        truthMark(run, index),
      ),
      frames.advice_ja[index] >= 0
        ? h("p", { class: "says", lang: "ja" }, text(frames.advice_ja[index]))
        : null,
      frames.description[index] >= 0
        ? h("p", { class: "said", lang: "ja" }, text(frames.description[index]))
        : null,
      frameFacts(run, place, index),
      truthOfFrame(run, index),
      askedOnFrame(place, index),
    ),
  );
}

/** Whether the advice is what truth says. */
function truthMark(run, index) {
  const right = run.truth?.columns.right[index];
  if (right === null || right === undefined) return null;
  return h(
    "span",
    { class: right ? "mark good" : "mark bad" },
    right ? `✓ ${t("frame.right")}` : `✕ ${t("frame.wrong")}`,
  );
}

function frameFacts(run, place, index) {
  const { frames } = run;
  const [latency, budget] = [frames.latency[index], frames.budget[index]];
  const against =
    latency === null || budget === null
      ? ""
      : latency > budget
        ? ` · ${t("frame.over", showMs(latency - budget))}`
        : ` · ${t("frame.within", budget)}`;
  const stages = frames.stages[index]
    .map((value, at_) =>
      value === null
        ? null
        : `${named("stage", Object.keys(run.summary.stages_ms ?? { wait: 0, preprocess: 0, encode: 0, prefill: 0, decode: 0 })[at_])} ${show(value)}`,
    )
    .filter(Boolean)
    .join(" · ");
  const facts = [
    ["frame.hazards", hazardWords(text(frames.hazards[index])).join(" ")],
    ["frame.latency", latency === null ? "" : `${showMs(latency)} ms${against}`],
    ["frame.ego", frames.ego[index] === null ? "" : `${show(frames.ego[index])} km/h`],
    ["fact.backend", text(frames.backend[index])],
    ["frame.reason", text(frames.reason[index])],
    ["frame.fallback", text(frames.fallback[index])],
    ["frame.stages", stages],
    ["frame.stamp", frames.stamp[index]],
  ];
  return h(
    "dl",
    { class: "pairs" },
    facts
      .filter(([, value]) => value)
      .map(([key, value]) => h("div", {}, h("dt", {}, t(key)), h("dd", {}, value))),
  );
}

function truthOfFrame(run, index) {
  if (!run.truth) return null;
  const { columns } = run.truth;
  const speed = text(columns.speed[index]);
  const reference = text(columns.reference[index]);
  if (!speed && !reference) return null;
  const hazards = hazardWords(text(columns.hazards[index])).join(" ");
  const judgement = columns.facts[index] < 0 ? null : columns.fact_table[columns.facts[index]];
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
  return h(
    "div",
    { class: "truthbox" },
    h(
      "h4",
      {},
      t("frame.truth"),
      " ",
      speed ? [speedTag(speed), pathTag(text(columns.path[index]))] : null,
      columns.score[index] === null
        ? null
        : h("small", {}, ` ${t("truth.description")} ${show(columns.score[index], 1)} / 10`),
    ),
    reference ? h("p", { class: "said", lang: "ja" }, reference) : null,
    hazards ? h("p", { class: "small" }, `${t("frame.truthhazards")}: ${hazards}`) : null,
    judgement
      ? h(
          "ul",
          { class: "factlist" },
          chips("violated", "✕", judgement[2]),
          chips("missed", "○", judgement[1]),
          chips("hit", "✓", judgement[0]),
        )
      : null,
  );
}

function askedOnFrame(place, index) {
  const asked = ASKED_ON[place].get(index);
  if (!asked) return null;
  return h(
    "div",
    {},
    h("h4", {}, t("frame.asked")),
    h(
      "ul",
      { class: "links" },
      asked.map((one) =>
        h(
          "li",
          {},
          button(
            [scoreTag(one.scores[state.judge] ?? null), ` ${one.id}  ${one.text}`],
            () => goToQuestion(one.key),
            { class: "link", data: { key: `asked:${place}:${one.id}` } },
          ),
        ),
      ),
    ),
  );
}
