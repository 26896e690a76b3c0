/** Pictures in large: Escape closes, the arrow keys go on. */

/** @typedef {{place: number, picture: string, title: string, lines: string[]}} Shot */

/** @type {{shots: Shot[], at: number, back: Element|null}} */
const viewed = { shots: [], at: 0, back: null };

/** @param {Shot[]} shots @param {number} start */
function openViewer(shots, start) {
  if (shots.length === 0) return;
  viewed.shots = shots;
  viewed.at = Math.max(0, start);
  viewed.back = document.activeElement;
  drawViewer();
  const dialog = at("viewer");
  if (!dialog.open) dialog.showModal();
}

/** @param {number} by */
function turnViewer(by) {
  viewed.at = (viewed.at + by + viewed.shots.length) % viewed.shots.length;
  drawViewer();
}

function drawViewer() {
  const shot = viewed.shots[viewed.at];
  const count = t("viewer.place", viewed.at + 1, viewed.shots.length);
  const dialog = at("viewer");
  dialog.setAttribute("aria-label", shot.title);
  fill(
    dialog,
    h(
      "figure",
      {},
      h("img", { src: pictureOf(shot.place, shot.picture), alt: shot.title }),
      h(
        "figcaption",
        {},
        h("strong", {}, shot.title),
        shot.lines.map((line) => h("p", {}, line)),
      ),
    ),
    h(
      "div",
      { class: "bar" },
      button(`← ${t("viewer.prev")}`, () => turnViewer(-1), { data: { key: "prev" } }),
      h("span", { "aria-live": "polite" }, count),
      button(`${t("viewer.next")} →`, () => turnViewer(1), { data: { key: "next" } }),
      h("span", { class: "dim keys" }, t("viewer.keys")),
      button(t("viewer.close"), () => dialog.close(), { data: { key: "close" } }),
    ),
  );
}

function startViewer() {
  const dialog = at("viewer");
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") turnViewer(1);
    else if (event.key === "ArrowLeft") turnViewer(-1);
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    if (viewed.back instanceof HTMLElement) viewed.back.focus();
  });
}

/** A small picture that opens the viewer; drawn when it comes near. */
function thumbnail(place, picture, label, open) {
  const uri = pictureOf(place, picture);
  if (uri === null) return h("span", { class: "nopicture", "aria-hidden": "true" });
  return button(h("img", { src: uri, alt: "", loading: "lazy", decoding: "async" }), open, {
    class: "thumb",
    "aria-label": label,
    title: label,
  });
}

/** The questions in the table that have pictures, as shots. */
function questionShots() {
  return visibleQuestions().flatMap((question) => {
    const shot = questionShot(question);
    return shot === null ? [] : [shot];
  });
}

/** @returns {(Shot & {id: string})|null} */
function questionShot(question) {
  const place = question.by.findIndex(
    (one) => one !== null && pictureOf(question.by.indexOf(one), one.picture) !== null,
  );
  if (place < 0) return null;
  const lines = [
    question.text,
    ...question.by.flatMap((one, run) =>
      one === null
        ? []
        : [`${SEVERAL ? `${RUNS[run].letter}: ` : ""}${one.answer || t("q.noanswer")}`],
    ),
  ];
  return {
    id: question.id,
    place,
    picture: question.by[place].picture,
    title: `${t("col.question")} ${question.id}`,
    lines,
  };
}

/** Frames of a run that have pictures, as shots. @param {number} place */
function frameShots(place) {
  const { frames } = RUNS[place];
  const shots = [];
  for (let index = 0; index < frames.n; index++) {
    const picture = framePicture(place, index);
    if (picture === null) continue;
    const lines = [
      text(frames.advice_ja[index]),
      text(frames.description[index]) || text(frames.reason[index]),
    ];
    const title = t("frame.title", frames.sequence[index]);
    shots.push({ index, place, picture, title, lines: lines.filter(Boolean) });
  }
  return shots;
}
