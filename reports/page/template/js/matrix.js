// The matrix: chapters that unfold into their rules, cells that open their worst check, and the budgets behind the verdicts.

const matrix = $("#cells");
const heads = [...matrix.tHead.rows[0].cells];
const rulesUnder = heads.map((head) => head.dataset.rules?.split(" ").map(Number) ?? []);
const squares = [...matrix.querySelectorAll("td")];

function checksIn(cell) {
  const row = report.matrix[cell.parentNode.sectionRowIndex];
  return rulesUnder[cell.cellIndex].flatMap((rule) => checksOf(row, rule));
}

function describe(cell) {
  const checks = checksIn(cell);
  if (!checks.length) return "no check";
  const worst = checks.reduce((most, check) => Math.max(most, budgets[check]), -1);
  const bad = checks.filter(isRed).length;
  const counted = bad ? `${bad} of ${several(checks.length, "check")} failing` : several(checks.length, "check");
  return `${verdict(worstOf(checks))}, ${counted}${worst >= 0 ? `, largest budget used ${budgetText(worst)}` : ""}`;
}

const isFold = (head) => Boolean(head.querySelector(".fold"));

// The rules of a chapter in which nothing fails come and go; the others stay.
function unfold(chapter, open) {
  chapter.querySelector(".fold").setAttribute("aria-expanded", open);
  for (let place = heads.indexOf(chapter) + 1; place < heads.length && !isFold(heads[place]); place++)
    if (heads[place].classList.contains("calm"))
      for (const row of matrix.rows) row.cells[place].hidden = !open;
}

function unfoldAll(open) {
  for (const chapter of heads.filter(isFold)) unfold(chapter, open);
}

function prepareMatrix() {
  for (const chapter of heads.filter(isFold)) {
    const name = chapter.querySelector(".fold");
    const button = make("button", { type: "button", class: "fold" }, name.textContent);
    button.addEventListener("click", () => unfold(chapter, button.getAttribute("aria-expanded") !== "true"));
    name.replaceWith(button);
  }
  unfoldAll(false);
  matrix.setAttribute("role", "grid");
  for (const cell of squares) {
    cell.tabIndex = -1;
    cell.title = describe(cell);
    cell.setAttribute("aria-label", cell.title);
  }
  if (squares.length) squares[0].tabIndex = 0;
}

// A budget as a colour: one side of the bound is blue, the other red.
function budgetLevel(budget) {
  if (budget < 0) return "";
  if (budget > 1) return `over-${Math.min(4, 1 + Math.floor(Math.log10(budget) / 2))}`;
  return `under-${Math.min(4, Math.floor(budget * 5))}`;
}

function showBudgets(on) {
  $("#show-budgets").setAttribute("aria-pressed", on);
  $("#show-verdicts").setAttribute("aria-pressed", !on);
  $("#budget-legend").hidden = !on;
  matrix.classList.toggle("budgets", on);
  for (const cell of squares) {
    const budget = checksIn(cell).reduce((most, check) => Math.max(most, budgets[check]), -1);
    cell.dataset.text ??= cell.textContent;
    cell.dataset.level = on ? budgetLevel(budget) : "";
    cell.textContent = on && budget >= 0 ? budgetText(budget) : cell.dataset.text;
  }
}

// The cell that an arrow key leads to.
function beside(cell, key) {
  const row = cell.parentNode.sectionRowIndex + ({ ArrowDown: 1, ArrowUp: -1 }[key] ?? 0);
  const seen = [...cell.parentNode.cells].filter((each) => !each.hidden);
  const column = seen.indexOf(cell) + ({ ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0);
  const found = matrix.tBodies[0].rows[row]?.cells[seen[column]?.cellIndex];
  return found?.tagName === "TD" ? found : cell;
}

function goTo(cell) {
  matrix.querySelector("td[tabindex='0']")?.setAttribute("tabindex", "-1");
  cell.tabIndex = 0;
  cell.focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function filterOf(cell) {
  const worst = checksIn(cell)[0];
  const { implementation, version } = subject(worst);
  const [chapter] = ruleNumber(worst).split(".");
  const asked = isFold(heads[cell.cellIndex]) ? chapter : ruleNumber(worst);
  const words = [`impl:"${implementation}"`, `path:"${value("path", worst)}"`, `rule:${asked}`];
  const alone = subjects.filter((each) => each.implementation === implementation).length === 1;
  return (alone ? words : [words[0], `version:"${version}"`, ...words.slice(1)]).join(" ");
}
