/** What the reader has chosen. Whoever shows something of it listens; nobody else changes it. */

const NO_QUESTION_FILTER = {
  text: "",
  category: "",
  image: "",
  outcome: "",
  verdict: "",
  min: "",
  max: "",
  change: "",
};
const NO_FRAME_FILTER = {
  text: "",
  outcome: "",
  speed: "",
  path: "",
  truthSpeed: "",
  truthPath: "",
  backend: "",
  verdict: "",
  change: "",
  view: false,
};

const state = {
  judge: JUDGES[0] ?? "",
  axes: "category",
  /** The run whose frames are in the table, and the base of comparisons. */
  main: 0,
  /** The run that is compared with it; null where there is one run. @type {number|null} */
  other: SEVERAL ? 1 : null,
  asked: { ...NO_QUESTION_FILTER },
  askedSort: { key: SEVERAL ? "change" : "number", down: false },
  frames: { ...NO_FRAME_FILTER },
  frameSort: { key: "index", down: false },
  /** @type {string|null} */
  question: null,
  /** A frame of run `main`. @type {number|null} */
  frame: null,
  /** What the timeline shows, in its own unit; null: all. @type {[number, number]|null} */
  range: null,
};

/** @type {Record<string, (() => void)[]>} */
const listeners = {};

/** @param {string} event @param {() => void} act */
function listen(event, act) {
  (listeners[event] ??= []).push(act);
}

/** @param {...string} events */
function tell(...events) {
  for (const event of events) for (const act of listeners[event] ?? []) act();
  remember();
}

/** Change the filter of the questions. @param {Partial<typeof NO_QUESTION_FILTER>} change */
function filterQuestions(change) {
  Object.assign(state.asked, change);
  tell("asked");
}

/** Filter by a value, or no longer if it is the one already. @param {"category"|"image"} key */
function toggleQuestions(key, value) {
  const other = key === "category" ? "image" : "category";
  filterQuestions({ [key]: state.asked[key] === value ? "" : value, [other]: "" });
}

/** @param {Partial<typeof NO_FRAME_FILTER>} change */
function filterFrames(change) {
  Object.assign(state.frames, change);
  tell("frames");
}

/** @param {string|null} id */
function chooseQuestion(id) {
  state.question = id;
  tell("question");
}

/** @param {number|null} index of run `main`, or of `place` @param {number} [place] */
function chooseFrame(index, place = state.main) {
  if (place !== state.main && index !== null) {
    state.other = state.main;
    state.main = place;
    state.frame = index;
    tell("runs");
    return;
  }
  state.frame = index;
  tell("frame");
}

/** @param {Language} chosen */
function chooseLanguage(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  try {
    localStorage.setItem("vlm_driving.language", chosen);
  } catch {
    /* a browser may forbid it on files: the address remembers it then */
  }
  tell("language");
}

/** Keep language, runs, judge, question and frame in the address, so that it can be passed on. */
function remember() {
  const kept = new URLSearchParams();
  kept.set("lang", language);
  if (SEVERAL) kept.set("runs", `${RUNS[state.main].letter}${RUNS[state.other ?? 0].letter}`);
  if (state.judge !== (JUDGES[0] ?? "")) kept.set("judge", state.judge);
  if (state.question !== null) kept.set("q", state.question);
  if (state.frame !== null) kept.set("frame", String(state.frame));
  try {
    history.replaceState(null, "", `#${kept}`);
  } catch {
    /* where the address cannot be changed, nothing is lost but this */
  }
}

/** Read back what `remember` wrote. */
function recall() {
  const kept = new URLSearchParams(location.hash.slice(1));
  let chosen = kept.get("lang");
  try {
    chosen ??= localStorage.getItem("vlm_driving.language");
  } catch {
    /* as above */
  }
  language = chosen === "en" ? "en" : "ja";
  document.documentElement.lang = language;
  const letters = [...(kept.get("runs") ?? "")];
  const [main, other] = letters.map((one) => RUNS.findIndex(({ letter }) => letter === one));
  if (SEVERAL && letters.length === 2 && main >= 0 && other >= 0 && main !== other)
    Object.assign(state, { main, other });
  const judge = kept.get("judge");
  if (judge !== null && JUDGES.includes(judge)) state.judge = judge;
  const question = kept.get("q");
  state.question = question !== null && QUESTION_BY_ID.has(question) ? question : null;
  const frame = Number(kept.get("frame") ?? NaN);
  const known = Number.isInteger(frame) && frame >= 0 && frame < (RUNS[state.main].frames?.n ?? 0);
  state.frame = known ? frame : null;
}
