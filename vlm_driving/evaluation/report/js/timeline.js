/** The timeline: zoomed by dragging, buttons and keys; a click chooses the nearest frame. */

let redrawing = 0;

function drawTimeline() {
  const section = at("timeline");
  section.hidden = !RUNS.some((run) => run.frames);
  if (section.hidden) return;
  const tool = (key, sign, act) =>
    button(sign, act, { "aria-label": t(key), title: t(key), data: { key } });
  if (!at("timeline-head")) {
    section.append(
      h("div", { id: "timeline-head" }),
      h("div", { id: "timeline-charts", tabindex: 0, role: "group", on: { keydown: timelineKey } }),
      h("p", { id: "timeline-note", class: "small dim" }),
      h("div", { id: "timeline-legend" }),
    );
  }
  fill(
    at("timeline-head"),
    heading(
      "timeline.title",
      h(
        "div",
        { class: "tools" },
        tool("timeline.prev", "◀", () => stepFrame(-1)),
        tool("timeline.next", "▶", () => stepFrame(1)),
        tool("timeline.in", "＋", () => zoomTimeline(0.5)),
        tool("timeline.out", "−", () => zoomTimeline(2)),
        button(t("timeline.all"), () => setRange(null), { data: { key: "timeline.all" } }),
      ),
    ),
    h("p", { class: "lead" }, t("timeline.lead")),
  );
  at("timeline-charts").setAttribute("aria-label", t("timeline.label"));
  drawTimelineCharts();
}

/** The runs whose timelines are stacked. */
const timelineRuns = () => [...new Set([...RUNS.keys()])].filter((place) => RUNS[place].frames);

function drawTimelineCharts() {
  if (!charts || at("timeline").hidden) return;
  const thin = [];
  for (const place of timelineRuns()) {
    const run = RUNS[place];
    const figure = timelineFigure(run, place, state.range, chosenIn(place));
    const where = timelineChart(place);
    where.setAttribute("aria-label", `${t("timeline.title")} ${runName(place)}`);
    charts.react(where, figure.traces, figure.layout, {
      displayModeBar: false,
      responsive: true,
      doubleClick: false,
    });
    bindTimeline(where, place);
    const [first, last] = stretch(run.frames, state.range);
    const all = run.frames.latency
      .slice(first, last)
      .filter(
        (one, index) => one !== null && drawnAsPoint(text(run.frames.outcome[first + index])),
      ).length;
    if (figure.points < all) thin.push(t("timeline.thinned", figure.points, all));
  }
  at("timeline-note").textContent = [...thin, t("timeline.unanswered")].join(" ");
  const asked = new Set(
    RUNS.flatMap((run) =>
      run.questions
        .filter((one) => one.frame !== null)
        .map((one) => verdict(one.scores[state.judge] ?? null)),
    ),
  );
  fill(
    at("timeline-legend"),
    h(
      "div",
      { class: "legend" },
      OUTCOME_ORDER.filter((name) => RUNS.some((run) => run.summary.outcomes?.[name])).map(
        outcomeTag,
      ),
      RUNS.some((run) => run.truth)
        ? [
            h(
              "span",
              { class: "tag" },
              h("i", { class: "band", "aria-hidden": "true" }),
              t("timeline.truthband"),
            ),
            h(
              "span",
              { class: "tag" },
              h("i", { class: "thin", "aria-hidden": "true" }),
              t("timeline.published"),
            ),
          ]
        : null,
      asked.size
        ? Object.keys(QUESTION_MARKS)
            .filter((word) => asked.has(word))
            .map((word) =>
              h(
                "span",
                { class: "tag" },
                h("i", { "aria-hidden": "true" }, QUESTION_MARKS[word].sign),
                `${t("timeline.questions")}: ${t(`verdict.${word}`)}`,
              ),
            )
        : null,
    ),
  );
}

/** Move the line of the chosen frame; the rest of the charts stays as it is. */
function markChosen() {
  if (!charts || at("timeline").hidden) return;
  for (const place of timelineRuns()) {
    const where = timelineChart(place);
    if (where._fullLayout)
      charts.relayout(where, {
        shapes: timelineShapes(RUNS[place], laneRows(RUNS[place]), chosenIn(place), theme()),
      });
  }
}

function timelineChart(place) {
  const id = `timeline-${place}`;
  if (!at(id))
    at("timeline-charts").append(
      h(
        "div",
        { class: "timeline-run" },
        SEVERAL ? h("h3", {}, runBadge(place), " ", RUNS[place].name) : null,
        h("div", { id, class: "chart", role: "img" }),
      ),
    );
  return at(id);
}

