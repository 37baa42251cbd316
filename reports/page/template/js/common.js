// What every page needs.

const $ = (selector) => document.querySelector(selector);

function isDark() {
  return (
    (document.documentElement.dataset.theme ??
      (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark"
  );
}

function exchangeColours() {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
}

// Fields of an address, as a reader would write them.
const readable = (fields) =>
  fields
    .toString()
    .replaceAll("+", "%20")
    .replace(/%(2F|3A|2C)/g, decodeURIComponent);
