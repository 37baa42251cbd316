"""The wiring into pytest: options, collection, reports. What is checked is in the test files, how in `judge.py`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.fixtures.tiers import TIERS
from lstm_conformance.reports.console import explained, summary
from lstm_conformance.reports.results import RED, Check, Header
from lstm_conformance.reports.results import Rule as RuleText
from lstm_conformance.suites.planning import CaseId, Plan, Planned
from lstm_conformance.suites.recording import Record, header_of
from lstm_conformance.suites.rules import specification
from lstm_conformance.suites.session import IS_CHECKOUT, Session

META = "meta"
"""The folder of the tests of the suite itself, which need no implementation."""

HANDOVER = "lstm_conformance"
"""Key of what the controlling process tells its workers, and they it."""


class RedCheck(AssertionError):
    """One check is red. Carries its record, from which the report is made."""

    def __init__(self, check: Check) -> None:
        super().__init__(check.message)
        self.check = check


@dataclass
class Run:
    """What the hooks share."""

    session: Session
    record: Record = field(default_factory=Record)
    rules: set[str] = field(default_factory=set)
    header: Header | None = None


RUN = pytest.StashKey[Run]()
CHECKS = pytest.StashKey[list[Check]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("lstm-conformance")
    group.addoption(
        "--implementation",
        action="append",
        default=[],
        metavar="NAME",
        help="what to test (default: all that are installed); a name, path/to/file.py:Class or package.module:Class",
    )
    group.addoption("--tier", choices=sorted(TIERS), default="quick", help="how much to run (default: %(default)s)")
    group.addoption("--case", metavar="ID", help="run exactly one check, named as the reports name it")
    group.addoption("--seed", type=int, default=0, metavar="N", help="base seed: other numbers in all cases")
    group.addoption("--results", type=Path, metavar="FILE", help="write the records of all checks to this file")
    group.addoption("--python", default=sys.executable, help="the Python of the hosts (default: this one)")
    group.addoption(
        "--deadline",
        type=float,
        default=120.0,
        metavar="S",
        help="seconds that a host may take for one request (default: %(default)s)",
    )
    group.addoption(
        "--in-process", action="store_true", help="run implementations in this process; --pdb and --trace imply it"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Set up the run; the hosts start in the report header, or in a worker when they are needed."""
    config.addinivalue_line("markers", "xdist_group(name): tests that one worker runs")
    case = config.getoption("--case")
    try:
        plan = Plan(
            tier=config.getoption("--tier"),
            base_seed=config.getoption("--seed"),
            case=CaseId.parse(case) if case else None,
        )
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error
    session = Session(
        plan=plan,
        deadline=config.getoption("--deadline"),
        python=config.getoption("--python"),
        in_process=any(config.getoption(name) for name in ("--in-process", "--pdb", "--trace")),
    )
    config.stash[RUN] = Run(session)
    if hasattr(config, "workerinput"):
        session.adopt(config.workerinput[HANDOVER])
    else:
        config.pluginmanager.register(Controller(config.stash[RUN]))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Ask the implementations who they are, unless only the suite's own tests are run, or another process has asked."""
    config = session.config
    run = config.stash[RUN]
    if not hasattr(config, "workerinput") and any(_is_conformance(argument) for argument in config.args):
        run.session.greet(_wanted(config))
        run.header = header_of(run.session)


@pytest.hookimpl(trylast=True)
def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is tested, with what and how."""
    header = config.stash[RUN].header
    return _header_lines(header) if header else []


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist who the implementations are."""
    session = node.config.stash[RUN].session
    node.workerinput[HANDOVER] = session.handed_over()
    session.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one item of every implementation × path × configuration that the check applies to."""
    check = getattr(metafunc.function, "check", None)
    if check is None:
        return
    run = metafunc.config.stash[RUN]
    run.rules.add(check.rule)
    items = [
        pytest.param(planned, id=str(planned), marks=pytest.mark.xdist_group(planned.implementation))
        for planned in run.session.plan.of(check, run.session.hellos.items())
    ]
    metafunc.parametrize("planned", items)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Drop the placeholders that pytest makes of checks that apply to nothing here: they would show as skipped."""
    items[:] = [item for item in items if not _is_placeholder(item)]


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Remember that not everything was run."""
    for item in items[:1]:
        item.config.stash[RUN].record.partial = True


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write down what is planned."""
    run = session.config.stash[RUN]
    planned = ((_planned(item), item.nodeid) for item in session.items)
    run.record.plan((each, nodeid) for each, nodeid in planned if each is not None)
    run.record.partial |= run.session.plan.case is not None or run.rules < set(specification()[1])


