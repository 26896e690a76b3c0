/** A table that draws only the rows in sight: ten thousand rows scroll as well as ten. */

const ROW_PX = 36;
const MORE_ROWS = 12;

class VirtualTable {
  /**
   * @param {HTMLElement} where an empty element that scrolls
   * @param {{label: () => string, row: (item: number) => any[], choose: (item: number) => void,
   *   open: (item: number) => void, rowClass?: (item: number) => string}} how
   */
  constructor(where, how) {
    this.how = how;
    this.where = where;
    /** @type {number[]} */
    this.items = [];
    /** @type {number|null} */
    this.chosen = null;
    this.head = h("div", { class: "vhead", role: "row" });
    this.rows = h("div", { class: "vrows", role: "rowgroup" });
    where.append(h("div", { role: "rowgroup" }, this.head), this.rows);
    where.setAttribute("role", "grid");
    where.tabIndex = 0;
    where.addEventListener("scroll", () => this.draw(), { passive: true });
    where.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(where);
  }

  /** @param {any[]} head @param {number[]} items @param {number|null} chosen */
  show(head, items, chosen) {
    fill(this.head, ...head);
    this.items = items;
    this.chosen = chosen;
    this.where.setAttribute("aria-label", this.how.label());
    this.where.setAttribute("aria-rowcount", String(items.length + 1));
    this.rows.style.height = `${items.length * ROW_PX}px`;
    this.draw();
  }

  /** Choose an item from elsewhere, and bring it into sight. @param {number|null} item */
  reveal(item) {
    this.chosen = item;
    const place = item === null ? -1 : this.items.indexOf(item);
    if (place >= 0) {
      const top = place * ROW_PX;
      const room = this.where.clientHeight - this.head.offsetHeight - ROW_PX;
      if (top < this.where.scrollTop || top > this.where.scrollTop + room)
        this.where.scrollTop = Math.max(0, top - room / 2);
    }
    this.draw();
  }

  draw() {
    const first = Math.max(0, Math.floor(this.where.scrollTop / ROW_PX) - MORE_ROWS);
    const last = Math.min(
      this.items.length,
      Math.ceil((this.where.scrollTop + this.where.clientHeight) / ROW_PX) + MORE_ROWS,
    );
    const made = [];
    for (let place = first; place < last; place++) {
      const item = this.items[place];
      const chosen = item === this.chosen;
      made.push(
        h(
          "div",
          {
            class: `vrow ${this.how.rowClass?.(item) ?? ""}`,
            role: "row",
            id: `${this.where.id}-${item}`,
            "aria-rowindex": place + 2,
            "aria-selected": String(chosen),
            style: { top: `${place * ROW_PX}px` },
            on: { click: () => this.how.choose(item), dblclick: () => this.how.open(item) },
          },
          this.how.row(item).map((cell) => h("div", { role: "gridcell" }, cell)),
        ),
      );
    }
    this.rows.replaceChildren(...made);
    const seen =
      this.chosen !== null && made.some((one) => one.id === `${this.where.id}-${this.chosen}`);
    if (seen) this.where.setAttribute("aria-activedescendant", `${this.where.id}-${this.chosen}`);
    else this.where.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target !== this.where || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = this.chosen === null ? -1 : this.items.indexOf(this.chosen);
    const page = Math.max(1, Math.floor(this.where.clientHeight / ROW_PX) - 2);
    /** @type {Record<string, number>} */
    const moves = {
      ArrowDown: place + 1,
      ArrowUp: Math.max(place, 1) - 1,
      PageDown: place + page,
      PageUp: place - page,
      Home: 0,
      End: this.items.length - 1,
    };
    if ((event.key === "Enter" || event.key === " ") && this.chosen !== null)
      this.how.open(this.chosen);
    else if (event.key in moves && this.items.length)
      this.how.choose(this.items[Math.max(0, Math.min(this.items.length - 1, moves[event.key]))]);
    else return;
    event.preventDefault();
  }
}

/** A column's head that sorts. @param {string} word @param {string|null} key null: no sorting */
function sortHead(word, key, sort, event, attributes = {}) {
  if (key === null) return h("div", { role: "columnheader", ...attributes }, word);
  const on = sort.key === key;
  return h(
    "div",
    {
      role: "columnheader",
      "aria-sort": on ? (sort.down ? "descending" : "ascending") : "none",
      ...attributes,
    },
    sortButton(word, key, sort, event),
  );
}

/** The button in it. */
function sortButton(word, key, sort, event) {
  const on = sort.key === key;
  return button(
    [word, h("i", { "aria-hidden": "true" }, on ? (sort.down ? "▼" : "▲") : "")],
    () => {
      if (on) sort.down = !sort.down;
      else {
        sort.key = key;
        sort.down = false;
      }
      tell(event);
    },
    { class: "sort", "aria-label": t("sort", word), data: { key: `sort:${event}:${key}` } },
  );
}
