"""Tests that need a framework, a compiler or a processor: where it is not there they are left out; the summary says so.

A plugin of pytest; the other tests of the suite itself run with NumPy alone.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.fixtures.implementations.adapter import paths_of

AVX_512 = "AVX-512"
"""Without it, oneDNN has no LSTM of bfloat16: https://uxlfoundation.github.io/oneDNN/dev_guide_data_types.html."""

CXX = "c++"
"""A compiler of C++, by the name that every Unix has for it."""

TFJS = "@tensorflow/tfjs"
"""A package of npm, where node finds it for a program anywhere: in one of the folders of NODE_PATH."""

NEEDED = {("torch.nn.LSTM", "autocast"): (AVX_512,)}
"""What a path needs, beside the packages of its implementation."""

LEFT_OUT = pytest.StashKey[dict[str, int]]()
"""How many tests were left out, by what they miss."""

HANDOVER = "left_out"
"""Key of what a worker of xdist tells the controlling process."""


def needs(*packages: str) -> pytest.MarkDecorator:
    """The mark of a test that imports these packages, or starts a host that does; `AVX_512`, `CXX` are themselves."""
    return pytest.mark.needs(*packages)


def param(name: str, *others: Any) -> Any:
    """Parameters of a test of an implementation, which needs its packages; on a path, what that needs, too."""
    of_path = NEEDED.get((name, others[0]), ()) if others and isinstance(others[0], str) else ()
    return pytest.param(name, *others, marks=needs(*IMPLEMENTATIONS[name].packages, *of_path))


def paths_here(name: str) -> list[str]:
    """The paths that an adapter declares, but for those that this processor does not have."""
    from lstm_conformance.suites.meta.adapters import ADAPTERS  # noqa: PLC0415 -- no run of the suite reads them all

    declared = [path.name for path in paths_of(ADAPTERS[name])]
    return [path for path in declared if all(map(is_there, NEEDED.get((name, path), ())))]


@cache
def is_there(what: str) -> bool:
    """Whether a package is there, or a compiler, or the processor is one with AVX-512; none of x86 needs that."""
    if what == CXX:
        return shutil.which(what) is not None
    if what == TFJS:
        return any(Path(folder, what).is_dir() for folder in os.environ.get("NODE_PATH", "").split(os.pathsep))
    if what != AVX_512:
        return find_spec(what) is not None
    about = Path("/proc/cpuinfo")
    return platform.machine() not in {"x86_64", "AMD64"} or not about.exists() or "avx512bw" in about.read_text("utf-8")


def sentence(packages: str, tests: int) -> str:
    """What is left out, and for want of what."""
    verbs = ("needs" if tests == 1 else "need", "are" if " and " in packages else "is")
    lack = "this processor lacks" if packages == AVX_512 else f"{verbs[1]} not installed"
    return f"{tests} {'test' if tests == 1 else 'tests'} {verbs[0]} {packages}, which {lack}"


def missing(item: pytest.Item) -> str:
    """What a test needs and is not there, joined: packages, else the processor; empty if it can be run."""
    wanted = sorted({what for mark in item.iter_markers("needs") for what in mark.args}, key=str.lower)
    lacking = [what for what in wanted if not is_there(what)]
    return " and ".join([what for what in lacking if what != AVX_512] or lacking)


def in_part(params: Iterable[Any], every: int) -> list[Any]:
    """One of so many parameters for `make test`, the first among them; the others are left to `make deep`."""
    return [_left(each) if k % every else each for k, each in enumerate(params)]


def _left(given: Any) -> Any:
    """Parameters of a test that is left to `make deep`."""
    if isinstance(given, type(pytest.param())):
        return pytest.param(*given.values, marks=[*given.marks, pytest.mark.deep], id=given.id)
    return pytest.param(*(given if isinstance(given, tuple) else (given,)), marks=pytest.mark.deep)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", "needs(*packages): left out where a package is not installed")
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
