"""The commands of `lstm-conformance`: a module each, which declares its arguments and runs.

What a command does is done elsewhere; here it is read from the command line, and said.
Imports `reference`, `reference.arrays`, `reference.layouts`,
`fixtures`, `fixtures.deviations`, `fixtures.vectors`, `reports.records`, `reports.changes`,
`reports.page`, `reports.publish`, `suites.claims`, `suites.harness.explain`, `suites.harness.judge`,
`suites.harness.run`.
"""

from __future__ import annotations

import argparse
from typing import Protocol, TypeAlias

from lstm_conformance.reference.arrays.errors import BadInput

__all__ = ["BadInput", "Command", "Subparsers"]

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  # it has no other name


class Command(Protocol):
    """What a module of this folder has."""

    def declare(self, subparsers: Subparsers) -> None:
        """Add the parser of the command, under its name."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; return the exit status: 0 if nothing is wrong, 1 if something is. Raises BadInput, status 2."""
