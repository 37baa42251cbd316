"""How the tests of the suite itself are spread over workers of xdist: whole files, those that take long first.

A plugin of pytest. xdist's own order, the files with most tests first, lets the longest ones come last, in which
many checks are one test: one worker is busy with them while the others have nothing left to do.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

LONG = (
    "test_end_to_end.py",
    "test_adapters.py",
    "test_smoke.py",
    "test_breakages.py",
    "test_repetition.py",
    "test_manifest.py",
    "test_wheel.py",
    "test_selection.py",
    "test_browser.py",
    "test_readme.py",
    "test_mutants.py",
    "test_half_precision.py",
    "test_diagnosis.py",
    "test_plugin.py",
    "test_matrix_run.py",
    "test_dropout.py",
    "test_matrix_commands.py",
    "test_brief.py",
)
"""Files that take more than some ten seconds, the longest first: `make test ARGS=--durations=50` says which."""

SPLIT = ("test_end_to_end.py",)
"""Files whose tests are for several workers: those whose ids end in the same brackets go together."""


def file_of(nodeid: str) -> str:
    """The name of the file of a test."""
    return nodeid.partition("::")[0].rpartition("/")[2]


def place(nodeid: str) -> int:
    """Where a test stands in the order."""
    name = file_of(nodeid)
    return LONG.index(name) if name in LONG else len(LONG)


class WholeFiles(LoadFileScheduling):  # type: ignore[misc]
    """One worker runs a file, or a part of one that may be split; the parts in the order of the collection."""

    def schedule(self) -> None:
        """Leave the order as it is."""
        self.config.option.loadscopereorder = False
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        """The file, with the parameters of a test where it may be split."""
        file, _, test = nodeid.partition("::")
        return f"{file}[{test.partition('[')[2]}" if file_of(nodeid) in SPLIT else file


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes long."""
    items.sort(key=lambda item: place(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile`, this order."""
    return WholeFiles(config, log) if config.getoption("dist") == "loadfile" else None
