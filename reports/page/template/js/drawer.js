// One check, in the order in which a reviewer asks: what must hold, what went wrong, why, where, how to see it again.

const drawer = $("#drawer");
let cameFrom = null;

async function copied(event, text, shown) {
  const { currentTarget: pressed } = event;
  const before = pressed.textContent;
  try {
    await navigator.clipboard.writeText(text);
    pressed.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(shown); // a page that may not write to the clipboard leaves that to the reader
    pressed.textContent = "Selected";
  }
  setTimeout(() => (pressed.textContent = before), 1500);
}

function top(check) {
  const link = button("Copy link", (event) => copied(event, location.href, drawer.querySelector("h2")));
  const buttons = [
    button("‹ Previous", () => openCheck(neighbour(-1))),
    button("Next ›", () => openCheck(neighbour(1))),
    link,
  ];
  const close = button("✕", closeCheck);
  close.setAttribute("aria-label", "Close");
  const changed = kind(check) ? [make("span", { class: `kind ${kind(check).replace(" ", "-")}` }, kind(check))] : [];
  return make(
    "div",
    { class: "bar" },
    mark(verdict(check)),
    ...changed,
    make("span", { class: "tools" }, ...buttons, close),
  );
}

function reproduce(check) {
  const line = make("code", {}, reproduction(check));
  const copy = button("Copy", (event) => copied(event, reproduction(check), line));
  return [heading("Reproduce"), make("div", { class: "command" }, line, copy)];
}

function configurationOf(check) {
  const names = { T: "steps", B: "rows", I: "inputs", H: "units", P: "projected units", L: "layers" };
  const words = value("configuration", check)
    .split("-")
    .map((word) => {
      const [, letter, number] = /^([TBIHPL])(\d+)$/.exec(word) ?? [];
      return letter ? several(Number(number), names[letter].slice(0, -1)) : word.replaceAll("_", " ");
    });
  const seed = report.runs[0].header.base_seed;
  return [
    heading("Configuration"),
    facts([
      ["Configuration", make("code", {}, value("configuration", check)), `: ${words.join(", ")}`],
      ["Numbers", `case ${columns.case[check]} of base seed ${seed}: its id alone gives its weights and inputs`],
      [
        "Budget used",
        `${budgetText(columns.budget[check])}${value("measure", check) ? ` by ${value("measure", check)}` : ""}`,
      ],
    ]),
  ];
}

function elsewhere(check) {
  const lines = report.matrix.flatMap((column) => {
    const checks = checksOf(column, columns.rule[check]);
    if (!checks.length) return [];
    const same = checks.find(
      (each) =>
        columns.configuration[each] === columns.configuration[check] && columns.case[each] === columns.case[check],
    );
    const shown = same ?? worstOf(checks);
    const name = `${subjectTexts[column.subject]} ${column.path}`;
    const current = shown === check ? { "aria-current": "true" } : {};
    const link = make("a", { href: `#${addressOf(shown)}`, ...current }, name);
    const note = same === undefined ? " (its worst of the rule, in another case)" : "";
    return [make("li", {}, mark(verdict(shown)), " ", link, make("span", { class: "quiet" }, note))];
  });
  return [heading("The same rule elsewhere"), make("ul", { class: "elsewhere" }, ...lines)];
}

const LETTERS = { p: "pass", d: "deviation", f: "fail", e: "error", u: "unstable", n: "not-run" };

// The nights of the check's rule, on its implementation, version and path: of single checks nothing is kept.
function nightsOf(check) {
  const column = report.matrix.findIndex(
    (each) => each.subject === columns.subject[check] && each.path === value("path", check),
  );
  const letters = report.history?.letters[ruleNumber(check)]?.[column];
  if (!letters) return [];
  const { nights } = report.history;
  const cellsOfNights = [...letters].map((letter, night) => {
    const name = LETTERS[letter];
    const said = `${nights[night].slice(0, 10)}: ${name ?? "no record"}`;
    return make(
      "li",
      { class: `mark ${name ?? "not-run"}`, title: said },
      make("span", { "aria-hidden": "true" }, name ? SYMBOLS[name] : "·"),
      make("span", { class: "spoken" }, said),
    );
  });
  return [
    heading("The nights before"),
    make("ul", { class: "nights" }, ...cellsOfNights),
    make("p", { class: "quiet" }, `Rule ${ruleNumber(check)} on this implementation, version and path, at its worst.`),
  ];
}

function contentOf(check) {
  const id = value("deviation", check);
  const where = make(
    "p",
    { class: "quiet" },
    make("code", {}, subject(check).implementation),
    ` ${subject(check).version} `,
    make("span", { class: "path" }, value("path", check)),
  );
  const message = value("message", check);
  return [
    top(check),
    make("h2", {}, `${ruleNumber(check)} ${rule(check)?.title ?? ""}`),
    where,
    ...(message ? [make("p", { class: "strong" }, message)] : []),
    ...ruleText(check),
    ...(id ? deviationOf(id) : []),
    ...detailOf(check),
    ...reproduce(check),
    ...configurationOf(check),
    ...elsewhere(check),
    ...nightsOf(check),
  ];
}

function openCheck(check) {
  if (check === undefined || check < 0) return;
  if (drawer.hidden) cameFrom = document.activeElement;
  drawer.replaceChildren(...contentOf(check));
  drawer.hidden = false;
  drawer.scrollTop = 0;
  drawer.focus({ preventScroll: true });
  point(check);
  writeAddress();
}

function closeCheck() {
  drawer.hidden = true;
  point(-1);
  writeAddress();
  cameFrom?.focus?.({ preventScroll: true });
}
