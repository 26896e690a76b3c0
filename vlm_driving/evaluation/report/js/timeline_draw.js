/** One run's timeline as plotly takes it: latency above, lanes below. */

const LANE_PX = 17;
const LATENCY_PX = 210;

/** The lanes of a run from the top: a group has a head and rows; each row is a place on the axis. */
function laneRows(run) {
  const { frames } = run;
  const used = (column) => new Set(column.filter((place) => place >= 0).map(text));
  const rows = [];
  const group = (key, names, look, list) =>
    names.forEach((name, place) =>
      rows.push({ group: key, name, look: look(name), label: list(name), first: place === 0 }),
    );
  const asked = new Set(
    run.questions.filter((one) => one.frame !== null).map((one) => one.category),
  );
  group(
    "questions",
    [...new Set([...CATEGORIES, ...asked])].filter((one) => asked.has(one)),
    () => ({ colour: BLUE }),
    (one) => t("timeline.asked", named("category", one)),
  );
  const outcomes = used(frames.outcome);
  group(
    "outcome",
    OUTCOME_ORDER.filter((one) => outcomes.has(one)),
    outcomeLook,
    (one) => named("outcome", one),
  );
  if (run.truth)
    group(
      "wrong",
      ["wrong"],
      () => ({ colour: VERMILLION }),
      () => t("timeline.wrong"),
    );
  group(
    "speed",
    ["ACCELERATE", "KEEP", "DECELERATE", "STOP"],
    (one) => SPEEDS[one],
    (one) => named("speed", one),
  );
  group(
    "path",
    Object.keys(PATHS),
    (one) => PATHS[one],
    (one) => named("path", one),
  );
  group(
    "backend",
    [...used(frames.backend)].sort(),
    () => ({ colour: "#7a7f87" }),
    (one) => one,
  );
  let y = 0;
  for (const row of rows) {
    if (row.first) y -= 0.6;
    row.y = y;
    y -= 1;
  }
  return rows;
}

/** @param {any} run @param {[number, number]|null} range */
function timelineFigure(run, place, range, chosen) {
  const { frames } = run;
  const look = theme();
  const rows = laneRows(run);
  const [first, last] = stretch(frames, range);
  const step = usualStep(frames);
  const points = thinned(frames, first, last);
  const traces = [
    ...pointTraces(run, points),
    ...laneTraces(run, rows, first, last, step, look),
    ...questionTraces(run, place, rows),
  ];
  return {
    traces,
    points: points.length,
    layout: timelineLayout(run, rows, points, range, chosen, look),
  };
}

/** Lines across the chart: the budget, the groups of lanes, and the chosen frame. */
function timelineShapes(run, rows, chosen, look) {
  const { frames } = run;
  const budget = run.summary.budget_ms ?? null;
  const shapes = [];
  if (budget !== null)
    shapes.push({
      type: "line",
      xref: "paper",
      x0: 0,
      x1: 1,
      y0: budget,
      y1: budget,
      yref: "y",
      line: { color: lit(VERMILLION), width: 1.5, dash: "dash" },
    });
  for (const row of rows)
    if (row.first)
      shapes.push({
        type: "line",
        xref: "paper",
        x0: 0,
        x1: 1,
        y0: row.y + 0.8,
        y1: row.y + 0.8,
        yref: "y2",
        line: { color: look.line, width: 1 },
      });
  if (chosen !== null)
    shapes.push({
      type: "line",
      x0: frames.t[chosen],
      x1: frames.t[chosen],
      yref: "paper",
      y0: 0,
      y1: 1,
      line: { color: look.strong, width: 2 },
    });
  return shapes;
}

