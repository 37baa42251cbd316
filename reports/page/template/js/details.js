// What must hold, what went wrong, why and where: the first half of what is told of one check.

function ruleText(check) {
  if (!rule(check)) return [];
  return [
    make("blockquote", {}, make("p", {}, rule(check).sentence), make("footer", {}, ...linked(rule(check).source), ...basisOf(rule(check)))),
  ];
}

const BASES = {
  documented: "documented",
  equations: "follows from the equations",
  source: "what the source says, where no manual does",
  ours: "the suite's own rule, stricter than any manual",
};

// Whose the rule is; older reports do not tell.
function basisOf({ basis }) {
  if (!basis) return [];
  const [kind, ...rest] = basis.split(": ");
  return [make("br", {}), `Basis: ${[BASES[kind] ?? kind, ...rest].join(": ")}`];
}

const CLASSES = {
  bug: "bug",
  undocumented: "undocumented: no manual says which is right",
  choice: "the suite's own choice, stricter than any manual",
};

function causeOf(entry) {
  const cause = report.causes?.[entry.cause];
  if (!cause) return [];
  const told = [CLASSES[cause.cause_class], cause.effect, cause.affects];
  const links = cause.links.map((link) => make("p", { class: "quiet" }, ...linked(link.address), `: ${link.state}`));
  return [
    make("p", { class: "strong" }, cause.title),
    make("p", { class: "quiet" }, [...told, ...(cause.workaround ? [`instead: ${cause.workaround}`] : [])].join(" · ")),
    ...links,
  ];
}

const namesOf = (fit) => fit.names.map((name) => name.replaceAll("_", " ")).join(" and ") || "a correct LSTM";

function diagnosisOf({ sentence, fits, next_best: next }) {
  const line = (fit, good) =>
    make(
      "li",
      { class: good ? "fits" : "" },
      make("span", {}, `${good ? "✓ " : ""}${namesOf(fit)}`),
      make("span", { class: "number" }, `${budgetText(fit.budget)} ×`),
    );
  const lines = [...(fits ?? []).map((fit) => line(fit, true)), ...(next ? [line(next, false)] : [])];
  const legend = make(
    "p",
    { class: "quiet" },
    "How much of the bound each hypothesis uses; at most 1 fits. The last is the closest that does not.",
  );
  return [
    heading("Diagnosis"),
    make("p", { class: "strong" }, sentence),
    ...(lines.length ? [make("ul", { class: "hypotheses" }, ...lines), legend] : []),
  ];
}

function deviationOf(id) {
  const entry = report.deviations[id];
  if (!entry) return [heading("Known deviation"), make("p", {}, id)];
  const dates = `${id}: first seen ${entry.first_seen}, review by ${entry.review_by}`;
  return [
    heading("Known deviation"),
    ...causeOf(entry),
    ...(entry.reason ? [make("p", {}, entry.reason)] : []),
    make("p", { class: "quiet" }, `${dates}; `, ...linked(entry.link)),
  ];
}

function elementsOf(detail) {
  const head = ["Place", "Expected", "Got", "Difference", "÷ bound"];
  const line = (name, each) => {
    const difference = Number(each.observed) - Number(each.expected);
    const texts = [figure(each.expected), figure(each.observed), difference.toExponential(2), budgetText(each.budget)];
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, `${name}${place(each.at)}`),
      ...texts.map((text) => make("td", { class: "number" }, text)),
    );
  };
  const lines = [
    line("first: ", detail.first),
    line("worst: ", detail.worst),
    ...(detail.others ?? []).map((each) => line("", each)),
  ];
  const columnHeads = head.map((text, n) => make("th", { scope: "col", class: n ? "number" : "" }, text));
  const body = make("table", {}, make("thead", {}, make("tr", {}, ...columnHeads)), make("tbody", {}, ...lines));
  return make("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Table of elements" }, body);
}

function comparisonOf(detail) {
  const [bad, every] = detail.elements;
  const spread = Object.entries(detail.spread).map(([axis, [some, of]]) => `${some} of ${several(of, axis)}`);
  const found = [["Affected", `${several(bad, "element")} of ${every.toLocaleString("en")}: ${spread.join(", ")}`]];
  if (detail.gates) {
    const gates = Object.entries(detail.gates)
      .map(([name, gate]) => `${name} ${Number(gate).toPrecision(5)}`)
      .join("  ");
    found.push(["Gates", `${gates} (the reference's, at the first element)`]);
  }
  const parts = [heading("Where it goes wrong"), facts(found)];
  if (detail.map && detail.map.levels.length * detail.map.levels[0].length > 1)
    parts.push(heading("Error in units of the bound"), heatMap(detail.map));
  if (detail.by_step?.length > 1) parts.push(heading("Largest error of each step"), stepCurve(detail.by_step));
  return [...parts, heading("First and worst elements"), elementsOf(detail)];
}

const isComparison = (detail) => detail.first?.at && detail.worst?.at && detail.elements && detail.spread;

// What other writers leave in a detail is shown as it is.
function plainFacts(detail) {
  const { diagnosis, smallest, ...others } = detail;
  const pairs = Object.entries(others).map(([name, content]) => [
    name.replaceAll("_", " "),
    make("pre", {}, typeof content === "string" ? content : JSON.stringify(content, null, 1)),
  ]);
  return pairs.length ? [heading("Detail"), facts(pairs)] : [];
}

// To which smaller configuration a failing one was reduced.
function smallestOf(smallest) {
  if (!smallest?.configuration) return [];
  const end = smallest.cut_short ? "the search was cut short" : "nothing can be left out of it";
  return [heading("Reduced"), make("p", {}, make("code", {}, smallest.configuration), ` fails, too; ${end}`)];
}

function detailOf(check) {
  const detail = report.details[check];
  if (!detail && isRed(check) && Object.keys(report.details).length) {
    return [
      make(
        "p",
        { class: "quiet" },
        "Its details are in the results file; here are those of the first checks of each rule to look at.",
      ),
    ];
  }
  if (!detail) return [];
  const diagnosis = detail.diagnosis?.sentence ? diagnosisOf(detail.diagnosis) : [];
  const seen = isComparison(detail) ? comparisonOf(detail) : plainFacts(detail);
  return [...diagnosis, ...smallestOf(detail.smallest), ...seen];
}
