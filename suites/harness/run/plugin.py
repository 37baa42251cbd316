"""The wiring into pytest: options, collection, reports. What is checked is in the test files, how in `judge.py`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Generator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.fixtures.cases.derivatives import DERIVATIVES
from lstm_conformance.fixtures.cases.fresh import FRESH
from lstm_conformance.fixtures.cases.penalties import PENALIZED
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.reports.publish.console import explained, spell_out_the_rest
from lstm_conformance.reports.records.errors import ResultsError
from lstm_conformance.reports.records.results import RED, Check, Header
from lstm_conformance.reports.records.results import Rule as RuleText
from lstm_conformance.reports.records.summary import figures
from lstm_conformance.reports.records.visible import harmless
from lstm_conformance.suites.harness.judge.memory import peak
from lstm_conformance.suites.harness.judge.rules import specification
from lstm_conformance.suites.harness.plan import smoke
from lstm_conformance.suites.harness.plan.planning import Bundle, bundled, family_of, item_of
from lstm_conformance.suites.harness.run import ending, self_check
from lstm_conformance.suites.harness.run.controller import HANDOVER, PLANNED, Controller, Run
from lstm_conformance.suites.harness.run.display import SHOWN, Display
from lstm_conformance.suites.harness.run.listing import declared, header_lines, listed
from lstm_conformance.suites.harness.run.options import (
    ALONE,
    check_files,
    declare,
    help_text,
    in_checkout,
    session_of,
    wanted,
)
from lstm_conformance.suites.harness.run.ordering import in_order
from lstm_conformance.suites.harness.run.positional import take_names
from lstm_conformance.suites.harness.run.recording import header_of
from lstm_conformance.suites.harness.run.refusing import refused
from lstm_conformance.suites.harness.run.resuming import goes_into, inputs
from lstm_conformance.suites.harness.run.session import Session

META = "meta"
"""The folder of the tests of the suite itself, which need no implementation."""

DISPLAY = "lstm_conformance_display"

CLAIMS = "claims"
"""The folder of what is said of LSTM layers, which are no checks of an implementation either."""


class RedCheck(AssertionError):
    """One check is red. Carries its record, from which the report is made, and whether there are others in its item.

    told: whether it was shown as one of several, before the run ended with it.
    """

    def __init__(self, check: Check, *, alone: bool) -> None:
        super().__init__(check.message)
        self.check, self.alone, self.told = check, alone, False


NOT_CALLED = frozenset(
    {
        *(f"fresh_{word}" for word in FRESH),
        *(f"penalized_{word}" for word in PENALIZED),
        *("trained", "optimized", "recorded", "evaluated"),
        *DERIVATIVES,
    }
)
"""Words in the ids of configurations in which an adapter is asked for more than `call`."""

RESUMED = "lstm_conformance_resumed"
"""Key of the path of the file in which workers find what an earlier run had judged; empty if there was none."""

RUN = pytest.StashKey[Run]()
CHECKS = pytest.StashKey[list[Check]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    declare(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Set up the run; the hosts start in the report header, or in a worker when they are needed."""
    config.addinivalue_line("markers", "xdist_group(name): tests that one worker runs")
    resumed = getattr(config, "workerinput", {RESUMED: config.option.resume})[RESUMED]
    session = session_of(config, Path(resumed) if resumed else None)
    config.stash[RUN] = Run(session)
    if hasattr(config, "workerinput"):
        session.adopt(config.workerinput[HANDOVER])
    else:
        if config.option.resume is not None and config.option.results is None:
            config.option.results = goes_into(config.option.resume)
        check_files(config)
        config.pluginmanager.register(Controller(config.stash[RUN]))
        display = Display(config.stash[RUN].record, config.getoption("--explain") == "all")
        config.pluginmanager.register(display, DISPLAY)
    ending.interrupts(config, worker=hasattr(config, "workerinput"))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Ask the implementations who they are, unless only the suite's own tests are run, or another process has asked."""
    config = session.config
    run = config.stash[RUN]
    if not hasattr(config, "workerinput") and any(_is_conformance(argument) for argument in config.args):
        config.pluginmanager.getplugin(DISPLAY).begin(config.pluginmanager.getplugin("terminalreporter"))
        run.session.greet(wanted(config, run.session.plan))
        decided = inputs(wanted(config, run.session.plan), vars(config.option), config.args)
        run.header = _resumed(run, header_of(run.session, self_check.caught(), decided))
        _begin_journal(config, run)


