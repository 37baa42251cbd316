// Drawings of a failed comparison. A level is half a decade: up to the fifth the bound is kept.

const LEVELS = "0123456789abcdefghijklmnopqrstuvwxyz";
const KEPT = LEVELS.indexOf("4");

const mixed = (from, to, share) => from.map((part, n) => Math.round(part + (to[n] - part) * share));

// Below the bound blue, above it orange to red up to the worst level, with a step between that is the verdict.
function levelColour(level, worst) {
  const dark = isDark();
  if (level <= KEPT)
    return dark
      ? mixed([30, 40, 54], [84, 136, 196], level / KEPT)
      : mixed([232, 239, 247], [120, 168, 216], level / KEPT);
  const share = (level - KEPT - 1) / Math.max(1, worst - KEPT - 1);
  if (share < 0.5) return mixed([250, 190, 80], [226, 92, 40], share * 2);
  return mixed([226, 92, 40], dark ? [255, 60, 100] : [120, 8, 36], share * 2 - 1);
}

function levelText(level) {
  const decade = (level - KEPT) / 2;
  if (level === LEVELS.length - 1) return "without end, or NaN";
  return level === 0 ? "0.01 × the bound at most" : `up to ${budgetText(10 ** decade)} × the bound`;
}

// The budgets of two axes, the first (steps, mostly) from left to right.
function heatMap({ axes, shape, levels }) {
  const [across, down] = [levels.length, levels[0].length];
  const canvas = make("canvas", { width: across, height: down, role: "img" });
  canvas.setAttribute(
    "aria-label",
    `Error in units of the bound, ${several(shape[0], axes[0])} by ${several(shape[1], axes[1])}`,
  );
  const context = canvas.getContext("2d");
  const image = context.createImageData(across, down);
  const worst = Math.max(...levels.flatMap((line) => [...line].map((level) => LEVELS.indexOf(level))));
  for (let x = 0; x < across; x++) {
    for (let y = 0; y < down; y++) {
      image.data.set([...levelColour(LEVELS.indexOf(levels[x][y]), worst), 255], 4 * (y * across + x));
    }
  }
  context.putImageData(image, 0, 0);
  canvas.style.height = `${Math.max(48, Math.min(240, down * 10))}px`;
  const said = make(
    "p",
    { class: "quiet" },
    `Blue keeps the bound; orange exceeds it; the strongest red is ${levelText(worst)}. Point at a place to read it.`,
  );
  canvas.addEventListener("pointermove", (event) => {
    const x = Math.min(across - 1, Math.floor((event.offsetX / canvas.clientWidth) * across));
    const y = Math.min(down - 1, Math.floor((event.offsetY / canvas.clientHeight) * down));
    const range = (cell, size, cells) => Math.floor((cell * size) / cells);
    const spot = `${axes[0]} ${range(x, shape[0], across)}, ${axes[1]} ${range(y, shape[1], down)}`;
    said.textContent = `${spot}: ${levelText(LEVELS.indexOf(levels[x][y]))}`;
  });
  const scale = make(
    "p",
    { class: "axis quiet" },
    make("span", {}, `${axes[0]} 0`),
    make("span", {}, `${axes[1]} downwards`),
    make("span", {}, `${axes[0]} ${shape[0] - 1}`),
  );
  return make("div", { class: "heat" }, canvas, scale, said);
}

function drawn(parent, tag, about) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, content] of Object.entries(about)) element.setAttribute(name, content);
  return parent.appendChild(element);
}

// The largest budget of every step on a logarithmic scale, with the bound as a line.
function stepCurve(steps) {
  const logarithms = steps.map((step) =>
    Math.log10(Math.min(1e17, Math.max(1e-2, Number(step === "nan" ? Infinity : step === "inf" ? Infinity : step)))),
  );
  const [low, high] = [Math.min(-1, ...logarithms), Math.max(1, ...logarithms)];
  const y = (logarithm) => 84 - ((logarithm - low) / (high - low)) * 78;
  const x = (step) => (steps.length === 1 ? 300 : 4 + (step / (steps.length - 1)) * 592);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 600 90");
  svg.setAttribute("class", "curve");
  svg.setAttribute("role", "img");
  svg.setAttribute(
    "aria-label",
    `Largest error of each of ${several(steps.length, "step")}: ${steps.slice(0, 16).map(budgetText).join(", ")}`,
  );
  drawn(svg, "rect", { class: "kept", x: 0, y: y(0), width: 600, height: 90 - y(0) });
  drawn(svg, "line", { class: "bound", x1: 0, x2: 600, y1: y(0), y2: y(0) });
  drawn(svg, "polyline", { points: logarithms.map((each, step) => `${x(step)},${y(each)}`).join(" ") });
  for (const [step, each] of logarithms.entries()) {
    if (steps.length <= 40) drawn(svg, "circle", { cx: x(step), cy: y(each), r: 3, class: each > 0 ? "over" : "" });
  }
  const ends = make(
    "p",
    { class: "axis quiet" },
    make("span", {}, "step 0"),
    make("span", {}, "logarithmic; the line is the bound"),
    make("span", {}, `step ${steps.length - 1}`),
  );
  return make("div", {}, svg, ends);
}
