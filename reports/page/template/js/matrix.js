// The matrix: rows that unfold, cells that open their worst check, and the budgets behind the verdicts.

const matrix = $("#cells");
const ruleCells = [...matrix.querySelectorAll("tr[data-rule] td")];

function checksIn(cell) {
  return checksOf(report.matrix[cell.cellIndex - 1], Number(cell.parentNode.dataset.rule));
}

function describe(cell) {
  const checks = checksIn(cell);
  if (!checks.length) return "no check";
  const worst = Math.max(...checks.map((check) => budgets[check]));
  const bad = checks.filter(isRed).length;
  const counted = bad ? `${bad} of ${several(checks.length, "check")} failing` : several(checks.length, "check");
  return `${verdict(worstOf(checks))}, ${counted}${worst >= 0 ? `, largest budget used ${budgetText(worst)}` : ""}`;
}

function unfold(chapter, open) {
  chapter.querySelector("button").setAttribute("aria-expanded", open);
  for (const row of chapter.querySelectorAll("tr.calm")) row.hidden = !open;
}

function prepareMatrix() {
  for (const chapter of matrix.tBodies) {
    const name = chapter.querySelector(".fold");
    const button = make("button", { type: "button", class: "fold", "aria-expanded": "false" }, name.textContent);
    button.addEventListener("click", () => unfold(chapter, button.getAttribute("aria-expanded") !== "true"));
    name.replaceWith(button);
    unfold(chapter, false);
  }
  matrix.setAttribute("role", "grid");
  for (const cell of ruleCells) {
    cell.tabIndex = -1;
    cell.setAttribute("aria-label", describe(cell));
    cell.title = describe(cell);
  }
  const first = ruleCells.find((cell) => !cell.parentNode.hidden) ?? ruleCells[0];
  if (first) first.tabIndex = 0;
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
  for (const cell of ruleCells) {
    const checks = checksIn(cell);
    const budget = Math.max(-1, ...checks.map((check) => budgets[check]));
    cell.dataset.text ??= cell.textContent;
    cell.dataset.level = on ? budgetLevel(budget) : "";
    cell.textContent = on && budget >= 0 ? budgetText(budget) : cell.dataset.text;
  }
}

// The cell that an arrow key leads to.
function beside(cell, key) {
  const seen = [...matrix.querySelectorAll("tr[data-rule]:not([hidden])")];
  const row = seen.indexOf(cell.parentNode) + ({ ArrowDown: 1, ArrowUp: -1 }[key] ?? 0);
  const column = cell.cellIndex + ({ ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0);
  const found = seen[row]?.cells[column];
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
  const words = [`impl:"${implementation}"`, `path:"${value("path", worst)}"`, `rule:${ruleNumber(worst)}`];
  const alone = subjects.filter((each) => each.implementation === implementation).length === 1;
  return (alone ? words : [words[0], `version:"${version}"`, ...words.slice(1)]).join(" ");
}
