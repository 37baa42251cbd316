"""The options of the command line, and what they ask for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.deviations import known
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS, ON_DEVICES, unnamed
from lstm_conformance.reports.records.amounts import duration, threads
from lstm_conformance.reports.records.errors import ResultsError
from lstm_conformance.reports.records.kinds import JUNIT, RESULTS, check_vacant
from lstm_conformance.suites.harness.explain.deviations import Deviations
from lstm_conformance.suites.harness.plan.planning import PATHS_AGREE, CaseId, Plan, family_of
from lstm_conformance.suites.harness.run.candidates import BY_COMMAND, BY_NAME, Candidate, candidates, on_device
from lstm_conformance.suites.harness.run.once import Once
from lstm_conformance.suites.harness.run.ordering import OF_FILES, order
from lstm_conformance.suites.harness.run.refusing import refused
from lstm_conformance.suites.harness.run.resuming import Kept
from lstm_conformance.suites.harness.run.session import DEADLINE, Session

ALONE = "--alone"
"""Nothing but checks is run, and pytest is not named: `lstm-conformance test` says so."""

ROOT = Path(__file__).resolve().parents[3]
"""The folder of the package: of a checkout, or of an installation."""


def declare(parser: pytest.Parser) -> None:
    """Declare the options: what is tested, with how many cases, and where."""
    _declare_in(parser.getgroup("lstm-conformance").addoption)


def _declare_in(add: Callable[..., object]) -> None:
    """add: adds one option, as argparse has it."""
    _declare_implementations(add)
    _declare_checks(add)
    _declare_effort(add)
    _declare_files(add)
    _declare_hosts(add)


def _declare_implementations(add: Callable[..., object]) -> None:
    add(
        BY_NAME,
        action="append",
        default=[],
        metavar="NAME",
        help="what to test (default: all that are installed); a name, path/to/file.py:Class or package.module:Class; "
        "wrong LSTMs: mutants, mutants:FAMILY or mutants:NAME",
    )
    add(
        BY_COMMAND,
        action="append",
        default=[],
        metavar="COMMAND",
        help="test what this command starts, in any language: it speaks the protocol of fixtures/PROTOCOL.md",
    )
    add(
        "--device",
        choices=sorted(ON_DEVICES),
        help="test what the suite brings for this device; without one it is not run, which is said in a line",
    )
    add(ALONE, action="store_true", help=argparse.SUPPRESS)
    add("--list", action="store_true", help="list implementations, requirements and rules; test nothing")


def _declare_checks(add: Callable[..., object]) -> None:
    add("--tier", choices=sorted(TIERS), default="quick", help="how much to run (default: %(default)s)")
    add("--case", metavar="ID", help="run exactly one check, named as the reports name it")
    add("--seed", type=int, default=0, metavar="N", help="base seed: other numbers in all cases")
    add(
        "--order",
        type=order,
        default=OF_FILES,
        metavar="ORDER",
        help="the order of the checks: files, reversed, or a seed for a random one (default: %(default)s)",
    )


def _declare_effort(add: Callable[..., object]) -> None:
    add(
        "--brief",
        action="store_true",
        help="verdicts and budgets only: failures are not repeated, located or diagnosed, and a rule is one item",
    )
    add(
        "--once",
        action="store_true",
        help="a rule that has clearly failed in a dtype is not asked there again: for many wrong implementations",
    )
    add(
        "--until-caught",
        action="store_true",
        help="an implementation that has clearly failed in a dtype is asked nothing more there",
    )
    add(
        "--explain",
        choices=("some", "all"),
        default="some",
        help="how many failures are shown in full: one of the commonest cause of each implementation, or all "
        "(default: %(default)s)",
    )


def _declare_files(add: Callable[..., object]) -> None:
    add(
        "--deviations",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="known deviations of your own, besides those that the suite knows of (fixtures/deviations)",
    )
    add(
        "--write-deviations",
        type=Path,
        metavar="FILE",
        help="write what is red to this file, which --deviations takes from then on: to adopt the suite with known "
        "failures",
    )
    add("--results", type=Path, metavar="FILE", help="write the records of all checks to this file")
    add(
        "--resume",
        type=Path,
        metavar="FILE",
        help="go on with a run that was ended, which left this journal or these partial results: what it had judged is "
        "kept; --results is what it was, unless it is given",
    )


def _declare_hosts(add: Callable[..., object]) -> None:
    add("--python", default=sys.executable, help="the Python of the hosts (default: this one)")
    add(
        "--deadline",
        type=duration,
        default=DEADLINE,
        metavar="S",
        help="seconds that a host may take for one request (default: %(default)s)",
    )
    add(
        "--threads",
        type=threads,
        default=1,
        metavar="N",
        help="threads on which a host may compute (default: %(default)s)",
    )
    add("--in-process", action="store_true", help="run them in this process; --pdb, --trace imply it")


def help_text() -> str:
    """The options of `lstm-conformance test`, without those of pytest."""
    parser = argparse.ArgumentParser(
        prog="lstm-conformance test",
        usage="%(prog)s [OPTION ...] [-n PROCESSES] [-k EXPRESSION] [-x] [-v] [NAME ...]",
        description="Test implementations of the LSTM. All options of pytest can be given, too.",
        epilog="The options of pytest, and these once more:",
        add_help=False,
    )
    _declare_in(parser.add_argument_group("options").add_argument)
    return parser.format_help()


def session_of(config: pytest.Config, resume: Path | None) -> Session:
    """What the options ask for; resume: the file that holds what an earlier run had judged.

    Raises pytest.UsageError for a case, for deviations, or for such a file that cannot be read.
    """
    case, files = config.getoption("--case"), config.getoption("--deviations")
    try:
        kept = Kept() if resume is None else Kept.read(resume)
        named = CaseId.parse(case) if case else None
        deviations = Deviations(known(files), tuple(map(str, files)))
    except OSError as error:
        raise refused(f"--resume {resume}: {error.strerror}") from error
    except ValueError as error:
        raise refused(str(error)) from error
    in_process = any(config.getoption(name) for name in ("--in-process", "--pdb", "--trace"))
    if in_process and config.getoption("--threads") > 1:
        raise refused("--threads: what runs in this process computes on the threads that it has; leave out one of both")
    return Session(
        plan=Plan(tier=config.getoption("--tier"), base_seed=config.getoption("--seed"), case=named),
        deviations=deviations,
        kept=kept,
        brief=config.getoption("--brief"),
        once=Once(config.getoption("--once"), config.getoption("--until-caught")),
        deadline=config.getoption("--deadline"),
        python=config.getoption("--python"),
        in_process=in_process,
        threads=config.getoption("--threads"),
        program=("python", "-m", "pytest") if in_checkout(config) else ("lstm-conformance", "test"),
    )


def check_files(config: pytest.Config) -> None:
    """Raise pytest.UsageError, before anything runs, where a file to be written would replace one of another kind."""
    results, junit = config.getoption("--results"), config.getoption("xmlpath", None)
    adopting = config.getoption("--write-deviations")
    if adopting is not None and config.getoption("--brief"):
        raise refused("--write-deviations: it needs to know how each check fails; leave out --brief")
    if adopting is not None and adopting.exists():
        raise refused(f"--write-deviations {adopting}: there is such a file; name another, or remove it")
    targets = [] if results is None else [(results, RESULTS)]
    targets += [] if junit is None else [(Path(os.path.expandvars(junit)).expanduser(), JUNIT)]
    try:
        check_vacant(targets)
    except (OSError, ResultsError) as error:
        raise refused(f"nothing is run: {error}") from error


def in_checkout(config: pytest.Config) -> bool:
    """Whether pytest was started in the folder of a checkout, to which node ids are relative."""
    return config.invocation_params.dir == ROOT and (ROOT / "pyproject.toml").is_file()


def wanted(config: pytest.Config, plan: Plan) -> list[Candidate]:
    """The implementations that were named, by option or by the id of a case.

    Raises pytest.UsageError for wrong LSTMs that there are not.
    """
    values = [(option, value) for option in (BY_NAME, BY_COMMAND) for value in config.getoption(option)]
    device = config.getoption("--device")
    try:
        named = [candidate for option, value in values for candidate in candidates(option, value)]
        named += on_device(device) if device else []
    except ValueError as error:
        raise refused(str(error)) from error
    return named if named or plan.case is None else _of_case(plan.case)


def _of_case(case: CaseId) -> list[Candidate]:
    """The implementation of a case; where paths are compared, all of its family that are installed."""
    asked = Candidate(BY_NAME, case.implementation)
    if not case.rule.startswith(PATHS_AGREE) or case.implementation not in IMPLEMENTATIONS:
        return [asked]
    others = [Candidate(BY_NAME, name) for name in unnamed() if family_of(name) == family_of(case.implementation)]
    return [
        candidate for candidate in dict.fromkeys([*others, asked]) if candidate == asked or candidate.missing() is None
    ]