def _resumed(run: Run, header: Header) -> Header:
    """The header of this run, which began when the one did that it goes on with. Nothing is run where that differs."""
    kept = run.session.kept
    if kept.header is None:
        return header
    try:
        kept.check_goes_with(header)
    except ResultsError as error:
        raise refused(f"nothing is run: {error}") from error
    run.record.keep(kept)
    return replace(header, started=kept.header.started)


def _begin_journal(config: pytest.Config, run: Run) -> None:
    """Nothing is run where its results could not be written."""
    results = config.getoption("--results")
    if results is not None and run.header is not None and not config.getoption("--collect-only"):
        try:
            run.record.begin(results, run.header)
        except OSError as error:
            raise refused(f"nothing is run: the results cannot be written to {results}: {error}") from error


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Take names for options, and answer `--list` instead of testing; before pytest's help, say what is ours."""
    if config.option.help and config.getoption(ALONE):
        sys.stdout.write(f"{help_text()}\n")
    take_names(config)
    if not config.getoption("--list"):
        return None
    spell_out_the_rest()
    session = session_of(config, None)
    named = wanted(config, session.plan)
    asked = bool(named) or session.python != sys.executable
    if asked:
        session.greet(named)
    else:
        declared(session)
    sys.stdout.write(harmless("\n".join([*listed(session, asked=asked), ""])))
    session.close()
    return 0


@pytest.hookimpl(trylast=True)
def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is tested, with what and how."""
    return _header_lines(config.stash[RUN])


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Say it where pytest says nothing of the machinery."""
    config = session.config
    terminal = config.pluginmanager.getplugin("terminalreporter")
    if terminal is not None and config.getoption(ALONE) and terminal.verbosity >= 0:
        for line in _header_lines(config.stash[RUN]):
            terminal.write_line(line)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist who the implementations are, and where it finds what is kept: in the journal, now."""
    run = node.config.stash[RUN]
    node.workerinput[HANDOVER] = run.session.handed_over()
    journal = run.record.journal if run.session.kept else None
    node.workerinput[RESUMED] = os.fspath(journal.unfinished) if journal else ""
    run.session.close()


def _header_lines(run: Run) -> list[str]:
    """What is tested, with what and how; and what is kept of an earlier run."""
    kept = run.session.kept
    resumed = [f"  resumed: {len(kept):,} checks of {kept.file} are kept"] if kept.file else []
    return header_lines(run.header) + resumed if run.header else []


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out claims unless they are named: they are of texts, and no checks of an implementation."""
    left_out = collection_path.parts[-2:] == ("suites", CLAIMS)
    return True if left_out and not any(_is_within(argument, CLAIMS) for argument in config.args) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one item of every implementation × path × configuration that the check applies to."""
    check = getattr(metafunc.function, "check", None)
    if check is None:
        return
    run = metafunc.config.stash[RUN]
    run.rules.add(check.rule)
    planned = run.session.plan.of(check, run.session.hellos.items())
    items = [
        pytest.param(bundle, id=str(bundle), marks=pytest.mark.xdist_group(family_of(bundle.planned[0].implementation)))
        for bundle in bundled(planned, together=run.session.brief)
    ]
    metafunc.parametrize("planned", items)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the items into the order that is asked for.

    Drop the placeholders that pytest makes of checks that apply to nothing here: they would show as skipped.
    In the order of the files, the items of one family of implementations follow each other, so that one is let go
    before the next begins.
    """
    families = {family: number for number, family in enumerate(dict.fromkeys(map(_family, items)))}
    kept = sorted((item for item in items if not _is_placeholder(item)), key=lambda item: families[_family(item)])
    items[:] = in_order(kept, config.getoption("--order"))


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Remember that not everything was run."""
    for item in items[:1]:
        item.config.stash[RUN].record.partial = True


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write down what is planned."""
    run = session.config.stash[RUN]
    bundles = [(bundle, _test(item)) for item in session.items if (bundle := _bundle(item))]
    run.record.planned.add((entry, test) for bundle, test in bundles for entry in bundle.planned)
    run.session.expect(bundle.implementations for bundle, _ in bundles)
    run.session.select(planned for bundle, _ in bundles for planned in bundle.planned)
    run.record.partial |= run.session.plan.case is not None or run.rules < set(specification()[1])


