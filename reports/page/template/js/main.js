// The address, the keys and the buttons.

function addressOf(check) {
  const fields = new URLSearchParams();
  if (check >= 0) fields.set("check", idOf(check));
  if (check >= 0 && subject(check).version) fields.set("version", subject(check).version);
  return readable(fields);
}

function writeAddress() {
  const fields = new URLSearchParams();
  if (state.query) fields.set("filter", state.query);
  const parts = [readable(fields), drawer.hidden ? "" : addressOf(state.current)].filter(Boolean);
  history.replaceState(null, "", parts.length ? `#${parts.join("&")}` : location.pathname + location.search);
}

// What the address asks for; one that only names a part of the page changes nothing.
function readAddress() {
  const fields = new URLSearchParams(location.hash.slice(1));
  if (fields.has("filter")) {
    filterBy(fields.get("filter"));
    if (!fields.has("check")) $("#checks").scrollIntoView();
  }
  if (fields.has("check")) openCheck(checkOf(fields.get("check"), fields.get("version") ?? ""));
}

function filterBy(query) {
  showFiltered(query);
  writeAddress();
}

const KEYS_OF_LIST = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -Infinity, End: Infinity };

function onListKey(event) {
  if (event.key in KEYS_OF_LIST) {
    event.preventDefault();
    point(neighbour(KEYS_OF_LIST[event.key]));
  } else if (event.key === "Enter" && state.current >= 0) openCheck(state.current);
}

function onMatrixKey(event) {
  const cell = event.target.closest("td");
  if (!cell) return;
  if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    goTo(beside(cell, event.key));
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    openCell(cell);
  }
}

function openCell(cell) {
  const checks = cell && checksIn(cell);
  if (!checks?.length) return;
  showFiltered(filterOf(cell));
  goTo(cell);
  openCheck(worstOf(checks));
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $("#help").open) return;
  if (event.key === "Escape" && event.target === $("#query")) return $("#query").blur();
  if (event.target.matches("input")) return;
  const open = !drawer.hidden;
  if (event.key === "/") {
    event.preventDefault();
    $("#query").focus();
  } else if (event.key === "?") $("#help").showModal();
  else if (event.key === "Escape" && open) closeCheck();
  else if (event.key === "n" && open) openCheck(neighbour(1));
  else if (event.key === "p" && open) openCheck(neighbour(-1));
}

function download() {
  const link = make("a", {
    href: URL.createObjectURL(new Blob([plain], { type: "application/json" })),
    download: "lstm-conformance.json",
  });
  link.click();
  URL.revokeObjectURL(link.href);
}

function changeTheme() {
  exchangeColours();
  if (!drawer.hidden) openCheck(state.current);
}

function onPress(selector, action) {
  $(selector)?.addEventListener("click", action);
}

for (const element of document.querySelectorAll(".script")) element.hidden = false;
prepareMatrix();
showFiltered("");

onPress("#theme", changeTheme);
onPress("#help-button", () => $("#help").showModal());
onPress("#download", download);
onPress("#show-verdicts", () => showBudgets(false));
onPress("#show-budgets", () => showBudgets(true));
onPress("#all-rules", (event) => {
  const open = event.currentTarget.getAttribute("aria-pressed") !== "true";
  event.currentTarget.setAttribute("aria-pressed", open);
  unfoldAll(open);
});
matrix.addEventListener("click", (event) => openCell(event.target.closest("td")));
matrix.addEventListener("keydown", onMatrixKey);
list.addEventListener("click", (event) => openCheck(Number(event.target.closest(".row")?.dataset.check ?? -1)));
list.addEventListener("keydown", onListKey);
list.addEventListener("scroll", () => requestAnimationFrame(() => draw()), { passive: true });
for (const each of document.querySelectorAll("[data-filter]"))
  each.addEventListener("click", () => filterBy(each.dataset.filter));
for (const each of document.querySelectorAll("[data-sort]"))
  each.addEventListener("click", () => sortBy(each.dataset.sort));
$("#query").addEventListener("input", (event) => filterBy(event.target.value));
addEventListener("keydown", onKey);
addEventListener("resize", () => draw(true));
addEventListener("hashchange", readAddress);
readAddress();
document.documentElement.dataset.ready = "";
