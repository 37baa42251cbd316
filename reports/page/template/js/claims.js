// The claims that a query finds: its words, anywhere in their text. Those that say them in the sentence come first.

const holder = $("#claims");
const everything = [...holder.children];
const cards = everything.filter((each) => each.matches(".claim"));
const texts = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));
const sentences = new Map(cards.map((card) => [card, card.querySelector("h3").textContent.toLowerCase()]));

const bare = (word) => word.replaceAll('"', "").replace(/[?!.,;:]+$/, "").toLowerCase();

function tested(token) {
  const [, key, word] = /^([a-z]+):(.+)$/i.exec(token) ?? [];
  if (key === "verdict") return (card) => card.dataset.verdict === word;
  return (card) => texts.get(card).includes(bare(token));
}

const inSentence = (words) => (card) => words.filter((word) => sentences.get(card).includes(word)).length;
const inText = (words) => (card) => words.filter((word) => texts.get(card).includes(word)).length;

// All words, else as many as any claim has.
function answers(query) {
  const words = (query.match(TOKEN) ?? []).map(bare);
  const { found } = filtered(query, cards);
  const most = Math.max(...cards.map(inText(words)));
  const fewer = found.length ? found : cards.filter((card) => most > 0 && inText(words)(card) === most);
  const rank = inSentence(words);
  return { all: found.length > 0, found: [...fewer].sort((one, other) => rank(other) - rank(one)) };
}

function show(query) {
  const { all, found } = query.trim() ? answers(query) : { all: true, found: cards };
  holder.replaceChildren(...(query.trim() ? found : everything));
  const several = `${found.length} of ${cards.length} claims`;
  $("#found").textContent = all ? several : `No claim has all of these words; ${several} have most of them`;
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
  if (!query) document.getElementById(name)?.scrollIntoView();
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
