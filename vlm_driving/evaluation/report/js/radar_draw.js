/** The radar as plotly takes it, and the sample of a line for its legend. */

const DASHES = {
  solid: "",
  dash: "7 4",
  dot: "2 3",
  dashdot: "7 3 2 3",
  longdash: "12 4",
  longdashdot: "12 3 2 3",
};

/** How a line looks, for the legend. */
function lineSample(line) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const stroke = document.createElementNS("http://www.w3.org/2000/svg", "line");
  const put = (element, values) =>
    Object.entries(values).forEach(([key, value]) => element.setAttribute(key, String(value)));
  put(svg, { width: 34, height: 10, "aria-hidden": "true" });
  put(stroke, {
    x1: 0,
    x2: 34,
    y1: 5,
    y2: 5,
    stroke: lit(line.colour),
    "stroke-width": line.fill ? 3 : 2,
    "stroke-dasharray": DASHES[line.dash] ?? "",
  });
  svg.append(stroke);
  return svg;
}

function polarTraces(lines, axes) {
  const labels = axisLabels(axes);
  const traces = lines.map((line) => ({
    type: "scatterpolar",
    mode: "lines+markers",
    name: chartLabel(line.name),
    r: [...line.values, line.values[0]],
    theta: [...labels, labels[0]],
    customdata: [...axes, axes[0]],
    line: { color: lit(line.colour), dash: line.dash, width: line.width },
    marker: { symbol: line.symbol, size: line.fill ? 9 : 6, color: lit(line.colour) },
    fill: line.fill ? "toself" : "none",
    fillcolor: `${lit(line.colour)}22`,
    connectgaps: true,
    hovertemplate: "%{theta}: %{r:.2f}<extra>%{fullData.name}</extra>",
  }));
  const chosen = axes.indexOf(state.asked[axisKey()]);
  if (chosen >= 0)
    traces.unshift({
      type: "scatterpolar",
      mode: "lines",
      r: [0, 10],
      theta: [labels[chosen], labels[chosen]],
      line: { color: ORANGE, width: 7 },
      opacity: 0.55,
      showlegend: false,
      hoverinfo: "skip",
    });
  const question = state.question === null ? undefined : QUESTION_BY_ID.get(state.question);
  const score = question ? (judged(question, state.main, state.judge)?.score ?? null) : null;
  if (question && score !== null && axes.includes(axisOf(question))) {
    traces.push({
      type: "scatterpolar",
      mode: "markers",
      name: t("scores.chosen"),
      r: [score],
      theta: [labels[axes.indexOf(axisOf(question))]],
      customdata: [axisOf(question)],
      marker: { symbol: "star", size: 17, color: ORANGE, line: { color: theme().ink, width: 1 } },
      hovertemplate: "%{r:.2f}<extra>%{fullData.name}</extra>",
    });
  }
  return traces;
}

const polarLayout = (look, axes) => ({
  polar: {
    bgcolor: "rgba(0,0,0,0)",
    radialaxis: {
      range: [0, 10],
      tickvals: [2, 4, 6, 8, 10],
      gridcolor: look.line,
      linecolor: look.line,
      tickfont: { size: 10, color: look.dim },
      ticks: "",
      angle: 90,
      tickangle: 90,
      side: "counterclockwise",
    },
    angularaxis: {
      gridcolor: look.line,
      linecolor: look.line,
      rotation: 90,
      direction: "clockwise",
      categoryarray: axisLabels(axes),
      tickfont: { size: 13 },
    },
    gridshape: "linear",
  },
});

const barTraces = (lines, axes) =>
  lines.map((line) => ({
    type: "bar",
    orientation: "h",
    name: chartLabel(line.name),
    y: axisLabels(axes),
    x: line.values,
    customdata: axes,
    marker: { color: lit(line.colour), pattern: { shape: line.fill ? "" : "/" } },
    hovertemplate: "%{y}: %{x:.2f}<extra>%{fullData.name}</extra>",
  }));
const barLayout = (look) => ({
  xaxis: { range: [0, 10], gridcolor: look.line, fixedrange: true },
  yaxis: { automargin: true, fixedrange: true, autorange: "reversed" },
});
