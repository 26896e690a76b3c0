"""The behaviour of report.html: a table that draws only the rows in view."""

SCRIPT = """
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const box = document.getElementById("frames"), body = box.querySelector(".body");
  const pick = document.getElementById("pick"), find = document.getElementById("find");
  const count = document.getElementById("count"), detail = document.getElementById("frame");
  const HEIGHT = 30, SPARE = 8, text = i => data.texts[i];
  const fixed = (value, digits) => value === null ? "" : value.toFixed(digits);
  let shown = data.rows, chosen = null;

  const cell = (name, value) => {
    const e = document.createElement("span");
    if (name) e.className = name;
    e.textContent = value;
    return e;
  };
  const row = (r, i) => {
    const e = document.createElement("div");
    e.className = r === chosen ? "row on" : "row";
    e.style.top = i * HEIGHT + "px";
    const outcome = cell("dot", text(r[2]));
    outcome.style.setProperty("--c", "var(--" + text(r[2]) + ")");
    e.append(cell("n", r[0]), cell("n", fixed(r[1], data.digits)), outcome,
      cell("n", fixed(r[3], 1)), cell("", text(r[4])), cell("n", fixed(r[5], 2)),
      cell("", [text(r[6]), text(r[7]), text(r[9])].filter(Boolean).join(" ")));
    e.onclick = () => { chosen = r; tell(r); draw(); };
    return e;
  };
  const tell = r => {
    const lines = ["#" + r[0] + "  " + fixed(r[1], data.digits) + " " + data.unit + "  " +
      text(r[2]) + (r[3] === null ? "" : "  " + fixed(r[3], 1) + " ms") + "  " + text(r[4])];
    for (const i of [6, 7, 8, 9]) if (text(r[i])) lines.push(text(r[i]));
    detail.textContent = lines.join("\\n");
  };
  const draw = () => {
    const first = Math.max(0, Math.floor(box.scrollTop / HEIGHT) - SPARE);
    const last = Math.min(shown.length,
      Math.ceil((box.scrollTop + box.clientHeight) / HEIGHT) + SPARE);
    body.replaceChildren(...shown.slice(first, last).map((r, i) => row(r, first + i)));
  };
  const filter = () => {
    const word = find.value.trim();
    shown = data.rows.filter(r => (!pick.value || text(r[2]) === pick.value) &&
      (!word || [4, 6, 7, 8, 9].some(i => text(r[i]).includes(word))));
    body.style.height = shown.length * HEIGHT + "px";
    count.textContent = shown.length + " / " + data.rows.length;
    box.scrollTop = 0;
    draw();
  };
  box.addEventListener("scroll", draw, { passive: true });
  window.addEventListener("resize", draw);
  pick.onchange = filter;
  find.oninput = filter;
  filter();
})();
"""
