"""What the terminal shows of the checks while they run and at the end: how far the run is, and one failure a cause.

Nothing here decides a verdict, and every record is kept: what is not shown in full is counted.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from lstm_conformance.fixtures.hosting.process import listeners
from lstm_conformance.reports.records.alike import by_cause, example
from lstm_conformance.reports.records.results import RED, Check
from lstm_conformance.reports.records.summary import grouped
from lstm_conformance.suites.harness.run.pace import FIRST, bar, how_far, pause
from lstm_conformance.suites.harness.run.recording import Record

SHOWN = "lstm_conformance_check"
"""Key of a report of an item of checks: the id of the check that it shows in full, "" if it shows none."""

EXPLAINED = 3
"""Failures that are explained, each of another implementation, unless all are wanted."""


@dataclass
class Display:
    """Stands between the reports and pytest's terminal. `all_of_them`: every failure, and a letter for every item."""

    record: Record
    all_of_them: bool
    terminal: Any = None  # pytest's; None where it shows nothing
    started: float = field(default_factory=time.monotonic)
    red: int = 0
    _next: float = 0.0

    def begin(self, terminal: Any) -> None:
        """Take the place of the names of files and the letters behind them."""
        self.terminal, self.started = terminal, time.monotonic()
        self._next = self.started + FIRST
        if terminal is not None:
            listeners.append(terminal.write_line)
        if terminal is not None and not self.all_of_them and terminal.verbosity <= 0:
            terminal.showfspath = False

    def pytest_unconfigure(self) -> None:
        """Tell nobody any more."""
        if self.terminal is not None:
            listeners.remove(self.terminal.write_line)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> Generator[None, Any, Any]:
        """No letter of an item of checks, of which there are thousands."""
        status = yield
        hidden = not self.all_of_them and SHOWN in vars(report) and self.terminal.verbosity <= 0
        return (status[0], "", "") if status and hidden else status

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Say how far the run is, if it takes long."""
        self.red += report.failed and bool(vars(report).get(SHOWN))
        now = time.monotonic()
        if self.terminal is None or self.all_of_them or self.terminal.verbosity != 0 or now < self._next:
            return
        redrawn = sys.stdout.isatty()
        self._next = now + pause(now - self.started, redrawn=redrawn)
        done, total = len(self.record.checks), len(self.record.planned)
        if 0 < done < total:
            line = how_far(done, total, self.red, now - self.started)
            if redrawn:
                self.terminal.rewrite(bar(done / total) + line, erase=True)
            else:
                self.terminal.write_line(line)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Generator[None]:
        """Let pytest show one failure a cause; its statistics count all of them."""
        failed = terminalreporter.stats.get("failed", [])
        shown = {check.id for check in examples(self.record.checks)}
        kept = failed if self._wants_all(terminalreporter) else [test for test in failed if _is_shown(test, shown)]
        if failed:
            terminalreporter.stats["failed"] = kept
        try:
            return (yield)
        finally:
            if failed:
                terminalreporter.stats["failed"] = failed
            if len(kept) < len(failed):
                terminalreporter.write_line(
                    "one failure of each implementation is explained; all are with --explain all"
                )

    def _wants_all(self, terminalreporter: Any) -> bool:
        return self.all_of_them or terminalreporter.verbosity > 0


def examples(checks: Sequence[Check]) -> list[Check]:
    """Of some implementations the check that tells most of the cause of most failures."""
    red = grouped([check for check in checks if check.verdict in RED], lambda check: (check.implementation,))
    return [example(by_cause(group.checks)[0]) for group in list(red.values())[:EXPLAINED]]


def _is_shown(report: Any, shown: set[str]) -> bool:
    """Whether a report is of one of these checks, or of none at all: an error of the suite is always shown."""
    return vars(report).get(SHOWN) is None or vars(report)[SHOWN] in shown
