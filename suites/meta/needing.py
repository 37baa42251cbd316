"""Tests that need a framework: where it is not installed they are left out, and the summary says so once.

A plugin of pytest; the other tests of the suite itself run with NumPy alone.
"""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec
from typing import Any

import pytest

from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS

LEFT_OUT = pytest.StashKey[dict[str, int]]()
"""How many tests were left out, by the packages that they miss."""

HANDOVER = "left_out"
"""Key of what a worker of xdist tells the controlling process."""


def needs(*packages: str) -> pytest.MarkDecorator:
    """The mark of a test that imports these packages, or starts a host that does."""
    return pytest.mark.needs(*packages)


def param(name: str, *others: Any) -> Any:
    """Parameters of a test of an implementation, which needs its packages."""
    return pytest.param(name, *others, marks=needs(*IMPLEMENTATIONS[name].packages))


def sentence(packages: str, tests: int) -> str:
    """What is left out, and for want of what."""
    verbs = ("needs" if tests == 1 else "need", "are" if " and " in packages else "is")
    return f"{tests} {'test' if tests == 1 else 'tests'} {verbs[0]} {packages}, which {verbs[1]} not installed"


def missing(item: pytest.Item) -> str:
    """The packages that a test needs and that are not installed, joined; empty if it can be run."""
    wanted = sorted({package for mark in item.iter_markers("needs") for package in mark.args})
    return " and ".join(package for package in wanted if find_spec(package) is None)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", "needs(*packages): left out where one of them is not installed")
    config.stash[LEFT_OUT] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot be run."""
    lacks = {item: missing(item) for item in items}
    left_out = [item for item in items if lacks[item]]
    if not left_out:
        return
    items[:] = [item for item in items if not lacks[item]]
    config.hook.pytest_deselected(items=left_out)
    config.stash[LEFT_OUT] = dict(Counter(lacks[item] for item in left_out))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the controlling process, if there is one."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[HANDOVER] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker of xdist left out; all leave out the same."""
    told: dict[str, int] = getattr(node, "workeroutput", {}).get(HANDOVER, {})
    node.config.stash[LEFT_OUT] |= told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say it, once."""
    for packages, tests in sorted(config.stash[LEFT_OUT].items()):
        terminalreporter.write_line(sentence(packages, tests), yellow=True)
