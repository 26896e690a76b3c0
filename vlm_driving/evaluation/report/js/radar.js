/** The radar: axes are categories. A click anywhere in an axis's sector filters the questions. */

const AXES_LEAST = 3;

/** Names of the axes as they are now. */
const radarAxes = () =>
  state.axes === "image"
    ? imageCategories()
    : CATEGORIES.filter((name) => QUESTIONS.some((one) => one.category === name));
const axisOf = (question) => (state.axes === "image" ? question.image_category : question.category);
const axisKey = () => (state.axes === "image" ? "image" : "category");
/** What each axis is called in the chart: short, and no two the same. */
function axisLabels(axes) {
  const short = axes.map((name) => chartLabel(axisLabel(name)));
  return short.map((one, place) => (short.indexOf(one) === place ? one : `${one} ${place + 1}`));
}
const axisLabel = (name) =>
  state.axes === "image" ? named("theme", name) : named("category", name);

/** The mean of a run on an axis: the published figure, or that of the rows. */
function axisMean(place, name) {
  const figures = RUNS[place].scores[state.judge];
  const published =
    state.axes === "image" ? figures?.image_categories?.[name]?.mean : figures?.score?.[name];
  if (typeof published === "number") return published;
  return mean(
    QUESTIONS.filter((one) => axisOf(one) === name).map(
      (one) => judged(one, place, state.judge)?.score ?? null,
    ),
  );
}

/** Lines of the radar: runs, the filtered questions, baselines and the oracle. */
function radarLines(axes) {
  const lines = RUNS.map((_, place) => ({
    name: SEVERAL ? runName(place) : t("scores.what"),
    values: axes.map((axis) => axisMean(place, axis)),
    colour: RUN_LOOKS[place].colour,
    dash: RUN_LOOKS[place].dash,
    symbol: RUN_LOOKS[place].symbol,
    width: 2.5,
    fill: true,
  }));
  const { category, image, ...rest } = state.asked;
  if (filtering(rest)) {
    const shown = visibleQuestions();
    const values = axes.map((axis) =>
      mean(
        shown
          .filter((one) => axisOf(one) === axis)
          .map((one) => judged(one, state.main, state.judge)?.score ?? null),
      ),
    );
    lines.push({
      name: t("scores.filtered"),
      values,
      colour: PURPLE,
      dash: "dot",
      symbol: "star",
      width: 2.5,
      fill: false,
    });
  }
  if (state.axes === "category" && !SEVERAL) {
    const figures = RUNS[state.main].scores[state.judge];
    const looks = [
      ["dot", "cross"],
      ["dash", "triangle-up"],
      ["dashdot", "x"],
      ["longdash", "pentagon"],
    ];
    Object.entries(figures?.baselines ?? {}).forEach(([name, means], place) => {
      const [dash, symbol] = looks[place % looks.length];
      lines.push({
        name: named("baseline", name),
        values: axes.map((axis) => means[axis] ?? null),
        colour: "#7a7f87",
        dash,
        symbol,
        width: 1.3,
        fill: false,
      });
    });
    Object.entries(figures?.oracle ?? {}).forEach(([name, means]) =>
      lines.push({
        name: named("baseline", name),
        values: axes.map((axis) => means[axis] ?? null),
        colour: GREEN,
        dash: "longdashdot",
        symbol: "diamond-open",
        width: 1.3,
        fill: false,
      }),
    );
  }
  return lines.filter((line) => line.values.some((value) => value !== null));
}

function drawRadar() {
  if (at("scores").hidden) return;
  const axes = radarAxes();
  const choices = [
    ["category", t("scores.axes.category")],
    ["image", t("scores.axes.image")],
  ];
  fill(
    at("radar-head"),
    imageCategories().length
      ? choice(
          t("scores.axes"),
          /** @type {[string, string][]} */ (choices),
          state.axes,
          (value) => {
            state.axes = value;
            tell("axes");
          },
          "axes",
        )
      : null,
  );
  const lines = radarLines(axes);
  fill(
    at("radar-axes"),
    charts
      ? h(
          "ul",
          { class: "lines" },
          lines.map((line) => h("li", {}, lineSample(line), line.name)),
        )
      : null,
    h(
      "div",
      { class: "chips", role: "group", "aria-label": t("scores.axes") },
      axes.map((name) => {
        const values = RUNS.map((_, place) => show(axisMean(place, name), 1)).join(" / ");
        return button(
          [axisLabel(name), " ", h("b", {}, values)],
          () => toggleQuestions(/** @type {"category"|"image"} */ (axisKey()), name),
          {
            class: "chip axis",
            "aria-pressed": String(state.asked[axisKey()] === name),
            title: t("scores.filterby", axisLabel(name)),
            data: { key: `axis:${name}` },
          },
        );
      }),
    ),
  );
  if (!charts) return;
  const where = at("radar");
  const look = theme();
  where.setAttribute(
    "aria-label",
    `${t("scores.title")}: ${axes.map((name) => `${axisLabel(name)} ${RUNS.map((_, place) => show(axisMean(place, name), 1)).join(" / ")}`).join(", ")}`,
  );
  const layout = {
    height: 360,
    margin: { l: 60, r: 60, t: 30, b: 22 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    dragmode: false,
    font: { family: look.font, size: 12, color: look.ink },
    showlegend: false,
    hoverlabel: { font: { family: look.font } },
  };
  const polar = axes.length >= AXES_LEAST;
  charts.react(
    where,
    polar ? polarTraces(lines, axes) : barTraces(lines, axes),
    { ...layout, ...(polar ? polarLayout(look, axes) : barLayout(look)) },
    { displayModeBar: false, responsive: true },
  );
  where.style.cursor = "pointer";
  where.style.marginBottom = axes.length === 3 ? "-54px" : ""; // a triangle leaves the foot of its circle empty
  if (!where.dataset.bound) bindRadar(where);
}

/** A click near an axis, or on its label, means that axis: a vertex is hard to hit. */
function bindRadar(where) {
  where.dataset.bound = "yes";
  let from = null;
  where.addEventListener(
    "pointerdown",
    (event) => {
      from = {
        x: event.clientX,
        y: event.clientY,
        legend: event.target.closest?.(".legend") !== null,
      };
    },
    true,
  );
  window.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const still = Math.hypot(event.clientX - from.x, event.clientY - from.y) < 6 && !from.legend;
    from = null;
    const axes = radarAxes();
    const polar = where._fullLayout?.polar?._subplot;
    if (!still || !polar || axes.length < AXES_LEAST) return;
    const box = where.getBoundingClientRect();
    const [x, y] = [
      event.clientX - box.left - polar.cxx - polar.xOffset2,
      event.clientY - box.top - polar.cyy - polar.yOffset2,
    ];
    if (
      !Number.isFinite(x) ||
      !Number.isFinite(y) ||
      Math.hypot(x, y) < 12 ||
      Math.hypot(x, y) > polar.radius + 60
    )
      return;
    const turn = (Math.atan2(x, -y) / (2 * Math.PI) + 1) % 1; // clockwise from above
    toggleQuestions(
      /** @type {"category"|"image"} */ (axisKey()),
      axes[Math.round(turn * axes.length) % axes.length],
    );
  });
  where.on("plotly_click", (event) => {
    if (radarAxes().length < AXES_LEAST)
      toggleQuestions(/** @type {"category"|"image"} */ (axisKey()), event.points[0].customdata);
  });
}
