/** Above a comparison: what the two runs do not share. */

/** What two runs do not share, so that a figure of one is not a figure of the other. */
function unlikeRuns(base, other) {
  const unlike = (key, of) => (of(base) === of(other) ? null : t(key, of(base), of(other)));
  const pace = (run) => String(run.settings.pace ?? run.summary.pace ?? "-");
  const judge = (run) => {
    const by = run.scores[state.judge]?.judge;
    return by ? `${by.name} ${by.version}` : "";
  };
  const oneJudged = () =>
    base.questions.length && other.questions.length && (judge(base) || judge(other))
      ? t("compare.unlike.unjudged", state.judge, runName(RUNS.indexOf(judge(base) ? base : other)))
      : null;
  const ids = new Set(base.questions.map((one) => one.id));
  const paired = QUESTIONS.filter((one) => one.by[RUNS.indexOf(base)] && one.by[RUNS.indexOf(other)]);
  const changed = other.questions.filter((one) => ids.has(one.id)).length - paired.length;
  const alone = base.questions.length + other.questions.length - 2 * (paired.length + changed);
  const lines = [
    unlike("compare.unlike.recording", (run) => run.title),
    judge(base) && judge(other) ? unlike("compare.unlike.judge", judge) : oneJudged(),
    base.frames && other.frames ? unlike("compare.unlike.pace", pace) : null,
    base.frames && other.frames ? unlike("compare.unlike.frames", (run) => run.frames.n) : null,
    changed > 0 ? t("compare.unlike.changed", changed) : null,
    alone > 0 && base.questions.length && other.questions.length
      ? t("compare.unlike.alone", alone)
      : null,
  ].filter(Boolean);
  if (lines.length === 0) return null;
  return h(
    "div",
    { class: "flags unlike", role: "note" },
    h("strong", {}, `⚠ ${t("compare.unlike")}`),
    h(
      "ul",
      {},
      lines.map((line) => h("li", {}, line)),
    ),
  );
}
