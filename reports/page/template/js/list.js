// The list of checks: only the rows that can be seen exist.

const list = $("#list");
const track = list.appendChild(make("div", { class: "track", role: "presentation" }));
const rows = new Map();
const state = { query: "", sort: "verdict", backwards: false, order: null, found: null, current: -1, rowHeight: 36 };

const SORTS = {
  verdict: worseFirst,
  subject: (one, other) => columns.subject[one] - columns.subject[other] || columns.path[one] - columns.path[other],
  rule: (one, other) => columns.rule[one] - columns.rule[other],
  configuration: (one, other) => columns.configuration[one] - columns.configuration[other],
  budget: (one, other) => budgets[other] - budgets[one],
  milliseconds: (one, other) => columns.milliseconds[other] - columns.milliseconds[one],
};

function sorted(name, backwards) {
  const sign = backwards ? -1 : 1;
  return Uint32Array.from(Array(total).keys()).sort((one, other) => sign * SORTS[name](one, other) || one - other);
}

function rowOf(check, position) {
  const cells = [
    make(
      "span",
      {},
      kind(check) === "newly failing"
        ? make("span", { class: `mark ${verdict(check)} new` }, symbol(verdict(check)), " new")
        : mark(verdict(check)),
    ),
    make(
      "span",
      {},
      `${subject(check).implementation} ${subject(check).version} `,
      make("span", { class: "path" }, value("path", check)),
    ),
    make("span", {}, `${ruleNumber(check)} ${rule(check)?.title ?? ""}`),
    make("span", { class: "mono" }, `${value("configuration", check)}/${columns.case[check]}`),
    make("span", { class: "number" }, budgetText(columns.budget[check])),
    make("span", { class: "number quiet" }, `${columns.milliseconds[check]} ms`),
  ];
  const about = { class: "row", role: "option", id: `row-${check}`, "aria-setsize": state.found.length };
  const row = make(
    "div",
    { ...about, "aria-posinset": position + 1, "aria-selected": check === state.current },
    ...cells,
  );
  row.style.top = `${position * state.rowHeight}px`;
  row.dataset.check = check;
  return row;
}

function draw(afresh = false) {
  if (afresh) {
    for (const row of rows.values()) row.remove();
    rows.clear();
    state.rowHeight = matchMedia("(max-width: 45rem)").matches ? 68 : 36;
    track.style.height = `${state.found.length * state.rowHeight}px`;
    list.style.maxHeight = `${Math.max(1, state.found.length) * state.rowHeight}px`;
  }
  const first = Math.max(0, Math.floor(list.scrollTop / state.rowHeight) - 5);
  const end = Math.min(state.found.length, first + Math.ceil(list.clientHeight / state.rowHeight) + 10);
  for (const [position, row] of rows) {
    if (position < first || position >= end) {
      row.remove();
      rows.delete(position);
    }
  }
  for (let position = first; position < end; position++) {
    if (!rows.has(position)) rows.set(position, list.appendChild(rowOf(state.found[position], position)));
  }
}

function showFiltered(query) {
  state.query = query;
  state.order ??= sorted(state.sort, state.backwards);
  const { found, unknown } = filtered(query, state.order);
  state.found = found;
  const said = `${found.length.toLocaleString("en")} of ${several(total, "check")}`;
  $("#found").textContent = unknown.length ? `${said}; not understood: ${visible(unknown.join(" "))}` : said;
  $("#query").value = query;
  for (const button of document.querySelectorAll("[data-filter]")) {
    button.setAttribute("aria-pressed", button.dataset.filter === query);
  }
  list.scrollTop = 0;
  draw(true);
}

function sortBy(name) {
  state.backwards = state.sort === name && !state.backwards;
  state.sort = name;
  state.order = sorted(name, state.backwards);
  for (const button of document.querySelectorAll("[data-sort]")) {
    button.dataset.order = button.dataset.sort === name ? (state.backwards ? "up" : "down") : "";
  }
  showFiltered(state.query);
}

// Make a check the current one, and let its row be seen.
function point(check) {
  state.current = check;
  const top = state.found.indexOf(check) * state.rowHeight;
  if (top >= 0 && top < list.scrollTop) list.scrollTop = top;
  if (top + state.rowHeight > list.scrollTop + list.clientHeight)
    list.scrollTop = top + state.rowHeight - list.clientHeight;
  draw(true);
  if (check >= 0) list.setAttribute("aria-activedescendant", `row-${check}`);
  else list.removeAttribute("aria-activedescendant");
}

// The check that is some places further down than the current one.
function neighbour(distance) {
  const place = state.found.indexOf(state.current) + distance;
  return state.found[Math.max(0, Math.min(state.found.length - 1, place))];
}
