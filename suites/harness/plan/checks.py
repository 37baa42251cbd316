"""The checks of all rules, outside of pytest: for what must be judged, or counted, before anything is collected."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

from lstm_conformance.reports.records.summary import numbers_in
from lstm_conformance.suites.harness.judge.rules import Check

CHAPTERS = Path(__file__).resolve().parents[2]
"""The folder of the chapters, `suites/`."""


@cache
def all_checks() -> dict[str, Check]:
    """The check of every rule by its number, 2.10 after 2.9, from the chapters."""
    names = [path.stem for path in CHAPTERS.glob("test_*.py")]
    modules = [importlib.import_module(f"lstm_conformance.suites.{name}") for name in sorted(names)]
    checks: list[Check] = [test.check for module in modules for test in vars(module).values() if hasattr(test, "check")]
    return {check.rule: check for check in sorted(checks, key=lambda check: numbers_in(check.rule))}
