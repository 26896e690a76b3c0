/** Elements made of data. Text is always a text node: nothing here parses HTML. */

/**
 * An element. Attributes that are null, undefined or false are left out; `on` holds listeners,
 * `style` properties, `data` data attributes.
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...any} children elements, texts, lists of both; null and false are left out
 * @returns {any}
 */
function h(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on")
      for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (key === "style")
      for (const [one, how] of Object.entries(value)) made.style.setProperty(one, String(how));
    else if (key === "data") Object.assign(made.dataset, value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(
    ...children
      .flat(3)
      .filter((one) => one !== null && one !== undefined && one !== false)
      .map((one) => (one instanceof Node ? one : String(one))),
  );
  return made;
}

/**
 * @param {string} id
 * @returns {any}
 */
const at = (id) => document.getElementById(id);

/** A button. @param {any} text @param {() => void} act @param {Record<string, any>} [attributes] */
function button(text, act, attributes = {}) {
  return h(
    "button",
    { type: "button", ...attributes, on: { click: act, ...(attributes.on ?? {}) } },
    text,
  );
}

/**
 * Replace what an element holds and keep the keyboard's place: the element with the same
 * `data-key` has the focus afterwards.
 * @param {HTMLElement} where
 * @param {...any} children
 */
function fill(where, ...children) {
  const focused = document.activeElement;
  const key =
    focused instanceof HTMLElement && where.contains(focused) ? focused.dataset.key : undefined;
  where.replaceChildren(...children.flat(3).filter(Boolean));
  if (key !== undefined) {
    const again = [...where.querySelectorAll("[data-key]")].find(
      (one) => /** @type {HTMLElement} */ (one).dataset.key === key,
    );
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }
}

/** A section's heading with what stands beside it. */
function heading(key, ...beside) {
  return h("div", { class: "heading" }, h("h2", {}, t(key)), ...beside);
}

/** A row of buttons of which one is pressed. @param {string} label @param {[string, string][]} choices */
function choice(label, choices, chosen, choose, key) {
  return h(
    "div",
    { class: "choice", role: "group", "aria-label": label },
    choices.map(([value, text]) =>
      button(text, () => choose(value), {
        "aria-pressed": String(value === chosen),
        data: { key: `${key}:${value}` },
      }),
    ),
  );
}

/** Tell a reader of the screen what has changed. @param {string} text */
function say(text) {
  at("said").textContent = text;
}

/** A number for readers. @param {number|null|undefined} value */
function show(value, digits = 1) {
  return value === null || value === undefined || !Number.isFinite(value)
    ? "-"
    : value.toFixed(digits);
}

/** Milliseconds: three figures are enough. @param {number|null|undefined} value */
const showMs = (value) =>
  show(value, value !== null && value !== undefined && Math.abs(value) < 100 ? 1 : 0);

/** @param {number|null|undefined} share */
const showShare = (share, digits = 1) =>
  share === null || share === undefined ? "-" : `${(share * 100).toFixed(digits)} %`;

/** With its sign; a true minus. @param {number} value */
const signed = (value, digits = 1) =>
  `${value > 0 ? "+" : value < 0 ? "−" : "±"}${Math.abs(value).toFixed(digits)}`;

/** The beginning of a text: a cell that shows two lines need not lay out ten thousand characters. */
const cut = (words, most = 300) => (words.length > most ? `${words.slice(0, most)}…` : words);