@pytest.fixture
def perform(request: pytest.FixtureRequest, subtests: pytest.Subtests) -> Callable[[Bundle], None]:
    """Run what is planned: a record for every case, a subtest for every red one of several; skip what is not run."""
    run = request.config.stash[RUN]
    session = run.session

    def _perform(bundle: Bundle) -> None:
        here = in_checkout(request.config)
        checks = [
            check
            for planned in bundle.planned
            for check in session.perform(planned, item_of(_test(request.node) if here else "", planned))
        ]
        session.done(bundle.implementations)
        if hasattr(request.config, "workerinput"):
            request.node.stash[CHECKS] = checks  # they travel with the report
        else:
            run.record.extend(checks)
        request.node.user_properties.extend(figures(checks))
        if all(check.verdict == "not-run" for check in checks):  # recorded with the reason, and never a pass
            pytest.skip(checks[0].message or "not run")
        red = [check for check in checks if check.verdict in RED and _blocks(session, check.rule)]
        if len(red) == 1 or (red and (session.brief or request.config.getoption("maxfail") == 1)):
            raise RedCheck(red[0], alone=True)
        for check in red:
            _failed_in_a_subtest(check, subtests)

    return _perform


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Show a red check as its record tells it; let the report of a worker's item carry its records."""
    report = yield
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, RedCheck):
        rule = specification()[1].get(error.check.rule)
        text = RuleText(title=rule.title, sentence=rule.sentence, source=rule.source) if rule else None
        session, name = item.config.stash[RUN].session, error.check.implementation
        where = "" if NOT_CALLED.intersection(error.check.configuration.split("-")) else session.hellos[name].where
        told = f"{error.check.id} ends the run; it is shown above"
        report.longrepr = told if error.told else explained(error.check, text, session.command(name), where)
    if _bundle(item) is not None and (error is None or isinstance(error, RedCheck | pytest.skip.Exception)):
        setattr(report, SHOWN, error.check.id if isinstance(error, RedCheck) else "")
    if call.when == "call" and CHECKS in item.stash and not (isinstance(error, RedCheck) and not error.alone):
        # One text: xdist takes far longer to send numbers and texts one by one.
        report.lstm_conformance = json.dumps([check.to_json() for check in item.stash[CHECKS]], allow_nan=False)
        del item.stash[CHECKS]
    run = item.config.stash[RUN]
    if hasattr(item.config, "workerinput") and not run.told:
        run.told = True
        setattr(report, PLANNED, run.record.handed_over())
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the hosts; let a worker of xdist hand over what was planned."""
    run = session.config.stash[RUN]
    run.session.close()
    if hasattr(session.config, "workeroutput"):
        peaks = [most for most in [peak()] if most is not None]
        session.config.workeroutput[HANDOVER] = {**run.record.handed_over(), "peaks": peaks}


def _failed_in_a_subtest(check: Check, subtests: pytest.Subtests) -> None:
    """Let one of several fail; where it ends the run (`--maxfail=2`), the item ends with it."""
    error = RedCheck(check, alone=False)
    try:
        with subtests.test(f"case {check.case}"):
            raise error
    except RedCheck:
        error.alone = error.told = True
        raise


def _blocks(session: Session, rule: str) -> bool:
    """Whether a red check of this rule makes the run red: in every tier if nothing else can be asked."""
    return TIERS[session.plan.tier].blocks or rule == smoke.RULE


def _is_conformance(argument: str) -> bool:
    """Whether an argument of pytest may select checks of implementations."""
    return not _is_within(argument, META) and not _is_within(argument, CLAIMS)


def _is_within(argument: str, folder: str) -> bool:
    """Whether an argument of pytest names a folder of the suites, or something in it."""
    return ("suites", folder) in pairwise(Path(argument.split("::", maxsplit=1)[0]).absolute().parts)


def _bundle(item: pytest.Item) -> Bundle | None:
    """What an item has planned, if it is the item of a check."""
    value = (
        item.callspec.params.get("planned") if isinstance(item, pytest.Function) and hasattr(item, "callspec") else None
    )
    return value if isinstance(value, Bundle) else None


def _family(item: pytest.Item) -> str:
    """The family of implementations that an item is about, "" if about none."""
    bundle = _bundle(item)
    return family_of(bundle.planned[0].implementation) if bundle else ""


def _test(item: pytest.Item) -> str:
    """The node id of the test, without what it is run with."""
    return item.nodeid.partition("[")[0]


def _is_placeholder(item: pytest.Item) -> bool:
    is_check = isinstance(item, pytest.Function) and hasattr(item.function, "check")
    return is_check and _bundle(item) is None
