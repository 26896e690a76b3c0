/** Words of the page in two languages. What a model or a bag says is never translated. */

/** @typedef {"ja" | "en"} Language */

/** @type {Record<string, Record<string, string>>} */
const WORDS = {};

/** @type {Language} */
let language = "ja";

/**
 * The text of a key in the page's language, with {0}, {1}.. filled in.
 * @param {string} key
 * @param {...(string|number)} values
 * @returns {string}
 */
function t(key, ...values) {
  const text = WORDS[language][key] ?? WORDS.en[key] ?? key;
  return text.replace(/\{(\d)\}/g, (_, place) => String(values[Number(place)] ?? ""));
}

/**
 * A word of a closed list (`outcome.ok`), or the word itself where the list does not know it.
 * @param {string} list
 * @param {string | null | undefined} word
 */
function named(list, word) {
  if (word === null || word === undefined || word === "") return "-";
  return WORDS[language][`${list}.${word}`] ?? String(word);
}

/**
 * Hazards, `kind:side:range` with spaces between, for readers.
 * @param {string} text
 * @returns {string[]}
 */
function hazardWords(text) {
  return text
    .split(" ")
    .filter(Boolean)
    .map((one) => {
      const [kind, side, range] = one.split(":");
      const words = `${named("side", side)}${t("hazard.between")}${named("range", range)}`;
      return t("hazard.form", named("hazard", kind), words);
    });
}
