/** Which questions and frames the filters leave, in which order; and what changed between runs. */

/** Score of the compared run less that of the base; null where one of them has none. */
function scoreChange(question, judge = state.judge) {
  if (state.other === null) return null;
  const [before, after] = [
    judged(question, state.main, judge),
    judged(question, state.other, judge),
  ];
  if (before === null || after === null || before.score === null || after.score === null)
    return null;
  return after.score - before.score;
}

/** better, worse, same, or "" where nothing can be said. */
function changeWord(change) {
  if (change === null) return "";
  return change > 0.005 ? "better" : change < -0.005 ? "worse" : "same";
}

function questionMatches(question, filter) {
  const one = question.by[state.main] ?? question.by.find(Boolean);
  const judgement = judged(question, state.main, state.judge);
  if (filter.category && question.category !== filter.category) return false;
  if (filter.image && question.image_category !== filter.image) return false;
  if (filter.outcome && (one.outcome || "missing") !== filter.outcome) return false;
  if (filter.verdict && verdict(judgement) !== filter.verdict) return false;
  const score = judgement?.score ?? null;
  if (filter.min !== "" && (score === null || score < Number(filter.min))) return false;
  if (filter.max !== "" && (score === null || score > Number(filter.max))) return false;
  if (filter.change && changeWord(scoreChange(question)) !== filter.change) return false;
  if (filter.text) {
    const wanted = filter.text.toLowerCase();
    const said = question.by.filter(Boolean).map((each) => each.answer);
    const all = [
      question.id,
      question.text,
      question.reference,
      question.context,
      question.image,
      ...said,
    ];
    if (!all.some((each) => each.toLowerCase().includes(wanted))) return false;
  }
  return true;
}

/** How each column of the questions is sorted; nulls come last. */
const QUESTION_KEYS = {
  number: (one) => one.number,
  category: (one) => CATEGORIES.indexOf(one.category),
  question: (one) => one.text,
  answer: (one) => one.by[state.main]?.answer ?? null,
  score: (one) => judged(one, state.main, state.judge)?.score ?? null,
  latency: (one) => one.by[state.main]?.latency ?? null,
  outcome: (one) => one.by[state.main]?.outcome || null,
  change: (one) => scoreChange(one),
};

/** @template T @param {T[]} list @param {(one: T) => any} key @param {boolean} down */
function sorted(list, key, down) {
  const keyed = list.map((one, place) => ({ one, place, key: key(one) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null)
      return a.key === b.key ? a.place - b.place : a.key === null ? 1 : -1;
    const order = typeof a.key === "string" ? a.key.localeCompare(b.key, "ja") : a.key - b.key;
    return (down ? -order : order) || a.place - b.place;
  });
  return keyed.map((each) => each.one);
}

function visibleQuestions() {
  const kept = QUESTIONS.filter((one) => questionMatches(one, state.asked));
  return sorted(kept, QUESTION_KEYS[state.askedSort.key], state.askedSort.down);
}

/** Whether any filter of an object is set. @param {Record<string, any>} filter */
const filtering = (filter) =>
  Object.values(filter).some((value) => value !== "" && value !== false);

/** What is between frame `index` of the base and its pair: a list of words for `change`. */
function frameChanges(index) {
  const pair = state.other === null ? null : pairedFrame(state.main, index, state.other);
  if (pair === null || state.other === null) return [];
  const [before, after] = [RUNS[state.main], RUNS[state.other]];
  const [a, b] = [before.frames, after.frames];
  const found = [];
  const [right, then] = [before.truth?.columns.right[index], after.truth?.columns.right[pair]];
  if (right === 1 && then === 0) found.push("rightwrong");
  if (right === 0 && then === 1) found.push("wrongright");
  const [had, has] = [ANSWERED.has(text(a.outcome[index])), ANSWERED.has(text(b.outcome[pair]))];
  if (had && !has) found.push("outcomeworse");
  if (!had && has) found.push("outcomebetter");
  if (a.speed[index] !== b.speed[pair] || a.path[index] !== b.path[pair])
    found.push("changedadvice");
  const [slow, slower] = [a.latency[index], b.latency[pair]];
  if (slow !== null && slower !== null && had && has) {
    if (slower - slow > SLOWER_MS) found.push("slower");
    if (slow - slower > SLOWER_MS) found.push("faster");
  }
  return found;
}
const SLOWER_MS = 20;

/** @type {{key: string, by: string[][]}} */
let changesKept = { key: "", by: [] };

/** `frameChanges` of every frame of the base, kept until other runs are compared. */
function allFrameChanges() {
  const key = `${state.main}/${state.other}`;
  if (changesKept.key !== key) {
    const count = RUNS[state.main].frames?.n ?? 0;
    changesKept = { key, by: Array.from({ length: count }, (_, index) => frameChanges(index)) };
  }
  return changesKept.by;
}

/** Which texts of the table hold some words. @param {string} words */
function textsWith(words) {
  const wanted = words.toLowerCase();
  return new Set(
    DATA.texts.flatMap((one, place) => (one.toLowerCase().includes(wanted) ? [place] : [])),
  );
}

/** How each column of the frames is sorted. */
const FRAME_KEYS = {
  index: (run) => (index) => index,
  latency: (run) => (index) => run.frames.latency[index],
  outcome: (run) => (index) => OUTCOME_ORDER.indexOf(text(run.frames.outcome[index])),
  speed: (run) => (index) => text(run.frames.speed[index]) || null,
  path: (run) => (index) => text(run.frames.path[index]) || null,
  score: (run) => (index) => run.truth?.columns.score[index] ?? null,
  truth: (run) => (index) => run.truth?.columns.right[index] ?? null,
};

/** The advice of a frame, or its absence, as the matrices name it. */
const adviceOr = (place) => text(place) || "none";

function visibleFrames() {
  const run = RUNS[state.main];
  if (!run.frames) return [];
  const { frames, truth } = run;
  const filter = state.frames;
  const words = filter.text ? textsWith(filter.text) : null;
  const changes = filter.change ? allFrameChanges() : [];
  const range = filter.view ? state.range : null;
  const kept = [];
  for (let index = 0; index < frames.n; index++) {
    if (filter.outcome && text(frames.outcome[index]) !== filter.outcome) continue;
    if (filter.speed && adviceOr(frames.speed[index]) !== filter.speed) continue;
    if (filter.path && adviceOr(frames.path[index]) !== filter.path) continue;
    if (filter.backend && text(frames.backend[index]) !== filter.backend) continue;
    if (filter.truthSpeed && (!truth || text(truth.columns.speed[index]) !== filter.truthSpeed))
      continue;
    if (filter.truthPath && (!truth || text(truth.columns.path[index]) !== filter.truthPath))
      continue;
    if (filter.verdict && truth?.columns.right[index] !== (filter.verdict === "right" ? 1 : 0))
      continue;
    if (filter.change && !changes[index].includes(filter.change)) continue;
    if (range && (frames.t[index] < range[0] || frames.t[index] > range[1])) continue;
    if (
      words &&
      ![frames.advice_ja, frames.description, frames.reason].some((one) => words.has(one[index]))
    )
      continue;
    kept.push(index);
  }
  if (state.frameSort.key === "index") return state.frameSort.down ? kept.reverse() : kept;
  return sorted(kept, FRAME_KEYS[state.frameSort.key](run), state.frameSort.down);
}
