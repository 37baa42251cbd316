"""Records made by hand, and files of them, for the tests of the reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lstm_conformance.reports.records.files import Results, Writer
from lstm_conformance.reports.records.results import Check, Environment, Header, Machine, Rule

RULE = Rule(title="one step", sentence="c_t = f ⊙ c_(t-1) + i ⊙ g.", source="https://example.org/paper")


def a_header(**changes: Any) -> Header:
    """Return the header of a run of `torch.nn.LSTM` on two paths, with some fields changed."""
    environment = Environment(
        implementation="torch.nn.LSTM",
        python="3.11.7",
        packages={"torch": "2.13.0"},
        device="cpu",
        threads=1,
        paths=("eager", "torch.compile"),
        claims=("layers",),
        command=("python", "-m", "pytest"),
    )
    fields: dict[str, Any] = {
        "suite_version": "0.1.0",
        "suite_commit": "0123abcd",
        "spec_version": 1,
        "tier": "quick",
        "partial": False,
        "base_seed": 7,
        "started": "2026-11-21T00:00:00Z",
        "numpy": "2.4.6",
        "machine": Machine(cpu="a processor", cores=2, platform="Linux"),
        "environments": (environment,),
        "not_installed": {"keras.layers.LSTM": "keras is not installed"},
        "rules": {"2.1": RULE},
    }
    return Header(**fields | changes)


def a_check(case: int = 0, **changes: Any) -> Check:
    """Return a check of rule 2.1 that passes with 0.25 of its budget, with some fields changed."""
    fields: dict[str, Any] = {
        "implementation": "torch.nn.LSTM",
        "path": "eager",
        "rule": "2.1",
        "configuration": "T7-B3-I5-H4-float32",
        "case": case,
        "nodeid": "suites/test_equations.py::test_step[T7]",
        "verdict": "pass",
        "budget": 0.25,
        "measure": "c_n",
        "seconds": 0.001,
    }
    return Check(**fields | changes)


def a_failure(case: int = 0, **changes: Any) -> Check:
    """Return a check of rule 2.1 that fails with 12 times its budget, with some fields changed."""
    fields: dict[str, Any] = {
        "verdict": "fail",
        "budget": 12.0,
        "message": "c_n: 12x the bound, first at t=1",
        "detail": {"first_bad": {"t": 1, "row": 0, "expected": 0.5, "got": -0.5}},
    }
    return a_check(case, **fields | changes)


def written(path: Path, *checks: Check, header: Header | None = None, planned: int | None = None) -> Path:
    """Write a results file; as many checks are planned as there are, unless told otherwise."""
    with Writer(path, header or a_header()) as writer:
        for check in checks:
            writer.write(check)
        writer.finish(planned=len(checks) if planned is None else planned, seconds=1.5)
    return path


def results_of(path: Path, *checks: Check, header: Header | None = None, planned: int | None = None) -> Results:
    """Write a results file and read it back."""
    return Results.read(written(path, *checks, header=header, planned=planned))
