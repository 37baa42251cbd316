"""The commands of `lstm-conformance`: a module each, which declares its arguments and runs.

What a command does is done elsewhere; here it is read from the command line, and said.
Imports `reference`, `reference.contracts`, `reference.diagnosis`, `reference.layouts`, `reference.mutants`,
`fixtures`, `fixtures.cases`, `fixtures.deviations`, `fixtures.vectors`, `reports.records`, `reports.changes`,
`reports.page`, `reports.publish`, `suites.claims`, `suites.harness.explain`, `suites.harness.judge`.
"""

from __future__ import annotations

import argparse
from typing import Protocol, TypeAlias

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  # it has no other name


class Command(Protocol):
    """What a module of this folder has."""

    def declare(self, subparsers: Subparsers) -> None:
        """Add the parser of the command, under its name."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; return the exit status: 0 if nothing is wrong, 1 if something is. Raises BadInput."""


class BadInput(ValueError):
    """Files or options do not fit: one sentence of what was expected, what came, and what to do. Exit status 2."""
