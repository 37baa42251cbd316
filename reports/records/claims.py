"""What became of claims: each with the runs that settle it, for a page, the terminal and machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

State = Literal["proved", "refuted", "not-run"]


@dataclass(frozen=True, kw_only=True)
class ClaimRun:
    """A claim in one environment: the verdict that is due there, the one that was seen, and how.

    seen: empty where it is neither, or was not run; message: what is wrong, or why it was not run. code: what was run,
    as plain framework code; output: what it printed.
    """

    environment: str
    due: str
    state: State
    seen: str = ""
    message: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    output: str = ""

    @property
    def packages(self) -> str:
        """The environment and the versions that it ran with, in short."""
        told = ", ".join(f"{name} {version}" for name, version in self.versions.items() if name != "Python")
        return told if self.environment in self.versions else ": ".join(filter(None, [self.environment, told]))


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A sentence of a text, the verdict that is known, why, and its runs.

    rules: titles of SPEC.md, by number. words: what somebody types who looks for it.
    """

    id: str
    sentence: str
    source: str
    link: str
    speaks_of: str
    verdict: str
    condition: str
    why: str
    rules: Mapping[str, str]
    runs: Sequence[ClaimRun]
    question: str = ""
    words: Sequence[str] = ()

    @property
    def settled(self) -> bool:
        """Whether a run proved the verdict, and none refuted it."""
        states = {run.state for run in self.runs}
        return "proved" in states and "refuted" not in states


@dataclass(frozen=True, kw_only=True)
class ClaimsReport:
    """All claims, the ids of those that people ask most, and what stands before the code of each environment."""

    claims: Sequence[Claimed]
    first: Sequence[str]
    preludes: Mapping[str, str]

    @property
    def counts(self) -> dict[str, int]:
        """How many runs are in each state."""
        states = [run.state for claim in self.claims for run in claim.runs]
        return {state: states.count(state) for state in ("proved", "refuted", "not-run")}
