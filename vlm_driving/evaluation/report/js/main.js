/** Starts the page: everything that needs no chart at once, the chart library after the first paint. */

/** Plotly, once it runs. @type {any} */
let charts = null;
/** Why there are no charts, as a key of a word. @type {string|null} */
let chartsMissing = null;
/** Whether a part of the page could not be drawn. */
let brokenParts = false;

/** In the order of the page, the links to the parts last. */
const PARTS = [
  drawOverview,
  drawNotes,
  drawCompare,
  drawScores,
  drawRadar,
  drawQuestions,
  drawTruth,
  drawTimeline,
  drawFrames,
  drawFrameDetail,
  drawStages,
  drawFooter,
  drawTop,
];

/** Draw parts; what cannot be drawn, of files of another make, takes nothing else with it. */
function drawAll(parts = PARTS) {
  for (const draw of parts)
    try {
      draw();
    } catch (fault) {
      brokenParts = true;
      console.error(fault);
    }
  if (brokenParts) drawNotes();
}

/** Show what an address names: one that was passed on, or of the browser's history. */
function goToAddress() {
  if (!location.hash.includes("lang=")) return; // the link to the content
  recall();
  changesKept.key = "";
  drawAll();
  goToChosen();
}

/** Bring the chosen question and frame into sight. */
function goToChosen() {
  if (state.question !== null) goToQuestion(state.question);
  if (state.frame !== null) frameTable?.reveal(state.frame);
}

/** Paper has room for every question. */
function bindPaper() {
  let before = QUESTIONS_AT_ONCE;
  const lay = (count) => {
    questionsShown = count;
    if (QUESTIONS.length) drawQuestionRows();
  };
  window.addEventListener("beforeprint", () => {
    before = questionsShown;
    lay(Infinity);
  });
  window.addEventListener("afterprint", () => lay(before));
}

function bindAll() {
  listen("language", () => drawAll());
  listen("runs", () => {
    changesKept.key = "";
    drawAll();
    frameTable?.reveal(state.frame);
  });
  listen("judge", () => {
    drawOverview();
    drawCompare();
    drawScores();
    drawRadar();
    drawQuestions();
    drawTimelineCharts();
    drawFrameDetail();
  });
  listen("axes", drawRadar);
  listen("asked", () => {
    questionsShown = QUESTIONS_AT_ONCE;
    drawScores();
    drawRadar();
    drawQuestions();
    say(t("said.filtered", visibleQuestions().length));
  });
  listen("question", () => {
    drawOpenQuestion();
    drawRadar();
  });
  listen("frames", () => {
    drawFrames();
    drawTruth();
    say(t("said.filtered", visibleFrames().length));
  });
  listen("frame", () => {
    frameTable?.reveal(state.frame);
    drawFrameDetail();
    markChosen();
  });
  listen("range", () => {
    drawTimelineCharts();
    if (state.frames.view) drawFrames();
  });
  darkScheme.addEventListener("change", () => drawAll());
  window.addEventListener("hashchange", goToAddress);
  bindPaper();
}

/**
 * The chart library's text, or "". It is packed to a third of its size, and unpacked beside the
 * drawing of the tables.
 */
async function readCharts() {
  try {
    const bytes = Uint8Array.from(atob(at("charts").textContent), (sign) => sign.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return await new Response(stream).text();
  } catch {
    return ""; // told by startCharts: the page goes on with its tables
  }
}

/** Why there are no charts, or null. @param {string} library */
function startCharts(library) {
  if (at("charts").textContent === "") return "notes.nocharts";
  const script = document.createElement("script");
  script.textContent = library;
  document.head.append(script);
  charts = /** @type {any} */ (globalThis).Plotly ?? null;
  return charts === null ? "notes.charts" : null;
}

async function start() {
  recall();
  startViewer();
  bindAll();
  const library = at("charts").textContent === "" ? Promise.resolve("") : readCharts();
  drawAll();
  document.documentElement.dataset.ready = "tables";
  await new Promise((go) => requestAnimationFrame(() => setTimeout(go, 0)));
  chartsMissing = startCharts(await library);
  if (chartsMissing) {
    drawNotes();
    for (const id of ["radar", "timeline-charts"]) if (at(id)) at(id).hidden = true;
  } else {
    drawAll([drawRadar, drawTimelineCharts]);
  }
  goToChosen();
  document.documentElement.dataset.ready = "all";
}

start();
