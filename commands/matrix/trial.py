"""One rule, tried on releases of a package, each in an environment of its own."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import shorten

from packaging.version import Version

from lstm_conformance.commands.matrix.attempt import installed
from lstm_conformance.commands.matrix.environments.cells import Cell
from lstm_conformance.commands.matrix.environments.store import Store
from lstm_conformance.commands.matrix.places import BISECTIONS
from lstm_conformance.commands.matrix.plan import planned
from lstm_conformance.commands.matrix.suite import NotTested, conformance
from lstm_conformance.commands.telling import meanwhile
from lstm_conformance.reports.records.results import RED, Check
from lstm_conformance.reports.records.visible import say

LONGEST = 120
"""Letters of a message of which the beginning is enough."""

BROKEN = RED | {"deviation"}
"""The verdicts of a rule that does not hold, whether or not that is known."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a release gave: the checks of the rule, and why there are none, if there are none."""

    checks: tuple[Check, ...]
    reason: str

    @property
    def failing(self) -> list[Check]:
        """The checks that fail."""
        return [check for check in self.checks if check.verdict in BROKEN]

    @property
    def holds(self) -> bool | None:
        """Whether the rule holds; None if that cannot be said."""
        return not self.failing if any(check.verdict != "not-run" for check in self.checks) else None

    @property
    def told(self) -> str:
        """How it ended, in words."""
        if self.holds is None:
            return f"cannot be tested: {self.reason}"
        if self.holds:
            return f"holds ({len(self.checks):,} checks)"
        message = shorten(self.failing[0].message or "", LONGEST)
        return f"fails ({len(self.failing):,} of {len(self.checks):,} checks): {message}"


@dataclass(kw_only=True)
class Trials:
    """Tries releases of a package in a cell, each once."""

    store: Store
    cell: Cell
    package: str
    implementation: str
    rule: str
    options: Sequence[str]
    disk: float
    _seen: dict[Version, Trial] = field(default_factory=dict)

    def of(self, version: Version) -> Trial:
        """Build and test a release, and say what came of it. Raises Unreachable, DiskFull."""
        if version not in self._seen:
            self._seen[version] = self._try(version)
            say(f"{self.package} {version}: {self._seen[version].told}")
        return self._seen[version]

    def holds(self, version: Version) -> bool | None:
        """Whether the rule holds in a release; None if that cannot be said."""
        return self.of(version).holds

    def reproduction(self, version: Version) -> str:
        """The commands that show the failure in a release, for a POSIX shell, anywhere."""
        case, python = self.of(version).failing[0].id, "reproduction/bin/python"
        packages = self.cell.with_requirement(self.package, f"=={version}").packages
        commands = [
            ["uv", "venv", "--python", self.cell.python, "reproduction"],
            ["uv", "pip", "install", "--python", python, *packages],
            ["lstm-conformance", "test", "--implementation", self.implementation, "--python", python, "--case", case],
        ]
        return "\n".join(f"  {shlex.join(command)}" for command in commands)

    def _try(self, version: Version) -> Trial:
        cell = self.cell.with_requirement(self.package, f"=={version}")
        with meanwhile(f"resolving what {self.package} {version} needs"):
            plan = planned(self.store.uv, cell)
        checks: tuple[Check, ...] = ()
        reason = f"no check of rule {self.rule} was made"
        try:
            self.store.make_room(self.disk, {plan.environment})
            results = conformance(
                [self.implementation],
                installed(plan, self.store).python,
                env=cell.env,
                options=self.options,
                seconds=60 * cell.minutes,
                results=BISECTIONS / f"{self.package}-{version}.jsonl",
            )
            checks = tuple(check for check in results.checks if check.rule == self.rule)
        except NotTested as error:
            reason = f"{error.outcome}: {error.reason}"
        return Trial(checks=checks, reason=reason)
