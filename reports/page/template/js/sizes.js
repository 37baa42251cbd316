// The map: which options met which classes of sizes where numbers were judged. It is drawn when somebody opens it.

const [JUDGED, EMPTY] = ["x", "."];

// A path of the matrix, with its lines; in the order in which the page lists them.
function mappedPaths() {
  const found = report.matrix.map(({ subject, path }) => {
    const { implementation, version, run } = subjects[subject];
    const { header } = report.runs.find((each) => each.name === run);
    const environment = header.environments.find((each) => each.implementation === implementation);
    return { name: `${implementation} ${version} ${path}`, classes: header.size_classes, lines: environment?.sizes?.[path] };
  });
  return found.filter((each) => each.lines);
}

// What stands in a cell: its text, its look, and what it says to whoever points at it.
function mapSquare(paths, line, place, single) {
  const there = paths.filter(({ lines }) => (lines[line]?.[place] ?? " ") !== " ");
  const empty = there.filter(({ lines }) => lines[line][place] === EMPTY);
  if (!there.length) return ["", "", "there is no such layer"];
  if (!empty.length) return ["✓", "pass", single ? "judged" : `judged on ${several(there.length, "path")}`];
  const names = empty.slice(0, 5).map((each) => each.name).join(", ") + (empty.length > 5 ? ", …" : "");
  return single ? ["○", "deviation", "empty"] : [empty.length, "deviation", `empty on ${empty.length} of ${several(there.length, "path")}: ${names}`];
}

function drawMap() {
  const every = mappedPaths();
  const chosen = $("#map-path").value;
  const paths = chosen === "" ? every : [every[Number(chosen)]];
  const { classes } = every[0];
  const lines = [...new Set(paths.flatMap((each) => Object.keys(each.lines)))];
  const head = make("tr", {}, make("th", { scope: "col" }, "Option"));
  head.append(...classes.map((each) => make("th", { scope: "col" }, make("span", { title: each }, each))));
  const rows = lines.map((line) => {
    const row = make("tr", {}, make("th", { scope: "row" }, line ? make("code", {}, line) : "whatever was judged"));
    classes.forEach((each, place) => {
      const [text, look, said] = mapSquare(paths, line, place, chosen !== "");
      row.append(make("td", { class: look, title: visible(`${line || "whatever was judged"}, ${each}: ${said}`) }, text));
    });
    return row;
  });
  const [thead, tbody] = [make("thead", {}, head), make("tbody", {})];
  tbody.append(...rows);
  $("#map-cells").replaceChildren(thead, tbody);
}

onPress("#map summary", () => drawMap());
$("#map-path")?.addEventListener("change", drawMap);