@pytest.fixture
def perform(request: pytest.FixtureRequest, subtests: pytest.Subtests) -> Callable[[Planned], None]:
    """Run what is planned: a record for every case, a failing subtest for every red one."""
    run = request.config.stash[RUN]

    def _perform(planned: Planned) -> None:
        checks = run.session.perform(planned, request.node.nodeid if IS_CHECKOUT else "")
        request.node.stash[CHECKS] = checks
        for check in checks:
            if check.verdict in RED and TIERS[run.session.plan.tier].blocks:
                with subtests.test(f"case {check.case}"):
                    raise RedCheck(check)

    return _perform


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Show a red check as its record tells it; let the report of the item carry the records to the controller."""
    report = yield
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, RedCheck):
        rule = specification()[1].get(error.check.rule)
        text = RuleText(title=rule.title, sentence=rule.sentence, source=rule.source) if rule else None
        report.longrepr = explained(
            error.check, text, item.config.stash[RUN].session.command(error.check.implementation)
        )
    elif call.when == "call" and CHECKS in item.stash:
        report.lstm_conformance = [check.to_json() for check in item.stash[CHECKS]]
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the hosts; let a worker of xdist hand over what was planned."""
    run = session.config.stash[RUN]
    run.session.close()
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[HANDOVER] = {"planned": list(run.record.planned), "partial": run.record.partial}


class Controller:
    """Gathers the records, wherever they were made, and ends the run."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the records out of a report."""
        for fields in getattr(report, HANDOVER, ()):
            self.run.record.checks.append(Check.from_json(fields))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of xdist had planned; all plan the same."""
        handed_over = getattr(node, "workeroutput", {}).get(HANDOVER)
        if handed_over:
            self.run.record.planned.update({tuple(fields): None for fields in handed_over["planned"]})
            self.run.record.partial |= handed_over["partial"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the results. A check without a record, or an implementation that does not start, makes the run red."""
        run = self.run
        if run.header is None:
            return
        run.header = replace(run.header, partial=run.record.partial)
        if run.record.complete() or run.session.broken:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        results = session.config.getoption("--results")
        if results is not None:
            run.record.write(results, run.header)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Sum up each implementation and path."""
        if self.run.header is None:
            return
        terminalreporter.section("lstm conformance")
        for line in summary(self.run.record.checks, self.run.header):
            terminalreporter.write_line(line)


def _wanted(config: pytest.Config) -> tuple[str, ...]:
    """The implementations that were named, by option or by the id of a case."""
    named: list[str] = config.getoption("--implementation")
    case = config.stash[RUN].session.plan.case
    return tuple(named) if named or case is None else (case.implementation,)


def _is_conformance(argument: str) -> bool:
    """Whether an argument of pytest may select checks of implementations."""
    return META not in Path(argument.split("::", maxsplit=1)[0]).parts


def _planned(item: pytest.Item) -> Planned | None:
    """What an item has planned, if it is the item of a check."""
    planned = (
        item.callspec.params.get("planned") if isinstance(item, pytest.Function) and hasattr(item, "callspec") else None
    )
    return planned if isinstance(planned, Planned) else None


def _is_placeholder(item: pytest.Item) -> bool:
    is_check = isinstance(item, pytest.Function) and hasattr(item.function, "check")
    return is_check and _planned(item) is None


def _header_lines(header: Header) -> list[str]:
    lines = [
        f"lstm-conformance {header.suite_version} · SPEC version {header.spec_version} · tier {header.tier}"
        f" · base seed {header.base_seed} · reference in float64, numpy {header.numpy}"
    ]
    for each in header.environments:
        packages = ", ".join(f"{name} {version}" for name, version in each.packages.items())
        lines.append(f"  {each.implementation}: {packages}, Python {each.python}, {each.device}, {each.threads} thread")
        lines.append(f"    paths: {', '.join(each.paths)}")
    return lines + [f"  {name}: not run, {reason}" for name, reason in header.not_installed.items()]
