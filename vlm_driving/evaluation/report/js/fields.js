/** Fields of the filters: for words, and for one of several values. */

/** A search field; what is typed counts a moment later, and the field stays as it is. */
function searchBox(key, value, placeholder, act) {
  let waiting = 0;
  const kept =
    document.activeElement instanceof HTMLInputElement && document.activeElement.dataset.key === key
      ? document.activeElement
      : null;
  if (kept) return kept;
  return h("input", {
    type: "search",
    value,
    placeholder,
    "aria-label": t("filter.text"),
    data: { key },
    on: {
      input: (event) => {
        clearTimeout(waiting);
        waiting = setTimeout(() => act(event.target.value), 120);
      },
    },
  });
}

/** A list to pick from; the first entry is everything. */
function pick(key, label, value, values, name, act) {
  return h(
    "label",
    {},
    label,
    h(
      "select",
      { data: { key }, on: { change: (event) => act(event.target.value) } },
      h("option", { value: "" }, t("filter.all")),
      values.map((one) => h("option", { value: one, selected: one === value }, cut(name(one), 40))),
    ),
  );
}
