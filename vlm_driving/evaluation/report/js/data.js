/** The page's data, read once. Texts that repeat stand in one table; -1 is no text. */

const DATA = JSON.parse(at("data").textContent);
/** @type {any[]} */
const RUNS = DATA.runs;
const SEVERAL = RUNS.length > 1;
const CATEGORIES = ["conv", "detail", "complex"];
const ANSWERED = new Set(["ok", "truncated", "unsure"]);

/** @param {number} place */
const text = (place) => (place < 0 ? "" : DATA.texts[place]);

/** What makes a question the same in another run: with one of these changed its score is another's. */
const OF_A_QUESTION = ["category", "text", "reference", "image", "moment", "rubric"];
const sameQuestion = (a, b) =>
  OF_A_QUESTION.every((key) => a[key] === b[key] || a[key] === "" || b[key] === "");

/** One question with what every run has of it; runs may use one id for unlike questions. */
const QUESTIONS = (() => {
  /** @type {Map<string, any>} */
  const found = new Map();
  RUNS.forEach((run, place) => {
    for (const one of run.questions) {
      const names = [one.id, ...RUNS.slice(0, place + 1).map(({ letter }) => `${one.id} (${letter})`)];
      const known = names.filter((name) => found.has(name)).map((name) => found.get(name));
      let question = known.find((other) => other.by[place] === null && sameQuestion(other, one));
      if (question === undefined) {
        const id = known.length === 0 ? one.id : `${one.id} (${run.letter})`;
        question = { ...one, id, number: found.size, by: RUNS.map(() => null) };
        found.set(id, question);
      }
      one.key = question.id;
      question.by[place] = one;
    }
  });
  return [...found.values()];
})();
const QUESTION_BY_ID = new Map(QUESTIONS.map((one) => [one.id, one]));

/** Judges of any run, in the order of the runs. @type {string[]} */
const JUDGES = [
  ...new Set(
    RUNS.flatMap((run) => [
      ...Object.keys(run.scores),
      ...run.questions.flatMap((one) => Object.keys(one.scores)),
    ]),
  ),
];

/** Camera and stamp of each frame of each run, and which of equal ones it is. */
const MOMENTS = RUNS.map((run) => {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return (run.frames?.stamp ?? []).map((stamp, index) => {
    const moment = `${run.frames.camera[index]} ${stamp}`;
    const nth = seen.get(moment) ?? 0;
    seen.set(moment, nth + 1);
    return `${moment} ${nth}`;
  });
});
/** Which frame of each run is of a moment. */
const FRAME_BY_MOMENT = MOMENTS.map(
  (moments) => new Map(moments.map((moment, index) => [moment, index])),
);

/** Questions of each run by the frame that they were asked on. */
const ASKED_ON = RUNS.map((run) => {
  /** @type {Map<number, any[]>} */
  const found = new Map();
  for (const one of run.questions) {
    if (one.frame === null) continue;
    const list = found.get(one.frame);
    if (list) list.push(one);
    else found.set(one.frame, [one]);
  }
  return found;
});

/**
 * The frame of another run that has camera and stamp of this one; null where there is none.
 * @param {number} place @param {number} index @param {number} other
 */
function pairedFrame(place, index, other) {
  return FRAME_BY_MOMENT[other].get(MOMENTS[place][index]) ?? null;
}

/** What a judge says of a question's answer in a run, if it does. */
const judged = (question, place, judge) => question.by[place]?.scores[judge] ?? null;

/** right, partial, wrong, failed or unscored. */
function verdict(judgement) {
  if (judgement === null) return "unscored";
  if (judgement.failed || judgement.score === null) return "failed";
  if (judgement.right === true) return "right";
  const clean = judgement.violated.length === 0;
  if (judgement.right === null && judgement.score >= 8) return "right";
  return judgement.score >= 5 && clean ? "partial" : "wrong";
}

/** @param {any[]} values numbers and nulls */
function mean(values) {
  const numbers = values.filter((one) => typeof one === "number");
  return numbers.length === 0 ? null : numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

/** The p-th percentile, linearly interpolated. @param {any[]} values @param {number} p */
function quantile(values, p) {
  const sorted = values.filter((one) => typeof one === "number").sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const where = (sorted.length - 1) * p;
  const low = Math.floor(where);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (where - low);
}

/** The picture of a name in a run as a data URI; read when it is shown. */
function pictureOf(place, name) {
  if (name === null || name === undefined) return null;
  return PICTURES.get(`${place}/${name}`)?.textContent ?? null;
}
const PICTURES = new Map(
  [...document.querySelectorAll("script[data-picture]")].map((one) => [
    /** @type {HTMLElement} */ (one).dataset.picture,
    one,
  ]),
);

/** The picture's name of a frame; null where none was kept. */
function framePicture(place, index) {
  const frames = RUNS[place].frames;
  return frames.picture[index] ? `frame:${frames.sequence[index]}` : null;
}

/** What a run is called where several stand side by side. */
const runName = (place) =>
  SEVERAL ? `${RUNS[place].letter}: ${RUNS[place].name}` : RUNS[place].name;
