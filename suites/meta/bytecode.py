"""A plugin of pytest: the processes that the tests of the suite start compile its modules once.

Some two hundred of them run the suite as a user does. Where an environment forbids Python to keep what it compiles,
each would compile all modules again: a quarter of what a short run takes.
"""

from __future__ import annotations

import os

import pytest

from lstm_conformance.suites.harness.run.plugin import META

FORBIDS = "PYTHONDONTWRITEBYTECODE"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let processes that are started from here keep it, if any of these tests is one of the suite itself."""
    if any(item.path.parent.name == META for item in items):
        os.environ.pop(FORBIDS, None)
