// The query: a word is held once against each short list of values, then the checks are looked up.

const SEVERAL = -2;

// For every value of a list, whether a word is in it; in quotes, whether it is the value.
function table(texts, word) {
  const exact = word.startsWith('"');
  const sought = word.replaceAll('"', "").toLowerCase();
  return texts.map((text) => (exact ? text.toLowerCase() === sought : text.toLowerCase().includes(sought)));
}

const lookup = (column, hits) => (check) => hits[column[check]] ?? false;
const ruleTexts = rules.map((each, number) => `${values.rule[number]} ${each?.title ?? ""}`);
const subjectTexts = subjects.map((each) => `${each.implementation} ${each.version}`);

function isRule(word) {
  const sought = word.replaceAll('"', "").toLowerCase();
  const hits = values.rule.map((number, place) => {
    const named = number === sought || number.startsWith(`${sought}.`);
    return named || (!/^[\d.]+$/.test(sought) && ruleTexts[place].toLowerCase().includes(sought));
  });
  return lookup(columns.rule, hits);
}

const named = (name) => (word) => lookup(columns[name], table(values[name], word));

function isDtype(word) {
  const sought = word.replaceAll('"', "").toLowerCase();
  return lookup(
    columns.configuration,
    values.configuration.map((id) => id.toLowerCase().split("-").includes(sought)),
  );
}

// Fails on one implementation alone, where others were asked the same; worked out once.
const implementations = subjects.map((each) =>
  subjects.findIndex((other) => other.implementation === each.implementation),
);
let lonely = null;

function onlyHere() {
  lonely ??= findLonely();
  return (check) => lonely[check] === 1;
}

function findLonely() {
  const cases = columns.case.reduce((one, other) => Math.max(one, other), 0) + 1;
  const question = (check) =>
    (columns.rule[check] * values.configuration.length + columns.configuration[check]) * cases + columns.case[check];
  const [asked, bad] = [new Map(), new Map()];
  const note = (map, check) => {
    const [key, implementation] = [question(check), implementations[columns.subject[check]]];
    map.set(key, (map.get(key) ?? implementation) === implementation ? implementation : SEVERAL);
  };
  const notRun = report.verdicts.indexOf("not-run");
  for (let check = 0; check < total; check++) {
    if (columns.verdict[check] !== notRun) note(asked, check);
    if (isRed(check)) note(bad, check);
  }
  const alone = (check) =>
    isRed(check) && bad.get(question(check)) !== SEVERAL && asked.get(question(check)) === SEVERAL;
  return Uint8Array.from({ length: total }, (_, check) => (alone(check) ? 1 : 0));
}

const isKind = (name) => (check) => kind(check) === name;
const STATES = {
  red: () => isRed,
  new: () => isKind("newly failing"),
  fixed: () => isKind("fixed"),
  covered: () => isKind("newly covered"),
  worse: () => isKind("margin worsened"),
  only: onlyHere,
};

const KEYS = {
  status: (word) =>
    lookup(
      columns.verdict,
      report.verdicts.map((each) => each.startsWith(word.toLowerCase())),
    ),
  is: (word) => STATES[word.toLowerCase()]?.(),
  rule: isRule,
  impl: (word) =>
    lookup(
      columns.subject,
      table(
        subjects.map((each) => each.implementation),
        word,
      ),
    ),
  version: (word) =>
    lookup(
      columns.subject,
      table(
        subjects.map((each) => each.version),
        word,
      ),
    ),
  path: named("path"),
  config: named("configuration"),
  dtype: isDtype,
  deviation: named("deviation"),
  measure: named("measure"),
};

function anywhere(word) {
  const names = [
    lookup(columns.subject, table(subjectTexts, word)),
    lookup(columns.rule, table(ruleTexts, word)),
    ...["path", "configuration"].map((name) => named(name)(word)),
  ];
  const mentions = [
    lookup(columns.verdict, table(report.verdicts, word)),
    ...["message", "measure", "deviation"].map((name) => named(name)(word)),
  ];
  const isCalled = (check) => names.some((hit) => hit(check));
  const test = (check) => isCalled(check) || mentions.some((hit) => hit(check));
  return Object.assign(test, { named: isCalled });
}

// One word of a query as a test of a check; undefined for a word that means nothing.
function tested(token) {
  const comparison = /^err([<>])=?([\d.e+]+)$/i.exec(token);
  if (comparison) {
    const [, sign, limit] = comparison;
    return (check) => budgets[check] >= 0 && (sign === ">" ? budgets[check] > limit : budgets[check] < limit);
  }
  const [, key, word] = /^([a-z]+):(.*)$/i.exec(token) ?? [];
  return key ? KEYS[key.toLowerCase()]?.(word) : anywhere(token);
}
