/** The table of frames, and its filters. */

/** @type {VirtualTable|null} */
let frameTable = null;

function drawFrames() {
  const section = at("frames");
  const run = RUNS[state.main];
  section.hidden = !run.frames;
  if (section.hidden) return;
  if (!at("frame-list")) {
    section.append(
      h("div", { id: "frames-head" }),
      h("div", { id: "frame-detail", class: "frame-detail", "aria-live": "polite" }),
      h("div", { id: "frame-filters", class: "filters", role: "search" }),
      h("div", { id: "frame-list", class: "vtable" }),
      h("p", { id: "frames-note", class: "small dim" }),
    );
    frameTable = new VirtualTable(at("frame-list"), {
      label: () => t("frames.title"),
      row: (index) => frameCells(index),
      choose: (index) => chooseFrame(index),
      open: openFrame,
    });
  }
  drawFrameFilters();
  const shown = visibleFrames();
  fill(
    at("frames-head"),
    heading(
      "frames.title",
      h("span", { class: "count", id: "fcount" }, t("questions.count", shown.length, run.frames.n)),
    ),
  );
  const head = frameColumns().map(([name, key]) =>
    sortHead(t(`col.${name}`), key, state.frameSort, "frames", { class: `c-${name}` }),
  );
  at("frame-list").style.setProperty(
    "--columns",
    frameColumns()
      .map(([, , width]) => width)
      .join(" "),
  );
  at("frame-list").style.setProperty("--least", SEVERAL ? "1440px" : "1120px");
  frameTable?.show(head, shown, state.frame);
  at("frame-filters").setAttribute("aria-label", t("frames.title"));
  fill(
    at("frames-note"),
    h("span", { class: "screen" }, t(shown.length ? "frames.keys" : "frames.empty")),
    h("span", { class: "paper" }, t("frames.print", run.frames.n)),
  );
}

/** Name, what it sorts by, and width of each column. @returns {[string, string|null, string][]} */
function frameColumns() {
  const truth = RUNS[state.main].truth;
  return [
    ["frame", "index", "66px"],
    ["time", null, "72px"],
    ["outcome", "outcome", "128px"],
    ["latency", "latency", SEVERAL ? "128px" : "92px"],
    ["speed", "speed", SEVERAL ? "190px" : "104px"],
    ["path", "path", SEVERAL ? "190px" : "112px"],
    ...(truth
      ? [
          /** @type {[string, string|null, string]} */ (["truth", "truth", "132px"]),
          /** @type {[string, string|null, string]} */ (["score", "score", "76px"]),
        ]
      : []),
    ["backend", null, "92px"],
    ["text", null, "minmax(260px, 1fr)"],
  ];
}

function frameCells(index) {
  const run = RUNS[state.main];
  const { frames, truth } = run;
  const pair = state.other === null ? null : pairedFrame(state.main, index, state.other);
  const other = pair === null || state.other === null ? null : RUNS[state.other].frames;
  const beside = (now, then) =>
    now === then ? now : [now, h("span", { class: "then" }, " → ", then)];
  const both = (column, name) => {
    const made = (value) => (value ? name(value) : "-");
    const [now, then] = [
      text(frames[column][index]),
      other === null || pair === null ? null : text(other[column][pair]),
    ];
    return then === null || then === now
      ? made(now)
      : [made(now), h("span", { class: "then" }, " → "), made(then)];
  };
  const right = truth?.columns.right[index];
  const late = frames.late[index] ? h("span", { class: "bad", title: t("tile.late") }, " !") : null;
  return [
    frames.sequence[index],
    show(frames.t[index], frames.unit === "s" ? 2 : 0),
    both("outcome", outcomeTag),
    h(
      "span",
      {},
      beside(
        showMs(frames.latency[index]),
        other === null || pair === null
          ? showMs(frames.latency[index])
          : showMs(other.latency[pair]),
      ),
      late,
    ),
    both("speed", speedTag),
    both("path", pathTag),
    ...(truth
      ? [
          right === null || right === undefined
            ? "-"
            : h(
                "span",
                { class: right ? "" : "bad" },
                right ? "✓ " : "✕ ",
                named("speed", text(truth.columns.speed[index])),
              ),
          truth.columns.score[index] === null ? "-" : show(truth.columns.score[index], 1),
        ]
      : []),
    cut(text(frames.backend[index]) || "-", 40),
    cut(
      `${text(frames.advice_ja[index])}${text(frames.description[index])}` ||
        text(frames.reason[index]),
    ),
  ];
}

function drawFrameFilters() {
  const run = RUNS[state.main];
  const filter = state.frames;
  const used = (column) => [...new Set(column.filter((place) => place >= 0))].map(text);
  const set = (key) => (value) => filterFrames({ [key]: value });
  const backends = used(run.frames.backend);
  const advice = (key, list, labels) =>
    pick(
      `f:${key}`,
      t(`col.${key}`),
      filter[key],
      [...labels, "none"],
      (one) => (one === "none" ? t("truth.noadvice") : named(list, one)),
      set(key),
    );
  fill(
    at("frame-filters"),
    searchBox("f:text", filter.text, t("frames.placeholder"), set("text")),
    pick(
      "f:outcome",
      t("filter.outcome"),
      filter.outcome,
      OUTCOME_ORDER.filter((one) => used(run.frames.outcome).includes(one)),
      (one) => named("outcome", one),
      set("outcome"),
    ),
    advice("speed", "speed", Object.keys(SPEEDS)),
    advice("path", "path", Object.keys(PATHS)),
    run.truth
      ? [
          pick(
            "f:truthSpeed",
            `${t("col.truth")} (${t("col.speed")})`,
            filter.truthSpeed,
            Object.keys(SPEEDS),
            (one) => named("speed", one),
            set("truthSpeed"),
          ),
          pick(
            "f:truthPath",
            `${t("col.truth")} (${t("col.path")})`,
            filter.truthPath,
            Object.keys(PATHS),
            (one) => named("path", one),
            set("truthPath"),
          ),
          pick(
            "f:verdict",
            t("filter.verdict"),
            filter.verdict,
            ["right", "wrong"],
            (one) => `${VERDICT_SIGNS[one]} ${t(`verdict.${one}`)}`,
            set("verdict"),
          ),
        ]
      : null,
    backends.length > 1
      ? pick("f:backend", t("col.backend"), filter.backend, backends, (one) => one, set("backend"))
      : null,
    SEVERAL
      ? pick(
          "f:change",
          t("filter.change"),
          filter.change,
          [
            "rightwrong",
            "wrongright",
            "outcomeworse",
            "outcomebetter",
            "changedadvice",
            "slower",
            "faster",
          ],
          (one) => t(`compare.${one}`, SLOWER_MS),
          set("change"),
        )
      : null,
    h(
      "label",
      { class: "check" },
      h("input", {
        type: "checkbox",
        checked: filter.view,
        data: { key: "f:view" },
        on: { change: (event) => filterFrames({ view: event.target.checked }) },
      }),
      t("frames.view"),
    ),
    button(t("filter.clear"), () => filterFrames({ ...NO_FRAME_FILTER }), {
      class: "clear",
      disabled: !filtering(filter),
      data: { key: "f:clear" },
    }),
  );
}

/** Enter on a row: on to the report. */
function openFrame(index) {
  chooseFrame(index);
  at("frame-detail").scrollIntoView({ block: "nearest" });
  at("frame-detail").querySelector("button")?.focus({ preventScroll: true });
}
