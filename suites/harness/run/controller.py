"""What the controlling process of a run does: it gathers the records, writes them, and says how the run ended."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.reports.publish.actions import annotation_lines, step_summary
from lstm_conformance.reports.publish.console import last_line, summary
from lstm_conformance.reports.records.results import Check, Header
from lstm_conformance.suites.harness.explain.adopting import adopted
from lstm_conformance.suites.harness.explain.deviations import problems, warnings
from lstm_conformance.suites.harness.judge.memory import peak, told
from lstm_conformance.suites.harness.plan import manifest
from lstm_conformance.suites.harness.plan.unasked import unasked
from lstm_conformance.suites.harness.run.options import ALONE
from lstm_conformance.suites.harness.run.recording import Record, environments_of
from lstm_conformance.suites.harness.run.scheduling import OneEach
from lstm_conformance.suites.harness.run.self_check import missed
from lstm_conformance.suites.harness.run.session import Session

HANDOVER = "lstm_conformance"
"""Key of what the controlling process tells its workers, and they it."""

PLANNED = "lstm_conformance_planned"
"""Key of what a worker tells with its first report: a run that is interrupted may hear no other."""


@dataclass
class Run:
    """What the hooks share.

    `peaks`: the most memory that each worker has taken, in bytes. `told`: a worker has told what it planned.
    """

    session: Session
    record: Record = field(default_factory=Record)
    rules: set[str] = field(default_factory=set)
    peaks: list[int] = field(default_factory=list)
    header: Header | None = None
    told: bool = False


class Controller:
    """Gathers the records, wherever they were made, and ends the run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.told: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take out of the report of a worker its records, and out of its first one what it has planned.

        Pytest keeps all reports to the end of the run.
        """
        self.run.record.extend(map(Check.from_json, json.loads(vars(report).pop(HANDOVER, "[]"))))
        self._take_over(vars(report).pop(PLANNED, None))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """One worker for each family of implementations: with `--dist loadgroup`, and where the suite runs alone."""
        ours = {"loadgroup", "load"} if config.getoption(ALONE) else {"loadgroup"}
        return OneEach(config, log) if config.getoption("dist") in ours else None

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of xdist had planned, which may have run nothing."""
        self._take_over(getattr(node, "workeroutput", {}).get(HANDOVER))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """Write the results; after all that pytest says, say how many checks there were.

        A check without a record, an implementation that does not start, or any problem makes the run red.
        """
        header = self.run.header
        if header is None or session.config.getoption("--collect-only"):
            return (yield)
        self._finish(session, header)
        result = yield
        terminal = session.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            begun = bool(self.run.record.planned) or not _is_interrupted(session)
            terminal.write_line(last_line(self.run.record.checks, begun=begun))
        return result

    def _finish(self, session: pytest.Session, header: Header) -> None:
        """Complete the records, find what is wrong with the run, and write the results."""
        run, interrupted = self.run, _is_interrupted(session)
        if not run.record.planned and (interrupted or run.record.kept):
            run.record.end_journal()
            return
        for check in run.session.stillborn():
            run.record.add(check)
        lost = run.record.complete(interrupted=interrupted)
        environments = environments_of(run.session, header, run.record.checks)
        configurations = run.record.configurations()
        header = replace(header, partial=run.record.partial, environments=environments, configurations=configurations)
        run.header = header = replace(header, problems=tuple(self._problems(header)))
        if any(check.interrupted for check in lost):
            session.exitstatus = pytest.ExitCode.INTERRUPTED
        elif lost or run.session.broken or header.problems:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif self._lacks_its_case():
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        results = session.config.getoption("--results")
        if results is not None:
            run.record.write(results, header)
        adopting = session.config.getoption("--write-deviations")
        if adopting is not None and not interrupted:
            self._adopt(adopting)
        if run.record.unwritten:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR

    def _adopt(self, path: Path) -> None:
        """Write down what is red as known, and say how to go on."""
        session = self.run.session
        draft = adopted(self.run.record.checks, session.covers, date.today())
        try:
            path.write_text(draft.text, "utf-8")
        except OSError as error:
            self.run.record.unwritten = f"the deviations could not be written to {path}: {error}"
            return
        self.told.append(
            f"known failures, by {draft.entries:,} entries of {path}: give each a reason, and add --deviations {path}"
        )
        if draft.left:
            self.told.append(
                f"not recorded: {len(draft.left):,} red, {draft.left[0].id} first: the smoke check, what an entry "
                "covers already, what is unstable, or fails in several ways"
            )

    def _take_over(self, handed_over: dict[str, Any] | None) -> None:
        """Take over what a worker has planned; all plan the same."""
        if handed_over:
            self.run.record.planned.take_over(handed_over["planned"])
            self.run.peaks += handed_over.get("peaks", [])
            self.run.record.partial |= handed_over["partial"]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Sum up each implementation and path."""
        if self.run.header is None or terminalreporter.config.getoption("--collect-only"):
            return
        terminalreporter.section("lstm conformance")
        for line in summary(self.run.record.checks, self.run.header):
            terminalreporter.write_line(line)
        unwritten = filter(None, [self.run.record.unwritten])
        for line in dict.fromkeys([*self.run.header.problems, *self._about_deviations(), *unwritten]):
            terminalreporter.write_line(f"ERROR: {line}", red=True)
        for line in self._warnings(self.run.header):
            terminalreporter.write_line(f"warning: {line}", yellow=True)
        for line in self.told:
            terminalreporter.write_line(line)
        if self._lacks_its_case():
            terminalreporter.write_line("ERROR: --case: nothing here has a check of this id", red=True)
        for line in [*told(peak(), self.run.peaks), *in_actions(self.run.record.checks, self.run.header, os.environ)]:
            terminalreporter.write_line(line)

    def _problems(self, header: Header) -> Iterator[str]:
        """What makes the run red whatever its checks say."""
        session = self.run.session
        yield from missed(header.controls)
        if strangers := self.run.record.strangers():
            yield f"{session.kept.file} has {len(strangers)} checks that this run does not: {strangers[0]}"
        if not header.partial:
            started = {name: hello for name, hello in session.hellos.items() if name not in session.broken}
            yield from manifest.differences(session.plan.tier, self.run.record.checks, manifest.complete(started))
        if TIERS[session.plan.tier].blocks:
            yield from self._about_deviations()

    def _warnings(self, header: Header) -> Iterator[str]:
        """What makes no run red, and should be known."""
        session = self.run.session
        yield from warnings(session.deviations, session.hellos, date.today())
        if not header.partial and not session.brief:
            yield from unasked(session.hellos, self.run.record.planned.places())

    def _about_deviations(self) -> list[str]:
        """What is wrong with the recorded deviations themselves."""
        session, record = self.run.session, self.run.record
        places, tier = record.planned.places(), session.plan.tier
        return list(problems(session.deviations, places, session.hellos, tier=tier, partial=record.partial))

    def _lacks_its_case(self) -> bool:
        return self.run.session.plan.case is not None and not self.run.record.planned


def in_actions(checks: Sequence[Check], header: Header, environment: Mapping[str, str]) -> list[str]:
    """Under GitHub Actions, add to the summary of the step, and return what is shown at the top of the run."""
    if environment.get("GITHUB_ACTIONS") != "true":
        return []
    lines = annotation_lines(checks, header)
    if environment.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(environment["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as file:
                file.write(step_summary(checks, header))
        except OSError as error:
            lines.append(f"warning: the summary of the step could not be written: {error}")
    return lines


def _is_interrupted(session: pytest.Session) -> bool:
    """Whether somebody ended the run, or told it to end at a failure (`-x`, `--maxfail`)."""
    ended = session.exitstatus == pytest.ExitCode.INTERRUPTED
    return ended or bool(session.shouldstop) or bool(session.shouldfail)