function timelineLayout(run, rows, points, range, chosen, look) {
  const { frames } = run;
  const budget = run.summary.budget_ms ?? null;
  const lowest = rows.length ? rows[rows.length - 1].y - 0.8 : -1;
  const lanesPx = -lowest * LANE_PX;
  const height = LATENCY_PX + lanesPx + 78;
  const share = lanesPx / (LATENCY_PX + lanesPx + 12);
  const top =
    points.reduce((most, index) => Math.max(most, frames.latency[index]), budget ?? 0) || 1;
  const narrow = at("timeline").clientWidth < 640;
  return {
    height,
    margin: { l: narrow ? 86 : 112, r: 14, t: 8, b: 44 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    dragmode: "zoom",
    hovermode: "closest",
    showlegend: false,
    font: { family: look.font, size: narrow ? 10 : 12, color: look.ink },
    hoverlabel: { font: { family: look.font } },
    shapes: timelineShapes(run, rows, chosen, look),
    annotations:
      budget === null
        ? []
        : [
            {
              xref: "paper",
              x: 1,
              xanchor: "right",
              y: budget,
              yanchor: "bottom",
              text: t("timeline.budget", budget),
              showarrow: false,
              font: { color: look.ink, size: 11 },
              bgcolor: look.card,
            },
          ],
    xaxis: {
      anchor: "y2",
      title: { text: t(`timeline.axis.${frames.unit}`), font: { size: 11 }, standoff: 4 },
      range: range ?? wholeRange(),
      gridcolor: look.line,
      zeroline: false,
      linecolor: look.line,
    },
    yaxis: {
      domain: [share + 0.02, 1],
      title: { text: narrow ? "" : t("timeline.latency"), font: { size: 11 } },
      range: [0, top * 1.1],
      fixedrange: true,
      gridcolor: look.line,
      zeroline: false,
    },
    yaxis2: {
      domain: [0, share],
      range: [lowest, 0.2],
      fixedrange: true,
      tickvals: rows.map((row) => row.y),
      ticktext: rows.map((row) => chartLabel(row.label)),
      tickfont: { size: narrow ? 9 : 11 },
      showgrid: false,
      zeroline: false,
    },
  };
}

/** Latency of each frame, a trace an outcome. */
function pointTraces(run, points) {
  const { frames } = run;
  return OUTCOME_ORDER.map((name) => {
    const shown = points.filter((index) => text(frames.outcome[index]) === name);
    if (shown.length === 0) return null;
    const { colour, symbol } = outcomeLook(name);
    return {
      type: "scatter",
      mode: "markers",
      name: named("outcome", name),
      x: shown.map((index) => frames.t[index]),
      y: shown.map((index) => frames.latency[index]),
      marker: {
        color: lit(colour),
        symbol,
        size: name === "ok" ? 5 : 8,
        opacity: name === "ok" ? 0.75 : 1,
      },
      text: shown.map(
        (index) => `#${frames.sequence[index]} ${named("speed", text(frames.speed[index]))}`,
      ),
      hovertemplate: "%{text}<br>%{x:.2f} · %{y:.1f} ms<extra>%{fullData.name}</extra>",
    };
  }).filter(Boolean);
}

/** Lanes: truth as a wide pale band, what was published as a narrow one on it. */
function laneTraces(run, rows, first, last, step, look) {
  const { frames, truth } = run;
  const traces = [];
  const draw = (group, value, width, colour) => {
    for (const [name, lane] of lanes(frames, first, last, step, value)) {
      const row = rows.find((one) => one.group === group && one.name === name);
      if (row === undefined) continue;
      traces.push({
        type: "scatter",
        mode: "lines",
        x: lane.x,
        y: lane.x.map((one) => (one === null ? null : row.y)),
        yaxis: "y2",
        connectgaps: false,
        hoverinfo: "skip",
        line: { color: colour ?? lit(row.look.colour), width },
        showlegend: false,
      });
    }
  };
  for (const key of ["speed", "path"]) {
    if (truth) draw(key, (index) => text(truth.columns[key][index]), 14, look.band);
    draw(key, (index) => text(frames[key][index]), 6);
  }
  draw("outcome", (index) => text(frames.outcome[index]), 9);
  if (truth) draw("wrong", (index) => (truth.columns.right[index] === 0 ? "wrong" : ""), 9);
  draw("backend", (index) => text(frames.backend[index]), 9);
  return traces;
}

/** Where questions were asked, and whether the answer was right. */
function questionTraces(run, place, rows) {
  const lane = new Map(
    rows.filter((one) => one.group === "questions").map((one) => [one.name, one.y]),
  );
  return Object.keys(QUESTION_MARKS)
    .map((word) => {
      const shown = run.questions.filter(
        (one) => one.frame !== null && verdict(one.scores[state.judge] ?? null) === word,
      );
      if (shown.length === 0) return null;
      return {
        type: "scatter",
        mode: "markers",
        name: t(`verdict.${word}`),
        x: shown.map((one) => run.frames.t[one.frame]),
        y: shown.map((one) => lane.get(one.category)),
        yaxis: "y2",
        customdata: shown.map((one) => ({ question: one.key, frame: one.frame })),
        marker: {
          symbol: QUESTION_MARKS[word].symbol,
          color: lit(QUESTION_MARKS[word].colour),
          size: 9,
          line: { width: 1, color: theme().card },
        },
        text: shown.map((one) => plain(one.id)),
        hovertemplate: `${t("col.question")} %{text}<extra>%{fullData.name}</extra>`,
      };
    })
    .filter(Boolean);
}
