"""Reports made by hand, for the tests of what is made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lstm_conformance.reports.changes.compare import compare
from lstm_conformance.reports.changes.history import history
from lstm_conformance.reports.changes.nights import night_of
from lstm_conformance.reports.page.document import Story
from lstm_conformance.reports.page.page import render
from lstm_conformance.reports.records.combine import Report, combine
from lstm_conformance.reports.records.results import Check, Deviation, Environment, Header, Rule
from lstm_conformance.suites.meta.records import a_check, a_failure, a_header, results_of

KERAS = "keras.layers.LSTM"

ENTRY = Deviation(
    reason="The kernel keeps its own cell.",
    link="reports/findings/torch-cell-state-dtype.py",
    first_seen="2026-11-20",
    review_by="2027-05-20",
)

ELEMENT = {"expected": 0.5, "observed": -0.5, "bound": 1e-7}

COMPARISON: dict[str, Any] = {
    "measure": "y",
    "exact": False,
    "first": {"at": {"step": 1, "row": 0, "unit": 2}, "budget": 7.5e6, **ELEMENT},
    "worst": {"at": {"step": 3, "row": 1, "unit": 0}, "budget": 9.1e7, **ELEMENT},
    "others": [{"at": {"step": 3, "row": 0, "unit": 1}, "budget": 9.0e7, **ELEMENT}],
    "elements": [6, 24],
    "spread": {"step": [3, 4], "row": [2, 2], "unit": [1, 3]},
    "gates": {"i": 0.5, "f": 0.25, "g": -0.5, "o": 0.75},
    "by_step": [0.3, 7.5e6, 2.0, "inf"],
    "map": {"axes": ["step", "unit"], "shape": [4, 3], "levels": ["234", "24j", "45a", "l4z"]},
    "diagnosis": {
        "sentence": "It fits gates i and f exchanged, 0.06 × the bound.",
        "fits": [{"names": ["gates_i_f_exchanged"], "budget": 0.06}],
        "next_best": {"names": ["bias_twice"], "budget": 2.2e6},
    },
}


def an_environment(implementation: str = "torch.nn.LSTM", version: str = "2.13.0", **changes: Any) -> Environment:
    """The environment of an implementation, with some fields changed."""
    fields: dict[str, Any] = {
        "implementation": implementation,
        "python": "3.11.7",
        "packages": {implementation.split(".", maxsplit=1)[0]: version},
        "device": "cpu",
        "threads": 1,
        "paths": ("eager",),
        "claims": ("layers",),
        "command": ("python", "-m", "pytest"),
    }
    return Environment(**fields | changes)


def full_header(*environments: Environment, **changes: Any) -> Header:
    """The header of a run in these environments, with two chapters of rules and a recorded deviation."""
    fields: dict[str, Any] = {
        "environments": environments or (an_environment(), an_environment(KERAS, "3.15.1")),
        "rules": {
            "1.1": Rule(title="one step", sentence="c_t = f ⊙ c_(t-1) + i ⊙ g.", source="https://example.org/paper"),
            "1.2": Rule(title="the last state", sentence="It is the last.", source="a manual"),
            "2.1": Rule(title="shapes", sentence="They are as documented.", source="a manual"),
        },
        "chapters": {"1": "Numbers", "2": "Shapes"},
        "deviations": {"torch-1": ENTRY},
        "not_installed": {},
    }
    return a_header(**fields | changes)


def report_of(folder: Path, *checks: Check, header: Header | None = None, planned: int | None = None) -> Report:
    """The report of one results file."""
    path = folder / f"results-{len(list(folder.iterdir()))}.jsonl"
    return combine({str(path): results_of(path, *checks, header=header or full_header(), planned=planned)})


def every_verdict() -> list[Check]:
    """Checks of two implementations and three rules, with every verdict, and a failure that has all the details."""
    failing = {"rule": "1.1", "measure": "y", "budget": 9.1e7, "message": "y uses 9e7 × the bound"}
    crash = {"error": "HostDied", "text": "torch.nn.LSTM: the host was ended by SIGABRT"}
    return [
        a_check(0, rule="1.1"),
        a_failure(1, **failing, detail=COMPARISON),
        a_failure(2, **failing | {"budget": 3.0}),
        a_check(0, rule="1.2", budget=0.7),
        a_check(1, rule="1.2", verdict="error", budget=None, measure=None, message="the host died", detail=crash),
        a_check(0, rule="2.1", verdict="deviation", budget=None, deviation="torch-1", message="other shape"),
        a_check(0, rule="1.1", implementation=KERAS, budget=0.4),
        a_check(1, rule="1.1", implementation=KERAS, budget=0.4),
        a_check(0, rule="1.2", implementation=KERAS, verdict="unstable", message="passed when repeated"),
        a_check(0, rule="2.1", implementation=KERAS, verdict="not-run", budget=None, message="three hosts died"),
    ]


def mapped_header() -> Header:
    """A header that tells which options met which classes of sizes where numbers were judged."""
    sizes = {"eager": {"": "xx", "unroll": "x.", "mask_left": ". "}}
    environments = (an_environment(sizes=sizes), an_environment(KERAS, "3.15.1", sizes={"eager": {"": "xx"}}))
    return full_header(*environments, size_classes=("T ≥ 16", "H > 64"))


def a_story(folder: Path) -> Story:
    """A report with everything in it: every verdict, changes, nights, a map of options and sizes."""
    report = report_of(folder, *every_verdict(), header=mapped_header())
    earlier = [
        a_check(0, rule="1.1", budget=0.1),
        a_check(1, rule="1.1"),
        a_failure(0, rule="1.2"),
        a_check(7, rule="1.1"),
        a_check(0, rule="1.1", implementation=KERAS, budget=0.1),
    ]
    environments = (an_environment(version="2.12.0"), an_environment(KERAS, "3.15.1"))
    header = full_header(*environments, started="2026-11-20T00:00:00Z")
    before = report_of(folder, *earlier, header=header)
    return Story(report=report, changes=compare(before, report), history=history(report, [night_of(before)]))


def page_of(folder: Path, *checks: Check, **fields: Any) -> str:
    """The page of one results file, without anything to compare with."""
    return render(Story(report=report_of(folder, *checks, **fields)))
