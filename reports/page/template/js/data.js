// The report's document, and the fields of its checks. A check is a number, its place in every column.

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

const plain = await unpacked($("#data").textContent);
const report = JSON.parse(plain);
const { checks: columns, values, subjects, rules } = report;
const total = columns.case.length;

const RED = new Set(["fail", "error", "unstable"]);
const SEVERITY = ["fail", "error", "unstable", "deviation", "not-run", "pass"];
const SYMBOLS = { pass: "✓", deviation: "~", fail: "✗", error: "!", unstable: "±", "not-run": "–" };
const severity = report.verdicts.map((verdict) => SEVERITY.indexOf(verdict));
const red = report.verdicts.map((verdict) => RED.has(verdict));

// Budgets as numbers: -1 where nothing is measured, and NaN as bad as infinity.
const budgets = Float64Array.from(columns.budget, (budget) =>
  budget === null ? -1 : typeof budget === "number" ? budget : Infinity,
);

const value = (name, check) => values[name][columns[name][check]];
const subject = (check) => subjects[columns.subject[check]];
const verdict = (check) => report.verdicts[columns.verdict[check]];
const kind = (check) => report.kinds[columns.change[check]];
const rule = (check) => rules[columns.rule[check]];
const ruleNumber = (check) => value("rule", check);
const isRed = (check) => red[columns.verdict[check]];

function idOf(check) {
  const fields = [subject(check).implementation, value("path", check), ruleNumber(check)];
  return [...fields, value("configuration", check), columns.case[check]].join("/");
}

// The node id is stored without what the check's other fields say.
function nodeOf(check) {
  const test = value("test", check) ?? "";
  const own = `${subject(check).implementation}/${value("path", check)}/${value("configuration", check)}`;
  return test.endsWith("[]") ? `${test.slice(0, -2)}[${own}]` : test;
}

// A link names a version, and still finds the check when the implementation has been upgraded.
function checkOf(id, version) {
  let found = -1;
  for (let check = 0; check < total; check++) {
    if (!id.startsWith(subject(check).implementation) || idOf(check) !== id) continue;
    if (subject(check).version === version) return check;
    if (found < 0) found = check;
  }
  return found;
}

// The checks of every cell of the matrix.
const keyOf = (check) => `${columns.subject[check]} ${columns.path[check]} ${columns.rule[check]}`;
const cells = new Map();
for (let check = 0; check < total; check++) {
  if (!cells.has(keyOf(check))) cells.set(keyOf(check), []);
  cells.get(keyOf(check)).push(check);
}

const checksOf = (column, ruleNumber) =>
  cells.get(`${column.subject} ${values.path.indexOf(column.path)} ${ruleNumber}`) ?? [];

// Diagnosed before not, then by budget: as on the rest of the page.
function worseFirst(one, other) {
  const diagnosed = (check) => Number(Boolean(report.details[check]?.diagnosis));
  return (
    severity[columns.verdict[one]] - severity[columns.verdict[other]] ||
    diagnosed(other) - diagnosed(one) ||
    budgets[other] - budgets[one] ||
    one - other
  );
}

const worstOf = (checks) => checks.reduce((one, other) => (worseFirst(one, other) <= 0 ? one : other));