/** The chosen frame as an index of a run: the one with the same stamp in another. */
function chosenIn(place) {
  if (state.frame === null) return null;
  return place === state.main ? state.frame : pairedFrame(state.main, state.frame, place);
}

const NEAR_PX = 9;

/** The question whose mark is under the pointer. */
function questionAt(place, layout, x, y) {
  const run = RUNS[place];
  const away = (one) => Math.abs(layout.yaxis2._offset + layout.yaxis2.d2p(one.y) - y);
  const row = laneRows(run).find((one) => one.group === "questions" && away(one) <= NEAR_PX);
  if (row === undefined) return null;
  const px = (one) => Math.abs(layout.xaxis.d2p(run.frames.t[one.frame]) - x);
  const asked = run.questions.filter((one) => one.frame !== null && one.category === row.name);
  const nearest = asked.reduce(
    (best, one) => (best === null || px(one) < px(best) ? one : best),
    null,
  );
  return nearest !== null && px(nearest) <= NEAR_PX ? nearest.key : null;
}

function bindTimeline(where, place) {
  if (where.dataset.bound) return;
  where.dataset.bound = "yes";
  let from = null;
  where.addEventListener(
    "pointerdown",
    (event) => {
      from = [event.clientX, event.clientY];
    },
    true,
  );
  window.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const still = Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 5;
    from = null;
    const layout = where._fullLayout;
    if (!still || !layout) return;
    const box = where.getBoundingClientRect();
    const x = event.clientX - box.left - layout.xaxis._offset;
    if (x < 0 || x > layout.xaxis._length) return;
    chooseFrame(nearestFrame(RUNS[place].frames, layout.xaxis.p2d(x)), place);
    const question = questionAt(place, layout, x, event.clientY - box.top);
    if (question !== null) goToQuestion(question);
  });
  where.on("plotly_relayout", (change) => {
    const [low, high] = [change["xaxis.range[0]"], change["xaxis.range[1]"]];
    if (typeof low === "number" && typeof high === "number") setRange([low, high]);
  });
  where.on("plotly_doubleclick", () => {
    setRange(null);
    return false;
  });
}

/** @param {[number, number]|null} range */
function setRange(range) {
  const whole = wholeRange();
  if (range !== null) {
    range = [Math.max(range[0], whole[0]), Math.min(range[1], whole[1])];
    if (range[1] - range[0] >= (whole[1] - whole[0]) * 0.999) range = null;
  }
  if (range?.[0] === state.range?.[0] && range?.[1] === state.range?.[1]) return;
  state.range = range;
  cancelAnimationFrame(redrawing);
  redrawing = requestAnimationFrame(() => tell("range"));
}

/** @param {number} factor below 1: closer */
function zoomTimeline(factor) {
  const [low, high] = state.range ?? wholeRange();
  const frames = RUNS[state.main].frames;
  const middle =
    frames && state.frame !== null && frames.t[state.frame] >= low && frames.t[state.frame] <= high
      ? frames.t[state.frame]
      : (low + high) / 2;
  const left = (middle - low) * factor;
  setRange([middle - left, middle - left + (high - low) * factor]);
}

/** Bring the chosen frame into sight of a zoomed timeline. */
function centreTimeline() {
  const frames = RUNS[state.main].frames;
  if (!frames || state.frame === null || state.range === null) return;
  const [low, high] = state.range;
  const time = frames.t[state.frame];
  if (time < low || time > high) setRange([time - (high - low) / 2, time + (high - low) / 2]);
}

/** @param {number} by */
function stepFrame(by) {
  const frames = RUNS[state.main].frames;
  if (!frames) return;
  chooseFrame(state.frame === null ? 0 : Math.max(0, Math.min(frames.n - 1, state.frame + by)));
  centreTimeline();
}

/** @param {KeyboardEvent} event */
function timelineKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const by = event.shiftKey ? 10 : 1;
  /** @type {Record<string, () => void>} */
  const acts = {
    ArrowLeft: () => stepFrame(-by),
    ArrowRight: () => stepFrame(by),
    "+": () => zoomTimeline(0.5),
    ";": () => zoomTimeline(0.5),
    "=": () => zoomTimeline(0.5),
    "-": () => zoomTimeline(2),
    0: () => setRange(null),
  };
  if (acts[event.key] === undefined) return;
  acts[event.key]();
  event.preventDefault();
}
