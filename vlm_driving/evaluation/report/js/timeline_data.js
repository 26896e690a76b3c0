/** What of a run is drawn in a stretch of time: pure functions of columns. */

const MOST_POINTS = 2500;
const MOST_BINS = 1200;

/** First index in sorted `values` that is not below `wanted`. */
function lowerBound(values, wanted) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Indices of the frames in a stretch, one more on each side. @returns {[number, number]} */
function stretch(frames, range) {
  if (range === null) return [0, frames.n];
  return [
    Math.max(0, lowerBound(frames.t, range[0]) - 1),
    Math.min(frames.n, lowerBound(frames.t, range[1]) + 1),
  ];
}

/**
 * Frames to be drawn as points: all of them, or of each bin and outcome the lowest and the highest,
 * so that no peak is lost.
 * @returns {number[]}
 */
function thinned(frames, first, last) {
  const with_ = [];
  for (let index = first; index < last; index++)
    if (
      frames.latency[index] !== null &&
      frames.outcome[index] >= 0 &&
      drawnAsPoint(text(frames.outcome[index]))
    )
      with_.push(index);
  if (with_.length <= MOST_POINTS) return with_;
  const bins = Math.floor(MOST_POINTS / 4);
  const [from, to] = [frames.t[first], frames.t[last - 1]];
  /** @type {Map<string, {low: number, high: number}>} */
  const found = new Map();
  for (const index of with_) {
    const bin = Math.floor(((frames.t[index] - from) / (to - from || 1)) * bins);
    const key = `${bin}/${frames.outcome[index]}`;
    const one = found.get(key);
    if (one === undefined) found.set(key, { low: index, high: index });
    else if (frames.latency[index] < frames.latency[one.low]) one.low = index;
    else if (frames.latency[index] > frames.latency[one.high]) one.high = index;
  }
  const kept = new Set();
  for (const { low, high } of found.values()) {
    kept.add(low);
    kept.add(high);
  }
  return [...kept].sort((a, b) => a - b);
}

/** Frames that were never worked on have an age, but no latency worth a height. */
const drawnAsPoint = (outcome) => outcome !== "stale" && outcome !== "dropped";

/** The usual time between frames. */
function usualStep(frames) {
  const steps = [];
  const each = Math.max(1, Math.floor(frames.n / 500));
  for (let index = 1; index < frames.n; index += each)
    steps.push(frames.t[index] - frames.t[index - 1]);
  return quantile(steps, 0.5) || 1;
}

/**
 * Where a column has each of its values, as lines [from, to] that plotly draws with gaps.
 * Many frames are put into bins first, which then touch.
 * @param {(index: number) => string} value "" is a gap
 * @returns {Map<string, {x: (number|null)[]}>}
 */
function lanes(frames, first, last, step, value) {
  const found = new Map();
  const count = last - first;
  const bin = count > MOST_BINS ? (frames.t[last - 1] - frames.t[first] || 1) / MOST_BINS : 0;
  const add = (name, from, to) => {
    let lane = found.get(name);
    if (lane === undefined) {
      lane = { x: [] };
      found.set(name, lane);
    }
    const end = lane.x.length - 2;
    if (end >= 0 && from - lane.x[end] <= Math.max(bin, step * 0.02)) {
      if (to > lane.x[end]) lane.x[end] = to;
    } else lane.x.push(from, to, null);
  };
  for (let index = first; index < last; index++) {
    const name = value(index);
    if (name === "") continue;
    const next = index + 1 < frames.n ? frames.t[index + 1] - frames.t[index] : step;
    add(name, frames.t[index], frames.t[index] + Math.max(Math.min(next, 3 * step), bin));
  }
  return found;
}

/** The frame whose time is nearest. */
function nearestFrame(frames, time) {
  const after = Math.min(frames.n - 1, lowerBound(frames.t, time));
  const before = Math.max(0, after - 1);
  return time - frames.t[before] < frames.t[after] - time ? before : after;
}

/** From the first to the last frame of all runs that are drawn. @returns {[number, number]} */
function wholeRange() {
  let [low, high] = [Infinity, -Infinity];
  for (const run of RUNS)
    if (run.frames) {
      low = Math.min(low, run.frames.t[0]);
      high = Math.max(high, run.frames.t[run.frames.n - 1] + usualStep(run.frames));
    }
  const edge = (high - low) * 0.01 || 0.5;
  return [low - edge, high + edge];
}
