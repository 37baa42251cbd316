"""How large the page of a report is, how soon it is ready, and how fast it filters: `make bench-report`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from numpy.random import RandomState
from playwright.sync_api import Browser

from lstm_conformance.reports.page.document import Story
from lstm_conformance.reports.page.page import render
from lstm_conformance.reports.records.combine import Report, combine
from lstm_conformance.reports.records.files import Output, Results, write
from lstm_conformance.reports.records.kinds import FIGURES, PAGE
from lstm_conformance.reports.records.results import Check, Footer, Rule
from lstm_conformance.suites.meta.browsing import started
from lstm_conformance.suites.meta.records import a_check, a_failure
from lstm_conformance.suites.meta.stories import COMPARISON, an_environment, full_header

SIZES = (5_000, 50_000, 250_000)
QUERIES = ("status:fail", "rule:3 dtype:float32 err>0.2", "is:only", "word", "")

IMPLEMENTATIONS, RULES, CONFIGURATIONS = 20, 40, 100

PYTEST_HTML = Path(sys.prefix) / "pytest-html"
"""Where the Makefile puts it: in the environment itself it would take part in every run."""

# From the change of the query to the second frame after it: what it takes until the rows are seen.
FILTER = """async (query) => {
  const input = document.querySelector("#query"), began = performance.now();
  input.value = query;
  input.dispatchEvent(new Event("input"));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - began;
}"""


def report_of(number: int) -> Report:
    """A report of so many checks, of which one in a hundred fails, with numbers like those of a real run."""
    random = RandomState(0)
    names = [f"framework_{n}.LSTM" for n in range(IMPLEMENTATIONS)]
    rules = {
        f"{1 + n // 4}.{1 + n % 4}": Rule(title="a word", sentence="a sentence", source="a manual")
        for n in range(RULES)
    }
    header = full_header(*map(an_environment, names), rules=rules, chapters={})
    checks = tuple(_check(n, names, list(rules), random) for n in range(number))
    footer = Footer.of({check.id: check.verdict for check in checks}, planned=number, seconds=1)
    return combine({"results": Results(header=header, checks=checks, footer=footer)})


def _check(n: int, names: list[str], rules: list[str], random: RandomState) -> Check:
    case, place = divmod(n, IMPLEMENTATIONS * RULES * CONFIGURATIONS // 16)
    fields: dict[str, Any] = {
        "implementation": names[place % IMPLEMENTATIONS],
        "rule": rules[place // IMPLEMENTATIONS % RULES],
        "configuration": f"T{place % 9}-B3-I5-H{place // IMPLEMENTATIONS // RULES}-float32-mild",
        "seconds": random.uniform(0, 0.01),
    }
    if random.uniform() < 0.01:
        return a_failure(case, **fields, budget=10 ** random.uniform(0, 12), detail=COMPARISON)
    return a_check(case, **fields, budget=random.uniform(0, 0.7))


def measured(browser: Browser, path: Path, ready: str) -> dict[str, float]:
    """How long a page takes until an element is there and two frames later, and how many elements it has."""
    page = browser.new_page()
    began = perf_counter()
    page.goto(path.as_uri(), wait_until="commit")
    page.wait_for_selector(ready, state="attached", timeout=120_000)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found = {
        "bytes": path.stat().st_size,
        "ready_ms": round(1000 * (perf_counter() - began)),
        "elements": page.evaluate("document.querySelectorAll('*').length"),
    }
    if page.locator("#query").count():
        found["filter_ms"] = round(max(page.evaluate(FILTER, query) for query in QUERIES))
    page.close()
    return found


def ours(browser: Browser, folder: Path, number: int) -> dict[str, float]:
    """The figures of a page of so many checks; the smallest of three times."""
    report = report_of(number)
    began = perf_counter()
    write(Output(folder / "report.html", PAGE, render(Story(report=report))))
    made = round(1000 * (perf_counter() - began))
    times = [measured(browser, folder / "report.html", "html[data-ready]") for _ in range(3)]
    return {"made_ms": made} | {name: min(each[name] for each in times) for name in times[0]}


def theirs(browser: Browser, folder: Path, number: int) -> dict[str, float]:
    """The figures of the page that pytest-html makes of so many tests that pass."""
    test = folder / "test_many.py"
    test.write_text(
        f"import pytest\n\n@pytest.mark.parametrize('n', range({number}))\ndef test_one(n):\n    assert n >= 0\n",
        "utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q"]
    options = [f"--html={folder / 'theirs.html'}", "--self-contained-html", f"--rootdir={folder}", str(test)]
    environment = os.environ | {"PYTHONPATH": os.fspath(PYTEST_HTML)}
    subprocess.run([*command, *options], cwd=folder, env=environment, check=True, capture_output=True)
    return measured(browser, folder / "theirs.html", f"#results-table tbody:nth-of-type({number})")


def main() -> int:
    """Print the figures, and write them."""
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name, started() as browser:
        for number in SIZES:
            figures[f"{number} checks"] = ours(browser, Path(name), number)
        if PYTEST_HTML.is_dir():
            figures[f"pytest-html, {SIZES[0]} tests"] = theirs(browser, Path(name), SIZES[0])
    for what, found in figures.items():
        print(f"{what:<26} {', '.join(f'{name} {number:,}' for name, number in found.items())}")
    write(Output(Path("build/bench-report.json"), FIGURES, json.dumps(figures, indent=2) + "\n"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
