/** The head of the page: what the runs were, and what a reader has to know. */

const SECTIONS = ["compare", "scores", "questions", "truth", "timeline", "frames", "stages"];

function drawTop() {
  const links = ["overview", ...SECTIONS].filter((name) => !at(name).hidden);
  const go = (name) => {
    at(name).scrollIntoView({
      behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
    });
    const title = at(name).querySelector("h1, h2");
    if (title) {
      title.tabIndex = -1;
      title.focus({ preventScroll: true });
    }
  };
  fill(
    at("top"),
    h(
      "div",
      { class: "brand" },
      h("span", { class: "logo", "aria-hidden": "true" }),
      h("span", {}, "vlm_driving"),
    ),
    h(
      "nav",
      { "aria-label": t("nav.label") },
      links.map((name) =>
        button(t(`nav.${name}`), () => go(name), { data: { key: `nav:${name}`, target: name } }),
      ),
    ),
    h(
      "div",
      { class: "choice language", role: "group", "aria-label": t("language") },
      [
        ["ja", "日本語"],
        ["en", "English"],
      ].map(([code, name]) =>
        button(name, () => chooseLanguage(/** @type {Language} */ (code)), {
          lang: code,
          "aria-pressed": String(code === language),
          data: { key: `lang:${code}` },
        }),
      ),
    ),
  );
}

function drawOverview() {
  const titles = [...new Set(RUNS.map((run) => run.title))];
  fill(
    at("overview"),
    h("p", { class: "kicker" }, t("page.kind")),
    h("h1", {}, titles.join(" / ")),
    RUNS.map((run, place) => runFacts(run, place)),
  );
  drawTiles();
}

function runFacts(run, place) {
  const { settings, summary } = run;
  const machine = settings.machine ?? summary.machine ?? {};
  const pace = settings.pace ?? summary.pace;
  const rate = settings.rate ?? summary.rate;
  const facts = [
    ["model", settings.model ?? summary.model],
    ["backend", Object.keys(summary.backends ?? {}).join(", ") || settings.backend],
    [
      "budget",
      summary.budget_ms || settings.budget_ms
        ? `${summary.budget_ms ?? settings.budget_ms} ms`
        : null,
    ],
    ["pace", pace ? `${pace}${rate ? ` × ${rate}` : ""}` : null],
    ["camera", summary.camera_topic ?? settings.camera_topic],
    ["speed", run.kind === "replay" ? (summary.speed_topic ?? t("fact.none")) : null],
    [
      "machine",
      [machine.cpu, machine.cores ? t("fact.cores", machine.cores) : null]
        .filter(Boolean)
        .join(", "),
    ],
    ["started", settings.started],
    ["run", run.name],
  ];
  return h(
    "div",
    { class: "facts" },
    SEVERAL ? runBadge(place) : null,
    h(
      "dl",
      {},
      facts
        .filter(([, value]) => value)
        .map(([key, value]) =>
          h("div", {}, h("dt", {}, t(`fact.${key}`)), h("dd", {}, String(value))),
        ),
    ),
  );
}

/** The letter of a run with its colour. */
function runBadge(place) {
  return h(
    "span",
    { class: "badge", style: { "--run": RUN_LOOKS[place].colour } },
    RUNS[place].letter,
  );
}

function drawNotes() {
  const notes = [];
  for (const run of RUNS) {
    const mark = SEVERAL ? `${run.letter}: ` : "";
    if (run.summary.interrupted) notes.push(mark + t("notes.interrupted"));
    if ((run.settings.pace ?? run.summary.pace) === "every-frame")
      notes.push(mark + t("notes.every"));
    if (
      run.questions.length &&
      !Object.keys(run.scores).length &&
      !run.questions.some((one) => Object.keys(one.scores).length)
    )
      notes.push(mark + t("notes.unscored"));
    notes.push(...run.notes.map((note) => mark + note));
    for (const figures of [...Object.values(run.scores), run.truth?.figures]) {
      const said = Array.isArray(figures?.notes) ? figures.notes : [];
      notes.push(...said.map((note) => mark + note));
    }
  }
  if (brokenParts) notes.push(t("notes.broken"));
  if (chartsMissing) notes.push(t(chartsMissing));
  const unlike = [...new Set(notes)];
  const section = at("notes");
  section.hidden = unlike.length === 0;
  if (section.hidden) return;
  const list = h(
    "ul",
    {},
    unlike.map((note) => h("li", {}, note)),
  );
  const open = section.querySelector("details")?.open ?? unlike.length <= 4;
  fill(
    section,
    h(
      "details",
      { open },
      h("summary", {}, h("h2", {}, `${t("notes.title")} (${unlike.length})`)),
      list,
    ),
  );
}

function drawStages() {
  const shown = RUNS.map((run, place) => ({ run, place })).filter(
    ({ run }) => run.summary.stages_ms && run.frames,
  );
  const section = at("stages");
  section.hidden = shown.length === 0;
  if (section.hidden) return;
  const names = Object.keys(shown[0].run.summary.stages_ms);
  const longest = Math.max(
    1e-9,
    ...shown.flatMap(({ run }) => names.map((name) => run.summary.stages_ms[name]?.p99 ?? 0)),
  );
  const quantiles = ["p50", "p90", "p99", "max"];
  fill(
    section,
    heading("stages.title"),
    h(
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
            h("th", { scope: "col" }, t("stages.stage")),
            SEVERAL ? h("th", { scope: "col" }, t("run")) : null,
            h("td", {}),
            quantiles.map((one) => h("th", { scope: "col", class: "n" }, `${one} ms`)),
          ),
        ),
        h(
          "tbody",
          {},
          names.flatMap((name) =>
            shown.map(({ run, place }) => {
              const figures = run.summary.stages_ms[name] ?? {};
              const part = (value) => `${((100 * (value ?? 0)) / longest).toFixed(2)}%`;
              return h(
                "tr",
                {},
                h("th", { scope: "row" }, named("stage", name)),
                SEVERAL ? h("td", {}, runBadge(place)) : null,
                h(
                  "td",
                  { class: "meter" },
                  h("i", { style: { width: part(figures.p99) } }),
                  h("b", { style: { width: part(figures.p50) } }),
                ),
                quantiles.map((one) => h("td", { class: "n" }, showMs(figures[one]))),
              );
            }),
          ),
        ),
      ),
    ),
  );
}

function drawFooter() {
  fill(at("footer"), h("p", {}, t("footer.made", DATA.version)));
}
