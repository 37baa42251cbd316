// The claims that a query finds: its words, anywhere in their text. Those that say them in the sentence come first.

const holder = $("#claims");
const everything = [...holder.children];
const cards = everything.filter((each) => each.matches(".claim"));
const texts = new Map(cards.map((card) => [card, `${card.textContent} ${card.dataset.words}`.toLowerCase()]));
const said = (card) => `${card.querySelector("h3").textContent} ${card.dataset.words}`.toLowerCase();
const sentences = new Map(cards.map((card) => [card, said(card)]));

// Words of a question that say nothing of what is sought.
const EMPTY = new Set(
  "a an and any are at be between by can did difference do does for from get give gives have how i if in into is it many mean means much my need of on or should that the there this to versus vs what when where which why with you".split(
    " ",
  ),
);

const plain = (word) => word.replace(/^["'`(]+|["'`?!.,;:()]+$/g, "").toLowerCase();

// Without the s of a plural; a name with _ is left as it is.
const stem = (word) => (word.includes("_") ? word : word.replace(/(?<=[sx])es$|(?<=[^sauio])s$|(?<=o)s$/, ""));

// How a word of a text begins; a name has words between its _.
const begins = (word) => {
  const pattern = new RegExp(`(?<![a-z0-9])${word.replace(/[^\w\s]/g, "\\$&")}`);
  return (text) => pattern.test(text);
};

// Whether a question has one of the card's words, all of it in a row.
const joined = (text) => ` ${text.split(/\s+/).map(plain).filter(Boolean).map(stem).join(" ")} `;
const named = (query) => (card) =>
  card.dataset.words.split("|").some((each) => each && joined(query).includes(joined(each)));

function tested(token) {
  const [, key, word] = /^([a-z]+):(.+)$/i.exec(token) ?? [];
  if (key === "verdict") return (card) => card.dataset.verdict === word;
  return EMPTY.has(plain(token)) ? () => true : (card) => begins(stem(plain(token)))(texts.get(card));
}

const tally = (places, words) => {
  const tests = words.map(begins);
  return (card) => tests.filter((test) => test(places.get(card))).length;
};

// Those with all words; where there are none, those with as many as any has. Those that the query names come first.
function answers(query) {
  const words = (query.match(TOKEN) ?? []).map(plain).filter((word) => word && !EMPTY.has(word)).map(stem);
  const { found } = filtered(query, cards);
  const [rank, number, asked] = [tally(sentences, words), tally(texts, words), named(query)];
  const most = Math.max(...cards.map(number));
  const shown = found.length || !most ? found : cards.filter((card) => number(card) === most);
  const told = `${shown.length} of ${cards.length} claims`;
  return {
    told: shown.length > found.length ? `None has all of these words; ${told} have ${most} of ${words.length}` : told,
    shown: [...shown].sort((one, other) => asked(other) - asked(one) || rank(other) - rank(one)),
  };
}

function show(query) {
  const asked = query.trim() ? answers(query) : { told: `${cards.length} claims`, shown: everything };
  holder.replaceChildren(...asked.shown);
  $("#found").textContent = asked.told;
  for (const each of document.querySelectorAll("[data-filter]"))
    each.setAttribute("aria-pressed", String(each.dataset.filter === query));
}

function search(query) {
  $("#query").value = query;
  show(query);
  const fields = new URLSearchParams(query ? { filter: query } : {});
  history.replaceState(null, "", query ? `#${readable(fields)}` : location.pathname + location.search);
}

// A claim that is named is shown, whatever was searched for.
function readAddress() {
  const name = location.hash.slice(1);
  const query = new URLSearchParams(name).get("filter") ?? "";
  $("#query").value = query;
  show(query);
  const target = query ? null : document.getElementById(name);
  if (target?.matches("details")) target.open = true;
  target?.scrollIntoView();
}

for (const element of document.querySelectorAll(".script")) element.hidden = false;
$("#theme").addEventListener("click", exchangeColours);
$("#query").addEventListener("input", (event) => search(event.target.value));
for (const each of document.querySelectorAll("[data-filter]"))
  each.addEventListener("click", () => search(each.dataset.filter));
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  $("#query").focus();
});
addEventListener("hashchange", readAddress);
readAddress();
document.documentElement.dataset.ready = "";
