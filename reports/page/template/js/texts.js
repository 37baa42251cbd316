// Text: made visible, and set into elements as text, never as markup.

const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/g;
const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;

function visible(text) {
  const spelled = (part) => part.replace(INVISIBLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const pairs = [...text.matchAll(PAIRS)].map((match) => match[0]);
  return text
    .split(PAIRS)
    .map((part, place) => spelled(part) + (pairs[place] ?? ""))
    .join("");
}

// An element; `about` holds properties, and `class`.
function make(tag, about = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, content] of Object.entries(about)) {
    if (name === "class") element.className = content;
    else if (name.includes("-") || name === "role") element.setAttribute(name, content);
    else element[name] = content;
  }
  element.append(...children.map((child) => (child instanceof Node ? child : visible(String(child)))));
  return element;
}

function budgetText(budget) {
  if (budget === null || budget === undefined || budget === -1) return "–";
  if (budget === "nan") return "NaN";
  if (budget === "inf" || budget === Infinity) return "∞";
  const number = Number(budget);
  if (number > 0 && number < 0.01) return "<0.01";
  if (number >= 0.995 && number < 1.005 && number !== 1) return number < 1 ? "<1.00" : ">1.00";
  if (number >= 1e6) return number.toExponential(0).replace("e+", "e");
  return number < 100 ? number.toFixed(2) : Math.round(number).toLocaleString("en");
}

const several = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
// Nine digits, which tell any two numbers of float32 apart.
function figure(number) {
  if (typeof number !== "number") return number;
  const small = number !== 0 && Math.abs(number) < 1e-3;
  return small ? number.toExponential(8) : number.toPrecision(9);
}

const place = (at) =>
  Object.entries(at)
    .map(([axis, index]) => `${axis} ${index}`)
    .join(", ");
const symbol = (name) => make("span", { "aria-hidden": "true" }, SYMBOLS[name]);
const mark = (name) => make("span", { class: `mark ${name}` }, symbol(name), ` ${name}`);

// A text with its https addresses as links, and nothing else.
function linked(text) {
  return text
    .split(/(https:\/\/[^\s()<>]*[^\s()<>.,;:])/)
    .map((piece, number) => (number % 2 ? make("a", { href: piece, rel: "noreferrer" }, piece) : visible(piece)));
}

const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);

// The command, for a POSIX shell, that runs one check and nothing else.
function reproduction(check) {
  const node = nodeOf(check);
  return [...subject(check).command, ...(node ? [node] : []), "--case", idOf(check)].map(quoted).join(" ");
}

const button = (text, action) => {
  const made = make("button", { type: "button" }, text);
  made.addEventListener("click", action);
  return made;
};
const heading = (text) => make("h3", {}, text);
const facts = (pairs) =>
  make(
    "dl",
    { class: "facts" },
    ...pairs.map(([name, ...content]) => make("div", {}, make("dt", {}, name), make("dd", {}, ...content))),
  );
